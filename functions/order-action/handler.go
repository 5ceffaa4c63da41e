package main

import (
	"fmt"
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/channel/webchat"
	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/queue"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 16 << 10 // every character of an address may be written as an escape

type handler struct {
	sessions *webchat.Sessions
	actions  *commerce.Actions
	verifier *commerce.Verifier
	tasks    *queue.Sender[commerce.Task]
}

// actionView is an action as the widget shows it.
type actionView struct {
	ID        id.Action           `json:"id"`
	Kind      commerce.ActionKind `json:"kind"`
	Text      string              `json:"text"`
	State     string              `json:"state"`
	Receipt   string              `json:"receipt,omitempty"`
	ExpiresAt time.Time           `json:"expires_at"`
}

func newActionView(a commerce.Action) actionView {
	state := string(a.State)
	switch a.State {
	case commerce.Confirmed, commerce.Approved, commerce.Running:
		state = "running"
	case commerce.Unknown:
		state = "checking" // a person finds out
	}
	return actionView{a.ID, a.Kind, a.Text, state, a.Receipt, a.ExpiresAt}
}

// show gives an action as it is now.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	session, err := h.sessions.Admit(w, r)
	if err != nil {
		return err
	}
	action, err := id.Parse[id.Action](r.PathValue("action"))
	if err != nil {
		return err
	}
	a, err := h.actions.Get(r.Context(), session.Ref(), action)
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, newActionView(a))
}

// decide takes a yes or a no. What has been decided is not decided again.
func (h *handler) decide(w http.ResponseWriter, r *http.Request) error {
	session, err := h.sessions.Admit(w, r)
	if err != nil {
		return err
	}
	action, err := id.Parse[id.Action](r.PathValue("action"))
	if err != nil {
		return err
	}
	var in struct {
		Decision string            `json:"decision"`
		Address  *commerce.Address `json:"address"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	if in.Decision != "confirm" && in.Decision != "decline" {
		return fault.E(fault.Invalid, "The decision is confirm or decline.", nil)
	}
	grants, err := h.verifier.Grants(r.Context(), session.Ref())
	if err != nil {
		return err
	}
	answer := commerce.Answer{Confirm: in.Decision == "confirm", Address: in.Address}
	a, carryOut, err := h.actions.Decide(r.Context(), session.Ref(), action, answer, grants)
	if err != nil {
		return err
	}
	if carryOut {
		task := commerce.Task{Ref: session.Ref(), Action: action}
		if err := h.tasks.Send(r.Context(), string(a.Order), string(action), task); err != nil {
			return fmt.Errorf("queue action %s: %w", action, err)
		}
	}
	return apigw.WriteJSON(w, http.StatusOK, newActionView(a))
}
