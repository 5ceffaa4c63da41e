// Package simulation runs the chat path under faults that a seed decides:
// throttled, failing and lying DynamoDB (applied, then an error), a KMS that
// stops, a model that fails or breaks off, a clock that jumps. After every step
// what must always hold is checked.
package simulation

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/local/sandbox"
	"omniops/shared/channel/webchat"
	"omniops/shared/conversation"
	"omniops/shared/egress"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/library"
	"omniops/shared/knowledge/passage"
	"omniops/shared/llm"
	"omniops/shared/llm/openai"
	"omniops/shared/object"
	"omniops/shared/processor"
	"omniops/shared/seal"
	"omniops/shared/support"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// steps is how many things happen in one run.
const steps = 40

// shopper is one conversation and what its shopper was told.
type shopper struct {
	tenant  id.Tenant
	session webchat.Session
	sent    []*message
}

// message is something a shopper sent, perhaps several times.
type message struct {
	key, text string
	at        time.Time       // when it was stored
	answers   map[string]bool // texts that came with a done event
	kept      bool            // a done event said it is stored
}

// world is one run.
type world struct {
	t        testing.TB
	cloud    *localtest.Cloud
	model    *httptest.Server
	engine   *support.Engine
	sessions *webchat.Sessions
	shoppers []*shopper
	random   *rand.Rand
	log      []string
}

var tenants = map[id.Tenant]string{
	"kettles": "You may return a kettle within 30 days of delivery.",
	"boots":   "You may return boots within 14 days of delivery.",
}

func newWorld(t testing.TB, seed uint64) *world {
	t.Helper()
	w := &world{t: t, cloud: localtest.Start(t), random: rand.New(rand.NewPCG(seed, seed))}
	c := w.cloud
	w.model = httptest.NewServer(sandbox.NewOpenAI(c.Faults, c.Clock.Now, 0))
	env := func(name string) string { return c.Env(t, "chat-reply", name) }
	main := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)
	accounts := tenant.NewStore(main)
	outside := egress.New(egress.Options{Hosts: processor.Listed, AllowPrivate: []string{strings.TrimPrefix(w.model.URL, "http://")}})
	w.engine = &support.Engine{
		Tenants:       tenant.NewRecent(accounts),
		Conversations: conversation.NewStore(main, seal.NewKeyring(c.AWS, table.New(c.AWS, env("KEY_TABLE_NAME"), c.Clock.Now), env("KEYRING_KEY_ID"))),
		Knowledge:     library.New(object.NewBucket(c.AWS, env("CONTENT_BUCKET"))),
		Models:        llm.NewRouter(c.Clock.Now, openai.New(w.model.URL+"/openai/v1", "sk-test", "gpt-4.1-mini", outside)),
		Now:           c.Clock.Now,
		Log:           slog.New(slog.DiscardHandler),
	}
	var err error
	if w.sessions, err = webchat.NewSessions([]byte(localtest.SessionSecret), c.Clock.Now); err != nil {
		t.Fatal(err)
	}
	for _, name := range []id.Tenant{"boots", "kettles"} {
		w.merchant(accounts, name, tenants[name])
	}
	return w
}

func (w *world) merchant(accounts *tenant.Store, name id.Tenant, policy string) {
	w.t.Helper()
	ctx := w.t.Context()
	err := accounts.Save(ctx, tenant.Account{
		Tenant: name, Name: string(name), Domains: []string{string(name) + ".example"}, SiteURL: "https://" + string(name) + ".example",
		ContactEmail: "help@" + string(name) + ".example", CreatedAt: w.cloud.Clock.Now(),
	}.WithDefaults())
	if err != nil {
		w.t.Fatal(err)
	}
	passages := passage.Split(passage.Source{
		URL: "https://" + string(name) + ".example/returns", Title: "Returns", Language: "en", CrawledAt: w.cloud.Clock.Now(),
	}, "# Returns\n\n"+policy)
	blob, err := index.Build(ctx, passages, index.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	version, err := w.engine.Knowledge.Save(ctx, name, blob)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := accounts.UseIndex(ctx, name, version, nil); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) close() { w.model.Close() }

func (w *world) trace() string { return strings.Join(w.log, "\n") }

func (w *world) note(format string, args ...any) { w.log = append(w.log, fmt.Sprintf(format, args...)) }

// run does a number of steps, and checks after each.
func (w *world) run(steps int) error {
	for n := range steps {
		w.weather()
		w.act()
		if err := w.check(); err != nil {
			return fmt.Errorf("step %d: %w", n, err)
		}
	}
	return nil
}

// breakable is what the weather may break. A rule is for one operation, of which
// a turn makes one call at a time, so that which call it hits is the seed's
// choice alone; where a turn makes several at once, all of them fail.
var breakable = []struct {
	service, operation string
	most               int // failures; 0 is every call
}{
	{"dynamodb", "PutItem", 6}, {"dynamodb", "Query", 6}, {"dynamodb", "UpdateItem", 6}, {"dynamodb", "GetItem", 6},
	{"dynamodb", "BatchGetItem", 0}, {"kms", "", 0}, {"openai", "", 6}, {"s3", "", 0},
}

// weather draws the faults of the next step.
func (w *world) weather() {
	kinds := []faults.Kind{faults.Throttle, faults.Error, faults.AppliedThenError, faults.Cut}
	var rules []faults.Rule
	for _, b := range breakable {
		if w.random.IntN(8) != 0 {
			continue
		}
		rule := faults.Rule{Service: b.service, Operation: b.operation, Kind: kinds[w.random.IntN(len(kinds))], Rate: 1}
		if b.most > 0 {
			rule.Count = 1 + w.random.IntN(b.most)
		}
		rules = append(rules, rule)
		w.note("weather: %s %s %s x%d", rule.Service, rule.Operation, rule.Kind, rule.Count)
	}
	if err := w.cloud.Faults.Replace(rules...); err != nil {
		w.t.Fatal(err)
	}
}

// act lets one thing happen.
func (w *world) act() {
	switch n := w.random.IntN(10); {
	case len(w.shoppers) == 0 || n == 0:
		w.arrive()
	case n < 6:
		w.send(w.anyone(), true)
	case n < 8:
		w.send(w.anyone(), false)
	default:
		jump := []time.Duration{time.Second, 2 * time.Minute, 24 * time.Hour, 91 * 24 * time.Hour}[w.random.IntN(4)]
		w.cloud.Advance(jump)
		w.note("clock: +%s", jump)
	}
}

func (w *world) anyone() *shopper { return w.shoppers[w.random.IntN(len(w.shoppers))] }

func (w *world) arrive() {
	name := []id.Tenant{"boots", "kettles"}[w.random.IntN(2)]
	session, _, err := w.sessions.Start(name, string(name)+".example", "en")
	if err != nil {
		w.t.Fatal(err)
	}
	w.shoppers = append(w.shoppers, &shopper{tenant: name, session: session})
	w.note("arrives: shopper %d at %s", len(w.shoppers), name)
}

// send sends a new message, or an earlier one again.
func (w *world) send(s *shopper, fresh bool) {
	if fresh || len(s.sent) == 0 {
		n := len(s.sent) + 1
		s.sent = append(s.sent, &message{
			key: fmt.Sprintf("key-%08d", n), text: fmt.Sprintf("How long do I have to return what I bought in order %d?", n),
			at: w.cloud.Clock.Now(), answers: map[string]bool{},
		})
	}
	m := s.sent[len(s.sent)-1-w.random.IntN(min(2, len(s.sent)))]
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	turn, err := w.engine.Accept(ctx, support.Ask{
		Ref: s.ref(), Domain: s.session.Host, Language: "en", Text: m.text, IdempotencyKey: m.key,
	})
	if err != nil {
		w.note("send %s: refused, %s", m.key, fault.KindOf(err))
		return
	}
	if turn.Waits() { // somebody else's claim has not run out; a real client comes back later
		w.cloud.Advance(conversation.ClaimFor)
	}
	var text strings.Builder
	disclosed, done := false, false
	err = w.engine.Answer(ctx, turn, func(ev support.Event) error {
		switch ev := ev.(type) {
		case support.Disclosure:
			disclosed = true
		case support.Token:
			if !disclosed {
				w.t.Errorf("a token came before the disclosure")
			}
			text.WriteString(ev.Text)
		case support.Done:
			done = true
		}
		return nil
	})
	w.note("send %s: done %v, error %v", m.key, done, err != nil)
	if done && !strings.Contains(text.String(), "not kept") {
		keep, _ := inventory.ChatRetention.Period()
		if now := w.cloud.Clock.Now(); !m.kept || !m.at.Add(keep).After(now.Add(conversation.ClaimFor)) {
			// Stored for the first time, or again because what was stored has expired.
			m.kept, m.at, m.answers = true, now, map[string]bool{}
		}
		m.answers[text.String()] = true
	}
}

func (s *shopper) ref() conversation.Ref {
	return conversation.Ref{Tenant: s.session.Tenant, Conversation: s.session.Conversation, Shopper: s.session.Shopper}
}
