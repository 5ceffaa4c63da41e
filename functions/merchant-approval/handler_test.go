package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/local/localtest/storetest"
	"omniops/local/sandbox/shopify"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/commerce"
	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const shop = id.Tenant("demo")

// bench is the function on local services, with a change that waits.
type bench struct {
	*localtest.Cloud
	client *http.Client // holds what it is told against the contract
	url    string
	tokens *identity.Tokens
	task   commerce.Task
	// carry has the worker take the change on.
	carry func(testing.TB) error
}

// newBench has a shopper confirm a change that the rules leave to a person.
func newBench(t *testing.T, wish commerce.Wish, yes commerce.Answer) *bench {
	t.Helper()
	b := &bench{Cloud: localtest.Start(t), client: contract.Client(t)}
	const f = "merchant-approval"
	h, err := build(t.Context(), &boot.Runtime{AWS: b.AWS, Now: b.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: b.Env(t, f, "TABLE_NAME"), KeyTable: b.Env(t, f, "KEY_TABLE_NAME"), KeyringKey: b.Env(t, f, "KEYRING_KEY_ID"),
		Tasks: b.Env(t, f, "ORDER_QUEUE_URL"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	b.url = server.URL
	if b.tokens, err = identity.NewTokens([]byte(localtest.SessionSecret), b.Clock.Now); err != nil {
		t.Fatal(err)
	}
	main := table.New(b.AWS, b.Env(t, f, "TABLE_NAME"), b.Clock.Now)
	keys := seal.NewKeyring(b.AWS, table.New(b.AWS, b.Env(t, f, "KEY_TABLE_NAME"), b.Clock.Now), b.Env(t, f, "KEYRING_KEY_ID"))
	outside := b.Outside(t, "")
	client := storetest.Client(t, b.Cloud, outside, "order-execute")
	storetest.Connect(t, b.Cloud, outside, client, shop, shopify.DemoShop)
	ref := conversation.Ref{Tenant: shop, Conversation: "c1", Shopper: "s1"}
	verifier := commerce.NewVerifier(main, keys, []byte(localtest.SessionSecret))
	attempt, _, err := verifier.Begin(t.Context(), ref, commerce.Claimed{Number: "1057", Contact: commerce.Contact{Email: "jane.doe@example.com"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	letter, _, err := verifier.Match(t.Context(), attempt, client)
	if err != nil {
		t.Fatal(err)
	}
	grant, err := verifier.Confirm(t.Context(), attempt, letter.Code)
	if err != nil {
		t.Fatal(err)
	}
	order, err := client.Order(t.Context(), commerce.Access{Tenant: shop, Purpose: commerce.Support}, grant.Order)
	if err != nil {
		t.Fatal(err)
	}
	byHand := commerce.DefaultRules()
	byHand.Cancel.Automatic, byHand.Address.Automatic = false, false
	if _, err := commerce.NewRuleBook(main).Set(t.Context(), shop, byHand); err != nil {
		t.Fatal(err)
	}
	actions := commerce.NewActions(main, keys)
	a, err := actions.Propose(t.Context(), ref, client, order, wish, "en", 90*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := actions.Decide(t.Context(), ref, a.ID, yes, []commerce.Grant{grant}); err != nil {
		t.Fatal(err)
	}
	b.task = commerce.Task{Ref: ref, Action: a.ID}
	b.carry = func(t testing.TB) error {
		_, err := actions.Execute(t.Context(), b.task, client)
		return err
	}
	if err := b.carry(t); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) call(t *testing.T, tenant id.Tenant, method, path, body string, into any) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.url+"/v1/merchant/approvals"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	if tenant != "" {
		token, err := b.tokens.Mint(tenant, b.Clock.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil && resp.StatusCode == http.StatusOK {
		if err := json.Unmarshal(got, into); err != nil {
			t.Fatal(err)
		}
	}
	return resp.StatusCode
}

func (b *bench) waiting(t *testing.T, tenant id.Tenant) []approvalView {
	t.Helper()
	var list struct{ Approvals []approvalView }
	if status := b.call(t, tenant, http.MethodGet, "", "", &list); status != http.StatusOK {
		t.Fatalf("list: %d", status)
	}
	return list.Approvals
}

// logged gives what the audit log holds of a merchant.
func (b *bench) logged(t *testing.T, tenant id.Tenant) []audit.Entry {
	t.Helper()
	log, err := audit.New(table.New(b.AWS, b.Env(t, "merchant-approval", "TABLE_NAME"), b.Clock.Now), []byte(localtest.SessionSecret), "test")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := log.Entries(t.Context(), tenant, b.Clock.Now().Format("2006-01"))
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestWhoSawAndDecidedIsNoted(t *testing.T) {
	b := newBench(t, commerce.Wish{Kind: commerce.Cancel}, commerce.Answer{Confirm: true})
	b.waiting(t, shop)
	if status := b.call(t, shop, http.MethodPut, "/"+string(b.task.Action), `{"decision":"refuse"}`, nil); status != http.StatusOK {
		t.Fatalf("refuse: %d", status)
	}
	entries := b.logged(t, shop)
	if len(entries) != 2 {
		t.Fatalf("logged %+v", entries)
	}
	for i, want := range []audit.Action{audit.Read, audit.Write} {
		if e := entries[i]; e.Actor != audit.Merchant || e.Action != want || e.Record != "commerce.action" || e.By != "merchant-approval" || len(e.Subjects) != 1 || e.Count != 1 {
			t.Errorf("logged %+v", e)
		}
	}
	b.waiting(t, "other")
	if entries := b.logged(t, "other"); len(entries) != 0 {
		t.Errorf("who sees nobody's leaves %+v", entries)
	}
}

func TestTheMerchantDecides(t *testing.T) {
	b := newBench(t, commerce.Wish{Kind: commerce.Cancel}, commerce.Answer{Confirm: true})
	queue := b.Env(t, "merchant-approval", "ORDER_QUEUE_URL")
	list := b.waiting(t, shop)
	if len(list) != 1 || list[0].ID != b.task.Action || list[0].State != commerce.Waiting || len(list[0].Decisions) != 3 {
		t.Fatalf("waiting: %+v", list)
	}
	if list := b.waiting(t, "other"); len(list) != 0 {
		t.Errorf("another merchant sees %+v", list)
	}
	path := "/" + string(b.task.Action)
	for name, c := range map[string]struct {
		tenant id.Tenant
		path   string
		body   string
		status int
	}{
		"nobody":           {"", path, `{"decision":"approve"}`, 401},
		"another merchant": {"other", path, `{"decision":"approve"}`, 404},
		"no such request":  {shop, "/01aaaaaaaaaaaaaaaaaaaaaaaa", `{"decision":"approve"}`, 404},
		"no decision":      {shop, path, `{}`, 400},
		"a shopper's word": {shop, path, `{"decision":"confirm"}`, 400},
		"an amount":        {shop, path, `{"decision":"approve","amount":5}`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			if status := b.call(t, c.tenant, http.MethodPut, c.path, c.body, nil); status != c.status {
				t.Errorf("%d, want %d", status, c.status)
			}
		})
	}
	if n := b.Queued(t, queue); n != 0 {
		t.Fatalf("%d tasks are queued before any decision", n)
	}
	var view approvalView
	for range 2 { // the answer to the first may be lost
		if status := b.call(t, shop, http.MethodPut, path, `{"decision":"approve"}`, &view); status != http.StatusOK || view.State != commerce.Approved {
			t.Errorf("approve: %d %+v", status, view)
		}
	}
	if status := b.call(t, shop, http.MethodPut, path, `{"decision":"refuse"}`, nil); status != http.StatusConflict {
		t.Errorf("refuse what was approved: %d", status)
	}
	if n := b.Queued(t, queue); n != 1 {
		t.Errorf("%d tasks are queued", n)
	}
	if list := b.waiting(t, shop); len(list) != 0 {
		t.Errorf("still waiting: %+v", list)
	}
}

// Whoever decides where an order goes reads the whole address, and what they read is
// where it goes.
func TestTheMerchantReadsTheNewAddress(t *testing.T) {
	want := commerce.Address{
		Name: "Jane Doe", Line1: strings.Repeat("Long Acre ", 11) + "12½", Line2: "Flat 3", City: "Leeds", Province: "Yorkshire", Zip: "LS1 1AA", Country: "GB",
	}
	b := newBench(t, commerce.Wish{Kind: commerce.ChangeAddress}, commerce.Answer{Confirm: true, Address: &want})
	list := b.waiting(t, shop)
	if len(list) != 1 || list[0].Address == nil || *list[0].Address != want || !strings.HasSuffix(list[0].Text, want.Reveal()+".") {
		t.Fatalf("waiting: %+v", list)
	}
	if strings.Contains(list[0].Text, "?") {
		t.Errorf("the merchant is asked what only the shopper is: %q", list[0].Text)
	}
	var view approvalView
	if status := b.call(t, shop, http.MethodPut, "/"+string(b.task.Action), `{"decision":"approve"}`, &view); status != http.StatusOK || view.Address == nil || *view.Address != want {
		t.Errorf("approve: %d %+v", status, view)
	}
}

// What may have been done and may not is the merchant's to find out: it is in the
// list with what helps to find it, and what they say is final.
func TestTheMerchantSettlesWhatNobodyKnows(t *testing.T) {
	for _, c := range []struct {
		ruling, other string
		state         commerce.State
	}{
		{"done", "not_done", commerce.Done},
		{"not_done", "done", commerce.Failed},
	} {
		t.Run(c.ruling, func(t *testing.T) {
			b := newBench(t, commerce.Wish{Kind: commerce.Cancel}, commerce.Answer{Confirm: true})
			path, queue := "/"+string(b.task.Action), b.Env(t, "merchant-approval", "ORDER_QUEUE_URL")
			put := func(who id.Tenant, ruling string, into any) int {
				return b.call(t, who, http.MethodPut, path, `{"decision":"`+ruling+`"}`, into)
			}
			if status := put(shop, c.ruling, nil); status != http.StatusConflict {
				t.Errorf("what has not been tried: %d", status)
			}
			if status := put(shop, "approve", nil); status != http.StatusOK {
				t.Fatalf("approve: %d", status)
			}
			if err := b.Faults.Replace(faults.Rule{Service: "shopify", Operation: "orderCancel", Kind: faults.Error, Rate: 1}); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if err := b.carry(t); err == nil {
					t.Fatal("carried out")
				}
			}
			list := b.waiting(t, shop)
			if len(list) != 1 || list[0].State != commerce.Unknown || list[0].Attempts != 3 || len(list[0].Mark) != 36 || !strings.Contains(list[0].Text, "Cancel order #1057") {
				t.Fatalf("the list: %+v", list)
			}
			if got := list[0].Rulings; len(got) != 2 || got[0] != commerce.WasDone || got[1] != commerce.WasNotDone {
				t.Errorf("may be ruled %v", got)
			}
			if list := b.waiting(t, "other"); len(list) != 0 {
				t.Errorf("another merchant sees %+v", list)
			}
			if status := put("other", c.ruling, nil); status != http.StatusNotFound {
				t.Errorf("another merchant settles: %d", status)
			}
			if status := put(shop, "approve", nil); status != http.StatusConflict {
				t.Errorf("once more: %d", status)
			}
			before := len(b.logged(t, shop))
			b.Queued(t, queue)
			var view approvalView
			for range 2 { // the answer to the first may be lost
				if status := put(shop, c.ruling, &view); status != http.StatusOK || view.State != c.state || len(view.Rulings) != 0 {
					t.Errorf("settle: %d %+v", status, view)
				}
			}
			if status := put(shop, c.other, nil); status != http.StatusConflict {
				t.Errorf("the other after it: %d", status)
			}
			if log := b.logged(t, shop); len(log) != before+1 || log[before].Actor != audit.Merchant || log[before].Action != audit.Write || log[before].Record != "commerce.action" {
				t.Errorf("logged %+v", log[before:])
			}
			if n := b.Queued(t, queue); n != 1 {
				t.Errorf("%d tasks are queued", n)
			}
			if list := b.waiting(t, shop); len(list) != 0 {
				t.Errorf("still waiting: %+v", list)
			}
			if last := view.Decisions[len(view.Decisions)-1]; last.By != "merchant" || last.State != c.state {
				t.Errorf("the record says %+v", last)
			}
		})
	}
}
