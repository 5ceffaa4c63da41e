package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/commerce"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/inventory"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 32 << 10

type handler struct {
	tokens *identity.Tokens
	log    *audit.Log
	rules  *commerce.RuleBook
}

// show gives the rules that are in force.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	rules, err := h.rules.Get(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, rules)
}

// set puts new rules in force. They hold for what is carried out from now on.
func (h *handler) set(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	body, err := apigw.Body(r, maxBody)
	if err != nil {
		return err
	}
	rules, err := commerce.ParseRules(body)
	if err != nil {
		return err
	}
	was, err := h.rules.Get(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	rules, err = h.rules.Set(r.Context(), who.Tenant, rules)
	if err != nil {
		return err
	}
	if err := h.record(r.Context(), who.Tenant, was, rules); err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, rules)
}

// record puts into the audit log that the rules were changed.
func (h *handler) record(ctx context.Context, t id.Tenant, was, now commerce.Rules) error {
	before, err := h.log.Hash(was)
	if err != nil {
		return err
	}
	after, err := h.log.Hash(now)
	if err != nil {
		return err
	}
	return h.log.Append(ctx, t, audit.Entry{
		Actor: audit.Merchant, Action: audit.Write, Record: "commerce.rules", Count: 1, Why: inventory.CustomerSupport,
		Before: before, After: after, Request: apigw.RequestID(ctx),
	})
}
