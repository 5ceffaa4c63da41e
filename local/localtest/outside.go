package localtest

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"omniops/local/sandbox/mail"
	"omniops/local/sandbox/shopify"
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
