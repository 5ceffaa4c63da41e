package page

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// stockPhrases are what shops write of their stock, whole statements that may
// be followed by more. Earlier ones count first: "nicht auf Lager" is not "auf
// Lager".
var stockPhrases = []struct {
	term    string
	matches *pattern
}{
	{"Discontinued", lazily(`(?i)^(discontinued|no longer available|nicht mehr (lieferbar|verfügbar|erhältlich)|eingestellt|(n'est |article )?plus (disponible|commercialisé|fabriqué))`)},
	{"OutOfStock", lazily(`(?i)^(this (product|item) is )?((currently|temporarily|momentarily) )?(out of stock|sold out|unavailable|not (in stock|available))|` +
		`^(leider |dieser artikel ist )?((derzeit|aktuell|momentan|zurzeit|zur zeit|vorübergehend) )?(ausverkauft|vergriffen|nicht (auf lager|vorrätig|verfügbar|lieferbar))|` +
		`^(produit |article |actuellement |temporairement )*((en )?rupture( de stock)?|épuisée?s?|indisponible|non disponible)|` +
		`^(agotado|sin existencias|no disponible|esaurito|non disponibile|uitverkocht|niet op voorraad|slutsåld|udsolgt|wyprzedane|brak w magazynie)`)},
	{"PreOrder", lazily(`(?i)^(available (for|on) )?(pre-?order|vorbestell|vorbestellbar|précommand|en précommande)`)},
	{"BackOrder", lazily(`(?i)^(available )?on back-?order|^(auf bestellung|nachbestell|sur commande|disponible sur commande|en réapprovisionnement|en cours de réapprovisionnement)`)},
	{"LimitedAvailability", lazily(`(?i)^(hurry,? )?(only|just) (a few|\d+|one|two|three)( (items?|pieces?|units?))?( are| is)? (left|remaining|in stock|available)|^(only )?\d+ left\b|^low stock|^few left|^last (few )?(items?|pieces?)( in stock)?|` +
		`^(nur )?noch (\d+|wenige)( stück| artikel| exemplare)? (auf lager|verfügbar|vorrätig|übrig|lieferbar)|^nur noch wenige|^geringer bestand|^(il n'en |il ne )?reste (plus )?(que )?\d+|^plus que \d+|^stock (faible|limité)|^derniers? (articles?|exemplaires?|pièces?)( en stock)?`)},
	{"InStock", lazily(`(?i)^(\d+ |item |product |now |currently |still |back |yes, )?(in stock|available now|ready to ship)|^(availability|verfügbarkeit|disponibilité|stock|lager(bestand)?)\s*:?\s*(in stock|available|auf lager|vorrätig|lieferbar|verfügbar|en stock|disponible)|` +
		`^(\d+ |sofort |ab |ware |artikel )?(auf lager|vorrätig|lagernd|lieferbar|verfügbar, lieferzeit|sofort (lieferbar|verfügbar))|^sofort verfügbar|^verfügbar$|` +
		`^(\d+ |produit |article |actuellement )?(en stock|disponible$|disponible (immédiatement|en stock|de suite))|^(disponibile|op voorraad|i lager|på lager|dostępny|in magazzino|en existencias)`)},
}

// stockStems are parts of words of which every stock phrase has one; looking for
// them is faster than for the phrases.
var stockStems = []string{"stock", "sold", "avail", "order", "left", "remaining", "few", "last", "ready", "discontinued", "lager", "vorr", "verfüg", "liefer",
	"erhält", "eingestellt", "vergriffen", "verkauft", "bestell", "noch", "bestand", "dispo", "rupture", "épuis", "plus", "reste", "command", "reap",
	"réap", "dernier", "agotado", "existencias", "esaurito", "uitverkocht", "voorraad", "udsolgt", "slutsåld", "wyprzedane", "dostępny", "magazz", "magazynie"}

// stockTerm is schema.org's term for what a text says of the stock, or empty.
func stockTerm(said string) string {
	term, _ := stockStatement(said)
	return term
}

// stockStatement is stockTerm, and whether the text says nothing else.
func stockStatement(said string) (term string, whole bool) {
	said = strings.TrimLeftFunc(said, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	lower := strings.ToLower(said)
	if !slices.ContainsFunc(stockStems, func(stem string) bool { return strings.Contains(lower, stem) }) {
		return "", false
	}
	for _, p := range stockPhrases {
		if m := p.matches.FindStringIndex(said); m != nil {
			return p.term, strings.IndexFunc(said[m[1]:], joined) < 0
		}
	}
	return "", false
}

func isSoldOut(said string) bool {
	term := stockTerm(said)
	return term == "OutOfStock" || term == "Discontinued"
}

// readStock finds what the shelf says of the stock. What the button says counts
// first; statements that contradict each other say nothing.
func (r *shelfReader) readStock(area *html.Node) (term string, said []*html.Node) {
	disabled, choices := false, false
	for _, b := range r.buttons {
		if !isInside(b, area) {
			continue
		}
		if t := stockTerm(labelOf(b)); t != "" && t != "InStock" {
			return t, nil
		}
		class := strings.ToLower(attr(b, "class"))
		disabled = disabled || has(b, "disabled") || attr(b, "aria-disabled") == "true"
		choices = choices || strings.Contains(class, "selection-needed")
	}
	terms := map[string]bool{}
	for _, s := range r.texts {
		n, text := s.node, s.text
		if len(text) > 110 || n == r.heading || n.DataAtom == atom.Button || n.DataAtom == atom.Input || n.DataAtom == atom.A || !isInside(n, area) || isChoice(n) {
			continue
		}
		named := hasStockName(n)
		t, whole := stockStatement(text)
		if t == "" || !named && len(text) > 45 {
			continue
		}
		terms[t] = true
		term = t
		if whole {
			said = append(said, n)
		}
	}
	switch {
	case len(terms) == 1:
		return term, said
	case len(terms) == 2 && terms["InStock"] && terms["LimitedAvailability"]:
		return "LimitedAvailability", said
	case len(terms) == 0 && disabled && !choices && !r.hasChoices(area):
		return disabledButton, nil
	}
	return "", nil
}

// disabledButton is what a button that cannot be pressed says of the stock
// where nothing else does.
const disabledButton = "OutOfStock"

// hasStockName reports whether a class or id is named for the stock.
func hasStockName(n *html.Node) bool {
	name := strings.ToLower(attr(n, "class") + " " + attr(n, "id") + " " + attr(n, "itemprop"))
	for _, word := range []string{"stock", "avail", "lager", "dispo", "inventory", "delivery"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// isChoice reports whether an element is one of several variants to choose from.
func isChoice(n *html.Node) bool {
	for p := n; p != nil; p = p.Parent {
		if p.DataAtom == atom.Fieldset || p.DataAtom == atom.Label || p.DataAtom == atom.Select || attr(p, "role") == "radiogroup" {
			return true
		}
	}
	return false
}

// hasChoices reports whether the shelf asks for a choice before one can buy.
func (r *shelfReader) hasChoices(area *html.Node) bool {
	return find(area, func(n *html.Node) bool {
		return n.DataAtom == atom.Select || n.DataAtom == atom.Input && attr(n, "type") == "radio"
	}) != nil
}

// skuLabel matches what precedes a product's number.
var skuLabel = lazily(`(?i)(?:^|[\s(|])(?:sku|art(?:icle|ikel)?\.?[- ]?(?:nr|no|number|nummer|num)\.?|item (?:no|number)\.?|(?:product|stock) code|model (?:no|number)\.?|` +
	`mpn|réf(?:érence)?\.?|reference|best(?:ell)?\.?[- ]?(?:nr|nummer)\.?|produktnummer)\s*[:#]?\s*([0-9A-Za-z][0-9A-Za-z._/+#-]+)`)

// readSKU finds the one product number on the shelf. What has no digit is a
// word, not a number.
func (r *shelfReader) readSKU(area *html.Node) string {
	found := ""
	for _, s := range r.texts {
		if !strings.ContainsAny(s.text, "0123456789") || !isInside(s.node, area) {
			continue
		}
		m := skuLabel.FindStringSubmatch(s.text)
		if m == nil || !strings.ContainsAny(m[1], "0123456789") || !isSKU(m[1]) {
			continue
		}
		s := strings.TrimRight(m[1], "._-/")
		if found != "" && found != s {
			return ""
		}
		found = s
	}
	return found
}
