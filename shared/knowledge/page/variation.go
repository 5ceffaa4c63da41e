package page

import (
	"encoding/json"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"omniops/shared/knowledge/passage"
)

// variation is one choice of a WooCommerce product, as an attribute of the form
// that it is chosen in carries it; products of very many load them later. (There
// is no specification: the names are those that themes and plugins on GitHub read
// from it, seen 2026-11-24.)
type variation struct {
	Attributes map[string]any `json:"attributes"`
	Price      float64        `json:"display_price"`
	SKU        any            `json:"sku"`
	InStock    *bool          `json:"is_in_stock"`
	Active     *bool          `json:"variation_is_active"`
}

// withVariations replaces the one record of a product by those of its variations,
// where the page's form states them all and the record's price is the lowest of
// theirs.
func withVariations(doc *html.Node, records []passage.Product, names *nameBook) []passage.Product {
	if len(records) != 1 || records[0].Currency == "" {
		return records
	}
	form := find(doc, func(n *html.Node) bool { return n.Data == "form" && has(n, "data-product_variations") })
	if form == nil {
		return records
	}
	var all []variation
	if source := attr(form, "data-product_variations"); len(source) > maxScript || json.Unmarshal([]byte(source), &all) != nil {
		return records
	}
	whole := records[0]
	lowest := ""
	var out []passage.Product
	for _, v := range all {
		if v.Active != nil && !*v.Active || len(out) >= maxProducts {
			continue
		}
		p := whole
		a, _, ok := (&place{}).stated(v.Price, whole.Currency)
		marks := v.marks(names)
		if !ok || len(marks) == 0 {
			return records
		}
		p.Name, p.Price, p.From = clip(whole.Name+" ("+strings.Join(marks, ", ")+")", maxTitle), a.value, false
		if s := visible(v.SKU); isSKU(s) {
			p.SKU = s
		}
		if v.InStock != nil {
			p.Availability = map[bool]string{true: "InStock", false: "OutOfStock"}[*v.InStock]
		}
		if lowest == "" || less(a.value, lowest) {
			lowest = a.value
		}
		out = append(out, p)
	}
	if len(out) == 0 || whole.Price != "" && whole.Price != lowest {
		return records
	}
	return settle(out)
}

// marks are the values that make the variation, as the page's choices show them.
func (v variation) marks(names *nameBook) []string {
	var keys, out []string
	for key := range v.Attributes {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		s := clip(visible(v.Attributes[key]), 60)
		if s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '_' || r == ' ' }), " "); s != "" && names.knows(s, "") {
			out = append(out, s)
		}
	}
	return out
}
