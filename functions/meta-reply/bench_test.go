package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"omniops/local/localtest"
	"omniops/local/sandbox"
	sandboxmeta "omniops/local/sandbox/meta"
	"omniops/local/sandbox/shopify"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/ingest"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
	"omniops/web/storefront"
)

const (
	shop     = id.Tenant("demo")
	appID    = "1001001001"
	question = "How long do I have to return a kettle?"
	person   = "447700900123"
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

// bench is the function on local services, with a model, a merchant whose site has
// been read, and Meta on the other side.
type bench struct {
	t *testing.T
	*localtest.Cloud
	handle      func(context.Context, channel.Inbound) error
	meta        *sandboxmeta.Meta
	graph       *counted
	models      *counted
	veil        *channel.Veil
	threads     *channel.Threads
	connections *meta.Connections
	chats       *conversation.Store
	tenants     *tenant.Store
	log         *safeBuffer
	outside     *localtest.Outside
	settings    settings
}

// counted counts what passes through it, and can do something first.
type counted struct {
	next http.Handler

	mu     sync.Mutex
	bodies []string
	before func(*http.Request)
}

func (c *counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.mu.Lock()
	c.bodies = append(c.bodies, r.Method+" "+r.URL.Path+" "+string(body))
	before := c.before
	c.mu.Unlock()
	if before != nil {
		before(r)
	}
	c.next.ServeHTTP(w, r)
}

func (c *counted) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.bodies...)
}

func (c *counted) do(before func(*http.Request)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before = before
}

// safeBuffer is a log that several write.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{t: t, Cloud: c, log: &safeBuffer{}, outside: c.Outside(t, "")}
	b.models = &counted{next: sandbox.NewOpenAI(c.Faults, c.Clock.Now, 0)}
	b.meta = sandboxmeta.New(sandboxmeta.Options{Now: c.Clock.Now, Faults: c.Faults, AppID: appID, Secret: localtest.MetaAppSecret, Accounts: accounts})
	b.graph = &counted{next: b.meta}
	model, graph := httptest.NewServer(b.models), httptest.NewServer(b.graph)
	t.Cleanup(model.Close)
	t.Cleanup(graph.Close)
	env := func(name string) string { return c.Env(t, "meta-reply", name) }
	b.settings = settings{
		Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), Bucket: env("CONTENT_BUCKET"), KeyringKey: env("KEYRING_KEY_ID"),
		SecretsKey: env("SECRETS_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret), GraphBaseURL: graph.URL + "/meta/graph",
		AppID: appID, AppSecret: boot.NewSecret(localtest.MetaAppSecret), API: "https://api.test", OpenAIKey: boot.NewSecret("sk-test"),
		OpenAIBaseURL: model.URL + "/openai/v1", ChatModel: "gpt-4.1-mini", EmbedModel: "text-embedding-3-small",
		Verifications: env("VERIFICATION_QUEUE_URL"), Tasks: env("ORDER_QUEUE_URL"), Exports: env("EXPORT_QUEUE_URL"), ShopifyURL: b.outside.ShopifyURL,
		ShopifyID: shopify.SandboxClientID, ShopifySecret: boot.NewSecret(localtest.ShopifySecret),
		MailURL: b.outside.ResendURL, MailKey: boot.NewSecret("re_test"), MailFrom: "no-reply@omniops.example",
		AllowPrivate: []string{strings.TrimPrefix(model.URL, "http://"), strings.TrimPrefix(graph.URL, "http://"), strings.TrimPrefix(b.outside.ShopifyURL, "http://")},
	}
	main := table.New(c.AWS, b.settings.Table, c.Clock.Now)
	keys := seal.NewKeyring(c.AWS, table.New(c.AWS, b.settings.KeyTable, c.Clock.Now), b.settings.KeyringKey)
	var err error
	if b.veil, err = channel.NewVeil([]byte(localtest.SessionSecret)); err != nil {
		t.Fatal(err)
	}
	b.threads = channel.NewThreads(main, keys, b.veil)
	b.chats = conversation.NewStore(main, keys)
	b.tenants = tenant.NewStore(main)
	b.connections = meta.NewConnections(main, seal.NewSecrets(c.AWS, b.settings.SecretsKey))
	b.handle = b.instance(t)
	b.merchant(t, main)
	return b
}

// instance is another instance of the function.
func (b *bench) instance(t *testing.T) func(context.Context, channel.Inbound) error {
	t.Helper()
	log := slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	handle, err := build(t.Context(), &boot.Runtime{AWS: b.AWS, Now: b.Clock.Now, Log: log}, b.settings)
	if err != nil {
		t.Fatal(err)
	}
	return handle
}

// merchant makes the shop, has its pages read and connects its accounts.
func (b *bench) merchant(t *testing.T, main *table.Store) {
	t.Helper()
	site := httptest.NewServer(storefront.Handler("http://127.0.0.1:1"))
	defer site.Close()
	if err := b.tenants.Save(t.Context(), tenant.Account{
		Tenant: shop, Name: "Kettle & Co", Domains: []string{"shop.example"}, SiteURL: site.URL, ContactEmail: "help@shop.example", CreatedAt: b.Clock.Now(),
	}.WithDefaults()); err != nil {
		t.Fatal(err)
	}
	reader := &ingest.Reader{
		Client: crawl.NewClient([]string{strings.TrimPrefix(site.URL, "http://")}, nil), Tenants: b.tenants, Sites: library.NewSites(main),
		Library: library.New(object.NewBucket(b.AWS, b.settings.Bucket)), Limits: crawl.Limits{Rate: 1000}, Now: b.Clock.Now, Log: slog.New(slog.DiscardHandler),
	}
	if err := reader.Read(t.Context(), library.Crawl{Tenant: shop}); err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		through := a.ID
		if a.Page != "" {
			through = a.Page
		}
		if err := b.connections.Save(t.Context(), meta.Connection{
			Tenant: shop, Account: channel.Account{Kind: channel.Kind(a.Kind), ID: a.ID}, Name: a.Name, Through: through, Business: a.Business,
			Enabled: true, User: b.veil.Login(sandboxmeta.User), Scopes: meta.Scopes(channel.Kind(a.Kind)), ConnectedAt: b.Clock.Now(),
		}, a.Token); err != nil {
			t.Fatal(err)
		}
	}
}

// events reads a delivery as the webhook does.
func (b *bench) events(t *testing.T, delivery []byte) []channel.Inbound {
	t.Helper()
	d, err := meta.App{ID: appID}.Parse(delivery, func(channel.Account) bool { return true })
	if err != nil || len(d.Malformed) > 0 {
		t.Fatalf("the delivery cannot be read: %v, %+v", err, d.Malformed)
	}
	var all []channel.Inbound
	for _, e := range d.Events {
		in, err := e.Inbound(shop, b.veil, b.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, in)
	}
	return all
}

// writes has somebody write to an account, and gives the event.
func (b *bench) writes(t *testing.T, to channel.Account, text string) channel.Inbound {
	t.Helper()
	return b.events(t, b.meta.Incoming(sandboxmeta.Note{Kind: string(to.Kind), Account: to.ID, Person: person, Text: text}))[0]
}

// ask has somebody write and the function answer, and gives what was sent.
func (b *bench) ask(t *testing.T, to channel.Account, text string) []string {
	t.Helper()
	before := len(b.meta.Sent())
	if err := b.handle(t.Context(), b.writes(t, to, text)); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return b.since(before)
}

// since gives the texts that were sent after the first n.
func (b *bench) since(n int) []string {
	var texts []string
	for _, m := range b.meta.Sent()[n:] {
		texts = append(texts, m.Text)
	}
	return texts
}

// thread reads the state of the thread with the person.
func (b *bench) thread(t *testing.T, a channel.Account) channel.Thread {
	t.Helper()
	who := person
	if a.Kind == channel.WhatsApp {
		who = sandboxmeta.Scoped(person)
	}
	s, err := b.threads.Get(t.Context(), shop, a, b.veil.Thread(shop, a, who))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// transcript reads what was said in a thread, each line after its author.
func (b *bench) transcript(t *testing.T, s channel.Thread) []string {
	t.Helper()
	chat, err := b.chats.Read(t.Context(), conversation.Ref{Tenant: shop, Conversation: s.Conversation, Shopper: s.Shopper}, 90*24*time.Hour, 0)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, m := range chat.Messages {
		lines = append(lines, string(m.Author)+": "+m.Text.Reveal())
	}
	return lines
}
