package support

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"omniops/shared/knowledge/figure"
	"omniops/shared/knowledge/passage"
	"omniops/shared/knowledge/wording"
)

// record is what a shop's own data say of a product.
type record struct {
	product passage.Product
	name    map[string]bool
	amounts []figure.Figure
}

func newRecord(p passage.Product, language string) record {
	r := record{product: p, name: wording.Stems(p.Name, language)}
	if p.Price != "" {
		r.amounts = figure.Find(p.Price + " " + p.Currency)
	}
	return r
}

// priceWords speak of what something costs and whether it can be had, askWords ask for it, and feeWords speak of
// a cost beside that of the product. They are stems of English, German and French.
var (
	priceWords = sync.OnceValue(func() map[string]bool {
		return stemsOf("price prices priced cost costs costing pay pays now currently just only each total sale available availability stock sold buy",
			"preis preise kostet kosten derzeit aktuell nur jetzt insgesamt erhältlich lager verfügbar vorrätig lieferbar ausverkauft vergriffen", "prix coûte coûtent coût coûter tarif actuellement seulement total vend vendu stock disponible épuisé rupture indisponible")
	})
	askWords = sync.OnceValue(func() map[string]bool {
		return stemsOf("how much many what which does please expensive cheap cheaper cheapest", "wie viel wieviel welche welcher teuer billig bitte", "combien quel quelle cher chère")
	})
	feeWords = sync.OnceValue(func() map[string]bool {
		return stemsOf("delivery deliver shipping ship postage returns return label repair repairs re-tin retinning tinning service spare part parts filter lid replacement deposit over above gift wrapping extra engraving insurance trade wholesale express collect",
			"versand lieferung versandkosten rücksendung rückgabe etikett reparatur ersatzteil ersatzteile filter deckel pfand über ab geschenk gravur versicherung express",
			"livraison expédition port retour étiquette réparation pièce pièces filtre couvercle consigne supérieur dès cadeau gravure assurance express")
	})
)

func stemsOf(english, german, french string) map[string]bool {
	all := map[string]bool{}
	for language, list := range map[string]string{"en": english, "de": german, "fr": french} {
		for w := range strings.FieldsSeq(list) {
			all[wording.Stem(w, language)] = true
		}
	}
	return all
}

// about gives the records a text speaks of, given its informative words: those
// whose names it has most of.
func (e *evidence) about(said map[string]bool) []record {
	var found []record
	best := 0.0
	rest := wording.Without(said, priceWords())
	for _, r := range e.records {
		n := wording.Common(r.name, said)
		if n == 0 {
			continue
		}
		share := float64(n) / float64(len(r.name))
		if share < 0.5 && wording.Common(rest, r.name) < len(rest) {
			continue
		}
		switch {
		case share > best:
			best, found = share, []record{r}
		case share == best:
			found = append(found, r)
		}
	}
	return found
}

// priced reports whether the amounts of money in a sentence are those of the
// records of the products it speaks of, or say in a passage's words what else
// they are for.
func (e *evidence) priced(s *sentence) bool {
	if len(e.records) == 0 || !slices.ContainsFunc(s.claims, func(c figure.Figure) bool { return c.Is(figure.Money) }) {
		return true
	}
	records := e.about(s.stems)
	if records == nil && len(wording.Without(s.stems, priceWords())) == 0 { // "It costs £39."
		if records = e.about(e.question); records == nil || e.asksForUnknown() {
			return e.inProse(s) // a record's price is that of its product, not of what was asked about
		}
	}
	if records == nil {
		return true
	}
	names := map[string]bool{}
	for _, r := range records {
		for w := range r.name {
			names[w] = true
		}
	}
	rest := wording.Without(s.stems, names, priceWords())
	for w := range rest {
		if figure.IsFree(w) {
			delete(rest, w)
		}
	}
	for _, c := range s.claims {
		if c.Is(figure.Money) && !recorded(records, c) && !e.explained(c, s.language, rest, names) {
			return false
		}
	}
	return true
}

// asksForUnknown reports whether a question has words that no passage has: what it
// asks for may be nothing that the shop sells. Passages in another language say
// nothing about that.
func (e *evidence) asksForUnknown() bool {
	rest := wording.Without(e.question, priceWords(), askWords())
	for _, g := range e.grounds {
		if g.foreign(e.language) {
			return false
		}
		rest = wording.Without(rest, g.stems)
	}
	return len(rest) > 0
}

// inProse reports whether passages that are no records state all the amounts of
// money in a sentence.
func (e *evidence) inProse(s *sentence) bool {
	return !slices.ContainsFunc(s.claims, func(c figure.Figure) bool {
		return c.Is(figure.Money) && !slices.ContainsFunc(e.grounds, func(g *ground) bool {
			return g.passage.Product == nil && len(g.states(c)) > 0
		})
	})
}

// recorded reports whether one of the records has a price that may be given so. A
// record without a price rules nothing out.
func recorded(records []record, claim figure.Figure) bool {
	return slices.ContainsFunc(records, func(r record) bool {
		return r.amounts == nil || slices.ContainsFunc(r.amounts, func(f figure.Figure) bool { return f.Supports(claim) })
	})
}

// explained reports whether a passage states an amount together with what a
// sentence says beside the product's name.
func (e *evidence) explained(claim figure.Figure, language string, rest, names map[string]bool) bool {
	for _, g := range e.grounds {
		for _, s := range g.states(claim) {
			if g.foreign(language) && len(rest) > 0 {
				return true
			}
			if wording.Common(rest, wording.Without(s.stems, names, priceWords())) > 0 {
				return true
			}
		}
	}
	return false
}

// doubt marks what contradicts a record: prose that names a product and gives it
// another price.
func (e *evidence) doubt() {
	for _, g := range e.grounds {
		if g.passage.Product != nil || len(e.records) == 0 {
			continue
		}
		for i := range g.segments {
			s := &g.segments[i]
			if !slices.ContainsFunc(s.figures, func(f figure.Figure) bool { return f.Is(figure.Money) && !f.Free }) {
				continue
			}
			records := e.about(s.own)
			if len(records) == 0 || wording.Common(s.own, feeWords()) > 0 {
				continue
			}
			s.doubt = slices.ContainsFunc(s.figures, func(f figure.Figure) bool { return f.Is(figure.Money) && !f.Free && !recorded(records, f) })
		}
	}
}

// What says that something can be bought, and that it cannot. The second list is
// looked for first.
var (
	inStockPhrases  = []string{"in stock", "available", "auf lager", "verfügbar", "vorrätig", "lieferbar", "en stock", "disponible", "disponibles"}
	soldOutPhrases  = []string{"sold out", "out of stock", "not in stock", "not available", "unavailable", "no longer available", "ausverkauft", "nicht verfügbar", "nicht vorrätig", "nicht auf lager", "nicht lieferbar", "vergriffen", "épuisé", "épuisée", "en rupture", "rupture de stock", "pas disponible", "pas en stock", "indisponible", "plus disponible"}
	buyable         = []string{"InStock", "LimitedAvailability", "OnlineOnly", "InStoreOnly"}
	notBuyable      = []string{"OutOfStock", "SoldOut", "Discontinued"}
	availabilityAsk = []string{"in stock", "available", "availability", "sold out", "have any left", "auf lager", "verfügbar", "vorrätig", "lieferbar", "ausverkauft", "en stock", "disponible", "épuisé"}
	priceAsk        = []string{"how much", "price", "prices", "cost", "costs", "expensive", "cheap", "cheaper", "cheapest", "wie viel", "wieviel", "preis", "preise", "kostet", "kosten", "teuer", "billig", "combien", "prix", "coûte", "coûtent", "coût", "cher", "chère"}
)

// inStock reports whether a sentence says of a product's availability what its
// record does.
func (e *evidence) inStock(s *sentence) bool {
	if len(e.records) == 0 {
		return true
	}
	text := strings.Join(words(s.text), " ")
	out := anyPhrase(text, soldOutPhrases)
	in := !out && anyPhrase(text, inStockPhrases)
	if !in && !out {
		return true
	}
	records := e.about(s.stems)
	if records == nil {
		records = e.about(e.question)
	}
	if len(records) == 0 {
		return true
	}
	return slices.ContainsFunc(records, func(r record) bool {
		a := r.product.Availability
		return in && !slices.Contains(notBuyable, a) || out && !slices.Contains(buyable, a)
	})
}

// asksForRecord reports whether a question is about a price or whether something
// can be bought.
func asksForRecord(question string) bool {
	said := strings.Join(words(question), " ")
	return anyPhrase(said, priceAsk) || anyPhrase(said, availabilityAsk)
}

func inName(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' }

func upperFirst(w string) bool {
	for _, r := range w {
		return unicode.IsUpper(r)
	}
	return false
}
