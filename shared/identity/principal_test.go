package identity_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"omniops/local/clock"
	"omniops/local/localtest"
	"omniops/shared/channel/webchat"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/identity"
)

var start = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

func newTokens(t *testing.T, secret string) (*identity.Tokens, *clock.Clock) {
	t.Helper()
	c := clock.Fixed(start)
	tokens, err := identity.NewTokens([]byte(secret), c.Now)
	if err != nil {
		t.Fatal(err)
	}
	return tokens, c
}

func mint(t *testing.T, tokens *identity.Tokens, tenant id.Tenant, expires time.Time) string {
	t.Helper()
	token, err := tokens.Mint(tenant, expires)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func request(authorization string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "https://api.test/v1/merchant/keys/openai", nil)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return r
}

func wantRefused(t *testing.T, tokens *identity.Tokens, authorization string) {
	t.Helper()
	who, err := tokens.FromRequest(request(authorization))
	if fault.KindOf(err) != fault.Unauthenticated || err == nil || who != (identity.Principal{}) {
		t.Errorf("%q acts as %+v, %v", authorization, who, err)
	}
}

func TestATokenActsAsItsTenant(t *testing.T) {
	tokens, _ := newTokens(t, localtest.SessionSecret)
	for _, tenant := range []id.Tenant{"fern", "moss"} {
		who, err := tokens.FromRequest(request("Bearer " + mint(t, tokens, tenant, start.Add(time.Hour))))
		if err != nil || who != (identity.Principal{Tenant: tenant}) {
			t.Errorf("the token of %s acts as %+v, %v", tenant, who, err)
		}
	}
}

func TestATokenEndsInTheSecondItNames(t *testing.T) {
	tokens, c := newTokens(t, localtest.SessionSecret)
	authorization := "Bearer " + mint(t, tokens, "fern", start.Add(time.Hour))
	c.SetOffset(time.Hour - time.Nanosecond)
	if _, err := tokens.FromRequest(request(authorization)); err != nil {
		t.Errorf("refused before its end: %v", err)
	}
	c.SetOffset(time.Hour)
	wantRefused(t, tokens, authorization)
}

func TestWhatIsNoToken(t *testing.T) {
	tokens, c := newTokens(t, localtest.SessionSecret)
	token := mint(t, tokens, "fern", start.Add(time.Hour))
	other, _ := newTokens(t, strings.Repeat("another secret ", 3))
	sessions, err := webchat.NewSessions([]byte(localtest.SessionSecret), c.Now)
	if err != nil {
		t.Fatal(err)
	}
	_, shoppers, err := sessions.Start("fern", "fern.example", "en")
	if err != nil {
		t.Fatal(err)
	}
	for name, authorization := range map[string]string{
		"nothing":               "",
		"no token":              "Bearer ",
		"no scheme":             token,
		"another scheme":        "Basic " + token,
		"garbage":               "Bearer x.y",
		"a damaged token":       "Bearer " + token[:len(token)-1],
		"another secret's":      "Bearer " + mint(t, other, "fern", start.Add(time.Hour)),
		"a shopper's":           "Bearer " + shoppers,
		"nobody's":              "Bearer " + mint(t, tokens, "", start.Add(time.Hour)),
		"one that has run out":  "Bearer " + mint(t, tokens, "fern", start),
		"one that never began":  "Bearer " + mint(t, tokens, "fern", time.Time{}),
		"with something behind": "Bearer " + token + ", Bearer " + token,
	} {
		t.Run(name, func(t *testing.T) { wantRefused(t, tokens, authorization) })
	}
	if _, err := identity.NewTokens([]byte("short"), c.Now); err == nil {
		t.Error("a short secret was taken")
	}
}
