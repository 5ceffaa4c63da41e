package shopify

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"omniops/local/localtest"
	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const (
	merchant = id.Tenant("demo")
	rival    = id.Tenant("rival")
	store    = Shop(sandbox.DemoShop)
	key      = "0b8f2f0e-9d1c-4a7c-9f57-0f3a5b1c2d3e"
	callback = "https://api.test" + CallbackPath
)

var app = App{ClientID: sandbox.SandboxClientID, Secret: localtest.ShopifySecret}

// bench is a client on local services, with the stand-in's stores.
type bench struct {
	*localtest.Cloud
	*localtest.Outside
	table       *table.Store
	connections *Connections
	client      *Client
	log         bytes.Buffer
	seen        int // requests that stores were sent
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{Cloud: c, Outside: c.Outside(t, "")}
	b.table = table.New(c.AWS, c.Env(t, "merchant-key", "TABLE_NAME"), c.Clock.Now)
	b.connections = NewConnections(b.table, seal.NewSecrets(c.AWS, c.Env(t, "merchant-key", "SECRETS_KEY_ID")))
	b.client = b.newClient(b.connections)
	return b
}

func (b *bench) newClient(of *Connections) *Client {
	return NewClient(Options{
		BaseURL: b.ShopifyURL, HTTP: http.DefaultClient, App: app, Connections: of, Now: b.Clock.Now,
		Log:  slog.New(slog.NewTextHandler(&b.log, nil)),
		Wait: func(_ context.Context, d time.Duration) error { b.Advance(d); return nil },
	})
}

// sent gives the requests since asked was last called.
func (b *bench) sent() []sandbox.Request { return b.Shopify.Requests()[b.seen:] }

// asked gives the operations, or paths, of the requests since it was last called.
func (b *bench) asked() (names []string) {
	for _, r := range b.sent() {
		names = append(names, cmp.Or(r.Operation, r.Path))
		b.seen++
	}
	return names
}

// script makes the shop answer an operation with what f gives: data with a status,
// or with the status 0 the whole body.
func (b *bench) script(operation string, f func(sandbox.Request) (int, any)) {
	b.Shopify.Script(operation, func(r sandbox.Request) (int, any) {
		status, data := f(r)
		if status == 0 {
			return http.StatusOK, data
		}
		return status, map[string]any{"data": data}
	})
}

// answer makes the shop answer an operation with data.
func (b *bench) answer(operation string, data any) {
	b.script(operation, func(sandbox.Request) (int, any) { return http.StatusOK, data })
}

// fail makes the shop answer an operation with an error.
func (b *bench) fail(operation, code string) {
	b.script(operation, func(sandbox.Request) (int, any) {
		return 0, map[string]any{"errors": []any{map[string]any{"message": "secret text", "extensions": map[string]any{"code": code}}}}
	})
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
func (b *bench) install(t *testing.T, name id.Tenant, shop Shop, change func(url.Values), scopes ...string) (id.Tenant, Shop, error) {
	t.Helper()
	i, err := NewInstalls(b.client, []byte(localtest.SessionSecret), callback, []byte(app.Secret))
	must(t, err)
	address, err := i.Begin(name, shop)
	must(t, err)
	u, err := url.Parse(address)
	must(t, err)
	if len(scopes) == 0 {
		scopes = Scopes()
	}
	back := url.Values{
		"code": {b.Shopify.Authorize(string(shop), scopes...)}, "host": {"YWRtaW4"}, "shop": {string(shop)}, "state": {u.Query().Get("state")},
		"timestamp": {fmt.Sprint(b.Clock.Now().Unix())},
	}
	b.Shopify.Sign(back)
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
