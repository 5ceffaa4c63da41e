package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/local/localtest/storetest"
	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/commerce"
	"omniops/shared/commerce/shopify"
)

// Each variant has its own price and availability; a product with many is read to
// its end, and no further than is kept.
func TestVariantsHaveTheirOwnPriceAndStock(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	pan := kettle("pan", "Pan", 1000, 0)
	pan.Forms = nil
	for i := range 130 {
		pan.Forms = append(pan.Forms, sandbox.Form{Title: fmt.Sprint(i), Price: int64(2000 + i), Stock: i % 2})
	}
	pan.Forms[127].Price = 900 // the cheapest is far down
	number := b.Shopify.Sell(string(domain), pan)
	vast := kettle("vast", "Vast", 0, 0)
	vast.Forms = nil
	for i := range 400 {
		vast.Forms = append(vast.Forms, sandbox.Form{Title: fmt.Sprint(i), Price: 100, Stock: 1})
	}
	b.Shopify.Sell(string(domain), vast)
	read := func(handle string) shopify.Product {
		t.Helper()
		all, err := b.catalogue.ByHandles(t.Context(), shop, handle)
		must(t, err)
		if len(all) != 1 {
			t.Fatalf("there are %d of %s", len(all), handle)
		}
		return all[0]
	}
	check := func() {
		t.Helper()
		got := read("pan").Variants
		if len(got) != 130 {
			t.Fatalf("%d variants", len(got))
		}
		for i, v := range got {
			if want := (shopify.Variant{Name: pan.Forms[i].Title, Price: commerce.Money{Minor: pan.Forms[i].Price, Currency: "GBP"}, Available: pan.Forms[i].Stock > 0}); v != want {
				t.Errorf("%+v, want %+v", v, want)
			}
		}
	}
	b.hear(t, "products/create", number)
	check()
	offers, err := b.catalogue.Offers(t.Context(), shop, "pan")
	if want := []commerce.Offer{{Handle: "pan", Price: commerce.Money{Minor: 900, Currency: "GBP"}, From: true, Available: true}}; err != nil || !slices.Equal(offers, want) {
		t.Errorf("offered %+v, %v", offers, err)
	}
	// One is sold out and another dearer, and nothing is told of the rest.
	pan.Forms[1].Stock, pan.Forms[127].Price = 0, 2500
	b.edit(number, pan)
	b.hear(t, "products/update", number)
	check()
	for i := range pan.Forms { // sold out altogether
		pan.Forms[i].Stock = 0
	}
	b.edit(number, pan)
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Check: true, Whole: true})) // by reading all, too
	b.run(t)
	check()
	if offers, err := b.catalogue.Offers(t.Context(), shop, "pan"); err != nil || offers[0].Available {
		t.Errorf("offered %+v, %v", offers, err)
	}
	if n := len(read("vast").Variants); n != 250 {
		t.Errorf("%d variants of 400 are kept", n)
	}
}

// listen makes the shop's webhooks reach the worker, as the function that takes them
// hands them on. up says whether an answer gets through.
func (b *bench) listen(t *testing.T, up func() bool) (bodies func() string) {
	t.Helper()
	var all strings.Builder
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		all.Write(body)
		d, err := shopify.ParseDelivery(r.Header)
		if err != nil || d.Complete() != nil {
			t.Errorf("a delivery of %s: %v", d.Topic, err)
			return
		}
		e := shopify.Event{Key: d.Key(), Topic: d.Topic, TriggeredAt: d.TriggeredAt, ReceivedAt: b.Clock.Now(), Object: shopify.ObjectID(body)}
		if !up() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if err := b.work(r.Context(), shopify.Work{Tenant: shop, Shop: domain, Event: &e}); err != nil {
			t.Errorf("%s: %v", d.Topic, err)
		}
	}))
	t.Cleanup(app.Close)
	b.Outside = b.Cloud.Outside(t, app.URL)
	return all.String
}

// Webhooks that come twice, late and in the wrong order leave the catalogue as the
// shop is; what they bring is numbers, and no customer's data.
func TestWebhooksTwiceLateAndOutOfOrder(t *testing.T) {
	b := newBench(t)
	calls := 0
	bodies := b.listen(t, func() bool { calls++; return calls%3 != 0 })
	b.Shopify.Open(string(domain), "Copper & Clay")
	b.rebuild(t)
	b.connect(t, shop)
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Check: true, Whole: true})) // subscribes
	b.run(t)
	b.Shopify.Switch(func(s *sandbox.Switches) { s.WebhookCopies, s.Reorder = 2, true })
	numbers := map[string]int64{}
	for i := range 6 {
		handle := fmt.Sprint("p", i)
		numbers[handle] = b.sell(handle, "Product "+handle, 100, 1)
	}
	flush := func() {
		b.Advance(time.Second)
		b.Shopify.Flush(t.Context())
	}
	flush()
	// p0 takes the handle that p1 gives up, p2 goes, another takes its handle, p3 is
	// sold out and comes back, p4 is hidden, and p5 dearer and dearer.
	b.edit(numbers["p1"], kettle("blue-kettle", "Product p1", 100, 1))
	b.edit(numbers["p0"], kettle("p1", "Product p0", 100, 1))
	b.Shopify.Remove(string(domain), "p2")
	b.sell("p2", "Another p2", 700, 1)
	b.edit(numbers["p3"], kettle("p3", "Product p3", 100, 0))
	b.edit(numbers["p3"], kettle("p3", "Product p3", 120, 5))
	hidden := kettle("p4", "Product p4", 100, 1)
	hidden.Status = "DRAFT"
	b.edit(numbers["p4"], hidden)
	for i := range 5 {
		b.edit(numbers["p5"], kettle("p5", "Product p5", int64(100+i), 1))
		b.Advance(time.Second)
	}
	b.Shopify.Touch(sandbox.DemoShop, "orders/updated", "#1042") // of another shop, which nobody has connected
	for range 12 {                                               // what failed is tried again for four hours
		flush()
		b.Advance(30 * time.Minute)
	}
	if waiting := b.Shopify.Pending(); len(waiting) != 0 {
		t.Errorf("%d deliveries were given up or wait", len(waiting))
	}
	got, err := b.catalogue.ByHandles(t.Context(), shop, "p0", "p1", "p2", "p3", "p4", "p5", "blue-kettle")
	must(t, err)
	type line struct {
		Handle, Name string
		Minor        int64
		Available    bool
	}
	var have []line
	for _, p := range got {
		have = append(have, line{p.Handle, p.Name, p.Variants[0].Price.Minor, p.Variants[0].Available})
	}
	slices.SortFunc(have, func(a, b line) int { return strings.Compare(a.Handle, b.Handle) })
	if diff := cmp.Diff([]line{
		{"blue-kettle", "Product p1", 100, true}, {"p1", "Product p0", 100, true}, {"p2", "Another p2", 700, true}, {"p3", "Product p3", 120, true}, {"p5", "Product p5", 104, true},
	}, have); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if sent := bodies(); strings.Contains(sent, "title") || strings.Contains(sent, "Product") || !strings.HasPrefix(sent, `{"id":`) {
		t.Errorf("sent was %.300s", sent)
	}
}

// A subscription that would send what an order's page shows is made anew.
func TestSubscriptionsSendNoCustomersData(t *testing.T) {
	b := newBench(t)
	var sent strings.Builder
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(&sent, r.Body) }))
	t.Cleanup(app.Close)
	b.Outside = b.Cloud.Outside(t, app.URL)
	b.rebuild(t)
	storetest.Connect(t, b.Cloud, b.Outside, b.store, shop, sandbox.DemoShop)
	conn, err := b.connections.Get(t.Context(), shop)
	must(t, err)
	token := b.Shopify.Grant(sandbox.DemoShop, conn.Scopes...).AccessToken
	subscribe := `{"query":"mutation { webhookSubscriptionCreate(topic: ORDERS_UPDATED, webhookSubscription: { uri: \"https://api.test/api/shopify/webhook\", format: JSON }) { userErrors { message } } }"}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.ShopifyURL+"/admin/api/2026-10/graphql.json", strings.NewReader(subscribe))
	must(t, err)
	req.Host = sandbox.DemoShop
	req.Header.Set("X-Shopify-Access-Token", token)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	_ = resp.Body.Close()
	b.Shopify.Touch(sandbox.DemoShop, "orders/updated", "#1042")
	b.Shopify.Flush(t.Context())
	if !strings.Contains(sent.String(), sandbox.CanaryIP) { // as it was made
		t.Fatalf("sent was %.300s", sent.String())
	}
	storetest.Connect(t, b.Cloud, b.Outside, b.store, shop, sandbox.DemoShop)
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Check: true}))
	sent.Reset()
	b.Shopify.Touch(sandbox.DemoShop, "orders/updated", "#1042")
	b.Shopify.Flush(t.Context())
	if got := sent.String(); !strings.HasPrefix(got, `{"id":`) || strings.Count(got, ":") != 1 {
		t.Errorf("sent was %.300s", got)
	}
	for topic, address := range b.Shopify.Subscriptions(sandbox.DemoShop) {
		if address != "https://api.test/api/shopify/webhook" {
			t.Errorf("%s goes to %s", topic, address)
		}
	}
}
