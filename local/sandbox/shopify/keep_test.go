package shopify

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/local/faults"
)

// dump is all that anybody can see of the stores.
func (s *Shopify) dump() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]string{}
	for domain, there := range s.shops {
		for _, o := range there.orders {
			text, _ := json.Marshal(o.payload())
			parcels, returns, refunds := o.views()
			for _, p := range parcels {
				text = fmt.Appendf(text, " %+v", *p)
			}
			for _, r := range returns {
				text = fmt.Appendf(text, " %+v", *r)
			}
			all[domain+" "+o.name] = fmt.Sprintf("%s %+v %v %s %s", text, refunds, o.cancelling != nil, o.returnStatus(), o.financial())
		}
		for _, p := range there.products {
			text, _ := json.Marshal(p.payload())
			all[domain+" "+p.handle] = string(text)
		}
		for _, u := range there.subscriptions {
			all[fmt.Sprint(domain, " ", u.topic)] = fmt.Sprintf("%d %s", u.id, u.uri)
		}
		for _, m := range there.mutations {
			if strings.Contains(fmt.Sprint(m.Errors), "CONCURRENT") { // the other request's work, if there was one
				continue
			}
			all[domain+" log"] += fmt.Sprintf("%s %s %s %t %q\n", m.At, m.Name, m.Order, m.Done, m.Errors)
		}
		for key := range there.keys {
			all[domain+" "+key] = "used"
		}
		all[domain] = fmt.Sprint(there.installed, there.scopes, there.hook, there.serial)
	}
	for i, d := range s.pending {
		all[fmt.Sprintf("pending %03d", i)] = fmt.Sprint(d.Event, d.Webhook, d.Shop, d.Topic, d.URI, d.Body, d.TriggeredAt.UTC(), d.Due.UTC(), d.Try, d.subscription != nil)
	}
	all["switches"] = fmt.Sprintf("%+v", s.switches)
	return all
}

// What happened to the stores is still so after a restart: to orders, products,
// tokens, subscriptions, and the webhooks that are under way.
func TestTheStoresOutliveARestart(t *testing.T) {
	up := true
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !up {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer app.Close()
	path := filepath.Join(t.TempDir(), "shopify.jsonl")
	w := start(t)
	w.options.App = app.URL
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.Keep(path))
	code := w.Authorize(DemoShop, allScopes...)
	_, tokens := w.tokens(DemoShop, map[string]any{"code": code})
	w.token = tokens.AccessToken
	subscribe := func(topic string) {
		t.Helper()
		if r := w.ask(`mutation S($t: WebhookSubscriptionTopic!) { webhookSubscriptionCreate(topic: $t, webhookSubscription: { uri: "https://api.test/api/shopify/webhook", format: JSON }) { userErrors { message } } }`,
			map[string]any{"t": topic}); r.Errors != nil {
			t.Fatal(r.Errors)
		}
	}
	for _, topic := range []string{"ORDERS_UPDATED", "PRODUCTS_UPDATE", "APP_UNINSTALLED", "PRODUCTS_DELETE"} {
		subscribe(topic)
	}
	cancel := `mutation C($id: ID!) { orderCancel(orderId: $id, reason: CUSTOMER, restock: true, refundMethod: { originalPaymentMethodsRefund: true }) { jobResult { id } orderCancelUserErrors { message } } }`
	look := func(name string) {
		w.ask(`query O($id: ID!) { order(id: $id) { cancelledAt } }`, map[string]any{"id": w.id(name)})
	}
	w.ask(cancel, map[string]any{"id": w.id("#1057")})
	look("#1057")
	w.advance(time.Minute)
	look("#1057") // done, and ids of its refund are taken
	w.ask(`mutation R($id: ID!) { returnRequest(input: { orderId: $id, returnLineItems: [] }) { userErrors { message } } }`, map[string]any{"id": w.id("#1019")})
	w.ask(cancel, map[string]any{"id": w.id("#1019")}) // refused
	must(w.faults.Replace(faults.Rule{Service: Service, Operation: "orderUpdate", Kind: faults.AppliedThenError, Count: 1}))
	update := `mutation U($id: ID!, $note: String!) { orderUpdate(input: { id: $id, note: $note }) { userErrors { message } } }`
	w.ask(update, map[string]any{"id": w.id("#1044"), "note": "its answer is lost"})
	must(w.faults.Replace(faults.Rule{Service: Service, Operation: "refundCreate", Kind: faults.Conflict, Count: 1}))
	refund := `mutation F($id: ID!) { refundCreate(input: { orderId: $id, note: "x" }) @idempotent(key: "k1") { userErrors { message } } }`
	w.ask(refund, map[string]any{"id": w.id("#1042")}) // somebody else is at it
	w.ask(refund, map[string]any{"id": w.id("#1042")}) // for nothing
	w.Ship(DemoShop, "#1058")
	w.Deliver(DemoShop, "#1042")
	w.AnswerReturns(DemoShop, "#1019", true)
	w.Price(DemoShop, "tide-mug", 1550)
	w.Open("copper.myshopify.com", "Copper")
	number := w.Sell("copper.myshopify.com", Article{Handle: "pan", Title: "Pan", Forms: []Form{{Price: 100, Stock: 1}}})
	w.Edit("copper.myshopify.com", number, func(a *Article) { a.Title = "Sauce pan" })
	w.Remove(DemoShop, "gift-card")
	w.Unsubscribe(DemoShop, "PRODUCTS_DELETE")
	w.Flush(t.Context())
	up = false
	w.Comply(DemoShop, "customers/data_request", "#1042")
	w.Touch(DemoShop, "orders/updated", "#1042")
	w.Flush(t.Context()) // to be tried again
	w.Grant(OtherShop, "read_orders")
	w.Uninstall(OtherShop) // to be redacted in two days
	w.Switch(func(s *Switches) { s.WebhookCopies = 2 })
	w.ask(update, map[string]any{"id": w.id("#1044"), "note": "delivered twice"})
	before := w.dump()
	must(w.Close())

	again := start(t)
	again.options.App = app.URL
	again.clock.SetOffset(w.clock.Offset() + time.Hour)
	must(again.Keep(path))
	if diff := cmp.Diff(before, again.dump()); diff != "" {
		t.Errorf("(-before +after)\n%s", diff)
	}
	if !again.Installed(DemoShop) || again.Installed(OtherShop) {
		t.Error("where the app is was forgotten")
	}
	again.token = w.token
	again.clock.SetOffset(w.clock.Offset())
	if r := again.ask(`{ shop { name } }`, nil); r.Status != http.StatusOK {
		t.Errorf("its token: %d", r.Status)
	}
	if status, renewed := again.tokens(DemoShop, map[string]any{"grant_type": "refresh_token", "refresh_token": tokens.RefreshToken}); status != http.StatusOK {
		t.Errorf("its refresh token: %d", status)
	} else {
		again.token = renewed.AccessToken
	}
	up = true
	again.advance(49 * time.Hour)
	topics := map[string]int{}
	for _, d := range again.Flush(t.Context()) {
		topics[d.Topic]++
	}
	for topic, n := range map[string]int{"customers/data_request": 1, "shop/redact": 1, "orders/updated": 3} {
		if topics[topic] != n {
			t.Errorf("%s delivered %d times, want %d", topic, topics[topic], n)
		}
	}
	again.ask(update, map[string]any{"id": again.id("#1044"), "note": "after the restart"}) // the ids go on
	last := again.dump()
	must(again.Close())
	third := start(t)
	third.options.App = app.URL
	must(third.Keep(path))
	if diff := cmp.Diff(last, third.dump()); diff != "" {
		t.Errorf("a second restart (-before +after)\n%s", diff)
	}
	must(third.Close())
}

// Stores whose newest orders are too old to be shown open anew, and what is no
// journal is said to be none.
func TestStoresOpenAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shopify.jsonl")
	w := start(t)
	if err := w.Keep(path); err != nil {
		t.Fatal(err)
	}
	w.Ship(DemoShop, "#1057")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	later := start(t)
	later.advance(opensAnew)
	if err := later.Keep(path); err != nil {
		t.Fatal(err)
	}
	if o := later.shops[DemoShop].named("#1057"); o.fulfillment() != "UNFULFILLED" || later.clock.Now().Sub(o.createdAt) > 5*day {
		t.Errorf("#1057 is %s since %s", o.fulfillment(), o.createdAt)
	}
	if err := later.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(`{"At":"2026-11-24T09:30:00Z","Do":"open"}`+"\n"+`{"Do":"dance"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := start(t).Keep(path); err == nil {
		t.Error("nobody knows how to dance")
	}
}
