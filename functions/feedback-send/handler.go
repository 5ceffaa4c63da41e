package main

import (
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/channel/webchat"
	"omniops/shared/feedback"
	"omniops/shared/id"
	"omniops/shared/tenant"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 16 << 10

type handler struct {
	sessions *webchat.Sessions
	tenants  *tenant.Store
	notes    *feedback.Store
}

// sentView says what was kept, and until when.
type sentView struct {
	ID        id.Message    `json:"id"`
	Kind      feedback.Kind `json:"kind"`
	KeptUntil time.Time     `json:"kept_until"`
}

// send keeps what the shopper of a chat asks or says. It is about that chat and no
// other: the body names none.
func (h *handler) send(w http.ResponseWriter, r *http.Request) error {
	session, err := h.sessions.Admit(w, r)
	if err != nil {
		return err
	}
	var in struct {
		Kind   feedback.Kind `json:"kind"`
		Rating int           `json:"rating"`
		Text   string        `json:"text"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	note, err := feedback.New(in.Kind, in.Rating, in.Text)
	if err != nil {
		return err
	}
	account, err := h.tenants.Get(r.Context(), session.Tenant)
	if err != nil {
		return err
	}
	kept, err := h.notes.Add(r.Context(), session.Ref(), note, account.ChatRetention())
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusCreated, sentView{kept.ID, kept.Kind, kept.SentAt.Add(account.ChatRetention()).Truncate(time.Second)})
}
