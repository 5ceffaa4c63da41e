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

// set puts new rules in force. They hold for what is confirmed from now on.
func (h *handler) set(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	var in struct {
		Cancel  commerce.Rule `json:"cancel"`
		Return  commerce.Rule `json:"return"`
		Refund  commerce.Rule `json:"refund"`
		Address commerce.Rule `json:"address"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	rules, err := h.rules.Set(r.Context(), who.Tenant, commerce.Rules{Cancel: in.Cancel, Return: in.Return, Refund: in.Refund, Address: in.Address})
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, rules)
}
