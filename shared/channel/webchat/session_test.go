package webchat_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"omniops/local/clock"
	"omniops/local/localtest"
	"omniops/shared/channel/webchat"
	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/identity"
)

var start = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

func newSessions(t *testing.T) (*webchat.Sessions, *clock.Clock) {
	t.Helper()
	c := clock.Fixed(start)
	s, err := webchat.NewSessions([]byte(localtest.SessionSecret), c.Now)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func begin(t *testing.T, s *webchat.Sessions) (webchat.Session, string) {
	t.Helper()
	session, token, err := s.Start("fern", "fern.example", "en")
	if err != nil {
		t.Fatal(err)
	}
	return session, token
}

func request(token, origin string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "https://api.test/v1/chat", nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	return r
}

func wantRefused(t *testing.T, s *webchat.Sessions, token, origin string) {
	t.Helper()
	session, err := s.FromRequest(request(token, origin))
	if err == nil || fault.KindOf(err) != fault.Unauthenticated || session != (webchat.Session{}) {
		t.Errorf("token %q from %q acts in %+v, %v", token, origin, session, err)
	}
}

func TestASessionIsThatOfItsToken(t *testing.T) {
	s, _ := newSessions(t)
	session, token := begin(t, s)
	want := webchat.Session{
		Tenant: "fern", Host: "fern.example", Language: "en", Expires: start.Add(2 * time.Hour).Unix(),
		Conversation: session.Conversation, Shopper: session.Shopper,
	}
	if session != want || !session.ExpiresAt().Equal(start.Add(webchat.TokenLife)) {
		t.Errorf("session is %+v, want %+v", session, want)
	}
	for _, origin := range []string{"https://fern.example", "https://FERN.example:443"} {
		got, err := s.FromRequest(request(token, origin))
		if err != nil || got != session {
			t.Errorf("from %s: %+v, %v; want %+v", origin, got, err, session)
		}
	}
}

// Scenario 21: a token on another site, or for another use, is worth nothing.
func TestWhatIsNoSession(t *testing.T) {
	s, c := newSessions(t)
	_, token := begin(t, s)
	merchants, err := identity.NewTokens([]byte(localtest.SessionSecret), c.Now)
	if err != nil {
		t.Fatal(err)
	}
	merchant, err := merchants.Mint("fern", start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]struct{ token, origin string }{
		"no token":             {"", "https://fern.example"},
		"no origin":            {token, ""},
		"another site":         {token, "https://evil.example"},
		"a subdomain":          {token, "https://www.fern.example"},
		"another port":         {token, "https://fern.example:8443"},
		"no site":              {token, "null"},
		"a site with a user":   {token, "https://fern.example@evil.example"},
		"a damaged token":      {token[:len(token)-1] + "!", "https://fern.example"},
		"a merchant's token":   {merchant, "https://fern.example"},
		"a token with a break": {token + "\n", "https://fern.example"},
	} {
		t.Run(name, func(t *testing.T) { wantRefused(t, s, r.token, r.origin) })
	}
	r := request("", "https://fern.example")
	r.Header.Set("Authorization", token)
	if _, err := s.FromRequest(r); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("without a scheme: %v", err)
	}
	if _, err := webchat.NewSessions([]byte("short"), c.Now); err == nil {
		t.Error("a short secret was taken")
	}
}

func TestASessionEndsInTheSecondItNames(t *testing.T) {
	s, c := newSessions(t)
	_, token := begin(t, s)
	c.SetOffset(webchat.TokenLife - time.Nanosecond)
	if _, err := s.FromRequest(request(token, "https://fern.example")); err != nil {
		t.Errorf("refused before its end: %v", err)
	}
	c.SetOffset(webchat.TokenLife)
	wantRefused(t, s, token, "https://fern.example")
}

func TestRenewal(t *testing.T) {
	s, c := newSessions(t)
	old, token := begin(t, s)
	last := webchat.TokenLife + webchat.RenewFor
	for _, at := range []time.Duration{time.Minute, webchat.TokenLife, 24 * time.Hour, last} {
		c.SetOffset(at)
		renewed, fresh, err := s.Renew(token, "fern.example")
		want := old
		want.Expires = start.Add(at + webchat.TokenLife).Unix()
		if err != nil || renewed != want {
			t.Errorf("renewed after %v: %+v, %v; want %+v", at, renewed, err, want)
		}
		if got, err := s.FromRequest(request(fresh, "https://fern.example")); err != nil || got != want {
			t.Errorf("the new token stands for %+v, %v; want %+v", got, err, want)
		}
	}
	refused := func(name, token, host string) {
		t.Helper()
		session, fresh, err := s.Renew(token, host)
		if fault.KindOf(err) != fault.Unauthenticated || err == nil || fresh != "" || session != (webchat.Session{}) {
			t.Errorf("%s: renewed to %+v, %v", name, session, err)
		}
	}
	c.SetOffset(last + time.Second)
	refused("too late", token, "fern.example")
	c.SetOffset(0)
	refused("another site", token, "evil.example")
	refused("no site", token, "")
	refused("damaged", token+"x", "fern.example")
	refused("nothing", "", "fern.example")
}

// A session needs no personal data, and says nothing about who holds it: the
// same browser at the same address gets identifiers that have nothing in common.
func TestSessionsAreAnonymous(t *testing.T) {
	claim.Proves(t, "C009")
	s, _ := newSessions(t) // the clock stands still: not even the time differs
	seen := map[string]bool{}
	const sessions = 2000
	var alike [26]int // how many identifiers share a character with the first
	first, _ := begin(t, s)
	for range sessions {
		session, token := begin(t, s)
		for _, v := range []string{string(session.Conversation), string(session.Shopper)} {
			if len(v) != 26 || seen[v] {
				t.Fatalf("identifier %q is short, or was given twice", v)
			}
			seen[v] = true
		}
		if session.Conversation[4:] == first.Conversation[4:] || string(session.Conversation) == string(session.Shopper) {
			t.Fatalf("sessions %+v and %+v are related", session, first)
		}
		for i := range alike {
			if session.Conversation[i] == first.Conversation[i] {
				alike[i]++
			}
		}
		payload, _, _ := strings.Cut(token, ".")
		body, err := base64.RawURLEncoding.DecodeString(payload)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf(`{"t":"fern","h":"fern.example","c":"%s","s":"%s","l":"en","e":%d}`,
			session.Conversation, session.Shopper, start.Add(webchat.TokenLife).Unix())
		if string(body) != want {
			t.Fatalf("the token holds %s, want %s", body, want)
		}
	}
	// 1 of 32 by chance; the first character holds only 3 bits.
	for i, n := range alike[1:] {
		if n > sessions/8 {
			t.Errorf("character %d is the same in %d of %d sessions", i+1, n, sessions)
		}
	}
}

// The law: whatever the request carries besides, the session is that of the
// token, and of this site only.
func TestARequestsOtherHeadersDoNotMatter(t *testing.T) {
	claim.Proves(t, "C009")
	s, _ := newSessions(t)
	session, token := begin(t, s)
	rapid.Check(t, func(rt *rapid.T) {
		r := request(token, "https://fern.example")
		for _, name := range []string{"User-Agent", "X-Forwarded-For", "From", "Cookie", "Accept-Language"} {
			if v := rapid.StringMatching(`[ -~]{0,40}`).Draw(rt, name); v != "" {
				r.Header.Set(name, v)
			}
		}
		r.RemoteAddr = rapid.StringMatching(`[0-9]{1,3}\.[0-9]{1,3}\.1\.1:[0-9]{4}`).Draw(rt, "address")
		if got, err := s.FromRequest(r); err != nil || got != session {
			rt.Fatalf("session is %+v, %v; want %+v", got, err, session)
		}
	})
}
