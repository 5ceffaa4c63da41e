package commerce

import (
	"fmt"
	"strings"
	"time"
)

// Summary is the smallest view of an order that answers a shopper: number,
// status, items, fulfillment, shipments, returns and refunds. It is all that a
// shopper's page and a model ever see of one.
type Summary struct {
	Number      string            `json:"number"`
	PlacedAt    time.Time         `json:"placed_at"`
	Status      string            `json:"status"` // open, cancelled or closed
	Payment     Payment           `json:"payment"`
	Fulfillment Fulfillment       `json:"fulfillment"`
	Paid        Money             `json:"paid,omitzero"` // in the buyer's currency, before refunds
	Items       []ItemSummary     `json:"items"`
	MoreItems   bool              `json:"more_items"`
	Shipments   []ShipmentSummary `json:"shipments"`
	Returns     []ReturnSummary   `json:"returns"`
	Refunds     []RefundSummary   `json:"refunds"`
	Actions     []ActionKind      `json:"actions"` // what the merchant's rules may allow now
}

// ItemSummary is a product of an order.
type ItemSummary struct {
	Title    string `json:"title"`
	Variant  string `json:"variant,omitempty"`
	Quantity int    `json:"quantity"`
	Refunded int    `json:"refunded,omitempty"` // of these
}

// ShipmentSummary is a parcel.
type ShipmentSummary struct {
	Status         string    `json:"status"`
	Carrier        string    `json:"carrier,omitempty"`
	TrackingNumber string    `json:"tracking_number,omitempty"`
	TrackingURL    string    `json:"tracking_url,omitempty"`
	SentAt         time.Time `json:"sent_at,omitzero"`
	EstimatedAt    time.Time `json:"estimated_at,omitzero"`
	DeliveredAt    time.Time `json:"delivered_at,omitzero"`
}

// ReturnSummary is a return.
type ReturnSummary struct {
	Name     string `json:"name"`
	Status   string `json:"status"`
	Quantity int    `json:"quantity"`
}

// RefundSummary is money given back.
type RefundSummary struct {
	CreatedAt time.Time `json:"created_at"`
	Amount    Money     `json:"amount"` // in the buyer's currency
}

// Bounds of a summary, so that it stays one.
const (
	maxItems     = 25
	maxShipments = 5
	maxTitle     = 120 // characters of a title
)

// Summary gives what a shopper sees of an order.
func (o Order) Summary() Summary {
	s := Summary{
		Number: o.Number, PlacedAt: o.PlacedAt, Status: o.status(), Payment: o.Payment, Fulfillment: o.Fulfillment,
		Paid: o.Paid.Buyer, MoreItems: o.MoreItems || len(o.Items) > maxItems,
		Items: []ItemSummary{}, Shipments: []ShipmentSummary{}, Returns: []ReturnSummary{}, Refunds: []RefundSummary{},
		Actions: possible(o),
	}
	for _, i := range o.Items[:min(len(o.Items), maxItems)] {
		s.Items = append(s.Items, ItemSummary{clip(i.Title), clip(i.Variant), i.Quantity, i.Refunded})
	}
	for _, p := range o.Shipments[:min(len(o.Shipments), maxShipments)] {
		url := p.URL
		if !strings.HasPrefix(url, "https://") {
			url = ""
		}
		s.Shipments = append(s.Shipments, ShipmentSummary{p.Status, clip(p.Carrier), clip(p.Number), url, p.SentAt, p.EstimatedAt, p.DeliveredAt})
	}
	for _, r := range o.Returns {
		s.Returns = append(s.Returns, ReturnSummary{clip(r.Name), r.Status, r.Quantity})
	}
	for _, r := range o.Refunds {
		if r.Amount.Buyer.Minor != 0 {
			s.Refunds = append(s.Refunds, RefundSummary{r.CreatedAt, r.Amount.Buyer})
		}
	}
	return s
}

func (o Order) status() string {
	switch {
	case !o.CancelledAt.IsZero():
		return "cancelled"
	case o.Closed:
		return "closed"
	}
	return "open"
}

// clip makes a text one line of at most maxTitle characters, and shows where it was
// cut. Clipped again, it stays as it is.
func clip(s string) string { return shortened(s, maxTitle) }

func shortened(s string, most int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most-1]) + "…"
}

// Lines is the summary as a model reads it, one fact to a line.
func (s Summary) Lines() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	words := func(state string) string { return strings.ReplaceAll(state, "_", " ") }
	line("Order %s was placed on %s. It is %s.", s.Number, date(s.PlacedAt), s.Status)
	line("Payment: %s. Fulfillment: %s.", words(string(s.Payment)), words(string(s.Fulfillment)))
	for _, i := range s.Items {
		back := ""
		if i.Refunded > 0 {
			back = fmt.Sprintf(" (refunded: %d)", i.Refunded)
		}
		line("Item: %d × %s%s", i.Quantity, strings.TrimSuffix(i.Title+", "+i.Variant, ", "), back)
	}
	if s.MoreItems {
		line("There are more items than are listed here.")
	}
	for _, p := range s.Shipments {
		parts := []string{"Parcel: " + words(p.Status)}
		add := func(what, value string) {
			if value != "" {
				parts = append(parts, what+" "+value)
			}
		}
		add("carrier", p.Carrier)
		add("tracking number", p.TrackingNumber)
		add("sent on", date(p.SentAt))
		add("expected on", date(p.EstimatedAt))
		add("delivered on", date(p.DeliveredAt))
		line("%s.", strings.Join(parts, ", "))
	}
	if len(s.Shipments) == 0 {
		line("Nothing has been sent yet.")
	}
	for _, r := range s.Returns {
		line("Return %s: %s, %d pieces.", r.Name, words(r.Status), r.Quantity)
	}
	for _, r := range s.Refunds {
		line("Refunded %s on %s.", r.Amount, date(r.CreatedAt))
	}
	return b.String()
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 January 2006")
}
