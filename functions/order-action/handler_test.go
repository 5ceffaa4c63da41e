package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/local/localtest/storetest"
	"omniops/local/sandbox/shopify"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
	"omniops/shared/commerce"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const (
	shop   = id.Tenant("demo")
	origin = "https://shop.example"
)

// bench is the function on local services, with a shopper who has proved an order
// and was proposed to cancel it.
type bench struct {
	*localtest.Cloud
	client   *http.Client // holds what it is told against the contract
	url      string
	sessions *webchat.Sessions
	session  webchat.Session
	token    string
	proposed commerce.Action
	address  commerce.Action
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{Cloud: localtest.Start(t), client: contract.Client(t)}
	const f = "order-action"
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
	if b.sessions, err = webchat.NewSessions([]byte(localtest.SessionSecret), b.Clock.Now); err != nil {
		t.Fatal(err)
	}
	if b.session, b.token, err = b.sessions.Start(shop, "shop.example", "en"); err != nil {
		t.Fatal(err)
	}
	main := table.New(b.AWS, b.Env(t, f, "TABLE_NAME"), b.Clock.Now)
	keys := seal.NewKeyring(b.AWS, table.New(b.AWS, b.Env(t, f, "KEY_TABLE_NAME"), b.Clock.Now), b.Env(t, f, "KEYRING_KEY_ID"))
	outside := b.Outside(t, "")
	client := storetest.Client(t, b.Cloud, outside, "order-execute")
	storetest.Connect(t, b.Cloud, outside, client, shop, shopify.DemoShop)
	verifier := commerce.NewVerifier(main, keys, []byte(localtest.SessionSecret))
	attempt, _, err := verifier.Begin(t.Context(), b.session.Ref(), commerce.Claimed{Number: "1057", Contact: commerce.Contact{Email: "jane.doe@example.com"}}, "")
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
	actions := commerce.NewActions(main, keys)
	for kind, to := range map[commerce.ActionKind]*commerce.Action{commerce.Cancel: &b.proposed, commerce.ChangeAddress: &b.address} {
		if *to, err = actions.Propose(t.Context(), b.session.Ref(), client, order, commerce.Wish{Kind: kind}, "en", 90*24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// call makes a request, and gives the status with the action in the answer.
func (b *bench) call(t *testing.T, method, token string, action id.Action, body string) (int, actionView) {
	t.Helper()
	var view actionView
	status := b.ask(t, method, token, action, body, &view)
	return status, view
}

// ask makes a request, and decodes the answer.
func (b *bench) ask(t *testing.T, method, token string, action id.Action, body string, into any) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.url+"/v1/orders/actions/"+string(action), bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Origin", origin)
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
	if err := json.Unmarshal(got, into); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

func TestOneYesCounts(t *testing.T) {
	b := newBench(t)
	if status, a := b.call(t, http.MethodGet, b.token, b.proposed.ID, ""); status != http.StatusOK || a.State != "proposed" || a.Text == "" {
		t.Fatalf("%d %+v", status, a)
	}
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			if status, a := b.call(t, http.MethodPost, b.token, b.proposed.ID, `{"decision":"confirm"}`); status != http.StatusOK || a.State != "running" {
				t.Errorf("%d %+v", status, a)
			}
		})
	}
	wait.Wait()
	if status, a := b.call(t, http.MethodPost, b.token, b.proposed.ID, `{"decision":"decline"}`); status != http.StatusOK || a.State != "running" {
		t.Errorf("a no after the yes: %d %+v", status, a)
	}
	if n := b.Queued(t, b.Env(t, "order-action", "ORDER_QUEUE_URL")); n != 1 {
		t.Errorf("%d tasks are queued", n)
	}
}

func TestANoEndsIt(t *testing.T) {
	b := newBench(t)
	for range 2 {
		if status, a := b.call(t, http.MethodPost, b.token, b.proposed.ID, `{"decision":"decline"}`); status != http.StatusOK || a.State != "declined" {
			t.Errorf("%d %+v", status, a)
		}
	}
	if status, a := b.call(t, http.MethodPost, b.token, b.proposed.ID, `{"decision":"confirm"}`); status != http.StatusOK || a.State != "declined" {
		t.Errorf("a yes after the no: %d %+v", status, a)
	}
	if n := b.Queued(t, b.Env(t, "order-action", "ORDER_QUEUE_URL")); n != 0 {
		t.Errorf("%d tasks are queued", n)
	}
}

func TestWhoMayNotDecide(t *testing.T) {
	b := newBench(t)
	_, other, err := b.sessions.Start(shop, "shop.example", "en")
	if err != nil {
		t.Fatal(err)
	}
	_, elsewhere, err := b.sessions.Start("other", "shop.example", "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, token string
		action      id.Action
		body        string
		status      int
	}{
		{"nobody", "", b.proposed.ID, `{"decision":"confirm"}`, 401},
		{"another conversation", other, b.proposed.ID, `{"decision":"confirm"}`, 404},
		{"another merchant's", elsewhere, b.proposed.ID, `{"decision":"confirm"}`, 404},
		{"an action that is not", b.token, "01aaaaaaaaaaaaaaaaaaaaaaaa", `{"decision":"confirm"}`, 404},
		{"a key in the name", b.token, "A%23x", `{"decision":"confirm"}`, 400},
		{"no decision", b.token, b.proposed.ID, `{}`, 400},
		{"another decision", b.token, b.proposed.ID, `{"decision":"approve"}`, 400},
		{"an amount", b.token, b.proposed.ID, `{"decision":"confirm","amount":1}`, 400},
		{"no address", b.token, b.address.ID, `{"decision":"confirm"}`, 400},
		{"half an address", b.token, b.address.ID, `{"decision":"confirm","address":{"name":"Jane","line1":"","city":"Leeds","zip":"","country":"GB"}}`, 400},
		{"a full address", b.token, b.address.ID, `{"decision":"confirm","address":{"name":"Jane","line1":"2 New Street","city":"Leeds","zip":"LS1 1AA","country":"gb"}}`, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, a := b.call(t, http.MethodPost, c.token, c.action, c.body); status != c.status {
				t.Errorf("%d %+v, want %d", status, a, c.status)
			}
		})
	}
}

func TestADecisionIsNoted(t *testing.T) {
	b := newBench(t)
	for range 2 { // the second yes decides nothing
		if status, a := b.call(t, http.MethodPost, b.token, b.proposed.ID, `{"decision":"confirm"}`); status != http.StatusOK {
			t.Fatalf("%d %+v", status, a)
		}
	}
	log, err := audit.New(table.New(b.AWS, b.Env(t, "order-action", "TABLE_NAME"), b.Clock.Now), []byte(localtest.SessionSecret), "test")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := log.Entries(t.Context(), "demo", b.Clock.Now().Format("2006-01"))
	if err != nil || len(entries) != 1 || entries[0].Actor != audit.Shopper || entries[0].Record != "commerce.action" || len(entries[0].Subjects) != 1 || entries[0].By != "order-action" {
		t.Errorf("logged %+v, %v", entries, err)
	}
}

func TestAfterTheProofHasRunOut(t *testing.T) {
	b := newBench(t)
	b.Advance(10 * time.Minute)
	if status, a := b.call(t, http.MethodPost, b.token, b.proposed.ID, `{"decision":"confirm"}`); status != http.StatusOK || a.State != "expired" {
		t.Errorf("ten minutes later: %d %+v", status, a)
	}
}

// A part of an address that is too long is asked for again, with its limit; it is
// never cut.
func TestALongAddressIsNotCut(t *testing.T) {
	b := newBench(t)
	whole := map[string]string{"name": "Jane Doe", "line1": "2 New Street", "line2": "", "city": "Leeds", "province": "", "zip": "LS1 1AA", "country": "GB"}
	answer := func(field, value string) string {
		address := maps.Clone(whole)
		address[field] = value
		body, err := json.Marshal(map[string]any{"decision": "confirm", "address": address})
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	for field, most := range map[string]int{"name": 120, "line1": 120, "line2": 120, "city": 120, "province": 120, "zip": 40} {
		var refusal struct{ Detail string }
		if status := b.ask(t, http.MethodPost, b.token, b.address.ID, answer(field, strings.Repeat("é", most+1)), &refusal); status != http.StatusBadRequest ||
			!strings.Contains(refusal.Detail, field) || !strings.Contains(refusal.Detail, strconv.Itoa(most)) {
			t.Errorf("%s: %d %q", field, status, refusal.Detail)
		}
	}
	if _, a := b.call(t, http.MethodGet, b.token, b.address.ID, ""); a.State != "proposed" {
		t.Fatalf("after refusals: %+v", a)
	}
	longest := strings.Repeat("é", 120)
	status, a := b.call(t, http.MethodPost, b.token, b.address.ID, answer("line1", longest))
	if status != http.StatusOK || a.State != "running" || !strings.Contains(a.Text, longest) {
		t.Errorf("the longest: %d %+v", status, a)
	}
}

// What could make an address look like another one is not taken along.
func TestAnAddressIsWhatItLooksLike(t *testing.T) {
	b := newBench(t)
	body := `{"decision":"confirm","address":{"name":"Jane\u202eDoe","line1":" 2\n New\u200b Street 12½","city":"Leeds","zip":"","country":"gb"}}`
	if status, a := b.call(t, http.MethodPost, b.token, b.address.ID, body); status != http.StatusOK || !strings.Contains(a.Text, "JaneDoe, 2 New Street 12½, Leeds, GB") {
		t.Errorf("%d %+v", status, a)
	}
}
