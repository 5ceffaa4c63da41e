package commerce

import (
	"context"
	"errors"

	"omniops/shared/id"
)

// Purpose is what a shop's data is fetched for. There is no other (C050).
type Purpose string

// The purposes.
const (
	Verification   Purpose = "verification"    // is this the shopper's own order
	Support        Purpose = "support"         // answering the shopper whose order it is
	OrderAction    Purpose = "order-action"    // a cancellation, return, refund or change that was granted
	CatalogueSync  Purpose = "catalogue"       // products, prices, availability
	StoreAssistant Purpose = "store-assistant" // the merchant's own questions
)

// Access says on whose behalf, and what for, a shop's data is reached. A platform
// refuses one without a known purpose as Forbidden.
type Access struct {
	Tenant  id.Tenant
	Purpose Purpose
}

// Errors that a caller tells apart.
var (
	// ErrDisconnected says that the merchant has no shop connected (any more).
	ErrDisconnected = errors.New("the shop is not connected")
	// ErrNoAccess says that the shop is connected, but may not show its orders:
	// its owner or the platform has not allowed it.
	ErrNoAccess = errors.New("no access to orders")
)

// Platform is a merchant's shop system. Its errors have a Kind; those of a
// missing connection or permission are ErrDisconnected or ErrNoAccess too.
type Platform interface {
	// Find gives the orders with a number, with what identity is matched by. The
	// number has been checked by ParseNumber.
	Find(ctx context.Context, a Access, number string) ([]Candidate, error)
	// Order reads one order: NotFound if there is none.
	Order(ctx context.Context, a Access, order id.Order) (Order, error)
	// Refundable gives what refunding lines of an order gives back.
	Refundable(ctx context.Context, a Access, order id.Order, lines []Line) (Amount, error)
	// Do carries out a change. The same Key again does it no second time where
	// the platform honours keys; where it does not, ask Done first.
	Do(ctx context.Context, a Access, c Change) (Receipt, error)
	// Done reports whether a change has been carried out already.
	Done(ctx context.Context, a Access, c Change) (Receipt, bool, error)
}

// ActionKind is what may be done to an order.
type ActionKind string

// The kinds.
const (
	Cancel        ActionKind = "cancel"
	ReturnRequest ActionKind = "return"
	RefundItems   ActionKind = "refund"
	ChangeAddress ActionKind = "address"
)

// Change is one granted change to an order.
type Change struct {
	Kind    ActionKind
	Order   id.Order
	Key     string  // idempotency key, a UUID; written into the note of what it makes
	Lines   []Line  // of a return or refund; empty for a cancellation
	Amount  Amount  // of a refund: exactly this, to the original method
	Address Address // of a change of address
	Reason  string  // the shopper's, in their words, up to 200 characters
}

// Line is a number of one line item.
type Line struct {
	ID          string `json:"id"` // of the LineItem
	FulfilledID string `json:"fulfilled_id,omitempty"`
	Quantity    int    `json:"quantity"`
}

// Receipt is what the platform says about a change it carried out.
type Receipt struct {
	Reference string // such as the return's name; empty if there is none
	Amount    Amount // given back; zero if none
}
