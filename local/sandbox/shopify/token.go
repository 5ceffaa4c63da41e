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
	out := Tokens{AccessToken: "shpat_" + hex.EncodeToString(randomBytes(16)), Scope: strings.Join(told(scopes), ",")}
	pair := issued{Access: out.AccessToken, Scopes: scopes}
	if expiring {
		pair.Expires, pair.Ends = s.clock().Add(accessLife), s.clock().Add(refreshLife)
		out.ExpiresIn, out.RefreshTokenExpiresIn = int(accessLife.Seconds()), int(refreshLife.Seconds())
		out.RefreshToken = "shprt_" + hex.EncodeToString(randomBytes(16))
		pair.Refresh = out.RefreshToken
	}
	s.admit(there, pair)
	s.keep(didIssue, there, pair)
	return out
}

// admit lets the app into a store with a pair of tokens, and with no other.
func (s *Shopify) admit(there *shop, pair issued) {
	s.revoke(there)
	there.installed, there.scopes = true, pair.Scopes
	s.access[pair.Access] = &accessToken{shop: there, scopes: pair.Scopes, expires: pair.Expires}
	if pair.Refresh != "" {
		s.refresh[pair.Refresh] = &refreshToken{shop: there, scopes: pair.Scopes, access: pair.Access, expires: pair.Ends}
	}
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
	if t == nil || t.shop != there || t.revoked || !t.expires.IsZero() && !s.clock().Before(t.expires) {
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
	s.codes[code] = grantCode{there, scopes, s.clock().Add(codeLife)}
	return code
}

// Installed reports whether the app is on a store and can go on being: it holds a
// refresh token that is good.
func (s *Shopify) Installed(domain string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.refresh {
		if t.shop == s.shops[domain] && !t.used && !t.revoked && s.clock().Before(t.expires) {
			return s.shops[domain].installed
		}
	}
	return false
}

// Expire makes a store's access tokens worthless before their time. They can be
// renewed.
func (s *Shopify) Expire(domain string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire(s.shops[domain])
	s.keep(didExpire, s.shops[domain], nil)
}

func (s *Shopify) expire(there *shop) {
	for _, t := range s.access {
		t.revoked = t.revoked || t.shop == there
	}
}

// Revoke makes a store's tokens worthless without a word to the app.
func (s *Shopify) Revoke(domain string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoke(s.shops[domain])
	s.keep(didRevoke, s.shops[domain], nil)
}
