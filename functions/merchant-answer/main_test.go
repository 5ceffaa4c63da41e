package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/inventory"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/library"
	"omniops/shared/knowledge/passage"
	"omniops/shared/object"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop    = id.Tenant("demo")
	rival   = id.Tenant("rival")
	returns = "https://demo.example/returns"
	other   = "https://demo.example/contact"
)

// bench is the function on local services, with two merchants.
type bench struct {
	*localtest.Cloud
	handler  http.Handler
	url      string
	client   *http.Client
	tokens   *identity.Tokens
	accounts *tenant.Store
	chats    *conversation.Store
	ring     *seal.Keyring
	library  *library.Library
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "merchant-answer", name) }
	s := settings{
		Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), Bucket: env("CONTENT_BUCKET"), KeyringKey: env("KEYRING_KEY_ID"),
		SessionSecret: boot.NewSecret(localtest.SessionSecret),
	}
	main := table.New(c.AWS, s.Table, c.Clock.Now)
	ring := seal.NewKeyring(c.AWS, table.New(c.AWS, s.KeyTable, c.Clock.Now), s.KeyringKey)
	b := &bench{
		Cloud: c, client: contract.Client(t), accounts: tenant.NewStore(main), ring: ring,
		chats: conversation.NewStore(main, ring), library: library.New(object.NewBucket(c.AWS, s.Bucket)),
	}
	var err error
	if b.handler, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	if b.tokens, err = identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now); err != nil {
		t.Fatal(err)
	}
	for _, name := range []id.Tenant{shop, rival} {
		must(t, b.accounts.Save(t.Context(), tenant.Account{
			Tenant: name, Name: string(name), Domains: []string{string(name) + ".example"}, SiteURL: "https://" + string(name) + ".example",
			ContactEmail: "help@" + string(name) + ".example", CreatedAt: c.Clock.Now(),
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

// says puts an index to use whose pages say what is given, and gives the
// passages by page.
func (b *bench) says(t *testing.T, pages map[string]string) map[string]passage.Passage {
	t.Helper()
	var all []passage.Passage
	by := map[string]passage.Passage{}
	for address, text := range pages {
		split := passage.Split(passage.Source{URL: address, Title: "Good to know", Language: "en", CrawledAt: b.Clock.Now()}, text)
		by[address] = split[0]
		all = append(all, split...)
	}
	blob, err := index.Build(t.Context(), all, index.Options{})
	must(t, err)
	version, err := b.library.Save(t.Context(), shop, blob)
	must(t, err)
	must(t, b.accounts.UseIndex(t.Context(), shop, version, nil))
	return by
}

// answer has a turn answered from passages.
func (b *bench) answer(t *testing.T, ref conversation.Ref, text string, from ...passage.Passage) {
	t.Helper()
	keep := 90 * inventory.Day
	thread, err := b.chats.Read(t.Context(), ref, keep, 0)
	must(t, err)
	q, err := b.chats.Begin(t.Context(), ref, thread, conversation.Head{Domain: "demo.example", Language: "en"},
		seal.Clear("a question"), fmt.Sprintf("key-%s-%d", ref.Conversation, thread.LastTurn()), keep)
	must(t, err)
	m := conversation.Message{Turn: q.Turn, Author: conversation.Assistant, Text: seal.Clear(text), State: conversation.Complete}
	for i, p := range from {
		m.Sources = append(m.Sources, conversation.Source{N: i + 1, Title: p.Title(), URL: p.URL, Hash: p.Hash(), CrawledAt: p.CrawledAt})
	}
	_, err = b.chats.Finish(t.Context(), ref, conversation.Answer{Message: m}, keep)
	must(t, err)
}

// get asks for one step of the walk.
func (b *bench) get(t *testing.T, name id.Tenant, query url.Values) (status int, out answersView) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/v1/merchant/answers?"+query.Encode(), nil)
	must(t, err)
	if name != "" {
		token, err := b.tokens.Mint(name, b.Clock.Now().Add(time.Hour))
		must(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := b.client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode == http.StatusOK {
		must(t, json.Unmarshal(body, &out))
	}
	return resp.StatusCode, out
}

// all walks to the end and gives each answer as "text outdated".
func (b *bench) all(t *testing.T, name id.Tenant, source string) (answers []string, steps int) {
	t.Helper()
	query := url.Values{"source": {source}}
	for steps = 1; steps < 50; steps++ {
		status, out := b.get(t, name, query)
		if status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		for _, a := range out.Answers {
			answers = append(answers, fmt.Sprint(a.Text, " ", a.Outdated))
		}
		if out.Next == "" {
			return answers, steps
		}
		query.Set("cursor", out.Next)
	}
	t.Fatal("the walk does not end")
	return nil, 0
}

func ref(chat string) conversation.Ref {
	return conversation.Ref{Tenant: shop, Conversation: id.Conversation(chat), Shopper: id.Shopper("s-" + chat)}
}

func wantAnswers(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnswersThatAChangedPageNoLongerBacks(t *testing.T) {
	b := newBench(t)
	before := b.says(t, map[string]string{returns: "You may return a kettle within 30 days.", other: "Write to help@demo.example."})
	b.answer(t, ref("monday"), "You have 30 days.", before[returns])
	b.answer(t, ref("monday"), "Write to us.", before[other])
	b.answer(t, ref("monday"), "I do not know.")
	wantAnswers(t, first(b.all(t, shop, returns)), "You have 30 days. false")

	b.Advance(inventory.Day)
	after := b.says(t, map[string]string{returns: "You may return a kettle within 14 days.", other: "Write to help@demo.example."})
	b.answer(t, ref("tuesday"), "You have 14 days.", after[returns], after[other])
	wantAnswers(t, first(b.all(t, shop, returns)), "You have 14 days. false", "You have 30 days. true")
	wantAnswers(t, first(b.all(t, shop, other)), "You have 14 days. false", "Write to us. false")

	status, out := b.get(t, shop, url.Values{"source": {strings.Replace(returns, "demo.example", "DEMO.example", 1) + "#how-long"}}) // as a browser has it
	if status != http.StatusOK || len(out.Answers) != 2 {
		t.Fatalf("status %d, %+v", status, out)
	}
	old := out.Answers[1]
	if old.Conversation != "monday" || old.Turn != 1 || len(old.Sources) != 1 || old.Sources[0].Hash != before[returns].Hash() || old.Sources[0].Current {
		t.Errorf("%+v", old)
	}
	wantAnswers(t, first(b.all(t, rival, returns))) // another merchant's

	// A page that is gone backs nothing, and neither does a site without an index.
	b.says(t, map[string]string{other: "Write to help@demo.example."})
	wantAnswers(t, first(b.all(t, shop, returns)), "You have 14 days. true", "You have 30 days. true")
}

func first(answers []string, _ int) []string { return answers }

// A conversation is found under the last day its shopper wrote on; what has
// expired, or been erased, is not found at all.
func TestOldAndErasedAnswersAreNotShown(t *testing.T) {
	b := newBench(t)
	p := b.says(t, map[string]string{returns: "You may return a kettle within 30 days."})[returns]
	b.answer(t, ref("long"), "On the first day.", p)
	b.answer(t, ref("erased"), "To somebody who is erased.", p)
	b.Advance(60 * inventory.Day)
	b.answer(t, ref("long"), "On day 60.", p)
	wantAnswers(t, first(b.all(t, shop, returns)), "On the first day. false", "On day 60. false", "To somebody who is erased. false")
	must(t, b.ring.DestroySubject(t.Context(), shop, "s-erased"))
	b.Advance(6 * time.Minute) // keys are remembered for five
	wantAnswers(t, first(b.all(t, shop, returns)), "On the first day. false", "On day 60. false")
	b.Advance(31 * inventory.Day)
	wantAnswers(t, first(b.all(t, shop, returns)), "On day 60. false")
	b.Advance(60 * inventory.Day)
	wantAnswers(t, first(b.all(t, shop, returns)))
}

func TestManyConversationsTakeSeveralSteps(t *testing.T) {
	b := newBench(t)
	p := b.says(t, map[string]string{returns: "You may return a kettle within 30 days."})[returns]
	const chats = 230
	for i := range chats {
		b.answer(t, ref(fmt.Sprintf("chat-%03d", i)), "You have 30 days.", p)
	}
	answers, steps := b.all(t, shop, returns)
	if len(answers) != chats || steps < 3 {
		t.Errorf("%d answers in %d steps", len(answers), steps)
	}
}

func TestWrongRequests(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		tenant id.Tenant
		query  url.Values
		want   int
	}{
		"nobody":            {"", url.Values{"source": {returns}}, http.StatusUnauthorized},
		"an unknown shop":   {"nobody", url.Values{"source": {returns}}, http.StatusNotFound},
		"no page":           {shop, url.Values{}, http.StatusBadRequest},
		"a path":            {shop, url.Values{"source": {"/returns"}}, http.StatusBadRequest},
		"another scheme":    {shop, url.Values{"source": {"file://demo.example/etc"}}, http.StatusBadRequest},
		"a long address":    {shop, url.Values{"source": {returns + strings.Repeat("x", 2048)}}, http.StatusBadRequest},
		"a broken cursor":   {shop, url.Values{"source": {returns}, "cursor": {"yesterday"}}, http.StatusBadRequest},
		"a foreign key":     {shop, url.Values{"source": {returns}, "cursor": {"2026-11-24.A#B"}}, http.StatusBadRequest},
		"a day long past":   {shop, url.Values{"source": {returns}, "cursor": {"0001-01-01"}}, http.StatusOK},
		"a day in a future": {shop, url.Values{"source": {returns}, "cursor": {"9999-12-31"}}, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			if status, out := b.get(t, c.tenant, c.query); status != c.want || len(out.Answers) != 0 {
				t.Errorf("status %d, %+v; want %d", status, out, c.want)
			}
		})
	}
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Kind: faults.Error}))
	if status, _ := b.get(t, shop, url.Values{"source": {returns}}); status != http.StatusServiceUnavailable {
		t.Errorf("without the table: status %d", status)
	}
}

func TestTheSampleEvent(t *testing.T) {
	b := newBench(t)
	token, err := b.tokens.Mint(shop, b.Clock.Now().Add(time.Hour))
	must(t, err)
	var e events.APIGatewayProxyRequest
	contract.Sample(t, "merchant-answer/get.json", &e)
	e.Headers["Authorization"] = "Bearer " + token
	e.MultiValueHeaders["Authorization"] = []string{e.Headers["Authorization"]}
	if got := apigw.Buffered(t.Context(), b.handler, &e); got.StatusCode != http.StatusOK {
		t.Errorf("status %d: %s", got.StatusCode, got.Body)
	}
}
