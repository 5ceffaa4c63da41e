// Package commerce holds the orders of a shop's customers, who may see them, and
// what may be done to them: verification by a code, the summary that a model may
// see, the merchant's rules, and actions that are carried out once. A shop system
// (commerce/shopify) is a Platform.
package commerce

import (
	"time"

	"omniops/shared/id"
)

// Candidate is an order that may be the one a shopper means: what identity is
// matched by, and nothing else.
type Candidate struct {
	ID     id.Order
	Number string // as the shop writes it, such as #1042
	Emails []string
	Phones []string
}

// Order is a verified shopper's order, for code to reason about. A model and the
// shopper see its Summary.
type Order struct {
	ID          id.Order
	Customer    string // the platform's number of the customer; empty for a guest
	Number      string
	PlacedAt    time.Time
	CancelledAt time.Time // zero if it was not
	Closed      bool
	Payment     Payment
	Fulfillment Fulfillment
	Paid        Amount // received from the buyer, before anything was given back
	Refunded    Amount
	Items       []LineItem
	Shipments   []Shipment
	Returns     []Return
	Refunds     []Refund
	MoreItems   bool     // there are more items than are listed
	Email       string   // where its customer is told about it; never shown
	Personal    []string // the customer's own name, address, e-mail and phone: always masked
}

// Payment is how far an order is paid.
type Payment string

// The states of payment. A platform's new state is UnknownPayment.
const (
	UnknownPayment    Payment = "unknown"
	Pending           Payment = "pending"
	Authorized        Payment = "authorized"
	Paid              Payment = "paid"
	PartiallyPaid     Payment = "partially_paid"
	PartiallyRefunded Payment = "partially_refunded"
	Refunded          Payment = "refunded"
	Voided            Payment = "voided"
	Expired           Payment = "expired"
)

// Fulfillment is how far an order is on its way.
type Fulfillment string

// The states of fulfillment. A platform's new state is UnknownFulfillment.
const (
	UnknownFulfillment Fulfillment = "unknown"
	Unfulfilled        Fulfillment = "unfulfilled"
	InProgress         Fulfillment = "in_progress"
	OnHold             Fulfillment = "on_hold"
	Scheduled          Fulfillment = "scheduled"
	PartiallyFulfilled Fulfillment = "partially_fulfilled"
	Fulfilled          Fulfillment = "fulfilled"
	Restocked          Fulfillment = "restocked"
	NotRequired        Fulfillment = "not_required"
)

// LineItem is one product of an order.
type LineItem struct {
	ID          string // the platform's, digits; never shown
	FulfilledID string // of the fulfilled line, which is what is returned; empty before
	Title       string
	Variant     string
	Quantity    int // as ordered, without what was taken off the order
	Refunded    int // of these
	Refundable  int // how many may still be refunded
	Returnable  int // how many may still be returned
	Unfulfilled int // how many have not been sent
	ProductID   string
}

// Shipment is one parcel, or what a carrier has of one.
type Shipment struct {
	Status      string // such as in_transit, out_for_delivery, delivered; "unknown" for a new one
	Carrier     string
	Number      string // tracking number
	URL         string // tracking page, https
	SentAt      time.Time
	EstimatedAt time.Time
	DeliveredAt time.Time
}

// Return is goods on their way back, or asked to be.
type Return struct {
	Name      string // such as #1042-R1
	Status    string // requested, open, closed, declined, canceled, unknown
	CreatedAt time.Time
	Quantity  int
	Notes     []string // what was written with its lines
}

// Refund is money given back.
type Refund struct {
	CreatedAt time.Time
	Amount    Amount
	Note      string
}
