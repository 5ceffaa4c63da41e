package main

import (
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/commerce"
	"omniops/shared/identity"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 32 << 10

type handler struct {
	tokens *identity.Tokens
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
	rules, err = h.rules.Set(r.Context(), who.Tenant, rules)
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, rules)
}
