package sandbox

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"omniops/local/clock"
	"omniops/local/sandbox/shopify"
)

func TestConsoleLeadsToEachSandbox(t *testing.T) {
	c := New(Options{Clock: clock.New(0)})
	token := c.Shopify.Grant(shopify.DemoShop, "read_products").AccessToken
	for _, tt := range []struct {
		name, method, host, path, body string
		status                         int
		want                           string
	}{
		{"a store, by its name", "POST", shopify.DemoShop, "/admin/api/2026-10/graphql.json", `{"query":"{ shop { name } }"}`, 200, "Kettle"},
		{"tokens", "POST", shopify.DemoShop, "/admin/oauth/access_token", `{"client_secret":"in-nobodys-log"}`, 401, "invalid_client"},
		{"a store that is not there", "POST", "nobody.myshopify.com", "/admin/api/2026-10/graphql.json", `{}`, 404, "Not Found"},
		{"a store has no console", "GET", shopify.DemoShop, "/_requests", "", 404, ""},
		{"another name", "GET", "attacker.example", "/mail", "", 421, ""},
		{"the store admin", "GET", "127.0.0.1:3002", "/shopify/" + shopify.DemoShop + "/orders", "", 200, "#1080"},
		{"the page that lets the app in", "GET", "127.0.0.1:3002", "/admin/oauth/authorize?shop=" + shopify.DemoShop + "&client_id=sandbox-client-id&scope=read_orders&redirect_uri=https://localhost/v1/shopify/callback", "", 200, "Install OmniOps"},
		{"mail", "POST", "127.0.0.1:3002", "/resend/emails", `{"from":"a@b.example","to":"jane@example.com","subject":"Code","text":"1234"}`, 200, "id"},
		{"the mailbox", "GET", "localhost:3002", "/mail.json", "", 200, "Code"},
		{"the mailbox for people", "GET", "localhost:3002", "/mail", "", 200, "Code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.path, strings.NewReader(tt.body))
			r.Host = tt.host
			r.Header.Set("X-Shopify-Access-Token", token)
			r.Header.Set("Authorization", "Bearer re_test")
			w := httptest.NewRecorder()
			c.ServeHTTP(w, r)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	if got := c.Requests.Received(shopify.Service, 0); len(got) != 3 || got[0].Headers["X-Shopify-Access-Token"] != "(hidden)" {
		t.Errorf("recorded %+v", got)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_requests", nil)
	r.Host = "127.0.0.1"
	if c.ServeHTTP(w, r); strings.Contains(w.Body.String(), "in-nobodys-log") {
		t.Error("a secret is shown")
	}
}
