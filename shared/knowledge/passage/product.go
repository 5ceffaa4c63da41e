package passage

import (
	"strings"
	"time"
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
