package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop   = id.Tenant("demo")
	rival  = id.Tenant("rival")
	origin = "https://demo.example"
)

// bench is the function on local services, with two shops and a mailbox.
type bench struct {
	*localtest.Cloud
	url      string
	client   *http.Client
	sessions *webchat.Sessions
	requests *rights.Store
	chats    *conversation.Store

	mu    sync.Mutex
	mails []mail
}

type mail struct {
	To            []string `json:"to"`
	Subject, Text string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{Cloud: c, client: contract.Client(t)}
	resend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m mail
		body, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(body, &m) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.mails = append(b.mails, m)
		_, _ = io.WriteString(w, `{"id":"1"}`)
	}))
	t.Cleanup(resend.Close)
	env := func(name string) string { return c.Env(t, "privacy-request", name) }
	handler, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), SecretsKey: env("SECRETS_KEY_ID"), ErasureQueue: env("ERASURE_QUEUE_URL"), ExportQueue: env("EXPORT_QUEUE_URL"),
		Domain: env("DOMAIN_NAME"), SessionSecret: boot.NewSecret(localtest.SessionSecret), ResendBaseURL: resend.URL, ResendKey: boot.NewSecret("re_test"),
		MailFrom: env("MAIL_FROM"), AllowPrivate: []string{strings.TrimPrefix(resend.URL, "http://")},
	})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	main := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)
	b.sessions, err = webchat.NewSessions([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	b.requests, err = rights.NewStore(main, []byte(localtest.SessionSecret))
	must(t, err)
	b.chats = conversation.NewStore(main, nil)
	for name, region := range map[id.Tenant]tenant.Region{shop: tenant.UK, rival: tenant.EEA} {
		must(t, tenant.NewStore(main).Save(t.Context(), tenant.Account{
			Tenant: name, Name: string(name), Domains: []string{string(name) + ".example"}, SiteURL: "https://" + string(name) + ".example/",
			ContactEmail: "help@" + string(name) + ".example", Region: region, CreatedAt: c.Clock.Now(),
		}.WithDefaults()))
	}
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask sends a request, with a session or without, and wants a status.
func (b *bench) ask(t *testing.T, session, body string, want int) (out requestView) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/v1/privacy/requests", strings.NewReader(body))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", origin)
	if session != "" {
		req.Header.Set("Authorization", "Bearer "+session)
	}
	resp, err := b.client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != want {
		t.Fatalf("%s: %d, want %d: %s", body, resp.StatusCode, want, answer)
	}
	if want == http.StatusAccepted {
		must(t, json.Unmarshal(answer, &out))
	}
	return out
}

func mailed(kind, address, key string) string {
	return fmt.Sprintf(`{"kind":%q,"shop":"demo.example","email":%q,"idempotency_key":%q}`, kind, address, key)
}

// Without an account and without writing to anybody: the code goes to the address,
// and says nothing about whether anything is held.
func TestARequestByEmail(t *testing.T) {
	claim.Proves(t, "C160", "C159")
	b := newBench(t)
	got := b.ask(t, "", mailed("erase", "jane@example.com", "key-00001"), http.StatusAccepted)
	if got.State != rights.Unverified || got.DueOn != "2026-12-24" || got.Ticket == "" {
		t.Errorf("answered %+v", got)
	}
	if len(b.mails) != 1 || !cmp.Equal(b.mails[0].To, []string{"jane@example.com"}) {
		t.Fatalf("mailed %+v", b.mails)
	}
	code := regexp.MustCompile(`\b\d{6}\b`).FindString(b.mails[0].Text)
	if code == "" || !strings.Contains(b.mails[0].Text, "https://api.test/v1/privacy/requests#"+string(got.ID)+".") {
		t.Fatalf("the e-mail says %q", b.mails[0].Text)
	}
	r, err := b.requests.Get(t.Context(), shop, got.ID)
	must(t, err)
	if r.State != rights.Unverified || len(r.Subjects) != 1 || strings.Contains(fmt.Sprint(r), "jane") {
		t.Errorf("kept is %+v", r)
	}
	for range 4 {
		if _, err := b.requests.Prove(t.Context(), shop, got.ID, "00000"+code[:1]); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a wrong code: %v", err)
		}
	}
	if _, err := b.requests.Prove(t.Context(), rival, got.ID, code); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("another shop's: %v", err)
	}
	if r, err := b.requests.Prove(t.Context(), shop, got.ID, code); err != nil || r.State != rights.Accepted {
		t.Errorf("the right code: %+v, %v", r, err)
	}
	again := b.ask(t, "", mailed("erase", "jane@example.com", "key-00001"), http.StatusAccepted)
	if again.ID != got.ID || again.State != rights.Accepted || len(b.mails) != 1 {
		t.Errorf("asked again: %+v, %d mails", again, len(b.mails))
	}
}

// The reference that the cookie settings show brings what was counted in that browser
// into the request; nothing else is taken for one.
func TestARequestNamesABrowser(t *testing.T) {
	b := newBench(t)
	ask := func(reference, key string, want int) requestView {
		return b.ask(t, "", fmt.Sprintf(`{"kind":"erase","shop":"demo.example","email":"jane@example.com","reference":%q,"idempotency_key":%q}`, reference, key), want)
	}
	for reference, visitors := range map[string]int{"0e7qaygv5yds6nyjphf6j25k66": 1, "": 0} {
		got := ask(reference, "key-00001"+reference, http.StatusAccepted)
		r, err := b.requests.Get(t.Context(), shop, got.ID)
		if err != nil || len(r.Visitors) != visitors || r.State != rights.Unverified {
			t.Errorf("with %q it is %+v, %v", reference, r, err)
		}
	}
	for _, reference := range []string{"merchant", "0e7qaygv5yds6nyjphf6j25k6", "0E7QAYGV5YDS6NYJPHF6J25K66", "../../etc/passwd-----------"} {
		ask(reference, "key-00002", http.StatusBadRequest)
	}
}

// Whoever asks for a child proves their own address, which the request is not about,
// and says how to find the child; from the child's own chat, it is paused before that.
func TestAGuardianAsksForAChild(t *testing.T) {
	claim.Proves(t, "C142")
	b := newBench(t)
	session, token, err := b.sessions.Start(shop, "demo.example", "en")
	must(t, err)
	guardian := func(session, child, note string, want int) requestView {
		t.Helper()
		return b.ask(t, session, fmt.Sprintf(`{"kind":"child","shop":"demo.example","email":"parent@example.com","child":%q,"note":%q,"idempotency_key":"key-00001"}`, child, note), want)
	}
	guardian("", "", " ", http.StatusBadRequest)
	guardian("", "neither", "My son wrote yesterday.", http.StatusBadRequest)
	for from, c := range map[string]struct {
		session, child, note string
		proved               rights.State
	}{
		"the page":  {"", "son@example.com", "My son wrote yesterday.", rights.Waiting},
		"a tablet":  {token, "", "", rights.Accepted},
		"a channel": {"", "+44 7700 900123", "On WhatsApp.", rights.Waiting},
	} {
		t.Run(from, func(t *testing.T) {
			b.mails = nil
			got := b.ask(t, c.session, fmt.Sprintf(`{"kind":"child","shop":"demo.example","email":"parent@example.com","child":%q,"note":%q,"idempotency_key":%q}`, c.child, c.note, "key-"+strings.ReplaceAll(from, " ", "-")), http.StatusAccepted)
			r, err := b.requests.Get(t.Context(), shop, got.ID)
			if err != nil || got.State != rights.Unverified || got.DueOn != "2026-11-27" || r.Guardian == "" || len(r.Subjects) != 0 || (len(r.Named) == 1) != (c.child != "") {
				t.Fatalf("kept %+v, %v", r, err)
			}
			code := regexp.MustCompile(`\b\d{6}\b`).FindString(b.mails[0].Text)
			if r, err = b.requests.Prove(t.Context(), shop, got.ID, code); err != nil || r.State != c.proved {
				t.Errorf("proved, it is %+v, %v", r, err)
			}
			if linked, err := b.requests.Linked(t.Context(), shop, r.Guardian); err != nil || len(linked) != 0 {
				t.Errorf("the child's chat became the parent's: %v, %v", linked, err)
			}
		})
	}
	if standing, err := b.chats.Standing(t.Context(), shop, session.Conversation); err != nil || !standing.Has(conversation.Paused) {
		t.Errorf("the child's chat goes on: %+v, %v", standing, err)
	}
}

func TestACodeIsGoodForFiveTriesAndAQuarterOfAnHour(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		tries int
		later bool
		good  bool
	}{
		"at once":             {0, false, true},
		"at the fifth try":    {4, false, true},
		"at the sixth try":    {5, false, false},
		"when it has run out": {0, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			b.mails = nil
			b.Clock.SetOffset(0)
			address := strings.ReplaceAll(name, " ", ".") + "@example.com"
			got := b.ask(t, "", mailed("access", address, "key-00001"), http.StatusAccepted)
			code := regexp.MustCompile(`\b\d{6}\b`).FindString(b.mails[0].Text)
			for range c.tries {
				_, _ = b.requests.Prove(t.Context(), shop, got.ID, "x")
			}
			if c.later {
				b.Advance(rights.CodeLife)
			}
			if _, err := b.requests.Prove(t.Context(), shop, got.ID, code); (err == nil) != c.good {
				t.Errorf("the code: %v", err)
			}
		})
	}
}

func TestCodesAreLimited(t *testing.T) {
	b := newBench(t)
	for n := range 5 {
		b.ask(t, "", mailed("erase", "jane@example.com", fmt.Sprintf("key-0000%d", n)), http.StatusAccepted)
	}
	b.ask(t, "", mailed("erase", "JANE@example.com", "key-00009"), http.StatusTooManyRequests)
	b.ask(t, "", mailed("erase", "john@example.com", "key-00009"), http.StatusAccepted)
	if len(b.mails) != 6 {
		t.Errorf("%d mails", len(b.mails))
	}
}

// From the chat it takes no address: the session is the proof.
func TestARequestFromTheChat(t *testing.T) {
	claim.Proves(t, "C159")
	b := newBench(t)
	session, token, err := b.sessions.Start(shop, "demo.example", "en")
	must(t, err)
	for kind, c := range map[string]struct {
		state rights.State
		due   string
	}{
		"erase": {rights.Accepted, "2026-12-24"}, "export": {rights.Accepted, "2026-12-24"}, "access": {rights.Accepted, "2026-12-24"},
		"no-ai": {rights.Done, "2026-12-24"}, "limit": {rights.Done, "2026-12-24"}, "restrict": {rights.Done, "2026-12-24"}, "opt-out": {rights.Done, "2026-12-24"},
		"object": {rights.Waiting, "2026-12-24"}, "correct": {rights.Waiting, "2026-12-24"}, "complaint": {rights.Waiting, "2026-12-24"},
		"human-review": {rights.Waiting, "2026-12-24"}, "child": {rights.Accepted, "2026-11-27"},
	} {
		got := b.ask(t, token, fmt.Sprintf(`{"kind":%q,"note":"Please.","message_id":"m1","idempotency_key":"key-00001"}`, kind), http.StatusAccepted)
		if got.State != c.state || got.DueOn != c.due {
			t.Errorf("%s: %+v, want %+v", kind, got, c)
		}
	}
	standing, err := b.chats.Standing(t.Context(), shop, session.Conversation)
	must(t, err)
	for _, choice := range []conversation.Choice{conversation.NoAI, conversation.Limited, conversation.Restricted, conversation.OptedOut, conversation.Objected, conversation.Paused} {
		if !standing.Has(choice) {
			t.Errorf("%s is not noted: %+v", choice, standing)
		}
	}
	if all, err := b.requests.List(t.Context(), shop); err != nil || len(all) != 12 || all[0].Kind != rights.Child {
		t.Errorf("kept %d, %v", len(all), err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	b := newBench(t)
	_, token, err := b.sessions.Start(shop, "elsewhere.example", "en")
	must(t, err)
	for name, c := range map[string]struct {
		session, body string
		want          int
	}{
		"no address":        {"", `{"kind":"erase","shop":"demo.example","idempotency_key":"key-00001"}`, 400},
		"no shop":           {"", `{"kind":"erase","email":"jane@example.com","idempotency_key":"key-00001"}`, 400},
		"unknown shop":      {"", `{"kind":"erase","shop":"nobody.example","email":"jane@example.com","idempotency_key":"key-00001"}`, 404},
		"no address at all": {"", mailed("erase", "jane", "key-00001"), 400},
		"unknown kind":      {"", mailed("sell", "jane@example.com", "key-00001"), 400},
		"no key":            {"", mailed("erase", "jane@example.com", ""), 400},
		"a long note":       {"", fmt.Sprintf(`{"kind":"erase","note":%q,"idempotency_key":"key-00001"}`, strings.Repeat("é", 1001)), 400},
		"review by e-mail":  {"", mailed("human-review", "jane@example.com", "key-00001"), 401},
		"another's session": {token, `{"kind":"erase","idempotency_key":"key-00001"}`, 401},
		"no session":        {"nonsense", `{"kind":"erase","idempotency_key":"key-00001"}`, 401},
	} {
		t.Run(name, func(t *testing.T) { b.ask(t, c.session, c.body, c.want) })
	}
	if len(b.mails) != 0 {
		t.Errorf("mailed %+v", b.mails)
	}
}

// A request is kept even when it cannot be queued: it is found by the timer.
func TestAQueueThatIsDownLosesNothing(t *testing.T) {
	b := newBench(t)
	_, token, err := b.sessions.Start(shop, "demo.example", "en")
	must(t, err)
	must(t, b.Faults.Replace(faults.Rule{Service: "sqs", Kind: faults.Error}))
	got := b.ask(t, token, `{"kind":"erase","idempotency_key":"key-00001"}`, http.StatusAccepted)
	if r, err := b.requests.Get(t.Context(), shop, got.ID); err != nil || r.State != rights.Accepted {
		t.Errorf("kept %+v, %v", r, err)
	}
}

// The page is one file in three languages, which runs its own script and no other.
func TestThePage(t *testing.T) {
	claim.Proves(t, "C151", "C159")
	b := newBench(t)
	for _, c := range []struct{ query, accept, lang, says string }{
		{"", "", "en", "Know what is held about me"},
		{"", "fr-CH, fr;q=0.9, en;q=0.8", "fr", "Faire effacer mes données"},
		{"", "ja, de;q=0.5", "de", "Meine Daten löschen lassen"},
		{"?lang=de", "en", "de", "Meine Daten nicht verkaufen"},
		{"?lang=%3Cscript%3E", "", "en", "Do not sell or share my data"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/v1/privacy/requests"+c.query, nil)
		must(t, err)
		req.Header.Set("Accept-Language", c.accept)
		resp, err := b.client.Do(req)
		must(t, err)
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		must(t, resp.Body.Close())
		if policy := resp.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Count(policy, "'sha256-") != 2 {
			t.Errorf("%+v: policy %q", c, policy)
		}
		if text := string(body); resp.StatusCode != http.StatusOK || !strings.Contains(text, `<html lang="`+c.lang+`">`) || !strings.Contains(text, c.says) || strings.Contains(text, "{{") {
			t.Errorf("%+v: %d, %.300s", c, resp.StatusCode, text)
		}
	}
}
