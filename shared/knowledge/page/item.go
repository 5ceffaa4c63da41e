package page

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"omniops/shared/knowledge/passage"
)

// item is one thing for sale as one source on the page describes it.
type item struct {
	name    string
	address string            // the page of its own that it names, or empty
	listed  bool              // it is an entry of a list
	records []passage.Product // its variants, or itself
}

// rename gives a thing and its variants another name.
func (it *item) rename(name string) {
	for i := range it.records {
		r := &it.records[i]
		if rest, ok := strings.CutPrefix(r.Name, it.name); ok {
			r.Name = clip(name+rest, maxTitle)
		}
	}
	it.name = name
}

// reader reads schema.org objects into items.
type reader struct {
	graph *graph
	place *place
	base  *url.URL
}

// items are the products of the graph's documents.
func (r reader) items() []item {
	var out []item
	r.graph.find([]string{"Product", "ProductGroup"}, func(v map[string]any, listed bool) {
		if it, ok := r.item(v); ok && len(out) < maxItems {
			it.listed = listed
			out = append(out, it)
		}
	})
	return out
}

// item reads a Product or a ProductGroup.
func (r reader) item(v map[string]any) (item, bool) {
	p := passage.Product{Name: nameOf(v), URL: r.base.String(), SKU: skuOf(v)}
	variants := r.graph.objects(v["hasVariant"])
	if p.Name == "" {
		return item{}, false
	}
	it := item{name: p.Name, address: r.address(v["url"])}
	for _, variant := range variants {
		if len(it.records) >= maxProducts {
			break
		}
		child := passage.Product{Name: variantName(p.Name, variant), SKU: skuOf(variant), URL: p.URL}
		if u := r.address(variant["url"]); u != "" {
			child.URL = u
		}
		if variant["offers"] == nil && len(variant) <= 2 { // a mere reference
			continue
		}
		it.records = append(it.records, r.offered(child, variant["offers"])...)
	}
	if len(it.records) == 0 {
		it.records = r.offered(p, v["offers"])
	}
	it.records = settle(it.records)
	if it.address == "" && len(it.records) == 1 && it.records[0].URL != p.URL {
		it.address = it.records[0].URL
	}
	return it, true
}

// offered gives one record per offer of a product, or one without a price.
func (r reader) offered(p passage.Product, offers any) []passage.Product {
	var out []passage.Product
	for _, offer := range r.graph.objects(offers) {
		if len(out) >= maxProducts {
			break
		}
		if inner := r.graph.objects(offer["offers"]); len(inner) > 0 && inner[0]["offers"] == nil { // AggregateOffer
			for _, o := range inner {
				if o["priceCurrency"] == nil {
					o["priceCurrency"] = offer["priceCurrency"]
				}
			}
			out = append(out, r.offered(p, offer["offers"])...)
			continue
		}
		if isForSale(offer) {
			out = append(out, r.withOffer(p, offer))
		}
	}
	if out == nil {
		out = []passage.Product{p}
	}
	return out
}

// isForSale reports whether an offer is for one piece, to keep.
func isForSale(offer map[string]any) bool {
	if quantity, ok := offer["eligibleQuantity"].(map[string]any); ok {
		if least, err := strconv.ParseFloat(visible(quantity["minValue"]), 64); err == nil && least > 1 {
			return false
		}
	}
	function := visible(offer["businessFunction"])
	return function == "" || strings.HasSuffix(function, "Sell")
}

// withOffer adds what an Offer states.
func (r reader) withOffer(p passage.Product, offer map[string]any) passage.Product {
	p.Price, p.Currency, p.From = r.price(offer)
	if s := skuOf(offer); s != "" {
		p.SKU = s
	}
	p.Availability = availabilityTerm(visible(offer["availability"]))
	for _, inner := range r.graph.objects(offer["itemOffered"]) {
		p.Name = variantName(p.Name, inner)
		if s := skuOf(inner); s != "" {
			p.SKU = s
		}
	}
	p.Name = variantName(p.Name, map[string]any{"name": offer["name"]})
	switch condition := visible(offer["itemCondition"]); condition[strings.LastIndexByte(condition, '/')+1:] {
	case "UsedCondition":
		p.Name = clip(p.Name+" (used)", maxTitle)
	case "RefurbishedCondition":
		p.Name = clip(p.Name+" (refurbished)", maxTitle)
	}
	if u := r.address(offer["url"]); u != "" {
		p.URL = u
	}
	return p
}

// price is what an offer asks of a shopper today: the sale price where one is
// named, else the offer's own price, else that of its specification, else the
// lowest of an AggregateOffer. List prices, prices for members or for larger
// quantities, and prices per litre or kilogram are not it.
func (r reader) price(offer map[string]any) (value, code string, from bool) {
	declared := func(v map[string]any) string {
		code := strings.ToUpper(visible(v["priceCurrency"]))
		if !isCurrency(code) {
			code = r.place.currencyOf(visible(v["priceCurrency"]))
		}
		return code
	}
	outer := declared(offer)
	best := 0
	take := func(rank int, v any, code string, least bool) {
		if code == "" {
			code = outer
		}
		a, isFrom, ok := r.place.stated(v, code)
		if !ok || rank < best || rank == best && value != "" && !less(a.value, value) {
			return
		}
		best, value, code, from = rank, a.value, a.currency, isFrom || least
		outer = code
	}
	low, _, lowOK := r.place.stated(offer["lowPrice"], outer)
	high, _, highOK := r.place.stated(offer["highPrice"], outer)
	if lowOK {
		least := !highOK || low.value != high.value
		if count, err := strconv.Atoi(visible(offer["offerCount"])); err == nil && count == 1 {
			least = false
		}
		take(1, offer["lowPrice"], "", least)
	}
	for _, s := range r.graph.objects(offer["priceSpecification"]) {
		kind := visible(s["priceType"])
		kind = kind[strings.LastIndexByte(kind, '/')+1:]
		switch {
		case kind != "" && kind != "SalePrice" && kind != "RegularPrice",
			s["referenceQuantity"] != nil, s["validForMemberTier"] != nil, s["eligibleTransactionVolume"] != nil,
			isA(s, "DeliveryChargeSpecification"), isA(s, "PaymentChargeSpecification"), !isForSale(s):
		case kind == "SalePrice":
			take(5, s["price"], declared(s), false)
		case kind == "RegularPrice":
			take(2, s["price"], declared(s), false)
		default:
			take(3, s["price"], declared(s), false)
		}
	}
	for _, price := range many(offer["price"]) {
		take(4, price, "", false)
	}
	if value == "" {
		return "", "", false
	}
	return value, outer, from
}

// one is a value, or the first of a list of values.
func one(v any) any {
	if list, ok := v.([]any); ok {
		if len(list) == 0 {
			return nil
		}
		return list[0]
	}
	return v
}

// many is a value as a list.
func many(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// address is a stated address on the page's own site.
func (r reader) address(v any) string {
	s := visible(one(v))
	if s == "" || len(s) > 2000 {
		return ""
	}
	u, err := r.base.Parse(s)
	if err != nil || u.Host != r.base.Host || u.Scheme != r.base.Scheme {
		return ""
	}
	u.Fragment = ""
	return u.String()
}

func nameOf(v map[string]any) string { return clip(visible(one(v["name"])), maxTitle) }

// skuOf is a stated stock-keeping unit.
func skuOf(v map[string]any) string {
	for _, key := range []string{"sku", "mpn"} {
		if s := visible(one(v[key])); isSKU(s) {
			return s
		}
	}
	return ""
}

// variantName tells a variant from its product: by its own name, or by its
// colour, size and the like.
func variantName(product string, variant map[string]any) string {
	name := nameOf(variant)
	switch {
	case name == "" || saysAll(product, name):
		var marks []string
		for _, key := range []string{"color", "size", "material", "pattern"} {
			if s := clip(visible(one(variant[key])), 60); s != "" && !saysAll(product, s) {
				marks = append(marks, s)
			}
		}
		if len(marks) > 0 {
			return clip(product+" ("+strings.Join(marks, ", ")+")", maxTitle)
		}
		return product
	case saysAll(name, product) || sharesWords(product, name):
		return name
	}
	return clip(product+" "+name, maxTitle)
}

// saysAll reports whether all words of part stand in whole.
func saysAll(whole, part string) bool {
	in := set(strings.ToLower(whole))
	for w := range strings.FieldsSeq(strings.ToLower(part)) {
		if !in[w] {
			return false
		}
	}
	return true
}

// sharesWords reports whether one name says again most of what the other says.
func sharesWords(product, name string) bool {
	in := set(strings.ToLower(name))
	shared, total := 0, 0
	for w := range strings.FieldsSeq(strings.ToLower(product)) {
		total++
		if in[w] {
			shared++
		}
	}
	return shared*2 > total
}

// settle makes one record of those that nothing tells apart: what they cost is
// then from the lowest price.
func settle(records []passage.Product) []passage.Product {
	var out []passage.Product
	for _, p := range records {
		i := slices.IndexFunc(out, func(o passage.Product) bool {
			return o.Name == p.Name && o.SKU == p.SKU && o.URL == p.URL && (o.Currency == p.Currency || o.Price == "" || p.Price == "")
		})
		if i < 0 {
			out = append(out, p)
			continue
		}
		o := &out[i]
		switch {
		case o.Price == "":
			o.Price, o.Currency, o.From = p.Price, p.Currency, p.From
		case p.Price != "" && p.Price != o.Price:
			o.From = true
			if less(p.Price, o.Price) {
				o.Price = p.Price
			}
		}
		if o.Availability == "" || p.Availability == "InStock" {
			o.Availability = p.Availability
		}
	}
	return out
}

// terms are schema.org's availabilities by their letters in lower case, and
// what merchants' product feeds call them.
var terms = map[string]string{
	"instock": "InStock", "instoreonly": "InStoreOnly", "onlineonly": "OnlineOnly", "limitedavailability": "LimitedAvailability",
	"outofstock": "OutOfStock", "soldout": "SoldOut", "preorder": "PreOrder", "presale": "PreSale", "backorder": "BackOrder",
	"madetoorder": "MadeToOrder", "discontinued": "Discontinued", "reserved": "Reserved",
	"oos": "OutOfStock", "available": "InStock", "availablefororder": "BackOrder",
}

// availabilityTerm is schema.org's term that a page's data names.
func availabilityTerm(s string) string {
	s = s[strings.LastIndexAny(s, "/:")+1:]
	return terms[strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)]
}

// visible is a JSON string or number on one line, without markup.
func visible(v any) string {
	switch v := v.(type) {
	case string:
		if strings.ContainsAny(v, "<>") {
			return ""
		}
		s := strings.Join(strings.Fields(html.UnescapeString(v)), " ")
		if strings.ContainsAny(s, "<>") { // escaped twice
			return ""
		}
		return strings.Join(strings.Fields(legible(s)), " ")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// isSKU reports whether s can be a stock-keeping unit: 1 to 64 letters, digits
// and a few signs, beginning with a letter or digit. (As an expression over all
// of Unicode's letters it would take 25 ms of every start to compile.)
func isSKU(s string) bool {
	n := 0
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && (i == 0 || !strings.ContainsRune(" ._/+#-", r)) {
			return false
		}
		n++
	}
	return n >= 1 && n <= 64
}
