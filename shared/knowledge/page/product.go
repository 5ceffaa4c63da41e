package page

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"omniops/shared/knowledge/passage"
)

// maxItems is how many things one source may name.
const maxItems = 2 * maxProducts

// catalogue is what a page sells, and the elements that say no more than that.
type catalogue struct {
	products []passage.Product
	stated   []*html.Node
}

// readCatalogue finds the products of a page in its JSON-LD, its microdata and
// RDFa, its OpenGraph tags, and in what a visitor sees of it, and makes one
// record of each.
//
// Names, numbers and what is in stock come from the first of these that states
// them. For the one product that a page is about, what a visitor sees counts
// more than data that may be stale: if one price is plainly shown, and the data
// states another of the same currency that is not shown at all, the shown price
// holds; if the data states a price that the page strikes through and it is not
// plain which one holds instead, none does. What is visibly sold out is so. Of
// several things on one page each is kept only if it has a name and an address
// of its own, and a price without a currency is dropped.
func readCatalogue(doc *html.Node, base *url.URL, h head, data *graph) catalogue {
	where := newPlace(doc, base)
	names := newNameBook(doc, h, base)
	said := readDescriptions(doc, base, h, where, names, data)
	name := h.h1
	var records []passage.Product
	if len(said.mains) > 0 {
		name, records = said.mains[0].name, said.mains[0].records
		for _, other := range said.mains[1:] {
			records = supplement(records, other.records)
		}
	}
	s := readShelf(doc, base, where, name, len(said.mains) > 0 || isProductBody(doc))
	records, shown := shelve(records, s, base)
	var c catalogue
	if c.products = withVariations(doc, records, names); shown {
		c.stated = s.stated
	}
	for _, it := range said.items {
		if it.address != "" && !samePage(it.address, base) && !isMain(it, said.mains) {
			c.products = append(c.products, atAddress(it)...)
		}
	}
	for i := range c.products {
		c.products[i] = complete(c.products[i], where)
	}
	c.products = distinct(slices.DeleteFunc(c.products, func(p passage.Product) bool {
		bare := p == passage.Product{Name: p.Name, URL: p.URL}
		return p.Validate() != nil || bare && !said.data // a name alone, of a page that calls itself a product
	}))
	return c
}

// descriptions are what the data of a page says of things for sale.
type descriptions struct {
	items []item  // all that schema.org data describes
	mains []*item // what each source has on the one thing that the page is about
	data  bool    // the first of these is from schema.org data
}

// readDescriptions reads a page's data, source by source in order of trust.
// Things whose name the page does not show are left out.
func readDescriptions(doc *html.Node, base *url.URL, h head, where *place, names *nameBook, data *graph) descriptions {
	var said descriptions
	for _, g := range []*graph{data, {tops: microdata.read(doc)}, {tops: rdfa.read(doc)}} {
		items := reader{g, where, base}.items()
		if len(items) == 1 && !items[0].listed && (items[0].address == "" || samePage(items[0].address, base)) && isName(h.h1) && !names.knows(items[0].name, "") {
			items[0].rename(h.h1) // in another language, perhaps
		}
		items = slices.DeleteFunc(items, func(it item) bool { return !names.knows(it.name, it.address) })
		for _, it := range items {
			names.plain(it)
		}
		said.items = append(said.items, items...)
		if m := mainItem(items, base, h); m != nil {
			said.mains, said.data = append(said.mains, m), true
		}
	}
	if m := openGraph(doc, where, base, h); m != nil {
		said.mains = append(said.mains, m)
	}
	return said
}

// mainItem is the one thing that a page is about: the one whose address is the
// page's, else the one named like its heading, else the only one.
func mainItem(items []item, base *url.URL, h head) *item {
	var own, alike, other []int
	for i, it := range items {
		switch {
		case it.listed:
		case samePage(it.address, base):
			own = append(own, i)
		case it.address == "" && h.h1 != "" && (strings.EqualFold(it.name, h.h1) || strings.EqualFold(it.name, h.title)):
			alike = append(alike, i)
		default:
			other = append(other, i)
		}
	}
	switch {
	case len(own) > 0:
		return &items[own[0]]
	case len(alike) > 0:
		return &items[alike[0]]
	case len(other) == 1 && len(items) == 1 && isOwn(items[other[0]], base, h):
		return &items[other[0]]
	case len(other) >= 1 && sharesWords(h.h1, items[other[0]].name) && !sharesWords(h.h1, items[other[len(other)-1]].name):
		return &items[other[0]]
	}
	return nil
}

// isOwn reports whether the only thing described on a page is the page's own: it
// has no other address, or one that ends alike, as when a shop shows a product
// below each of its collections, or the name that the page's heading has.
func isOwn(it item, base *url.URL, h head) bool {
	return it.address == "" || path.Base(it.address) == path.Base(base.Path) || h.h1 == "" || sharesWords(it.name, h.h1) || sharesWords(h.h1, it.name)
}

// samePage reports whether an address is the page's own, whatever its query.
func samePage(address string, base *url.URL) bool {
	u, err := url.Parse(address)
	return address != "" && err == nil && strings.TrimSuffix(u.Path, "/") == strings.TrimSuffix(base.Path, "/")
}

// isMain reports whether a thing is one that the page is about.
func isMain(it item, mains []*item) bool {
	return slices.ContainsFunc(mains, func(m *item) bool { return m.name == it.name })
}

// atAddress are the records of an entry of a list, which stand on their own
// pages.
func atAddress(it item) []passage.Product {
	own, err := url.Parse(it.address)
	if err != nil {
		return nil
	}
	for i := range it.records {
		if !samePage(it.records[i].URL, own) {
			it.records[i].URL = it.address
		}
	}
	return it.records
}

// supplement adds what a further source states and the first does not.
func supplement(records, more []passage.Product) []passage.Product {
	for i := range records {
		r := &records[i]
		var o *passage.Product
		for j := range more {
			if r.SKU != "" && more[j].SKU == r.SKU {
				o = &more[j]
			}
		}
		if o == nil && len(records) == 1 && len(more) == 1 && (r.SKU == "" || more[0].SKU == "" || strings.EqualFold(r.Name, more[0].Name)) {
			o = &more[0]
		}
		if o == nil {
			continue
		}
		if r.SKU == "" {
			r.SKU = o.SKU
		}
		if r.Price == "" {
			r.Price, r.Currency, r.From = o.Price, o.Currency, o.From
		}
		if r.Currency == "" && r.Price != "" {
			r.Currency = o.Currency
		}
		if r.Availability == "" {
			r.Availability = o.Availability
		}
	}
	return records
}

// shelve brings records and shelf together. shown reports whether the shelf's
// price is that of a record, so that the text need not say it again.
func shelve(records []passage.Product, s shelf, base *url.URL) (out []passage.Product, shown bool) {
	if len(records) == 0 {
		if s.name == "" || !isName(s.name) || s.price.value == "" {
			return nil, false
		}
		records = []passage.Product{{Name: s.name, URL: base.String()}}
	}
	agreed := slices.ContainsFunc(records, func(p passage.Product) bool { return p.Price != "" && slices.Contains(s.price.seen, p.Price) })
	alike := !slices.ContainsFunc(records, func(p passage.Product) bool { return p.Price != records[0].Price || p.Currency != records[0].Currency })
	for i := range records {
		p := &records[i]
		foreign := p.Price != "" && p.Currency != "" && s.price.currency != "" && p.Currency != s.price.currency
		switch {
		case foreign, agreed && (len(records) > 1 || p.Price == s.price.value || s.price.value == ""):
		case s.price.value != "" && alike && (!agreed || !slices.Contains(s.price.seen, p.Price)):
			p.Price, p.Currency, p.From = s.price.value, s.price.currency, s.price.from
		case s.price.value != "" && !agreed, slices.Contains(s.price.struck, p.Price) && !agreed:
			p.Price, p.Currency, p.From = "", "", false
		}
		if p.Currency == "" && p.Price != "" && slices.Contains(s.price.seen, p.Price) {
			p.Currency = s.price.currency
		}
		shown = shown || p.Price != "" && slices.Contains(s.price.seen, p.Price)
	}
	if len(records) == 1 {
		p := &records[0]
		if s.availability != "" && (p.Availability == "" || isGone(s.availability) != isGone(p.Availability)) {
			p.Availability = s.availability
		}
		if p.SKU == "" {
			p.SKU = s.sku
		}
	}
	return records, shown
}

func isGone(availability string) bool {
	return availability == "OutOfStock" || availability == "SoldOut" || availability == "Discontinued"
}

// complete gives a price its currency, and drops one that has none. The name
// becomes one line without signs that could be taken for markup.
func complete(p passage.Product, where *place) passage.Product {
	p.Name = strings.Join(strings.Fields(clip(strings.NewReplacer("<", " ", ">", " ").Replace(legible(p.Name)), maxTitle)), " ")
	if p.Currency == "" {
		p.Currency = where.declared
	}
	if p.Price != "" && p.Currency != "" {
		if value, ok := normal(p.Price, p.Currency, inData); ok {
			p.Price = value
			return p
		}
	}
	p.Price, p.Currency, p.From = "", "", false
	return p
}

// distinct removes repeated records and those over the limit.
func distinct(products []passage.Product) []passage.Product {
	var out []passage.Product
	seen := map[passage.Product]bool{}
	for _, p := range products {
		if !seen[p] && len(out) < maxProducts {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

// openGraph is the product that a page's meta tags describe.
func openGraph(doc *html.Node, where *place, base *url.URL, h head) *item {
	tags := map[string]string{}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "meta" {
			key := strings.ToLower(attr(n, "property") + attr(n, "name"))
			if tags[key] == "" && (strings.HasPrefix(key, "product:") || strings.HasPrefix(key, "og:")) {
				tags[key] = attr(n, "content")
			}
		}
	}
	first := func(keys ...string) string {
		for _, key := range keys {
			if s := visible(tags[key]); s != "" {
				return s
			}
		}
		return ""
	}
	kind := first("og:type")
	if kind != "product" && kind != "og:product" && kind != "product.item" && first("product:price:amount", "og:price:amount") == "" {
		return nil
	}
	p := passage.Product{Name: h.pageTitle(base), URL: base.String()}
	if s := first("product:retailer_item_id", "product:sku"); isSKU(s) {
		p.SKU = s
	}
	for _, prefix := range []string{"product:sale_price:", "product:price:", "og:price:"} {
		code := strings.ToUpper(first(prefix + "currency"))
		if !isCurrency(code) {
			code = where.declared
		}
		if a, from, ok := where.stated(first(prefix+"amount"), code); ok && p.Price == "" {
			p.Price, p.Currency, p.From = a.value, a.currency, from
		}
	}
	p.Availability = availabilityTerm(first("product:availability", "og:availability"))
	if p.Name == "" {
		return nil
	}
	return &item{name: p.Name, address: base.String(), records: []passage.Product{p}}
}

// productBodies are classes that shops give to the body of a product's page.
var productBodies = set("single-product template-product product-template catalog-product-view page-product is-ctl-product product-page " +
	"template--product productpage page-product-detail product-detail")

func isProductBody(doc *html.Node) bool {
	body := find(doc, func(n *html.Node) bool { return n.Data == "body" })
	if body == nil {
		return false
	}
	for token := range strings.FieldsSeq(strings.ToLower(attr(body, "class"))) {
		if productBodies[token] {
			return true
		}
	}
	return strings.EqualFold(attr(body, "id"), "product")
}

// isName reports whether a heading can be a product's name and not a sentence.
func isName(s string) bool {
	return len(s) <= 150 && !strings.ContainsAny(s, "?!") && strings.IndexFunc(s, unicode.IsLetter) >= 0
}

// isPrice reports whether a price and its currency have the form that they are
// stored in.
func isPrice(value, code string) bool {
	normalised, ok := normal(value, code, inData)
	return ok && isCurrency(code) && normalised == value
}
