package main

import (
	"context"
	"time"

	"omniops/shared/consent"
	"omniops/shared/id"
)

type handler struct{ receipts *consent.Store }

// order is what an operator was asked to do, and where that is filed. The
// reference is the one that the preference centre shows.
type order struct {
	Tenant    id.Tenant         `json:"tenant"`
	Reference id.Visitor        `json:"reference"`
	Withdraw  []consent.Purpose `json:"withdraw"`
	Evidence  string            `json:"evidence"` // the number or address of the request; never its words
}

// receipt is what was recorded.
type receipt struct {
	N       int               `json:"n"`
	Granted []consent.Purpose `json:"granted"` // what is left
	At      time.Time         `json:"at"`
}

// withdraw adds the receipt. From the next request on nothing more is counted,
// and the browser's analytics cookies go with the answer to that request.
func (h *handler) withdraw(ctx context.Context, o order) (receipt, error) {
	t, err := id.Parse[id.Tenant](string(o.Tenant))
	if err != nil {
		return receipt{}, err
	}
	v, err := id.Parse[id.Visitor](string(o.Reference))
	if err != nil {
		return receipt{}, err
	}
	r, err := h.receipts.Withdraw(ctx, t, v, o.Withdraw, o.Evidence)
	if err != nil {
		return receipt{}, err
	}
	left := r.Granted
	if left == nil {
		left = []consent.Purpose{}
	}
	return receipt{r.N, left, r.At}, nil
}
