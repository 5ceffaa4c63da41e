package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/commerce"
	"omniops/shared/commerce/shopify"
	"omniops/shared/commerce/shopify/shopifytest"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/table"
)

const (
	shop   = id.Tenant("demo")
	rival  = id.Tenant("rival")
	domain = shopify.Shop("kettle-and-co.myshopify.com")
)

// product is a product as the shop has it.
type product struct {
	ID             string         `json:"id"`
	Title          string         `json:"title"`
	Handle         string         `json:"handle"`
	Status         string         `json:"status"`
	Description    string         `json:"description"`
	OnlineStoreURL *string        `json:"onlineStoreUrl"`
	UpdatedAt      time.Time      `json:"updatedAt"`
	Vendor         string         `json:"vendor"` // not asked for
	Variants       map[string]any `json:"variants"`
}

// bench is the function on local services, with a shop that has products.
type bench struct {
	*localtest.Cloud
	work      func(context.Context, shopify.Work) error
	world     *shopifytest.World
	catalogue *shopify.Catalogue
	requests  *rights.Store
	name      string // of the table
	queue     string
	products  []product
	events    int
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "shopify-sync", name) }
	b := &bench{Cloud: c, name: env("TABLE_NAME"), queue: env("SHOP_QUEUE_URL")}
	b.world = shopifytest.Start(t, shopifytest.Cloud{AWS: c.AWS, Table: b.name, Key: env("SECRETS_KEY_ID"), Now: c.Clock.Now})
	main := table.New(c.AWS, b.name, c.Clock.Now)
	b.catalogue = shopify.NewCatalogue(main)
	var err error
	b.requests, err = rights.NewStore(main, []byte(localtest.SessionSecret))
	must(t, err)
	b.work, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: b.name, Queue: b.queue, SecretsKey: env("SECRETS_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
		ClientID: shopifytest.ClientID, ClientSecret: boot.NewSecret(shopifytest.Secret), BaseURL: b.world.URL, Domain: "api.test",
		AllowPrivate: []string{strings.TrimPrefix(b.world.URL, "http://")},
	})
	must(t, err)
	b.world.Answer("Product", func(r shopifytest.Request) any {
		var found any
		for _, p := range b.products {
			if p.ID == r.Variables["id"] {
				found = p
			}
		}
		return map[string]any{"shop": map[string]any{"currencyCode": "GBP"}, "product": found}
	})
	b.world.Answer("Products", func(r shopifytest.Request) any {
		from := 0
		if after, ok := r.Variables["after"].(string); ok {
			_, _ = fmt.Sscan(after, &from)
		}
		all := b.products
		if q, _ := r.Variables["q"].(string); strings.HasPrefix(q, "updated_at:>'") {
			since, err := time.Parse(time.RFC3339, strings.TrimSuffix(strings.TrimPrefix(q, "updated_at:>'"), "'"))
			must(t, err)
			all = slices.DeleteFunc(slices.Clone(all), func(p product) bool { return !p.UpdatedAt.After(since) })
		}
		end := min(from+20, len(all))
		return map[string]any{"shop": map[string]any{"currencyCode": "GBP"}, "products": map[string]any{
			"nodes": all[from:end], "pageInfo": map[string]any{"hasNextPage": end < len(all), "endCursor": fmt.Sprint(end)},
		}}
	})
	b.world.Answer("ShopFacts", func(shopifytest.Request) any {
		return map[string]any{"shop": map[string]any{"id": "1", "orderNumberFormatPrefix": "K-", "orderNumberFormatSuffix": ""}}
	})
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) connect(t *testing.T, name id.Tenant) {
	t.Helper()
	b.world.Connect(t, name, domain)
	b.world.Asked()
}

// sell adds or changes a product of the shop.
func (b *bench) sell(number int, handle, title, price string, available bool) {
	address := "https://kettle.example/products/" + handle
	p := product{
		ID: fmt.Sprintf("gid://shopify/Product/%d", number), Title: title, Handle: handle, Status: "ACTIVE", Description: "A " + title + ".", OnlineStoreURL: &address,
		UpdatedAt: b.Clock.Now(), Vendor: "secret supplier",
		Variants: map[string]any{"nodes": []any{map[string]any{"title": "Default", "price": price, "availableForSale": available}}},
	}
	b.products = append(slices.DeleteFunc(b.products, func(q product) bool { return q.ID == p.ID }), p)
}

// hear handles an event of the shop.
func (b *bench) hear(t *testing.T, topic, object string, change ...func(*shopify.Event)) {
	t.Helper()
	b.events++
	d := shopify.Delivery{Shop: domain, Topic: topic, Event: fmt.Sprint(b.events)}
	e := shopify.Event{Key: d.Key(), Topic: topic, TriggeredAt: b.Clock.Now(), ReceivedAt: b.Clock.Now(), Object: object}
	for _, f := range change {
		f(&e)
	}
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Shop: domain, Event: &e}))
}

// run does the work that is queued, and gives how many pieces there were.
func (b *bench) run(t *testing.T) (n int) {
	t.Helper()
	client := sqs.NewFromConfig(b.AWS)
	for {
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &b.queue, MaxNumberOfMessages: 1})
		must(t, err)
		if len(out.Messages) == 0 {
			return n
		}
		var work shopify.Work
		must(t, json.Unmarshal([]byte(*out.Messages[0].Body), &work))
		must(t, b.work(t.Context(), work))
		_, err = client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &b.queue, ReceiptHandle: out.Messages[0].ReceiptHandle})
		must(t, err)
		n++
	}
}

// items gives what the table holds below a partition.
func (b *bench) items(t *testing.T, partition string) (all []map[string]types.AttributeValue) {
	t.Helper()
	out, err := dynamodb.NewFromConfig(b.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &b.name})
	must(t, err)
	for _, i := range out.Items {
		if strings.HasPrefix(i["PK"].(*types.AttributeValueMemberS).Value, partition) {
			all = append(all, i)
		}
	}
	return all
}

func (b *bench) have(t *testing.T, name id.Tenant, want ...string) {
	t.Helper()
	var handles []string
	for i := range 60 {
		handles = append(handles, fmt.Sprint("p", i))
	}
	got, err := b.catalogue.ByHandles(t.Context(), name, append(handles, "green-kettle", "red-kettle", "blue-kettle", "")...)
	must(t, err)
	var have []string
	for _, p := range got {
		have = append(have, p.Handle)
	}
	slices.Sort(have)
	if !slices.Equal(have, want) {
		t.Errorf("%s has %q, want %q", name, have, want)
	}
}

// What is kept of a product is what the policy lists, and nothing else (C051).
func TestAProductIsKeptAsThePolicySays(t *testing.T) {
	claim.Proves(t, "C051")
	b := newBench(t)
	b.connect(t, shop)
	b.sell(7, "green-kettle", "Green kettle", "19.25", true)
	b.hear(t, "products/create", "7")
	got, err := b.catalogue.ByHandles(t.Context(), shop, "green-kettle", "nothing", "a#b")
	want := []shopify.Product{{
		Handle: "green-kettle", Name: "Green kettle", URL: "https://kettle.example/products/green-kettle", Description: "A Green kettle.",
		Variants: []shopify.Variant{{Name: "Default", Price: commerce.Money{Minor: 1925, Currency: "GBP"}, Available: true}},
	}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, i := range b.items(t, "T#demo#P") {
		text, ok := i["product"].(*types.AttributeValueMemberS)
		if !ok {
			continue
		}
		if want := `{"handle":"green-kettle","name":"Green kettle","url":"https://kettle.example/products/green-kettle","description":"A Green kettle.","variants":[{"name":"Default","price":{"minor":1925,"currency":"GBP"},"available":true}]}`; text.Value != want {
			t.Errorf("stored is %s", text.Value)
		}
	}
	for _, r := range b.world.Asked() {
		if strings.Contains(fmt.Sprint(r), "vendor") {
			t.Errorf("asked for the vendor: %v", r)
		}
	}
	b.have(t, rival)

	// It changes, is renamed, hidden, and comes back.
	b.Advance(time.Minute)
	b.sell(7, "red-kettle", "Red kettle", "20", false)
	b.hear(t, "products/update", "7")
	b.have(t, shop, "red-kettle")
	b.sell(8, "green-kettle", "Another", "5.00", true) // its old handle is another's
	b.hear(t, "products/create", "8")
	b.hear(t, "products/delete", "7")
	b.have(t, shop, "green-kettle")
	b.products[0].Status = "DRAFT"
	b.products[1].OnlineStoreURL = nil
	b.hear(t, "products/update", "7")
	b.hear(t, "products/update", "8")
	b.have(t, shop)
	b.sell(8, "green-kettle", "Another", "5.00", true)
	b.hear(t, "products/update", "8")
	b.have(t, shop, "green-kettle")
	b.products = nil
	b.hear(t, "products/update", "8") // it is gone by the time it is read
	b.have(t, shop)
}

// Products are read page by page, each page a message of its own; what is gone from
// the shop goes here, too.
func TestAllProductsAreRead(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	subscribed := map[string]string{}
	b.world.Answer("Subscriptions", func(shopifytest.Request) any {
		all := []any{}
		for topic, uri := range subscribed {
			all = append(all, map[string]any{"id": topic, "topic": topic, "uri": uri})
		}
		return map[string]any{"webhookSubscriptions": map[string]any{"nodes": all}}
	})
	b.world.Answer("Subscribe", func(r shopifytest.Request) any {
		subscribed[r.Variables["topic"].(string)] = r.Variables["uri"].(string)
		return map[string]any{"webhookSubscriptionCreate": map[string]any{"userErrors": []any{}}}
	})
	var want []string
	for i := range 45 {
		b.sell(100+i, fmt.Sprint("p", i), "Product", "1.00", true)
		want = append(want, fmt.Sprint("p", i))
	}
	slices.Sort(want)
	b.Advance(time.Hour)
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Check: true, Whole: true}))
	if n := b.run(t); n != 3 {
		t.Errorf("%d pages", n)
	}
	b.have(t, shop, want...)
	if p, err := b.catalogue.Progress(t.Context(), shop); err != nil || p.Products != 45 || !p.SyncedAt.Equal(b.Clock.Now()) {
		t.Errorf("progress %+v, %v", p, err)
	}
	if len(subscribed) != 9 || subscribed["APP_UNINSTALLED"] != "https://api.test/api/shopify/webhook" {
		t.Errorf("subscribed to %v", subscribed)
	}
	if items := b.items(t, "T#demo"); len(items) < 90 {
		t.Errorf("%d items", len(items))
	}

	// A day later one subscription is missing, and two products have changed.
	b.Advance(24 * time.Hour)
	delete(subscribed, "PRODUCTS_DELETE")
	b.sell(100, "p0", "Product", "2.00", true)
	b.world.Asked()
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Check: true}))
	if n := b.run(t); n != 1 {
		t.Errorf("%d pages", n)
	}
	made := 0
	for _, r := range b.world.Asked() {
		if r.Operation == "Subscribe" {
			made++
		}
	}
	if made != 1 || len(subscribed) != 9 {
		t.Errorf("%d subscriptions made", made)
	}
	if got, err := b.catalogue.ByHandles(t.Context(), shop, "p0"); err != nil || got[0].Variants[0].Price.Minor != 200 {
		t.Errorf("%+v, %v", got, err)
	}
	b.have(t, shop, want...)

	// What no webhook told of is noticed when everything is read.
	b.products = b.products[:30]
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Check: true, Whole: true}))
	b.run(t)
	if p, err := b.catalogue.Progress(t.Context(), shop); err != nil || p.Products != 30 {
		t.Errorf("progress %+v, %v", p, err)
	}
	// Two readings at once: the later one counts.
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Check: true, Whole: true}))
	b.Advance(time.Second)
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Check: true, Whole: true}))
	if n := b.run(t); n != 3 {
		t.Errorf("%d pages", n)
	}
}

// Scenario 2: an event is handled once, whenever it comes again.
func TestAnEventIsHandledOnce(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	b.sell(7, "green-kettle", "Green kettle", "19.25", true)
	at := b.Clock.Now()
	same := func(e *shopify.Event) { e.Key = strings.Repeat("a", 64); e.TriggeredAt = at }
	b.hear(t, "products/update", "7", same)
	for _, later := range []time.Duration{0, 6 * time.Minute, 2 * time.Hour, 3 * 24 * time.Hour, 6*24*time.Hour + 23*time.Hour} {
		b.Clock.SetOffset(at.Add(later).Sub(at))
		b.world.Asked()
		b.hear(t, "products/update", "7", same)
		if asked := b.world.Asked(); len(asked) != 0 {
			t.Errorf("after %s: asked %+v", later, asked)
		}
	}
	// What was cut short is handled again.
	b.Clock.SetOffset(0)
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Operation: "BatchWriteItem", Kind: faults.Error}))
	d := shopify.Event{Key: strings.Repeat("b", 64), Topic: "products/update", TriggeredAt: at, Object: "7"}
	if err := b.work(t.Context(), shopify.Work{Tenant: shop, Shop: domain, Event: &d}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("error %v", err)
	}
	b.Faults.Clear()
	b.world.Asked()
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Shop: domain, Event: &d}))
	if asked := b.world.Asked(); len(asked) != 1 {
		t.Errorf("asked %+v", asked)
	}
}

// Scenario 46: an uninstalled shop is disconnected at once, unless it was installed
// again since.
func TestUninstalled(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	b.sell(7, "green-kettle", "Green kettle", "19.25", true)
	b.hear(t, "products/update", "7")
	b.Advance(time.Hour)
	b.connect(t, shop) // again
	b.hear(t, "app/uninstalled", "1", func(e *shopify.Event) { e.TriggeredAt = b.Clock.Now().Add(-30 * time.Minute) })
	conn, err := b.world.Connections.Get(t.Context(), shop)
	if err != nil || conn.State != shopify.Connected {
		t.Errorf("%+v, %v", conn.State, err)
	}
	b.Advance(time.Hour)
	b.hear(t, "app/uninstalled", "1")
	conn, err = b.world.Connections.Get(t.Context(), shop)
	if err != nil || conn.State != shopify.Disconnected {
		t.Errorf("%+v, %v", conn.State, err)
	}
	for _, i := range b.items(t, "T#demo") {
		if i["tokens"] != nil {
			t.Error("tokens are left")
		}
	}
	// Nothing more is done for it.
	b.world.Asked()
	b.hear(t, "products/update", "7")
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Check: true, Whole: true}))
	b.run(t)
	if asked := b.world.Asked(); len(asked) != 0 {
		t.Errorf("asked %+v", asked)
	}
	b.have(t, shop, "green-kettle") // until the shop is redacted
	b.Advance(48 * time.Hour)
	b.hear(t, "shop/redact", "")
	b.have(t, shop)
	for _, partition := range []string{"T#demo#P", "X#shop#"} {
		if items := b.items(t, partition); len(items) != 0 {
			t.Errorf("%s holds %v", partition, items)
		}
	}
	b.hear(t, "shop/redact", "") // of nobody's shop by now
}

func TestARedactedShopThatCameBackStays(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	b.sell(7, "green-kettle", "Green kettle", "19.25", true)
	b.hear(t, "products/update", "7")
	b.hear(t, "app/uninstalled", "1", func(e *shopify.Event) { e.TriggeredAt = b.Clock.Now() })
	b.Advance(time.Hour)
	b.connect(t, shop)
	b.hear(t, "shop/redact", "")
	b.have(t, shop, "green-kettle")
	if conn, err := b.world.Connections.Get(t.Context(), shop); err != nil || conn.State != shopify.Connected {
		t.Errorf("%+v, %v", conn.State, err)
	}
}

// What the privacy law asks for is a durable request with its last day, once,
// whether or not the shop is still connected (C067, its accepting).
func TestAPrivacyRequestIsAccepted(t *testing.T) {
	claim.Proves(t, "C067")
	b := newBench(t)
	b.connect(t, shop)
	people := func(e *shopify.Event) { e.Subjects = []id.Subject{"s1", "s2"} }
	b.hear(t, "customers/data_request", "", people, func(e *shopify.Event) { e.Request = "9999" })
	b.hear(t, "customers/data_request", "", people, func(e *shopify.Event) { e.Request = "9999" }) // another delivery of it
	b.world.Disconnect(t, shop)
	b.hear(t, "customers/redact", "", people)
	all, err := b.requests.List(t.Context(), shop)
	must(t, err)
	if len(all) != 2 {
		t.Fatalf("%d requests: %+v", len(all), all)
	}
	kinds := map[rights.Kind]bool{}
	for _, r := range all {
		kinds[r.Kind] = true
		if r.Source != rights.FromShopify || r.State != rights.Accepted || !slices.Equal(r.Subjects, []id.Subject{"s1", "s2"}) ||
			r.Due.Sub(b.Clock.Now()) > 30*24*time.Hour || r.Due.Sub(b.Clock.Now()) < 28*24*time.Hour {
			t.Errorf("%+v", r)
		}
	}
	if !kinds[rights.Access] || !kinds[rights.Erase] {
		t.Errorf("kinds %v", kinds)
	}
	if other, err := b.requests.List(t.Context(), rival); err != nil || len(other) != 0 {
		t.Errorf("another merchant has %+v, %v", other, err)
	}
}

func TestARevokedTokenIsNoEndlessTry(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	b.world.Revoke()
	b.hear(t, "products/update", "7")
	if conn, err := b.world.Connections.Get(t.Context(), shop); err != nil || conn.State != shopify.Reconnect {
		t.Errorf("%+v, %v", conn.State, err)
	}
}

func TestTheSampleEvent(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	var e events.SQSEvent
	contract.Sample(t, "shopify-sync/queue.json", &e)
	var work shopify.Work
	must(t, json.Unmarshal([]byte(e.Records[0].Body), &work))
	must(t, b.work(t.Context(), work)) // a shop that is not connected
	err := b.work(t.Context(), shopify.Work{Tenant: shop})
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("error %v", err)
	}
}
