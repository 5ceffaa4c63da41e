package main

import (
	"fmt"
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/channel/webchat"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/support"
	"omniops/shared/tenant"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 4 << 10

type handler struct {
	sessions *webchat.Sessions
	tenants  *tenant.Store
}

// request is optional: nothing about the shopper is asked.
type request struct {
	Language     string `json:"language"`      // the page's or the browser's, such as de-AT
	SessionToken string `json:"session_token"` // to go on with its conversation
}

type sessionView struct {
	SessionToken string          `json:"session_token"`
	ExpiresAt    time.Time       `json:"expires_at"`
	Conversation id.Conversation `json:"conversation_id"`
	Shop         shopView        `json:"shop"`
	Language     string          `json:"language"`
	Disclosure   string          `json:"disclosure"`
	Notice       string          `json:"notice"`
	Suggestions  []string        `json:"suggestions"`
}

type shopView struct {
	Name    string `json:"name"`
	Accent  string `json:"accent"`
	Contact string `json:"contact"`
}

// start begins a conversation, or goes on with one, on a page of a merchant's
// registered domain. From any other page it is Forbidden.
func (h *handler) start(w http.ResponseWriter, r *http.Request) error {
	host, err := tenant.HostOf(r.Header.Get("Origin"))
	if err != nil {
		return unknownSite(nil)
	}
	t, err := h.tenants.ByHost(r.Context(), host)
	if fault.KindOf(err) == fault.NotFound || fault.KindOf(err) == fault.Invalid {
		return unknownSite(err)
	}
	if err != nil {
		return err
	}
	apigw.AllowOrigin(w, r.Header.Get("Origin"))
	var in request
	if r.ContentLength != 0 {
		if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
			return err
		}
	}
	if len(in.Language) > 35 { // the longest tag RFC 5646 asks to expect
		return fault.E(fault.Invalid, "The language is a tag such as en or de-AT.", nil)
	}
	account, err := h.tenants.Get(r.Context(), t)
	if err != nil {
		return err
	}
	if in.Language == "" {
		in.Language = account.Language
	}
	session, token, err := h.open(account, host, in)
	if err != nil {
		return err
	}
	text := support.TextIn(session.Language)
	return apigw.WriteJSON(w, http.StatusOK, sessionView{
		SessionToken: token, ExpiresAt: session.ExpiresAt(), Conversation: session.Conversation,
		Shop:     shopView{account.Name, account.Accent, account.ContactEmail},
		Language: session.Language, Disclosure: fmt.Sprintf(text.Disclosure, account.Name), Notice: text.Notice,
		Suggestions: suggestions(account, session.Language),
	})
}

// open renews the session of a token, or starts a new one. A token that was made
// for another tenant's site is refused like a damaged one.
func (h *handler) open(account tenant.Account, host string, in request) (webchat.Session, string, error) {
	if in.SessionToken == "" {
		return h.sessions.Start(account.Tenant, host, support.Spoken(in.Language))
	}
	session, token, err := h.sessions.Renew(in.SessionToken, host)
	if err == nil && session.Tenant != account.Tenant {
		return webchat.Session{}, "", fault.E(fault.Unauthenticated, "This session belongs to another site.", nil)
	}
	return session, token, err
}

// suggestions are questions that the shop's own pages answer, when they are in
// the shopper's language, and else what any shop can be asked.
func suggestions(account tenant.Account, language string) []string {
	if len(account.Suggestions) > 0 && language == support.Spoken(account.Language) {
		return account.Suggestions
	}
	return support.TextIn(language).Suggestions
}

func unknownSite(cause error) error {
	return fault.E(fault.Forbidden, "This site is not registered for the chat.", cause)
}
