// Package webchat is the chat widget's channel: the session token that stands
// for a shopper in one conversation on one site.
package webchat

import (
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/tenant"
)

// TokenLife is how long a token is valid. The widget renews it before then, and
// may do so until RenewFor has passed.
const (
	TokenLife = 2 * time.Hour
	RenewFor  = 30 * 24 * time.Hour
)

// Session is a shopper in one conversation. Its identifiers are random: nothing
// in it comes from the shopper's address, browser or e-mail.
type Session struct {
	Tenant       id.Tenant       `json:"t"`
	Host         string          `json:"h"` // the site the widget runs on
	Conversation id.Conversation `json:"c"`
	Shopper      id.Shopper      `json:"s"`
	Language     string          `json:"l"`
	Expires      int64           `json:"e"` // Unix seconds
}

// ExpiresAt is when the token stops being valid.
func (s Session) ExpiresAt() time.Time { return time.Unix(s.Expires, 0).UTC() }

// Sessions makes and checks session tokens.
type Sessions struct {
	signer *seal.Signer
	now    func() time.Time
}

// NewSessions makes a Sessions that signs with the platform's signing secret.
func NewSessions(secret []byte, now func() time.Time) (*Sessions, error) {
	signer, err := seal.NewSigner(secret, "widget-session")
	if err != nil {
		return nil, err
	}
	return &Sessions{signer: signer, now: now}, nil
}

// Start makes a session in a new conversation.
func (s *Sessions) Start(t id.Tenant, host, language string) (Session, string, error) {
	return s.sign(Session{
		Tenant: t, Host: host, Language: language,
		Conversation: id.Random[id.Conversation](), Shopper: id.Random[id.Shopper](),
	})
}

// Renew makes a fresh token for the conversation of one that may have run out,
// for the same site only.
func (s *Sessions) Renew(token, host string) (Session, string, error) {
	var old Session
	if err := s.signer.Verify(token, &old); err != nil {
		return Session{}, "", err
	}
	if old.Host != host || s.now().After(old.ExpiresAt().Add(RenewFor)) {
		return Session{}, "", fault.E(fault.Unauthenticated, "This chat is over. Please start a new one.", nil)
	}
	return s.sign(old)
}

func (s *Sessions) sign(session Session) (Session, string, error) {
	session.Expires = s.now().Add(TokenLife).Unix()
	token, err := s.signer.Sign(session)
	return session, token, err
}

// Admit is FromRequest for a call of the widget: the page that asks may read the
// answer, errors too, as without that the widget could not tell one from another.
func (s *Sessions) Admit(w http.ResponseWriter, r *http.Request) (Session, error) {
	if origin := r.Header.Get("Origin"); origin != "" {
		apigw.AllowOrigin(w, origin)
	}
	return s.FromRequest(r)
}

// Ref names the session's conversation.
func (s Session) Ref() conversation.Ref {
	return conversation.Ref{Tenant: s.Tenant, Conversation: s.Conversation, Shopper: s.Shopper}
}

// FromRequest gives the session a request acts in. A token that is missing,
// damaged, out of date, or was made for another site is Unauthenticated.
func (s *Sessions) FromRequest(r *http.Request) (Session, error) {
	token, ok := seal.Bearer(r)
	if !ok {
		return Session{}, fault.E(fault.Unauthenticated, "Start a session first.", nil)
	}
	var session Session
	if err := s.signer.Verify(token, &session); err != nil {
		return Session{}, err
	}
	host, err := tenant.HostOf(r.Header.Get("Origin"))
	if err != nil || host != session.Host {
		return Session{}, fault.E(fault.Unauthenticated, "This session belongs to another site.", nil)
	}
	if s.now().Unix() >= session.Expires {
		return Session{}, fault.E(fault.Unauthenticated, "The session has run out. Renew it.", nil)
	}
	return session, nil
}
