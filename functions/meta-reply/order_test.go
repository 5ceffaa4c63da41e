package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"omniops/local/localtest"
	"omniops/local/localtest/storetest"
	"omniops/local/sandbox/shopify"
	"omniops/shared/channel"
	"omniops/shared/claim"
	"omniops/shared/commerce"
	"omniops/shared/notify"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/subject"
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
	return regexp.MustCompile(`[0-9]{4} [0-9]{4}`).FindString(letters[len(letters)-1].Text)
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
