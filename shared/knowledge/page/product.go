package page

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"omniops/shared/knowledge/passage"
)

// recordOf states the product in a section of its own.
func recordOf(p passage.Product) string {
	var b strings.Builder
	b.WriteString("## " + p.Name + "\n\n")
	for _, line := range []struct{ label, value string }{
		{"Price", strings.TrimSpace(p.Price + " " + p.Currency)},
		{"Availability", availabilities[p.Availability]},
		{"SKU", p.SKU},
	} {
		if line.value != "" && (line.label != "Price" || p.Price != "") {
			b.WriteString("- " + line.label + ": " + line.value + "\n")
		}
	}
	return b.String()
}

// availabilities are schema.org's terms and what they mean to a shopper.
var availabilities = map[string]string{
	"InStock": "in stock", "InStoreOnly": "in store only", "OnlineOnly": "in stock, online only",
	"LimitedAvailability": "few left", "OutOfStock": "out of stock", "SoldOut": "sold out",
	"PreOrder": "for pre-order", "PreSale": "for pre-order", "BackOrder": "on back order",
	"MadeToOrder": "made to order", "Discontinued": "discontinued", "Reserved": "reserved",
}

var (
	decimal  = regexp.MustCompile(`^\d{1,9}(\.\d{1,4}|,\d{1,2})?$`)
	currency = regexp.MustCompile(`^[A-Z]{3}$`)
)

// products reads the schema.org Products in a page's JSON-LD.
func products(doc *html.Node, base *url.URL) []passage.Product {
	var out []passage.Product
	seen := map[passage.Product]bool{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "script" || !strings.EqualFold(attr(n, "type"), "application/ld+json") {
			continue
		}
		var value any
		source := strings.TrimSpace(text(n))
		if len(source) > maxScript || json.Unmarshal([]byte(source), &value) != nil {
			continue
		}
		collect(value, base, 0, func(p passage.Product) {
			if !seen[p] && len(out) < maxProducts {
				seen[p] = true
				out = append(out, p)
			}
		})
	}
	return out
}

// collect finds products wherever they stand in a JSON-LD document.
func collect(value any, base *url.URL, depth int, found func(passage.Product)) {
	if depth > 8 {
		return
	}
	switch v := value.(type) {
	case []any:
		for _, e := range v {
			collect(e, base, depth+1, found)
		}
	case map[string]any:
		switch {
		case isA(v, "Product"), isA(v, "ProductGroup") && v["offers"] != nil:
			for _, p := range readProduct(v, base) {
				found(p)
			}
		default:
			for _, key := range []string{"@graph", "mainEntity", "itemListElement", "item", "hasVariant"} {
				collect(v[key], base, depth+1, found)
			}
		}
	}
}

// isA reports whether a node has a schema.org type.
func isA(v map[string]any, kind string) bool {
	switch t := v["@type"].(type) {
	case string:
		return t == kind || strings.HasSuffix(t, "schema.org/"+kind)
	case []any:
		for _, e := range t {
			if e == kind {
				return true
			}
		}
	}
	return false
}

// readProduct gives one product per offer, or one without a price.
func readProduct(v map[string]any, base *url.URL) []passage.Product {
	p := passage.Product{Name: clip(visible(v["name"]), maxTitle), URL: base.String()}
	if p.Name == "" {
		return nil
	}
	if s := visible(v["sku"]); isSKU(s) {
		p.SKU = s
	}
	offers, ok := v["offers"].([]any)
	if !ok {
		offers = []any{v["offers"]}
	}
	var out []passage.Product
	for _, o := range offers {
		offer, ok := o.(map[string]any)
		if !ok {
			continue
		}
		if nested, ok := offer["offers"].([]any); ok && len(nested) > 0 { // AggregateOffer
			inner := map[string]any{"name": v["name"], "sku": v["sku"], "offers": nested}
			out = append(out, readProduct(inner, base)...)
			continue
		}
		out = append(out, withOffer(p, offer, base))
	}
	if out == nil {
		out = []passage.Product{p}
	}
	return out
}

// withOffer adds what an Offer states.
func withOffer(p passage.Product, offer map[string]any, base *url.URL) passage.Product {
	specification, _ := offer["priceSpecification"].(map[string]any)
	if list, ok := offer["priceSpecification"].([]any); ok && len(list) > 0 {
		specification, _ = list[0].(map[string]any)
	}
	for _, source := range []map[string]any{offer, specification} {
		for _, key := range []string{"price", "lowPrice"} {
			if s := visible(source[key]); p.Price == "" && decimal.MatchString(s) {
				p.Price = strings.ReplaceAll(s, ",", ".")
				if dot := strings.IndexByte(p.Price, '.'); dot >= 0 && len(p.Price)-dot == 2 {
					p.Price += "0"
				}
			}
		}
		if s := strings.ToUpper(visible(source["priceCurrency"])); p.Currency == "" && currency.MatchString(s) {
			p.Currency = s
		}
	}
	if s := visible(offer["sku"]); isSKU(s) {
		p.SKU = s
	}
	a := visible(offer["availability"])
	if a = a[strings.LastIndexByte(a, '/')+1:]; availabilities[a] != "" {
		p.Availability = a
	}
	if name := clip(visible(offer["name"]), maxTitle); name != "" && !strings.Contains(p.Name, name) {
		p.Name = clip(p.Name+" "+name, maxTitle)
	}
	if u, err := base.Parse(visible(offer["url"])); err == nil && u.Host == base.Host && u.Scheme == base.Scheme {
		p.URL = u.String()
	}
	return p
}

// visible is a JSON string or number on one line, without markup.
func visible(v any) string {
	switch v := v.(type) {
	case string:
		if strings.ContainsAny(v, "<>") {
			return ""
		}
		return strings.Join(strings.Fields(html.UnescapeString(v)), " ")
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
