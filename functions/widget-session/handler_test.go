package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/shared/apigw"
	"omniops/shared/channel/webchat"
	"omniops/shared/claim"
	"omniops/shared/identity"
	"omniops/shared/support"
	"omniops/shared/tenant"
)

func TestASessionAsTheWidgetNeedsIt(t *testing.T) {
	claim.Proves(t, "C010")
	b := newBench(t)
	a := b.open(t, origin, `{"language":"de-AT"}`)
	text := support.TextIn("de")
	want := sessionView{
		SessionToken: a.session.SessionToken, Conversation: a.session.Conversation, ExpiresAt: b.Clock.Now().Add(webchat.TokenLife),
		Shop:     shopView{"Kettle & Co", "#1f5f5b", "help@demo.example"},
		Language: "de", Disclosure: fmt.Sprintf(text.Disclosure, "Kettle & Co"), Notice: text.Notice, Suggestions: text.Suggestions,
	}
	if diff := cmp.Diff(want, a.session); diff != "" {
		t.Errorf("session (-want +got):\n%s", diff)
	}
	if got := a.header.Get("Access-Control-Allow-Origin"); got != origin || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", a.header)
	}
	session, err := b.acts(t, a.session.SessionToken, origin)
	if err != nil || session.Host != "shop.example" || session.Tenant != shop || session.Conversation != a.session.Conversation {
		t.Errorf("the token stands for %+v, %v", session, err)
	}
}

func TestTheSampleEvent(t *testing.T) {
	b := newBench(t)
	b.merchant(t, tenant.Account{Tenant: "kettle-and-co", Domains: []string{"shop.example.com"}})
	var e events.APIGatewayProxyRequest
	contract.Sample(t, "widget-session/post.json", &e)
	resp := apigw.Buffered(t.Context(), b.handler, &e)
	var got sessionView
	if err := json.Unmarshal([]byte(resp.Body), &got); err != nil || resp.StatusCode != http.StatusOK || got.SessionToken == "" {
		t.Errorf("status %d, %s: %v", resp.StatusCode, resp.Body, err)
	}
}

// A session holds random identifiers and the site, and nothing is stored: the
// same browser, at the same address and instant, cannot be told to be the same.
func TestSessionsAreAnonymous(t *testing.T) {
	claim.Proves(t, "C009")
	b := newBench(t)
	before := b.items(t)
	canaries := []string{
		"User-Agent", "Canary-Browser/7.7 (CanaryOS)", "X-Forwarded-For", "203.0.113.77", "Cookie", "who=canary@example.com",
		"From", "canary@example.com", "Accept-Language", "sv-SE", "Authorization", "Bearer canary", "Referer", origin + "/?email=canary@example.com",
	}
	seen := map[string]bool{}
	for _, body := range []string{"", "{}", `{"language":"en"}`, "", "{}"} {
		a := b.open(t, origin, body, canaries...)
		session, err := b.acts(t, a.session.SessionToken, origin)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []string{string(session.Conversation), string(session.Shopper)} {
			if len(v) != 26 || seen[v] {
				t.Errorf("%q is short, or was given before", v)
			}
			seen[v] = true
		}
		payload, _, _ := strings.Cut(a.session.SessionToken, ".")
		open, err := base64.RawURLEncoding.DecodeString(payload)
		if err != nil {
			t.Fatal(err)
		}
		for _, canary := range []string{"canary", "Canary", "203.0.113", "127.0.0.1", "sv-SE"} {
			if strings.Contains(a.raw+string(open), canary) {
				t.Errorf("the session holds %q: %s %s", canary, a.raw, open)
			}
		}
		want := fmt.Sprintf(`{"t":"demo","h":"shop.example","c":%q,"s":%q,"l":"en","e":%d}`, session.Conversation, session.Shopper, session.Expires)
		if string(open) != want {
			t.Errorf("the token holds %s, want %s", open, want)
		}
		if a.header.Get("Set-Cookie") != "" {
			t.Error("a cookie was set")
		}
	}
	if after := b.items(t); after != before {
		t.Errorf("%d items were stored", after-before)
	}
}

// items counts what is stored.
func (b *bench) items(t *testing.T) int {
	t.Helper()
	name := b.Env(t, "widget-session", "TABLE_NAME")
	out, err := dynamodb.NewFromConfig(b.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Items)
}

func TestOnlyRegisteredSitesGetASession(t *testing.T) {
	claim.Proves(t, "C010")
	b := newBench(t)
	for from, host := range map[string]string{
		origin: "shop.example", "https://shop.example:443": "shop.example", "https://SHOP.example": "shop.example", "https://shop.example:8443": "shop.example:8443",
	} {
		a := b.open(t, from, "")
		if session, err := b.acts(t, a.session.SessionToken, from); err != nil || session.Host != host {
			t.Errorf("%s: session on %q, %v", from, session.Host, err)
		}
	}
	for _, from := range []string{
		"", "null", "https://evil.example", "https://shop.example.evil.example", "https://evil-shop.example", "https://www.shop.example",
		"https://shop.example:444", "https://shop.example@evil.example", "https://evil.example/shop.example", "https://evil.example#shop.example",
		"file://", "chrome-extension://shop.example", "shop.example", "https://shop.example, https://evil.example", "https://shop.example.", "https://" + strings.Repeat("a", 300),
		"https://ſhop.example", "https://[::1]", "https://shop.example%00",
	} {
		a := b.post(t, from, "{}")
		if a.status != http.StatusForbidden || a.problem.Type != "https://omniops.dev/problems/forbidden" || a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%q: status %d, %s, headers %v", from, a.status, a.raw, a.header)
		}
	}
	b.merchant(t, tenant.Account{Tenant: shop, Domains: []string{"shop.example"}}) // one domain is given up
	if a := b.post(t, "https://shop.example:8443", ""); a.status != http.StatusForbidden {
		t.Errorf("a domain that was given up: %d", a.status)
	}
}

// Whatever a merchant sets, and whatever language a page asks for, the session
// says that this is an AI and that important things are to be checked.
func TestNoSettingRemovesDisclosureOrNotice(t *testing.T) {
	claim.Proves(t, "C037", "C044")
	says := map[string][2]string{
		"en": {"AI assistant", "check"}, "de": {"KI-Assistent", "prüfen"}, "fr": {"assistant IA", "érifie"},
		"it": {"assistente IA", "Controlla"}, "es": {"asistente de IA", "Compruebe"}, "nl": {"AI-assistent", "Controleer"}, "ja": {"AIアシスタント", "ご確認"},
	}
	languages := support.Languages()
	for _, l := range languages {
		if says[l] == [2]string{} {
			t.Errorf("this test does not know what the disclosure says in %q", l)
		}
	}
	b := newBench(t)
	for i, name := range []string{"Kettle & Co", "Kate, a real person", "%!s(MISSING) %d", "<b hidden>", strings.Repeat("x", 80), "\u202eoc"} {
		b.merchant(t, tenant.Account{
			Tenant: shop, Name: name, Domains: []string{"shop.example"}, Accent: "#ffffff", ChatDays: 1, DailyTurns: 1,
			Language: []string{"en", "de", "fr", "pl"}[i%4],
		})
		for _, asked := range append([]string{"", "pl", "zz-ZZ", "DE", "fr-CA"}, languages...) {
			a := b.open(t, origin, fmt.Sprintf(`{"language":%q}`, asked)).session
			want := says[a.Language]
			if !slices.Contains(languages, a.Language) || !strings.Contains(a.Disclosure, want[0]) || !strings.Contains(a.Disclosure, name) || !strings.Contains(a.Notice, want[1]) {
				t.Errorf("%q in %q: %+v", name, asked, a)
			}
			if base, _, _ := strings.Cut(strings.ToLower(asked), "-"); slices.Contains(languages, base) && a.Language != base {
				t.Errorf("asked for %q, got %q", asked, a.Language)
			}
		}
	}
	for _, field := range []string{"disclosure", "notice", "strings", "hide_disclosure"} {
		if a := b.post(t, origin, fmt.Sprintf(`{%q:""}`, field)); a.status != http.StatusBadRequest {
			t.Errorf("the page may send %s: %d", field, a.status)
		}
	}
}

func TestRenewalStaysInTheConversation(t *testing.T) {
	b := newBench(t)
	first := b.open(t, origin, `{"language":"fr"}`).session
	began, err := b.acts(t, first.SessionToken, origin)
	if err != nil {
		t.Fatal(err)
	}
	token := first.SessionToken
	for _, wait := range []time.Duration{time.Minute, webchat.TokenLife, 29 * 24 * time.Hour} {
		b.Advance(wait)
		a := b.open(t, origin, fmt.Sprintf(`{"language":"de","session_token":%q}`, token)).session
		if a.Conversation != first.Conversation || a.SessionToken == token || a.Language != "fr" || !a.ExpiresAt.Equal(b.Clock.Now().Add(webchat.TokenLife)) {
			t.Errorf("renewed after %v: %+v", wait, a)
		}
		token = a.SessionToken
		if s, err := b.acts(t, token, origin); err != nil || s.Shopper != began.Shopper {
			t.Errorf("renewed to %+v, %v", s, err)
		}
	}
}

func TestRenewalThatIsRefused(t *testing.T) {
	b := newBench(t)
	b.merchant(t, tenant.Account{Tenant: "other", Domains: []string{"other.example"}})
	token := b.open(t, origin, "").session.SessionToken
	tokens, err := identity.NewTokens([]byte("another-signing-secret-of-enough-length"), b.Clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := tokens.Mint(shop, b.Clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	renew := func(from, token string) answer {
		t.Helper()
		return b.post(t, from, fmt.Sprintf(`{"session_token":%q}`, token))
	}
	refused := func(name string, a answer) {
		t.Helper()
		if a.status != http.StatusUnauthorized || strings.Contains(a.raw, "session_token") {
			t.Errorf("%s: status %d, %s", name, a.status, a.raw)
		}
	}
	refused("on another merchant's site", renew("https://other.example", token))
	refused("on the merchant's other site", renew("https://shop.example:8443", token))
	refused("damaged", renew(origin, token[:len(token)-2]+"xx"))
	refused("cut", renew(origin, token[:20]))
	refused("forged", renew(origin, forged))
	if a := renew("https://evil.example", token); a.status != http.StatusForbidden {
		t.Errorf("on no merchant's site: %d", a.status)
	}

	// The site changes hands: its shoppers' conversations do not.
	b.merchant(t, tenant.Account{Tenant: shop, Domains: []string{"shop.example:8443"}})
	b.merchant(t, tenant.Account{Tenant: "other", Domains: []string{"other.example", "shop.example"}})
	refused("on a site that has changed hands", renew(origin, token))
	b.merchant(t, tenant.Account{Tenant: "other", Domains: []string{"other.example"}})
	b.merchant(t, tenant.Account{Tenant: shop, Domains: []string{"shop.example"}})

	b.Advance(webchat.TokenLife + webchat.RenewFor)
	if a := renew(origin, token); a.status != http.StatusOK {
		t.Errorf("at the last moment: %d", a.status)
	}
	b.Advance(time.Second)
	refused("too late", renew(origin, token))
}

func TestBadInput(t *testing.T) {
	b := newBench(t)
	pad := func(n int) string { return `{"language":"en"` + strings.Repeat(" ", n-len(`{"language":"en"}`)) + "}" }
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"nothing":                     {"", 200},
		"the largest":                 {pad(4 << 10), 200},
		"larger":                      {pad(4<<10 + 1), 413},
		"much larger":                 {pad(1 << 20), 413},
		"not JSON":                    {"hello", 400},
		"half of it":                  {`{"language":`, 400},
		"a list":                      {"[]", 400},
		"a word":                      {`"en"`, 400},
		"a number for a language":     {`{"language":7}`, 400},
		"an unknown field":            {`{"language":"en","tenant":"other"}`, 400},
		"two values":                  {"{}{}", 400},
		"no UTF-8":                    {"{\"language\":\"\xff\"}", 400},
		"deep":                        {strings.Repeat("[", 2000), 400},
		"a long language":             {`{"language":"` + strings.Repeat("a", 36) + `"}`, 400},
		"the longest language":        {`{"language":"` + strings.Repeat("a", 35) + `"}`, 200},
		"a language with a break":     {`{"language":"en\u0000\n"}`, 200},
		"a language that is a path":   {`{"language":"../../etc/passwd"}`, 200},
		"a language that is markup":   {`{"language":"<script>alert(1)</script>"}`, 200},
		"a language that is a format": {`{"language":"%s%n%d"}`, 200},
	} {
		t.Run(name, func(t *testing.T) {
			a := b.post(t, origin, c.body)
			if a.status != c.status {
				t.Fatalf("status %d, %s, want %d", a.status, a.raw, c.status)
			}
			if a.status == http.StatusOK && (a.session.Language != "en" || a.session.Disclosure != fmt.Sprintf(support.TextIn("en").Disclosure, "Kettle & Co")) {
				t.Errorf("session in %q: %q", a.session.Language, a.session.Disclosure)
			}
			if a.status != http.StatusOK && a.header.Get("Access-Control-Allow-Origin") != origin {
				t.Error("the page cannot read why it was refused")
			}
		})
	}
}

// The questions come from the shop's pages, when there are any in the shopper's
// language; a session comes either way.
func TestSuggestions(t *testing.T) {
	b := newBench(t)
	own := []string{"Can I return a kettle?", "How long does delivery take?", "Which hobs does the kettle fit?"}
	if err := b.tenants.UseIndex(t.Context(), shop, "v1", own); err != nil {
		t.Fatal(err)
	}
	ask := func(language string) []string {
		t.Helper()
		return b.open(t, origin, fmt.Sprintf(`{"language":%q}`, language)).session.Suggestions
	}
	if got := ask("en"); !slices.Equal(got, own) {
		t.Errorf("suggestions %q, want the pages' own", got)
	}
	if got := ask("de"); !slices.Equal(got, support.TextIn("de").Suggestions) {
		t.Errorf("suggestions in German %q", got)
	}
	if err := b.tenants.UseIndex(t.Context(), shop, "v2", nil); err != nil {
		t.Fatal(err)
	}
	if got := ask("en"); !slices.Equal(got, support.TextIn("en").Suggestions) {
		t.Errorf("suggestions of a site that has none: %q", got)
	}
}

func TestStorageDown(t *testing.T) {
	b := newBench(t)
	if err := b.Faults.Replace(faults.Rule{Service: "dynamodb", Kind: faults.Error, Rate: 1}); err != nil {
		t.Fatal(err)
	}
	if a := b.post(t, origin, ""); a.status != http.StatusServiceUnavailable {
		t.Errorf("status %d, %s", a.status, a.raw)
	}
	b.Faults.Clear()
	b.open(t, origin, "")
}
