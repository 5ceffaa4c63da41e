package passage

// Product is what a page states about something it sells. Every field has been
// checked for its form. A price that an answer states comes from here.
type Product struct {
	Name         string `json:"name"`
	SKU          string `json:"sku,omitempty"`
	Price        string `json:"price,omitempty"`        // decimal, such as "39.00"; empty if none is stated
	Currency     string `json:"currency,omitempty"`     // ISO 4217 code
	Availability string `json:"availability,omitempty"` // schema.org's term, such as "InStock"
	URL          string `json:"url"`
}
