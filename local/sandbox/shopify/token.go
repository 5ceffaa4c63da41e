package shopify

import (
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Lives of what lets an app in (Shopify, "Offline access tokens", read 2026-11-23).
const (
	codeLife    = time.Minute
	accessLife  = time.Hour
	refreshLife = 90 * 24 * time.Hour
)

// grantCode is what an installation is redirected with, to be exchanged once.
type grantCode struct {
	shop    *shop
	scopes  []string
	expires time.Time
}

type accessToken struct {
	shop    *shop
	scopes  []string
	expires time.Time // zero is never
	revoked bool
}

type refreshToken struct {
	shop    *shop
	scopes  []string
	access  string // the token it came with
	expires time.Time
	used    bool
	revoked bool
}

// Tokens is what a store's app holds, as the service answers with it.
type Tokens struct {
	AccessToken           string `json:"access_token"`
	Scope                 string `json:"scope"`
	ExpiresIn             int    `json:"expires_in,omitempty"` // seconds
	RefreshToken          string `json:"refresh_token,omitempty"`
	RefreshTokenExpiresIn int    `json:"refresh_token_expires_in,omitempty"` // seconds
}

// issue makes a token pair. Those of before no longer let anybody in.
func (s *Shopify) issue(there *shop, scopes []string, expiring bool) Tokens {
	s.revoke(there)
	there.installed, there.scopes = true, scopes
	out := Tokens{AccessToken: "shpat_" + hex.EncodeToString(randomBytes(16)), Scope: strings.Join(told(scopes), ",")}
	held := &accessToken{shop: there, scopes: scopes}
	if expiring {
		held.expires = s.options.Now().Add(accessLife)
		out.ExpiresIn, out.RefreshTokenExpiresIn = int(accessLife.Seconds()), int(refreshLife.Seconds())
		out.RefreshToken = "shprt_" + hex.EncodeToString(randomBytes(16))
		s.refresh[out.RefreshToken] = &refreshToken{shop: there, scopes: scopes, access: out.AccessToken, expires: s.options.Now().Add(refreshLife)}
	}
	s.access[out.AccessToken] = held
	return out
}

// told are the scopes as answers list them: leave to write is leave to read, which
// is then left out.
func told(scopes []string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool {
		what, reads := strings.CutPrefix(s, "read_")
		return reads && slices.Contains(scopes, "write_"+what)
	})
}

// revoke makes all tokens of a store worthless.
func (s *Shopify) revoke(there *shop) {
	for _, t := range s.access {
		t.revoked = t.revoked || t.shop == there
	}
	for _, t := range s.refresh {
		t.revoked = t.revoked || t.shop == there
	}
}

// holder gives the token of a request, if it is good for the store.
func (s *Shopify) holder(token string, there *shop) *accessToken {
	t := s.access[token]
	if t == nil || t.shop != there || t.revoked || !t.expires.IsZero() && !s.options.Now().Before(t.expires) {
		return nil
	}
	return t
}

// may reports whether a token has a scope. A write scope includes reading.
func (t *accessToken) may(scope string) bool {
	if slices.Contains(t.scopes, scope) {
		return true
	}
	what, reads := strings.CutPrefix(scope, "read_")
	return reads && slices.Contains(t.scopes, "write_"+what)
}

// Grant installs the app on a store without a browser, and gives its tokens.
func (s *Shopify) Grant(domain string, scopes ...string) Tokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issue(s.shops[domain], scopes, true)
}

// Authorize gives the code that a store's owner would be redirected with.
func (s *Shopify) Authorize(domain string, scopes ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newCode(s.shops[domain], scopes)
}

func (s *Shopify) newCode(there *shop, scopes []string) string {
	code := hex.EncodeToString(randomBytes(16))
	s.codes[code] = grantCode{there, scopes, s.options.Now().Add(codeLife)}
	return code
}

// Expire makes a store's access tokens worthless before their time. They can be
// renewed.
func (s *Shopify) Expire(domain string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.access {
		t.revoked = t.revoked || t.shop == s.shops[domain]
	}
}

// Revoke makes a store's tokens worthless without a word to the app.
func (s *Shopify) Revoke(domain string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoke(s.shops[domain])
}
