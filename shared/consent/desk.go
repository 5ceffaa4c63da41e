package consent

import (
	"net/http"
	"slices"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/id"
)

// Desk takes choices and tells what holds, over HTTP: for shoppers in a shop's
// pages and for merchants in the dashboard alike.
type Desk struct {
	receipts *Store
	now      func() time.Time
}

// NewDesk makes a Desk.
func NewDesk(receipts *Store, now func() time.Time) *Desk { return &Desk{receipts, now} }

// maxBody is the largest choice that is read, in bytes.
const maxBody = 2 << 10

// form is what somebody chose, in which wording and where.
type form struct {
	Choices  Choices `json:"choices"`
	Version  string  `json:"version"`
	Language string  `json:"language"`
	Method   Method  `json:"method"`
}

// View is what holds now, and how it came about.
type View struct {
	Token     string           `json:"token,omitempty"`     // for the consent cookie
	ExpiresAt time.Time        `json:"expires_at,omitzero"` // of the token
	Reference id.Visitor       `json:"reference,omitempty"` // to quote when contacting us
	Decided   bool             `json:"decided"`             // whether there is a choice that still holds
	Choices   map[Purpose]bool `json:"choices"`             // what holds now, essential storage included
	Signal    Signal           `json:"signal,omitempty"`    // the browser's, which is honoured
	Version   string           `json:"version"`             // of the wording to show
	Expire    []string         `json:"expire,omitempty"`    // cookies that the page is to drop
	Receipts  []ReceiptView    `json:"receipts"`            // newest first
}

// ReceiptView is a receipt as its giver sees it.
type ReceiptView struct {
	N        int       `json:"n"`
	Granted  []Purpose `json:"granted"`
	Version  string    `json:"version"`
	Language string    `json:"language"`
	Method   Method    `json:"method"`
	Signal   Signal    `json:"signal,omitempty"`
	At       time.Time `json:"at"`
}

// shown is how many receipts an answer lists at the most.
const shown = 50

// Read takes a choice from a request's body.
func (d *Desk) Read(r *http.Request) (Decision, error) {
	var in form
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return Decision{}, err
	}
	return Decision{Choices: in.Choices, Version: in.Version, Language: in.Language, Method: in.Method, Signal: SignalOf(r)}, nil
}

// Record keeps a choice.
func (d *Desk) Record(r *http.Request, t id.Tenant, v id.Visitor, decision Decision) error {
	_, err := d.receipts.Record(r.Context(), t, v, decision)
	return err
}

// Answer completes a view with what holds now, and sends it. Where analytics is
// not agreed to, its cookies go with this answer. A visitor who never chose has
// no identifier.
func (d *Desk) Answer(w http.ResponseWriter, r *http.Request, t id.Tenant, v id.Visitor, out View) error {
	var history []Receipt
	if v != "" {
		var err error
		if history, err = d.receipts.History(r.Context(), t, v); err != nil {
			return err
		}
	}
	now, last := d.now(), Receipt{}
	if len(history) > 0 {
		last = history[len(history)-1]
		out.Decided = now.Before(last.At.Add(Life)) && last.Version == Version
	}
	out.Reference, out.Version, out.Signal = v, Version, SignalOf(r)
	out.Choices = map[Purpose]bool{Essential: true}
	for _, p := range audienceOf(v).Purposes() {
		out.Choices[p] = last.Allows(p, now) && (p != Analytics || out.Signal == NoSignal)
	}
	if !out.Choices[Analytics] {
		out.Expire = ExpireAnalytics(w)
	}
	out.Receipts = []ReceiptView{}
	for _, r := range slices.Backward(history) {
		if len(out.Receipts) == shown {
			break
		}
		granted := r.Granted
		if granted == nil {
			granted = []Purpose{}
		}
		out.Receipts = append(out.Receipts, ReceiptView{r.N, granted, r.Version, r.Language, r.Method, r.Signal, r.At})
	}
	return apigw.WriteJSON(w, http.StatusOK, out)
}
