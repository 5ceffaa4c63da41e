package passage

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"omniops/shared/fault"
)

// Product is what a page states about something it sells. Every field has been
// checked for its form. A price that an answer states comes from here.
type Product struct {
	Name         string `json:"name"`
	SKU          string `json:"sku,omitempty"`
	Price        string `json:"price,omitempty"`        // decimal, such as "39.00"; empty if none is stated
	From         bool   `json:"from,omitempty"`         // Price is the lowest of several: "from 39.00"
	Currency     string `json:"currency,omitempty"`     // ISO 4217 code
	Availability string `json:"availability,omitempty"` // schema.org's term, such as "InStock"
	URL          string `json:"url"`
}

// Statement says in Markdown what is known of the product. It says the same of
// the same product, and nothing of what is not known.
func (p Product) Statement() string {
	price := ""
	if p.Price != "" {
		price = strings.TrimSpace(p.Price + " " + p.Currency)
		if p.From {
			price = "from " + price
		}
	}
	var b strings.Builder
	b.WriteString("## " + p.Name + "\n")
	for _, line := range []struct{ label, value string }{
		{"Price", price},
		{"Availability", availabilities[p.Availability]},
		{"SKU", p.SKU},
	} {
		if line.value != "" {
			b.WriteString("\n- " + line.label + ": " + line.value)
		}
	}
	return strings.TrimSpace(b.String())
}

// Validate checks that every field has its form, and that no price stands
// without its currency. Its error is fault.Invalid.
func (p Product) Validate() error {
	u, err := url.Parse(p.URL)
	for _, rule := range []struct {
		holds bool
		what  string
	}{
		{p.Name != "" && len(p.Name) <= maxName && utf8.ValidString(p.Name) && strings.Join(strings.Fields(p.Name), " ") == p.Name && !strings.ContainsAny(p.Name, "<>"), "name"},
		{len(p.SKU) <= maxName && !strings.ContainsAny(p.SKU, "<>\n"), "SKU"},
		{p.Price == "" && !p.From || isDecimal(p.Price), "price"},
		{p.Currency == "" || len(p.Currency) == 3 && strings.Trim(p.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "", "currency"},
		{(p.Price == "") == (p.Currency == ""), "price without its currency"},
		{p.Availability == "" || IsAvailability(p.Availability), "availability"},
		{err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "", "address"},
	} {
		if !rule.holds {
			return fault.E(fault.Invalid, "The product's "+rule.what+" is not of its form.", nil)
		}
	}
	return nil
}

// maxName is the size of a name in bytes.
const maxName = 200

// isDecimal reports whether s is a sum above zero, in digits, with a point
// before its fraction if it has one.
func isDecimal(s string) bool {
	whole, fraction, point := strings.Cut(s, ".")
	digits := strings.Trim(whole+fraction, "0123456789") == ""
	return digits && whole != "" && len(whole) <= 9 && len(fraction) <= 4 && point == (fraction != "") && strings.Trim(whole+fraction, "0") != "" &&
		(whole == "0" || whole[0] != '0')
}

// IsAvailability reports whether s is one of schema.org's terms that a Product's
// Availability may hold.
func IsAvailability(s string) bool { return availabilities[s] != "" }

// availabilities are schema.org's terms and what they mean to a shopper.
var availabilities = map[string]string{
	"InStock": "in stock", "InStoreOnly": "in store only", "OnlineOnly": "in stock, online only",
	"LimitedAvailability": "few left", "OutOfStock": "out of stock", "SoldOut": "sold out",
	"PreOrder": "for pre-order", "PreSale": "for pre-order", "BackOrder": "on back order",
	"MadeToOrder": "made to order", "Discontinued": "discontinued", "Reserved": "reserved",
}

// Records makes a passage of each product of a page. Their paths are the page's
// title and the product's name, or the name alone where the title is the name.
func Records(src Source, products []Product) []Passage {
	var out []Passage
	seen := map[string]int{}
	for _, p := range products {
		path := []string{p.Name}
		if title := oneLine(src.Title); title != "" && !strings.EqualFold(title, p.Name) {
			path = []string{title, p.Name}
		}
		text := p.Statement()
		seen[text]++
		out = append(out, Passage{
			ID:        newID(src.URL, path, text, seen[text]),
			URL:       src.URL,
			Path:      path,
			Text:      text,
			Language:  src.Language,
			CrawledAt: src.CrawledAt.UTC().Truncate(time.Second),
			Product:   &p,
		})
	}
	return out
}
