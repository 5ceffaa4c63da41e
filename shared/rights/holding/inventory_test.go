package holding_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/localtest"
	"omniops/local/localtest/storetest"
	"omniops/local/sandbox/shopify"
	"omniops/shared/audit"
	"omniops/shared/channel"
	"omniops/shared/claim"
	"omniops/shared/commerce"
	"omniops/shared/consent"
	"omniops/shared/consent/analytics"
	"omniops/shared/conversation"
	"omniops/shared/feedback"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/object"
	"omniops/shared/rights"
	"omniops/shared/rights/holding"
	"omniops/shared/ropa"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop   = id.Tenant("demo")
	keep   = 90 * inventory.Day
	settle = 10 * time.Minute
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bench is a shop with everything that is kept about its shoppers.
type bench struct {
	*localtest.Cloud
	holding.Places
	platform commerce.Platform
	requests *rights.Store
	chats    *conversation.Store
	actions  *commerce.Actions
	receipts *consent.Store
	events   *analytics.Store
	threads  *channel.Threads
	veil     *channel.Veil
	log      *audit.Log
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	const f = "order-execute"
	main, keys := table.New(c.AWS, c.Env(t, f, "TABLE_NAME"), c.Clock.Now), table.New(c.AWS, c.Env(t, f, "KEY_TABLE_NAME"), c.Clock.Now)
	b := &bench{Cloud: c, Places: holding.Places{
		Main: main, Keys: keys, Ring: seal.NewKeyring(c.AWS, keys, c.Env(t, f, "KEYRING_KEY_ID")), Bucket: object.NewBucket(c.AWS, c.Env(t, "privacy-export", "CONTENT_BUCKET")),
		Notes: rights.NewNotes(seal.NewSecrets(c.AWS, c.Env(t, f, "SECRETS_KEY_ID"))), Secret: []byte(localtest.SessionSecret), Now: c.Clock.Now,
	}}
	var err error
	b.requests, err = rights.NewStore(main, b.Secret)
	must(t, err)
	b.veil, err = channel.NewVeil(b.Secret)
	must(t, err)
	b.log, err = audit.New(main, b.Secret, "test")
	must(t, err)
	b.chats, b.actions = conversation.NewStore(main, b.Ring), commerce.NewActions(main, b.Ring)
	b.receipts, b.events, b.threads = consent.NewStore(main), analytics.NewStore(main), channel.NewThreads(main, b.Ring, b.veil)
	outside := c.Outside(t, "")
	client := storetest.Client(t, c, outside, f)
	storetest.Connect(t, c, outside, client, shop, shopify.DemoShop)
	b.platform = client
	_, err = commerce.NewRuleBook(main).Set(t.Context(), shop, commerce.Rules{Cancel: commerce.Rule{Automatic: true, Excluded: []string{}}})
	must(t, err)
	must(t, tenant.NewStore(main).Save(t.Context(), tenant.Account{
		Tenant: shop, Name: "Kettle & Co", Domains: []string{"shop.example"}, SiteURL: "https://shop.example", ContactEmail: "help@shop.example", CreatedAt: c.Clock.Now(),
	}.WithDefaults()))
	return b
}

// somebody is a person with a chat on the site, a thread on WhatsApp and a browser.
type somebody struct {
	name    string
	chat    conversation.Ref // on the site
	account channel.Account
	thread  id.Conversation
	there   conversation.Ref // the thread's
	subject id.Subject
	visitor id.Visitor
}

func (b *bench) somebody(name string) somebody {
	s := somebody{
		name: name, chat: conversation.Ref{Tenant: shop, Conversation: id.Conversation(name + "-chat"), Shopper: id.Shopper(name + "-shopper")},
		account: channel.Account{Kind: channel.WhatsApp, ID: "4004004004"}, thread: id.Conversation(name + "-thread"), subject: id.Subject(name + "-subject"), visitor: id.Visitor(name + "-visitor"),
	}
	s.there = conversation.Ref{Tenant: shop, Conversation: b.veil.Conversation(s.thread, 0), Shopper: b.veil.Shopper(s.thread, 0)}
	return s
}

// word is a text that is this person's and of this kind of record.
func (s somebody) word(record string) string {
	return s.name + "s-" + strings.ReplaceAll(record, ".", "-") + "-canary"
}

// said has a person write and be answered.
func (b *bench) said(ctx context.Context, ref conversation.Ref, domain, text, answer string) error {
	thread, err := b.chats.Read(ctx, ref, keep, 0)
	if err != nil {
		return err
	}
	m, err := b.chats.Begin(ctx, ref, thread, conversation.Head{Domain: domain, Language: "en"}, seal.Clear(text), "key-"+text, keep)
	if err != nil {
		return err
	}
	_, err = b.chats.Finish(ctx, ref, reply(m.Turn, answer, "the first model call"), keep)
	return err
}

func reply(turn int, text, ledger string) conversation.Answer {
	return conversation.Answer{Ledger: ledger, Message: conversation.Message{Turn: turn, Author: conversation.Assistant, Text: seal.Clear(text), State: conversation.Complete}}
}

// proved proves an order in a chat.
func (b *bench) proved(ctx context.Context, s somebody, number string) (commerce.Order, []commerce.Grant, error) {
	verifier := commerce.NewVerifier(b.Main, b.Ring, b.Secret)
	attempt, _, err := verifier.Begin(ctx, s.chat, commerce.Claimed{Number: number, Contact: commerce.Contact{Email: map[bool]string{true: "john", false: "jane"}[number == "1043"] + ".doe@example.com"}}, "127.0.0.1")
	if err != nil {
		return commerce.Order{}, nil, err
	}
	letter, _, err := verifier.Match(ctx, attempt, b.platform)
	if err != nil {
		return commerce.Order{}, nil, err
	}
	grant, err := verifier.Confirm(ctx, attempt, letter.Code)
	if err != nil {
		return commerce.Order{}, nil, err
	}
	order, err := b.platform.Order(ctx, commerce.Access{Tenant: shop, Purpose: commerce.Support}, grant.Order)
	return order, []commerce.Grant{grant}, err
}

// change carries a change to an order as far as the rules let it.
func (b *bench) change(ctx context.Context, s somebody, number string, w commerce.Wish) error {
	order, grants, err := b.proved(ctx, s, number)
	if err != nil {
		return err
	}
	if w.Kind == commerce.RefundItems || w.Kind == commerce.ReturnRequest {
		w.Items = []commerce.WishItem{{Title: order.Items[0].Title, Quantity: 1}}
	}
	a, err := b.actions.Propose(ctx, s.chat, b.platform, order, w, "en", keep)
	if err != nil {
		return err
	}
	if a.State != commerce.Proposed {
		return fmt.Errorf("it is %s: %s", a.State, a.Receipt)
	}
	if _, _, err := b.actions.Decide(ctx, s.chat, a.ID, commerce.Answer{Confirm: true}, grants); err != nil {
		return err
	}
	_, err = b.actions.Execute(ctx, commerce.Task{Ref: s.chat, Action: a.ID}, b.platform)
	return err
}

// plants puts a real item of each kind of record there, by what puts it there in
// life. Those that follow from an erasure alone have none.
var plants = map[string]func(context.Context, *bench, somebody) error{
	"conversation.message": func(ctx context.Context, b *bench, s somebody) error {
		return b.said(ctx, s.chat, "shop.example", s.word("conversation.message"), "An answer.")
	},
	"conversation.head": func(ctx context.Context, b *bench, s somebody) error {
		return b.said(ctx, s.there, s.account.String(), s.word("conversation.head"), "An answer.")
	},
	"conversation.ai-ledger": func(ctx context.Context, b *bench, s somebody) error { // a second call's answer came too late
		_, err := b.chats.Finish(ctx, s.chat, reply(1, "Another.", s.word("conversation.ai-ledger")), keep)
		if err == nil {
			return fmt.Errorf("the second answer was taken")
		}
		return nil
	},
	"conversation.standing": func(ctx context.Context, b *bench, s somebody) error {
		return b.chats.Choose(ctx, s.chat, conversation.OptedOut, true)
	},
	"feedback.note": func(ctx context.Context, b *bench, s somebody) error {
		n, err := feedback.New(feedback.Opinion, 4, s.word("feedback.note"))
		if err != nil {
			return err
		}
		_, err = feedback.NewStore(b.Main, b.Ring).Add(ctx, s.chat, n, keep)
		return err
	},
	"channel.thread": func(ctx context.Context, b *bench, s somebody) error {
		_, err := b.threads.Change(ctx, shop, s.account, s.thread, keep, func(state *channel.Thread) error {
			state.OpenedAt = b.Now()
			return b.threads.Remember(ctx, shop, state, channel.Contact{Person: s.word("channel.thread"), Phone: "+447700900123"}, keep)
		})
		return err
	},
	"channel.place": func(ctx context.Context, b *bench, s somebody) error { // comes with whom a thread is with
		state := channel.Thread{ID: s.thread, Account: s.account, Conversation: s.there.Conversation, Shopper: s.there.Shopper}
		return b.threads.Remember(ctx, shop, &state, channel.Contact{Person: s.name}, keep)
	},
	"channel.wish": func(ctx context.Context, b *bench, s somebody) error {
		return b.threads.Suppress(ctx, shop, channel.Thread{ID: s.thread}, b.Now())
	},
	"commerce.verification": func(ctx context.Context, b *bench, s somebody) error {
		_, _, err := commerce.NewVerifier(b.Main, b.Ring, b.Secret).Begin(ctx, s.chat, commerce.Claimed{Number: s.name, Contact: commerce.Contact{Email: s.name + "@example.com"}}, "127.0.0.1")
		return err
	},
	"commerce.grant": func(ctx context.Context, b *bench, s somebody) error {
		_, _, err := b.proved(ctx, s, "1042")
		return err
	},
	"commerce.action": func(ctx context.Context, b *bench, s somebody) error { // of hers the rules grant it: money moves
		if s.name != "her" {
			return b.change(ctx, s, "1019", commerce.Wish{Kind: commerce.ReturnRequest, Reason: s.word("commerce.action")})
		}
		return b.change(ctx, s, "1057", commerce.Wish{Kind: commerce.Cancel, Reason: s.word("commerce.action")})
	},
	"commerce.approval": func(ctx context.Context, b *bench, s somebody) error { // the rules do not
		number := map[bool]string{true: "1019", false: "1043"}[s.name == "her"] // what has been asked for of an order is not asked for again
		return b.change(ctx, s, number, commerce.Wish{Kind: commerce.RefundItems, Reason: s.word("commerce.approval")})
	},
	"consent.receipt": func(ctx context.Context, b *bench, s somebody) error {
		_, err := b.receipts.Record(ctx, shop, s.visitor, consent.Decision{Choices: consent.Choices{consent.Analytics: true}, Version: consent.Version, Language: "en", Method: consent.ByBanner})
		return err
	},
	"analytics.event": func(ctx context.Context, b *bench, s somebody) error {
		return b.events.Add(ctx, shop, analytics.Event{Visitor: s.visitor, Visit: "0123456789abcdef", Kind: analytics.PageView, Path: "/" + s.word("analytics.event"), Receipt: 1})
	},
	"rights.link": func(ctx context.Context, b *bench, s somebody) error {
		return b.requests.Link(ctx, shop, s.subject, s.chat.Conversation)
	},
	"rights.linked": func(ctx context.Context, b *bench, s somebody) error { // by an order, which her request does not name
		return b.requests.Link(ctx, shop, id.Subject(s.name+"-order"), s.chat.Conversation)
	},
	"rights.request": func(ctx context.Context, b *bench, s somebody) error {
		note, err := b.Notes.Seal(ctx, shop, s.word("rights.request"))
		if err != nil {
			return err
		}
		_, err = b.requests.Accept(ctx, shop, rights.Request{Kind: rights.Complaint, Source: rights.FromShopper, SourceID: s.name, Note: note, Subjects: []id.Subject{s.subject}})
		return err
	},
	"audit.entry": func(ctx context.Context, b *bench, s somebody) error {
		who, err := b.Ring.Pseudonym(ctx, shop, s.chat.Shopper)
		if err != nil {
			return err
		}
		return b.log.Append(ctx, shop, audit.Entry{Actor: audit.Merchant, Action: audit.Read, Record: "conversation.message", Subjects: []string{who}, Why: inventory.CustomerSupport})
	},
}

// order is that in which the plants must go, where it matters.
var order = []string{"channel.place", "conversation.message", "conversation.head", "conversation.ai-ledger", "conversation.standing", "consent.receipt"}

// stay are the records that an erasure leaves. Each is named by the receipt, but for
// the mark that ends a conversation, which names nobody and is needed to keep it so.
var stay = map[string]string{
	"audit.entry": "", "consent.receipt": "", "rights.request": "", "conversation.standing": "the mark that it was erased", "channel.thread": "the mark that it was emptied, for ten days", "channel.wish": "that the person wants no messages, until they say otherwise",
	"rights.erasure": "", "rights.erased": "", "commerce.settlement": "",
}

func (b *bench) rows(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range []string{b.Env(t, "privacy-erase", "TABLE_NAME"), b.Env(t, "privacy-erase", "KEY_TABLE_NAME")} {
		out, err := dynamodb.NewFromConfig(b.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
		must(t, err)
		for _, item := range out.Items {
			text := ""
			for attribute, v := range item {
				switch v := v.(type) {
				case *types.AttributeValueMemberS:
					text += attribute + "=" + v.Value + " "
				case *types.AttributeValueMemberB:
					text += fmt.Sprintf("%s=%q ", attribute, v.Value)
				default:
					text += fmt.Sprintf("%s=%+v ", attribute, v)
				}
			}
			all[item["PK"].(*types.AttributeValueMemberS).Value+"|"+item["SK"].(*types.AttributeValueMemberS).Value] = text
		}
	}
	return all
}

// plant fills every kind of record for a person, and says which rows are of which.
func (b *bench) plant(t *testing.T, s somebody) map[string][]string {
	t.Helper()
	names := slices.Clone(order)
	for name := range plants {
		if !slices.Contains(order, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names[len(order):])
	planted := map[string][]string{}
	before := b.rows(t)
	for _, name := range names {
		if err := plants[name](t.Context(), b, s); err != nil {
			t.Fatalf("plant %s of %s: %v", name, s.name, err)
		}
		after := b.rows(t)
		for key := range after {
			if _, was := before[key]; !was && strings.HasPrefix(key, "T#") && !strings.Contains(key, "#N#") && !strings.HasSuffix(key, "KEY") && !strings.Contains(key, "|DAY#") {
				planted[name] = append(planted[name], key)
			}
		}
		if len(planted[name]) == 0 {
			t.Errorf("nothing of %s is there, so this proves nothing", name)
		}
		before = after
	}
	return planted
}

// about is a request of a person.
func about(kind rights.Kind, s somebody) rights.Request {
	return rights.Request{Kind: kind, Source: rights.FromShopper, SourceID: s.name + string(kind), Subjects: []id.Subject{s.subject}, Conversations: []id.Conversation{s.there.Conversation}, Visitors: []id.Visitor{s.visitor}}
}

func (b *bench) copied(t *testing.T, name id.Request) string {
	t.Helper()
	var raw bytes.Buffer
	_, err := b.Bucket.Stream(t.Context(), rights.FileKey(shop, name), &raw)
	must(t, err)
	z, err := zip.NewReader(bytes.NewReader(raw.Bytes()), int64(raw.Len()))
	must(t, err)
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		content, err := io.ReadAll(r)
		must(t, err)
		fmt.Fprintf(&all, "== %s\n%s\n", f.Name, content)
	}
	return all.String()
}

// Every record that the inventory says is about a shopper is reached by the copy, if
// it belongs in one, and by the erasure, or the receipt says why it stays: tried with
// real items, of her who asks and of him who does not. A new kind of record fails
// here until both reach it. (Targets: L2.)
func TestNothingOfAPersonIsOutOfReach(t *testing.T) {
	claim.Proves(t, "C131", "C149", "C148", "C031", "C067")
	b := newBench(t)
	entries, err := ropa.All()
	must(t, err)
	shelves, err := b.Shelves(b.requests)
	must(t, err)
	known := []string{"audit.entry", "rights.link", "rights.linked", "rights.erased", "rights.erasure"}
	for _, e := range conversation.Declared() {
		known = append(known, e.Record)
	}
	for _, s := range shelves {
		known = append(known, s.Records...)
	}
	her, him := b.somebody("her"), b.somebody("him")
	hers := b.plant(t, her)
	b.Advance(time.Hour) // an address is sent so many codes an hour
	his := b.plant(t, him)

	exporter, err := b.Exporter()
	must(t, err)
	access, err := b.requests.Accept(t.Context(), shop, about(rights.Access, her))
	must(t, err)
	must(t, exporter.Export(t.Context(), shop, access))
	copied := b.copied(t, access)
	if strings.Contains(copied, "hims-") || strings.Contains(copied, "him-") {
		t.Error("the copy holds something of his")
	}

	eraser, err := b.Eraser()
	must(t, err)
	name, err := b.requests.Accept(t.Context(), shop, about(rights.Erase, her))
	must(t, err)
	must(t, eraser.Erase(t.Context(), shop, name))
	b.Advance(settle)
	must(t, eraser.Erase(t.Context(), shop, name))
	erased, err := b.requests.Get(t.Context(), shop, name)
	must(t, err)
	if erased.State != rights.Done {
		t.Fatalf("the erasure is %s", erased.State)
	}
	left := b.rows(t)

	attributes, covered := 0, 0
	for _, e := range entries {
		if e.Subject != inventory.Shopper {
			continue
		}
		attributes += len(e.Fields)
		good := true
		flaw := func(format string, a ...any) { t.Helper(); good = false; t.Errorf(e.Record+": "+format, a...) }
		if !slices.Contains(known, e.Record) {
			flaw("no shelf takes care of it")
		}
		because, stays := stay[e.Record]
		if plants[e.Record] == nil && !stays {
			flaw("the test plants none")
		}
		if e.Exported && e.Record != "rights.link" && e.Record != "conversation.standing" && e.Record != "consent.receipt" && !strings.Contains(copied, her.word(e.Record)) {
			flaw("the copy does not hold it")
		}
		for _, key := range hers[e.Record] {
			if _, still := left[key]; still && !stays {
				flaw("%s is still there", key)
			}
		}
		if stays && because == "" && !slices.ContainsFunc(erased.Receipt, func(f rights.Effect) bool {
			return f.Store == e.Record && f.Outcome == rights.Kept && f.Why != "" && f.Until.After(b.Now())
		}) {
			flaw("it stays, and the receipt does not say so: %+v", erased.Receipt)
		}
		for _, key := range his[e.Record] {
			if _, still := left[key]; !still {
				flaw("%s of his is gone", key)
			}
		}
		if good {
			covered += len(e.Fields)
		}
	}
	t.Logf("L2: %d of %d attributes about a shopper are reached by copy and erasure", covered, attributes)
	for _, part := range []string{`"browser":"her-visitor"`, `"agreed_to":"analytics"`, `"linked_conversations":"1"`} { // what has no words
		if !strings.Contains(copied, part) {
			t.Errorf("the copy does not say %s", part)
		}
	}

	// Her identifiers are left (but for counters under a random number, for a day) in what stays and nowhere else.
	for key, text := range left {
		for _, who := range []string{string(her.chat.Shopper), string(her.chat.Conversation), string(her.there.Shopper), string(her.there.Conversation), "hers-"} {
			kept := strings.Contains(key, "#N#") || strings.HasSuffix(key, "META#STANDING") || strings.Contains(key, "X#erased#") || strings.Contains(key, "#R|REQ#")
			if strings.Contains(key+text, who) && !kept {
				t.Errorf("%s is left in %s", who, key)
			}
		}
	}
	if objects, err := b.Bucket.List(t.Context(), object.Copies+"/"); err != nil || len(objects) != 0 {
		t.Errorf("in the bucket there is %v, %v", objects, err)
	}

	// What stays of money that moved says so much and no more.
	settled := 0
	for key, text := range left {
		if strings.Contains(key, "|SETTLED#") {
			settled++
			if !strings.Contains(text, "currency=GBP") || !strings.Contains(text, "by=rules") || strings.Contains(text, "her") || strings.Contains(text, "jane") {
				t.Errorf("of money that moved there is %s", text)
			}
		}
	}
	if settled != 1 {
		t.Errorf("%d changes that moved money were put aside, want 1", settled)
	}
	if thread := left["T#demo#CH#whatsapp-4004004004|TH#her-thread"]; !strings.Contains(thread, "generation=&{Value:1 ") || strings.Contains(thread, "contact=") || strings.Contains(thread, string(her.there.Shopper)) {
		t.Errorf("her thread holds %s", thread)
	}
	// From now on nothing is counted in her browser, and her thread begins anew.
	if last, _, err := b.receipts.Current(t.Context(), shop, her.visitor); err != nil || last.Allows(consent.Analytics, b.Now()) {
		t.Errorf("analytics is still agreed to: %+v, %v", last, err)
	}
	if state, err := b.threads.Get(t.Context(), shop, her.account, her.thread); err != nil || state.Generation != 1 || state.Conversation == her.there.Conversation {
		t.Errorf("her thread goes on as %+v, %v", state, err)
	}
}
