package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/consent"
	"omniops/shared/id"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop   = id.Tenant("demo")
	rival  = id.Tenant("rival")
	origin = "https://shop.example"
	yes    = `{"choices":{"analytics":true},"version":"` + consent.Version + `","language":"en-GB","method":"banner"}`
	no     = `{"choices":{"analytics":false},"version":"` + consent.Version + `","language":"en-GB","method":"banner"}`
)

// bench is the function on local services, with two merchants.
type bench struct {
	*localtest.Cloud
	url      string
	client   *http.Client
	receipts *consent.Store
	visitors *consent.Visitors
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	s := settings{Table: c.Env(t, "consent-record", "TABLE_NAME"), SessionSecret: boot.NewSecret(localtest.SessionSecret)}
	main := table.New(c.AWS, s.Table, c.Clock.Now)
	b := &bench{Cloud: c, client: contract.Client(t), receipts: consent.NewStore(main)}
	h, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s)
	must(t, err)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	b.url = server.URL + "/v1/consent"
	b.visitors, err = consent.NewVisitors([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	for name, domain := range map[id.Tenant]string{shop: "shop.example", rival: "rival.example"} {
		must(t, tenant.NewStore(main).Save(t.Context(), tenant.Account{
			Tenant: name, Name: string(name), Domains: []string{domain, "www." + domain}, SiteURL: "https://" + domain,
			ContactEmail: "help@" + domain, CreatedAt: c.Clock.Now(),
		}.WithDefaults()))
	}
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer is what a request came to.
type answer struct {
	status  int
	raw     string
	cookies []*http.Cookie
	consent.View
}

func (b *bench) do(t *testing.T, method, from, token, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.url, strings.NewReader(body))
	must(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if from != "" {
		req.Header.Set("Origin", from)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(t, err)
	a := answer{status: resp.StatusCode, raw: string(raw), cookies: resp.Cookies()}
	if a.status == http.StatusOK {
		must(t, json.Unmarshal(raw, &a.View))
	}
	return a
}

// ok is do with the expectation of a view.
func (b *bench) ok(t *testing.T, method, token, body string, headers ...string) answer {
	t.Helper()
	a := b.do(t, method, origin, token, body, headers...)
	if a.status != http.StatusOK {
		t.Fatalf("%s %s: %d, %s", method, body, a.status, a.raw)
	}
	return a
}

// gone checks that an answer takes every analytics cookie away.
func gone(t *testing.T, a answer) {
	t.Helper()
	expired := map[string]bool{}
	for _, c := range a.cookies {
		expired[c.Name] = c.MaxAge < 0
	}
	for _, name := range consent.AnalyticsCookies() {
		if !expired[name] {
			t.Errorf("the answer leaves the cookie %s: %v", name, a.cookies)
		}
	}
	if !cmp.Equal(a.Expire, consent.AnalyticsCookies()) {
		t.Errorf("the page is told to drop %v", a.Expire)
	}
}

func TestChoicesAreReceipts(t *testing.T) {
	claim.Proves(t, "C032", "C035", "C036")
	b := newBench(t)
	if a := b.ok(t, http.MethodGet, "", ""); a.Decided || a.Reference != "" || a.Token != "" || a.Choices[consent.Analytics] || !a.Choices[consent.Essential] || len(a.Receipts) != 0 {
		t.Errorf("before a choice: %s", a.raw)
	}
	first := b.ok(t, http.MethodPost, "", yes)
	at := b.Clock.Now().UTC()
	if !first.Decided || !first.Choices[consent.Analytics] || first.Token == "" || len(first.cookies) != 0 || len(first.Expire) != 0 ||
		!first.ExpiresAt.Equal(at.Add(consent.Life)) || len(first.Reference) != 26 {
		t.Errorf("after a yes: %s, cookies %v", first.raw, first.cookies)
	}
	b.Advance(time.Minute)
	second := b.ok(t, http.MethodPost, first.Token, no)
	gone(t, second)
	if second.Choices[consent.Analytics] || !second.Decided || second.Reference != first.Reference {
		t.Errorf("after a no: %s", second.raw)
	}
	want := []consent.ReceiptView{
		{N: 2, Granted: []consent.Purpose{}, Version: consent.Version, Language: "en-gb", Method: consent.ByBanner, At: at.Add(time.Minute)},
		{N: 1, Granted: []consent.Purpose{consent.Analytics}, Version: consent.Version, Language: "en-gb", Method: consent.ByBanner, At: at},
	}
	seen := b.ok(t, http.MethodGet, first.Token, "")
	if diff := cmp.Diff(want, seen.Receipts); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
	gone(t, seen)

	// Many choices at once: each is a receipt of its own, and none is lost.
	var done [4]chan int
	for i := range done {
		done[i] = make(chan int)
		go func() { done[i] <- b.do(t, http.MethodPost, origin, first.Token, no).status }()
	}
	kept := 0
	for _, c := range done {
		switch status := <-c; status {
		case http.StatusOK:
			kept++
		case http.StatusConflict:
		default:
			t.Errorf("answered %d", status)
		}
	}
	history, err := b.receipts.History(t.Context(), shop, first.Reference)
	must(t, err)
	if len(history) != 2+kept {
		t.Errorf("%d receipts for %d choices", len(history), 2+kept)
	}
	for i, r := range history {
		if r.N != i+1 {
			t.Errorf("receipt %d is in place %d", r.N, i+1)
		}
	}
	if !cmp.Equal(history[0].Granted, []consent.Purpose{consent.Analytics}) || !history[0].At.Equal(at) {
		t.Errorf("the first receipt is now %+v", history[0])
	}
}

func TestEssentialStorageCannotBeSwitchedOff(t *testing.T) {
	claim.Proves(t, "C134", "C138")
	b := newBench(t)
	a := b.do(t, http.MethodPost, origin, "", strings.Replace(yes, `{"analytics"`, `{"essential":false,"analytics"`, 1))
	if a.status != http.StatusBadRequest || !strings.Contains(a.raw, "cannot be switched off") || !strings.Contains(a.raw, "without it neither the chat nor your choice could be kept") {
		t.Errorf("answered %d, %s", a.status, a.raw)
	}
	if a := b.ok(t, http.MethodPost, "", strings.Replace(yes, `{"analytics"`, `{"essential":true,"analytics"`, 1)); !a.Choices[consent.Essential] {
		t.Errorf("%s", a.raw)
	}
}

func TestASignalSpeaksLouderThanAYes(t *testing.T) {
	claim.Proves(t, "C140")
	for name, c := range map[string]struct {
		header string
		want   consent.Signal
	}{"do not track": {"DNT", consent.DoNotTrack}, "global privacy control": {"Sec-GPC", consent.GlobalPrivacyControl}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			a := b.ok(t, http.MethodPost, "", yes, c.header, "1")
			if a.Choices[consent.Analytics] || a.Signal != c.want || len(a.Receipts) != 1 || len(a.Receipts[0].Granted) != 0 || a.Receipts[0].Signal != c.want {
				t.Errorf("%s", a.raw)
			}
			gone(t, a)
			// The signal is judged anew with every request.
			later := b.ok(t, http.MethodPost, a.Token, yes)
			if !later.Choices[consent.Analytics] || later.Signal != "" {
				t.Errorf("without the signal: %s", later.raw)
			}
			again := b.ok(t, http.MethodGet, a.Token, "", c.header, "1")
			if again.Choices[consent.Analytics] || again.Signal != c.want {
				t.Errorf("with it again: %s", again.raw)
			}
		})
	}
}

func TestConsentIsAskedAnewAfterItsTime(t *testing.T) {
	b := newBench(t)
	a := b.ok(t, http.MethodPost, "", yes)
	b.Advance(consent.Life - time.Second)
	if a := b.ok(t, http.MethodGet, a.Token, ""); !a.Decided || !a.Choices[consent.Analytics] {
		t.Errorf("a second before: %s", a.raw)
	}
	b.Advance(time.Second)
	if a := b.do(t, http.MethodGet, origin, a.Token, ""); a.status != http.StatusUnauthorized {
		t.Errorf("after: %d, %s", a.status, a.raw)
	}
}

func TestWhatIsNotTaken(t *testing.T) {
	b := newBench(t)
	a := b.ok(t, http.MethodPost, "", yes)
	_, theirs, err := b.visitors.Token(consent.Visitor{Tenant: rival, Host: "shop.example"})
	must(t, err)
	for name, c := range map[string]struct {
		from, token, body string
		status            int
	}{
		"no origin":                  {"", "", yes, 403},
		"another site":               {"https://evil.example", "", yes, 403},
		"a token of another site":    {"https://www.shop.example", a.Token, yes, 401},
		"a token of another shop":    {origin, theirs, yes, 401},
		"a damaged token":            {origin, a.Token + "x", yes, 401},
		"no choice":                  {origin, "", `{"choices":{},"version":"` + consent.Version + `","language":"en","method":"banner"}`, 400},
		"a purpose nobody asked for": {origin, "", strings.Replace(yes, `"analytics":true`, `"analytics":true,"marketing":true`, 1), 400},
		"an old wording":             {origin, "", strings.Replace(yes, consent.Version, "2020-01-01", 1), 400},
		"an operator's word":         {origin, "", strings.Replace(yes, "banner", "operator", 1), 400},
		"no language":                {origin, "", strings.Replace(yes, "en-GB", "", 1), 400},
		"a field too many":           {origin, "", strings.Replace(yes, `"version"`, `"email":"a@b.example","version"`, 1), 400},
		"a large body":               {origin, "", strings.Repeat(" ", 3000) + yes, 413},
	} {
		t.Run(name, func(t *testing.T) {
			if a := b.do(t, http.MethodPost, c.from, c.token, c.body); a.status != c.status {
				t.Errorf("answered %d, %s; want %d", a.status, a.raw, c.status)
			}
		})
	}
	if history, err := b.receipts.History(t.Context(), rival, a.Reference); err != nil || len(history) != 0 {
		t.Errorf("another shop sees %v, %v", history, err)
	}
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Kind: faults.Error, Rate: 1}))
	if a := b.do(t, http.MethodPost, origin, a.Token, no); a.status != http.StatusServiceUnavailable {
		t.Errorf("with the table down: %d, %s", a.status, a.raw)
	}
}
