package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/commerce/shopify"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop  = id.Tenant("demo")
	rival = id.Tenant("rival")
)

// bench is the function on local services, with two merchants and Shopify.
type bench struct {
	*localtest.Cloud
	*localtest.Outside
	handler     http.Handler
	url         string
	client      *http.Client
	installs    *shopify.Installs
	connections *shopify.Connections
	queue       string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{Cloud: c, Outside: c.Outside(t, ""), client: contract.Client(t)}
	env := func(name string) string { return c.Env(t, "shopify-callback", name) }
	b.queue = env("SHOP_QUEUE_URL")
	rt := &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}
	var err error
	b.handler, err = build(t.Context(), rt, settings{
		Table: env("TABLE_NAME"), Queue: b.queue, SecretsKey: env("SECRETS_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
		ClientID: sandbox.SandboxClientID, ClientSecret: boot.NewSecret(sandbox.SandboxClientSecret), BaseURL: b.ShopifyURL, Domain: "api.test",
		AllowPrivate: []string{strings.TrimPrefix(b.ShopifyURL, "http://")},
	})
	must(t, err)
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	main := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)
	b.connections = shopify.NewConnections(main, seal.NewSecrets(c.AWS, env("SECRETS_KEY_ID")))
	b.installs, err = shopify.NewInstalls(shopify.NewClient(shopify.Options{
		BaseURL: b.ShopifyURL, App: shopify.App{ClientID: sandbox.SandboxClientID}, Connections: b.connections, Now: c.Clock.Now,
	}), []byte(localtest.SessionSecret), "https://api.test"+shopify.CallbackPath)
	must(t, err)
	accounts := tenant.NewStore(main)
	for _, name := range []id.Tenant{shop, rival} {
		must(t, accounts.Save(t.Context(), tenant.Account{
			Tenant: name, Name: "Kettle & <Co>", Domains: []string{string(name) + ".example"}, SiteURL: "https://" + string(name) + ".example/",
			ContactEmail: "help@" + string(name) + ".example", CreatedAt: c.Clock.Now(),
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

// approve begins an installation and says yes, and gives the query that comes back.
func (b *bench) approve(t *testing.T, name id.Tenant) url.Values {
	t.Helper()
	address, err := b.installs.Begin(name, sandbox.DemoShop)
	must(t, err)
	back, err := b.Shopify.Approve(address)
	must(t, err)
	u, err := url.Parse(back)
	must(t, err)
	if !strings.HasPrefix(back, "https://api.test/v1/shopify/callback?") {
		t.Errorf("sent back to %s", back)
	}
	return u.Query()
}

// visit is the browser that comes back.
func (b *bench) visit(t *testing.T, q url.Values, want int) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+shopify.CallbackPath+"?"+q.Encode(), nil)
	must(t, err)
	resp, err := b.client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != want || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("%d, want %d: %s", resp.StatusCode, want, page)
	}
	if policy := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(string(page), "<script") ||
		resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("headers %v", resp.Header)
	}
	return string(page)
}

func (b *bench) state(t *testing.T, name id.Tenant) shopify.State {
	t.Helper()
	conn, err := b.connections.Get(t.Context(), name)
	must(t, err)
	return conn.State
}

// queued gives how many messages wait.
func (b *bench) queued(t *testing.T) (all []shopify.Work) {
	t.Helper()
	out, err := sqs.NewFromConfig(b.AWS).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &b.queue, MaxNumberOfMessages: 10})
	must(t, err)
	for _, m := range out.Messages {
		var w shopify.Work
		must(t, json.Unmarshal([]byte(*m.Body), &w))
		all = append(all, w)
	}
	return all
}

// The scopes that a shop's owner is asked for, says yes to and gives are the
// policy's (C021).
func TestAShopIsConnected(t *testing.T) {
	claim.Proves(t, "C021")
	b := newBench(t)
	page := b.visit(t, b.approve(t, shop), http.StatusOK)
	if !strings.Contains(page, "Your shop is connected") || !strings.Contains(page, "kettle-and-co.myshopify.com is connected to Kettle &amp; &lt;Co&gt;.") {
		t.Errorf("page %s", page)
	}
	conn, err := b.connections.Get(t.Context(), shop)
	if err != nil || conn.State != shopify.Connected || len(shopify.Missing(conn.Scopes)) != 0 {
		t.Errorf("%s, %q, %v", conn.State, conn.Scopes, err)
	}
	for _, scope := range conn.Scopes { // nothing that was not asked for
		if !slices.Contains(shopify.Scopes(), scope) {
			t.Errorf("granted %s", scope)
		}
	}
	if got := b.queued(t); len(got) != 1 || got[0].Tenant != shop || !got[0].Check || !got[0].Whole {
		t.Errorf("queued %+v", got)
	}
	// Another merchant cannot have it, too.
	if page := b.visit(t, b.approve(t, rival), http.StatusConflict); !strings.Contains(page, "connected to another account") {
		t.Errorf("page %s", page)
	}
	if b.state(t, rival) != shopify.Disconnected || b.state(t, shop) != shopify.Connected {
		t.Error("the shop has changed hands")
	}
}

// A second shop that was begun before the first was connected does not replace it.
func TestASecondShopIsRefused(t *testing.T) {
	b := newBench(t)
	address, err := b.installs.Begin(shop, sandbox.OtherShop)
	must(t, err)
	b.visit(t, b.approve(t, shop), http.StatusOK)
	back, err := b.Shopify.Approve(address)
	must(t, err)
	u, err := url.Parse(back)
	must(t, err)
	if page := b.visit(t, u.Query(), http.StatusConflict); !strings.Contains(page, "kettle-and-co.myshopify.com is connected already") || !strings.Contains(page, "Disconnect it first") {
		t.Errorf("page %s", page)
	}
	if conn, err := b.connections.Get(t.Context(), shop); err != nil || conn.Shop != sandbox.DemoShop || conn.State != shopify.Connected {
		t.Errorf("%+v, %v", conn, err)
	}
}

// Whoever cancels on Shopify's page is told what came of it and how to go on, and
// may say yes later.
func TestTheOwnerSaysNo(t *testing.T) {
	b := newBench(t)
	address, err := b.installs.Begin(shop, sandbox.DemoShop)
	must(t, err)
	refuse := func() url.Values {
		back, err := b.Shopify.Refuse(address)
		must(t, err)
		u, err := url.Parse(back)
		must(t, err)
		return u.Query()
	}
	unsigned := refuse()
	unsigned.Del("hmac")
	for _, q := range []url.Values{refuse(), unsigned} {
		page := b.visit(t, q, http.StatusForbidden)
		for _, want := range []string{"Your shop is not connected", "not allowed into kettle-and-co.myshopify.com", "nothing was connected", "choose Install"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page does not say %q: %s", want, page)
			}
		}
	}
	foreign := refuse()
	foreign.Set("state", "x")
	b.visit(t, foreign, http.StatusUnauthorized)
	if b.state(t, shop) != shopify.Disconnected || b.Shopify.Counts()["accessToken"] != 0 {
		t.Error("something was connected")
	}
	b.visit(t, b.approve(t, shop), http.StatusOK)
	b.visit(t, refuse(), http.StatusForbidden) // a no to a second visit ends nothing
	if b.state(t, shop) != shopify.Connected {
		t.Error("the connection ended")
	}
}

func TestALinkIsGoodOnce(t *testing.T) {
	b := newBench(t)
	q := b.approve(t, shop)
	b.visit(t, q, http.StatusOK)
	b.visit(t, q, http.StatusUnauthorized)
	if b.state(t, shop) != shopify.Connected {
		t.Error("the second visit ended the connection")
	}
}

func TestALinkThatIsDamaged(t *testing.T) {
	b := newBench(t)
	for name, change := range map[string]func(url.Values){
		"no code": func(q url.Values) { q.Del("code") }, "another shop": func(q url.Values) { q.Set("shop", sandbox.OtherShop) },
		"no signature": func(q url.Values) { q.Del("hmac") }, "a script": func(q url.Values) { q.Set("state", "<script>alert(1)</script>") },
	} {
		q := b.approve(t, shop)
		change(q)
		if page := b.visit(t, q, http.StatusUnauthorized); !strings.Contains(page, "Your shop is not connected") || strings.Contains(page, "alert") {
			t.Errorf("%s: %s", name, page)
		}
	}
	if b.state(t, shop) != shopify.Disconnected {
		t.Error("it is connected")
	}
}

func TestWithoutItsServices(t *testing.T) {
	for _, service := range []string{"dynamodb", "kms"} {
		b := newBench(t)
		q := b.approve(t, shop)
		must(t, b.Faults.Replace(faults.Rule{Service: service, Kind: faults.Error}))
		b.visit(t, q, http.StatusServiceUnavailable)
		b.Faults.Clear()
		if b.state(t, shop) != shopify.Disconnected {
			t.Errorf("connected without %s", service)
		}
	}
	b := newBench(t) // without the queue the daily look makes up for it
	q := b.approve(t, shop)
	must(t, b.Faults.Replace(faults.Rule{Service: "sqs", Kind: faults.Error}))
	b.visit(t, q, http.StatusOK)
}

func TestTheSampleEvent(t *testing.T) {
	b := newBench(t)
	var e events.APIGatewayProxyRequest
	contract.Sample(t, "shopify-callback/get.json", &e)
	if answer := apigw.Buffered(t.Context(), b.handler, &e); answer.StatusCode != http.StatusUnauthorized { // a link of long ago
		t.Errorf("%d: %s", answer.StatusCode, answer.Body)
	}
}
