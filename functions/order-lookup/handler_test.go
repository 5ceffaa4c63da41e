package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
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
	"omniops/shared/claim"
	"omniops/shared/commerce"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/subject"
	"omniops/shared/table"
)

const (
	shop   = id.Tenant("demo")
	origin = "https://shop.example"
)

// bench is the function on local services, with a merchant whose shop is connected.
type bench struct {
	*localtest.Cloud
	*localtest.Outside
	client   *http.Client // holds what it is told against the contract
	url      string
	sessions *webchat.Sessions
	verifier *commerce.Verifier
	actions  *commerce.Actions
	platform commerce.Platform
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{Cloud: localtest.Start(t)}
	b.Outside = b.Cloud.Outside(t, "")
	const f = "order-lookup"
	h, err := build(t.Context(), &boot.Runtime{AWS: b.AWS, Now: b.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: b.Env(t, f, "TABLE_NAME"), KeyTable: b.Env(t, f, "KEY_TABLE_NAME"), KeyringKey: b.Env(t, f, "KEYRING_KEY_ID"),
		Verifications: b.Env(t, f, "VERIFICATION_QUEUE_URL"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
		SecretsKey: b.Env(t, f, "SECRETS_KEY_ID"), ShopifyURL: b.ShopifyURL, ShopifyID: shopify.SandboxClientID, ShopifySecret: boot.NewSecret(localtest.ShopifySecret),
		AllowPrivate: []string{strings.TrimPrefix(b.ShopifyURL, "http://")},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	b.url = server.URL
	b.client = contract.Client(t)
	if b.sessions, err = webchat.NewSessions([]byte(localtest.SessionSecret), b.Clock.Now); err != nil {
		t.Fatal(err)
	}
	main := table.New(b.AWS, b.Env(t, f, "TABLE_NAME"), b.Clock.Now)
	keys := seal.NewKeyring(b.AWS, table.New(b.AWS, b.Env(t, f, "KEY_TABLE_NAME"), b.Clock.Now), b.Env(t, f, "KEYRING_KEY_ID"))
	b.verifier = commerce.NewVerifier(main, keys, []byte(localtest.SessionSecret))
	b.actions = commerce.NewActions(main, keys)
	client := storetest.Client(t, b.Cloud, b.Outside, f)
	storetest.Connect(t, b.Cloud, b.Outside, client, shop, shopify.DemoShop)
	b.platform = client
	return b
}

// caller is a shopper with a session.
type caller struct {
	b       *bench
	session webchat.Session
	token   string
}

func (b *bench) shopper(t *testing.T, tenant id.Tenant) *caller {
	t.Helper()
	session, token, err := b.sessions.Start(tenant, "shop.example", "en")
	if err != nil {
		t.Fatal(err)
	}
	return &caller{b, session, token}
}

type answer struct {
	status int
	body   []byte
	wait   string
}

func (c *caller) post(t *testing.T, path string, body map[string]any) answer {
	t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.b.url+path, bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Origin", origin)
	r.Header.Set("Content-Type", "application/json")
	resp, err := c.b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, got, resp.Header.Get("Retry-After")}
}

// verify claims an order, and gives the verification with the letter that a worker
// would send, if there is one.
func (c *caller) verify(t *testing.T, order, contact string) (commerce.Attempt, commerce.Letter, bool) {
	t.Helper()
	a := c.post(t, "/v1/orders/verify", map[string]any{"order": order, "contact": contact})
	if a.status != http.StatusAccepted {
		t.Fatalf("claim %s, %s: %d %s", order, contact, a.status, a.body)
	}
	var view attemptView
	if err := json.Unmarshal(a.body, &view); err != nil {
		t.Fatal(err)
	}
	attempt := commerce.Attempt{Ref: c.session.Ref(), ID: view.Verification}
	letter, sent, err := c.b.verifier.Match(t.Context(), attempt, c.b.platform)
	if err != nil {
		t.Fatal(err)
	}
	return attempt, letter, sent
}

func (c *caller) confirm(t *testing.T, a commerce.Attempt, code string) answer {
	t.Helper()
	return c.post(t, "/v1/orders/confirm", map[string]any{"verification_id": a.ID, "code": code})
}

const (
	jane   = "jane.doe@example.com"
	hers   = "#1042"
	theirs = "#1043"
)

// logged gives what the audit log holds of a merchant.
func (b *bench) logged(t *testing.T, tenant id.Tenant) []audit.Entry {
	t.Helper()
	log, err := audit.New(table.New(b.AWS, b.Env(t, "order-lookup", "TABLE_NAME"), b.Clock.Now), []byte(localtest.SessionSecret), "test")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := log.Entries(t.Context(), tenant, b.Clock.Now().Format("2006-01"))
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestACodeProvesAnOrder(t *testing.T) {
	claim.Proves(t, "C055")
	b := newBench(t)
	c := b.shopper(t, shop)
	before := len(b.Shopify.Queries(shopify.DemoShop))
	attempt, letter, sent := c.verify(t, " ＃１０４２ ", " Jane.DOE@example.com ")
	if !sent || letter.To != jane || letter.Number != hers {
		t.Fatalf("letter %+v, %v", letter, sent)
	}
	// Until the code is right, the shop is asked for nothing but what is matched.
	matched := map[string]bool{"id": true, "name": true, "email": true, "phone": true, "emailAddress": true, "phoneNumber": true}
	for _, q := range b.Shopify.Queries(shopify.DemoShop)[before:] {
		for _, field := range q.Fields {
			leaf := field[strings.LastIndexByte(field, '.')+1:]
			branch := slices.ContainsFunc(q.Fields, func(f string) bool { return strings.HasPrefix(f, field+".") })
			if !branch && !matched[leaf] {
				t.Errorf("before proof the shop was asked for %s", field)
			}
		}
	}
	if a := c.confirm(t, attempt, "00000000"); a.status != http.StatusForbidden {
		t.Errorf("a wrong code: %d %s", a.status, a.body)
	}
	a := c.confirm(t, attempt, letter.Code)
	var view confirmView
	if err := json.Unmarshal(a.body, &view); err != nil || a.status != http.StatusOK || view.Order == nil || view.Order.Number != hers || len(view.Order.Items) == 0 {
		t.Fatalf("confirmed: %d %s", a.status, a.body)
	}
	if want := b.Clock.Now().Add(commerce.GrantLife); !view.ExpiresAt.Equal(want) {
		t.Errorf("proved until %s, want %s", view.ExpiresAt, want)
	}
	for _, personal := range []string{"jane", "doe", "@", "Street", "Road"} {
		if strings.Contains(strings.ToLower(string(a.body)), strings.ToLower(personal)) {
			t.Errorf("the summary holds %q: %s", personal, a.body)
		}
	}
	if a := c.confirm(t, attempt, letter.Code); a.status != http.StatusForbidden {
		t.Errorf("the same code again: %d", a.status)
	}
	subjects, err := subject.New([]byte(localtest.SessionSecret))
	if err != nil {
		t.Fatal(err)
	}
	who, err := subjects.OfEmail(shop, jane)
	if err != nil {
		t.Fatal(err)
	}
	links, err := rights.NewStore(table.New(b.AWS, b.Env(t, "order-lookup", "TABLE_NAME"), b.Clock.Now), []byte(localtest.SessionSecret))
	if err != nil {
		t.Fatal(err)
	}
	if linked, err := links.Linked(t.Context(), shop, who); err != nil || !slices.Contains(linked, c.session.Conversation) {
		t.Errorf("her conversations: %v, %v", linked, err)
	}
	entries := b.logged(t, shop)
	if len(entries) != 2 || entries[0].Action != audit.Write || entries[0].Record != "commerce.grant" || entries[1].Action != audit.Read || entries[1].Record != "commerce.order" ||
		len(entries[0].Subjects) != 1 || entries[1].Actor != audit.Shopper {
		t.Errorf("logged %+v", entries)
	}
	grants, err := b.verifier.Grants(t.Context(), c.session.Ref())
	if err != nil || len(grants) != 1 {
		t.Fatalf("grants %v, %v", grants, err)
	}
	b.Advance(commerce.GrantLife)
	if grants, err := b.verifier.Grants(t.Context(), c.session.Ref()); err != nil || len(grants) != 0 {
		t.Errorf("after half an hour: %v, %v", grants, err)
	}
}

// An order that is another's and one that does not exist are answered alike, then
// and when a code is tried.
func TestAnothersOrderIsLikeNone(t *testing.T) {
	claim.Proves(t, "C054")
	b := newBench(t)
	var first []byte
	for i, claimed := range []struct{ name, order, contact string }{
		{"none", "#99999", jane}, {"another's", theirs, jane}, {"hers, another mail", hers, "nobody@example.com"}, {"hers, a plus-tag", hers, "jane.doe+x@example.com"},
		{"hers, by its beginning", "#104", jane}, {"hers, a wildcard in the mail", hers, "jane*@example.com"}, {"hers, but for a dot", hers, "janedoe@example.com"},
	} {
		t.Run(claimed.name, func(t *testing.T) {
			c := b.shopper(t, shop)
			raw := c.post(t, "/v1/orders/verify", map[string]any{"order": claimed.order, "contact": claimed.contact})
			var view attemptView
			if err := json.Unmarshal(raw.body, &view); err != nil || raw.status != http.StatusAccepted {
				t.Fatalf("%d %s", raw.status, raw.body)
			}
			same := bytes.Replace(raw.body, []byte(view.Verification), []byte("X"), 1)
			same = bytes.Replace(same, []byte(view.ExpiresAt.Format(time.RFC3339)), []byte("T"), 1)
			if i == 0 {
				first = same
			}
			if !bytes.Equal(same, first) {
				t.Errorf("answered %s, want %s", same, first)
			}
			attempt := commerce.Attempt{Ref: c.session.Ref(), ID: view.Verification}
			if letter, sent, err := b.verifier.Match(t.Context(), attempt, b.platform); err != nil || sent {
				t.Errorf("a letter to %s, %v", letter.To, err)
			}
			if a := c.confirm(t, attempt, "12345678"); a.status != http.StatusForbidden || !strings.Contains(string(a.body), "not right, or is no longer valid") {
				t.Errorf("a guess: %d %s", a.status, a.body)
			}
			b.Advance(time.Hour)
		})
	}
}

func TestWhatIsNoClaim(t *testing.T) {
	b := newBench(t)
	c := b.shopper(t, shop)
	for name, body := range map[string]map[string]any{
		"a quote":             {"order": `1042' OR name:'*`, "contact": jane},
		"an operator":         {"order": "1042 OR 1043", "contact": jane},
		"a wildcard":          {"order": "104*", "contact": jane},
		"a field":             {"order": "name:1042", "contact": jane},
		"a bracket":           {"order": "(1042)", "contact": jane},
		"a backslash":         {"order": `1042\`, "contact": jane},
		"nothing":             {"order": "", "contact": jane},
		"too long":            {"order": strings.Repeat("1", 41), "contact": jane},
		"no contact":          {"order": hers, "contact": ""},
		"a search as contact": {"order": hers, "contact": "jane@x OR email:*"},
		"two addresses":       {"order": hers, "contact": jane + "," + "eve@example.com"},
		"a name":              {"order": hers, "contact": "Jane Doe"},
		"a tenant":            {"order": hers, "contact": jane, "tenant": "other"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := c.post(t, "/v1/orders/verify", body); a.status != http.StatusBadRequest {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	if n := len(b.Shopify.Queries(shopify.DemoShop)); n > 2 { // what connecting asks
		t.Errorf("the shop was asked %d times", n)
	}
}

func TestACodeIsBound(t *testing.T) {
	b := newBench(t)
	c := b.shopper(t, shop)
	attempt, letter, _ := c.verify(t, hers, jane)
	for name, other := range map[string]*caller{
		"another conversation": b.shopper(t, shop), "another merchant": b.shopper(t, "other"),
	} {
		if a := other.confirm(t, attempt, letter.Code); a.status != http.StatusForbidden {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	again, second, _ := c.verify(t, hers, jane)
	if a := c.confirm(t, again, letter.Code); second.Code != letter.Code && a.status != http.StatusForbidden {
		t.Errorf("the code of another attempt: %d", a.status)
	}
	b.Advance(commerce.CodeLife)
	if a := c.confirm(t, attempt, letter.Code); a.status != http.StatusForbidden {
		t.Errorf("after ten minutes: %d", a.status)
	}
}

func TestGuessing(t *testing.T) {
	b := newBench(t)
	c := b.shopper(t, shop)
	attempt, letter, _ := c.verify(t, hers, jane)
	for i := range 5 {
		if a := c.confirm(t, attempt, fmt.Sprintf("0000000%d", i)); a.status != http.StatusForbidden {
			t.Errorf("guess %d: %d", i+1, a.status)
		}
	}
	if a := c.confirm(t, attempt, letter.Code); a.status != http.StatusTooManyRequests || a.wait == "" {
		t.Errorf("the right one after five guesses: %d %s", a.status, a.body)
	}
	for _, code := range []string{"", "1234567", "123456789", "abcdefgh", "１２３４５６７"} {
		if a := c.confirm(t, attempt, code); a.status != http.StatusBadRequest {
			t.Errorf("%q: %d", code, a.status)
		}
	}
}

// Many identities guess together: the shop as a whole has a budget of wrong codes.
func TestManyGuessers(t *testing.T) {
	b := newBench(t)
	honest := b.shopper(t, shop)
	attempt, letter, _ := honest.verify(t, hers, jane)
	guessers, claims := make([]*caller, 25), make([]commerce.Attempt, 25)
	for i := range guessers {
		guessers[i] = b.shopper(t, shop)
		claims[i], _, _ = guessers[i].verify(t, fmt.Sprintf("#9%04d", i), fmt.Sprintf("guess%d@example.com", i))
	}
	statuses := map[int]int{}
	for i, c := range guessers {
		for range 5 {
			statuses[c.confirm(t, claims[i], "11111111").status]++
		}
	}
	if a := b.shopper(t, shop).post(t, "/v1/orders/verify", map[string]any{"order": hers, "contact": jane}); a.status != http.StatusTooManyRequests {
		t.Errorf("another claim beyond the budget: %d", a.status)
	}
	if statuses[http.StatusForbidden] != 100 || statuses[http.StatusTooManyRequests] != 25 {
		t.Errorf("statuses %v, want 100 wrong codes and no more", statuses)
	}
	if a := honest.confirm(t, attempt, letter.Code); a.status != http.StatusTooManyRequests {
		t.Errorf("beyond the budget: %d", a.status)
	}
	b.Advance(time.Hour)
	attempt, letter, _ = honest.verify(t, hers, jane)
	if a := honest.confirm(t, attempt, letter.Code); a.status != http.StatusOK {
		t.Errorf("an hour later: %d %s", a.status, a.body)
	}
}

func TestTooManyClaims(t *testing.T) {
	b := newBench(t)
	for _, claimed := range []struct{ order, contact string }{{hers, jane}, {"#99999", "nobody@example.com"}} { // the count is the same for an order that does not exist
		c, last := b.shopper(t, shop), answer{}
		for range 4 {
			last = c.post(t, "/v1/orders/verify", map[string]any{"order": claimed.order, "contact": claimed.contact})
		}
		if last.status != http.StatusTooManyRequests || last.wait == "" {
			t.Errorf("the fourth claim of %s in an hour: %d %s", claimed.order, last.status, last.body)
		}
	}
	b.Advance(time.Hour)
	if a := b.shopper(t, shop).post(t, "/v1/orders/verify", map[string]any{"order": hers, "contact": jane}); a.status != http.StatusAccepted {
		t.Errorf("an hour later: %d", a.status)
	}
}

func TestTheSameCodeAtOnce(t *testing.T) {
	b := newBench(t)
	c := b.shopper(t, shop)
	attempt, letter, _ := c.verify(t, hers, jane)
	statuses := make([]int, 5)
	var wait sync.WaitGroup
	for i := range statuses {
		wait.Go(func() { statuses[i] = c.confirm(t, attempt, letter.Code).status })
	}
	wait.Wait()
	won := 0
	for _, s := range statuses {
		if s == http.StatusOK {
			won++
		}
	}
	if won != 1 {
		t.Errorf("the code was taken %d times: %v", won, statuses)
	}
}

func TestAShopThatIsDownStillProves(t *testing.T) {
	b := newBench(t)
	c := b.shopper(t, shop)
	attempt, letter, _ := c.verify(t, hers, jane)
	b.Shopify.Revoke(shopify.DemoShop)
	a := c.confirm(t, attempt, letter.Code)
	if a.status != http.StatusOK || !strings.Contains(string(a.body), `"order":null`) {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// Scenario 46: a shop whose orders cannot be looked up says so, to whoever asks for
// whatever order, and to nobody that a code is on its way.
func TestScenario46AShopThatCannotBeAsked(t *testing.T) {
	b := newBench(t)
	var before shopify.Switches
	b.Shopify.Switch(func(s *shopify.Switches) { before = *s })
	ask := func(name string, want int) {
		t.Helper()
		var first []byte
		for _, claimed := range []struct{ order, contact string }{{hers, jane}, {theirs, jane}, {"#99999", "nobody@example.com"}} {
			a := b.shopper(t, shop).post(t, "/v1/orders/verify", map[string]any{"order": claimed.order, "contact": claimed.contact})
			if a.status != want || want == http.StatusServiceUnavailable && !strings.Contains(string(a.body), "cannot be looked up") {
				t.Errorf("%s: %s is answered %d %s", name, claimed.order, a.status, a.body)
			}
			if want == http.StatusServiceUnavailable {
				if first == nil {
					first = a.body
				} else if !bytes.Equal(a.body, first) {
					t.Errorf("%s: answered %s and %s", name, first, a.body)
				}
			}
		}
	}
	ask("connected", http.StatusAccepted)
	b.Shopify.Switch(func(s *shopify.Switches) { s.ProtectedData = 0 })
	if _, err := b.platform.Find(t.Context(), commerce.Access{Tenant: shop, Purpose: commerce.Verification}, "1042"); err == nil {
		t.Fatal("orders are shown")
	}
	ask("orders hidden", http.StatusServiceUnavailable)
	b.Shopify.Switch(func(s *shopify.Switches) { *s = before })
	ask("orders shown again", http.StatusAccepted)
	b.Shopify.Revoke(shopify.DemoShop)
	if _, err := b.platform.Find(t.Context(), commerce.Access{Tenant: shop, Purpose: commerce.Verification}, "1042"); err == nil {
		t.Fatal("a revoked token is good")
	}
	ask("token revoked", http.StatusServiceUnavailable)
	storetest.Connect(t, b.Cloud, b.Outside, storetest.Client(t, b.Cloud, b.Outside, "order-lookup"), shop, shopify.DemoShop)
	ask("connected again", http.StatusAccepted)
}

func TestStoredProofsHoldNothingInClear(t *testing.T) {
	b := newBench(t)
	c := b.shopper(t, shop)
	c.verify(t, hers, jane)
	for _, item := range b.Items(t, b.Env(t, "order-lookup", "TABLE_NAME")) {
		for _, personal := range []string{jane, "jane", "1042"} {
			if strings.Contains(item, personal) {
				t.Errorf("stored: %s", item)
			}
		}
	}
}
