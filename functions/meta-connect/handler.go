package main

import (
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/fault"
	"omniops/shared/identity"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 1 << 10

type handler struct {
	tokens *identity.Tokens
	logins *meta.Logins
	now    func() time.Time
}

// accountView is an account as the merchant sees it: never its token.
type accountView struct {
	Channel     channel.Kind `json:"channel"`
	Account     string       `json:"account"`
	Name        string       `json:"name"`
	State       meta.State   `json:"state"`
	Enabled     bool         `json:"enabled"`
	Scopes      []string     `json:"scopes"`
	ConnectedAt time.Time    `json:"connected_at"`
	ExpiresAt   *time.Time   `json:"expires_at"`   // of the access; null if it does not end by time
	ExpiresSoon bool         `json:"expires_soon"` // the merchant should log in again
}

// choiceView is an account that the merchant may connect.
type choiceView struct {
	Channel channel.Kind `json:"channel"`
	Account string       `json:"account"`
	Name    string       `json:"name"`
	Missing []string     `json:"missing"` // permissions that Meta did not grant
}

type view struct {
	Accounts []accountView `json:"accounts"`
	Choices  []choiceView  `json:"choices"` // when asked for, and somebody has logged in
}

// show lists what is connected and, with choices=true, what could be.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	connections, err := h.logins.Connections.List(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	v := view{Accounts: []accountView{}, Choices: []choiceView{}}
	for _, c := range connections {
		v.Accounts = append(v.Accounts, h.accountView(c))
	}
	if r.URL.Query().Get("choices") == "true" {
		choices, err := h.logins.Choices(r.Context(), who.Tenant)
		if err != nil && fault.KindOf(err) != fault.NotFound { // nobody has logged in: there is nothing to choose
			return err
		}
		for _, c := range choices {
			v.Choices = append(v.Choices, choiceView{c.Account.Kind, c.Account.ID, c.Name, append([]string{}, c.Missing...)})
		}
	}
	return apigw.WriteJSON(w, http.StatusOK, v)
}

func (h *handler) accountView(c meta.Connection) accountView {
	v := accountView{c.Account.Kind, c.Account.ID, c.Name, c.State, c.Enabled, append([]string{}, c.Scopes...), c.ConnectedAt, nil, c.EndsSoon(h.now())}
	if !c.ExpiresAt.IsZero() {
		v.ExpiresAt = &c.ExpiresAt
	}
	return v
}

// begin gives the address where the merchant logs in.
func (h *handler) begin(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	address, err := h.logins.Begin(who.Tenant)
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, map[string]string{"authorize_url": address})
}

// connect connects an account, or switches the agent on it on or off.
func (h *handler) connect(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	account, err := channel.ParseAccount(r.PathValue("channel"), r.PathValue("account"))
	if err != nil {
		return err
	}
	var in struct {
		Enabled bool `json:"enabled"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	c, err := h.logins.Connect(r.Context(), who.Tenant, account, in.Enabled)
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, h.accountView(c))
}

// disconnect forgets an account. Its token is gone when this answers.
func (h *handler) disconnect(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	account, err := channel.ParseAccount(r.PathValue("channel"), r.PathValue("account"))
	if err != nil {
		return err
	}
	if err := h.logins.Disconnect(r.Context(), who.Tenant, account); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
