package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/feedback"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/rights"
	"omniops/shared/rights/holding"
	"omniops/shared/ropa"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const shop = id.Tenant("demo")

// bench is the function on local services, with a shop and a chat on it.
type bench struct {
	*localtest.Cloud
	handler http.Handler
	client  *http.Client
	url     string
	token   string
	chat    conversation.Ref
	main    *table.Store
	keys    *table.Store
	ring    *seal.Keyring
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "feedback-send", name) }
	s := settings{Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), KeyringKey: env("KEYRING_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret)}
	b := &bench{Cloud: c, client: contract.Client(t), main: table.New(c.AWS, s.Table, c.Clock.Now), keys: table.New(c.AWS, s.KeyTable, c.Clock.Now)}
	b.ring = seal.NewKeyring(c.AWS, b.keys, s.KeyringKey)
	var err error
	b.handler, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s)
	must(t, err)
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	must(t, tenant.NewStore(b.main).Save(t.Context(), tenant.Account{
		Tenant: shop, Name: "Demo", Domains: []string{"shop.example"}, SiteURL: "https://shop.example", ContactEmail: "help@shop.example", CreatedAt: c.Clock.Now(), ChatDays: 30,
	}.WithDefaults()))
	sessions, err := webchat.NewSessions([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	session, token, err := sessions.Start(shop, "shop.example", "en")
	must(t, err)
	b.token, b.chat = token, session.Ref()
	return b
}

func (b *bench) send(t *testing.T, origin, body string) (int, sentView) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/v1/feedback", strings.NewReader(body))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+b.token)
	r.Header.Set("Origin", origin)
	r.Header.Set("Content-Type", "application/json")
	resp, err := b.client.Do(r)
	must(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(t, err)
	var v sentView
	must(t, json.Unmarshal(raw, &v))
	return resp.StatusCode, v
}

const canary = "the lid of my teal kettle rattles"

// What a shopper asks is kept to be answered: as support and nothing else, sealed,
// for as long as the shop keeps chats; and it goes when they have their chat erased.
func TestAnEnquiryIsKeptForSupport(t *testing.T) {
	claim.Proves(t, "C008")
	b := newBench(t)
	status, v := b.send(t, "https://shop.example", `{"kind":"enquiry","text":"`+canary+`, my card is 4111 1111 1111 1111"}`)
	if want := b.Clock.Now().Add(30 * inventory.Day); status != http.StatusCreated || v.Kind != feedback.Enquiry || want.Sub(v.KeptUntil).Abs() > 2*time.Second {
		t.Fatalf("%d %+v", status, v)
	}
	entries, err := ropa.All()
	must(t, err)
	declared := false
	for _, e := range entries {
		if e.Record == "feedback.note" {
			declared = e.Purpose == inventory.CustomerSupport && e.Retention == inventory.ChatRetention && e.Exported
		}
	}
	if !declared {
		t.Error("it is not declared to be for support, and kept as chats are")
	}
	stored := strings.Join(b.Items(t, b.Env(t, "feedback-send", "TABLE_NAME")), "\n")
	if !strings.Contains(stored, string(v.ID)) || strings.Contains(stored, "kettle") {
		t.Errorf("it is not stored, or in clear:\n%s", stored)
	}
	notes := feedback.NewStore(b.main, b.ring)
	kept, err := notes.Of(t.Context(), b.chat, 30*inventory.Day)
	must(t, err)
	if len(kept) != 1 || !strings.Contains(kept[0].Text.Reveal(), canary) || strings.Contains(kept[0].Text.Reveal(), "4111") {
		t.Errorf("%+v is kept", kept)
	}
	if others, err := notes.Of(t.Context(), conversation.Ref{Tenant: "rival", Conversation: b.chat.Conversation, Shopper: b.chat.Shopper}, 30*inventory.Day); err != nil || len(others) != 0 {
		t.Errorf("another shop has %+v, %v", others, err)
	}

	places := holding.Places{Main: b.main, Keys: b.keys, Ring: b.ring, Secret: []byte(localtest.SessionSecret), Now: b.Clock.Now}
	eraser, err := places.Eraser()
	must(t, err)
	request, err := eraser.Requests.Accept(t.Context(), shop, rights.Request{Kind: rights.Erase, Source: rights.FromShopper, SourceID: "x", Conversations: []id.Conversation{b.chat.Conversation}})
	must(t, err)
	must(t, eraser.Erase(t.Context(), shop, request))
	if status, _ := b.send(t, "https://shop.example", `{"kind":"opinion","rating":1}`); status != http.StatusNotFound {
		t.Errorf("after the erasure more is taken: %d", status)
	}
	if kept, err := notes.Of(t.Context(), b.chat, 30*inventory.Day); err != nil || len(kept) != 0 {
		t.Errorf("after the erasure there is %+v, %v", kept, err)
	}
	for _, item := range b.Items(t, b.Env(t, "feedback-send", "TABLE_NAME")) {
		if strings.Contains(item, string(v.ID)) {
			t.Errorf("after the erasure there is %s", item)
		}
	}
}

func TestItIsGoneToTheSecond(t *testing.T) {
	b := newBench(t)
	if status, _ := b.send(t, "https://shop.example", `{"kind":"opinion","rating":5,"text":"Quick."}`); status != http.StatusCreated {
		t.Fatal(status)
	}
	notes := feedback.NewStore(b.main, b.ring)
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{30*inventory.Day - 2*time.Second, 1}, {4 * time.Second, 0}} {
		b.Advance(c.after)
		if kept, err := notes.Of(t.Context(), b.chat, 90*inventory.Day); err != nil || len(kept) != c.want {
			t.Errorf("%d are left, want %d (%v)", len(kept), c.want, err)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		origin, body string
		want         int
	}{
		"an enquiry without a question": {"https://shop.example", `{"kind":"enquiry","rating":3}`, http.StatusBadRequest},
		"an empty opinion":              {"https://shop.example", `{"kind":"opinion","text":"  "}`, http.StatusBadRequest},
		"too long":                      {"https://shop.example", `{"kind":"opinion","text":"` + strings.Repeat("ä", 2001) + `"}`, http.StatusBadRequest},
		"another kind":                  {"https://shop.example", `{"kind":"praise","text":"x"}`, http.StatusBadRequest},
		"six stars":                     {"https://shop.example", `{"kind":"opinion","rating":6}`, http.StatusBadRequest},
		"somebody else's conversation":  {"https://shop.example", `{"kind":"opinion","rating":5,"conversation_id":"x"}`, http.StatusBadRequest},
		"another site":                  {"https://rival.example", `{"kind":"opinion","rating":5}`, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			if status, _ := b.send(t, c.origin, c.body); status != c.want {
				t.Errorf("%d, want %d", status, c.want)
			}
		})
	}
	b.token = "forged"
	if status, _ := b.send(t, "https://shop.example", `{"kind":"opinion","rating":5}`); status != http.StatusUnauthorized {
		t.Errorf("without a session: %d", status)
	}
}

func TestAChatHasOnlySoMuch(t *testing.T) {
	b := newBench(t)
	for range feedback.MaxPerChat {
		if status, _ := b.send(t, "https://shop.example", `{"kind":"opinion","rating":5}`); status != http.StatusCreated {
			t.Fatal(status)
		}
		b.Advance(time.Millisecond)
	}
	if status, _ := b.send(t, "https://shop.example", `{"kind":"opinion","rating":5}`); status != http.StatusTooManyRequests {
		t.Errorf("one more: %d", status)
	}
}

func TestTheSampleEvent(t *testing.T) {
	b := newBench(t)
	var e events.APIGatewayProxyRequest
	contract.Sample(t, "feedback-send/post.json", &e)
	e.Headers["Authorization"], e.MultiValueHeaders["Authorization"] = "Bearer "+b.token, []string{"Bearer " + b.token}
	e.Headers["Origin"], e.MultiValueHeaders["Origin"] = "https://shop.example", []string{"https://shop.example"}
	if resp := apigw.Buffered(t.Context(), b.handler, &e); resp.StatusCode != http.StatusCreated {
		t.Errorf("%d, %s", resp.StatusCode, resp.Body)
	}
}
