package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/local/localtest"
	"omniops/local/localtest/storetest"
	sandboxmeta "omniops/local/sandbox/meta"
	"omniops/local/sandbox/shopify"
	"omniops/shared/channel"
	"omniops/shared/claim"
	"omniops/shared/commerce"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/notify"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/subject"
	"omniops/shared/support"
	"omniops/shared/table"
)

// Orders of the stand-in's store, which are Jane's but for the last, and what is
// said about them.
const (
	jane     = "jane.doe@example.com"
	onItsWay = "#1042"
	notSent  = "#1057"
	johns    = "#1043"
	whereIs  = "Where is my order " + onItsWay + "?"
)

// store is the merchant's store with the workers behind it: what they are sent in
// queues, they do when they are asked to.
type store struct {
	*bench
	platform commerce.Platform
	verifier *commerce.Verifier
	actions  *commerce.Actions
	rules    *commerce.RuleBook
	mailer   *notify.Mailer
}

func newStore(t *testing.T) *store {
	t.Helper()
	b := newBench(t)
	client := storetest.Client(t, b.Cloud, b.outside, "meta-reply")
	storetest.Connect(t, b.Cloud, b.outside, client, shop, shopify.DemoShop)
	main := table.New(b.AWS, b.settings.Table, b.Clock.Now)
	keys := seal.NewKeyring(b.AWS, table.New(b.AWS, b.settings.KeyTable, b.Clock.Now), b.settings.KeyringKey)
	return &store{
		bench: b, platform: client, verifier: commerce.NewVerifier(main, keys, []byte(localtest.SessionSecret)), actions: commerce.NewActions(main, keys),
		rules:  commerce.NewRuleBook(main),
		mailer: notify.NewMailer(b.outside.ResendURL, "re_test", "no-reply@omniops.example", http.DefaultClient),
	}
}

// verify does what order-verify does with what is queued, and gives the bodies.
func (s *store) verify(t *testing.T) []string {
	t.Helper()
	bodies := s.Take(t, s.settings.Verifications)
	for _, body := range bodies {
		var a commerce.Attempt
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			t.Fatal(err)
		}
		letter, found, err := s.verifier.Match(t.Context(), a, s.platform)
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			continue
		}
		subject, text := letter.Mail("Kettle & Co")
		if err := s.mailer.Send(t.Context(), notify.Mail{Kind: notify.OrderCode, To: letter.To, From: "Kettle & Co", Subject: subject, Text: text, Key: string(a.ID)}); err != nil {
			t.Fatal(err)
		}
	}
	return bodies
}

// execute does what order-execute does with what is queued, and gives the bodies.
func (s *store) execute(t *testing.T) []string {
	t.Helper()
	bodies := s.Take(t, s.settings.Tasks)
	for _, body := range bodies {
		var task commerce.Task
		if err := json.Unmarshal([]byte(body), &task); err != nil {
			t.Fatal(err)
		}
		if _, err := s.actions.Execute(t.Context(), task, s.platform); err != nil {
			t.Fatal(err)
		}
	}
	return bodies
}

// code reads the latest code in a mailbox.
func (s *store) code(t *testing.T, mailbox string) string {
	t.Helper()
	letters := s.outside.Mail.Messages(mailbox)
	if len(letters) == 0 {
		t.Fatalf("no letter to %s", mailbox)
	}
	return regexp.MustCompile(`[0-9]{4} [0-9]{4}`).FindString(letters[0].Text)
}

// asks is ask, a minute later, as one text.
func (s *store) asks(t *testing.T, to channel.Account, text string) string {
	t.Helper()
	s.Advance(60e9)
	return strings.Join(s.ask(t, to, text), "\n")
}

// prove goes the whole way, and gives what the code is answered with.
func (s *store) prove(t *testing.T, to channel.Account, question, number string) string {
	t.Helper()
	s.asks(t, to, question)
	s.asks(t, to, number+" "+jane)
	s.verify(t)
	return s.asks(t, to, s.code(t, jane))
}

// allow has the merchant's rules grant all that is asked.
func (s *store) allow(t *testing.T) {
	t.Helper()
	always := commerce.Rule{Automatic: true, Excluded: []string{}}
	if _, err := s.rules.Set(t.Context(), shop, commerce.Rules{Cancel: always, Return: always, Refund: always, Address: always}); err != nil {
		t.Fatal(err)
	}
}

// changed counts the changes of orders in the shop.
func (s *store) changed() (n int) {
	for _, m := range s.outside.Shopify.Mutations(shopify.DemoShop) {
		if m.Order != "" {
			n++
		}
	}
	return n
}

func TestAnOrderIsProvedInTheThread(t *testing.T) {
	claim.Proves(t, "C055", "C127")
	for _, to := range []channel.Account{phone, page, instagram} {
		t.Run(string(to.Kind), func(t *testing.T) {
			s := newStore(t)
			speech := channel.SpeechIn("en").Order
			if said := s.asks(t, to, whereIs); !strings.HasSuffix(said, speech.Prove) {
				t.Fatalf("asked, it says %q", said)
			}
			if said := s.asks(t, to, "Sure: 1042, and the mail is Jane.Doe@example.com."); said != speech.CodeSent {
				t.Fatalf("to a claim it says %q", said)
			}
			if queued := s.verify(t); len(queued) != 1 || strings.Contains(queued[0], "1042") || strings.Contains(queued[0], "jane") || strings.Contains(queued[0], person) {
				t.Fatalf("queued %q", queued)
			}
			for _, m := range s.meta.Sent() {
				if strings.Contains(m.Text, s.code(t, jane)) {
					t.Errorf("the code is in the chat: %q", m.Text)
				}
			}
			if said := s.asks(t, to, "0000 0000"); said != speech.CodeWrong {
				t.Errorf("to a wrong code it says %q", said)
			}
			said := s.asks(t, to, s.code(t, jane))
			if !strings.Contains(said, "Order #1042: sent") || !strings.Contains(said, "https://") {
				t.Fatalf("to the code it says %q", said)
			}
			if s.thread(t, to).Order != (channel.OrderStep{}) {
				t.Errorf("something is awaited still: %+v", s.thread(t, to).Order)
			}
			if said := s.asks(t, to, "And when will it arrive?"); !strings.Contains(said, "Order #1042") {
				t.Errorf("to a follow-up it says %q", said)
			}
			subjects, err := subject.New([]byte(localtest.SessionSecret))
			if err != nil {
				t.Fatal(err)
			}
			who, err := subjects.OfEmail(shop, jane)
			if err != nil {
				t.Fatal(err)
			}
			links, err := rights.NewStore(table.New(s.AWS, s.settings.Table, s.Clock.Now), []byte(localtest.SessionSecret))
			if err != nil {
				t.Fatal(err)
			}
			if linked, err := links.Linked(t.Context(), shop, who); err != nil || !slices.Contains(linked, s.thread(t, to).Conversation) {
				t.Errorf("her conversations: %v, %v", linked, err)
			}
			s.Advance(commerce.GrantLife)
			if said := s.asks(t, to, whereIs); said != speech.Prove {
				t.Errorf("after the proof has run out it says %q", said)
			}
		})
	}
}

func TestAChangeIsConfirmedInTheThread(t *testing.T) {
	s := newStore(t)
	s.allow(t)
	speech := channel.SpeechIn("en").Order
	said := s.prove(t, phone, "Please cancel my order "+notSent, notSent)
	if !strings.Contains(said, "Cancel order #1057") || !strings.Contains(said, speech.Confirm) {
		t.Fatalf("to the code it says %q", said)
	}
	if n := len(s.execute(t)); n != 0 || s.changed() != 0 {
		t.Fatalf("%d tasks without a yes", n)
	}
	if said := s.asks(t, phone, "How much is delivery?"); !strings.Contains(said, "£") || !strings.HasSuffix(said, speech.Confirm) {
		t.Errorf("to something else it says %q", said)
	}
	if said := s.asks(t, phone, "Yes!"); said != speech.Underway {
		t.Errorf("to a yes it says %q", said)
	}
	s.asks(t, phone, "yes") // again
	if queued := s.execute(t); len(queued) != 1 || s.changed() != 1 || strings.Contains(queued[0], "1057") {
		t.Errorf("queued %q, %d changes", queued, s.changed())
	}
	if said := s.asks(t, phone, "yes"); !strings.Contains(said, "cancelled") {
		t.Errorf("to a yes when it is done it says %q", said)
	}
	s.asks(t, phone, "yes")
	if n := len(s.execute(t)); n != 0 || s.changed() != 1 {
		t.Errorf("%d more tasks, %d changes", n, s.changed())
	}
}

// Whoever claims another's order, or one that there is not, is answered as its
// owner would be, then and when a code is tried.
func TestAnothersOrderIsLikeNone(t *testing.T) {
	claim.Proves(t, "C054")
	s := newStore(t)
	var first []string
	for _, c := range []struct{ name, text string }{
		{"hers", onItsWay + " " + jane}, {"none", "#99999 " + jane}, {"another's", johns + " " + jane}, {"hers, another mail", onItsWay + " eve@example.com"},
	} {
		s.Advance(90 * time.Minute)
		before := len(s.meta.Sent())
		s.asks(t, phone, "Where is my order?")
		s.asks(t, phone, c.text)
		s.verify(t)
		s.asks(t, phone, "12345678")
		said := s.since(before)
		if c.name == "hers" {
			first = said[1:] // after the disclosure
			continue
		}
		if !slices.Equal(said, first) {
			t.Errorf("%s: %q, want %q", c.name, said, first)
		}
	}
	if n := len(s.outside.Mail.Messages("")); n != 1 {
		t.Errorf("%d letters, want hers alone", n)
	}
	// With one order proved, another stays as far away.
	s.Advance(90 * time.Minute)
	s.prove(t, phone, whereIs, onItsWay)
	theirs, none := s.asks(t, phone, "Where is my order #1043?"), s.asks(t, phone, "Where is my order #99999?")
	if theirs != none || theirs != channel.SpeechIn("en").Order.Prove {
		t.Errorf("another's: %q, none: %q", theirs, none)
	}
	for _, m := range s.meta.Sent() {
		if strings.Contains(strings.ToLower(m.Text), "john") {
			t.Errorf("said %q", m.Text)
		}
	}
}

// A code is good in the thread that asked for it, for ten minutes, and for a few
// tries.
func TestACodeIsBoundToItsThread(t *testing.T) {
	speech := channel.SpeechIn("en").Order
	t.Run("another thread", func(t *testing.T) {
		s := newStore(t)
		for _, to := range []channel.Account{phone, page} {
			s.asks(t, to, whereIs)
			s.asks(t, to, onItsWay+" "+jane)
		}
		queued := s.Take(t, s.settings.Verifications)
		var a commerce.Attempt
		if err := json.Unmarshal([]byte(queued[0]), &a); err != nil {
			t.Fatal(err)
		}
		letter, found, err := s.verifier.Match(t.Context(), a, s.platform)
		if err != nil || !found {
			t.Fatalf("no letter: %v", err)
		}
		if said := s.asks(t, page, letter.Code); said != speech.CodeWrong {
			t.Errorf("the code of another thread: %q", said)
		}
		if said := s.asks(t, phone, letter.Code); !strings.Contains(said, "Order #1042") {
			t.Errorf("in its own: %q", said)
		}
		if said := s.asks(t, phone, letter.Code); strings.Contains(said, "Order #1042") {
			t.Errorf("once more: %q", said)
		}
	})
	t.Run("lapse", func(t *testing.T) {
		s := newStore(t)
		s.asks(t, phone, whereIs)
		s.asks(t, phone, onItsWay+" "+jane)
		s.verify(t)
		s.Advance(commerce.CodeLife)
		if said := s.asks(t, phone, s.code(t, jane)); said != speech.CodeWrong {
			t.Errorf("after ten minutes: %q", said)
		}
		if said := s.asks(t, phone, onItsWay+" "+jane); said != speech.CodeSent {
			t.Errorf("a new claim: %q", said)
		}
		s.verify(t)
		if said := s.asks(t, phone, s.code(t, jane)); !strings.Contains(said, "Order #1042") {
			t.Errorf("the new code: %q", said)
		}
	})
	t.Run("asked meanwhile", func(t *testing.T) {
		s := newStore(t)
		s.asks(t, phone, whereIs)
		s.asks(t, phone, onItsWay+" "+jane)
		s.verify(t)
		s.asks(t, phone, "How much is delivery?")
		if said := s.asks(t, phone, "So where is my order?"); said != speech.Prove {
			t.Errorf("asked again: %q", said)
		}
		if said := s.asks(t, phone, s.code(t, jane)); !strings.Contains(said, "Order #1042") {
			t.Errorf("the code that was on its way: %q", said)
		}
	})
	t.Run("guesses", func(t *testing.T) {
		s := newStore(t)
		s.asks(t, phone, whereIs)
		s.asks(t, phone, onItsWay+" "+jane)
		s.verify(t)
		for n := range 5 {
			if said := s.asks(t, phone, fmt.Sprintf("0000 000%d", n)); said != speech.CodeWrong {
				t.Errorf("guess %d: %q", n+1, said)
			}
		}
		if said := s.asks(t, phone, s.code(t, jane)); said != fmt.Sprintf(speech.TooOften, "help@shop.example") {
			t.Errorf("the right one after five guesses: %q", said)
		}
	})
	t.Run("a shop that is gone", func(t *testing.T) { // scenario 46
		s := newStore(t)
		s.asks(t, phone, whereIs)
		s.outside.Shopify.Revoke(shopify.DemoShop)
		if _, err := s.platform.Find(t.Context(), commerce.Access{Tenant: shop, Purpose: commerce.Verification}, "1042"); err == nil {
			t.Fatal("a revoked token is good")
		}
		said := s.asks(t, phone, onItsWay+" "+jane)
		if !strings.Contains(said, support.TextIn("en").OrdersClosed) || !strings.Contains(said, "help@shop.example") || len(s.verify(t)) != 0 {
			t.Errorf("a claim: %q", said)
		}
	})
	t.Run("claims", func(t *testing.T) {
		s := newStore(t)
		s.asks(t, phone, whereIs)
		said := ""
		for range 4 {
			said = s.asks(t, phone, onItsWay+" "+jane)
		}
		if said != fmt.Sprintf(speech.TooOften, "help@shop.example") {
			t.Errorf("the fourth claim of an hour: %q", said)
		}
		for n := range 3 {
			said = s.asks(t, phone, fmt.Sprintf("#9000%d guess%d@example.com", n, n))
		}
		if said != fmt.Sprintf(speech.TooOften, "help@shop.example") {
			t.Errorf("the seventh claim of a thread: %q", said)
		}
	})
}

// What belongs to no claim goes to the engine as ever; half a claim is asked for
// whole; a claim in the question itself is not asked for again.
func TestWhatIsAsked(t *testing.T) {
	s := newStore(t)
	speech := channel.SpeechIn("en").Order
	s.asks(t, phone, "Where is my order?")
	for text, want := range map[string]string{"1042": speech.Prove, jane: speech.Prove, "How much is delivery?": "£", "1042 or 1043, " + jane: ""} {
		if said := s.asks(t, phone, text); !strings.Contains(said, want) || strings.Contains(said, speech.CodeSent) {
			t.Errorf("%q: %q", text, said)
		}
	}
	if n := len(s.verify(t)); n != 0 {
		t.Errorf("%d verifications", n)
	}
	if said := s.asks(t, instagram, "Where is my order #1042? I am "+jane); !strings.HasSuffix(said, speech.CodeSent) {
		t.Errorf("a claim at once: %q", said)
	}
	s.verify(t)
	if said := s.asks(t, instagram, s.code(t, jane)); !strings.Contains(said, "Order #1042") {
		t.Errorf("its code: %q", said)
	}
}

// In another language all of it is said in that one, and the letter too.
func TestAnOrderInGerman(t *testing.T) {
	s := newStore(t)
	s.allow(t)
	speech := channel.SpeechIn("de").Order
	if said := s.asks(t, phone, "Wo ist meine Bestellung 1042?"); !strings.HasSuffix(said, speech.Prove) {
		t.Fatalf("it says %q", said)
	}
	if said := s.asks(t, phone, "1042, "+jane); said != speech.CodeSent {
		t.Errorf("it says %q", said)
	}
	s.verify(t)
	if letters := s.outside.Mail.Messages(jane); len(letters) != 1 || !strings.Contains(letters[0].Subject, "Ihr Code") {
		t.Errorf("letters %+v", letters)
	}
	if said := s.asks(t, phone, "Der Code lautet "+s.code(t, jane)); !strings.Contains(said, "Bestellung #1042: versandt") {
		t.Errorf("it says %q", said)
	}
}

// A no changes nothing, nor does a yes that comes too late, or without proof.
func TestAYesThatDoesNotCount(t *testing.T) {
	s := newStore(t)
	s.allow(t)
	speech := channel.SpeechIn("en").Order
	const cancel = "Please cancel my order " + notSent
	s.prove(t, phone, cancel, notSent)
	if said := s.asks(t, phone, "No, thanks"); said != speech.Declined {
		t.Errorf("to a no: %q", said)
	}
	if said := s.asks(t, phone, "yes"); said != speech.Declined {
		t.Errorf("to a yes after a no: %q", said)
	}
	if said := s.asks(t, phone, cancel); !strings.HasSuffix(said, speech.Confirm) {
		t.Fatalf("asked again: %q", said)
	}
	s.Advance(10 * time.Minute)
	if said := s.asks(t, phone, "yes"); said != speech.Lapsed {
		t.Errorf("too late: %q", said)
	}
	s.Advance(8 * time.Minute)
	s.asks(t, phone, cancel)
	s.Advance(8 * time.Minute) // the proof ends before the proposal does
	if said := s.asks(t, phone, "yes"); said != speech.Prove {
		t.Errorf("without proof: %q", said)
	}
	if n := len(s.execute(t)); n != 0 || s.changed() != 0 {
		t.Errorf("%d tasks, %d changes", n, s.changed())
	}
}

// While a person at the shop has the thread, the AI does nothing about orders: no
// code is sent or taken, nothing is confirmed, and nothing is said.
func TestTakeoverDuringAProof(t *testing.T) {
	s := newStore(t)
	s.allow(t)
	takes := func() {
		s.Advance(time.Minute)
		for _, e := range s.events(t, s.meta.Agent(sandboxmeta.Note{Kind: "whatsapp", Account: phone.ID, Person: person, Text: "Hello, this is Ann."})) {
			if err := s.handle(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
	}
	gives := func() {
		t.Helper()
		if _, err := s.threads.Change(t.Context(), shop, phone, s.thread(t, phone).ID, 90*24*time.Hour, func(c *channel.Thread) error {
			c.HeldBy = channel.Nobody
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	s.asks(t, phone, "Please cancel my order "+notSent)
	takes()
	if said := s.asks(t, phone, notSent+" "+jane); said != "" || len(s.verify(t)) != 0 {
		t.Errorf("a claim: %q", said)
	}
	gives()
	s.asks(t, phone, notSent+" "+jane)
	s.verify(t)
	takes()
	if said := s.asks(t, phone, s.code(t, jane)); said != "" {
		t.Errorf("a code: %q", said)
	}
	if grants, err := s.verifier.Grants(t.Context(), conversation.Ref{Tenant: shop, Conversation: s.thread(t, phone).Conversation, Shopper: s.thread(t, phone).Shopper}); err != nil || len(grants) != 0 {
		t.Errorf("granted: %v, %v", grants, err)
	}
	gives()
	if said := s.asks(t, phone, s.code(t, jane)); !strings.Contains(said, "Cancel order #1057") {
		t.Fatalf("after the person has given it back: %q", said)
	}
	takes()
	if said := s.asks(t, phone, "yes"); said != "" || len(s.execute(t)) != 0 {
		t.Errorf("a yes: %q", said)
	}
	gives()
	s.asks(t, phone, "stop")
	if said := s.asks(t, phone, "yes"); said != "" || len(s.execute(t)) != 0 {
		t.Errorf("a yes after STOP: %q", said)
	}
}

// The same event again, from whichever point its first try got to, does nothing
// twice and says what was said.
func TestAProofIsTriedAgain(t *testing.T) {
	s := newStore(t)
	s.allow(t)
	speech := channel.SpeechIn("en").Order
	// Each message is refused by the platform at first.
	again := func(text string) string {
		t.Helper()
		s.Advance(time.Minute)
		event, before := s.writes(t, phone, text), len(s.meta.Sent())
		s.meta.Fail(sandboxmeta.Failure{Code: 131016, OnSend: true, Count: 3})
		if err := s.handle(t.Context(), event); !fault.KindOf(err).Retryable() {
			t.Fatalf("%q: %v", text, err)
		}
		if err := s.handle(t.Context(), event); err != nil {
			t.Fatalf("%q again: %v", text, err)
		}
		return strings.Join(s.since(before), "\n")
	}
	s.asks(t, phone, "Hello")
	if said := again("Please cancel my order " + notSent); said != speech.Prove {
		t.Errorf("asked: %q", said)
	}
	if said := again(notSent + " " + jane); said != speech.CodeSent {
		t.Errorf("claimed: %q", said)
	}
	if n := len(s.verify(t)); n != 1 {
		t.Errorf("%d verifications", n)
	}
	if said := again(s.code(t, jane)); !strings.Contains(said, "Cancel order #1057") {
		t.Errorf("proved: %q", said)
	}
	if said := again("yes"); said != speech.Underway {
		t.Errorf("confirmed: %q", said)
	}
	if n := len(s.execute(t)); n != 1 || s.changed() != 1 {
		t.Errorf("%d tasks, %d changes", n, s.changed())
	}
}

// What proves an order is stored nowhere in clear, and neither logged nor queued.
func TestAProofLeavesNothing(t *testing.T) {
	claim.Proves(t, "C078")
	s := newStore(t)
	s.asks(t, phone, whereIs)
	s.asks(t, phone, onItsWay+" "+jane)
	queued := strings.Join(s.verify(t), "\n")
	code := s.code(t, jane)
	s.asks(t, phone, code)
	stored, logged := s.dump(t), s.log.String()
	for _, secret := range []string{jane, "jane", code, strings.ReplaceAll(code, " ", ""), person, sandboxmeta.Scoped(person), localtest.ShopifySecret} {
		for where, text := range map[string]string{"stored": stored, "logged": logged, "queued": queued} {
			if strings.Contains(text, secret) {
				t.Errorf("%q is %s", secret, where)
			}
		}
	}
	for _, body := range s.models.all() {
		if strings.Contains(body, jane) || strings.Contains(body, code) {
			t.Errorf("a model was sent who asks: %.300s", body)
		}
	}
	// Who is forgotten has proved nothing.
	s.asks(t, phone, "Delete my data")
	if said := s.asks(t, phone, whereIs); !strings.HasSuffix(said, channel.SpeechIn("en").Order.Prove) {
		t.Errorf("after the erasure: %q", said)
	}
}

// A shop that is another merchant's, or none, is asked for nothing.
func TestAThreadOfAShopThatIsNotConnected(t *testing.T) {
	b := newBench(t)
	said := strings.Join(b.ask(t, phone, whereIs), "\n")
	b.Advance(time.Minute)
	said += strings.Join(b.ask(t, phone, onItsWay+" "+jane), "\n")
	if strings.Contains(said, "code") || b.thread(t, phone).Order != (channel.OrderStep{}) {
		t.Errorf("it says %q", said)
	}
}

// A change that takes more than a yes is a person's to make.
func TestANewAddressIsForAPerson(t *testing.T) {
	s := newStore(t)
	s.allow(t)
	if said := s.prove(t, phone, "Please change the address of my order "+notSent, notSent); !strings.Contains(said, channel.SpeechIn("en").Order.ByPerson) {
		t.Errorf("it says %q", said)
	}
	if thread := s.thread(t, phone); thread.Flag != channel.Unanswered || thread.Order != (channel.OrderStep{}) {
		t.Errorf("flag %q, step %+v", thread.Flag, thread.Order)
	}
}
