package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/local/localtest/storetest"
	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/commerce/shopify"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop  = id.Tenant("demo")
	rival = id.Tenant("rival")
)

// bench is the function on local services, with two merchants.
type bench struct {
	*localtest.Cloud
	*localtest.Outside
	handler http.Handler
	url     string
	client  *http.Client
	tokens  *identity.Tokens
}

func newBench(t *testing.T, change ...func(*settings)) *bench {
	t.Helper()
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "shopify-install", name) }
	b := &bench{Cloud: c, Outside: c.Outside(t, ""), client: contract.Client(t)}
	s := settings{
		Table: env("TABLE_NAME"), SecretsKey: env("SECRETS_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
		ClientID: sandbox.SandboxClientID, BaseURL: b.ShopifyURL, Domain: "api.test", AllowPrivate: []string{strings.TrimPrefix(b.ShopifyURL, "http://")},
	}
	for _, f := range change {
		f(&s)
	}
	var err error
	b.handler, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s)
	must(t, err)
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	b.tokens, err = identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	accounts := tenant.NewStore(table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now))
	for _, name := range []id.Tenant{shop, rival} {
		must(t, accounts.Save(t.Context(), tenant.Account{
			Tenant: name, Name: string(name), Domains: []string{string(name) + ".example"}, SiteURL: "https://" + string(name) + ".example/",
			ContactEmail: "help@" + string(name) + ".example", CreatedAt: c.Clock.Now(),
		}.WithDefaults()))
	}
	return b
}

// connect connects a merchant's shop.
func (b *bench) connect(t *testing.T, name id.Tenant, store string) {
	t.Helper()
	storetest.Connect(t, b.Cloud, b.Outside, storetest.Client(t, b.Cloud, b.Outside, "shopify-install"), name, store)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// do sends a request of a merchant and decodes the answer into out.
func (b *bench) do(t *testing.T, name id.Tenant, method, path, body string, want int, out any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.url+"/v1/merchant/shopify"+path, strings.NewReader(body))
	must(t, err)
	if name != "" {
		token, err := b.tokens.Mint(name, b.Clock.Now().Add(time.Hour))
		must(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != want {
		t.Fatalf("%s %s: %d, want %d: %s", method, path, resp.StatusCode, want, answer)
	}
	if out != nil {
		must(t, json.Unmarshal(answer, out))
	}
}

func (b *bench) want(t *testing.T, name id.Tenant, want connectionView) {
	t.Helper()
	var got connectionView
	b.do(t, name, http.MethodGet, "", "", http.StatusOK, &got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", name, diff)
	}
}

// granted is what Shopify says to our scopes: leave to write is leave to read.
var granted = []string{"read_customers", "read_products", "write_orders", "write_returns"}

var disconnected = connectionView{State: shopify.Disconnected, Granted: []string{}, Missing: []string{}}

func TestAConnectionIsShownAndEnds(t *testing.T) {
	b := newBench(t)
	b.want(t, shop, disconnected)
	b.connect(t, shop, sandbox.DemoShop)
	b.want(t, shop, connectionView{State: shopify.Connected, Shop: sandbox.DemoShop, ConnectedAt: b.Clock.Now(), Granted: granted, Missing: []string{}})
	b.want(t, rival, disconnected)
	b.do(t, rival, http.MethodDelete, "", "", http.StatusNoContent, nil)
	b.want(t, shop, connectionView{State: shopify.Connected, Shop: sandbox.DemoShop, ConnectedAt: b.Clock.Now(), Granted: granted, Missing: []string{}})
	for range 2 {
		b.do(t, shop, http.MethodDelete, "", "", http.StatusNoContent, nil)
	}
	b.want(t, shop, disconnected)
	if told := b.Shopify.Executed(sandbox.DemoShop, "appUninstall"); len(told) != 1 {
		t.Errorf("Shopify was told %d times", len(told))
	}
}

// A second shop does not take the place of the first in passing.
func TestASecondShopIsRefused(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop, sandbox.DemoShop)
	var refused struct {
		Detail string `json:"detail"`
	}
	b.do(t, shop, http.MethodPost, "/installs", `{"shop":"`+sandbox.OtherShop+`"}`, http.StatusConflict, &refused)
	if want := "kettle-and-co.myshopify.com is connected already, and one shop can be. Disconnect it first, then connect north-pier-books.myshopify.com."; refused.Detail != want {
		t.Errorf("said %q", refused.Detail)
	}
	b.do(t, shop, http.MethodPost, "/installs", `{"shop":"`+sandbox.DemoShop+`"}`, http.StatusOK, nil)   // scopes that are missing
	b.do(t, rival, http.MethodPost, "/installs", `{"shop":"`+sandbox.OtherShop+`"}`, http.StatusOK, nil) // another merchant's first
	b.do(t, shop, http.MethodDelete, "", "", http.StatusNoContent, nil)
	b.do(t, shop, http.MethodPost, "/installs", `{"shop":"`+sandbox.OtherShop+`"}`, http.StatusOK, nil)
}

func TestTheMerchantIsSentToTheShop(t *testing.T) {
	b := newBench(t, func(s *settings) { s.BaseURL = "" })
	for _, typed := range []string{"kettle-and-co.myshopify.com", "https://admin.shopify.com/store/kettle-and-co"} {
		var got struct {
			AuthorizeURL string `json:"authorize_url"`
		}
		b.do(t, shop, http.MethodPost, "/installs", `{"shop":"`+typed+`"}`, http.StatusOK, &got)
		u, err := url.Parse(got.AuthorizeURL)
		if err != nil || u.Host != sandbox.DemoShop || u.Scheme != "https" || u.Query().Get("redirect_uri") != "https://api.test/v1/shopify/callback" ||
			u.Query().Get("scope") != strings.Join(shopify.Scopes(), ",") || u.Query().Get("state") == "" {
			t.Errorf("%s: sent to %s", typed, got.AuthorizeURL)
		}
	}
	for name, c := range map[string]struct {
		tenant id.Tenant
		body   string
		want   int
	}{
		"nobody":         {"", `{"shop":"kettle-and-co.myshopify.com"}`, http.StatusUnauthorized},
		"an unknown one": {"nobody", `{"shop":"kettle-and-co.myshopify.com"}`, http.StatusNotFound},
		"no shop":        {shop, `{"shop":"kettle.example"}`, http.StatusBadRequest},
		"another field":  {shop, `{"shop":"kettle-and-co.myshopify.com","tenant":"rival"}`, http.StatusBadRequest},
		"too long":       {shop, `{"shop":"` + strings.Repeat("x", maxBody) + `"}`, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) { b.do(t, c.tenant, http.MethodPost, "/installs", c.body, c.want, nil) })
	}
	b.do(t, "", http.MethodGet, "", "", http.StatusUnauthorized, nil)
	b.do(t, "", http.MethodDelete, "", "", http.StatusUnauthorized, nil)
	without := newBench(t, func(s *settings) { s.ClientID = "unset" })
	without.do(t, shop, http.MethodPost, "/installs", `{"shop":"kettle-and-co.myshopify.com"}`, http.StatusServiceUnavailable, nil)
}

func TestWithoutTheTable(t *testing.T) {
	b := newBench(t)
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Kind: faults.Error}))
	b.do(t, shop, http.MethodGet, "", "", http.StatusServiceUnavailable, nil)
	b.do(t, shop, http.MethodDelete, "", "", http.StatusServiceUnavailable, nil)
}

func TestTheSampleEvents(t *testing.T) {
	b := newBench(t)
	statuses := map[string]int{}
	token, err := b.tokens.Mint(shop, b.Clock.Now().Add(time.Hour))
	must(t, err)
	for _, name := range []string{"get", "post", "delete"} {
		var e events.APIGatewayProxyRequest
		contract.Sample(t, "shopify-install/"+name+".json", &e)
		e.Headers["Authorization"] = "Bearer " + token
		e.MultiValueHeaders["Authorization"] = []string{e.Headers["Authorization"]}
		statuses[name] = apigw.Buffered(t.Context(), b.handler, &e).StatusCode
	}
	if diff := cmp.Diff(map[string]int{"get": 200, "post": 200, "delete": 204}, statuses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
