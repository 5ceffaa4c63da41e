package main

import (
	"net/http"

	"omniops/shared/consent"
	"omniops/shared/identity"
)

type handler struct {
	tokens *identity.Tokens
	desk   *consent.Desk
}

// show tells a merchant what holds.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	return h.desk.Answer(w, r, who.Tenant, consent.OfMerchant, consent.View{})
}

// record keeps a merchant's choice.
func (h *handler) record(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	decision, err := h.desk.Read(r)
	if err != nil {
		return err
	}
	if err := h.desk.Record(r, who.Tenant, consent.OfMerchant, decision); err != nil {
		return err
	}
	return h.desk.Answer(w, r, who.Tenant, consent.OfMerchant, consent.View{})
}
