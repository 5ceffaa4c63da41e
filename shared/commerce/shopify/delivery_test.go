package shopify

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"omniops/shared/fault"
)

func TestObjectID(t *testing.T) {
	for body, want := range map[string]string{
		`{"id":788032119674292922,"title":"x"}`:                                   "788032119674292922",
		"{\n \"title\" : \"a \\\"id\\\": 9\" , \"id\" : 42 }":                     "42",
		`{"customer":{"id":7,"tags":["}","id"]},"line_items":[{"id":1}],"id":42}`: "42",
		`{"a":null,"b":true,"c":-1.5e3,"id":3}`:                                   "3",
		`{"id":"42"}`:                                                             "", `{"id":-1}`: "", `{"id":1.5}`: "", `{"id":42`: "", `[{"id":42}]`: "", ``: "", `{}`: "", `{"a":{"id":1}}`: "",
		`{"id":123456789012345678901}`: "",
	} {
		if got := ObjectID([]byte(body)); got != want {
			t.Errorf("%s has id %q, want %q", body, got, want)
		}
	}
}

// The law: in a JSON object with one member "id", the scan gives its value if that
// is a whole number without a sign, and nothing for anything else; whatever it is
// given, what it gives are digits.
func FuzzObjectID(f *testing.F) {
	for _, body := range []string{`{"id":1}`, `{"a":[{"id":2}],"id":3}`, `{"a":"\"id\":4","id":5}`, `{"id":6.0}`, `{`, `{"\u0069d":7,"id":8}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := ObjectID(body)
		if got != "" && !digits(got) {
			t.Fatalf("%q", got)
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(body, &members) != nil || bytes.Count(body, []byte(`"id"`)) != 1 || bytes.Contains(body, []byte(`\u`)) {
			return
		}
		value, there := members["id"]
		want := string(value)
		if !there || !digits(want) {
			want = ""
		}
		if got != want {
			t.Fatalf("%s has id %q, want %q", body, got, want)
		}
	})
}

// The law: what a delivery's headers are read as is of one family, is either
// refused or names a topic, a shop and an event that a queue and a key can hold.
func FuzzDelivery(f *testing.F) {
	f.Add("products/update", "kettle-and-co.myshopify.com", "e1", "2026-11-24T09:30:00Z", "", false)
	f.Add("products/update", "kettle-and-co.myshopify.com", "e1", "2026-11-24T09:30:00Z", "topic", false)
	f.Add("x", "", "", "", "", true)
	f.Fuzz(func(t *testing.T, topic, shop, event, at, extra string, both bool) {
		h := http.Header{"X-Shopify-Hmac-Sha256": {"x"}, "X-Shopify-Topic": {topic}, "X-Shopify-Shop-Domain": {shop}, "X-Shopify-Event-Id": {event}, "X-Shopify-Triggered-At": {at}}
		if both {
			h.Set("Shopify-Hmac-Sha256", "x")
		}
		if extra != "" {
			h.Set("Shopify-"+extra, "x")
		}
		d, err := ParseDelivery(h)
		if both = both || strings.EqualFold(extra, "Hmac-Sha256"); both != (fault.KindOf(err) == fault.Unauthenticated && err != nil) {
			t.Fatalf("two signatures %v: %v", both, err)
		}
		if err != nil || d.Complete() != nil {
			return
		}
		if extra != "" {
			t.Fatalf("of both families, with Shopify-%s", extra)
		}
		again, err := ParseShop(string(d.Shop))
		if err != nil || again != d.Shop || strings.ContainsAny(d.Topic, "# \n") || len(d.Key()) != 64 {
			t.Fatalf("%+v", d)
		}
	})
}

// The law: a customer is read only from JSON, its orders are digits, and nothing of
// it is in an error.
func FuzzCustomer(f *testing.F) {
	f.Add([]byte(`{"orders_requested":[299938],"customer":{"id":1,"email":"jane@example.com","phone":null},"data_request":{"id":9999}}`))
	f.Add([]byte(`{"customer":{"email":"jane@example.com"`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := ParseCustomer(body)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "@") {
				t.Fatal(err)
			}
			return
		}
		if !json.Valid(body) || len(c.Orders) > maxNamedOrders || c.Request != "" && !digits(c.Request) {
			t.Fatalf("%+v", c)
		}
		for _, o := range c.Orders {
			if !digits(string(o)) {
				t.Fatalf("order %q", o)
			}
		}
	})
}
