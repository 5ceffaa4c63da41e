package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/local/sandbox"
	"omniops/local/sandbox/shopify"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
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
	shop   = id.Tenant("demo")
	origin = "https://shop.example"
)

// bench is the function on local services, with a model and a merchant whose
// site has been read.
type bench struct {
	*localtest.Cloud
	server   *httptest.Server // the function
	client   *http.Client     // holds what it is told against the contract
	sessions *webchat.Sessions
	tenants  *tenant.Store
	models   *recorded // what the model was sent
	modelURL string
	outside  *localtest.Outside
}

// recorded keeps the bodies that pass through it.
type recorded struct {
	next   http.Handler
	bodies chan []byte
}

func (r *recorded) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	req.Body = io.NopCloser(bytes.NewReader(body))
	head, _ := json.Marshal(req.Header)
	r.bodies <- append(head, body...)
	r.next.ServeHTTP(w, req)
}

// all gives what was sent since the last call.
func (r *recorded) all() [][]byte {
	var all [][]byte
	for {
		select {
		case b := <-r.bodies:
			all = append(all, b)
		default:
			return all
		}
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{Cloud: c, client: contract.Client(t), models: &recorded{next: sandbox.NewOpenAI(c.Faults, c.Clock.Now, 0), bodies: make(chan []byte, 10_000)}}
	model := httptest.NewServer(b.models)
	t.Cleanup(model.Close)
	b.modelURL, b.outside = model.URL, c.Outside(t, "")

	main := table.New(c.AWS, c.Env(t, "chat-reply", "TABLE_NAME"), c.Clock.Now)
	b.tenants = tenant.NewStore(main)
	b.merchant(t, shop, "shop.example")
	b.read(t, main)

	s := settings{
		Table: c.Env(t, "chat-reply", "TABLE_NAME"), KeyTable: c.Env(t, "chat-reply", "KEY_TABLE_NAME"),
		Bucket: c.Env(t, "chat-reply", "CONTENT_BUCKET"), KeyringKey: c.Env(t, "chat-reply", "KEYRING_KEY_ID"),
		SessionSecret: boot.NewSecret(localtest.SessionSecret), OpenAIKey: boot.NewSecret("sk-test"),
		OpenAIBaseURL: model.URL + "/openai/v1", ChatModel: "gpt-4.1-mini", EmbedModel: "text-embedding-3-small",
		SecretsKey: c.Env(t, "chat-reply", "SECRETS_KEY_ID"), ShopifyURL: b.outside.ShopifyURL, ShopifyID: shopify.SandboxClientID,
		ShopifySecret: boot.NewSecret(localtest.ShopifySecret),
		AllowPrivate:  []string{strings.TrimPrefix(model.URL, "http://"), strings.TrimPrefix(b.outside.ShopifyURL, "http://")},
	}
	handler, err := build(t.Context(), b.runtime(), s)
	if err != nil {
		t.Fatal(err)
	}
	b.server = httptest.NewServer(handler)
	t.Cleanup(b.server.Close)
	if b.sessions, err = webchat.NewSessions([]byte(localtest.SessionSecret), c.Clock.Now); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) runtime() *boot.Runtime {
	return &boot.Runtime{AWS: b.AWS, Now: b.Clock.Now, Log: slog.New(slog.DiscardHandler)}
}

func (b *bench) merchant(t *testing.T, name id.Tenant, host string) {
	t.Helper()
	if err := b.tenants.Save(t.Context(), tenant.Account{
		Tenant: name, Name: "Kettle & Co", Domains: []string{host}, SiteURL: "https://" + host, ContactEmail: "help@" + host,
		CreatedAt: b.Clock.Now(),
	}.WithDefaults()); err != nil {
		t.Fatal(err)
	}
}

// read has the demo shop's pages crawled for the merchant.
func (b *bench) read(t *testing.T, main *table.Store) {
	t.Helper()
	site := httptest.NewServer(storefront.Handler("http://127.0.0.1:1"))
	defer site.Close()
	account, err := b.tenants.Get(t.Context(), shop)
	if err != nil {
		t.Fatal(err)
	}
	account.SiteURL = site.URL
	if err := b.tenants.Save(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	reader := &ingest.Reader{
		Client: crawl.NewClient([]string{strings.TrimPrefix(site.URL, "http://")}, nil), Tenants: b.tenants, Sites: library.NewSites(main),
		Library: library.New(object.NewBucket(b.AWS, b.Env(t, "chat-reply", "CONTENT_BUCKET"))),
		Limits:  crawl.Limits{Rate: 1000}, Now: b.Clock.Now, Log: slog.New(slog.DiscardHandler),
	}
	if err := reader.Read(t.Context(), library.Crawl{Tenant: shop}); err != nil {
		t.Fatal(err)
	}
}

// session starts a session and gives its token.
func (b *bench) session(t *testing.T, name id.Tenant, host, language string) (webchat.Session, string) {
	t.Helper()
	session, token, err := b.sessions.Start(name, host, language)
	if err != nil {
		t.Fatal(err)
	}
	return session, token
}

// ledger gives what models were sent in a conversation.
func (b *bench) ledger(t *testing.T, s webchat.Session) []string {
	t.Helper()
	keys := seal.NewKeyring(b.AWS, table.New(b.AWS, b.Env(t, "chat-reply", "KEY_TABLE_NAME"), b.Clock.Now), b.Env(t, "chat-reply", "KEYRING_KEY_ID"))
	chats := conversation.NewStore(table.New(b.AWS, b.Env(t, "chat-reply", "TABLE_NAME"), b.Clock.Now), keys)
	entries, err := chats.Ledger(t.Context(), s.Ref(), 90*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Reveal())
	}
	return all
}

// answer is what a stream amounted to.
type answer struct {
	status  int
	events  []string // names, in order
	text    string
	first   string // data of the first event
	sources struct {
		Sources []struct {
			N         int       `json:"n"`
			Title     string    `json:"title"`
			URL       string    `json:"url"`
			Hash      string    `json:"hash"`
			CrawledAt time.Time `json:"crawled_at"`
			Stale     bool      `json:"stale"`
		} `json:"sources"`
		Handoff  bool   `json:"handoff"`
		Degraded bool   `json:"degraded"`
		Contact  string `json:"contact"`
	}
	privacy struct {
		Kind    string `json:"kind"`
		Button  string `json:"button"`
		Message string `json:"message_id"`
	}
	done struct {
		MessageID string `json:"message_id"`
		Turn      int    `json:"turn"`
		State     string `json:"state"`
	}
	problem struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}
	retryAfter string
}

// ask sends a message and reads the whole answer.
func (b *bench) ask(t *testing.T, token, message, key string) answer {
	t.Helper()
	body, err := json.Marshal(map[string]string{"message": message, "idempotency_key": key})
	if err != nil {
		t.Fatal(err)
	}
	return b.post(t, token, origin, body)
}

func (b *bench) post(t *testing.T, token, from string, body []byte) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.server.URL+"/v1/chat", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Origin", from)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Canary-Browser/7.7 (CanaryOS)")
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, retryAfter: resp.Header.Get("Retry-After")}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		if err := json.NewDecoder(resp.Body).Decode(&a.problem); err != nil {
			t.Fatalf("status %d is no problem document: %v", resp.StatusCode, err)
		}
		return a
	}
	readEvents(t, resp.Body, &a)
	return a
}

func readEvents(t *testing.T, from io.Reader, a *answer) {
	t.Helper()
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	event := ""
	for lines.Scan() {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			event = name
			a.events = append(a.events, name)
			continue
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		if len(a.events) == 1 {
			a.first = data
		}
		var err error
		switch event {
		case "token":
			var token struct {
				Text string `json:"text"`
			}
			err = json.Unmarshal([]byte(data), &token)
			a.text += token.Text
		case "sources":
			err = json.Unmarshal([]byte(data), &a.sources)
		case "privacy":
			err = json.Unmarshal([]byte(data), &a.privacy)
		case "done":
			err = json.Unmarshal([]byte(data), &a.done)
		case "error":
			err = json.Unmarshal([]byte(data), &a.problem)
		}
		if err != nil {
			t.Fatalf("event %s holds %q: %v", event, data, err)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// transcript reads the conversation back.
func (b *bench) transcript(t *testing.T, token, from string) (status int, messages []line) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.server.URL+"/v1/chat", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Origin", from)
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var view struct {
		Messages []line `json:"messages"`
	}
	if resp.StatusCode == http.StatusOK {
		if err := json.NewDecoder(resp.Body).Decode(&view); err != nil {
			t.Fatal(err)
		}
	}
	return resp.StatusCode, view.Messages
}

// line is a message of a transcript.
type line struct {
	ID     string    `json:"id"`
	Turn   int       `json:"turn"`
	Author string    `json:"author"`
	Text   string    `json:"text"`
	State  string    `json:"state"`
	SentAt time.Time `json:"sent_at"`

	Sources []struct {
		Stale bool `json:"stale"`
	} `json:"sources"`
}

// dump makes an item readable.
func dump(item map[string]types.AttributeValue) map[string]string {
	text := map[string]string{}
	for name, value := range item {
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			text[name] = v.Value
		case *types.AttributeValueMemberN:
			text[name] = v.Value
		case *types.AttributeValueMemberB:
			text[name] = string(v.Value)
		default:
			text[name] = fmt.Sprint(v)
		}
	}
	return text
}
