package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/commerce"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/inventory"
	"omniops/shared/queue"
	"omniops/shared/seal"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 1 << 10

type handler struct {
	tokens  *identity.Tokens
	keys    *seal.Keyring
	log     *audit.Log
	actions *commerce.Actions
	tasks   *queue.Sender[commerce.Task]
}

// approvalView is what a merchant decides on, and all that led there.
type approvalView struct {
	ID           id.Action           `json:"id"`
	Conversation id.Conversation     `json:"conversation_id"`
	Kind         commerce.ActionKind `json:"kind"`
	State        commerce.State      `json:"state"`
	Text         string              `json:"text"`
	Address      *commerce.Address   `json:"address,omitempty"` // where the order would go
	Decisions    []commerce.Decision `json:"decisions"`
	Rulings      []commerce.Ruling   `json:"rulings"`            // what the merchant may say of it
	Attempts     int                 `json:"attempts,omitempty"` // at carrying it out
	Mark         string              `json:"mark,omitempty"`     // to be looked for in the shop system
}

func newApprovalView(p commerce.Pended) approvalView {
	rulings := commerce.Rulings(p.Details.State)
	if rulings == nil {
		rulings = []commerce.Ruling{} // [] in JSON
	}
	return approvalView{
		p.Action, p.Conversation, p.Details.Kind, p.Details.State, p.Details.Text, p.Details.Address, p.Details.Decisions, rulings, p.Attempts, p.Mark,
	}
}

// list gives what waits for a decision, oldest first.
func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	waiting, err := h.actions.Approvals(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	views := []approvalView{}
	for _, p := range waiting {
		views = append(views, newApprovalView(p))
	}
	if err := h.record(r.Context(), who.Tenant, waiting); err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, map[string]any{"approvals": views})
}

// record puts into the audit log whose requests the merchant is shown.
func (h *handler) record(ctx context.Context, t id.Tenant, waiting []commerce.Pended) error {
	if len(waiting) == 0 {
		return nil
	}
	entry := audit.Entry{
		Actor: audit.Merchant, Action: audit.Read, Record: "commerce.action", Count: len(waiting), Why: inventory.CustomerSupport, Request: apigw.RequestID(ctx),
	}
	for _, p := range waiting {
		who, err := h.keys.Pseudonym(ctx, t, p.Shopper)
		if err != nil {
			return err
		}
		if who != "" && !slices.Contains(entry.Subjects, who) {
			entry.Subjects = append(entry.Subjects, who)
		}
	}
	return h.log.Append(ctx, t, entry)
}

// decide takes the merchant's decision. An approved change is carried out at once,
// if it still can be. What nobody knew the end of is settled by what they found.
func (h *handler) decide(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	action, err := id.Parse[id.Action](r.PathValue("action"))
	if err != nil {
		return err
	}
	var in struct {
		Decision commerce.Ruling `json:"decision"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	pended, err := h.actions.Approval(r.Context(), who.Tenant, action)
	if err != nil {
		return err
	}
	if pended.Details, err = h.actions.Rule(r.Context(), pended.Ref, action, in.Decision); err != nil {
		return err
	}
	// Queued whatever the decision: the shopper is told. An action may be a person's
	// to decide more than once.
	name := fmt.Sprintf("%s-decided-%d", action, len(pended.Details.Decisions))
	if err := h.tasks.Send(r.Context(), string(pended.Details.Order), name, pended.Task); err != nil {
		return fmt.Errorf("queue action %s: %w", action, err)
	}
	return apigw.WriteJSON(w, http.StatusOK, newApprovalView(pended))
}
