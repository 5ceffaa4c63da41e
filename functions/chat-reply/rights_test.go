package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/local/localtest"
	"omniops/shared/audit"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

func (b *bench) main(t *testing.T) *table.Store {
	return table.New(b.AWS, b.Env(t, "chat-reply", "TABLE_NAME"), b.Clock.Now)
}

// What a shopper asks about their own data is answered by code, in their language:
// no model is asked, not even to look for it by meaning.
func TestOnesOwnDataIsNoQuestionForAModel(t *testing.T) {
	b := newBench(t)
	for n, c := range []struct{ message, event, says string }{
		{"What do you know about me?", "privacy", "shop.example"},
		{"Please export my data", "privacy", "copy"},
		{"Delete this chat!", "privacy", "erase"},
		{"Welche Daten haben Sie über mich?", "privacy", "90 Tagen"},
		{"Bitte löschen Sie meine Daten.", "privacy", "löschen"},
		{"Je voudrais supprimer mes données", "privacy", "effacer"},
		{"¿Qué datos tienen?", "privacy", "90 días"},
		{"Vorrei cancellare i miei dati", "privacy", "cancellare"},
		{"Kunnen jullie mijn gegevens verwijderen?", "privacy", "wissen"},
		{"Quero uma cópia dos meus dados", "privacy", "cópia"},
		{"Jakie dane macie?", "privacy", "90 dniach"},
		{"Vad vet ni om mig?", "privacy", "90 dagar"},
		{"Kan I slette denne chat?", "privacy", "slette"},
		{"Erase everything you have on me", "privacy", "erase"},
		{"please delete all my personal information", "privacy", "erase"},
		{"right to be forgotten", "privacy", "erase"},
		{"qué saben de mí", "privacy", "90 días"},
		{"o que vocês sabem sobre mim", "privacy", "90 dias"},
		{"Do not sell my information", "privacy", "neither sold"},
		{"I object to processing", "privacy", "object"},
		{"restrict processing of my data", "privacy", "without being used"},
		{"limit the use of my sensitive data", "privacy", "nothing else"},
		{"I want to make a complaint about my privacy", "privacy", "complain"},
		{"I want to correct my data", "privacy", "put right"},
		{"GDPR request", "privacy", "90 days"},
		{"subject access request", "privacy", "90 days"},
		{"Ich möchte meine Daten berichtigen", "privacy", "berichtigt"},
		{"Je veux rectifier mes données", "privacy", "corrigé"},
	} {
		_, token := b.session(t, shop, "shop.example", "en")
		a := b.ask(t, token, c.message, fmt.Sprintf("key-%05d", n))
		if a.status != http.StatusOK || !slices.Contains(a.events, c.event) || !strings.Contains(a.text, c.says) || a.done.State != "complete" {
			t.Errorf("%q: %v, %q", c.message, a.events, a.text)
		}
	}
	if sent := b.models.all(); len(sent) != 0 {
		t.Errorf("%d calls to a model, such as %s", len(sent), sent[0])
	}
	_, token := b.session(t, shop, "shop.example", "en")
	for n, message := range []string{"Can I delete an item from my order?", "Do you store bikes?", "Is there a copy of the manual?"} {
		if a := b.ask(t, token, message, fmt.Sprintf("key-%05d", n)); slices.Contains(a.events, "privacy") {
			t.Errorf("%q is taken for a privacy matter: %q", message, a.text)
		}
	}
}

// A person may look at the answer before, which the event names: of the first message
// there is none, and the way to a person is shown.
func TestAnAnswerIsOfferedForReview(t *testing.T) {
	b := newBench(t)
	_, token := b.session(t, shop, "shop.example", "en")
	const wish = "I want a human to review this answer"
	if a := b.ask(t, token, wish, "key-00001"); !a.sources.Handoff || slices.Contains(a.events, "privacy") {
		t.Errorf("with no answer before: %v, %q", a.events, a.text)
	}
	answered := b.ask(t, token, "How long does delivery take?", "key-00002")
	a := b.ask(t, token, wish, "key-00003")
	if !slices.Contains(a.events, "privacy") || a.privacy.Kind != "human-review" || a.privacy.Message != answered.done.MessageID || a.privacy.Button == "" {
		t.Errorf("after %s: %v, %+v", answered.done.MessageID, a.events, a.privacy)
	}
}

// No AI is a request like any other: the merchant sees it, and that it is done.
func TestNoAIIsKeptAsARequest(t *testing.T) {
	b := newBench(t)
	store, err := rights.NewStore(b.main(t), []byte(localtest.SessionSecret))
	if err != nil {
		t.Fatal(err)
	}
	s, token := b.session(t, shop, "shop.example", "en")
	for n := range 2 {
		b.ask(t, token, "Stop the AI", fmt.Sprintf("key-0000%d", n))
	}
	all, err := store.List(t.Context(), shop)
	if err != nil || len(all) != 1 || all[0].Kind != rights.NoAI || all[0].State != rights.Done || len(all[0].Receipt) != 1 || all[0].Due.Before(b.Clock.Now()) ||
		!slices.Equal(all[0].Conversations, []id.Conversation{s.Conversation}) {
		t.Errorf("kept %+v, %v", all, err)
	}
	if other, err := store.List(t.Context(), "rival"); err != nil || len(other) != 0 {
		t.Errorf("another shop sees %+v, %v", other, err)
	}
}

// Once somebody has said so, in words or by a request, no model is asked any more
// in that chat, and the way to a person is shown.
func TestNoAIMeansNoModelCalls(t *testing.T) {
	claim.Proves(t, "C049")
	b := newBench(t)
	s, said := b.session(t, shop, "shop.example", "en")
	if a := b.ask(t, said, "No AI please.", "key-00001"); !a.sources.Handoff || !strings.Contains(a.text, "help@") && a.sources.Contact == "" {
		t.Errorf("answered %q, %+v", a.text, a.sources)
	}
	asked, requested := b.session(t, shop, "shop.example", "de")
	chats := conversation.NewStore(b.main(t), nil)
	if err := chats.Choose(t.Context(), asked.Ref(), conversation.NoAI, true); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{said, requested} {
		for n, message := range []string{"How long does delivery take?", "hello", "Can I return a kettle?", "What is 2 + 2?"} {
			a := b.ask(t, token, message, fmt.Sprintf("key-1000%d", n))
			if a.status != http.StatusOK || !a.sources.Handoff || len(a.sources.Sources) != 0 || a.sources.Contact == "" {
				t.Errorf("%q: %d, %q, %+v", message, a.status, a.text, a.sources)
			}
		}
		b.Advance(time.Minute)
	}
	for n, message := range []string{"stop AI", "I don't want to talk to an AI", "KI stoppen", "parar IA", "detener la IA", "no IA", "stoppa AI", "zatrzymaj AI", "stop ia", "ferma l'IA", "stop AI!", "Stop de AI"} {
		s, token := b.session(t, shop, "shop.example", "en")
		a := b.ask(t, token, message, fmt.Sprintf("key-3%04d", n))
		if standing, err := chats.Standing(t.Context(), shop, s.Conversation); err != nil || !standing.Has(conversation.NoAI) || !a.sources.Handoff {
			t.Errorf("%q: %q, %+v, %v", message, a.text, standing, err)
		}
	}
	b.Advance(20 * 24 * time.Hour) // and so it stays, as long as the conversation goes on
	renewed, later, err := b.sessions.Renew(said, "shop.example")
	if err != nil || renewed.Conversation != s.Conversation {
		t.Fatal(err)
	}
	if a := b.ask(t, later, "How long does delivery take?", "key-20000"); !a.sources.Handoff {
		t.Errorf("three weeks later: %q", a.text)
	}
	if sent := b.models.all(); len(sent) != 0 {
		t.Fatalf("%d calls to a model, such as %s", len(sent), sent[0])
	}
	_, other := b.session(t, shop, "shop.example", "en")
	if a := b.ask(t, other, "How long does delivery take?", "key-00001"); len(a.sources.Sources) == 0 || len(b.models.all()) == 0 {
		t.Errorf("another chat is not answered by one: %q", a.text)
	}
}

// A shopper who says that they are a child is told to fetch a parent, is answered no
// more, and their chat is on its way out.
func TestAChildIsAnsweredNoMore(t *testing.T) {
	claim.Proves(t, "C142")
	b := newBench(t)
	store, err := rights.NewStore(b.main(t), []byte(localtest.SessionSecret))
	if err != nil {
		t.Fatal(err)
	}
	for n, c := range []struct {
		message string
		child   bool
	}{
		{"I am 12 years old", true}, {"I'm 12", true}, {"Ich bin 13 Jahre alt und suche ein Fahrrad", true}, {"J'ai 11 ans", true}, {"Tengo 12 años", true},
		{"Ho 12 anni", true}, {"Ik ben 12 jaar", true}, {"Tenho 12 anos", true}, {"Mam 12 lat", true}, {"Jag är 12 år", true}, {"Jeg er 12 år gammel", true},
		{"I'm twelve", true}, {"Ich bin zwölf Jahre alt", true}, {"Tengo doce años", true}, {"I am thirteen years old", true}, {"I am ten minutes late", false}, {"I'd like twelve cups", false},
		{"I am 16 years old", false}, {"I am 34 years old", false}, {"I am 12 weeks pregnant, can I drink this tea?", false}, {"My kettle is 12 years old", false}, {"I'm 12 km away from the shop", false},
	} {
		s, token := b.session(t, shop, "shop.example", "en")
		a := b.ask(t, token, c.message, fmt.Sprintf("key-%05d", n))
		b.models.all()
		more := b.ask(t, token, "How long does delivery take?", fmt.Sprintf("key-1%04d", n))
		all, err := store.List(t.Context(), shop)
		if err != nil {
			t.Fatal(err)
		}
		kept := slices.ContainsFunc(all, func(r rights.Request) bool {
			return r.Kind == rights.Child && r.State == rights.Accepted && slices.Contains(r.Conversations, s.Conversation) &&
				r.Due.Sub(b.Clock.Now()) <= 3*24*time.Hour
		})
		if kept != c.child || a.sources.Handoff != c.child && c.child || (len(b.models.all()) == 0) != c.child || more.sources.Handoff && !c.child {
			t.Errorf("%q: erased %v, answered %q, then %q", c.message, kept, a.text, more.text)
		}
	}
}

// What a shorter retention has dropped stays gone, at once and for good: a longer one
// does not bring it back, though its key is there until its day is over.
func TestWhatWasDroppedStaysGone(t *testing.T) {
	claim.Proves(t, "C112", "C113")
	b := newBench(t)
	tenants := tenant.NewStore(b.main(t))
	_, token := b.session(t, shop, "shop.example", "en")
	b.ask(t, token, "How long does delivery take?", "key-00001")
	b.Advance(30 * time.Hour)
	_, token, err := b.sessions.Renew(token, "shop.example")
	if err != nil {
		t.Fatal(err)
	}
	b.ask(t, token, "Can I return a kettle?", "key-00002")
	for _, step := range []struct{ days, messages int }{{90, 4}, {1, 2}, {90, 2}, {2, 2}, {90, 2}} {
		if err := tenants.SetChatDays(t.Context(), shop, step.days); err != nil {
			t.Fatal(err)
		}
		if _, lines := b.transcript(t, token, origin); len(lines) != step.messages {
			t.Errorf("kept for %d days there are %d messages, want %d", step.days, len(lines), step.messages)
		}
	}
}

// A chat that was erased answers nothing, not even by the token that was good for it.
func TestAnErasedChatIsOver(t *testing.T) {
	b := newBench(t)
	s, token := b.session(t, shop, "shop.example", "en")
	b.ask(t, token, "How long does delivery take?", "key-00001")
	b.models.all()
	if err := conversation.NewStore(b.main(t), nil).Bury(t.Context(), s.Ref()); err != nil {
		t.Fatal(err)
	}
	if status, lines := b.transcript(t, token, origin); status != http.StatusOK || len(lines) != 0 {
		t.Errorf("its transcript is %d, %v", status, lines)
	}
	for _, key := range []string{"key-00001", "key-00002"} {
		if a := b.ask(t, token, "How long does delivery take?", key); a.status != http.StatusNotFound || !strings.Contains(a.problem.Detail, "erased") {
			t.Errorf("it answers %d, %q", a.status, a.text)
		}
	}
	if sent := b.models.all(); len(sent) != 0 {
		t.Errorf("%d calls to a model", len(sent))
	}
}

// Whoever has exercised a right is served as before: the same answer, the same limits.
func TestRightsCostNothing(t *testing.T) {
	claim.Proves(t, "C130")
	b := newBench(t)
	chats := conversation.NewStore(b.main(t), nil)
	serve := func(choices ...conversation.Choice) string {
		s, token := b.session(t, shop, "shop.example", "en")
		for _, c := range choices {
			if err := chats.Choose(t.Context(), s.Ref(), c, true); err != nil {
				t.Fatal(err)
			}
		}
		var out strings.Builder
		for n, message := range []string{"How long does delivery take?", "What do you know about me?", "Can I return a kettle?", "hello", "thanks", "Talk to a human", "one too many"} {
			a := b.ask(t, token, message, fmt.Sprintf("key-%05d", n))
			fmt.Fprintf(&out, "%d %q %v %v %s\n", a.status, a.text, a.sources.Handoff, len(a.sources.Sources), a.retryAfter)
		}
		b.Advance(time.Minute)
		return out.String()
	}
	before := serve()
	if !strings.Contains(before, "429") {
		t.Errorf("no limit was reached: %s", before)
	}
	for _, c := range []conversation.Choice{conversation.OptedOut, conversation.Limited, conversation.Objected} {
		if after := serve(c); after != before {
			t.Errorf("who has chosen %s is served\n%s\nnot\n%s", c, after, before)
		}
	}
}

// Reading a chat is in the audit log: who, what, why, when, and whose by a pseudonym.
func TestReadingATranscriptIsLogged(t *testing.T) {
	claim.Proves(t, "C097")
	b := newBench(t)
	_, token := b.session(t, shop, "shop.example", "en")
	b.transcript(t, token, origin) // nothing is there yet
	b.ask(t, token, "hello", "key-00001")
	b.transcript(t, token, origin)
	log, err := audit.New(b.main(t), []byte(localtest.SessionSecret), "test")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := log.Entries(t.Context(), shop, b.Clock.Now().Format("2006-01"))
	if err != nil || len(entries) != 1 {
		t.Fatalf("logged %+v, %v", entries, err)
	}
	e := entries[0]
	if e.Actor != audit.Shopper || e.By != "chat-reply" || e.Action != audit.Read || e.Record != "conversation.message" || e.Count != 2 ||
		len(e.Subjects) != 1 || len(e.Subjects[0]) != 26 || e.Why == "" || !e.At.Equal(b.Clock.Now()) {
		t.Errorf("logged %+v", e)
	}
}
