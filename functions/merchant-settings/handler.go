package main

import (
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/fault"
	"omniops/shared/identity"
	"omniops/shared/inventory"
	"omniops/shared/problem"
	"omniops/shared/rights"
	"omniops/shared/tenant"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 1 << 10

type handler struct {
	tokens  *identity.Tokens
	tenants *tenant.Store
	sweeper *rights.Sweeper
	log     *audit.Log
}

// settingsView is what a merchant may change.
type settingsView struct {
	ChatDays    int `json:"chat_days"`
	MaxChatDays int `json:"max_chat_days"`
}

// show answers with the settings as they are.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	account, err := h.tenants.Get(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, settingsView{account.ChatDays, tenant.MaxChatDays})
}

// change stores the settings. What a shorter retention drops is unreadable when the
// answer comes: for every reader by the setting, and for good by its keys.
func (h *handler) change(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	var in struct {
		ChatDays *int `json:"chat_days"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	if in.ChatDays == nil {
		return fault.E(fault.Invalid, "Say how many days chats are kept: chat_days.", nil)
	}
	account, err := h.tenants.Get(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	before, err := h.log.Hash(settingsView{account.ChatDays, tenant.MaxChatDays})
	if err != nil {
		return err
	}
	if err := h.tenants.SetChatDays(r.Context(), who.Tenant, *in.ChatDays); err != nil {
		return err
	}
	account.ChatDays = *in.ChatDays
	view := settingsView{account.ChatDays, tenant.MaxChatDays}
	after, err := h.log.Hash(view)
	if err != nil {
		return err
	}
	if err := h.log.Append(r.Context(), who.Tenant, audit.Entry{
		Actor: audit.Merchant, Action: audit.Write, Record: "tenant.account", Count: 1, Why: inventory.AccountOperation,
		Before: before, After: after, Request: apigw.RequestID(r.Context()),
	}); err != nil {
		return err
	}
	if _, err := h.sweeper.Days(r.Context(), account); err != nil {
		problem.Log(r.Context(), err) // no reader shows it any more, and the daily sweep destroys the keys
	}
	return apigw.WriteJSON(w, http.StatusOK, view)
}
