package localtest

import (
	"net/http"
	"strings"
	"testing"

	"omniops/local/sandbox/shopify"
)

func TestOutsideIsReachedByHost(t *testing.T) {
	o := Start(t).Outside(t, "")
	for _, c := range []struct {
		name, url, host string
		status          int
	}{
		{"a store", o.ShopifyURL + "/admin/api/2026-10/graphql.json", shopify.DemoShop, http.StatusUnauthorized},
		{"a store that is not there", o.ShopifyURL + "/admin/api/2026-10/graphql.json", "nobody.myshopify.com", http.StatusNotFound},
		{"mail", o.ResendURL + "/emails", "", http.StatusUnauthorized},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			r.Host = c.host
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != c.status {
				t.Errorf("answered %d, want %d", answer.StatusCode, c.status)
			}
		})
	}
}
