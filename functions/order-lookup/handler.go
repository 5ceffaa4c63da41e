package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/channel/webchat"
	"omniops/shared/commerce"
	"omniops/shared/commerce/proof"
	"omniops/shared/commerce/shopify"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/problem"
	"omniops/shared/queue"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 2 << 10

type handler struct {
	sessions *webchat.Sessions
	links    *proof.Links
	verifier *commerce.Verifier
	actions  *commerce.Actions
	attempts *queue.Sender[commerce.Attempt]
	shop     commerce.Platform
	shops    *shopify.Connections
	trail    *commerce.Trail
	log      *slog.Logger
}

// attemptView is the answer to what a shopper claims: the same, and as quick,
// whether or not there is such an order.
type attemptView struct {
	Verification id.Verification `json:"verification_id"`
	ExpiresAt    time.Time       `json:"expires_at"`
	Detail       string          `json:"detail"`
}

// verify takes what a shopper says about an order, and has a code sent if it is
// right.
func (h *handler) verify(w http.ResponseWriter, r *http.Request) error {
	session, err := h.sessions.Admit(w, r)
	if err != nil {
		return err
	}
	var in struct {
		Order   string `json:"order"`
		Contact string `json:"contact"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	claimed := commerce.Claimed{Language: session.Language}
	if claimed.Number, err = commerce.ParseNumber(in.Order); err != nil {
		return err
	}
	if claimed.Contact, err = commerce.ParseContact(in.Contact); err != nil {
		return err
	}
	if err := h.reachable(r.Context(), session.Tenant); err != nil {
		return err
	}
	attempt, ends, err := h.verifier.Begin(r.Context(), session.Ref(), claimed, apigw.SourceIP(r.Context()))
	if err != nil {
		return err
	}
	if err := h.attempts.Send(r.Context(), string(session.Conversation), string(attempt.ID), attempt); err != nil {
		return fmt.Errorf("queue verification %s: %w", attempt.ID, err)
	}
	return apigw.WriteJSON(w, http.StatusAccepted, attemptView{
		attempt.ID, ends, "If these belong to an order, a code is on its way to the e-mail address on it. An order without one cannot be shown here; the shop's team can help.",
	})
}

// reachable is Unavailable while the shop's orders cannot be looked up at all: no code
// would come. It looks at the shop and not at what is claimed, so that nobody learns
// from it whether there is such an order.
func (h *handler) reachable(ctx context.Context, t id.Tenant) error {
	conn, err := h.shops.Get(ctx, t)
	if err != nil {
		return err
	}
	if conn.State == shopify.Connected && conn.Orders == shopify.OrdersHidden { // by now it may be allowed
		_, err = h.shop.Find(ctx, commerce.Access{Tenant: t, Purpose: commerce.Verification}, noNumber)
	}
	if conn.State != shopify.Connected || errors.Is(err, commerce.ErrDisconnected) || errors.Is(err, commerce.ErrNoAccess) {
		return fault.After(fault.Unavailable, "Orders cannot be looked up here right now. The shop's team can help.", time.Minute, err)
	}
	return nil // a shop that is down for a moment is the worker's to try again
}

// noNumber is asked for to see whether a shop shows its orders; which, does not matter.
const noNumber = "0"

// confirmView is a proved order. It is null when the shop cannot show it right now:
// it is proved all the same.
type confirmView struct {
	Order     *commerce.Summary `json:"order"`
	ExpiresAt time.Time         `json:"expires_at"` // of the proof
}

// confirm takes the code, and shows the order it was sent for.
func (h *handler) confirm(w http.ResponseWriter, r *http.Request) error {
	session, err := h.sessions.Admit(w, r)
	if err != nil {
		return err
	}
	var in struct {
		Verification string `json:"verification_id"`
		Code         string `json:"code"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	attempt, err := id.Parse[id.Verification](in.Verification)
	if err != nil {
		return err
	}
	grant, err := h.verifier.Confirm(r.Context(), commerce.Attempt{Ref: session.Ref(), ID: attempt}, in.Code)
	if err != nil {
		return err
	}
	if err := h.links.Note(r.Context(), session.Tenant, grant, session.Conversation); err != nil {
		return err
	}
	view := confirmView{ExpiresAt: grant.Ends()}
	order, err := h.shop.Order(r.Context(), commerce.Access{Tenant: session.Tenant, Purpose: commerce.Support}, grant.Order)
	if err != nil { // the proof stands; the shopper's next question tries again
		h.log.WarnContext(r.Context(), "read proved order", "tenant", session.Tenant, "error", err)
	} else {
		summary := order.Summary()
		view.Order = &summary
		if err := h.trail.Looked(r.Context(), session.Ref(), 1); err != nil {
			problem.Log(r.Context(), err) // who reads their own order is not kept from it
		}
	}
	return apigw.WriteJSON(w, http.StatusOK, view)
}

// progressView is what is under way with orders in a conversation.
type progressView struct {
	Verification id.Verification    `json:"verification_id,omitempty"` // awaits its code
	ExpiresAt    time.Time          `json:"expires_at,omitzero"`       // of the code
	Orders       []commerce.Summary `json:"orders"`                    // that are proved, the one that was proved last at the end
	Actions      []id.Action        `json:"actions"`                   // oldest first
}

// progress shows what is under way, so that another tab, or a browser that was closed
// meanwhile, goes on with it. An order that the shop cannot show right now is left out.
func (h *handler) progress(w http.ResponseWriter, r *http.Request) error {
	session, err := h.sessions.Admit(w, r)
	if err != nil {
		return err
	}
	p, err := h.verifier.Progress(r.Context(), session.Ref())
	if err != nil {
		return err
	}
	view := progressView{Verification: p.Verification, ExpiresAt: p.CodeEnds, Orders: []commerce.Summary{}}
	if view.Actions, err = h.actions.Recent(r.Context(), session.Ref()); err != nil {
		return err
	}
	for _, grant := range slices.Backward(p.Grants[:min(len(p.Grants), maxShown)]) {
		order, err := h.shop.Order(r.Context(), commerce.Access{Tenant: session.Tenant, Purpose: commerce.Support}, grant.Order)
		if err != nil {
			h.log.WarnContext(r.Context(), "read proved order", "tenant", session.Tenant, "error", err)
			continue
		}
		view.Orders = append(view.Orders, order.Summary())
	}
	return apigw.WriteJSON(w, http.StatusOK, view)
}

// maxShown is how many proved orders are shown to who comes back.
const maxShown = 3
