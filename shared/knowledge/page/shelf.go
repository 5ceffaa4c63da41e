package page

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// shelf is what a visitor sees of the one product that a page is about: what
// stands around its heading and its buy button, and not on the cards of others.
type shelf struct {
	name         string
	price        tag
	availability string // schema.org's term
	sku          string
	buyable      bool         // there is a button to buy it, or one that says it is sold out
	stated       []*html.Node // the elements that say no more than a price or whether it is in stock
}

// tag is what the price tags on a shelf say. Where they say more than one price
// it is not known which one holds, and value is empty.
type tag struct {
	amount
	from   bool
	seen   []string // every price that is not struck through
	struck []string
}

// shelfReader finds the shelf of a page.
type shelfReader struct {
	place   *place
	base    *url.URL
	heading *html.Node
	above   map[*html.Node]bool // the heading and what it stands in
	cards   map[*html.Node]bool // what holds a link to another product, the heading not being in it
	boxes   []*html.Node        // elements that are named for a price
	plain   []*html.Node        // texts with a digit, for pages that name nothing
	buttons []*html.Node
	texts   []statement // elements with short texts
}

// statement is an element and the short text in it.
type statement struct {
	node *html.Node
	text string
}

// maxStatement is how long a text is, in bytes, that is looked at for the stock
// or a product number.
const maxStatement = 190

// maxShelf is how many elements of each kind are looked at.
const maxShelf = 400

// readShelf reads the page as a visitor does. A page that declares to be about a
// product needs no button.
func readShelf(doc *html.Node, base *url.URL, place *place, name string, declared bool) shelf {
	r := &shelfReader{place: place, base: base, above: map[*html.Node]bool{}, cards: map[*html.Node]bool{}}
	body := find(doc, func(n *html.Node) bool { return n.Data == "body" })
	if body == nil {
		return shelf{}
	}
	if r.heading = headingFor(body, name); r.heading == nil {
		return shelf{}
	}
	for n := r.heading; n != nil; n = n.Parent {
		r.above[n] = true
	}
	r.collect(body, false)
	s := shelf{name: clip(shown(r.heading, maxTitle), maxTitle)}
	r.boxes = slices.DeleteFunc(r.boxes, r.onCard)
	r.plain = slices.DeleteFunc(r.plain, r.onCard)
	r.texts = slices.DeleteFunc(r.texts, func(s statement) bool { return r.onCard(s.node) })
	r.buttons = slices.DeleteFunc(r.buttons, r.onCard)
	area := r.area(declared)
	if area == nil {
		return s
	}
	inside := func(n *html.Node) bool { return isInside(n, area) }
	s.buyable = slices.ContainsFunc(r.buttons, inside)
	var boxes []*html.Node
	s.price, boxes = r.readTags(area)
	if s.price.value != "" {
		s.stated = append(s.stated, boxes...)
	}
	var said []*html.Node
	s.availability, said = r.readStock(area)
	s.stated = append(s.stated, said...)
	s.sku = r.readSKU(area)
	return s
}

// headingFor is the page's h1, else another element that themes give to a
// product's name.
func headingFor(body *html.Node, name string) *html.Node {
	var second *html.Node
	var walk func(n *html.Node) *html.Node
	walk = func(n *html.Node) *html.Node {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode || hidden(c) || c.Data == "template" || c.Data == "nav" || c.Data == "footer" || aside(c) {
				continue
			}
			said := ""
			if c.DataAtom == atom.H1 || second == nil && (headings[c.DataAtom] || attr(c, "itemprop") == "name") {
				said = shown(c, maxTitle)
			}
			switch {
			case said == "":
			case c.DataAtom == atom.H1 && !isSiteName(c):
				return c
			case name != "" && strings.EqualFold(said, name) && second == nil:
				second = c
			}
			if h := walk(c); h != nil {
				return h
			}
		}
		return nil
	}
	if h := walk(body); h != nil {
		return h
	}
	return second
}

// isSiteName reports whether a heading is the shop's logo in the page's header.
func isSiteName(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == "main" || p.Data == "article" {
			return false
		}
		if p.Data == "header" {
			return find(n, func(d *html.Node) bool { return d.Data == "a" }) != nil
		}
	}
	return false
}

// collect notes what the page offers, the parts left out that are about other
// things than the product.
func (r *shelfReader) collect(n *html.Node, inBox bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			if !inBox && len(r.plain) < maxShelf && strings.ContainsAny(c.Data, "0123456789") {
				r.plain = append(r.plain, c)
			}
			continue
		}
		if c.Type != html.ElementNode || unseen(c) || dropped[c.Data] && c.Data != "input" && c.Data != "link" || aside(c) && !r.above[c] {
			continue
		}
		if isProductLink(c, r.base) && !r.above[c] {
			for p := c; p != nil && !r.above[p] && !r.cards[p]; p = p.Parent {
				r.cards[p] = true
			}
		}
		if isBuyButton(c) && len(r.buttons) < maxShelf {
			r.buttons = append(r.buttons, c)
		}
		box := inBox
		if !inBox && len(r.boxes) < maxShelf && !r.above[c] && isPriceBox(c) {
			r.boxes, box = append(r.boxes, c), true
		}
		if len(r.texts) < 10*maxShelf && textElements[c.Data] {
			if text := shown(c, maxStatement+10); text != "" && len(text) <= maxStatement {
				r.texts = append(r.texts, statement{c, text})
			}
		}
		r.collect(c, box)
	}
}

// textElements are those that short statements stand in.
var textElements = set("p span div strong b em small li td th dd dt tr dl button input label a h2 h3 h4 h5 h6 link")

// asideWords are words in a class or id that mark other products, and places
// where prices stand that are not the product's.
var asideWords = set("related recommendations recommended recommendation upsell upsells crosssell crossselling reviews minicart cart " +
	"carousel drawer offcanvas popup modal newsletter cookie cookies shipping installments installment bundle bundles tier tiers")

// aside reports whether an element is about something else than the product.
func aside(n *html.Node) bool {
	if droppedRoles[attr(n, "role")] {
		return true
	}
	if whole[n.Data] || n.Data == "form" || n.Data == "button" || n.Data == "input" {
		return false
	}
	for _, key := range []string{"class", "id"} {
		for token := range strings.FieldsSeq(attr(n, key)) {
			if hasWord(token, asideWords) && !strings.Contains(strings.ToLower(token), "add") {
				return true
			}
		}
	}
	return false
}

// isProductLink reports whether a link is what leads to another product from
// its card: around a picture or heading, or inside a heading.
func isProductLink(n *html.Node, base *url.URL) bool {
	if n.DataAtom != atom.A || !has(n, "href") {
		return false
	}
	u, err := base.Parse(attr(n, "href"))
	if err != nil || u.Host != base.Host || u.Path == base.Path || u.Scheme != base.Scheme {
		return false
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".svg", ".pdf", ".mp4":
		return false
	}
	if n.Parent != nil && headings[n.Parent.DataAtom] || inHeading(n) {
		return true
	}
	for token := range strings.FieldsSeq(strings.ToLower(attr(n, "class"))) {
		if strings.Contains(token, "product") || strings.Contains(token, "card") {
			return true
		}
	}
	return find(n, func(d *html.Node) bool { return d.DataAtom == atom.Img || headings[d.DataAtom] }) != nil
}

// onCard reports whether an element belongs to another product.
func (r *shelfReader) onCard(n *html.Node) bool {
	for p := n; p != nil && !r.above[p]; p = p.Parent {
		if r.cards[p] {
			return true
		}
	}
	return false
}

// area is the smallest part of the page with the heading, a price and, unless
// the page is known to be about a product, a button to buy.
func (r *shelfReader) area(declared bool) *html.Node {
	var last *html.Node
	for n := r.heading; n != nil && n.Type == html.ElementNode; n = n.Parent {
		has := func(list []*html.Node) bool {
			return slices.ContainsFunc(list, func(e *html.Node) bool { return isInside(e, n) })
		}
		button := has(r.buttons)
		if button && (has(r.boxes) || r.hasPlain(n)) {
			return n
		}
		if declared {
			if n.Data == "main" || n.Data == "body" || last == nil && has(r.boxes) {
				last = n
			}
		}
		if n.Data == "main" || n.Data == "body" {
			break
		}
	}
	if !declared {
		return nil
	}
	return last
}

func isInside(n, ancestor *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == ancestor {
			return true
		}
	}
	return false
}

// buyWords are what buttons say that put a product into the basket.
var buyWords = lazily(`(?i)^\W*(add (it )?to (your |my |the )?(cart|basket|bag|trolley|order)|buy( it)?( now)?\b|order now|` +
	`in den (waren|einkaufs)(korb|wagen)|(jetzt|sofort) (kaufen|bestellen)|kaufen\b|zum warenkorb hinzufügen|` +
	`ajouter au panier|acheter|commander\b|mettre au panier|añadir al? (carrito|cesta)|comprar|aggiungi al carrello|acquista|` +
	`in (winkelwagen|winkelmand)|toevoegen aan winkelwagen|bestellen\b|pre-?order|vorbestellen|précommander|lägg i (varukorg|kundvagn)|köp\b|læg i kurv|do koszyka|dodaj do koszyka)`)

// isBuyButton reports whether an element puts the product into the basket, or
// would if there were any left.
func isBuyButton(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Button, atom.Input, atom.A:
	default:
		return false
	}
	if n.DataAtom == atom.Input && !strings.EqualFold(attr(n, "type"), "submit") && !strings.EqualFold(attr(n, "type"), "button") {
		return false
	}
	if attr(n, "name") == "add-to-cart" || attr(n, "data-button-action") == "add-to-cart" || attr(n, "id") == "product-addtocart-button" {
		return true
	}
	said := labelOf(n)
	return len(said) < 60 && (buyWords.MatchString(said) || n.DataAtom != atom.A && isSoldOut(said))
}

// labelOf is what a button says.
func labelOf(n *html.Node) string {
	if n.DataAtom == atom.Input {
		return attr(n, "value")
	}
	return shown(n, 100)
}
