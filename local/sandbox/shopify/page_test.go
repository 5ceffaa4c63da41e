package shopify

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"omniops/local/clock"
)

func TestStoreAdmin(t *testing.T) {
	s := New(Options{Now: clock.Fixed(time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)).Now, Pages: "/shopify"})
	server := httptest.NewServer(s.Pages())
	defer server.Close()
	base := server.URL + "/shopify/" + DemoShop
	get := func(path string) string {
		t.Helper()
		r, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != 200 || !strings.HasSuffix(string(body), "</html>") {
			t.Fatalf("%s: %d, whole %v, %v", path, r.StatusCode, strings.HasSuffix(string(body), "</html>"), err)
		}
		if policy := r.Header.Get("Content-Security-Policy"); policy != "default-src 'none'; style-src 'unsafe-inline'" {
			t.Errorf("%s has the policy %q", path, policy)
		}
		return string(body)
	}
	post := func(path, origin string, form url.Values) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	if text := get("/orders?q=" + url.QueryEscape("name:1042")); !strings.Contains(text, "#1042-EXCH") || strings.Contains(text, "#1043") {
		t.Error("the search of orders does not search")
	}
	for _, o := range s.shops[DemoShop].orders {
		if text := get("/orders/" + strconv.FormatInt(o.id, 10)); strings.Contains(text, "<script>") {
			t.Errorf("%s shows its note as markup", o.name)
		}
	}
	get("/orders?from=240")
	get("/products")
	get("/app")
	path := "/orders/" + strconv.FormatInt(s.shops[DemoShop].named("#1057").id, 10)
	if status := post(path, "http://attacker.example", url.Values{"do": {"ship"}}); status != 403 {
		t.Errorf("another site's form answers %d", status)
	}
	if post(path, server.URL, url.Values{"do": {"ship"}}); s.shops[DemoShop].named("#1057").fulfillment() != "FULFILLED" {
		t.Error("the order is not sent")
	}
	if post("/products", "", url.Values{"do": {"price"}, "handle": {"tide-mug"}, "price": {"15.50"}}); !strings.Contains(get("/products"), "15.50") {
		t.Error("the price is not changed")
	}
	if post("/app", "", url.Values{"do": {"switch"}, "protected": {"0"}, "copies": {"2"}}); s.switches.ProtectedData != 0 || s.switches.WebhookCopies != 2 {
		t.Error("the switches are not set")
	}
}
