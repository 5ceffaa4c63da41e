package main

import (
	"net/http"
	"strings"

	"omniops/shared/apigw"
	"omniops/shared/id"
	"omniops/shared/problem"
	"omniops/shared/rights"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 1 << 10

type handler struct {
	tickets  *rights.Tickets
	requests *rights.Store
	desk     *rights.Desk
	letters  *rights.Letters
}

// provedView is a request whose person has proved the address.
type provedView struct {
	ID     id.Request   `json:"request_id"`
	State  rights.State `json:"state"`
	Ticket string       `json:"ticket"` // shows what comes of it
}

// verify takes a code. Whoever holds the request's ticket may try; the ticket that
// comes back shows what the request brings.
func (h *handler) verify(w http.ResponseWriter, r *http.Request) error {
	if origin := r.Header.Get("Origin"); origin != "" {
		apigw.AllowOrigin(w, origin)
	}
	ticket, err := h.tickets.FromRequest(r, r.PathValue("request"))
	if err != nil {
		return err
	}
	var in struct {
		Code string `json:"code"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	request, err := h.requests.Prove(r.Context(), ticket.Tenant, ticket.Request, strings.TrimSpace(in.Code))
	if err != nil {
		return err
	}
	if started, err := h.desk.Start(r.Context(), ticket.Tenant, request); err == nil {
		request = started
	} else {
		problem.Log(r.Context(), err) // it is kept, and started within minutes
	}
	if err := h.letters.Send(r.Context(), ticket.Tenant, request); err != nil {
		problem.Log(r.Context(), err) // sent within minutes
	}
	proved, err := h.tickets.Issue(ticket.Tenant, ticket.Request, true)
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, provedView{request.ID, request.State, proved})
}
