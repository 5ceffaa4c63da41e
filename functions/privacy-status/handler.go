package main

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"omniops/shared/apigw"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/rights"
)

// Bounds of an answer.
const (
	maxBody   = 16 << 10 // bytes
	maxAnswer = 1000     // characters
)

type handler struct {
	tickets  *rights.Tickets
	requests *rights.Store
	notes    *rights.Notes
	now      func() time.Time
}

// statusView is how far a request is. What came of it is shown only to whoever has
// proved that it is theirs.
type statusView struct {
	ID         id.Request      `json:"request_id"`
	Kind       rights.Kind     `json:"kind"`
	Law        rights.Law      `json:"law"`
	State      rights.State    `json:"state"`
	ReceivedAt time.Time       `json:"received_at"`
	DueOn      string          `json:"due_on"`
	EndedAt    time.Time       `json:"ended_at,omitzero"`
	Receipt    []rights.Effect `json:"receipt"`
	File       bool            `json:"file"`            // a copy can be fetched, once
	Asked      string          `json:"asked,omitempty"` // by the shop, which waits for an answer
	Extended   bool            `json:"extended"`        // the shop has taken more time; the receipt says why
}

// show answers with the state of a request, for its ticket.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	if origin := r.Header.Get("Origin"); origin != "" {
		apigw.AllowOrigin(w, origin)
	}
	ticket, err := h.tickets.FromRequest(r, r.PathValue("request"))
	if err != nil {
		return err
	}
	request, err := h.requests.Get(r.Context(), ticket.Tenant, ticket.Request)
	if err != nil {
		return err
	}
	return h.write(w, r, ticket, request)
}

// answer takes what the shop has asked the person to tell. Their clock goes on.
func (h *handler) answer(w http.ResponseWriter, r *http.Request) error {
	if origin := r.Header.Get("Origin"); origin != "" {
		apigw.AllowOrigin(w, origin)
	}
	ticket, err := h.tickets.FromRequest(r, r.PathValue("request"))
	if err != nil {
		return err
	}
	if !ticket.Proved {
		return fault.E(fault.Forbidden, "Enter the code from the e-mail first.", nil)
	}
	var in struct {
		Answer string `json:"answer"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	in.Answer = strings.TrimSpace(in.Answer)
	if n := utf8.RuneCountInString(in.Answer); n == 0 || n > maxAnswer {
		return fault.E(fault.Invalid, "An answer has 1 to 1000 characters.", nil)
	}
	sealed, err := h.notes.Seal(r.Context(), ticket.Tenant, in.Answer)
	if err != nil {
		return err
	}
	request, err := h.requests.Change(r.Context(), ticket.Tenant, ticket.Request, func(now *rights.Request) error { return now.Resume(sealed, h.now()) })
	if err != nil {
		return err
	}
	return h.write(w, r, ticket, request)
}

func (h *handler) write(w http.ResponseWriter, r *http.Request, ticket rights.Ticket, request rights.Request) error {
	v := statusView{
		ID: request.ID, Kind: request.Kind, Law: request.Law, State: request.State,
		ReceivedAt: request.Received, DueOn: request.DueAt(h.now()).Format(time.DateOnly), Extended: !request.ExtendedAt.IsZero(), EndedAt: request.EndedAt, Receipt: []rights.Effect{},
	}
	if ticket.Proved && request.Receipt != nil {
		v.Receipt = request.Receipt
	}
	if ticket.Proved && request.Paused() {
		asked, err := h.notes.Open(r.Context(), ticket.Tenant, request.Asked)
		if err != nil {
			return err
		}
		v.Asked = asked.Reveal()
	}
	v.File = ticket.Proved && h.now().Before(request.FileUntil)
	return apigw.WriteJSON(w, http.StatusOK, v)
}
