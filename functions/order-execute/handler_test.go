package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/local/localtest/storetest"
	"omniops/local/sandbox/shopify"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/commerce"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop = id.Tenant("demo")
	keep = 90 * 24 * time.Hour
)

// Orders of the stand-in's store, all of jane.doe@example.com.
const (
	delivered = "#1019"
	onItsWay  = "#1042"
	notSent   = "#1057"
)

// bench is the worker on local services, with a merchant whose shop is connected.
type bench struct {
	*localtest.Cloud
	*localtest.Outside
	carry    func(context.Context, commerce.Task) error
	actions  *commerce.Actions
	rules    *commerce.RuleBook
	verifier *commerce.Verifier
	platform commerce.Platform
	ref      conversation.Ref
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{Cloud: localtest.Start(t), ref: conversation.Ref{Tenant: shop, Conversation: "c1", Shopper: "s1"}}
	b.Outside = b.Cloud.Outside(t, "")
	const f = "order-execute"
	private := []string{strings.TrimPrefix(b.ShopifyURL, "http://")}
	var err error
	b.carry, err = build(t.Context(), &boot.Runtime{AWS: b.AWS, Now: b.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: b.Env(t, f, "TABLE_NAME"), KeyTable: b.Env(t, f, "KEY_TABLE_NAME"), KeyringKey: b.Env(t, f, "KEYRING_KEY_ID"),
		SecretsKey: b.Env(t, f, "SECRETS_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret), ShopifyURL: b.ShopifyURL, ShopifyID: shopify.SandboxClientID,
		ShopifySecret: boot.NewSecret(localtest.ShopifySecret), AllowPrivate: private,
		MailURL: b.ResendURL, MailKey: boot.NewSecret("re_test"), MailFrom: "no-reply@omniops.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	main := table.New(b.AWS, b.Env(t, f, "TABLE_NAME"), b.Clock.Now)
	keys := seal.NewKeyring(b.AWS, table.New(b.AWS, b.Env(t, f, "KEY_TABLE_NAME"), b.Clock.Now), b.Env(t, f, "KEYRING_KEY_ID"))
	b.actions, b.rules = commerce.NewActions(main, keys), commerce.NewRuleBook(main)
	b.verifier = commerce.NewVerifier(main, keys, []byte(localtest.SessionSecret))
	client := storetest.Client(t, b.Cloud, b.Outside, f)
	storetest.Connect(t, b.Cloud, b.Outside, client, shop, shopify.DemoShop)
	b.platform = client
	if err := tenant.NewStore(main).Save(t.Context(), tenant.Account{
		Tenant: shop, Name: "Kettle & Co", Domains: []string{"shop.example"}, SiteURL: "https://shop.example", ContactEmail: "help@shop.example", CreatedAt: b.Clock.Now(),
	}.WithDefaults()); err != nil {
		t.Fatal(err)
	}
	return b
}

// prove proves an order of Jane's, and reads it.
func (b *bench) prove(t *testing.T, number string) (commerce.Order, []commerce.Grant) {
	t.Helper()
	return b.proveAs(t, number, "jane.doe@example.com")
}

// proveAs proves the order of whoever has an e-mail address, and reads it.
func (b *bench) proveAs(t *testing.T, number, mail string) (commerce.Order, []commerce.Grant) {
	t.Helper()
	parsed, err := commerce.ParseNumber(number)
	if err != nil {
		t.Fatal(err)
	}
	attempt, _, err := b.verifier.Begin(t.Context(), b.ref, commerce.Claimed{Number: parsed, Contact: commerce.Contact{Email: mail}}, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	letter, sent, err := b.verifier.Match(t.Context(), attempt, b.platform)
	if err != nil || !sent {
		t.Fatalf("no letter for %s: %v", number, err)
	}
	grant, err := b.verifier.Confirm(t.Context(), attempt, letter.Code)
	if err != nil {
		t.Fatal(err)
	}
	order, err := b.platform.Order(t.Context(), commerce.Access{Tenant: shop, Purpose: commerce.Support}, grant.Order)
	if err != nil {
		t.Fatal(err)
	}
	return order, []commerce.Grant{grant}
}

// confirmed proposes a change, and has the shopper say yes.
func (b *bench) confirmed(t *testing.T, number string, w commerce.Wish, address *commerce.Address) commerce.Task {
	t.Helper()
	return b.confirmedAs(t, number, "jane.doe@example.com", w, address)
}

func (b *bench) confirmedAs(t *testing.T, number, mail string, w commerce.Wish, address *commerce.Address) commerce.Task {
	t.Helper()
	order, grants := b.proveAs(t, number, mail)
	a, err := b.actions.Propose(t.Context(), b.ref, b.platform, order, w, "en", keep)
	if err != nil {
		t.Fatal(err)
	}
	if a.State != commerce.Proposed {
		t.Fatalf("proposal: %+v", a)
	}
	if _, ok, err := b.actions.Decide(t.Context(), b.ref, a.ID, commerce.Answer{Confirm: true, Address: address}, grants); err != nil || !ok {
		t.Fatalf("yes: %v, %v", ok, err)
	}
	return commerce.Task{Ref: b.ref, Action: a.ID}
}

// run carries a task on as the queue would: again after an error that may pass.
func (b *bench) run(t *testing.T, task commerce.Task) (tries int, last error) {
	t.Helper()
	for tries = 1; ; tries++ {
		last = b.carry(t.Context(), task)
		if last == nil || !fault.KindOf(last).Retryable() || tries == 6 {
			return tries, last
		}
		b.Advance(time.Minute)
	}
}

func (b *bench) get(t *testing.T, task commerce.Task) commerce.Action {
	t.Helper()
	a, err := b.actions.Get(t.Context(), b.ref, task.Action)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// done counts what was really changed in the shop.
func (b *bench) done(mutation string) (n int) {
	for _, m := range b.Shopify.Executed(shopify.DemoShop, mutation) {
		if m.Done {
			n++
		}
	}
	return n
}

// any allows everything the kind of change can be.
func (b *bench) automatic(t *testing.T) {
	t.Helper()
	always := commerce.Rule{Automatic: true, Excluded: []string{}}
	if _, err := b.rules.Set(t.Context(), shop, commerce.Rules{Cancel: always, Return: always, Refund: always, Address: always}); err != nil {
		t.Fatal(err)
	}
}

func TestEachChangeIsMadeOnce(t *testing.T) {
	claim.Proves(t, "C061")
	for _, c := range []struct {
		name, number, mutation string
		wish                   commerce.Wish
		address                *commerce.Address
	}{
		{"cancel", notSent, "orderCancel", commerce.Wish{Kind: commerce.Cancel}, nil},
		{"return", delivered, "returnRequest", commerce.Wish{Kind: commerce.ReturnRequest, Items: first}, nil},
		{"refund", delivered, "refundCreate", commerce.Wish{Kind: commerce.RefundItems, Items: first}, nil},
		{"address", notSent, "orderUpdate", commerce.Wish{Kind: commerce.ChangeAddress}, &commerce.Address{Name: "Jane Doe", Line1: "2 New Street", City: "Leeds", Zip: "LS1 1AA", Country: "GB"}},
	} {
		for _, broken := range []string{"", "answer lost", "down, then up"} {
			t.Run(c.name+" "+broken, func(t *testing.T) {
				b := newBench(t)
				b.automatic(t)
				w := c.wish
				if len(w.Items) > 0 {
					order, _ := b.prove(t, c.number)
					w.Items = []commerce.WishItem{{Title: order.Items[0].Title, Quantity: 1}}
				}
				task := b.confirmed(t, c.number, w, c.address)
				rule := faults.Rule{Service: "shopify", Operation: c.mutation, Count: 1, Rate: 1}
				switch broken {
				case "answer lost":
					rule.Kind = faults.AppliedThenError
				case "down, then up":
					rule.Kind = faults.Error
				}
				if broken != "" {
					if err := b.Faults.Replace(rule); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := b.run(t, task); err != nil {
					t.Fatal(err)
				}
				for range 3 { // the queue delivers again
					if err := b.carry(t.Context(), task); err != nil {
						t.Fatal(err)
					}
				}
				if n := b.done(c.mutation); n != 1 {
					t.Errorf("%s was made %d times", c.mutation, n)
				}
				a := b.get(t, task)
				if a.State != commerce.Done || a.Receipt == "" {
					t.Errorf("in the end: %+v", a)
				}
				letters := 0
				for _, m := range b.Mail.Messages("") {
					if strings.Contains(m.Text, a.Receipt) {
						letters++
					}
				}
				if letters != 1 {
					t.Errorf("the shopper got %d letters", letters)
				}
			})
		}
	}
}

// first stands for the first item of an order.
var first = []commerce.WishItem{{}}

// What the rules do not allow is not done, and not refused: a person decides.
func TestAPersonDecidesBeyondTheRules(t *testing.T) {
	claim.Proves(t, "C043", "C061")
	b := newBench(t)
	order, _ := b.prove(t, delivered)
	item := commerce.WishItem{Title: order.Items[0].Title, Quantity: 1}
	task := b.confirmed(t, delivered, commerce.Wish{Kind: commerce.RefundItems, Items: []commerce.WishItem{item}}, nil)
	if _, err := b.run(t, task); err != nil {
		t.Fatal(err)
	}
	if n := b.done("refundCreate"); n != 0 {
		t.Fatalf("a refund by default rules was made %d times without a person", n)
	}
	if a := b.get(t, task); a.State != commerce.Waiting || a.Receipt == "" {
		t.Fatalf("waits: %+v", a)
	}
	waiting, err := b.actions.Approvals(t.Context(), shop)
	if err != nil || len(waiting) != 1 || waiting[0].Action != task.Action {
		t.Fatalf("approvals %+v, %v", waiting, err)
	}
	facts := waiting[0].Details.Decisions[len(waiting[0].Details.Decisions)-1]
	if facts.Verdict == nil || facts.Verdict.Version != "default" || facts.Inputs == nil || facts.Inputs.Amount.Minor == 0 {
		t.Errorf("the decision's record lacks facts: %+v", facts)
	}
	told := false
	for _, m := range b.Mail.Messages("") {
		told = told || len(m.To) == 1 && m.To[0] == "help@shop.example" && strings.Contains(m.Text, string(task.Action))
	}
	if !told {
		t.Error("the merchant was not told")
	}
	if _, err := b.actions.Approval(t.Context(), "other", task.Action); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another merchant finds it: %v", err)
	}
	if _, err := b.actions.Rule(t.Context(), b.ref, task.Action, commerce.Approve); err != nil {
		t.Fatal(err)
	}
	if _, err := b.run(t, task); err != nil {
		t.Fatal(err)
	}
	if a := b.get(t, task); b.done("refundCreate") != 1 || a.State != commerce.Done {
		t.Errorf("approved: made %d times, %+v", b.done("refundCreate"), a)
	}
	if _, err := b.actions.Rule(t.Context(), b.ref, task.Action, commerce.Refuse); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second decision: %v", err)
	}
}

// Who asks twice for the same asks the merchant once, and hears of the same end.
func TestTheSameWaitsOnce(t *testing.T) {
	b := newBench(t)
	order, _ := b.prove(t, delivered)
	item := func(n int) commerce.Wish {
		return commerce.Wish{Kind: commerce.RefundItems, Items: []commerce.WishItem{{Title: order.Items[n].Title, Quantity: 1}}}
	}
	first, again := b.confirmed(t, delivered, item(0), nil), b.confirmed(t, delivered, item(0), nil)
	elsewhere := b.ref
	b.ref = conversation.Ref{Tenant: shop, Conversation: "c2", Shopper: "s2"}
	third := b.confirmed(t, delivered, item(0), nil)
	b.ref = elsewhere
	for _, task := range []commerce.Task{first, again, third, again} {
		if _, err := b.run(t, task); err != nil {
			t.Fatal(err)
		}
	}
	waiting, err := b.actions.Approvals(t.Context(), shop)
	if err != nil || len(waiting) != 1 || waiting[0].Action != first.Action {
		t.Fatalf("approvals %+v, %v", waiting, err)
	}
	asked := 0
	for _, m := range b.Mail.Messages("help@shop.example") {
		if strings.Contains(m.Text, "request ") {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("the merchant was asked %d times", asked)
	}
	if a := b.get(t, again); a.State != commerce.Waiting || !strings.Contains(a.Receipt, "already") {
		t.Errorf("the second: %+v", a)
	}
	if a, err := b.actions.Propose(t.Context(), b.ref, b.platform, order, item(0), "en", keep); err != nil || a.State != commerce.Waiting || a.ID != "" {
		t.Errorf("proposed once more: %+v, %v", a, err)
	}
	if _, err := b.actions.Rule(t.Context(), b.ref, first.Action, commerce.Approve); err != nil {
		t.Fatal(err)
	}
	if _, err := b.run(t, first); err != nil {
		t.Fatal(err)
	}
	if n := b.done("refundCreate"); n != 1 {
		t.Errorf("refunded %d times", n)
	}
	done := b.get(t, first)
	if a := b.get(t, again); done.State != commerce.Done || a.State != commerce.Done || a.Receipt != done.Receipt {
		t.Errorf("the first %+v, the second %+v", done, a)
	}
	if a, err := b.actions.Get(t.Context(), third.Ref, third.Action); err != nil || a.State != commerce.Done {
		t.Errorf("from another conversation: %+v, %v", a, err)
	}
	if a, err := b.actions.Get(t.Context(), b.ref, third.Action); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another conversation's: %+v, %v", a, err)
	}
}

// logged gives what the audit log holds of a merchant.
func (b *bench) logged(t *testing.T, tenant id.Tenant) []audit.Entry {
	t.Helper()
	log, err := audit.New(table.New(b.AWS, b.Env(t, "order-execute", "TABLE_NAME"), b.Clock.Now), []byte(localtest.SessionSecret), "test")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := log.Entries(t.Context(), tenant, b.Clock.Now().Format("2006-01"))
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// Each decision about an order is in the audit log: who, of which kind, about whom,
// and nothing that says it in words.
func TestEveryDecisionIsNoted(t *testing.T) {
	b := newBench(t)
	b.automatic(t)
	task := b.confirmed(t, notSent, commerce.Wish{Kind: commerce.Cancel}, nil)
	for range 2 { // delivered again
		if err := b.carry(t.Context(), task); err != nil {
			t.Fatal(err)
		}
	}
	entries := b.logged(t, shop)
	if len(entries) != 2 { // granted, done
		t.Fatalf("logged %+v", entries)
	}
	for i, e := range entries {
		if e.Actor != audit.System || e.Action != audit.Write || e.Record != "commerce.action" || e.By != "order-execute" || len(e.Subjects) != 1 || e.Before == "" || e.Before == e.After {
			t.Errorf("logged %+v", e)
		}
		if i > 0 && e.Before != entries[i-1].After {
			t.Errorf("the steps do not follow: %+v", entries)
		}
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, personal := range []string{"jane", "1057", string(task.Action), string(task.Shopper) + `"`} {
			if strings.Contains(string(text), personal) {
				t.Errorf("logged %q: %s", personal, text)
			}
		}
	}
}

func TestARefusedChangeIsNotMade(t *testing.T) {
	b := newBench(t)
	order, _ := b.prove(t, delivered)
	task := b.confirmed(t, delivered, commerce.Wish{Kind: commerce.RefundItems, Items: []commerce.WishItem{{Title: order.Items[0].Title, Quantity: 1}}}, nil)
	if _, err := b.run(t, task); err != nil {
		t.Fatal(err)
	}
	if _, err := b.actions.Rule(t.Context(), b.ref, task.Action, commerce.Refuse); err != nil {
		t.Fatal(err)
	}
	if _, err := b.run(t, task); err != nil {
		t.Fatal(err)
	}
	if a := b.get(t, task); b.done("refundCreate") != 0 || a.State != commerce.Refused || a.Receipt == "" {
		t.Errorf("refused: made %d times, %+v", b.done("refundCreate"), a)
	}
}

// The order is judged as it is when the change is made, not as it was when the
// shopper said yes.
func TestAnOrderThatHasMovedOn(t *testing.T) {
	b := newBench(t)
	b.automatic(t)
	first := b.confirmed(t, notSent, commerce.Wish{Kind: commerce.Cancel}, nil)
	second := b.confirmed(t, notSent, commerce.Wish{Kind: commerce.Cancel}, nil)
	for _, task := range []commerce.Task{first, second} {
		if _, err := b.run(t, task); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.done("orderCancel"); n != 1 {
		t.Errorf("cancelled %d times", n)
	}
	if a := b.get(t, second); a.State != commerce.Failed || !strings.Contains(a.Receipt, "cancelled already") {
		t.Errorf("the second: %+v", a)
	}
}

func TestWhatNobodyKnowsIsLookedInto(t *testing.T) {
	b := newBench(t)
	b.automatic(t)
	task := b.confirmed(t, notSent, commerce.Wish{Kind: commerce.Cancel}, nil)
	second := b.confirmed(t, notSent, commerce.Wish{Kind: commerce.Cancel}, nil)
	if err := b.Faults.Replace(faults.Rule{Service: "shopify", Operation: "orderCancel", Kind: faults.Error, Rate: 1}); err != nil {
		t.Fatal(err)
	}
	_, err := b.run(t, task)
	if err == nil || fault.KindOf(err).Retryable() {
		t.Errorf("in the end: %v", err) // parked, and an alarm goes off
	}
	asked := 0
	for _, m := range b.Shopify.Mutations(shopify.DemoShop) {
		if m.Name == "orderCancel" {
			asked++
		}
	}
	if asked > 3 {
		t.Errorf("the shop was asked %d times", asked)
	}
	if a := b.get(t, task); a.State != commerce.Unknown || !strings.Contains(a.Receipt, "cannot tell") {
		t.Errorf("in the end: %+v", a)
	}
	merchant := false
	for _, m := range b.Mail.Messages("") {
		merchant = merchant || m.To[0] == "help@shop.example"
	}
	if !merchant {
		t.Error("the merchant was not told")
	}
	listed, err := b.actions.Approvals(t.Context(), shop)
	if err != nil || len(listed) != 1 || listed[0].Action != task.Action || listed[0].Details.State != commerce.Unknown || listed[0].Mark == "" {
		t.Fatalf("the merchant's list: %+v, %v", listed, err)
	}
	if err := b.carry(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if a := b.get(t, second); a.State != commerce.Unknown || b.done("orderCancel") != 0 {
		t.Errorf("the same, agreed to before: %+v", a)
	}
	order, _ := b.prove(t, notSent)
	again, err := b.actions.Propose(t.Context(), b.ref, b.platform, order, commerce.Wish{Kind: commerce.Cancel}, "en", keep)
	if err != nil || again.State != commerce.Waiting {
		t.Errorf("the same, while nobody knows: %+v, %v", again, err)
	}
	if err := b.Faults.Replace(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.actions.Rule(t.Context(), b.ref, task.Action, commerce.WasNotDone); err != nil {
		t.Fatal(err)
	}
	for range 2 { // delivered again
		if err := b.carry(t.Context(), task); err != nil {
			t.Fatal(err)
		}
	}
	if a := b.get(t, task); a.State != commerce.Failed || b.letters("jane.doe@example.com", "it was not done, and nothing has been changed") != 1 || b.done("orderCancel") != 0 {
		t.Errorf("settled: %+v, %d letters, cancelled %d times", a, b.letters("jane.doe@example.com", "it was not done"), b.done("orderCancel"))
	}
	if again, err = b.actions.Propose(t.Context(), b.ref, b.platform, order, commerce.Wish{Kind: commerce.Cancel}, "en", keep); err != nil || again.State != commerce.Proposed {
		t.Errorf("the same, once it is settled: %+v, %v", again, err)
	}
}

func TestALapsedProofConfirmsNothing(t *testing.T) {
	b := newBench(t)
	b.automatic(t)
	order, grants := b.prove(t, notSent)
	a, err := b.actions.Propose(t.Context(), b.ref, b.platform, order, commerce.Wish{Kind: commerce.Cancel}, "en", keep)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.actions.Decide(t.Context(), b.ref, a.ID, commerce.Answer{Confirm: true}, nil); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("without proof: %v", err)
	}
	stranger := b.ref
	stranger.Shopper = "s2"
	if _, _, err := b.actions.Decide(t.Context(), stranger, a.ID, commerce.Answer{Confirm: true}, grants); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another shopper: %v", err)
	}
	b.Advance(10 * time.Minute)
	late, ok, err := b.actions.Decide(t.Context(), b.ref, a.ID, commerce.Answer{Confirm: true}, grants)
	if err != nil || ok || late.State != commerce.Lapsed {
		t.Errorf("after ten minutes: %+v, %v, %v", late, ok, err)
	}
	if err := b.carry(t.Context(), commerce.Task{Ref: b.ref, Action: a.ID}); err != nil || b.done("orderCancel") != 0 {
		t.Errorf("carried out: %v", err)
	}
}
