package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/contract"
	sandboxmeta "omniops/local/sandbox/meta"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/tenant"
)

// Scenario 47: to the second, on the real path. Outside the window nothing at all
// goes to the Graph API.
func TestTheWindow(t *testing.T) {
	claim.Proves(t, "C076")
	for _, to := range []channel.Account{phone, page, instagram} {
		for age, sent := range map[time.Duration]int{
			23*time.Hour + 59*time.Minute + 59*time.Second: 2, 24 * time.Hour: 0, 24*time.Hour + time.Second: 0,
		} {
			t.Run(fmt.Sprintf("%s/%s", to.Kind, age), func(t *testing.T) {
				b := newBench(t)
				event := b.writes(t, to, question)
				b.Advance(age)
				before := len(b.graph.all())
				if err := b.handle(t.Context(), event); err != nil {
					t.Fatal(err)
				}
				if n := len(b.meta.Sent()); n != sent {
					t.Errorf("%d messages were sent", n)
				}
				if calls := b.graph.all()[before:]; sent == 0 && len(calls) > 0 {
					t.Errorf("the Graph API was called: %q", calls)
				}
				if thread := b.thread(t, to); sent == 0 && thread.Flag != channel.NotSent && thread.Flag != channel.Unanswered {
					t.Errorf("nobody is told: %q", thread.Flag)
				}
			})
		}
	}
}

// A person at the shop who wrote has the thread: the AI says nothing, and sends
// nothing that it was about to say, wherever in its turn it is.
func TestTheAISaysNothingWhileAPersonHasTheThread(t *testing.T) {
	for _, to := range []channel.Account{phone, page, instagram} {
		t.Run(string(to.Kind), func(t *testing.T) {
			b := newBench(t)
			b.ask(t, to, question)
			takes := func() {
				for _, e := range b.events(t, b.meta.Agent(sandboxmeta.Note{Kind: string(to.Kind), Account: to.ID, Person: person, Text: "Hello, this is Ann."})) {
					if err := b.handle(t.Context(), e); err != nil {
						t.Error(err)
					}
				}
			}
			var once sync.Once
			b.models.do(func(*http.Request) { once.Do(takes) }) // while the model writes
			before := len(b.meta.Sent())
			if err := b.handle(t.Context(), b.writes(t, to, "How much is delivery?")); err != nil {
				t.Fatal(err)
			}
			if said := b.since(before); len(said) > 0 {
				t.Fatalf("the AI said %q", said)
			}
			typed := b.meta.Typing()
			asked := len(b.models.all())
			if err := b.handle(t.Context(), b.writes(t, to, "And to Ireland?")); err != nil {
				t.Fatal(err)
			}
			if said := b.since(before); len(said) > 0 || b.meta.Typing() != typed || len(b.models.all()) != asked {
				t.Errorf("said %q, typing %d, model calls %d", said, b.meta.Typing()-typed, len(b.models.all())-asked)
			}
			lines := strings.Join(b.transcript(t, b.thread(t, to)), "\n")
			if !strings.Contains(lines, "agent: Hello, this is Ann.") || !strings.Contains(lines, "shopper: And to Ireland?") {
				t.Errorf("transcript %q", lines)
			}
			b.Advance(channel.PersonHolds + time.Minute)
			if said := b.ask(t, to, question); len(said) == 0 {
				t.Error("the AI never answers again")
			}
		})
	}
}

// The same with both at once, many times: whatever is sent was decided before the
// takeover was stored.
func TestTakeoverRace(t *testing.T) {
	b := newBench(t)
	b.ask(t, phone, question)
	for round := range 12 {
		event := b.writes(t, phone, "How much is delivery?")
		takeover := b.events(t, b.meta.Agent(sandboxmeta.Note{Kind: "whatsapp", Account: phone.ID, Person: person, Text: "I am here."}))[0]
		var both sync.WaitGroup
		var stored time.Time
		both.Go(func() {
			if err := b.handle(t.Context(), takeover); err != nil {
				t.Error(err)
			}
			stored = time.Now()
		})
		sent := make(chan time.Time, 8)
		b.graph.do(func(r *http.Request) {
			if strings.Contains(b.graph.last(), `"biz_opaque_callback_data"`) {
				sent <- time.Now()
			}
		})
		both.Go(func() {
			if err := b.handle(t.Context(), event); err != nil && fault.KindOf(err) != fault.RateLimited {
				t.Error(err)
			}
		})
		both.Wait()
		b.graph.do(nil)
		close(sent)
		for at := range sent {
			// The one message that was already on its way may arrive a moment later.
			if at.Sub(stored) > 500*time.Millisecond {
				t.Errorf("round %d: a message left %s after the takeover", round, at.Sub(stored))
			}
		}
		before := len(b.meta.Sent())
		if said := b.ask(t, phone, "And to Ireland?"); len(said) > 0 || len(b.meta.Sent()) != before {
			t.Errorf("round %d: the AI said %q", round, said)
		}
		b.Advance(channel.PersonHolds + time.Minute)
	}
}

// STOP, START and AI are understood in ten languages, and no model is asked for the
// first two.
func TestWordsNeedNoModel(t *testing.T) {
	if n := len(channel.Languages()); n != 10 {
		t.Fatalf("there are %d languages", n)
	}
	b := newBench(t)
	asked := len(b.models.all())
	for _, language := range channel.Languages() {
		speech := channel.SpeechIn(language)
		own := map[channel.Word]string{}
		for word, phrases := range speech.Words {
			for _, p := range phrases {
				if got, _ := channel.WordOf(strings.ToUpper(p)+"!", language); got != word {
					t.Errorf("%s: %q is understood as %q", language, p, got)
				}
			}
			own[word] = phrases[0]
		}
		if len(own) != 3 {
			t.Errorf("%s: words %v", language, own)
		}
		b.Advance(time.Hour)
		for word, reply := range map[channel.Word]string{channel.Stop: speech.Stopped, channel.Start: speech.Started} {
			said := b.ask(t, phone, own[word])
			if len(said) == 0 || !strings.Contains(said[len(said)-1], reply) && !shared(own[word]) {
				t.Errorf("%s: %q is answered %q, want %q", language, own[word], said, reply)
			}
		}
	}
	if n := len(b.models.all()); n != asked {
		t.Errorf("a model was asked %d times", n-asked)
	}
}

// shared reports whether a word is the same in several languages, so that its
// answer may be in another.
func shared(word string) bool {
	n := 0
	for _, l := range channel.Languages() {
		if _, in := channel.WordOf(word, l); in == l {
			n++
		}
	}
	return n > 1
}

// After STOP nothing more is sent but its confirmation, until START.
func TestStopIsObeyed(t *testing.T) {
	b := newBench(t)
	b.ask(t, phone, question)
	if said := b.ask(t, phone, "Stop"); len(said) != 1 || said[0] != channel.SpeechIn("en").Stopped {
		t.Errorf("said %q", said)
	}
	asked, calls := len(b.models.all()), len(b.graph.all())
	if said := b.ask(t, phone, "How much is delivery?"); len(said) != 0 || len(b.models.all()) != asked || len(b.graph.all()) != calls {
		t.Errorf("after STOP: %q", said)
	}
	b.Advance(time.Minute)
	if said := b.ask(t, phone, "start"); len(said) != 1 {
		t.Errorf("START: %q", said)
	}
	if said := b.ask(t, phone, "How much is delivery?"); len(said) != 1 {
		t.Errorf("after START: %q", said)
	}
}

// "Delete my data" is done before it is confirmed, and what was said can be read
// nowhere afterwards.
func TestDeleteMyData(t *testing.T) {
	b := newBench(t)
	b.ask(t, phone, question)
	before := b.thread(t, phone)
	late := b.writes(t, phone, "I wrote this before.")
	b.Advance(time.Second)
	said := b.ask(t, phone, "Delete my data, please.")
	if len(said) != 1 || !strings.Contains(said[0], "https://api.test/meta/deletion/") {
		t.Fatalf("said %q", said)
	}
	if lines := b.transcript(t, before); len(lines) != 0 {
		t.Errorf("still there: %q", lines)
	}
	if _, err := b.threads.Contact(t.Context(), shop, before); fault.KindOf(err) != fault.NotFound {
		t.Errorf("whom it was with can be read: %v", err)
	}
	if err := b.handle(t.Context(), late); err != nil { // it was in the queue
		t.Fatal(err)
	}
	if lines := b.transcript(t, b.thread(t, phone)); len(lines) != 0 || len(b.since(0)) != 3 {
		t.Errorf("what was on its way is kept: %q, %q", lines, b.since(0))
	}
	b.Advance(time.Minute)
	if said := b.ask(t, phone, question); len(said) != 2 { // a new beginning
		t.Errorf("said %q", said)
	}
}

// What a person changes or takes back is followed.
func TestEditsAreFollowed(t *testing.T) {
	b := newBench(t)
	event := b.writes(t, phone, "My name is Jane Canary. "+question)
	if err := b.handle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	original := b.lastFromPerson()
	for text, want := range map[string]string{"": "shopper: ", "Only the question now": "shopper: Only the question now"} {
		body := map[string]any{"type": "revoke", "revoke": map[string]string{"original_message_id": original}}
		if text != "" {
			body = map[string]any{"type": "edit", "edit": map[string]any{"original_message_id": original, "message": map[string]any{"text": map[string]string{"body": text}}}}
		}
		body["from"], body["from_user_id"], body["id"], body["timestamp"] = person, sandboxmeta.Scoped(person), "wamid.change"+text, fmt.Sprint(b.Clock.Now().Unix())
		delivery, err := json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": []any{map[string]any{"id": "1", "changes": []any{map[string]any{
			"field": "messages", "value": map[string]any{"metadata": map[string]string{"phone_number_id": phone.ID}, "messages": []any{body}},
		}}}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range b.events(t, delivery) {
			if err := b.handle(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		if lines := b.transcript(t, b.thread(t, phone)); len(lines) != 2 || lines[0] != want {
			t.Errorf("transcript %q", lines)
		}
	}
}

func (b *bench) lastFromPerson() string { return b.meta.LastID(phone.ID, person) }

// An account whose token was removed sends nothing, from the same second on.
func TestDisconnectedAtOnce(t *testing.T) {
	claim.Proves(t, "C088")
	b := newBench(t)
	b.ask(t, page, question)
	c, err := b.connections.Get(t.Context(), shop, page)
	if err != nil {
		t.Fatal(err)
	}
	event := b.writes(t, page, "How much is delivery?")
	if err := b.connections.Disconnect(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	calls := len(b.graph.all())
	if err := b.handle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if n := len(b.graph.all()); n != calls || len(b.meta.Sent()) != 2 {
		t.Errorf("%d calls were made", n-calls)
	}
	gone, err := b.connections.Get(t.Context(), shop, page)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.connections.Token(t.Context(), gone); !errors.Is(err, meta.ErrDisconnected) {
		t.Errorf("error %v", err)
	}
	if dump := b.dump(t); strings.Contains(dump, "EAAtestPageToken") {
		t.Error("a token is stored in clear")
	}
}

// A channel that is switched off is not read, and one that is switched off while
// an event waits neither.
func TestAChannelThatIsSwitchedOff(t *testing.T) {
	claim.Proves(t, "C024")
	b := newBench(t)
	c, err := b.connections.Get(t.Context(), shop, phone)
	if err != nil {
		t.Fatal(err)
	}
	event := b.writes(t, phone, "This stays unread: canary-unread.")
	if err := b.connections.SetEnabled(t.Context(), c, false); err != nil {
		t.Fatal(err)
	}
	calls, asked := len(b.graph.all()), len(b.models.all())
	if err := b.handle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if len(b.graph.all()) != calls || len(b.models.all()) != asked || strings.Contains(b.dump(t), string(event.Thread)) {
		t.Error("something was done about it")
	}
}

// What is stored names nobody, and what is logged holds no text: ids and codes
// only.
func TestWhatIsStoredAndLogged(t *testing.T) {
	claim.Proves(t, "C078")
	b := newBench(t)
	const canary = "canary-7f3a"
	for _, to := range []channel.Account{phone, page, instagram} {
		b.ask(t, to, "My order is late "+canary+", write to jane@canary.example. "+question)
	}
	b.meta.Fail(sandboxmeta.Failure{Code: 190, OnSend: true})
	_ = b.handle(t.Context(), b.writes(t, page, canary+" again"))
	stored, logged := b.dump(t), b.log.String()
	for _, secret := range []string{canary, "jane@canary", person, sandboxmeta.Scoped(person), "EAAtest", "30 days", "appsecret_proof", localSecret} {
		if strings.Contains(stored, secret) {
			t.Errorf("%q is stored in clear", secret)
		}
		if strings.Contains(logged, secret) {
			t.Errorf("%q is in the log: %s", secret, logged)
		}
	}
}

const localSecret = "test-only-app-secret"

// dump reads everything in both tables.
func (b *bench) dump(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	db := dynamodb.NewFromConfig(b.AWS)
	for _, name := range []string{b.settings.Table, b.settings.KeyTable} {
		page, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			for attribute, v := range item {
				if attribute == "domains" || attribute == "site_url" || attribute == "suggestions" {
					continue
				}
				fmt.Fprintf(&out, "%s=%v\n", attribute, plain(v))
			}
		}
	}
	return out.String()
}

// plain is the value of an attribute.
func plain(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberB:
		return string(v.Value)
	default:
		return fmt.Sprint(v)
	}
}

// Another tenant's thread is another thread, and what is sealed for one does not
// open for another.
func TestAnotherTenantSeesNothing(t *testing.T) {
	b := newBench(t)
	b.ask(t, phone, question)
	thread := b.thread(t, phone)
	if _, err := b.threads.Get(t.Context(), "rival", phone, thread.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("error %v", err)
	}
	if b.veil.Thread("rival", phone, sandboxmeta.Scoped(person)) == thread.ID {
		t.Error("two tenants name a person alike")
	}
	event := b.writes(t, phone, "A secret")
	event.Tenant = "rival"
	if err := b.tenants.Save(t.Context(), tenant.Account{
		Tenant: "rival", Name: "Rival", Domains: []string{"rival.example"}, SiteURL: "https://rival.example", ContactEmail: "a@rival.example", CreatedAt: b.Clock.Now(),
	}.WithDefaults()); err != nil {
		t.Fatal(err)
	}
	if err := b.handle(t.Context(), event); fault.KindOf(err) != fault.Invalid {
		t.Errorf("it opens for another tenant: %v", err)
	}
}

// Chats on channels are kept as long as any other, and no longer.
func TestMessagesEndWithTheirRetention(t *testing.T) {
	claim.Proves(t, "C082")
	b := newBench(t)
	b.ask(t, instagram, question)
	thread := b.thread(t, instagram)
	b.Advance(90*24*time.Hour - time.Second)
	if lines := b.transcript(t, thread); len(lines) != 2 {
		t.Errorf("gone early: %q", lines)
	}
	b.Advance(time.Second)
	if lines := b.transcript(t, thread); len(lines) != 0 {
		t.Errorf("still there: %q", lines)
	}
	if _, err := b.threads.Get(t.Context(), shop, instagram, thread.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the thread is still there: %v", err)
	}
}

// The sample event is an event like any other; what it holds was not sealed here.
func TestTheSampleEvent(t *testing.T) {
	b := newBench(t)
	var e events.SQSEvent
	contract.Sample(t, "meta-reply/queue.json", &e)
	var in channel.Inbound
	if err := json.Unmarshal([]byte(e.Records[0].Body), &in); err != nil {
		t.Fatal(err)
	}
	if err := b.handle(context.WithoutCancel(t.Context()), in); fault.KindOf(err) != fault.Invalid {
		t.Errorf("error %v", err)
	}
	if _, err := id.Parse[id.Conversation](string(in.Thread)); err != nil {
		t.Error(err)
	}
}
