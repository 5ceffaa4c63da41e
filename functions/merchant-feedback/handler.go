package main

import (
	"context"
	"net/http"
	"slices"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/fault"
	"omniops/shared/feedback"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/tenant"
)

type handler struct {
	tokens  *identity.Tokens
	tenants *tenant.Store
	notes   *feedback.Store
	keys    *seal.Keyring
	log     *audit.Log
	now     func() time.Time
}

// noteView is what a shopper sent, as its merchant sees it.
type noteView struct {
	ID           id.Message      `json:"id"`
	Conversation id.Conversation `json:"conversation_id"` // where it is answered
	Kind         feedback.Kind   `json:"kind"`
	Rating       int             `json:"rating,omitempty"`
	Text         string          `json:"text"`
	SentAt       time.Time       `json:"sent_at"`
}

// list gives the feedback of one day, the latest first: today's, if no day is named.
func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	day := h.now().UTC()
	if asked := r.URL.Query().Get("day"); asked != "" {
		if day, err = time.Parse(time.DateOnly, asked); err != nil {
			return fault.E(fault.Invalid, "A day is written 2006-01-02.", err)
		}
	}
	account, err := h.tenants.Get(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	notes, err := h.notes.On(r.Context(), who.Tenant, day, account.ChatRetention())
	if err != nil {
		return err
	}
	if err := h.record(r.Context(), who.Tenant, notes); err != nil {
		return err
	}
	views := make([]noteView, 0, len(notes))
	for _, n := range notes {
		views = append(views, noteView{n.ID, n.Chat.Conversation, n.Kind, n.Rating, n.Text.Reveal(), n.SentAt})
	}
	return apigw.WriteJSON(w, http.StatusOK, map[string]any{"day": day.Format(time.DateOnly), "feedback": views})
}

// record puts into the audit log whose words the merchant read.
func (h *handler) record(ctx context.Context, t id.Tenant, notes []feedback.Note) error {
	if len(notes) == 0 {
		return nil
	}
	entry := audit.Entry{
		Actor: audit.Merchant, Action: audit.Read, Record: "feedback.note", Count: len(notes), Why: inventory.CustomerSupport, Request: apigw.RequestID(ctx),
	}
	for _, n := range notes {
		who, err := h.keys.Pseudonym(ctx, t, n.Chat.Shopper)
		if err != nil {
			return err
		}
		if who != "" && !slices.Contains(entry.Subjects, who) {
			entry.Subjects = append(entry.Subjects, who)
		}
	}
	return h.log.Append(ctx, t, entry)
}
