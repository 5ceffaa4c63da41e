package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	sandboxmeta "omniops/local/sandbox/meta"
	"omniops/shared/channel"
	"omniops/shared/channel/desk"
	"omniops/shared/channel/meta"
	"omniops/shared/channel/outbox"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/fault"
)

// desk is what functions/merchant-conversation acts through, on this bench.
func (b *bench) desk() *desk.Desk {
	return &desk.Desk{Chats: b.chats, Outbox: &outbox.Outbox{
		Threads: b.threads, Connections: b.connections, Veil: b.veil, Now: b.Clock.Now,
		Graph: meta.NewGraph(b.settings.GraphBaseURL, appID, b.settings.AppSecret.Reveal(), http.DefaultClient),
	}}
}

// open has the conversation with the person before somebody at the shop.
func (b *bench) open(t *testing.T, a channel.Account) desk.Chat {
	t.Helper()
	chat, err := b.desk().Open(t.Context(), shop, b.thread(t, a).Conversation, 90*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return chat
}

// A merchant watches a thread, takes it over, answers, corrects, stops the AI and
// gives the thread back: while somebody has it, or it is stopped, the AI says nothing
// and no model is asked, whatever the person writes and whatever else happens there.
func TestAMerchantOverseesTheAI(t *testing.T) {
	claim.Proves(t, "C047")
	for _, to := range []channel.Account{phone, page, instagram} {
		t.Run(string(to.Kind), func(t *testing.T) {
			b := newBench(t)
			keep := 90 * 24 * time.Hour
			b.ask(t, to, question)
			chat := b.open(t, to)
			if lines := chat.Content.Messages; len(lines) != 2 || lines[0].Text.Reveal() != question || lines[1].Author != conversation.Assistant {
				t.Fatalf("the merchant sees %+v", lines)
			}
			silent := func(text string) {
				t.Helper()
				asked, typed := len(b.models.all()), b.meta.Typing()
				if said := b.ask(t, to, text); len(said) != 0 || len(b.models.all()) != asked || b.meta.Typing() != typed {
					t.Errorf("%q: the AI said %q, asked %d times", text, said, len(b.models.all())-asked)
				}
				b.Advance(time.Minute)
			}
			if err := b.desk().Hand(t.Context(), &chat, desk.Person, keep); err != nil {
				t.Fatal(err)
			}
			silent("How much is delivery?")
			before := len(b.meta.Sent())
			if _, _, err := b.desk().Answer(t.Context(), &chat, desk.Answer{Text: "Hello, this is Ann.", Form: channel.Free, Key: "answer-0001"}, keep); err != nil {
				t.Fatal(err)
			}
			if said := b.since(before); len(said) != 1 || said[0] != "Hello, this is Ann." {
				t.Errorf("the person's answer: %q", said)
			}
			silent("Thank you, Ann.")

			chat = b.open(t, to)
			if err := b.desk().Correct(t.Context(), chat, chat.Content.Messages[1].ID, "You have 31 days."); err != nil {
				t.Fatal(err)
			}
			if err := b.desk().Hand(t.Context(), &chat, desk.Nobody, keep); err != nil {
				t.Fatal(err)
			}
			b.Advance(channel.PersonHolds + time.Hour) // stopped means stopped
			silent("Is anybody there?")
			for _, e := range b.events(t, b.meta.Agent(noteOf(to, "I write in Meta's inbox."))) {
				if err := b.handle(t.Context(), e); err != nil {
					t.Fatal(err)
				}
			}
			b.Advance(channel.PersonHolds + time.Hour)
			silent("Hello?")

			chat = b.open(t, to)
			if err := b.desk().Hand(t.Context(), &chat, desk.AI, keep); err != nil {
				t.Fatal(err)
			}
			if said := b.ask(t, to, question); len(said) == 0 {
				t.Error("given back, the AI says nothing")
			}
			lines := strings.Join(b.transcript(t, b.thread(t, to)), "\n")
			for _, want := range []string{"assistant: You have 31 days.", "agent: Hello, this is Ann.", "agent: I write in Meta's inbox.", "shopper: Is anybody there?"} {
				if !strings.Contains(lines, want) {
					t.Errorf("%q is not in the transcript:\n%s", want, lines)
				}
			}
		})
	}
}

// A takeover at the desk while the AI is at it, at every point of its turn: what the
// AI sends was decided before the takeover was stored, and nothing after.
func TestATakeoverAtTheDeskWins(t *testing.T) {
	claim.Proves(t, "C047")
	b := newBench(t)
	keep := 90 * 24 * time.Hour
	b.ask(t, phone, question)
	takes := func() {
		chat := b.open(t, phone)
		if err := b.desk().Hand(t.Context(), &chat, desk.Person, keep); err != nil {
			t.Error(err)
		}
	}
	var once sync.Once
	b.models.do(func(*http.Request) { once.Do(takes) }) // while the model writes
	before := len(b.meta.Sent())
	if err := b.handle(t.Context(), b.writes(t, phone, "How much is delivery?")); err != nil {
		t.Fatal(err)
	}
	if said := b.since(before); len(said) > 0 {
		t.Fatalf("the AI said %q", said)
	}
	b.models.do(nil)
	for round := range 8 {
		chat := b.open(t, phone)
		if err := b.desk().Hand(t.Context(), &chat, desk.AI, keep); err != nil {
			t.Fatal(err)
		}
		b.Advance(time.Minute)
		event := b.writes(t, phone, fmt.Sprintf("How much is delivery? %d", round))
		// What is decided is decided in the order of the writes to the thread.
		var both sync.WaitGroup
		both.Go(takes)
		both.Go(func() {
			if err := b.handle(t.Context(), event); err != nil && fault.KindOf(err) != fault.RateLimited {
				t.Error(err)
			}
		})
		both.Wait()
		thread, sent := b.thread(t, phone), len(b.meta.Sent())
		if !thread.Held(b.Clock.Now()) {
			t.Fatalf("round %d: the takeover is lost", round)
		}
		again := b.writes(t, phone, "And now?")
		if err := b.handle(t.Context(), again); err != nil || len(b.meta.Sent()) != sent {
			t.Errorf("round %d: after it the AI sent %q, %v", round, b.since(sent), err)
		}
	}
}

// noteOf is what somebody writes on a thread.
func noteOf(to channel.Account, text string) sandboxmeta.Note {
	return sandboxmeta.Note{Kind: string(to.Kind), Account: to.ID, Person: person, Text: text}
}
