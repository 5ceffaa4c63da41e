package localtest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"omniops/local/sandbox/mail"
	"omniops/local/sandbox/shopify"
	client "omniops/shared/commerce/shopify"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Outside is Shopify and Resend for a test, by the test's clock and faults.
type Outside struct {
	// Shopify has the stores shopify.DemoShop and shopify.OtherShop. It tells what
	// was asked (Queries, Counts), what was changed (Mutations, Executed), and
	// changes its ways (Switch, Revoke, Uninstall). Flush delivers its webhooks.
	Shopify *shopify.Shopify
	// Mail holds what was sent: Messages.
	Mail *mail.Resend
	// ShopifyURL and ResendURL are what SHOPIFY_BASE_URL and RESEND_BASE_URL are
	// set to.
	ShopifyURL, ResendURL string
}

// Outside starts the stand-ins for the length of a test. Webhooks go to app, an
// address such as that of a test's server, or where they were registered for if it
// is empty.
func (c *Cloud) Outside(t testing.TB, app string) *Outside {
	t.Helper()
	o := &Outside{
		Shopify: shopify.New(shopify.Options{Now: c.Clock.Now, Faults: c.Faults, App: app}),
		Mail:    mail.New(c.Faults, c.Clock.Now),
	}
	mux := http.NewServeMux()
	mux.Handle("/resend/", o.Mail)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if shopify.IsShop(r.Host) {
			o.Shopify.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	o.ShopifyURL, o.ResendURL = server.URL, server.URL+"/resend"
	return o
}

// Client is a client of Shopify for a test, as a function of the template makes it.
func (o *Outside) Client(t testing.TB, c *Cloud, function string) *client.Client {
	t.Helper()
	main := table.New(c.AWS, c.Env(t, function, "TABLE_NAME"), c.Clock.Now)
	return client.NewClient(client.Options{
		BaseURL: o.ShopifyURL, HTTP: http.DefaultClient, App: client.App{ClientID: shopify.SandboxClientID, Secret: ShopifySecret},
		Connections: client.NewConnections(main, seal.NewSecrets(c.AWS, c.Env(t, function, "SECRETS_KEY_ID"))),
		Now:         c.Clock.Now, Log: slog.New(slog.DiscardHandler),
	})
}

// Connect installs the app on a store for a merchant, as Shopify's redirects would.
func (o *Outside) Connect(t testing.TB, c *Cloud, installer *client.Client, tenant id.Tenant, store string) {
	t.Helper()
	const callback = "https://api.test/v1/shopify/callback"
	installs, err := client.NewInstalls(installer, []byte(SessionSecret), callback)
	if err != nil {
		t.Fatal(err)
	}
	begun, err := installs.Begin(tenant, client.Shop(store))
	if err != nil {
		t.Fatal(err)
	}
	asked, err := url.Parse(begun)
	if err != nil {
		t.Fatal(err)
	}
	scopes := strings.Split(asked.Query().Get("scope"), ",")
	back, err := url.Parse(callback)
	if err != nil {
		t.Fatal(err)
	}
	answered, err := url.Parse(o.Shopify.Callback(back, url.Values{
		"code": {o.Shopify.Authorize(store, scopes...)}, "shop": {store}, "state": {asked.Query().Get("state")},
		"timestamp": {strconv.FormatInt(c.Clock.Now().Unix(), 10)},
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := installs.Finish(t.Context(), answered.Query()); err != nil {
		t.Fatalf("connect %s to %s: %v", store, tenant, err)
	}
}
