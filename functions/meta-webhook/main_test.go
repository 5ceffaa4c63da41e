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

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	sandboxmeta "omniops/local/sandbox/meta"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/claim"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const (
	shop   = id.Tenant("demo")
	appID  = "1001001001"
	person = "447700900123"
)

var phone = channel.Account{Kind: channel.WhatsApp, ID: "4004004004"}

// bench is the function on local services, with one account that is enabled.
type bench struct {
	*localtest.Cloud
	server      *httptest.Server
	client      *http.Client
	meta        *sandboxmeta.Meta
	connections *meta.Connections
	veil        *channel.Veil
	settings    settings
}

func newBench(t testing.TB) *bench {
	t.Helper()
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "meta-webhook", name) }
	b := &bench{Cloud: c, client: contract.Client(t), settings: settings{
		Table: env("TABLE_NAME"), Inbound: env("META_QUEUE_URL"), Quarantine: env("META_QUARANTINE_URL"), AppID: appID,
		AppSecret: boot.NewSecret(localtest.MetaAppSecret), AppSecretSpare: boot.NewSecret("unset"),
		VerifyToken: boot.NewSecret(localtest.MetaVerifyToken), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	}}
	b.meta = sandboxmeta.New(sandboxmeta.Options{Now: c.Clock.Now, AppID: appID, Secret: localtest.MetaAppSecret, Accounts: []sandboxmeta.Account{
		{Kind: "whatsapp", ID: phone.ID, Business: "5005005005"},
	}})
	b.connections = meta.NewConnections(table.New(c.AWS, b.settings.Table, c.Clock.Now), seal.NewSecrets(c.AWS, c.Env(t, "meta-reply", "SECRETS_KEY_ID")))
	must(t, b.connections.Save(t.Context(), meta.Connection{Tenant: shop, Account: phone, Through: phone.ID, Enabled: true, ConnectedAt: c.Clock.Now()}, "EAAtestToken0000"))
	var err error
	b.veil, err = channel.NewVeil([]byte(localtest.SessionSecret))
	must(t, err)
	b.start(t)
	return b
}

// start starts the function with the present settings.
func (b *bench) start(t testing.TB) {
	t.Helper()
	h, err := build(t.Context(), &boot.Runtime{AWS: b.AWS, Now: b.Clock.Now, Log: slog.New(slog.DiscardHandler)}, b.settings)
	must(t, err)
	b.server = httptest.NewServer(h)
	t.Cleanup(b.server.Close)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// post sends a body with a signature and gives the status.
func (b *bench) post(t testing.TB, body []byte, signature string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.server.URL+"/api/meta/webhook", bytes.NewReader(body))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	if signature != "" {
		req.Header.Set("X-Hub-Signature-256", signature)
	}
	resp, err := b.client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func (b *bench) signed(t testing.TB, body []byte) int {
	return b.post(t, body, meta.Sign(localtest.MetaAppSecret, body))
}

// received takes everything off a queue.
func (b *bench) received(t testing.TB, queue string) []types.Message {
	t.Helper()
	client := sqs.NewFromConfig(b.AWS)
	var all []types.Message
	for {
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &queue, MaxNumberOfMessages: 10, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"}})
		must(t, err)
		if len(out.Messages) == 0 {
			return all
		}
		for _, m := range out.Messages {
			all = append(all, m)
			_, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: m.ReceiptHandle})
			must(t, err)
		}
	}
}

// inbound reads the events off the queue, with their content.
func (b *bench) inbound(t testing.TB) (all []channel.Inbound, texts []string) {
	t.Helper()
	for _, m := range b.received(t, b.settings.Inbound) {
		var in channel.Inbound
		must(t, json.Unmarshal([]byte(*m.Body), &in))
		must(t, in.Validate())
		c, err := b.veil.Open(in)
		must(t, err)
		all, texts = append(all, in), append(texts, c.Text)
	}
	return all, texts
}

func TestTheSampleRequests(t *testing.T) {
	b := newBench(t)
	for file, want := range map[string]int{"get": http.StatusForbidden, "post": http.StatusOK} { // the sample's token is another's
		var e events.APIGatewayProxyRequest
		contract.Sample(t, "meta-webhook/"+file+".json", &e)
		h, err := build(t.Context(), &boot.Runtime{AWS: b.AWS, Now: b.Clock.Now, Log: slog.New(slog.DiscardHandler)}, b.settings)
		must(t, err)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, apigw.NewRequest(t.Context(), &e))
		if w.Code != want {
			t.Errorf("%s: %d, %s", file, w.Code, w.Body)
		}
	}
	if _, texts := b.inbound(t); !slices.Equal(texts, []string{"How long do I have to return a kettle?"}) {
		t.Errorf("queued %q", texts)
	}
}

func TestTheChallenge(t *testing.T) {
	b := newBench(t)
	for query, want := range map[string]int{
		"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=" + localtest.MetaVerifyToken:   200,
		"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=wrong":                          403,
		"hub.mode=subscribe&hub.challenge=1158201444":                                                 403,
		"hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=" + localtest.MetaVerifyToken:          403,
		"hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=" + localtest.MetaVerifyToken: 403,
	} {
		resp, err := b.client.Get(b.server.URL + "/api/meta/webhook?" + query)
		must(t, err)
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want || want == 200 && string(body) != "1158201444" {
			t.Errorf("%s: %d, %q", query, resp.StatusCode, body)
		}
	}
}

// Scenario 5.
func TestSignatures(t *testing.T) {
	b := newBench(t)
	b.settings.AppSecretSpare = boot.NewSecret("the-next-secret")
	b.start(t)
	body := b.meta.Incoming(sandboxmeta.Note{Kind: "whatsapp", Account: phone.ID, Person: person, Text: "é 漢字"})
	good := meta.Sign(localtest.MetaAppSecret, body)
	flipped := bytes.Clone(body)
	flipped[len(flipped)/2] ^= 1
	for name, c := range map[string]struct {
		body      []byte
		signature string
		want      int
	}{
		"as signed":          {body, good, 200},
		"in upper case":      {body, "sha256=" + strings.ToUpper(strings.TrimPrefix(good, "sha256=")), 200},
		"by the next secret": {body, meta.Sign("the-next-secret", body), 200},
		"forged":             {body, meta.Sign("not-the-secret", body), 401},
		"a flipped byte":     {flipped, good, 401},
		"missing":            {body, "", 401},
		"without its prefix": {body, strings.TrimPrefix(good, "sha256="), 401},
		"empty":              {body, "sha256=", 401},
		"cut short":          {body, good[:20], 401},
	} {
		if got := b.post(t, c.body, c.signature); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if all, _ := b.inbound(t); len(all) != 1 {
		t.Errorf("%d events were queued", len(all))
	}
	b.settings.AppSecret, b.settings.AppSecretSpare = boot.NewSecret("the-next-secret"), boot.NewSecret("unset")
	b.start(t)
	if got := b.post(t, body, good); got != 401 {
		t.Errorf("the old secret still counts: %d", got)
	}
	b.settings.AppSecret = boot.NewSecret("unset")
	b.start(t)
	if got := b.post(t, body, meta.Sign("unset", body)); got != 401 {
		t.Errorf("a secret that was never set counts: %d", got)
	}
}

// Scenario 4: one malformed entry of a hundred is put aside, the others go on.
func TestAMalformedEntryDoesNotHoldUpTheOthers(t *testing.T) {
	b := newBench(t)
	var entries []string
	for i := 1; i <= 100; i++ {
		from := `"447700900` + fmt.Sprint(100+i) + `"`
		if i == 37 {
			from = `{"canary-broken":[]}`
		}
		entries = append(entries, fmt.Sprintf(`{"id":"5005005005","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"4004004004"},"messages":[{"from":%s,"id":"wamid.%d","timestamp":"1795512600","type":"text","text":{"body":"message %d"}}]}}]}`, from, i, i))
	}
	body := []byte(`{"object":"whatsapp_business_account","entry":[` + strings.Join(entries, ",") + `]}`)
	if got := b.signed(t, body); got != 200 {
		t.Fatalf("answered %d", got)
	}
	if all, _ := b.inbound(t); len(all) != 99 {
		t.Errorf("%d events were queued", len(all))
	}
	aside := b.received(t, b.settings.Quarantine)
	if len(aside) != 1 || strings.Contains(*aside[0].Body, "canary") {
		t.Fatalf("put aside: %d", len(aside))
	}
	var q quarantined
	must(t, json.Unmarshal([]byte(*aside[0].Body), &q))
	raw, err := b.veil.OpenRaw(q.Raw)
	if err != nil || !strings.Contains(string(raw), "canary-broken") || !strings.Contains(q.Reason, "from") && q.Reason == "" {
		t.Errorf("%q, %v, %s", q.Reason, err, raw)
	}
}

func TestWhatIsNoDelivery(t *testing.T) {
	b := newBench(t)
	b.client = http.DefaultClient // the contract speaks of JSON
	for name, body := range map[string]string{
		"no JSON": "hello", "half": `{"object":"page","entry":[{"id":`, "nothing": `{}`, "a number": "7", "null": "null", "a list": "[]",
		"deep": `{"object":"page","entry":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}",
	} {
		if got := b.signed(t, []byte(body)); got != 200 { // it would only come again
			t.Errorf("%s: %d", name, got)
		}
	}
	if all, _ := b.inbound(t); len(all) != 0 {
		t.Errorf("%d events were queued", len(all))
	}
	big := bytes.Repeat([]byte(" "), maxDelivery+1)
	if got := b.signed(t, big); got != 413 {
		t.Errorf("oversize: %d", got)
	}
}

// What is for a channel that nobody has enabled is acknowledged and left unread.
func TestAChannelThatIsNotEnabledIsLeftUnread(t *testing.T) {
	claim.Proves(t, "C024")
	b := newBench(t)
	write := func() []byte {
		return b.meta.Incoming(sandboxmeta.Note{Kind: "whatsapp", Account: phone.ID, Person: person, Text: "canary"})
	}
	connection, err := b.connections.Get(t.Context(), shop, phone)
	must(t, err)
	for name, prepare := range map[string]func() error{
		"switched off": func() error { return b.connections.SetEnabled(t.Context(), connection, false) },
		"disconnected": func() error { return b.connections.Disconnect(t.Context(), connection) },
		"forgotten":    func() error { return b.connections.Remove(t.Context(), shop, phone) },
	} {
		t.Run(name, func(t *testing.T) {
			must(t, b.connections.Save(t.Context(), connection, "EAAtestToken0000"))
			must(t, b.connections.SetEnabled(t.Context(), connection, true))
			b.Advance(time.Minute) // what was known of the account is forgotten
			if got := b.signed(t, write()); got != 200 {
				t.Fatalf("enabled: %d", got)
			}
			if all, _ := b.inbound(t); len(all) != 1 {
				t.Fatalf("enabled: %d events", len(all))
			}
			must(t, prepare())
			b.Advance(time.Minute)
			if got := b.signed(t, write()); got != 200 {
				t.Errorf("answered %d", got)
			}
			if all, _ := b.inbound(t); len(all) != 0 {
				t.Errorf("%d events were queued", len(all))
			}
		})
	}
	// Unread means unread: what cannot be read there is not even malformed.
	if got := b.signed(t, []byte(`{"object":"page","entry":[{"id":"777","messaging":[{"message":7}]}]}`)); got != 200 {
		t.Errorf("answered %d", got)
	}
	if aside := b.received(t, b.settings.Quarantine); len(aside) != 0 {
		t.Errorf("it was read: %s", *aside[0].Body)
	}
}

// No message of the queue names anybody.
func TestTheQueueNamesNobody(t *testing.T) {
	b := newBench(t)
	if got := b.signed(t, b.meta.Incoming(sandboxmeta.Note{Kind: "whatsapp", Account: phone.ID, Person: person, Text: "canary text", ID: "wamid.canary"})); got != 200 {
		t.Fatal(got)
	}
	for _, m := range b.received(t, b.settings.Inbound) {
		all := *m.Body + fmt.Sprint(m.Attributes)
		for _, secret := range []string{"canary", person, sandboxmeta.Scoped(person), "Sandbox person"} {
			if strings.Contains(all, secret) {
				t.Errorf("%q stands in %s", secret, all)
			}
		}
	}
}

// A queue or a table that cannot be reached is answered 503, so that Meta delivers
// again; nothing is lost, and nothing doubled.
func TestNothingIsLost(t *testing.T) {
	b := newBench(t)
	body := b.meta.Incoming(sandboxmeta.Note{Kind: "whatsapp", Account: phone.ID, Person: person, Text: "once"})
	for _, service := range []string{"sqs", "dynamodb"} {
		must(t, b.Faults.Replace(faults.Rule{Service: service, Kind: faults.Error}))
		b.Advance(time.Minute)
		if got := b.signed(t, body); got != 503 {
			t.Errorf("without %s: %d", service, got)
		}
	}
	b.Faults.Clear()
	var deliveries sync.WaitGroup
	for range 50 { // scenario 1
		deliveries.Go(func() {
			if got := b.signed(t, body); got != 200 {
				t.Errorf("answered %d", got)
			}
		})
	}
	deliveries.Wait()
	if all, _ := b.inbound(t); len(all) != 1 {
		t.Errorf("%d events were queued", len(all))
	}
}

// Events of one delivery are queued in the order of the platform's time.
func TestEventsAreInOrder(t *testing.T) {
	b := newBench(t)
	var messages []string
	for _, i := range []int{3, 1, 2} {
		messages = append(messages, fmt.Sprintf(`{"from":"447700900123","id":"wamid.%d","timestamp":"%d","type":"text","text":{"body":"%d"}}`, i, 1795512600+i, i))
	}
	body := `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"4004004004"},"messages":[` + strings.Join(messages, ",") + `]}}]}]}`
	if got := b.signed(t, []byte(body)); got != 200 {
		t.Fatal(got)
	}
	if _, texts := b.inbound(t); !slices.Equal(texts, []string{"1", "2", "3"}) {
		t.Errorf("queued %q", texts)
	}
}
