package page

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// hasWord reports whether a class or id has one of the words in it; words end
// at hyphens, underscores and capitals.
func hasWord(name string, words map[string]bool) bool {
	start, prev := 0, ' '
	for i, r := range name {
		if !unicode.IsLetter(r) || unicode.IsUpper(r) && unicode.IsLower(prev) {
			if words[strings.ToLower(name[start:i])] {
				return true
			}
			start = i
			if !unicode.IsLetter(r) {
				start++
			}
		}
		prev = r
	}
	return start < len(name) && words[strings.ToLower(name[start:])]
}

// isPriceBox reports whether an element is named for a price.
func isPriceBox(n *html.Node) bool {
	if n.DataAtom == atom.Input || n.DataAtom == atom.Button || n.DataAtom == atom.Form || whole[n.Data] && !headings[n.DataAtom] {
		return false
	}
	if p := attr(n, "itemprop") + attr(n, "property"); p == "price" || strings.HasSuffix(p, ":price") {
		return true
	}
	name := strings.ToLower(attr(n, "class") + " " + attr(n, "id"))
	for _, word := range []string{"price", "preis", "prix", "prijs", "precio", "prezzo"} {
		if strings.Contains(name, word) {
			return len(shown(n, 400)) < 300
		}
	}
	return false
}

var (
	// struckWords are in the names of prices that no longer hold.
	struckWords = set("old was compare compareat rrp msrp uvp strike striked strikethrough struck crossed crossedout original before " +
		"previous retail ancien barre barré alter")
	// struckNames are such names of several words.
	struckNames = []string{"list-price", "list_price", "listprice", "non-sale", "nonsale", "line-through", "linethrough", "oldprice", "wasprice", "compareprice"}
	// currentWords are in the names of the price that holds where there are two.
	currentWords = set("sale special current final now actual reduced promo offer new")
	// besideWords are in the names of what is not the price of one piece.
	besideWords = set("unit saving savings save saved installment installments month perunit baseprice ecotax points shipping")
)

// isStruck reports whether an element holds a price that no longer holds.
func isStruck(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Del, atom.S, atom.Strike:
		return true
	}
	for _, key := range []string{"class", "data-price-type"} {
		for token := range strings.FieldsSeq(attr(n, key)) {
			lower := strings.ToLower(token)
			if strings.HasPrefix(lower, "has-") || strings.HasPrefix(lower, "with-") || strings.HasPrefix(lower, "no-") {
				continue
			}
			if hasWord(token, struckWords) || slices.ContainsFunc(struckNames, func(name string) bool { return strings.Contains(lower, name) }) {
				return true
			}
		}
	}
	return strings.Contains(attr(n, "style"), "line-through")
}

// run is text of a price box in which all prices have the same standing.
type run struct {
	text                     string
	struck, current, regular bool
}

// readBox takes the text of a price box apart.
func readBox(box *html.Node) []run {
	var runs []run
	budget := 500
	emit := func(text string, state run) {
		if last := len(runs) - 1; last >= 0 {
			text0 := runs[last].text
			runs[last].text = ""
			same := runs[last] == state
			runs[last].text = text0
			if same {
				runs[last].text += text
				return
			}
		}
		state.text = text
		runs = append(runs, state)
	}
	var walk func(n *html.Node, state run)
	walk = func(n *html.Node, state run) {
		for c := n.FirstChild; c != nil && budget > 0; c = c.NextSibling {
			budget--
			switch {
			case c.Type == html.TextNode:
				emit(separated(runs, c), state)
			case c.Type != html.ElementNode || unseen(c) || dropped[c.Data]:
			case isBeside(c):
				emit(" | ", state)
			default:
				walk(c, standing(c, state))
				if !inlineElements[c.Data] {
					emit(" ", state)
				}
			}
		}
	}
	walk(box, standing(box, run{}))
	return runs
}

// standing is what an element says of the prices in it.
func standing(n *html.Node, state run) run {
	state.struck = state.struck || isStruck(n)
	state.current = state.current || n.DataAtom == atom.Ins
	for token := range strings.FieldsSeq(attr(n, "class") + " " + attr(n, "data-price-type")) {
		lower := strings.ToLower(token)
		if strings.HasPrefix(lower, "has-") || strings.HasPrefix(lower, "with-") || strings.Contains(lower, "on-sale") {
			continue
		}
		state.current = state.current || hasWord(token, currentWords)
		state.regular = state.regular || hasWord(token, regularWords)
	}
	return state
}

var regularWords = set("regular normal standard")

// isBeside reports whether a part of a price box holds another sum than the
// price: a saving, or the price of a litre.
func isBeside(n *html.Node) bool {
	for token := range strings.FieldsSeq(attr(n, "class")) {
		if hasWord(token, besideWords) && !strings.HasPrefix(strings.ToLower(token), "has-") && !strings.HasPrefix(strings.ToLower(token), "with-") &&
			!hasWord(token, currentWords) && !strings.Contains(strings.ToLower(token), "container") {
			return true
		}
	}
	return false
}

// separated is a text node's text as it follows on the runs before. Cents that
// stand in an element of their own, with nothing between them and the whole, get
// a point; other digits of different elements are kept apart, and words are
// from digits.
func separated(runs []run, n *html.Node) string {
	if len(runs) == 0 {
		return n.Data
	}
	before, _ := utf8.DecodeLastRuneInString(runs[len(runs)-1].text)
	first, _ := utf8.DecodeRuneInString(n.Data)
	switch {
	case isDigit(before) && isDigit(first):
		if cents := strings.TrimSpace(n.Data); len(cents) == 2 && digits(cents) && isCents(n.Parent) {
			return "." + n.Data
		}
		return apartMark + n.Data
	case isDigit(before) && unicode.IsLetter(first), unicode.IsLetter(before) && isDigit(first):
		return " " + n.Data
	}
	return n.Data
}

// apartMark stands between digits of different elements that may be one number
// or two.
const apartMark = "\x1f"

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isCents(n *html.Node) bool {
	if n.DataAtom == atom.Sup {
		return true
	}
	name := strings.ToLower(attr(n, "class"))
	for _, word := range []string{"cent", "decimal", "fraction", "penny", "pence", "sup"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

var (
	// wasLabel matches what precedes a price that no longer holds.
	wasLabel = lazily(`(?i)(\bwas|\brrp|msrp|list price|before|original(ly)?( price)?|regular price|\breg\.|instead of|usually|compare at|` +
		`statt|uvp|unverbindliche preisempfehlung|vorher|bisher(iger preis)?|früher|normalpreis|alter preis|listenpreis|` +
		`au lieu de|prix (conseillé|public|barré|initial|normal|habituel|d'origine)|avant|ancien prix|antes|prima|invece di|adviesprijs|van)\W{0,12}$`)
	// otherLabel matches what precedes a sum that is no price of the product.
	otherLabel = lazily(`(?i)(save|saving|you save|off|spar(e|en|st)|ersparnis|rabatt|économisez|économie|remise|ahorra|risparmi|shipping|delivery|postage|versand(kosten)?|lieferung|livraison|port|frais|` +
		`deposit|pfand|consigne|éco-?part\w*|klarna|over|orders (over|above)|ab einem bestellwert von|dès|x|×|of|von|mal|de|vat|mwst\.?|ust\.?|tva|tax|installments of|raten (zu|à))\W{0,12}$`)
	// freeFrom matches what precedes the sum from which delivery is free.
	freeFrom = lazily(`(?i)(frei|free (delivery|shipping|postage)|(livraison|frais de port|port) (offerte?s?|gratuite?s?|franco))\W+(ab|from|over|on orders over|dès|à partir de)\W*$`)
	// perUnit matches what follows the price of a litre, a month or a part.
	perUnit = lazily(`(?i)^[\s*\x{a0}]*(/|per\b|pro\b|par\b|je\b|por\b|al?\b|le\b|la\b)[\s\x{a0}]*(\d+([.,]\d+)?[\s\x{a0}]*)?(kg|kilo\w*|g|mg|l|lit(er|re|ro)s?|ml|cl|m|cm|m²|m2|mm|oz|lb|fl|month|mo|monat|mois|mes|mtl|week|woche|semaine|year|jahr|an|day|tag|jour)\b`)
	// otherAfter matches what follows a sum that is no price of the product.
	otherAfter = lazily(`(?i)^[\s*\x{a0}]*(off\b|saved|gespart|rabatt|sparen|d'économie|de remise|shipping|delivery|versand\b|a month|monthly|monatlich|mtl|par mois|mensuel|deposit|pfand|[x×]\s?\d)`)
	// netAfter matches what follows a price before tax.
	netAfter = lazily(`(?i)^[\s*\x{a0}(]*(ex\b|excl|exc\.|ht\b|hors tax|netto|zzgl\.?[\s\x{a0}]*(\d+[\s\x{a0}]*%[\s\x{a0}]*)?(mwst|ust)|exkl|plus vat|\+ ?vat)`)
)

// quote is one price of a box and what stands around it.
type quote struct {
	amount
	struck, current, regular, net, from bool
	joined                              bool // a range with the one before
}

// quotes reads the prices of a box in order. odd says that it has one that
// cannot be read.
func (r *shelfReader) quotes(box *html.Node) (out []quote, odd bool) {
	for _, part := range readBox(box) {
		if len(part.text) > 400 {
			continue
		}
		found, unread := r.place.amounts(part.text)
		odd = odd || unread || strings.Contains(part.text, apartMark)
		for i, a := range found {
			before, after := part.text[:a.start], part.text[a.end:]
			if i > 0 {
				before = part.text[found[i-1].end:a.start]
			}
			q := quote{amount: a, struck: part.struck, current: part.current, regular: part.regular, from: isFrom(before)}
			switch {
			case wasLabel.MatchString(before):
				q.struck = true
			case freeFrom.MatchString(before), !q.from && !strings.ContainsAny(before, "/|") && otherLabel.MatchString(before), perUnit.MatchString(after), otherAfter.MatchString(after):
				continue
			}
			q.net = netAfter.MatchString(after)
			q.joined = i > 0 && isRange(before) || i == 0 && len(out) > 0 && isRange(before)
			out = append(out, q)
		}
	}
	return out, odd
}

// readTags reads the price tags of an area: those of elements named for prices,
// else texts that are a price and nothing else.
func (r *shelfReader) readTags(area *html.Node) (tag, []*html.Node) {
	var boxes []*html.Node
	for _, b := range r.boxes {
		if isInside(b, area) {
			boxes = append(boxes, b)
		}
	}
	t, used := r.agree(boxes, area)
	if len(t.seen) == 0 {
		plain, usedPlain := r.agree(r.plainBoxes(area), area)
		if len(plain.seen) > 0 {
			return plain, usedPlain
		}
	}
	return t, used
}

// agree is the one price that all boxes state. Where they differ, it is that of
// the first box, if that stands between the heading and the button to buy and
// the others do not.
func (r *shelfReader) agree(boxes []*html.Node, area *html.Node) (tag, []*html.Node) {
	type read struct {
		box *html.Node
		tag tag
	}
	var all tag
	var tags []read
	for _, b := range boxes {
		quotes, odd := r.quotes(b)
		t := decide(quotes)
		if odd {
			t.amount, t.from = amount{}, false
		}
		for _, v := range t.seen {
			if !slices.Contains(all.seen, v) {
				all.seen = append(all.seen, v)
			}
		}
		all.struck = append(all.struck, t.struck...)
		if len(t.seen) > 0 {
			tags = append(tags, read{b, t})
		}
	}
	if len(tags) == 0 {
		return all, nil
	}
	first, same := tags[0].tag, true
	for _, t := range tags[1:] {
		same = same && t.tag.value == first.value && t.tag.currency == first.currency && t.tag.from == first.from
	}
	if !same {
		order := r.order(area)
		at := func(n *html.Node) int { return order[n] }
		button := 0
		for _, b := range r.buttons {
			if at(b) > at(r.heading) && (button == 0 || at(b) < button) {
				button = at(b)
			}
		}
		between := 0
		for _, t := range tags {
			if at(t.box) > at(r.heading) && at(t.box) < button {
				if between++; between == 1 {
					first = t.tag
				} else if t.tag.value != first.value || t.tag.from != first.from {
					return all, nil
				}
			}
		}
		if between == 0 {
			return all, nil
		}
	}
	all.amount, all.from = first.amount, first.from
	var used []*html.Node
	for _, t := range tags {
		if t.tag.value == all.value && isOnlyPrice(shown(t.box, 200)) {
			used = append(used, t.box)
		}
	}
	return all, used
}

// isOnlyPrice reports whether a text says hardly more than what is to be paid.
func isOnlyPrice(said string) bool {
	other := 0
	for word := range strings.FieldsFuncSeq(strings.ToLower(said), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if !priceWords[word] && !savingWords[word] && !isCurrency(strings.ToUpper(word)) {
			other++
		}
	}
	return other <= 3 && len(said) < 120
}

// order numbers the elements of an area as they follow each other.
func (r *shelfReader) order(area *html.Node) map[*html.Node]int {
	order := map[*html.Node]int{}
	for n := range area.Descendants() {
		order[n] = len(order) + 1
	}
	return order
}

// decide finds the price that holds among those of one box.
func decide(quotes []quote) tag {
	var t tag
	var left []quote
	for _, q := range quotes {
		if q.struck {
			t.struck = append(t.struck, q.value)
		} else {
			left = append(left, q)
		}
	}
	narrow := func(keep func(quote) bool) {
		if some := slices.DeleteFunc(slices.Clone(left), func(q quote) bool { return !keep(q) }); len(some) > 0 {
			left = some
		}
	}
	narrow(func(q quote) bool { return !q.net })
	narrow(func(q quote) bool { return q.current && !q.regular })
	narrow(func(q quote) bool { return !q.regular })
	for _, q := range left {
		if !slices.Contains(t.seen, q.value) {
			t.seen = append(t.seen, q.value)
		}
	}
	switch {
	case len(t.seen) == 1:
		t.amount, t.from = left[0].amount, left[0].from
	case len(t.seen) == 2 && len(left) == 2 && left[1].joined && left[0].currency == left[1].currency && less(left[0].value, left[1].value):
		t.amount, t.from = left[0].amount, true
	}
	return t
}

// priceWords may stand beside a price in a text that is a price and nothing
// else.
var priceWords = set("price our now only just from each per piece sale special today in stock incl including inc vat tax tva ttc ht gbp eur usd chf " +
	"preis unser jetzt nur ab inkl mwst ust pro stück versand zzgl " +
	"prix notre maintenant seulement à partir de la pièce euros euro was rrp uvp statt au lieu")

// savingWords stand beside prices that are struck through, paid in parts or
// without tax.
var savingWords = set("you save saved off regular original sie sparen gespart oder mtl netto économisez x badge")

// hasPlain reports whether an area has such a text.
func (r *shelfReader) hasPlain(area *html.Node) bool { return len(r.plainBoxes(area)) > 0 }

// plainBoxes are the elements of an area whose text is a price and nothing else.
// In a table or list the row has to call it a price.
func (r *shelfReader) plainBoxes(area *html.Node) []*html.Node {
	var out []*html.Node
	for _, t := range r.plain {
		if !isInside(t, area) || t.Parent == nil || isChoice(t) {
			continue
		}
		box := t.Parent
		for (inlineElements[box.Data] || box.DataAtom == atom.Td) && box.Parent != nil && box.Parent != area && !r.above[box.Parent] {
			box = box.Parent
		}
		if r.above[box] || slices.Contains(out, box) {
			continue
		}
		said, row := shown(box, 100), false
		label := strings.ToLower(said)
		for p := box.PrevSibling; box.DataAtom == atom.Dd && p != nil; p = p.PrevSibling {
			if p.DataAtom == atom.Dt {
				label = strings.ToLower(shown(p, 60))
				break
			}
		}
		for p := t.Parent; p != nil && p != area; p = p.Parent {
			row = row || p.DataAtom == atom.Td || p.DataAtom == atom.Li || p.DataAtom == atom.Dd
		}
		if found, odd := r.place.amounts(said); len(said) > 60 || len(found) == 0 || odd || row && !strings.Contains(label, "pri") && !strings.Contains(label, "preis") {
			continue
		}
		only := true
		for word := range strings.FieldsFuncSeq(strings.ToLower(said), func(r rune) bool { return !unicode.IsLetter(r) }) {
			only = only && (priceWords[word] || isCurrency(strings.ToUpper(word)))
		}
		if only {
			out = append(out, box)
		}
	}
	return out
}
