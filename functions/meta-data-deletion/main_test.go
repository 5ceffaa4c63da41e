package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	sandboxmeta "omniops/local/sandbox/meta"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/erasure"
	"omniops/shared/channel/meta"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const shop = id.Tenant("demo")

var (
	page  = channel.Account{Kind: channel.Messenger, ID: "2002002002"}
	insta = channel.Account{Kind: channel.Instagram, ID: "3003003003"}
	other = channel.Account{Kind: channel.Messenger, ID: "7007007007"} // somebody else's
)

// bench is the function on local services, with two accounts that user 218471
// connected and one that another did, each with threads.
type bench struct {
	*localtest.Cloud
	handler     http.Handler
	client      *http.Client
	url         string
	settings    settings
	veil        *channel.Veil
	keys        *seal.Keyring
	threads     *channel.Threads
	chats       *conversation.Store
	connections *meta.Connections
	deletions   *erasure.Deletions // the worker's
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "meta-data-deletion", name) }
	b := &bench{Cloud: c, client: contract.Client(t), settings: settings{
		Table: env("TABLE_NAME"), Deletions: env("DELETION_QUEUE_URL"), AppSecret: boot.NewSecret(localtest.MetaAppSecret),
		AppSecretSpare: boot.NewSecret("unset"), SessionSecret: boot.NewSecret(localtest.SessionSecret), API: "https://api.test",
	}}
	var err error
	b.handler, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, b.settings)
	must(t, err)
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	main := table.New(c.AWS, b.settings.Table, c.Clock.Now)
	b.keys = seal.NewKeyring(c.AWS, table.New(c.AWS, c.Env(t, "meta-reply", "KEY_TABLE_NAME"), c.Clock.Now), c.Env(t, "meta-reply", "KEYRING_KEY_ID"))
	b.veil, err = channel.NewVeil([]byte(localtest.SessionSecret))
	must(t, err)
	b.threads, b.chats = channel.NewThreads(main, b.keys, b.veil), conversation.NewStore(main, b.keys)
	b.connections = meta.NewConnections(main, seal.NewSecrets(c.AWS, c.Env(t, "meta-reply", "SECRETS_KEY_ID")))
	b.deletions = &erasure.Deletions{
		Eraser:      &erasure.Eraser{Table: main, Keys: b.keys, Threads: b.threads, Veil: b.veil, Now: c.Clock.Now},
		Connections: b.connections, Queue: func(context.Context, erasure.Order) error { return nil },
	}
	for account, user := range map[channel.Account]string{page: "218471", insta: "218471", other: "999"} {
		b.connect(t, account, user)
		for _, person := range []string{"501", "502", "503"} {
			b.talk(t, account, person)
		}
	}
	return b
}

func (b *bench) connect(t *testing.T, a channel.Account, user string) {
	t.Helper()
	through := a.ID
	if a == insta {
		through = page.ID
	}
	must(t, b.connections.Save(t.Context(), meta.Connection{
		Tenant: shop, Account: a, Name: "canary name", Through: through, Enabled: true, User: b.veil.Login(user), ConnectedAt: b.Clock.Now(),
	}, "EAAcanaryToken"+a.ID))
}

// talk makes a thread with a transcript.
func (b *bench) talk(t *testing.T, a channel.Account, person string) channel.Thread {
	t.Helper()
	s, err := b.threads.Change(t.Context(), shop, a, b.veil.Thread(shop, a, person), 90*24*time.Hour, func(s *channel.Thread) error {
		s.OpenedAt = b.Clock.Now()
		return b.threads.Remember(t.Context(), shop, s, channel.Contact{Person: person}, time.Hour)
	})
	must(t, err)
	ref := conversation.Ref{Tenant: shop, Conversation: s.Conversation, Shopper: s.Shopper}
	_, err = b.chats.Begin(t.Context(), ref, conversation.Thread{}, conversation.Head{Domain: a.String()}, seal.Clear("hello "+person), "key-"+person, 90*24*time.Hour)
	must(t, err)
	return s
}

func (b *bench) lines(t *testing.T, s channel.Thread) int {
	t.Helper()
	chat, err := b.chats.Read(t.Context(), conversation.Ref{Tenant: shop, Conversation: s.Conversation, Shopper: s.Shopper}, 90*24*time.Hour, 0)
	must(t, err)
	return len(chat.Messages)
}

// request signs a request for deletion.
func (b *bench) request(user string) string {
	in := map[string]any{"algorithm": "HMAC-SHA256", "issued_at": b.Clock.Now().Unix(), "user_id": user}
	if user == "0" {
		in["profile_id"] = page.ID
	}
	body, _ := json.Marshal(in)
	return meta.NewRequest(localtest.MetaAppSecret, string(body))
}

func (b *bench) post(t *testing.T, signed string) (int, receipt, string) {
	t.Helper()
	resp, err := b.client.PostForm(b.url+"/api/meta/data-deletion", url.Values{"signed_request": {signed}})
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	var r receipt
	must(t, json.Unmarshal(body, &r))
	return resp.StatusCode, r, string(body)
}

// queued counts the orders for the worker.
func (b *bench) queued(t *testing.T) int {
	t.Helper()
	out, err := sqs.NewFromConfig(b.AWS).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &b.settings.Deletions, MaxNumberOfMessages: 10})
	must(t, err)
	return len(out.Messages)
}

// partitions lists what the table holds.
func (b *bench) partitions(t *testing.T) string {
	t.Helper()
	page, err := dynamodb.NewFromConfig(b.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &b.settings.Table})
	must(t, err)
	text, err := json.Marshal(page.Items)
	must(t, err)
	return string(text)
}

func TestDeletion(t *testing.T) {
	claim.Proves(t, "C087", "C088", "C089")
	b := newBench(t)
	mine, theirs := b.talk(t, page, "504"), b.talk(t, other, "504")
	status, first, _ := b.post(t, b.request("218471"))
	if status != http.StatusOK || first.URL != "https://api.test/meta/deletion/"+first.Code || len(first.Code) != 26 {
		t.Fatalf("answered %d, %+v", status, first)
	}
	// The tokens are gone before the answer.
	for _, a := range []channel.Account{page, insta} {
		c, err := b.connections.Get(t.Context(), shop, a)
		must(t, err)
		if _, err := b.connections.Token(t.Context(), c); !errors.Is(err, meta.ErrDisconnected) || c.Usable() {
			t.Errorf("%s: %v, usable %v", a, err, c.Usable())
		}
	}
	if kept, err := b.connections.Get(t.Context(), shop, other); err != nil || !kept.Usable() {
		t.Errorf("somebody else's account: %v", err)
	}
	if n := b.queued(t); n != 1 {
		t.Errorf("%d orders are queued", n)
	}
	// Asked again, the code is the same.
	if _, again, _ := b.post(t, b.request("218471")); again != first {
		t.Errorf("the second time: %+v", again)
	}
	deletion, err := b.deletions.Get(t.Context(), id.Request(first.Code))
	must(t, err)
	if deletion.State != erasure.Pending || !deletion.DueAt.Equal(deletion.AskedAt.Add(30*24*time.Hour)) {
		t.Errorf("%+v", deletion)
	}
	// The worker is stopped half way, and goes on.
	done, err := b.deletions.Run(t.Context(), deletion.Code, b.Clock.Now())
	if err != nil || done {
		t.Fatalf("without time: %v, %v", done, err)
	}
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Operation: "BatchWriteItem", Kind: faults.Error}))
	if _, err := b.deletions.Run(t.Context(), deletion.Code, b.Clock.Now().Add(time.Hour)); fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("error %v", err)
	}
	b.Faults.Clear()
	for range 2 {
		if done, err = b.deletions.Run(t.Context(), deletion.Code, b.Clock.Now().Add(time.Hour)); err != nil || !done {
			t.Fatalf("in the end: %v, %v", done, err)
		}
	}
	if n := b.lines(t, mine); n != 0 {
		t.Errorf("%d messages are still there", n)
	}
	if n := b.lines(t, theirs); n != 1 {
		t.Errorf("%d messages of somebody else are there", n)
	}
	left := b.partitions(t)
	for _, gone := range []string{page.ID, insta.ID, string(mine.ID), string(mine.Conversation), string(b.veil.Login("218471"))} {
		if strings.Contains(left, gone) {
			t.Errorf("%s is still in the table", gone)
		}
	}
	if _, err := b.keys.Open(t.Context(), shop, mine.Shopper, mustSeal(t, b, mine.Shopper)); err != nil {
		t.Errorf("a key cannot be made anew: %v", err)
	}
	deletion, err = b.deletions.Get(t.Context(), deletion.Code)
	must(t, err)
	if deletion.State != erasure.Done || deletion.Threads < 7 {
		t.Errorf("%+v", deletion)
	}
	// Nothing is left to be done; the same person, connected anew, is another deletion.
	if _, again, _ := b.post(t, b.request("218471")); again != first {
		t.Errorf("afterwards: %+v", again)
	}
	b.connect(t, page, "218471")
	if _, new, _ := b.post(t, b.request("218471")); new == first {
		t.Error("what is new is not deleted")
	}
}

func mustSeal(t *testing.T, b *bench, s id.Shopper) seal.Text {
	t.Helper()
	sealed, err := b.keys.Seal(t.Context(), shop, s, seal.Clear("x"))
	must(t, err)
	return sealed
}

// Somebody we do not know is told the same, and a Page that removed the app takes
// what came through it along.
func TestOthersWhoAsk(t *testing.T) {
	claim.Proves(t, "C087")
	b := newBench(t)
	status, unknown, _ := b.post(t, b.request("31337"))
	if status != http.StatusOK || len(unknown.Code) != 26 {
		t.Errorf("answered %d, %+v", status, unknown)
	}
	if d, err := b.deletions.Get(t.Context(), id.Request(unknown.Code)); err != nil || d.State != erasure.Done {
		t.Errorf("%+v, %v", d, err)
	}
	if status, _, _ := b.post(t, b.request("0")); status != http.StatusOK {
		t.Errorf("a Page: %d", status)
	}
	for a, usable := range map[channel.Account]bool{page: false, insta: false, other: true} {
		if c, err := b.connections.Get(t.Context(), shop, a); err != nil || c.Usable() != usable {
			t.Errorf("%s: %v, %v", a, c.Usable(), err)
		}
	}
}

func TestForgedRequestsAreRefused(t *testing.T) {
	claim.Proves(t, "C087")
	b := newBench(t)
	var first string
	for name, signed := range map[string]string{
		"forged": meta.NewRequest("not-the-secret", `{"algorithm":"HMAC-SHA256","issued_at":1795512600,"user_id":"218471"}`),
		"empty":  "", "nonsense": "a.b", "another algorithm": meta.NewRequest(localtest.MetaAppSecret, `{"algorithm":"none","issued_at":1795512600,"user_id":"218471"}`),
		"old": meta.NewRequest(localtest.MetaAppSecret, `{"algorithm":"HMAC-SHA256","issued_at":1700000000,"user_id":"218471"}`),
	} {
		status, _, body := b.post(t, signed)
		if first == "" {
			first = body
		}
		if status != http.StatusBadRequest || body != first || strings.Contains(body, "218471") {
			t.Errorf("%s: %d, %s", name, status, body)
		}
	}
	if c, err := b.connections.Get(t.Context(), shop, page); err != nil || !c.Usable() || b.queued(t) != 0 {
		t.Errorf("something was done: %v", err)
	}
}

func TestTheSampleRequest(t *testing.T) {
	b := newBench(t)
	var e events.APIGatewayProxyRequest
	contract.Sample(t, "meta-data-deletion/post.json", &e)
	b.Advance(time.Unix(1792143000, 0).Sub(b.Clock.Now())) // when it was signed
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, apigw.NewRequest(t.Context(), &e))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "confirmation_code") {
		t.Errorf("answered %d, %s", w.Code, w.Body)
	}
}

// What a log-in granted goes with the deletion, within the call: nothing can be
// connected any more without another log-in.
func TestALogInGoesWithTheDeletion(t *testing.T) {
	for name, user := range map[string]string{"the person": "218471", "the Page": "0", "somebody who connected nothing": "555"} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			sandbox := sandboxmeta.New(sandboxmeta.Options{Now: b.Clock.Now, Faults: b.Faults, AppID: "1001001001", Secret: localtest.MetaAppSecret, Accounts: []sandboxmeta.Account{
				{Kind: "whatsapp", ID: "4004004004", Name: "Kettle & Co", Token: "EAAtestPhoneToken", Business: "5005005005"},
			}})
			graph := httptest.NewServer(sandbox)
			t.Cleanup(graph.Close)
			main := table.New(b.AWS, b.settings.Table, b.Clock.Now)
			secrets := seal.NewSecrets(b.AWS, b.Env(t, "meta-callback", "SECRETS_KEY_ID"))
			signer, err := seal.NewSigner([]byte(localtest.SessionSecret), "meta-login")
			must(t, err)
			logins := &meta.Logins{
				Table: main, Secrets: secrets, Connections: b.connections, Veil: b.veil, Signer: signer, AppID: "1001001001", ReturnURL: "https://api.test/v1/meta/callback", Now: b.Clock.Now,
				Graph: meta.NewGraph(graph.URL+"/meta/graph", "1001001001", localtest.MetaAppSecret, http.DefaultClient), DialogURL: graph.URL + "/meta/login",
			}
			address, err := logins.Begin(shop)
			must(t, err)
			dialog, err := url.Parse(address)
			must(t, err)
			must(t, logins.Finish(t.Context(), sandboxmeta.LoginCode, dialog.Query().Get("state")))
			if _, err := logins.Choices(t.Context(), shop); err != nil {
				t.Fatalf("the log-in granted nothing: %v", err)
			}
			if user == "555" { // sandbox users are one: the log-in is not theirs, and stays
				b.post(t, b.request(user))
				if _, err := logins.Choices(t.Context(), shop); err != nil {
					t.Errorf("another's log-in is gone: %v", err)
				}
				return
			}
			b.post(t, b.request(user))
			if _, err := logins.Choices(t.Context(), shop); fault.KindOf(err) != fault.NotFound {
				t.Errorf("the log-in still grants: %v", err)
			}
		})
	}
}
