// Package shopifytest connects Shopify shops in tests, through the real flow
// against a server that speaks Shopify's protocol.
package shopifytest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"omniops/shared/commerce/shopify"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// ClientID and Secret are those of the app in tests, and SigningSecret the
// platform's.
const (
	ClientID      = "client"
	Secret        = "shpss_test"
	signingSecret = "test-only-signing-secret-not-for-anything-else"
)

// Cloud is what a World runs on.
type Cloud struct {
	AWS   aws.Config
	Table string
	Key   string // id of the key of secrets
	Now   func() time.Time
}

// Request is one operation that a shop was sent.
type Request struct {
	Shop      string
	Operation string
	Token     string
	Variables map[string]any
}

// World is Shopify with shops that answer what they are told to.
type World struct {
	URL         string
	Connections *shopify.Connections
	Client      *shopify.Client

	mu       sync.Mutex
	now      func() time.Time
	serial   int
	tokens   map[string]bool
	refresh  map[string]bool
	scopes   string
	answers  map[string]func(Request) any
	requests []Request
}

// Start makes a World for the length of a test.
func Start(t testing.TB, c Cloud) *World {
	t.Helper()
	w := &World{
		now: c.Now, tokens: map[string]bool{}, refresh: map[string]bool{}, scopes: strings.Join(shopify.Scopes(), ","), answers: map[string]func(Request) any{},
	}
	server := httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(server.Close)
	w.URL = server.URL
	w.Connections = shopify.NewConnections(table.New(c.AWS, c.Table, c.Now), seal.NewSecrets(c.AWS, c.Key))
	w.Client = shopify.NewClient(shopify.Options{
		BaseURL: w.URL, HTTP: http.DefaultClient, App: shopify.App{ClientID: ClientID, Secret: Secret}, Connections: w.Connections, Now: c.Now,
		Log: slog.New(slog.DiscardHandler), Wait: func(context.Context, time.Duration) error { return nil },
	})
	return w
}

// Scopes makes shops grant these from now on.
func (w *World) Scopes(scopes ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scopes = strings.Join(scopes, ",")
}

// Answer makes shops answer an operation with data, for which nil is an error.
func (w *World) Answer(operation string, f func(Request) any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[operation] = f
}

// Revoke makes every token worthless.
func (w *World) Revoke() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.tokens)
	clear(w.refresh)
}

// Asked gives the requests so far, and forgets them.
func (w *World) Asked() []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.requests
	w.requests = nil
	return all
}

func (w *World) serve(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	reply := func(status int, v any) {
		out.Header().Set("Content-Type", "application/json")
		out.WriteHeader(status)
		_ = json.NewEncoder(out).Encode(v) // whoever asked may be gone
	}
	if r.URL.Path == "/admin/oauth/access_token" {
		var in map[string]string
		if json.NewDecoder(r.Body).Decode(&in) != nil || in["client_secret"] != Secret || in["code"] != "good-code" && !w.refresh[in["refresh_token"]] {
			reply(http.StatusBadRequest, map[string]string{"error": "invalid_request"})
			return
		}
		w.serial++
		delete(w.refresh, in["refresh_token"])
		access, refresh := fmt.Sprintf("shpat_%d", w.serial), fmt.Sprintf("shprt_%d", w.serial)
		w.tokens[access], w.refresh[refresh] = true, true
		reply(http.StatusOK, map[string]any{"access_token": access, "refresh_token": refresh, "expires_in": 3600, "scope": w.scopes})
		return
	}
	var in struct {
		OperationName string
		Variables     map[string]any
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	req := Request{r.Host, in.OperationName, r.Header.Get("X-Shopify-Access-Token"), in.Variables}
	w.requests = append(w.requests, req)
	if !w.tokens[req.Token] {
		reply(http.StatusUnauthorized, map[string]string{"errors": "Invalid API key or access token"})
		return
	}
	f := w.answers[in.OperationName]
	if f == nil {
		reply(http.StatusOK, map[string]any{"errors": []any{map[string]any{"message": "no such operation"}}})
		return
	}
	reply(http.StatusOK, map[string]any{"data": f(req)})
}

// Sign adds the hmac of Shopify to a query.
func Sign(q url.Values) {
	signed := url.Values{}
	for name, v := range q {
		if name != "hmac" {
			signed[name] = v
		}
	}
	mac := hmac.New(sha256.New, []byte(Secret))
	mac.Write([]byte(strings.ReplaceAll(signed.Encode(), "+", "%20")))
	q.Set("hmac", hex.EncodeToString(mac.Sum(nil)))
}

// Callback is what Shopify sends the browser back with, from an authorize address.
func (w *World) Callback(t testing.TB, authorize string, shop shopify.Shop) url.Values {
	t.Helper()
	u, err := url.Parse(authorize)
	if err != nil {
		t.Fatal(err)
	}
	q := url.Values{
		"code": {"good-code"}, "host": {"YWRtaW4"}, "shop": {string(shop)}, "state": {u.Query().Get("state")}, "timestamp": {fmt.Sprint(w.now().Unix())},
	}
	Sign(q)
	return q
}

// Connect connects a shop to a tenant.
func (w *World) Connect(t testing.TB, name id.Tenant, shop shopify.Shop) {
	t.Helper()
	i, err := shopify.NewInstalls(w.Client, []byte(signingSecret), "https://api.test"+shopify.CallbackPath, []byte(Secret))
	if err != nil {
		t.Fatal(err)
	}
	address, err := i.Begin(name, shop)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := i.Finish(t.Context(), w.Callback(t, address, shop)); err != nil {
		t.Fatal(err)
	}
}

// Disconnect ends a tenant's connection.
func (w *World) Disconnect(t testing.TB, name id.Tenant) {
	t.Helper()
	if err := w.Client.Leave(t.Context(), name); err != nil {
		t.Fatal(err)
	}
}
