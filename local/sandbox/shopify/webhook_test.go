package shopify

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// inbox is an app that receives webhooks.
type inbox struct {
	mu     sync.Mutex
	status int
	got    []*http.Request
	bodies []string
	url    string
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	b := &inbox{status: 200}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.got, b.bodies = append(b.got, r), append(b.bodies, string(body))
		w.WriteHeader(b.status)
	}))
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *inbox) topics() (all []string) {
	for _, r := range b.got {
		all = append(all, r.Header.Get("X-Shopify-Topic"))
	}
	b.got, b.bodies = nil, nil
	return all
}

func (w *world) subscribe(topic, uri string) reply {
	w.t.Helper()
	got := w.ask(`mutation($t: WebhookSubscriptionTopic!, $u: String!) { webhookSubscriptionCreate(topic: $t, webhookSubscription: {uri: $u, format: JSON}) { webhookSubscription { id topic uri } userErrors { field message } } }`,
		map[string]any{"t": topic, "u": uri})
	if got.Errors != nil {
		w.t.Fatal(got.Errors)
	}
	return got
}

func TestWebhooks(t *testing.T) {
	w, b := start(t), newInbox(t)
	for _, topic := range []string{"ORDERS_UPDATED", "FULFILLMENTS_UPDATE", "PRODUCTS_UPDATE", "APP_UNINSTALLED"} {
		w.subscribe(topic, b.url+"/hook")
	}
	if got := w.subscribe("ORDERS_UPDATED", b.url+"/hook"); at(got.Data, "webhookSubscriptionCreate", "userErrors", 0, "message") != "Address for this topic has already been taken" {
		t.Errorf("a second time: %v", got.Data)
	}
	if got := w.subscribe("ORDERS_UPDATED", "http://attacker.example/"); at(got.Data, "webhookSubscriptionCreate", "userErrors", 0, "message") != "Address is invalid" {
		t.Errorf("a bad address: %v", got.Data)
	}
	list := w.ask(`{ webhookSubscriptions(first: 10, topics: [PRODUCTS_UPDATE]) { nodes { topic uri endpoint { ... on WebhookHttpEndpoint { callbackUrl } } } } }`, nil)
	if at(list.Data, "webhookSubscriptions", "nodes", 0, "endpoint", "callbackUrl") != b.url+"/hook" || at(list.Data, "webhookSubscriptions", "nodes", 1) != nil {
		t.Errorf("listed %v %v", list.Data, list.Errors)
	}

	w.Deliver(DemoShop, "#1042")
	if done := w.Flush(t.Context()); len(done) != 2 {
		t.Fatalf("delivered %v", done)
	}
	r, body := b.got[1], b.bodies[1]
	if r.URL.Path != "/hook" || r.Header.Get("X-Shopify-Topic") != "orders/updated" || r.Header.Get("X-Shopify-Hmac-Sha256") != signBody(SandboxClientSecret, []byte(body)) ||
		r.Header.Get("X-Shopify-Shop-Domain") != DemoShop || r.Header.Get("X-Shopify-API-Version") != Version || r.Header.Get("X-Shopify-Event-Id") == "" || r.Header.Get("X-Shopify-Triggered-At") == "" {
		t.Errorf("headers %v", r.Header)
	}
	for _, canary := range []string{CanaryIP, CanaryAgent, CanaryToken} {
		if !strings.Contains(body, canary) {
			t.Errorf("the body lacks %s", canary)
		}
	}
	b.topics()

	w.Switch(func(s *Switches) { s.WebhookCopies, s.WebhookDelay, s.Reorder = 2, time.Minute, true })
	w.Touch(DemoShop, "orders/updated", "#1042")
	w.Price(DemoShop, "tide-mug", 1500)
	w.Flush(t.Context())
	if got := b.topics(); got != nil {
		t.Errorf("delivered at once: %v", got)
	}
	w.advance(time.Minute)
	w.Flush(t.Context())
	if b.got[0].Header.Get("X-Shopify-Webhook-Id") != b.got[1].Header.Get("X-Shopify-Webhook-Id") {
		t.Error("copies have different ids")
	}
	if got := b.topics(); !slices.Equal(got, []string{"products/update", "products/update", "orders/updated", "orders/updated"}) {
		t.Errorf("twice, late and out of order: %v", got)
	}
}

func TestRetriesAndGivingUp(t *testing.T) {
	w, b := start(t), newInbox(t)
	b.status = 500
	w.subscribe("ORDERS_UPDATED", b.url)
	w.Touch(DemoShop, "orders/updated", "#1042")
	begun := w.now()
	tries := 0
	for range 400 {
		tries += len(w.Flush(t.Context()))
		if len(w.Pending()) == 0 {
			break
		}
		w.advance(time.Minute)
	}
	if tries != 9 || w.now().Sub(begun) != 4*time.Hour {
		t.Errorf("%d tries in %v, want 9 in 4h", tries, w.now().Sub(begun))
	}
	ids := map[string]bool{}
	for _, r := range b.got {
		ids[r.Header.Get("X-Shopify-Webhook-Id")] = true
	}
	if len(ids) != 1 {
		t.Errorf("retries have %d ids", len(ids))
	}
	w.token = w.Grant(DemoShop, allScopes...).AccessToken
	if got := w.ask(`{ webhookSubscriptions(first: 5) { nodes { id } } }`, nil); got.Errors != nil || at(got.Data, "webhookSubscriptions", "nodes", 0) != nil {
		t.Errorf("the subscription is still there: %v %v", got.Data, got.Errors)
	}
}

func TestUninstall(t *testing.T) {
	w, b := start(t), newInbox(t)
	w.subscribe("APP_UNINSTALLED", b.url)
	w.Comply(DemoShop, "customers/data_request", "#1042")
	w.Flush(t.Context())
	if !strings.Contains(b.bodies[0], `"email":"jane.doe@example.com"`) || !strings.Contains(b.bodies[0], `"orders_requested":[`) {
		t.Errorf("data request: %s", b.bodies[0])
	}
	b.topics()
	w.Uninstall(DemoShop)
	if got := w.ask(`{ shop { id } }`, nil); got.Status != 401 {
		t.Errorf("its token answers %d", got.Status)
	}
	w.Flush(t.Context())
	if got := b.topics(); !slices.Equal(got, []string{"app/uninstalled"}) {
		t.Errorf("at once: %v", got)
	}
	w.advance(48 * time.Hour)
	w.Flush(t.Context())
	if got := b.topics(); !slices.Equal(got, []string{"shop/redact"}) {
		t.Errorf("after 48 hours: %v", got)
	}
}
