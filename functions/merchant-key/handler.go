package main

import (
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/identity"
	"omniops/shared/tenant"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 8 << 10

type handler struct {
	tokens *identity.Tokens
	keys   *tenant.Keys
}

// keyView is all that is ever shown of a key.
type keyView struct {
	Purpose   string    `json:"purpose"`
	LastFour  string    `json:"last_four"`
	UpdatedAt time.Time `json:"updated_at"`
}

// show says which key is set, by its last four characters.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	key, err := h.keys.Describe(r.Context(), who.Tenant, r.PathValue("purpose"))
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, keyView(key))
}

// set stores a key, over any that was there.
func (h *handler) set(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	var in struct {
		Key string `json:"key"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	key, err := h.keys.Set(r.Context(), who.Tenant, r.PathValue("purpose"), in.Key)
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, keyView(key))
}

// remove forgets a key.
func (h *handler) remove(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	if err := h.keys.Remove(r.Context(), who.Tenant, r.PathValue("purpose")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
