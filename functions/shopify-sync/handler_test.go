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
	"omniops/local/localtest/storetest"
	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/commerce"
	"omniops/shared/commerce/shopify"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/table"
)

const (
	shop   = id.Tenant("demo")
	rival  = id.Tenant("rival")
	domain = shopify.Shop("copper-and-clay.myshopify.com")
)

// bench is the function on local services, with a shop that sells nothing yet.
type bench struct {
	*localtest.Cloud
	*localtest.Outside
	work        func(context.Context, shopify.Work) error
	store       *shopify.Client // connects and disconnects the shop
	connections *shopify.Connections
	catalogue   *shopify.Catalogue
	requests    *rights.Store
	name        string // of the table
	queue       string
	events      int
	seen        int // requests that the shop was sent
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "shopify-sync", name) }
	b := &bench{Cloud: c, Outside: c.Outside(t, ""), name: env("TABLE_NAME"), queue: env("SHOP_QUEUE_URL")}
	b.Shopify.Open(string(domain), "Copper & Clay")
	main := table.New(c.AWS, b.name, c.Clock.Now)
	b.catalogue, b.connections = shopify.NewCatalogue(main), shopify.NewConnections(main, nil)
	var err error
	b.requests, err = rights.NewStore(main, []byte(localtest.SessionSecret))
	must(t, err)
	b.rebuild(t)
	return b
}

// rebuild builds the function for the outside as it is now.
func (b *bench) rebuild(t *testing.T) {
	t.Helper()
	env := func(name string) string { return b.Env(t, "shopify-sync", name) }
	b.store = storetest.Client(t, b.Cloud, b.Outside, "shopify-sync")
	var err error
	b.work, err = build(t.Context(), &boot.Runtime{AWS: b.AWS, Now: b.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: b.name, Queue: b.queue, SecretsKey: env("SECRETS_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
		ClientID: sandbox.SandboxClientID, ClientSecret: boot.NewSecret(localtest.ShopifySecret), BaseURL: b.ShopifyURL, Domain: "api.test",
		AllowPrivate: []string{strings.TrimPrefix(b.ShopifyURL, "http://")},
	})
	must(t, err)
	b.seen = 0
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) connect(t *testing.T, name id.Tenant) {
	t.Helper()
	storetest.Connect(t, b.Cloud, b.Outside, b.store, name, string(domain))
	b.asked()
}

// asked gives the operations that the shop was sent since it was last called.
func (b *bench) asked() (names []string) {
	all := b.Shopify.Requests()
	for _, r := range all[b.seen:] {
		names = append(names, r.Operation)
	}
	b.seen = len(all)
	return names
}

// kettle is an article in one form.
func kettle(handle, title string, pence int64, stock int) sandbox.Article {
	return sandbox.Article{
		Handle: handle, Title: title, Text: "A " + title + ".", URL: "https://kettle.example/products/" + handle, Forms: []sandbox.Form{{Price: pence, Stock: stock}},
	}
}

// sell adds a product to the shop and gives its number.
func (b *bench) sell(handle, title string, pence int64, stock int) int64 {
	return b.Shopify.Sell(string(domain), kettle(handle, title, pence, stock))
}

// edit makes a product of the shop what an article says.
func (b *bench) edit(number int64, to sandbox.Article) {
	b.Shopify.Edit(string(domain), number, func(a *sandbox.Article) { *a = to })
}

// hear handles an event of the shop.
func (b *bench) hear(t *testing.T, topic string, number int64, change ...func(*shopify.Event)) {
	t.Helper()
	b.events++
	object := ""
	if number != 0 {
		object = fmt.Sprint(number)
	}
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
	green := b.sell("green-kettle", "Green kettle", 1925, 3)
	b.hear(t, "products/create", green)
	got, err := b.catalogue.ByHandles(t.Context(), shop, "green-kettle", "nothing", "a#b")
	want := []shopify.Product{{
		Handle: "green-kettle", Name: "Green kettle", URL: "https://kettle.example/products/green-kettle", Description: "A Green kettle.",
		Variants: []shopify.Variant{{Name: "Default Title", Price: commerce.Money{Minor: 1925, Currency: "GBP"}, Available: true}},
	}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, i := range b.items(t, "T#demo#P") {
		text, ok := i["product"].(*types.AttributeValueMemberS)
		if !ok {
			continue
		}
		if want := `{"handle":"green-kettle","name":"Green kettle","url":"https://kettle.example/products/green-kettle","description":"A Green kettle.","variants":[{"name":"Default Title","price":{"minor":1925,"currency":"GBP"},"available":true}]}`; text.Value != want {
			t.Errorf("stored is %s", text.Value)
		}
	}
	// Nothing else is asked for, either.
	const product = "handle id onlineStoreUrl status title updatedAt variants.nodes.availableForSale variants.nodes.price variants.nodes.title description variants.pageInfo.hasNextPage variants.pageInfo.endCursor"
	for _, q := range b.Shopify.Queries(string(domain)) {
		for _, f := range q.Fields {
			if field, ok := strings.CutPrefix(f, "product."); ok && !slices.Contains(strings.Fields(product), field) {
				t.Errorf("asked for %s", f)
			}
		}
	}
	b.have(t, rival)

	// It changes, is renamed, hidden, and comes back.
	b.Advance(time.Minute)
	b.edit(green, kettle("red-kettle", "Red kettle", 2000, 0))
	b.hear(t, "products/update", green)
	b.have(t, shop, "red-kettle")
	another := b.sell("green-kettle", "Another", 500, 1) // has the old handle
	b.hear(t, "products/create", another)
	b.have(t, shop, "green-kettle", "red-kettle")
	b.hear(t, "products/delete", green)
	b.have(t, shop, "green-kettle")
	draft, hidden := kettle("red-kettle", "Red kettle", 2000, 0), kettle("green-kettle", "Another", 500, 1)
	draft.Status, hidden.URL = "DRAFT", ""
	b.edit(green, draft)
	b.edit(another, hidden)
	b.hear(t, "products/update", green)
	b.hear(t, "products/update", another)
	b.have(t, shop)
	b.edit(another, kettle("green-kettle", "Another", 500, 1))
	b.hear(t, "products/update", another)
	b.have(t, shop, "green-kettle")
	b.Shopify.Remove(string(domain), "green-kettle")
	b.hear(t, "products/update", another) // it is gone by the time it is read
	b.have(t, shop)
}

// Products are read page by page, each page a message of its own; what is gone from
// the shop goes here, too.
func TestAllProductsAreRead(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	var want []string
	var first int64
	for i := range 45 {
		if n := b.sell(fmt.Sprint("p", i), "Product", 100, 1); i == 0 {
			first = n
		}
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
	if subscribed := b.Shopify.Subscriptions(string(domain)); len(subscribed) != 9 || subscribed["APP_UNINSTALLED"] != "https://api.test/api/shopify/webhook" {
		t.Errorf("subscribed to %v", subscribed)
	}
	if items := b.items(t, "T#demo"); len(items) < 90 {
		t.Errorf("%d items", len(items))
	}

	// A day later one subscription is missing, and two products have changed.
	b.Advance(24 * time.Hour)
	b.Shopify.Unsubscribe(string(domain), "PRODUCTS_DELETE")
	b.edit(first, kettle("p0", "Product", 200, 1))
	b.asked()
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Check: true}))
	if n := b.run(t); n != 1 {
		t.Errorf("%d pages", n)
	}
	made := 0
	for _, operation := range b.asked() {
		if operation == "Subscribe" {
			made++
		}
	}
	if made != 1 || len(b.Shopify.Subscriptions(string(domain))) != 9 {
		t.Errorf("%d subscriptions made", made)
	}
	if got, err := b.catalogue.ByHandles(t.Context(), shop, "p0"); err != nil || got[0].Variants[0].Price.Minor != 200 {
		t.Errorf("%+v, %v", got, err)
	}
	b.have(t, shop, want...)

	// What no webhook told of is noticed when everything is read.
	for i := 30; i < 45; i++ {
		b.Shopify.Remove(string(domain), fmt.Sprint("p", i))
	}
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
	green := b.sell("green-kettle", "Green kettle", 1925, 3)
	at := b.Clock.Now()
	same := func(e *shopify.Event) { e.Key = strings.Repeat("a", 64); e.TriggeredAt = at }
	b.hear(t, "products/update", green, same)
	for _, later := range []time.Duration{0, 6 * time.Minute, 2 * time.Hour, 3 * 24 * time.Hour, 6*24*time.Hour + 23*time.Hour} {
		b.Clock.SetOffset(at.Add(later).Sub(at))
		b.asked()
		b.hear(t, "products/update", green, same)
		if asked := b.asked(); len(asked) != 0 {
			t.Errorf("after %s: asked %+v", later, asked)
		}
	}
	// What was cut short is handled again.
	b.Clock.SetOffset(0)
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Operation: "BatchWriteItem", Kind: faults.Error}))
	d := shopify.Event{Key: strings.Repeat("b", 64), Topic: "products/update", TriggeredAt: at, Object: fmt.Sprint(green)}
	if err := b.work(t.Context(), shopify.Work{Tenant: shop, Shop: domain, Event: &d}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("error %v", err)
	}
	b.Faults.Clear()
	b.asked()
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Shop: domain, Event: &d}))
	if asked := b.asked(); len(asked) != 1 {
		t.Errorf("asked %+v", asked)
	}
}

// Scenario 46: an uninstalled shop is disconnected at once, unless it was installed
// again since.
func TestUninstalled(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	green := b.sell("green-kettle", "Green kettle", 1925, 3)
	b.hear(t, "products/update", green)
	b.Advance(time.Hour)
	b.connect(t, shop) // again
	b.hear(t, "app/uninstalled", 1, func(e *shopify.Event) { e.TriggeredAt = b.Clock.Now().Add(-30 * time.Minute) })
	conn, err := b.connections.Get(t.Context(), shop)
	if err != nil || conn.State != shopify.Connected {
		t.Errorf("%+v, %v", conn.State, err)
	}
	b.Advance(time.Hour)
	b.hear(t, "app/uninstalled", 1)
	conn, err = b.connections.Get(t.Context(), shop)
	if err != nil || conn.State != shopify.Disconnected {
		t.Errorf("%+v, %v", conn.State, err)
	}
	for _, i := range b.items(t, "T#demo") {
		if i["tokens"] != nil {
			t.Error("tokens are left")
		}
	}
	// Nothing more is done for it.
	b.asked()
	b.hear(t, "products/update", green)
	must(t, b.work(t.Context(), shopify.Work{Tenant: shop, Check: true, Whole: true}))
	b.run(t)
	if asked := b.asked(); len(asked) != 0 {
		t.Errorf("asked %+v", asked)
	}
	b.have(t, shop, "green-kettle") // until the shop is redacted
	b.Advance(48 * time.Hour)
	b.hear(t, "shop/redact", 0)
	b.have(t, shop)
	for _, partition := range []string{"T#demo#P", "X#shop#"} {
		if items := b.items(t, partition); len(items) != 0 {
			t.Errorf("%s holds %v", partition, items)
		}
	}
	b.hear(t, "shop/redact", 0) // of nobody's shop by now
}

func TestARedactedShopThatCameBackStays(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	green := b.sell("green-kettle", "Green kettle", 1925, 3)
	b.hear(t, "products/update", green)
	b.hear(t, "app/uninstalled", 1, func(e *shopify.Event) { e.TriggeredAt = b.Clock.Now() })
	b.Advance(time.Hour)
	b.connect(t, shop)
	b.hear(t, "shop/redact", 0)
	b.have(t, shop, "green-kettle")
	if conn, err := b.connections.Get(t.Context(), shop); err != nil || conn.State != shopify.Connected {
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
	b.hear(t, "customers/data_request", 0, people, func(e *shopify.Event) { e.Request = "9999" })
	b.hear(t, "customers/data_request", 0, people, func(e *shopify.Event) { e.Request = "9999" }) // another delivery of it
	must(t, b.store.Leave(t.Context(), shop))
	b.hear(t, "customers/redact", 0, people)
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
	b.Shopify.Revoke(string(domain))
	b.hear(t, "products/update", 7)
	if conn, err := b.connections.Get(t.Context(), shop); err != nil || conn.State != shopify.Reconnect {
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
