package shopify

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"omniops/local/clock"
)

// Vectors from Shopify's own library (read 2026-11-23).
func TestSignatures(t *testing.T) {
	query, err := url.ParseQuery("code=abc123&host=YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvZGVtbw&shop=demo.myshopify.com&state=n0nce&timestamp=1700000000&hmac=x")
	if err != nil {
		t.Fatal(err)
	}
	if got := signQuery("shpss_test", query); got != "389aa16f4c7e43d795f2febefa331a74cd475c60a8d940193733cc8160088a9c" {
		t.Errorf("query is signed %s", got)
	}
	if got := signBody("shpss_test", []byte(`{"shop_id":1,"shop_domain":"demo.myshopify.com"}`)); got != "xQIk9ZWKSY3f8hv1ci4rrq5peFsLa5dGdNb2cpJUHxo=" {
		t.Errorf("body is signed %s", got)
	}
}

// tokens asks for tokens.
func (w *world) tokens(shop string, more map[string]any) (int, Tokens) {
	w.t.Helper()
	ask := map[string]any{"client_id": SandboxClientID, "client_secret": SandboxClientSecret, "expiring": "1"}
	for k, v := range more {
		ask[k] = v
	}
	status, body := w.post(shop, "/admin/oauth/access_token", nil, ask)
	var out Tokens
	if err := json.Unmarshal(body, &out); err != nil {
		w.t.Fatal(err)
	}
	return status, out
}

func TestTokens(t *testing.T) {
	w := start(t)
	code := w.Authorize(DemoShop, "read_orders")
	if status, _ := w.tokens(OtherShop, map[string]any{"code": code}); status != 400 {
		t.Errorf("another store's code answers %d", status)
	}
	code = w.Authorize(DemoShop, "read_orders")
	status, first := w.tokens(DemoShop, map[string]any{"code": code})
	if status != 200 || first.Scope != "read_orders" || first.ExpiresIn != 3600 || first.RefreshTokenExpiresIn != 7776000 {
		t.Fatalf("code: %d %+v", status, first)
	}
	if status, _ := w.tokens(DemoShop, map[string]any{"code": code}); status != 400 {
		t.Errorf("a code used twice answers %d", status)
	}
	old := w.Authorize(DemoShop, "read_orders")
	w.advance(2 * time.Minute)
	if status, _ := w.tokens(DemoShop, map[string]any{"code": old}); status != 400 {
		t.Errorf("an old code answers %d", status)
	}
	if status, _ := w.tokens(DemoShop, map[string]any{"grant_type": "refresh_token", "refresh_token": first.RefreshToken, "client_secret": "wrong"}); status != 401 {
		t.Errorf("a wrong secret answers %d", status)
	}
	works := func(token string) bool { w.token = token; return w.ask(`{ shop { name } }`, nil).Status == 200 }
	if !works(first.AccessToken) {
		t.Error("the access token is not good")
	}
	w.advance(time.Hour)
	if works(first.AccessToken) {
		t.Error("the access token is good for more than an hour")
	}
	refresh := map[string]any{"grant_type": "refresh_token", "refresh_token": first.RefreshToken}
	status, second := w.tokens(DemoShop, refresh)
	if status != 200 || !works(second.AccessToken) || second.Scope != "read_orders" {
		t.Fatalf("refresh: %d %+v", status, second)
	}
	if status, _ := w.tokens(DemoShop, refresh); status != 400 || !works(second.AccessToken) {
		t.Errorf("a refresh token used twice answers %d", status)
	}
	w.advance(91 * 24 * time.Hour)
	if status, _ := w.tokens(DemoShop, map[string]any{"grant_type": "refresh_token", "refresh_token": second.RefreshToken}); status != 400 {
		t.Errorf("a refresh token of 91 days answers %d", status)
	}
	if w.Counts()["refresh"] != 1 {
		t.Errorf("counted %v", w.Counts())
	}
}

func TestWhatIsRefused(t *testing.T) {
	w := start(t, "read_orders")
	for _, c := range []struct {
		name, query, code string
		level             int
	}{
		{"no scope for products", `{ products(first: 1) { nodes { id } } }`, "ACCESS_DENIED", 2},
		{"no scope for the customer", `{ orders(first: 1) { nodes { id customer { id } } } }`, "ACCESS_DENIED", 2},
		{"no scope to write", `mutation { orderUpdate(input: {id: "gid://shopify/Order/1"}) { userErrors { message } } }`, "ACCESS_DENIED", 2},
		{"not approved for orders", `{ orders(first: 1) { nodes { id } } }`, "ACCESS_DENIED", 0},
		{"not approved for e-mails", `{ orders(first: 1) { nodes { id email } } }`, "ACCESS_DENIED", 1},
		{"orders without e-mails", `{ orders(first: 1) { nodes { id name } } }`, "", 1},
		{"no such field", `{ orders(first: 1) { nodes { id creditCard } } }`, "undefinedField", 2},
		{"no such argument", `{ orders(first: 1, everything: true) { nodes { id } } }`, "KnownArgumentNames", 2},
		{"no size", `{ orders { nodes { id } } }`, "BAD_REQUEST", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.Switch(func(s *Switches) { s.ProtectedData = c.level })
			got := w.ask(c.query, nil)
			if got.Status != 200 || got.code() != c.code {
				t.Errorf("answered %d %v", got.Status, got.Errors)
			}
		})
	}
	if got := w.ask(`{ orders(first: 1) { nodes { creditCard } } }`, nil); at(got.Errors, 0, "message") != "Field 'creditCard' doesn't exist on type 'Order'" {
		t.Errorf("a field that is not there: %v", got.Errors)
	}
	w.Reset()
	for _, c := range []struct {
		condition Condition
		shop      string
		status    int
	}{{Frozen, DemoShop, 402}, {Locked, DemoShop, 423}, {Trading, "nobody.myshopify.com", 404}, {Trading, OtherShop, 401}} {
		w.Switch(func(s *Switches) { s.Shop = c.condition })
		if status, _ := w.post(c.shop, "/admin/api/2026-10/graphql.json", map[string]string{"X-Shopify-Access-Token": w.token}, map[string]any{"query": "{ shop { id } }"}); status != c.status {
			t.Errorf("%s %q answers %d, want %d", c.shop, c.condition, status, c.status)
		}
	}
}

// The owner of a store is asked, and the browser goes back with a signed answer.
func TestConsent(t *testing.T) {
	s := New(Options{Now: clock.Fixed(time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)).Now, Pages: "/shopify"})
	server := httptest.NewServer(s.Pages())
	defer server.Close()
	ask := url.Values{"shop": {DemoShop}, "client_id": {SandboxClientID}, "scope": {"write_orders,read_products"}, "redirect_uri": {"http://127.0.0.1:3000/v1/shopify/callback"}, "state": {"s1"}}
	get, err := http.Get(server.URL + authorizePath + "?" + ask.Encode())
	if err != nil || get.StatusCode != 200 {
		t.Fatalf("page: %v %v", get, err)
	}
	_ = get.Body.Close()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, c := range []struct{ answer, want string }{{"install", "code"}, {"cancel", "error"}} {
		form := url.Values{"answer": {c.answer}}
		for k, v := range ask {
			form[k] = v
		}
		post, err := client.PostForm(server.URL+authorizePath, form)
		if err != nil {
			t.Fatal(err)
		}
		_ = post.Body.Close()
		back, err := post.Location()
		if err != nil {
			t.Fatal(err)
		}
		q := back.Query()
		if back.Host != "127.0.0.1:3000" || q.Get(c.want) == "" || q.Get("state") != "s1" || q.Get("shop") != DemoShop || q.Get("hmac") != signQuery(SandboxClientSecret, q) {
			t.Errorf("%s goes to %s", c.answer, back)
		}
	}
	approved, err := s.Approve(server.URL + authorizePath + "?" + ask.Encode())
	if err != nil || !strings.HasPrefix(approved, "http://127.0.0.1:3000/v1/shopify/callback?code=") {
		t.Errorf("approved: %s %v", approved, err)
	}
	for name, change := range map[string]func(url.Values){
		"another app":        func(q url.Values) { q.Set("client_id", "other") },
		"another address":    func(q url.Values) { q.Set("redirect_uri", "http://attacker.example/") },
		"an unknown scope":   func(q url.Values) { q.Set("scope", "read_everything") },
		"no store":           func(q url.Values) { q.Set("shop", "nobody.myshopify.com") },
		"a script for a uri": func(q url.Values) { q.Set("redirect_uri", "javascript:alert(1)") },
	} {
		bad := url.Values{}
		for k, v := range ask {
			bad[k] = v
		}
		change(bad)
		got, err := http.Get(server.URL + authorizePath + "?" + bad.Encode())
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode/100 != 4 {
			t.Errorf("%s: %d", name, got.StatusCode)
		}
	}
}
