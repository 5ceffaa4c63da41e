package shopify

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"omniops/local/clock"
	"omniops/local/faults"
)

// allScopes are what most tests are let in with.
var allScopes = []string{"write_orders", "read_products", "read_customers", "write_returns", "read_legal_policies"}

// world is the service, its clock and a way to call it.
type world struct {
	*Shopify
	t      *testing.T
	clock  *clock.Clock
	faults *faults.Set
	token  string
	url    string
}

func start(t *testing.T, scopes ...string) *world {
	t.Helper()
	w := &world{t: t, clock: clock.Fixed(time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)), faults: faults.New(1)}
	w.Shopify = New(Options{Now: w.clock.Now, Faults: w.faults})
	server := httptest.NewServer(w.Shopify)
	t.Cleanup(server.Close)
	w.url = server.URL
	if scopes == nil {
		scopes = allScopes
	}
	w.token = w.Grant(DemoShop, scopes...).AccessToken
	return w
}

func (w *world) advance(d time.Duration) { w.clock.SetOffset(w.clock.Offset() + d) }

// reply is an answer of the Admin API.
type reply struct {
	Status int            `json:"-"`
	Data   map[string]any `json:"data"`
	Errors any            `json:"errors"`
	Ext    struct {
		Cost struct {
			Requested int  `json:"requestedQueryCost"`
			Actual    *int `json:"actualQueryCost"`
			Throttle  struct {
				Maximum, Available, Restore float64
			} `json:"-"`
			Status map[string]float64 `json:"throttleStatus"`
		} `json:"cost"`
		Search []any `json:"search"`
	} `json:"extensions"`
}

// code is that of the first error.
func (r reply) code() string {
	list, _ := r.Errors.([]any)
	if len(list) == 0 {
		return ""
	}
	e, _ := list[0].(map[string]any)
	x, _ := e["extensions"].(map[string]any)
	code, _ := x["code"].(string)
	return code
}

// post sends JSON to a store.
func (w *world) post(shop, path string, headers map[string]string, body any) (int, []byte) {
	w.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+path, bytes.NewReader(text))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Host = shop
	r.Header.Set("Content-Type", "application/json")
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(answer.Body); err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, out.Bytes()
}

func (w *world) ask(query string, variables map[string]any) reply {
	w.t.Helper()
	status, body := w.post(DemoShop, "/admin/api/2026-10/graphql.json", map[string]string{"X-Shopify-Access-Token": w.token}, map[string]any{"query": query, "variables": variables})
	out := reply{Status: status}
	if err := json.Unmarshal(body, &out); err != nil {
		w.t.Fatalf("answer %d %s: %v", status, body, err)
	}
	return out
}

// at walks through maps and lists.
func at(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

// id gives the global id of the order with a name.
func (w *world) id(name string) string {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	o := w.shops[DemoShop].named(name)
	if o == nil {
		w.t.Fatalf("no order %s", name)
	}
	return gid("Order", o.id)
}
