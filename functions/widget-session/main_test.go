package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
	"omniops/shared/id"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop   = id.Tenant("demo")
	origin = "https://shop.example"
)

// bench is the function on local services, with a merchant.
type bench struct {
	*localtest.Cloud
	handler  http.Handler
	url      string
	client   *http.Client
	sessions *webchat.Sessions
	tenants  *tenant.Store
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{
		Cloud: c, client: contract.Client(t),
		tenants: tenant.NewStore(table.New(c.AWS, c.Env(t, "widget-session", "TABLE_NAME"), c.Clock.Now)),
	}
	var err error
	b.handler, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table:         c.Env(t, "widget-session", "TABLE_NAME"),
		SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL + "/v1/sessions"
	if b.sessions, err = webchat.NewSessions([]byte(localtest.SessionSecret), c.Clock.Now); err != nil {
		t.Fatal(err)
	}
	b.merchant(t, tenant.Account{Tenant: shop, Domains: []string{"shop.example", "shop.example:8443"}})
	return b
}

// merchant saves an account, with a name and addresses where it has none.
func (b *bench) merchant(t *testing.T, a tenant.Account) {
	t.Helper()
	if a.Name == "" {
		a.Name = "Kettle & Co"
	}
	a.SiteURL, a.ContactEmail, a.CreatedAt = "https://"+a.Domains[0], "help@"+string(a.Tenant)+".example", b.Clock.Now()
	if err := b.tenants.Save(t.Context(), a.WithDefaults()); err != nil {
		t.Fatal(err)
	}
}

// answer is what a request for a session came to.
type answer struct {
	status  int
	header  http.Header
	raw     string
	session sessionView
	problem struct {
		Type   string `json:"type"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}
}

// post asks for a session from a page of an origin; "" is none.
func (b *bench) post(t *testing.T, from, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if from != "" {
		req.Header.Set("Origin", from)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	into := any(&a.session)
	if a.status != http.StatusOK {
		into = &a.problem
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("status %d, %s: %v", a.status, raw, err)
	}
	return a
}

// open is post with the expectation of a session.
func (b *bench) open(t *testing.T, from, body string, headers ...string) answer {
	t.Helper()
	a := b.post(t, from, body, headers...)
	if a.status != http.StatusOK {
		t.Fatalf("%s from %s: status %d, %s", body, from, a.status, a.raw)
	}
	return a
}

// acts gives the session that a token stands for on a site.
func (b *bench) acts(t *testing.T, token, from string) (webchat.Session, error) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/v1/chat", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Origin", from)
	return b.sessions.FromRequest(r)
}
