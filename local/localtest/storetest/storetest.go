// Package storetest connects our Shopify client to the stand-in's stores. It is
// apart from localtest, which the client's own tests use.
package storetest

import (
	"log/slog"
	"net/http"
	"net/url"
	"testing"

	"omniops/local/localtest"
	"omniops/local/sandbox/shopify"
	client "omniops/shared/commerce/shopify"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Client is a client of Shopify for a test, as a function of the template makes it.
func Client(t testing.TB, c *localtest.Cloud, o *localtest.Outside, function string) *client.Client {
	t.Helper()
	main := table.New(c.AWS, c.Env(t, function, "TABLE_NAME"), c.Clock.Now)
	return client.NewClient(client.Options{
		BaseURL: o.ShopifyURL, HTTP: http.DefaultClient, App: client.App{ClientID: shopify.SandboxClientID, Secret: localtest.ShopifySecret},
		Connections: client.NewConnections(main, seal.NewSecrets(c.AWS, c.Env(t, function, "SECRETS_KEY_ID"))),
		Now:         c.Clock.Now, Log: slog.New(slog.DiscardHandler),
	})
}

// Connect installs the app on a store for a merchant, as Shopify's redirects would.
func Connect(t testing.TB, c *localtest.Cloud, o *localtest.Outside, installer *client.Client, tenant id.Tenant, store string) {
	t.Helper()
	installs, err := client.NewInstalls(installer, []byte(localtest.SessionSecret), "https://api.test"+client.CallbackPath, []byte(localtest.ShopifySecret))
	if err != nil {
		t.Fatal(err)
	}
	begun, err := installs.Begin(tenant, client.Shop(store))
	if err != nil {
		t.Fatal(err)
	}
	back, err := o.Shopify.Approve(begun)
	if err != nil {
		t.Fatal(err)
	}
	answered, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := installs.Finish(t.Context(), answered.Query()); err != nil {
		t.Fatalf("connect %s to %s: %v", store, tenant, err)
	}
}
