package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/local/localtest/storetest"
	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/commerce/shopify"
	"omniops/shared/id"
	"omniops/shared/subject"
)

const (
	shop   = id.Tenant("demo")
	former = id.Tenant("former")
	domain = shopify.Shop(sandbox.DemoShop)
	now    = "2026-11-24T09:30:00Z"
)

// bench is the function on local services, with a connected shop.
type bench struct {
	*localtest.Cloud
	*localtest.Outside
	store   *shopify.Client // connects and disconnects it
	handler http.Handler
	url     string
	client  *http.Client
	queue   string
}

func newBench(t *testing.T, secrets ...string) *bench {
	t.Helper()
	c := localtest.Start(t)
	if len(secrets) == 0 {
		secrets = []string{localtest.ShopifySecret}
	}
	s := settings{
		Table: c.Env(t, "shopify-webhook", "TABLE_NAME"), Queue: c.Env(t, "shopify-webhook", "SHOP_QUEUE_URL"),
		ClientSecret: boot.NewSecret(strings.Join(secrets, ",")), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	}
	b := &bench{Cloud: c, Outside: c.Outside(t, ""), client: contract.Client(t), queue: s.Queue}
	b.store = storetest.Client(t, c, b.Outside, "shopify-sync")
	var err error
	b.handler, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s)
	must(t, err)
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *bench) connect(t *testing.T, name id.Tenant) {
	t.Helper()
	storetest.Connect(t, b.Cloud, b.Outside, b.store, name, sandbox.DemoShop)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func sign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// headers are those of a delivery.
func headers(topic, event, body string) http.Header {
	h := http.Header{}
	for name, value := range map[string]string{
		"X-Shopify-Topic": topic, "X-Shopify-Hmac-Sha256": sign(localtest.ShopifySecret, body), "X-Shopify-Shop-Domain": string(domain),
		"X-Shopify-API-Version": "2026-10", "X-Shopify-Webhook-Id": "delivery-of-" + event, "X-Shopify-Event-Id": event, "X-Shopify-Triggered-At": now,
	} {
		h.Set(name, value)
	}
	return h
}

func (b *bench) post(t *testing.T, h http.Header, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/api/shopify/webhook", strings.NewReader(body))
	must(t, err)
	req.Header = h.Clone()
	req.Header.Set("Content-Type", "application/json")
	resp, err := b.client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func (b *bench) want(t *testing.T, h http.Header, body string, want int) {
	t.Helper()
	if status := b.post(t, h, body); status != want {
		t.Errorf("%s: %d, want %d", h.Get("X-Shopify-Topic"), status, want)
	}
}

// queued takes the messages that wait, with their groups.
func (b *bench) queued(t *testing.T) (all []shopify.Work, raw string) {
	t.Helper()
	client := sqs.NewFromConfig(b.AWS)
	for {
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &b.queue, MaxNumberOfMessages: 10})
		must(t, err)
		if len(out.Messages) == 0 {
			return all, raw
		}
		for _, m := range out.Messages {
			var work shopify.Work
			must(t, json.Unmarshal([]byte(*m.Body), &work))
			all, raw = append(all, work), raw+*m.Body
			_, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &b.queue, ReceiptHandle: m.ReceiptHandle})
			must(t, err)
		}
	}
}

const product = `{"id":788032119674292922,"title":"Green kettle","vendor":"Kettle & Co"}`

func TestAnEventIsQueuedByItsNumbers(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	b.want(t, headers("products/update", "e1", product), product, 200)
	order := `{"id":42,"email":"jane@example.com","customer":{"id":7,"first_name":"Jane"}}`
	b.want(t, headers("orders/updated", "e2", order), order, 200)
	got, raw := b.queued(t)
	at, _ := time.Parse(time.RFC3339, now)
	event := func(topic, name, object string) shopify.Work {
		d := shopify.Delivery{Shop: domain, Topic: topic, Event: name}
		return shopify.Work{Tenant: shop, Shop: domain, Event: &shopify.Event{Key: d.Key(), Topic: topic, TriggeredAt: at, ReceivedAt: at, Object: object}}
	}
	if diff := cmp.Diff([]shopify.Work{event("products/update", "e1", "788032119674292922"), event("orders/updated", "e2", "42")}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, personal := range []string{"jane", "Jane", "kettle\""} {
		if strings.Contains(raw, personal) {
			t.Errorf("the queue holds %q: %s", personal, raw)
		}
	}
}

// Scenario 1 and the half of 2 that is this function's: however often an event is
// delivered, each delivery is answered 2xx, and within the queue's window it is one
// message.
func TestTheSameEventFiftyTimesAtOnce(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() { b.want(t, headers("products/update", "e1", product), product, 200) })
	}
	group.Wait()
	if got, _ := b.queued(t); len(got) != 1 {
		t.Errorf("%d messages", len(got))
	}
	// One event under two topics is two messages.
	b.want(t, headers("products/create", "e1", product), product, 200)
	if got, _ := b.queued(t); len(got) != 1 {
		t.Errorf("%d messages", len(got))
	}
}

// Scenario 5.
func TestOnlyWhatTheSecretSignsIsTaken(t *testing.T) {
	claim.Proves(t, "C067")
	b := newBench(t)
	b.connect(t, shop)
	with := func(change func(http.Header)) http.Header {
		h := headers("products/update", "e1", product)
		change(h)
		return h
	}
	set := func(name, value string) func(http.Header) { return func(h http.Header) { h.Set(name, value) } }
	del := func(name string) func(http.Header) { return func(h http.Header) { h.Del(name) } }
	good := sign(localtest.ShopifySecret, product)
	other := func(h http.Header) { // the names of the newer system
		for _, name := range []string{"Hmac-Sha256", "Topic", "Shop-Domain", "Webhook-Id", "Triggered-At"} {
			h.Set("Shopify-"+name, h.Get("X-Shopify-"+name))
		}
		for name := range h {
			if strings.HasPrefix(name, "X-Shopify-") {
				delete(h, name)
			}
		}
	}
	for name, c := range map[string]struct {
		header http.Header
		body   string
		want   int
	}{
		"as sent":              {with(func(http.Header) {}), product, 200},
		"the other names":      {with(other), product, 200},
		"without an event id":  {with(del("X-Shopify-Event-Id")), product, 200},
		"forged":               {with(set("X-Shopify-Hmac-Sha256", sign("another", product))), product, 401},
		"a flipped byte":       {with(func(http.Header) {}), strings.Replace(product, "G", "g", 1), 401},
		"a flipped digit":      {with(set("X-Shopify-Hmac-Sha256", "A"+good[1:])), product, 401},
		"no signature":         {with(del("X-Shopify-Hmac-Sha256")), product, 401},
		"in hexadecimal":       {with(set("X-Shopify-Hmac-Sha256", "sha256="+strings.Repeat("0", 64))), product, 401},
		"two signatures":       {with(func(h http.Header) { h.Add("X-Shopify-Hmac-Sha256", good) }), product, 401},
		"both families":        {with(set("Shopify-Hmac-Sha256", good)), product, 401},
		"a topic of the other": {with(func(h http.Header) { other(h); h.Del("Shopify-Topic"); h.Set("X-Shopify-Topic", "products/update") }), product, 400},
		"a topic of each":      {with(set("Shopify-Topic", "products/delete")), product, 400},
		"a shop of each":       {with(func(h http.Header) { other(h); h.Set("X-Shopify-Shop-Domain", "other.myshopify.com") }), product, 400},
		"a name of the other":  {with(set("shopify-handle", "main")), product, 400},
		"mixed, and forged":    {with(func(h http.Header) { h.Set("Shopify-Topic", "x"); h.Set("X-Shopify-Hmac-Sha256", "x") }), product, 401},
		"no topic":             {with(del("X-Shopify-Topic")), product, 400},
		"no shop":              {with(del("X-Shopify-Shop-Domain")), product, 400},
		"no event":             {with(func(h http.Header) { h.Del("X-Shopify-Event-Id"); h.Del("X-Shopify-Webhook-Id") }), product, 400},
		"a shop that is none":  {with(set("X-Shopify-Shop-Domain", "kettle-and-co.myshopify.com.evil.example")), product, 400},
		"a strange topic":      {with(set("X-Shopify-Topic", "products/update#x")), product, 400},
		"nobody's shop":        {with(set("X-Shopify-Shop-Domain", "other.myshopify.com")), product, 200},
		"too large":            {with(set("X-Shopify-Hmac-Sha256", sign(localtest.ShopifySecret, strings.Repeat(" ", maxDelivery+1)))), strings.Repeat(" ", maxDelivery+1), 413},
		"forged, of nobody's shop": {with(func(h http.Header) {
			h.Set("X-Shopify-Shop-Domain", "other.myshopify.com")
			h.Set("X-Shopify-Hmac-Sha256", "x")
		}), product, 401},
		"a privacy topic, forged":   {with(func(h http.Header) { h.Set("X-Shopify-Topic", "customers/redact"); h.Set("X-Shopify-Hmac-Sha256", "x") }), product, 401},
		"a privacy topic, unsigned": {with(func(h http.Header) { h.Set("X-Shopify-Topic", "shop/redact"); h.Del("X-Shopify-Hmac-Sha256") }), product, 401},
	} {
		t.Run(name, func(t *testing.T) {
			b.want(t, c.header, c.body, c.want)
			got, _ := b.queued(t)
			if name == "as sent" || name == "the other names" || name == "without an event id" {
				if len(got) > 1 { // one event under two names may be queued twice
					t.Errorf("%d messages", len(got))
				}
				return
			}
			if len(got) != 0 {
				t.Errorf("queued %+v", got)
			}
		})
	}
}

func TestTwoSecretsWhileOneIsChanged(t *testing.T) {
	for name, c := range map[string]struct {
		secrets []string
		want    int
	}{"both": {[]string{"shpss_new", localtest.ShopifySecret}, 200}, "the new alone": {[]string{"shpss_new"}, 401}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.secrets...)
			b.want(t, headers("products/update", "e1", product), product, c.want)
			h := headers("products/update", "e2", product)
			h.Set("X-Shopify-Hmac-Sha256", sign("shpss_new", product))
			b.want(t, h, product, 200)
		})
	}
}

// What the privacy law asks for leaves as keyed hashes, for everybody who may hold
// something of the shop's customers.
func TestAPrivacyRequestLeavesAsHashes(t *testing.T) {
	claim.Proves(t, "C067")
	b := newBench(t)
	b.connect(t, former)
	must(t, b.store.Leave(t.Context(), former))
	b.connect(t, shop)
	people, err := subject.New([]byte(localtest.SessionSecret))
	must(t, err)
	hashes := func(name id.Tenant) []id.Subject {
		mail, err := people.OfEmail(name, "jane@example.com")
		must(t, err)
		phone, err := people.OfPhone(name, "+44 1632 960123")
		must(t, err)
		return []id.Subject{mail, phone, people.OfOrder(name, "299938"), people.OfOrder(name, "8230007316786")}
	}
	body := `{"shop_id":1,"shop_domain":"kettle-and-co.myshopify.com","orders_requested":[299938,8230007316786],"customer":{"id":191167,"email":"Jane@Example.com","phone":"+44 1632 960123"},"data_request":{"id":9999}}`
	b.want(t, headers("customers/data_request", "e1", body), body, 200)
	got, raw := b.queued(t)
	if len(got) != 2 || got[0].Tenant != shop || got[1].Tenant != former {
		t.Fatalf("queued %+v", got)
	}
	for _, w := range got {
		if diff := cmp.Diff(hashes(w.Tenant), w.Event.Subjects); diff != "" || w.Event.Request != "9999" {
			t.Errorf("%s: %+v\n%s", w.Tenant, w.Event, diff)
		}
	}
	for _, personal := range []string{"jane", "Jane", "1632", "191167", "299938", "8230007316786"} {
		if strings.Contains(raw, personal) {
			t.Errorf("the queue holds %q: %s", personal, raw)
		}
	}
	for name, body := range map[string]string{
		"no customer": `{"shop_id":1}`, "only a phone": `{"customer":{"phone":"+441632960123"}}`, "nulls": `{"customer":{"id":1,"email":null,"phone":null}}`,
		"no address": `{"customer":{"email":"nobody","phone":"12"}}`,
	} {
		b.want(t, headers("customers/redact", name, body), body, 200)
		if got, _ := b.queued(t); len(got) != 2 {
			t.Errorf("%s: %d messages", name, len(got))
		}
	}
	for name, body := range map[string]string{"no JSON": `{`, "an order without a number": `{"orders_to_redact":[1.5]}`} {
		b.want(t, headers("customers/redact", name, body), body, 400)
	}
	// The law holds after the shop was disconnected, while the rest is dropped.
	must(t, b.store.Leave(t.Context(), shop))
	b.Advance(time.Minute)
	b.want(t, headers("products/update", "e9", product), product, 200)
	if got, _ := b.queued(t); len(got) != 0 {
		t.Errorf("queued %+v", got)
	}
	b.want(t, headers("customers/redact", "e10", body), body, 200)
	if got, _ := b.queued(t); len(got) != 2 {
		t.Errorf("%d messages", len(got))
	}
}

// Warm, a delivery takes one call to AWS.
func TestOneCallWhenWarm(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	b.want(t, headers("products/update", "e0", product), product, 200)
	b.Dynamo.ResetMeter()
	for _, event := range []string{"e1", "e2", "e3"} {
		b.want(t, headers("products/update", event, product), product, 200)
	}
	if calls := b.Dynamo.Meter().Total().Requests; calls != 0 {
		t.Errorf("%d calls to DynamoDB", calls)
	}
	b.Advance(time.Minute)
	b.want(t, headers("products/update", "e4", product), product, 200)
	if calls := b.Dynamo.Meter().Total().Requests; calls != 1 {
		t.Errorf("%d calls to DynamoDB", calls)
	}
}

func TestWithoutItsServices(t *testing.T) {
	for _, service := range []string{"dynamodb", "sqs"} {
		b := newBench(t)
		b.connect(t, shop)
		must(t, b.Faults.Replace(faults.Rule{Service: service, Kind: faults.Error}))
		b.want(t, headers("products/update", "e1", product), product, 503)
		b.Faults.Clear()
		b.want(t, headers("products/update", "e1", product), product, 200)
		if got, _ := b.queued(t); len(got) != 1 {
			t.Errorf("%d messages after %s was down", len(got), service)
		}
	}
}

func TestTheSampleEvent(t *testing.T) {
	b := newBench(t)
	b.connect(t, shop)
	var e events.APIGatewayProxyRequest
	contract.Sample(t, "shopify-webhook/post.json", &e)
	if answer := apigw.Buffered(t.Context(), b.handler, &e); answer.StatusCode != 200 {
		t.Errorf("%d: %s", answer.StatusCode, answer.Body)
	}
	if got, _ := b.queued(t); len(got) != 1 || got[0].Event.Object != "788032119674292922" {
		t.Errorf("queued %+v", got)
	}
}
