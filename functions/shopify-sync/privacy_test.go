package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/localtest"
	"omniops/shared/claim"
	"omniops/shared/commerce"
	"omniops/shared/commerce/proof"
	"omniops/shared/commerce/shopify"
	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/subject"
	"omniops/shared/table"
)

const keep = 90 * inventory.Day

// records are the bench's with what holds people's data: conversations, who they
// are of, and the worker that erases them.
type records struct {
	*bench
	people *subject.Hasher
	links  *proof.Links
	eraser *rights.Eraser
}

func newRecords(t *testing.T) *records {
	t.Helper()
	b := newBench(t)
	people, err := subject.New([]byte(localtest.SessionSecret))
	must(t, err)
	keys := table.New(b.AWS, b.Env(t, "chat-reply", "KEY_TABLE_NAME"), b.Clock.Now)
	keyring := seal.NewKeyring(b.AWS, keys, b.Env(t, "chat-reply", "KEYRING_KEY_ID"))
	main := table.New(b.AWS, b.name, b.Clock.Now)
	return &records{b, people, &proof.Links{People: people, Requests: b.requests, Shops: b.connections}, &rights.Eraser{
		Requests: b.requests, Ledger: rights.NewLedger(keys), Chats: conversation.NewStore(main, keyring), Keys: keyring, Now: b.Clock.Now,
	}}
}

func refOf(c id.Conversation) conversation.Ref {
	return conversation.Ref{Tenant: shop, Conversation: c, Shopper: id.Shopper("of-" + c)}
}

// chat makes a conversation, with what the model was sent for it.
func (r *records) chat(t *testing.T, c id.Conversation) {
	t.Helper()
	thread, err := r.eraser.Chats.Read(t.Context(), refOf(c), keep, 0)
	must(t, err)
	m, err := r.eraser.Chats.Begin(t.Context(), refOf(c), thread, conversation.Head{Domain: "demo.example", Language: "en"}, seal.Clear("Where is it?"), fmt.Sprintf("key-%05d", len(thread.Messages)), keep)
	must(t, err)
	_, err = r.eraser.Chats.Finish(t.Context(), refOf(c), conversation.Answer{Ledger: "what the model was sent", Message: conversation.Message{
		Turn: m.Turn, Author: conversation.Assistant, Text: seal.Clear("It is on its way."), State: conversation.Complete,
	}}, keep)
	must(t, err)
}

// proved makes a conversation in which an order was proved by an address.
func (r *records) proved(t *testing.T, c id.Conversation, order id.Order, mail string) {
	t.Helper()
	r.chat(t, c)
	must(t, r.links.Note(t.Context(), shop, commerce.Grant{Order: order, Contact: commerce.Contact{Email: mail}}, c))
}

// carryOut has all accepted requests for erasure carried out, to their receipts.
func (r *records) carryOut(t *testing.T) {
	t.Helper()
	for range 2 {
		all, err := r.requests.List(t.Context(), shop)
		must(t, err)
		for _, q := range all {
			if q.Kind == rights.Erase {
				must(t, r.eraser.Erase(t.Context(), shop, q.ID))
			}
		}
		r.Advance(10 * time.Minute)
	}
}

// held lists the conversations of which anything can be read, or is stored but for
// the mark that they are erased.
func (r *records) held(t *testing.T, among ...id.Conversation) (found []id.Conversation) {
	t.Helper()
	for _, c := range among {
		thread, err := r.eraser.Chats.Read(t.Context(), refOf(c), keep, 0)
		must(t, err)
		n := len(thread.Messages)
		for _, i := range r.items(t, "T#demo#C#"+string(c)) {
			if i["body"] != nil {
				n++
			}
		}
		if n > 0 {
			found = append(found, c)
		}
	}
	return found
}

func (r *records) redact(t *testing.T, topic string, event *shopify.Event) {
	t.Helper()
	r.hear(t, topic, 0, func(e *shopify.Event) { e.Subjects, e.Request = event.Subjects, event.Request })
}

// A customer whom Shopify wants forgotten is found by the orders that are named, too:
// by a guest's that no address came with, and by one that was proved through an
// address that the customer has no more (C067).
func TestACustomerIsErasedByTheirOrders(t *testing.T) {
	claim.Proves(t, "C067")
	r := newRecords(t)
	r.connect(t, shop)
	r.proved(t, "c1", "299938", "jane@example.com")
	r.proved(t, "c2", "299939", "jane.before@example.com")
	r.proved(t, "c3", "299940", "eve@example.com")
	r.chat(t, "c4") // of nobody in particular
	all := []id.Conversation{"c1", "c2", "c3", "c4"}
	if held := r.held(t, all...); len(held) != 4 {
		t.Fatalf("held are %q", held)
	}
	r.redact(t, "customers/redact", &shopify.Event{Subjects: r.people.Known(shop, "", "", "299938", "299939")})
	r.carryOut(t)
	if held := r.held(t, all...); !slices.Equal(held, []id.Conversation{"c3", "c4"}) {
		t.Errorf("held are %q", held)
	}
	requests, err := r.requests.List(t.Context(), shop)
	must(t, err)
	if len(requests) != 1 || requests[0].State != rights.Done || requests[0].Source != rights.FromShopify || len(requests[0].Receipt) == 0 {
		t.Errorf("%+v", requests)
	}
}

// What an uninstalled shop wants erased is every conversation in which one of its
// orders was proved, with what the models were sent of it, and no other; carried out
// by the engine that answers people's own requests, with a receipt (C067).
func TestAShopsRecordsAreErased(t *testing.T) {
	claim.Proves(t, "C067")
	r := newRecords(t)
	r.connect(t, shop)
	var proved []id.Conversation
	for i := range perRequest + 3 {
		c := id.Conversation(fmt.Sprintf("c%03d", i))
		proved = append(proved, c)
		must(t, r.links.Note(t.Context(), shop, commerce.Grant{Order: id.Order(fmt.Sprint(1000 + i)), Contact: commerce.Contact{Email: "x@example.com"}}, c))
	}
	chats := []id.Conversation{proved[0], proved[len(proved)-1]}
	for _, c := range chats {
		r.chat(t, c)
	}
	r.chat(t, "other")
	r.hear(t, "app/uninstalled", 1)
	r.Advance(48 * time.Hour)
	event := &shopify.Event{Subjects: []id.Subject{r.people.OfShop(shop, string(domain))}}
	r.redact(t, "shop/redact", event)
	r.redact(t, "shop/redact", event) // comes twice
	requests, err := r.requests.List(t.Context(), shop)
	must(t, err)
	var named []id.Conversation
	for _, q := range requests {
		named = append(named, q.Conversations...)
		if q.Kind != rights.Erase || q.Law != rights.ShopifyTerms || len(q.Conversations) > perRequest {
			t.Errorf("%s by %s of %d conversations", q.Kind, q.Law, len(q.Conversations))
		}
	}
	slices.Sort(named)
	if len(requests) != 2 || !slices.Equal(named, proved) {
		t.Errorf("%d requests name %d conversations", len(requests), len(named))
	}
	r.carryOut(t)
	if held := r.held(t, append(chats, "other")...); !slices.Equal(held, []id.Conversation{"other"}) {
		t.Errorf("held are %q", held)
	}
	if left, err := r.requests.Linked(t.Context(), shop, event.Subjects[0]); err != nil || len(left) != 0 {
		t.Errorf("%d links are left, %v", len(left), err)
	}
}

// A shop that comes back within the 48 hours keeps its conversations.
func TestAShopThatCameBackKeepsItsRecords(t *testing.T) {
	r := newRecords(t)
	r.connect(t, shop)
	r.proved(t, "c1", "299938", "jane@example.com")
	r.hear(t, "app/uninstalled", 1)
	r.Advance(time.Hour)
	r.connect(t, shop)
	r.Advance(47 * time.Hour)
	r.redact(t, "shop/redact", &shopify.Event{Subjects: []id.Subject{r.people.OfShop(shop, string(domain))}})
	r.carryOut(t)
	if held := r.held(t, "c1"); len(held) != 1 {
		t.Error("it is gone")
	}
}

// Scenario 34: what Shopify sends again of a customer who was erased brings nothing
// of them back, until they themselves prove an order anew.
func TestAnErasedCustomerWhoIsSentAgain(t *testing.T) {
	claim.Proves(t, "C067")
	r := newRecords(t)
	r.connect(t, shop)
	jane := r.people.Known(shop, "jane@example.com", "", "299938")
	r.proved(t, "c1", "299938", "jane@example.com")
	r.redact(t, "customers/redact", &shopify.Event{Subjects: jane})
	r.carryOut(t)
	before := r.items(t, "T#demo")
	for topic, number := range map[string]int64{"orders/updated": 299938, "orders/edited": 299938, "orders/cancelled": 299938, "customers/update": 191167} {
		r.hear(t, topic, number)
	}
	r.redact(t, "customers/redact", &shopify.Event{Subjects: jane}) // and once more, as a request of its own
	r.redact(t, "customers/data_request", &shopify.Event{Subjects: jane, Request: "9999"})
	r.carryOut(t)
	for _, i := range r.items(t, "T#demo") {
		key := fmt.Sprint(i["PK"], i["SK"])
		known := slices.ContainsFunc(before, func(b map[string]types.AttributeValue) bool { return fmt.Sprint(b["PK"], b["SK"]) == key })
		if !known && !strings.Contains(key, "SHOPIFY#") && !strings.Contains(key, "REQ#") { // that an event was handled, and the requests
			t.Errorf("new is %s", key)
		}
	}
	for _, who := range jane {
		if at, err := r.requests.ErasedAt(t.Context(), shop, who); err != nil || at.IsZero() {
			t.Errorf("the ledger forgot %s: %v", who, err)
		}
		if linked, err := r.requests.Linked(t.Context(), shop, who); err != nil || len(linked) != 0 {
			t.Errorf("%s is linked to %q, %v", who, linked, err)
		}
	}
	if held := r.held(t, "c1"); len(held) != 0 {
		t.Error("the conversation is back")
	}
	// She comes back of her own accord, and may be forgotten again.
	r.proved(t, "c2", "300000", "jane@example.com")
	if linked, err := r.requests.Linked(t.Context(), shop, jane[0]); err != nil || !slices.Equal(linked, []id.Conversation{"c2"}) || len(r.held(t, "c2")) != 1 {
		t.Errorf("she is linked to %q, %v", linked, err)
	}
	r.redact(t, "customers/redact", &shopify.Event{Subjects: r.people.Known(shop, "jane@example.com", "")})
	r.carryOut(t)
	if held := r.held(t, "c2"); len(held) != 0 {
		t.Error("what she wrote since is kept")
	}
}
