package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"omniops/local/contract"
	"omniops/local/localtest"
	sandboxmeta "omniops/local/sandbox/meta"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/desk"
	"omniops/shared/channel/meta"
	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop   = id.Tenant("demo")
	rival  = id.Tenant("rival")
	person = "447700900123"
)

var (
	phone     = channel.Account{Kind: channel.WhatsApp, ID: "4004004004"}
	page      = channel.Account{Kind: channel.Messenger, ID: "2002002002"}
	instagram = channel.Account{Kind: channel.Instagram, ID: "3003003003"}
	accounts  = []sandboxmeta.Account{
		{Kind: "whatsapp", ID: phone.ID, Name: "Kettle & Co", Token: "EAAtestPhoneToken", Business: "5005005005"},
		{Kind: "messenger", ID: page.ID, Name: "Kettle & Co", Token: "EAAtestPageToken"},
		{Kind: "instagram", ID: instagram.ID, Name: "kettleandco", Token: "EAAtestPageToken", Page: page.ID},
	}
)

// bench is the function on local services, with Meta on the other side.
type bench struct {
	*localtest.Cloud
	t           *testing.T
	url         string
	client      *http.Client
	tokens      *identity.Tokens
	meta        *sandboxmeta.Meta
	veil        *channel.Veil
	threads     *channel.Threads
	connections *meta.Connections
	chats       *conversation.Store
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{Cloud: c, t: t, client: contract.Client(t)}
	b.meta = sandboxmeta.New(sandboxmeta.Options{Now: c.Clock.Now, Faults: c.Faults, AppID: "1001001001", Secret: localtest.MetaAppSecret, Accounts: accounts})
	graph := httptest.NewServer(b.meta)
	t.Cleanup(graph.Close)
	env := func(name string) string { return c.Env(t, "merchant-conversation", name) }
	secret := boot.NewSecret(localtest.SessionSecret)
	handler, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), KeyringKey: env("KEYRING_KEY_ID"), SecretsKey: env("SECRETS_KEY_ID"), SessionSecret: secret,
		GraphBaseURL: graph.URL + "/meta/graph", AppID: "1001001001", AppSecret: boot.NewSecret(localtest.MetaAppSecret),
		AllowPrivate: []string{strings.TrimPrefix(graph.URL, "http://")},
	})
	b.must(err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	b.tokens, err = identity.NewTokens(secret.Bytes(), c.Clock.Now)
	b.must(err)
	b.veil, err = channel.NewVeil(secret.Bytes())
	b.must(err)
	main := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)
	keys := seal.NewKeyring(c.AWS, table.New(c.AWS, env("KEY_TABLE_NAME"), c.Clock.Now), env("KEYRING_KEY_ID"))
	b.threads, b.chats = channel.NewThreads(main, keys, b.veil), conversation.NewStore(main, keys)
	b.connections = meta.NewConnections(main, seal.NewSecrets(c.AWS, env("SECRETS_KEY_ID")))
	for _, name := range []id.Tenant{shop, rival} {
		b.must(tenant.NewStore(main).Save(t.Context(), tenant.Account{
			Tenant: name, Name: "Kettle & Co", Domains: []string{string(name) + ".example"}, SiteURL: "https://" + string(name) + ".example", ContactEmail: "help@shop.example", CreatedAt: c.Clock.Now(),
		}.WithDefaults()))
	}
	for _, a := range accounts {
		through := a.ID
		if a.Page != "" {
			through = a.Page
		}
		b.must(b.connections.Save(t.Context(), meta.Connection{
			Tenant: shop, Account: channel.Account{Kind: channel.Kind(a.Kind), ID: a.ID}, Name: a.Name, Through: through, Business: a.Business, Enabled: true,
			User: b.veil.Login(sandboxmeta.User), Scopes: meta.Scopes(channel.Kind(a.Kind)), ConnectedAt: c.Clock.Now(),
		}, a.Token))
	}
	return b
}

// keep is how long the demo shop keeps its chats.
const keep = 90 * 24 * time.Hour

// turn has a shopper write and the AI answer, and gives the conversation.
func (b *bench) turn(ref conversation.Ref, domain, question, answer string) id.Conversation {
	b.t.Helper()
	thread, err := b.chats.Read(b.t.Context(), ref, keep, 0)
	b.must(err)
	asked, err := b.chats.Begin(b.t.Context(), ref, thread, conversation.Head{Domain: domain, Language: "en"}, seal.Clear(question), question, keep)
	b.must(err)
	_, err = b.chats.Finish(b.t.Context(), ref, conversation.Answer{Message: conversation.Message{Turn: asked.Turn, Author: conversation.Assistant, Text: seal.Clear(answer), State: conversation.Complete}}, keep)
	b.must(err)
	return ref.Conversation
}

// writes has a person write on a channel, and gives the conversation.
func (b *bench) writes(to channel.Account, text string) id.Conversation {
	b.t.Helper()
	b.meta.Incoming(sandboxmeta.Note{Kind: string(to.Kind), Account: to.ID, Person: person, Text: text}) // opens Meta's own window
	who := channel.Contact{Person: person}
	if to.Kind == channel.WhatsApp {
		who = channel.Contact{Person: sandboxmeta.Scoped(person), Phone: person}
	}
	thread, err := b.threads.Change(b.t.Context(), shop, to, b.veil.Thread(shop, to, who.Person), keep, func(s *channel.Thread) error {
		s.OpenedAt, s.Disclosed = b.Clock.Now(), []string{"en"}
		return b.threads.Remember(b.t.Context(), shop, s, who, keep)
	})
	b.must(err)
	return b.turn(conversation.Ref{Tenant: shop, Conversation: thread.Conversation, Shopper: thread.Shopper}, to.String(), text, "An answer to "+text)
}

// thread is a conversation's thread as it is.
func (b *bench) thread(chat id.Conversation) channel.Thread {
	b.t.Helper()
	thread, err := b.threads.Of(b.t.Context(), shop, chat)
	b.must(err)
	return thread
}

// call asks as a merchant, and reads the answer into v.
func (b *bench) call(as id.Tenant, method, path, body string, v any) int {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+"/v1/merchant/conversations"+path, strings.NewReader(body))
	b.must(err)
	if as != "" {
		token, err := b.tokens.Mint(as, b.Clock.Now().Add(time.Hour))
		b.must(err)
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := b.client.Do(req)
	b.must(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	b.must(err)
	if v != nil {
		b.must(json.Unmarshal(raw, v))
	}
	return resp.StatusCode
}

// refusal is a problem document with what a rule says.
type refusal struct{ Reason, Next string }

// post answers as a person at the shop.
func (b *bench) post(chat id.Conversation, text, form, key string, v any) int {
	b.t.Helper()
	in := map[string]string{"text": text, "idempotency_key": key}
	if form != "" {
		in["form"] = form
	}
	body, err := json.Marshal(in)
	b.must(err)
	return b.call(shop, http.MethodPost, "/"+string(chat)+"/messages", string(body), v)
}

// The list has every channel, the latest first, each with who answers, why somebody
// should look, and when it goes; another shop sees none of it.
func TestAMerchantWatches(t *testing.T) {
	b := newBench(t)
	web := b.turn(conversation.Ref{Tenant: shop, Conversation: "web1", Shopper: "s1"}, "shop.example", "First", "Yes.")
	b.Advance(25 * time.Hour) // a day later
	onPhone := b.writes(phone, "Second")
	b.Advance(time.Minute)
	onPage := b.writes(page, "Third")
	_, err := b.threads.Change(t.Context(), shop, page, b.thread(onPage).ID, keep, func(s *channel.Thread) error {
		s.Raised(channel.AskedFor, b.Clock.Now())
		return nil
	})
	b.must(err)
	var all listView
	if status := b.call(shop, http.MethodGet, "", "", &all); status != 200 || len(all.Conversations) != 3 {
		t.Fatalf("%d, %+v", status, all)
	}
	for i, want := range []struct {
		chat      id.Conversation
		channel   string
		account   string
		attention channel.Flag
		last      string
	}{{onPage, "messenger", page.ID, channel.AskedFor, "An answer to Third"}, {onPhone, "whatsapp", phone.ID, "", "An answer to Second"}, {web, "web", "shop.example", "", "Yes."}} {
		got := all.Conversations[i]
		if got.ID != want.chat || got.Channel != want.channel || got.Account != want.account || got.Attention != want.attention || got.Last.Text != want.last ||
			got.Handler != desk.AI || !got.ExpiresAt.Equal(got.Last.SentAt.Add(keep)) {
			t.Errorf("%d: %+v", i, got)
		}
	}
	if b.call(shop, http.MethodGet, "?attention=true", "", &all); len(all.Conversations) != 1 || all.Conversations[0].ID != onPage {
		t.Errorf("what needs a look is %+v", all.Conversations)
	}
	if b.call(rival, http.MethodGet, "", "", &all); len(all.Conversations) != 0 {
		t.Errorf("another shop sees %+v", all.Conversations)
	}
	var one chatView
	if status := b.call(shop, http.MethodGet, "/"+string(onPhone), "", &one); status != 200 || len(one.Messages) != 2 || one.Messages[0].Text != "Second" || !one.FreeUntil.Equal(b.thread(onPhone).OpenedAt.Add(channel.Window)) {
		t.Errorf("%d, %+v", status, one)
	}
	if status := b.call(rival, http.MethodGet, "/"+string(onPhone), "", nil); status != 404 {
		t.Errorf("another shop: %d", status)
	}
	if status := b.call("", http.MethodGet, "", "", nil); status != 401 {
		t.Errorf("nobody: %d", status)
	}
	b.must(b.chats.Choose(t.Context(), conversation.Ref{Tenant: shop, Conversation: web, Shopper: "s1"}, conversation.Restricted, true))
	if b.call(shop, http.MethodGet, "", "", &all); len(all.Conversations) != 2 {
		t.Errorf("what its person wants unused is listed: %+v", all.Conversations)
	}
	if status := b.call(shop, http.MethodGet, "/"+string(web), "", nil); status != 404 {
		t.Errorf("what its person wants unused: %d", status)
	}
}

// A long list is walked in steps, in order and without a gap.
func TestTheListHasSteps(t *testing.T) {
	b := newBench(t)
	for i := range step + 7 {
		b.turn(conversation.Ref{Tenant: shop, Conversation: id.Conversation(fmt.Sprintf("c%02d", (i*31)%97)), Shopper: id.Shopper(fmt.Sprintf("s%d", i))}, "shop.example", fmt.Sprint(i), "Yes.")
		b.Advance(time.Minute)
	}
	var before time.Time
	seen, cursor := map[id.Conversation]bool{}, ""
	for {
		var got listView
		if status := b.call(shop, http.MethodGet, "?cursor="+cursor, "", &got); status != 200 {
			t.Fatalf("cursor %q: %d", cursor, status)
		}
		for _, c := range got.Conversations {
			if seen[c.ID] || !before.IsZero() && c.Last.SentAt.After(before) {
				t.Errorf("%s comes again, or late", c.ID)
			}
			seen[c.ID], before = true, c.Last.SentAt
		}
		if cursor = got.Next; cursor == "" {
			break
		}
	}
	if len(seen) != step+7 {
		t.Errorf("%d of %d are listed", len(seen), step+7)
	}
	for _, wrong := range []string{"x", "2026-11-24.1", "2026-11-24.x.c1", "2026-11-24.01.c1", "2026-11-24.1.c%231"} {
		if status := b.call(shop, http.MethodGet, "?cursor="+wrong, "", nil); status != 400 {
			t.Errorf("cursor %q: %d", wrong, status)
		}
	}
}

// An answer goes out on its own thread, once for a key, and takes it over.
func TestAPersonAnswers(t *testing.T) {
	for _, to := range []channel.Account{phone, page, instagram} {
		t.Run(string(to.Kind), func(t *testing.T) {
			b := newBench(t)
			chat := b.writes(to, "Is anybody there?")
			var said messageView
			for range 2 {
				if status := b.post(chat, "Hello, this is Ann.", "", "answer-0001", &said); status != 201 || said.Author != conversation.Agent || said.Delivery != channel.PostSent {
					t.Fatalf("%d, %+v", status, said)
				}
			}
			if sent := b.meta.Sent(); len(sent) != 1 || sent[0].Account != to.ID || sent[0].Person != person || sent[0].Text != "Hello, this is Ann." {
				t.Errorf("sent %+v", sent)
			}
			if status := b.post(chat, "Something else", "", "answer-0001", nil); status != 409 {
				t.Errorf("other words under the same key: %d", status)
			}
			var one chatView
			b.call(shop, http.MethodGet, "/"+string(chat), "", &one)
			if one.Handler != desk.Person || !one.HandlerUntil.Equal(b.Clock.Now().Add(channel.PersonHolds)) || len(one.Messages) != 3 || one.Last.ID != said.ID || one.Last.Delivery != channel.PostSent {
				t.Errorf("%+v", one)
			}
			if thread := b.thread(chat); !thread.Held(b.Clock.Now()) {
				t.Error("the AI still has the thread")
			}
			long := strings.Repeat("One more sentence about kettles. ", 90)
			if status := b.post(chat, long, "", "answer-0002", &said); status != 201 || said.Delivery != channel.PostSent {
				t.Errorf("a long answer: %d, %+v", status, said.Delivery)
			}
			for _, m := range b.meta.Sent() {
				if limit, _ := to.Kind.MaxText(); len(m.Text) > limit {
					t.Errorf("a part has %d bytes", len(m.Text))
				}
			}
		})
	}
}

// What may not be sent is not sent: the answer says why, and what is lawful instead.
func TestWhatAPersonMayNotSend(t *testing.T) {
	set := func(change func(*meta.Connection)) func(*bench, id.Conversation) {
		return func(b *bench, chat id.Conversation) {
			c, err := b.connections.Get(b.t.Context(), shop, b.thread(chat).Account)
			b.must(err)
			change(&c)
			b.must(b.connections.Save(b.t.Context(), c, "EAAtestPhoneToken"))
		}
	}
	late := func(d time.Duration) func(*bench, id.Conversation) {
		return func(b *bench, _ id.Conversation) { b.Advance(d) }
	}
	for name, c := range map[string]struct {
		to     channel.Account
		before []func(*bench, id.Conversation)
		form   string
		want   refusal
		sent   int
	}{
		"a second before the window closes": {phone, []func(*bench, id.Conversation){late(channel.Window - time.Second)}, "", refusal{}, 1},
		"the window is closed":              {phone, []func(*bench, id.Conversation){late(channel.Window)}, "", refusal{"window-closed", "wait"}, 0},
		"closed, and there is a template":   {phone, []func(*bench, id.Conversation){set(func(c *meta.Connection) { c.Template, c.TemplateLanguage = "order_update", "en_US" }), late(channel.Window)}, "", refusal{"window-closed", "send-template"}, 0},
		"a template":                        {phone, []func(*bench, id.Conversation){set(func(c *meta.Connection) { c.Template, c.TemplateLanguage = "order_update", "en_US" }), late(channel.Window)}, "template", refusal{}, 1},
		"a template that nobody configured": {phone, nil, "template", refusal{"no-template", "set-template"}, 0},
		"late on Messenger":                 {page, []func(*bench, id.Conversation){late(channel.Window)}, "human", refusal{"tag-not-granted", "wait"}, 0},
		"switched off":                      {phone, []func(*bench, id.Conversation){set(func(c *meta.Connection) { c.Enabled = false })}, "", refusal{"disconnected", "reconnect"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			chat := b.writes(c.to, "Hello?")
			for _, f := range c.before {
				f(b, chat)
			}
			var got refusal
			status := b.post(chat, "Here I am.", c.form, "answer-0001", &got)
			if got != c.want || len(b.meta.Sent()) != c.sent || (status == 201) != (c.sent == 1) || c.sent == 0 && status != 403 {
				t.Errorf("%d, %+v, %d sent", status, got, len(b.meta.Sent()))
			}
			var one chatView
			b.call(shop, http.MethodGet, "/"+string(chat), "", &one)
			if len(one.Messages) != 2+c.sent {
				t.Errorf("the transcript has %d lines", len(one.Messages))
			}
			if c.form == "" && c.sent == 0 && (one.Forms[0].Allowed || string(one.Forms[0].Next) != c.want.Next) {
				t.Errorf("the composer is told %+v", one.Forms[0])
			}
		})
	}
}

// What Meta does not take is told as it is.
func TestWhatMetaDoesNotTake(t *testing.T) {
	for name, c := range map[string]struct {
		failure sandboxmeta.Failure
		status  int
		want    refusal
	}{
		"the token is gone":  {sandboxmeta.Failure{Code: 190, OnSend: true}, 403, refusal{"disconnected", "reconnect"}},
		"the window":         {sandboxmeta.Failure{Code: 131047, OnSend: true}, 403, refusal{"window-closed", "wait"}},
		"blocked for policy": {sandboxmeta.Failure{Code: 368, OnSend: true}, 403, refusal{"not-taken", "wait"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			chat := b.writes(phone, "Hello?")
			b.meta.Fail(c.failure)
			var got refusal
			if status := b.post(chat, "Here I am.", "", "answer-0001", &got); status != c.status || got != c.want || len(b.meta.Sent()) != 0 {
				t.Errorf("%d, %+v", status, got)
			}
			var one chatView
			if b.call(shop, http.MethodGet, "/"+string(chat), "", &one); one.Last.Delivery != channel.PostRefused || one.Attention != channel.NotSent {
				t.Errorf("%+v", one.Last)
			}
		})
	}
}

// A conversation is taken over, stopped and given back, on a channel and in the
// widget's chat; what the AI said is corrected, and a shopper's words are not.
func TestHandlersAndCorrections(t *testing.T) {
	b := newBench(t)
	for name, chat := range map[string]id.Conversation{
		"channel": b.writes(phone, "Hello?"),
		"widget":  b.turn(conversation.Ref{Tenant: shop, Conversation: "web1", Shopper: "s1"}, "shop.example", "Hello?", "An answer to Hello?"),
	} {
		t.Run(name, func(t *testing.T) {
			var one chatView
			for _, step := range []struct {
				to   string
				want desk.Handler
			}{{"person", desk.Person}, {"nobody", desk.Nobody}, {"ai", desk.AI}} {
				status := b.call(shop, http.MethodPut, "/"+string(chat)+"/handler", `{"handler":"`+step.to+`"}`, &one)
				want := step.want
				if name == "widget" && want == desk.Nobody { // where nobody but a person can answer
					want = desk.Person
				}
				if status != 200 || one.Handler != want {
					t.Errorf("to %s: %d, %s", step.to, status, one.Handler)
				}
			}
			if status := b.call(shop, http.MethodPut, "/"+string(chat)+"/handler", `{"handler":"other-app"}`, nil); status != 400 {
				t.Errorf("to another app: %d", status)
			}
			if status := b.call(rival, http.MethodPut, "/"+string(chat)+"/handler", `{"handler":"person"}`, nil); status != 404 {
				t.Errorf("another shop: %d", status)
			}
			answer, question := one.Messages[1], one.Messages[0]
			if status := b.call(shop, http.MethodPut, "/"+string(chat)+"/messages/"+string(answer.ID), `{"text":"It is 60 days."}`, &one); status != 200 || one.Messages[1].Text != "It is 60 days." || one.Messages[1].CorrectedAt.IsZero() {
				t.Errorf("%d, %+v", status, one.Messages)
			}
			for path, want := range map[string]int{string(question.ID): 403, "none": 404} {
				if status := b.call(shop, http.MethodPut, "/"+string(chat)+"/messages/"+path, `{"text":"Words"}`, nil); status != want {
					t.Errorf("%s: %d", path, status)
				}
			}
			if status := b.call(rival, http.MethodPut, "/"+string(chat)+"/messages/"+string(answer.ID), `{"text":"Words"}`, nil); status != 404 {
				t.Errorf("another shop corrects: %d", status)
			}
			var said messageView
			if status := b.post(chat, "Hello, this is Ann.", "", "answer-0001", &said); status != 201 || said.Author != conversation.Agent {
				t.Errorf("%d, %+v", status, said)
			}
			if b.call(shop, http.MethodGet, "/"+string(chat), "", &one); one.Handler != desk.Person || len(one.Messages) != 3 {
				t.Errorf("%s, %d lines", one.Handler, len(one.Messages))
			}
		})
	}
	for body, want := range map[string]int{
		`{"text":"","idempotency_key":"answer-0009"}`: 400, `{"text":"x","idempotency_key":"short"}`: 400, `{"text":"x","idempotency_key":"answer-0009","form":"loud"}`: 400,
	} {
		if status := b.call(shop, http.MethodPost, "/web1/messages", body, nil); status != want {
			t.Errorf("%s: %d", body, status)
		}
	}
}

// Every line goes to the second, and nothing is left of it then.
func TestWhatIsPastItsRetention(t *testing.T) {
	b := newBench(t)
	chat := b.writes(instagram, "Hello?")
	b.Advance(keep - time.Second)
	var one chatView
	if status := b.call(shop, http.MethodGet, "/"+string(chat), "", &one); status != 200 || one.ExpiresAt.Sub(b.Clock.Now()) > time.Second {
		t.Errorf("%d, %s", status, one.ExpiresAt)
	}
	b.Advance(time.Second)
	var all listView
	if b.call(shop, http.MethodGet, "", "", &all); len(all.Conversations) != 0 {
		t.Errorf("still listed: %+v", all)
	}
	if status := b.call(shop, http.MethodGet, "/"+string(chat), "", nil); status != 404 {
		t.Errorf("%d", status)
	}
}
