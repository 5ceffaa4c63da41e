package conversation_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const keep = 90 * inventory.Day

var (
	ref  = conversation.Ref{Tenant: "fern", Conversation: "chat-1", Shopper: "anna"}
	head = conversation.Head{Domain: "fern.example", Language: "en"}
)

// bench is the tables and keys that template.yaml gives chat-reply.
type bench struct {
	*localtest.Cloud
	*conversation.Store
	ring *seal.Keyring
	name string // of the main table
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	name := c.Env(t, "chat-reply", "TABLE_NAME")
	ring := seal.NewKeyring(c.AWS, table.New(c.AWS, c.Env(t, "chat-reply", "KEY_TABLE_NAME"), c.Clock.Now), c.Env(t, "chat-reply", "KEYRING_KEY_ID"))
	return &bench{c, conversation.NewStore(table.New(c.AWS, name, c.Clock.Now), ring), ring, name}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("error %v is %s, want %s", err, fault.KindOf(err), want)
	}
}

func (b *bench) read(t *testing.T, r conversation.Ref) conversation.Thread {
	t.Helper()
	thread, err := b.Read(t.Context(), r, keep, 0)
	must(t, err)
	return thread
}

// ask begins a turn after what is there.
func (b *bench) ask(t *testing.T, r conversation.Ref, text, key string) conversation.Message {
	t.Helper()
	m, err := b.Begin(t.Context(), r, b.read(t, r), head, seal.Clear(text), key, keep)
	must(t, err)
	return m
}

// reply finishes a turn.
func (b *bench) reply(t *testing.T, r conversation.Ref, turn int, text string, ledger any) conversation.Message {
	t.Helper()
	m, err := b.Finish(t.Context(), r, answer(turn, text, ledger), keep)
	must(t, err)
	return m
}

func answer(turn int, text string, ledger any) conversation.Answer {
	return conversation.Answer{
		Message: conversation.Message{Turn: turn, Author: conversation.Assistant, Text: seal.Clear(text), State: conversation.Complete},
		Ledger:  ledger,
	}
}

// lines is a thread as "turn author: text".
func lines(thread conversation.Thread) []string {
	out := []string{}
	for _, m := range thread.Messages {
		out = append(out, fmt.Sprintf("%d %s: %s", m.Turn, m.Author, m.Text.Reveal()))
	}
	return out
}

func wantLines(t *testing.T, thread conversation.Thread, want ...string) {
	t.Helper()
	if got := lines(thread); !slices.Equal(got, want) {
		t.Errorf("thread is %q, want %q", got, want)
	}
}

func (b *bench) wantLedger(t *testing.T, r conversation.Ref, keep time.Duration, want ...string) {
	t.Helper()
	entries, err := b.Ledger(t.Context(), r, keep)
	must(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Reveal())
	}
	if !slices.Equal(got, want) {
		t.Errorf("ledger is %q, want %q", got, want)
	}
}

// items gives what DynamoDB holds, as JSON would show it.
func (b *bench) items(t *testing.T) []map[string]types.AttributeValue {
	t.Helper()
	out, err := dynamodb.NewFromConfig(b.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &b.name})
	must(t, err)
	return out.Items
}

func TestAConversation(t *testing.T) {
	b := newBench(t)
	empty := b.read(t, ref)
	if len(empty.Messages) != 0 || empty.LastTurn() != 0 || empty.Head != (conversation.Head{}) {
		t.Errorf("before the first message it is %+v", empty)
	}
	began := b.Clock.Now()
	asked := b.ask(t, ref, "Do you ship to Jersey?", "key-0001")
	b.Advance(2 * time.Second)
	full := answer(1, "Yes [1].", map[string]string{"outbound": "Do you ship to Jersey?"})
	full.Message.Sources = []conversation.Source{{N: 1, Title: "Delivery", URL: "https://fern.example/delivery", CrawledAt: began.Add(-time.Hour), Stale: true}}
	full.Message.Handoff, full.Message.Degraded, full.Message.State = true, true, conversation.Interrupted
	answered, err := b.Finish(t.Context(), ref, full, keep)
	must(t, err)
	if asked.ID == answered.ID || asked.ID == "" || answered.ID == "" {
		t.Errorf("message ids are %q and %q", asked.ID, answered.ID)
	}

	thread := b.read(t, ref)
	wantMessages := []conversation.Message{
		{ID: asked.ID, Turn: 1, Author: conversation.Shopper, Text: seal.Clear("Do you ship to Jersey?"), State: conversation.Complete, SentAt: began},
		{
			ID: answered.ID, Turn: 1, Author: conversation.Assistant, Text: seal.Clear("Yes [1]."), Sources: full.Message.Sources, Handoff: true,
			Degraded: true, State: conversation.Interrupted, SentAt: began.Add(2 * time.Second),
		},
	}
	if !reflect.DeepEqual(thread.Messages, wantMessages) {
		t.Errorf("messages are %+v, want %+v", thread.Messages, wantMessages)
	}
	if want := (conversation.Head{Domain: "fern.example", Language: "en", StartedAt: began}); thread.Head != want {
		t.Errorf("head is %+v, want %+v", thread.Head, want)
	}
	if turn, ok := thread.TurnOf("key-0001"); turn != 1 || !ok {
		t.Errorf("key-0001 is of turn %d, %v", turn, ok)
	}
	if turn, ok := thread.TurnOf("key-0002"); ok {
		t.Errorf("key-0002 is of turn %d", turn)
	}
	if m, ok := thread.Question(1); !ok || m.ID != asked.ID {
		t.Errorf("question is %+v, %v", m, ok)
	}
	if m, ok := thread.Answer(1); !ok || m.ID != answered.ID {
		t.Errorf("answer is %+v, %v", m, ok)
	}
	if _, ok := thread.Answer(2); ok {
		t.Error("turn 2 has an answer")
	}
	b.wantLedger(t, ref, keep, `{"outbound":"Do you ship to Jersey?"}`)
}

func TestTheLatestMessages(t *testing.T) {
	b := newBench(t)
	var all []string
	for turn := 1; turn <= 8; turn++ {
		b.ask(t, ref, fmt.Sprintf("q%d", turn), fmt.Sprintf("key-%04d", turn))
		b.reply(t, ref, turn, fmt.Sprintf("a%d", turn), nil)
		all = append(all, fmt.Sprintf("%d shopper: q%d", turn, turn), fmt.Sprintf("%d assistant: a%d", turn, turn))
		b.Advance(10 * time.Second)
	}
	wantLines(t, b.read(t, ref), all...)
	thread, err := b.Read(t.Context(), ref, keep, 5)
	must(t, err)
	wantLines(t, thread, all[11:]...)
	if thread.LastTurn() != 8 || thread.Head.Domain == "" {
		t.Errorf("last turn is %d, head %+v", thread.LastTurn(), thread.Head)
	}
	now := b.Clock.Now()
	if n := thread.Since(now.Add(-25 * time.Second)); n != 2 {
		t.Errorf("%d messages in 25 s, want 2", n)
	}
	wantLines(t, thread.Within(now.Add(-20*time.Second)), all[14:]...)
	wantLines(t, thread, all[11:]...) // Within leaves the thread as it is

	// Without the head there are no more than that either.
	_, err = dynamodb.NewFromConfig(b.AWS).DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &b.name, Key: map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: table.Conversation(ref.Tenant, ref.Conversation).PK},
		"SK": &types.AttributeValueMemberS{Value: table.Conversation(ref.Tenant, ref.Conversation).SK},
	}})
	must(t, err)
	thread, err = b.Read(t.Context(), ref, keep, 5)
	must(t, err)
	wantLines(t, thread, all[11:]...)
}

// Twenty messages at once: each becomes one turn, in the order of the turns, and
// whoever sent one finds it by its key.
func TestConcurrentMessages(t *testing.T) {
	b := newBench(t)
	const senders = 20
	turns := make([]int, senders)
	var group sync.WaitGroup
	for i := range senders {
		group.Go(func() {
			for {
				thread, err := b.Read(t.Context(), ref, keep, 0)
				if err != nil {
					t.Error(err)
					return
				}
				m, err := b.Begin(t.Context(), ref, thread, head, seal.Clear(fmt.Sprint("message ", i)), fmt.Sprintf("key-%04d", i), keep)
				if fault.KindOf(err) == fault.Conflict && err != nil {
					continue
				}
				if err != nil {
					t.Error(err)
				}
				turns[i] = m.Turn
				return
			}
		})
	}
	group.Wait()
	thread := b.read(t, ref)
	if len(thread.Messages) != senders || thread.LastTurn() != senders {
		t.Fatalf("%d messages, last turn %d; want %d", len(thread.Messages), thread.LastTurn(), senders)
	}
	for n, m := range thread.Messages {
		if m.Turn != n+1 {
			t.Errorf("message %d has turn %d", n, m.Turn)
		}
	}
	for i, turn := range turns {
		found, _ := thread.TurnOf(fmt.Sprintf("key-%04d", i))
		q, _ := thread.Question(turn)
		if found != turn || q.Text.Reveal() != fmt.Sprint("message ", i) {
			t.Errorf("message %d became turn %d; its key finds %d, and the turn says %q", i, turn, found, q.Text.Reveal())
		}
	}
}

func TestOneAnswerPerTurn(t *testing.T) {
	b := newBench(t)
	b.ask(t, ref, "Hello?", "key-0001")
	const writers = 8
	errs := make([]error, writers)
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			_, errs[i] = b.Finish(t.Context(), ref, answer(1, fmt.Sprint("answer ", i), map[string]int{"call": i}), keep)
		})
	}
	group.Wait()
	won := slices.IndexFunc(errs, func(err error) bool { return err == nil })
	for i, err := range errs {
		if i != won {
			wantKind(t, err, fault.Conflict)
		}
	}
	wantLines(t, b.read(t, ref), "1 shopper: Hello?", fmt.Sprint("1 assistant: answer ", won))
	entries, err := b.Ledger(t.Context(), ref, keep)
	if err != nil || len(entries) != writers {
		t.Errorf("the ledger holds %d of %d calls to a model, %v", len(entries), writers, err)
	}
}

// Scenarios 7 and 9: whoever claimed a turn and died is replaced once the claim
// has run out; whoever was only slow comes too late.
func TestTakingOver(t *testing.T) {
	b := newBench(t)
	b.ask(t, ref, "Hello?", "key-0001")
	stale := b.read(t, ref)
	if until := stale.ClaimedUntil(1); !until.Equal(b.Clock.Now().Add(conversation.ClaimFor)) {
		t.Errorf("claimed until %v", until)
	}
	b.Advance(conversation.ClaimFor - time.Millisecond)
	wantKind(t, b.TakeOver(t.Context(), ref, stale, 1), fault.Conflict)

	b.Advance(time.Millisecond)
	const rivals = 8
	errs := make([]error, rivals)
	var group sync.WaitGroup
	for i := range rivals {
		group.Go(func() { errs[i] = b.TakeOver(t.Context(), ref, stale, 1) })
	}
	group.Wait()
	var won int
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			wantKind(t, err, fault.Conflict)
		}
	}
	if won != 1 {
		t.Errorf("%d took over", won)
	}
	fresh := b.read(t, ref)
	if until := fresh.ClaimedUntil(1); !until.Equal(b.Clock.Now().Add(conversation.ClaimFor)) {
		t.Errorf("claimed until %v", until)
	}
	wantKind(t, b.TakeOver(t.Context(), ref, fresh, 1), fault.Conflict)
	wantKind(t, b.TakeOver(t.Context(), ref, fresh, 2), fault.NotFound)

	b.reply(t, ref, 1, "from who took over", nil)
	_, err := b.Finish(t.Context(), ref, answer(1, "from who was slow", nil), keep)
	wantKind(t, err, fault.Conflict)
	wantLines(t, b.read(t, ref), "1 shopper: Hello?", "1 assistant: from who took over")
	if turn, ok := b.read(t, ref).TurnOf("key-0001"); turn != 1 || !ok {
		t.Errorf("after all that the key finds turn %d, %v", turn, ok)
	}
}

// Scenario 15: DynamoDB does the work and then reports an error.
func TestLostAnswersOfTheTable(t *testing.T) {
	for lost := 1; lost <= 4; lost++ {
		t.Run(fmt.Sprintf("%d in a row", lost), func(t *testing.T) {
			b := newBench(t)
			b.ask(t, ref, "before", "key-0001") // the keys are there
			b.reply(t, ref, 1, "before", nil)
			lose := faults.Rule{Service: "dynamodb", Operation: "PutItem", Kind: faults.AppliedThenError, Count: lost}

			must(t, b.Faults.Replace(lose))
			thread := b.read(t, ref)
			if _, err := b.Begin(t.Context(), ref, thread, head, seal.Clear("Hello?"), "key-0002", keep); err != nil {
				wantKind(t, err, fault.Unavailable)
			}
			b.Faults.Clear()
			if turn, ok := b.read(t, ref).TurnOf("key-0002"); turn != 2 || !ok {
				t.Fatalf("the key finds turn %d, %v: sending it again would ask twice", turn, ok)
			}

			must(t, b.Faults.Replace(lose))
			_, err := b.Finish(t.Context(), ref, answer(2, "Hi.", "sent"), keep)
			b.Faults.Clear()
			if err != nil {
				wantKind(t, err, fault.Unavailable)
				if _, err = b.Finish(t.Context(), ref, answer(2, "Hi.", "sent"), keep); err != nil {
					wantKind(t, err, fault.Conflict)
				}
			}
			wantLines(t, b.read(t, ref), "1 shopper: before", "1 assistant: before", "2 shopper: Hello?", "2 assistant: Hi.")
			if entries, err := b.Ledger(t.Context(), ref, keep); err != nil || len(entries) == 0 {
				t.Errorf("the answer has %d ledger entries, %v", len(entries), err)
			}
		})
	}
}

// A write that is refused leaves nothing half done that a reader would see.
func TestRefusedWrites(t *testing.T) {
	b := newBench(t)
	b.ask(t, ref, "first", "key-0001")
	thread := b.read(t, ref)
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Operation: "PutItem", Kind: faults.Error}))
	_, begun := b.Begin(t.Context(), ref, thread, head, seal.Clear("second"), "key-0002", keep)
	_, finished := b.Finish(t.Context(), ref, answer(1, "answer", "sent"), keep)
	for _, err := range []error{begun, finished} {
		wantKind(t, err, fault.Unavailable)
	}
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Operation: "Query", Kind: faults.Error}))
	_, read := b.Read(t.Context(), ref, keep, 0)
	wantKind(t, read, fault.Unavailable)
	b.Faults.Clear()
	wantLines(t, b.read(t, ref), "1 shopper: first")
	b.wantLedger(t, ref, keep)
}

func TestOthersSeeNothing(t *testing.T) {
	b := newBench(t)
	b.ask(t, ref, "Anna's message", "key-0001")
	b.reply(t, ref, 1, "to Anna", "sent for Anna")
	for name, change := range map[string]func(*conversation.Ref){
		"another tenant":       func(r *conversation.Ref) { r.Tenant = "moss" },
		"a longer tenant":      func(r *conversation.Ref) { r.Tenant = "fern-2" },
		"another conversation": func(r *conversation.Ref) { r.Conversation = "chat-2" },
		"a shorter one":        func(r *conversation.Ref) { r.Conversation = "chat" },
		"another shopper":      func(r *conversation.Ref) { r.Shopper = "ben" },
		"nobody":               func(r *conversation.Ref) { r.Shopper = "" },
	} {
		t.Run(name, func(t *testing.T) {
			other := ref
			change(&other)
			thread := b.read(t, other)
			wantLines(t, thread)
			if turn, ok := thread.TurnOf("key-0001"); ok {
				t.Errorf("sees the key of turn %d", turn)
			}
			if thread.Head != (conversation.Head{}) {
				t.Errorf("sees the head %+v", thread.Head)
			}
			b.wantLedger(t, other, keep)
		})
	}
	_, err := b.Read(t.Context(), conversation.Ref{Conversation: ref.Conversation, Shopper: ref.Shopper}, keep, 0)
	wantKind(t, err, fault.Internal) // no tenant at all is our mistake
	wantLines(t, b.read(t, ref), "1 shopper: Anna's message", "1 assistant: to Anna")
}

// Messages are stored under their tenant with an expiry, and no text of theirs
// in clear.
func TestWhatIsStored(t *testing.T) {
	claim.Proves(t, "C005")
	b := newBench(t)
	const asked, answered, sent = "Where is order PLAINTEXT-1001?", "It is PLAINTEXT-underway.", "PLAINTEXT-prompt"
	b.ask(t, ref, asked, "PLAINTEXT-key-0001")
	full := answer(1, answered, sent)
	full.Message.Sources = []conversation.Source{{N: 1, Title: "PLAINTEXT-title", URL: "https://fern.example/PLAINTEXT"}}
	_, err := b.Finish(t.Context(), ref, full, keep)
	must(t, err)
	items := b.items(t)
	if len(items) != 3 {
		t.Errorf("%d items are stored, want the head and two messages, of which the answer holds its ledger entry", len(items))
	}
	for _, item := range items {
		pk := item["PK"].(*types.AttributeValueMemberS).Value
		if !strings.HasPrefix(pk, "T#fern#C#chat-1") {
			t.Errorf("item is stored under %s", pk)
		}
		if got := item["expires_at"].(*types.AttributeValueMemberN).Value; got != fmt.Sprint(b.Clock.Now().Add(keep).Unix()) {
			t.Errorf("item expires at %s", got)
		}
		for name, value := range item {
			raw, err := json.Marshal(value)
			must(t, err)
			if blob, ok := value.(*types.AttributeValueMemberB); ok {
				raw = blob.Value
			}
			if bytes.Contains(raw, []byte("PLAINTEXT")) {
				t.Errorf("%s holds text in clear: %s", name, raw)
			}
		}
	}
}

// All that is made of a conversation, the ledger with what was embedded for it
// included, goes with it.
func TestErasedMessages(t *testing.T) {
	claim.Proves(t, "C065")
	b := newBench(t)
	b.ask(t, ref, "on Monday", "key-0001")
	b.reply(t, ref, 1, "to Monday", "sent on Monday")
	monday := b.Clock.Now()
	b.Advance(inventory.Day)
	b.ask(t, ref, "on Tuesday", "key-0002")
	b.reply(t, ref, 2, "to Tuesday", "sent on Tuesday")

	must(t, b.ring.DestroyDay(t.Context(), ref.Tenant, monday))
	wantLines(t, b.read(t, ref), "2 shopper: on Tuesday", "2 assistant: to Tuesday")
	b.wantLedger(t, ref, keep, `"sent on Tuesday"`)

	must(t, b.ring.DestroySubject(t.Context(), ref.Tenant, ref.Shopper))
	wantLines(t, b.read(t, ref))
	b.wantLedger(t, ref, keep)

	// Whoever writes again after that goes on with a new turn, and only that.
	if m := b.ask(t, ref, "again", "key-0003"); m.Turn != 3 {
		t.Errorf("the next turn is %d, want 3", m.Turn)
	}
	wantLines(t, b.read(t, ref), "3 shopper: again")
	b.wantLedger(t, ref, keep)
}
