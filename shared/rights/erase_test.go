package rights_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const (
	keep   = 90 * inventory.Day
	settle = 10 * time.Minute // until an erasure is looked over once more
)

// bench is what a worker has: conversations, their keys, requests and the ledger.
type bench struct {
	*localtest.Cloud
	*rights.Eraser
	main string // the main table
	keys string // that of the keys
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{Cloud: c, main: c.Env(t, "chat-reply", "TABLE_NAME"), keys: c.Env(t, "chat-reply", "KEY_TABLE_NAME")}
	b.Eraser = b.eraser(t, b.main)
	return b
}

// eraser makes a worker on a main table, with nothing remembered.
func (b *bench) eraser(t *testing.T, main string) *rights.Eraser {
	t.Helper()
	keyTable, mainTable := table.New(b.AWS, b.keys, b.Clock.Now), table.New(b.AWS, main, b.Clock.Now)
	keyring := seal.NewKeyring(b.AWS, keyTable, b.Env(t, "chat-reply", "KEYRING_KEY_ID"))
	requests, err := rights.NewStore(mainTable, []byte(localtest.SessionSecret))
	must(t, err)
	return &rights.Eraser{
		Requests: requests, Ledger: rights.NewLedger(keyTable), Chats: conversation.NewStore(mainTable, keyring), Keys: keyring, Now: b.Clock.Now,
	}
}

func refOf(c id.Conversation) conversation.Ref {
	return conversation.Ref{Tenant: shop, Conversation: c, Shopper: id.Shopper("of-" + c)}
}

// chat makes a conversation of one turn.
func (b *bench) chat(t *testing.T, ref conversation.Ref, text string) {
	t.Helper()
	thread := b.read(t, b.Chats, ref)
	m, err := b.Chats.Begin(t.Context(), ref, thread, conversation.Head{Domain: "fern.example", Language: "en"}, seal.Clear(text), "key-"+text, keep)
	must(t, err)
	_, err = b.Chats.Finish(t.Context(), ref, reply(m.Turn), keep)
	must(t, err)
}

func reply(turn int) conversation.Answer {
	return conversation.Answer{Ledger: "what the model was sent", Message: conversation.Message{
		Turn: turn, Author: conversation.Assistant, Text: seal.Clear("An answer."), State: conversation.Complete,
	}}
}

func (b *bench) read(t *testing.T, chats *conversation.Store, ref conversation.Ref) conversation.Thread {
	t.Helper()
	thread, err := chats.Read(t.Context(), ref, keep, 0)
	must(t, err)
	return thread
}

func (b *bench) wantMessages(t *testing.T, chats *conversation.Store, ref conversation.Ref, want int) {
	t.Helper()
	if thread := b.read(t, chats, ref); len(thread.Messages) != want {
		t.Errorf("conversation %s has %d messages, want %d", ref.Conversation, len(thread.Messages), want)
	}
}

// rows lists what a table holds of a conversation, expired or not.
func (b *bench) rows(t *testing.T, name string, c id.Conversation) (found []string) {
	t.Helper()
	for _, item := range b.scan(t, name) {
		pk, sk := item["PK"].(*types.AttributeValueMemberS).Value, item["SK"].(*types.AttributeValueMemberS).Value
		if strings.Contains(pk+"|"+sk, "C#"+string(c)) {
			found = append(found, sk)
		}
	}
	slices.Sort(found)
	return found
}

func (b *bench) scan(t *testing.T, name string) []map[string]types.AttributeValue {
	t.Helper()
	out, err := dynamodb.NewFromConfig(b.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
	must(t, err)
	return out.Items
}

func (b *bench) accept(t *testing.T, r rights.Request) id.Request {
	t.Helper()
	if r.Source == "" {
		r.Source, r.SourceID = rights.FromShopper, fmt.Sprintf("%v%v%s", r.Subjects, r.Conversations, r.Kind)
	}
	name, err := b.Requests.Accept(t.Context(), shop, r)
	must(t, err)
	return name
}

func (b *bench) erase(t *testing.T, name id.Request) {
	t.Helper()
	must(t, b.Erase(t.Context(), shop, name))
}

func (b *bench) want(t *testing.T, name id.Request, state rights.State) rights.Request {
	t.Helper()
	r, err := b.Requests.Get(t.Context(), shop, name)
	must(t, err)
	if r.State != state {
		t.Fatalf("the request is %s, want %s: %+v", r.State, state, r)
	}
	return r
}

// A person's conversations go, and nobody else's: at once for every reader, then
// their keys, then their rows. The receipt says what went, what stayed and why.
func TestAPersonIsErased(t *testing.T) {
	claim.Proves(t, "C149", "C131")
	b := newBench(t)
	for _, c := range []id.Conversation{"one", "two", "theirs"} {
		b.chat(t, refOf(c), "Hello")
	}
	must(t, b.Requests.Link(t.Context(), shop, "hers", "one"))
	must(t, b.Requests.Link(t.Context(), shop, "his", "theirs"))
	name := b.accept(t, rights.Request{Kind: rights.Erase, Subjects: []id.Subject{"hers"}, Conversations: []id.Conversation{"two"}})
	b.erase(t, name)
	for _, chats := range []*conversation.Store{b.Chats, b.eraser(t, b.main).Chats} { // one remembers the keys
		b.wantMessages(t, chats, refOf("one"), 0)
		b.wantMessages(t, chats, refOf("two"), 0)
		b.wantMessages(t, chats, refOf("theirs"), 2)
	}
	for _, c := range []id.Conversation{"one", "two"} {
		if rows := b.rows(t, b.main, c); !slices.Equal(rows, []string{"META#STANDING"}) {
			t.Errorf("of conversation %s there is %v", c, rows)
		}
	}
	if r := b.want(t, name, rights.Checking); !r.Due.Equal(time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("it was due on %v", r.Due)
	}
	b.Advance(settle - time.Second)
	b.erase(t, name)
	b.want(t, name, rights.Checking)
	b.Advance(time.Second)
	b.erase(t, name)
	r := b.want(t, name, rights.Done)
	got := map[string]string{}
	for _, e := range r.Receipt {
		until := ""
		if !e.Until.IsZero() {
			until = " until " + e.Until.Format(time.DateOnly)
		}
		if e.Why == "" {
			t.Errorf("%s: the receipt does not say why", e.Store)
		}
		got[e.Store] = fmt.Sprintf("%d %s%s", e.Count, e.Outcome, until)
	}
	want := map[string]string{
		"conversation": "6 erased", "rights.link": "1 erased", "shop": "0 kept",
		"rights.request": "1 kept until 2028-11-23", "rights.erasure": "2 kept until 2028-11-23", "audit.entry": "0 kept until 2028-11-23",
		"rights.erased": "1 kept until 2028-11-23",
	}
	if !maps.Equal(got, want) {
		t.Errorf("the receipt is %v, want %v", got, want)
	}
	if at, err := b.Requests.ErasedAt(t.Context(), shop, "hers"); err != nil || at.IsZero() {
		t.Errorf("a platform that sends her again is not told: %v, %v", at, err)
	}
	if at, err := b.Requests.ErasedAt(t.Context(), shop, "his"); err != nil || !at.IsZero() {
		t.Errorf("he was erased at %v, %v", at, err)
	}
}

// Scenario 35: erased twice, by two requests, at the same time, from anywhere in
// between.
func TestErasingAgainIsHarmless(t *testing.T) {
	b := newBench(t)
	b.chat(t, refOf("one"), "Hello")
	first := b.accept(t, rights.Request{Kind: rights.Erase, Conversations: []id.Conversation{"one"}})
	second := b.accept(t, rights.Request{Kind: rights.Child, Conversations: []id.Conversation{"one"}})
	done := make(chan error)
	for range 3 {
		go func() { done <- b.Erase(context.WithoutCancel(t.Context()), shop, first) }()
		go func() { done <- b.Erase(context.WithoutCancel(t.Context()), shop, second) }()
	}
	for range 6 {
		if err := <-done; err != nil && !fault.KindOf(err).Retryable() {
			t.Error(err)
		}
	}
	for range 3 {
		b.erase(t, first)
		b.erase(t, second)
		b.Advance(settle)
	}
	b.want(t, first, rights.Done)
	b.want(t, second, rights.Done)
	b.wantMessages(t, b.Chats, refOf("one"), 0)
}

// Stopped at any call to DynamoDB, an erasure goes on where it was; and one store
// that fails does not keep the others.
func TestAnErasureThatFailsGoesOn(t *testing.T) {
	b := newBench(t)
	for _, operation := range []string{"PutItem", "DeleteItem", "Query", "BatchWriteItem"} {
		for _, rule := range []faults.Rule{
			{Kind: faults.Error, Count: 2}, // a call and its retry
			{Kind: faults.AppliedThenError, Count: 2},
			{Kind: faults.Throttle, Count: 6},
			{Kind: faults.Error, Rate: 0.5},
		} {
			c := id.Conversation(fmt.Sprintf("%s-%s-%v", strings.ToLower(operation), rule.Kind, rule.Rate > 0))
			who := id.Subject("s-" + c)
			b.chat(t, refOf(c), "Hello")
			must(t, b.Requests.Link(t.Context(), shop, who, c))
			name := b.accept(t, rights.Request{Kind: rights.Erase, Subjects: []id.Subject{who}})
			rule.Service, rule.Operation = "dynamodb", operation
			must(t, b.Faults.Replace(rule))
			first := b.Erase(t.Context(), shop, name)
			b.Faults.Clear()
			if rule.Rate == 0 && first == nil {
				t.Errorf("%s fails, and nobody is told", operation)
			}
			b.erase(t, name)
			b.Advance(settle)
			b.erase(t, name)
			b.want(t, name, rights.Done)
			if rows := b.rows(t, b.main, c); !slices.Equal(rows, []string{"META#STANDING"}) {
				t.Errorf("%s %s: there is %v", operation, rule.Kind, rows)
			}
		}
	}
	b.chat(t, refOf("one"), "Hello")
	broken := true
	b.Shelves = []rights.Shelf{
		{Records: []string{"broken"}, Erase: func(context.Context, rights.Person) ([]rights.Effect, error) {
			if broken {
				return nil, errors.New("no answer")
			}
			return []rights.Effect{{Store: "broken", Outcome: rights.Erased, Count: 3}}, nil
		}},
		{Records: []string{"well"}, Erase: func(context.Context, rights.Person) ([]rights.Effect, error) {
			return []rights.Effect{{Store: "well", Outcome: rights.Erased}}, nil
		}},
	}
	name := b.accept(t, rights.Request{Kind: rights.Erase, Conversations: []id.Conversation{"one"}})
	if err := b.Erase(t.Context(), shop, name); err == nil || !strings.Contains(err.Error(), "broken: no answer") {
		t.Errorf("a store that fails is not named: %v", err)
	}
	b.wantMessages(t, b.Chats, refOf("one"), 0) // all the same
	b.want(t, name, rights.Accepted)
	broken = false
	b.erase(t, name)
	if r := b.want(t, name, rights.Checking); !slices.ContainsFunc(r.Receipt, func(e rights.Effect) bool { return e.Store == "broken" && e.Count == 3 }) {
		t.Errorf("the receipt is %+v", r.Receipt)
	}
}

// Scenario 33: a turn that was under way when its conversation was erased brings
// nothing back: nobody can read what it adds, and the second look removes it.
func TestATurnUnderWayBringsNothingBack(t *testing.T) {
	b := newBench(t)
	ref := refOf("one")
	b.chat(t, ref, "Hello")
	began := b.read(t, b.Chats, ref)
	name := b.accept(t, rights.Request{Kind: rights.Erase, Conversations: []id.Conversation{"one"}})
	b.erase(t, name)
	// An instance that has the keys in mind, and one that does not: the answer to a
	// turn that had begun, and a turn that had only been read.
	_, err := b.Chats.Finish(t.Context(), ref, reply(7), keep)
	must(t, err)
	other := b.eraser(t, b.main)
	if _, err := other.Chats.Begin(t.Context(), ref, began, conversation.Head{Domain: "fern.example"}, seal.Clear("More"), "key-more", keep); err != nil {
		t.Logf("a turn that had been read: %v", err)
	}
	for _, chats := range []*conversation.Store{b.Chats, other.Chats} {
		b.wantMessages(t, chats, ref, 0)
		if _, err := chats.Begin(t.Context(), ref, b.read(t, chats, ref), conversation.Head{}, seal.Clear("More"), "key-late", keep); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a later turn: %v", err)
		}
	}
	if rows := b.rows(t, b.main, "one"); len(rows) < 2 {
		t.Fatalf("nothing was added (%v), so this proves nothing", rows)
	}
	b.Advance(settle)
	b.erase(t, name)
	b.want(t, name, rights.Done)
	if rows := b.rows(t, b.main, "one"); !slices.Equal(rows, []string{"META#STANDING"}) {
		t.Errorf("there is %v", rows)
	}
	for _, item := range b.scan(t, b.keys) {
		if pk := item["PK"].(*types.AttributeValueMemberS).Value; strings.HasSuffix(pk, "#S#of-one") {
			t.Errorf("its key is there again")
		}
	}
}

// Scenario 32: a main table that is restored from before an erasure is erased again
// before anybody reads it. Even without that its text does not open.
func TestARestoredBackupIsErasedAgain(t *testing.T) {
	b := newBench(t)
	for _, c := range []id.Conversation{"one", "two", "theirs"} {
		b.chat(t, refOf(c), "Hello")
	}
	must(t, b.Requests.Link(t.Context(), shop, "hers", "one"))
	backup, taken := b.scan(t, b.main), b.Clock.Now()
	b.Advance(30 * time.Hour)
	name := b.accept(t, rights.Request{Kind: rights.Erase, Subjects: []id.Subject{"hers"}, Conversations: []id.Conversation{"two"}})
	b.erase(t, name)

	b.Advance(3 * inventory.Day)
	client := dynamodb.NewFromConfig(b.AWS)
	for _, item := range b.scan(t, b.main) {
		_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &b.main, Key: map[string]types.AttributeValue{"PK": item["PK"], "SK": item["SK"]}})
		must(t, err)
	}
	for _, item := range backup {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &b.main, Item: item})
		must(t, err)
	}
	restored := b.eraser(t, b.main)
	b.wantMessages(t, restored.Chats, refOf("one"), 0) // sealed for good
	if rows := b.rows(t, b.main, "one"); len(rows) < 4 {
		t.Fatalf("the backup brought back %v, so this proves nothing", rows)
	}
	for range 2 {
		n, err := restored.Replay(t.Context(), taken)
		if err != nil || n != 2 {
			t.Errorf("erased %d again, %v", n, err)
		}
		for _, c := range []id.Conversation{"one", "two"} {
			if rows := b.rows(t, b.main, c); !slices.Equal(rows, []string{"META#STANDING"}) {
				t.Errorf("of conversation %s there is %v", c, rows)
			}
		}
	}
	if linked, err := restored.Requests.Linked(t.Context(), shop, "hers"); err != nil || linked != nil {
		t.Errorf("her links are back: %v, %v", linked, err)
	}
	if at, err := restored.Requests.ErasedAt(t.Context(), shop, "hers"); err != nil || at.IsZero() {
		t.Errorf("that she was erased is forgotten: %v, %v", at, err)
	}
	b.wantMessages(t, restored.Chats, refOf("theirs"), 2)
}

func TestOnlyWhatWasProvedIsErased(t *testing.T) {
	b := newBench(t)
	b.chat(t, refOf("one"), "Hello")
	for kind, state := range map[rights.Kind]rights.State{rights.Erase: rights.Unverified, rights.Child: rights.Refused} {
		name := b.accept(t, rights.Request{Kind: kind, State: state, Conversations: []id.Conversation{"one"}})
		b.erase(t, name)
		b.want(t, name, state)
	}
	name := b.accept(t, rights.Request{Kind: rights.Access, Conversations: []id.Conversation{"one"}})
	if err := b.Erase(t.Context(), shop, name); fault.KindOf(err) != fault.Invalid {
		t.Errorf("access is taken for erasure: %v", err)
	}
	if err := b.Erase(t.Context(), rival, name); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another shop's request: %v", err)
	}
	b.wantMessages(t, b.Chats, refOf("one"), 2)
}
