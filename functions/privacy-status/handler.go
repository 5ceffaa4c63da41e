package main

import (
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/id"
	"omniops/shared/rights"
)

type handler struct {
	tickets  *rights.Tickets
	requests *rights.Store
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
	File       bool            `json:"file"` // a copy can be fetched, once
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
	v := statusView{
		ID: request.ID, Kind: request.Kind, Law: request.Law, State: request.State,
		ReceivedAt: request.Received, DueOn: request.Due.Format(time.DateOnly), EndedAt: request.EndedAt, Receipt: []rights.Effect{},
	}
	if ticket.Proved && request.Receipt != nil {
		v.Receipt = request.Receipt
	}
	v.File = ticket.Proved && h.now().Before(request.FileUntil)
	return apigw.WriteJSON(w, http.StatusOK, v)
}
