package shopify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"omniops/local/localtest"
	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const (
	merchant = id.Tenant("demo")
	rival    = id.Tenant("rival")
	store    = Shop("kettle-and-co.myshopify.com")
	key      = "0b8f2f0e-9d1c-4a7c-9f57-0f3a5b1c2d3e"
)

var app = App{ClientID: "client", Secret: "shpss_test"}

// request is one request that a shop was sent.
type request struct {
	Host, Path, Token string
	Query             string
	OperationName     string
	Variables         map[string]any
	Ask               map[string]string // of tokens
}

// bench is a client on local services, with a shop that speaks Shopify's protocol.
type bench struct {
	*localtest.Cloud
	table       *table.Store
	connections *Connections
	client      *Client
	log         bytes.Buffer
	url         string

	mu       sync.Mutex
	requests []request
	serial   int
	good     string                                // access token that is taken
	refresh  string                                // refresh token that is taken
	scopes   string                                // that are granted
	answers  map[string]func(r request) (int, any) // by operation
	header   http.Header                           // of every answer
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{Cloud: c, scopes: strings.Join(Scopes(), ","), answers: map[string]func(request) (int, any){}, header: http.Header{}}
	server := httptest.NewServer(http.HandlerFunc(b.serve))
	t.Cleanup(server.Close)
	b.url = server.URL
	b.table = table.New(c.AWS, c.Env(t, "merchant-key", "TABLE_NAME"), c.Clock.Now)
	b.connections = NewConnections(b.table, seal.NewSecrets(c.AWS, c.Env(t, "merchant-key", "SECRETS_KEY_ID")))
	b.client = b.newClient(b.connections)
	return b
}

func (b *bench) newClient(of *Connections) *Client {
	return NewClient(Options{
		BaseURL: b.url, HTTP: http.DefaultClient, App: app, Connections: of, Now: b.Clock.Now,
		Log:  slog.New(slog.NewTextHandler(&b.log, nil)),
		Wait: func(_ context.Context, d time.Duration) error { b.Advance(d); return nil },
	})
}

// serve is a Shopify shop.
func (b *bench) serve(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	got := request{Host: r.Host, Path: r.URL.Path, Token: r.Header.Get("X-Shopify-Access-Token")}
	reply := func(status int, v any) {
		for name, values := range b.header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	if r.URL.Path == "/admin/oauth/access_token" {
		_ = json.Unmarshal(body, &got.Ask)
		b.requests = append(b.requests, got)
		if got.Ask["client_secret"] != app.Secret || got.Ask["code"] != "good-code" && (b.refresh == "" || got.Ask["refresh_token"] != b.refresh) {
			reply(http.StatusBadRequest, map[string]string{"error": "invalid_request"})
			return
		}
		b.serial++
		b.good, b.refresh = fmt.Sprintf("shpat_%d", b.serial), fmt.Sprintf("shprt_%d", b.serial)
		reply(http.StatusOK, map[string]any{
			"access_token": b.good, "refresh_token": b.refresh, "expires_in": 3600, "refresh_token_expires_in": 7776000, "scope": b.scopes,
		})
		return
	}
	_ = json.Unmarshal(body, &got)
	b.requests = append(b.requests, got)
	if got.Token != b.good {
		reply(http.StatusUnauthorized, map[string]string{"errors": "Invalid API key or access token"})
		return
	}
	f, ok := b.answers[got.OperationName]
	if !ok {
		reply(http.StatusOK, map[string]any{"errors": []any{map[string]any{"message": "no such operation"}}})
		return
	}
	status, data := f(got)
	if status == 0 {
		reply(http.StatusOK, data)
		return
	}
	reply(status, map[string]any{"data": data})
}

// asked gives the operations that the shop was sent so far, and forgets them.
func (b *bench) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var names []string
	for _, r := range b.requests {
		name := r.OperationName
		if name == "" {
			name = r.Path
		}
		names = append(names, name)
	}
	b.requests = nil
	return names
}

// answer makes the shop answer an operation with data.
func (b *bench) answer(operation string, data any) {
	b.answers[operation] = func(request) (int, any) { return http.StatusOK, data }
}

// fail makes the shop answer an operation with an error.
func (b *bench) fail(operation, code string) {
	b.answers[operation] = func(request) (int, any) {
		return 0, map[string]any{"errors": []any{map[string]any{"message": "secret text", "extensions": map[string]any{"code": code}}}}
	}
}

// connect connects the shop through the whole flow.
func (b *bench) connect(t *testing.T, name id.Tenant) {
	t.Helper()
	if _, _, err := b.install(t, name, store, func(url.Values) {}); err != nil {
		t.Fatal(err)
	}
	b.asked()
}

// install begins and ends an installation; change may spoil what comes back.
func (b *bench) install(t *testing.T, name id.Tenant, shop Shop, change func(url.Values)) (id.Tenant, Shop, error) {
	t.Helper()
	i, err := NewInstalls(b.client, []byte(localtest.SessionSecret), "https://api.test/v1/shopify/callback", []byte(app.Secret))
	must(t, err)
	address, err := i.Begin(name, shop)
	must(t, err)
	u, err := url.Parse(address)
	must(t, err)
	back := url.Values{
		"code": {"good-code"}, "host": {"YWRtaW4"}, "shop": {string(shop)}, "state": {u.Query().Get("state")},
		"timestamp": {fmt.Sprint(b.Clock.Now().Unix())},
	}
	sign(back)
	change(back)
	return i.Finish(t.Context(), back)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func support(t id.Tenant) commerce.Access {
	return commerce.Access{Tenant: t, Purpose: commerce.Support}
}

func verification(t id.Tenant) commerce.Access {
	return commerce.Access{Tenant: t, Purpose: commerce.Verification}
}

func action(t id.Tenant) commerce.Access {
	return commerce.Access{Tenant: t, Purpose: commerce.OrderAction}
}

// orderOf is an order as Find sees it.
func orderOf(order int, name, email string) map[string]any {
	n := map[string]any{"id": fmt.Sprintf("gid://shopify/Order/%d", order), "name": name, "email": nil, "phone": nil}
	if email != "" {
		n["email"] = email
	}
	return n
}

func nodes(all ...any) map[string]any { return map[string]any{"nodes": slices.Clone(all)} }
