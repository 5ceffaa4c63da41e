package main

import (
	"strings"
	"testing"
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/desk"
)

// Who asks for a person is left to one: the AI says nothing, is asked nothing and shows
// no typing, until somebody at the shop gives the thread back, who asked wants the AI
// again, or the time is over.
func TestWhoAsksForAPersonIsLeftToOne(t *testing.T) {
	keep := 90 * 24 * time.Hour
	hand := func(b *bench, to desk.Handler) {
		b.t.Helper()
		chat := b.open(b.t, phone)
		if err := b.desk().Hand(b.t.Context(), &chat, to, keep); err != nil {
			b.t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		then    func(*bench)
		answers bool
		flag    channel.Flag
	}{
		"at once":                      {func(*bench) {}, false, channel.AskedFor},
		"just before the end":          {func(b *bench) { b.Advance(channel.PersonIsAwaited - 3*time.Minute) }, false, channel.AskedFor},
		"the time is over":             {func(b *bench) { b.Advance(channel.PersonIsAwaited) }, true, channel.AskedFor},
		"asked for again":              {func(b *bench) { b.ask(b.t, phone, "Human!") }, false, channel.AskedFor},
		"the shop gives it back":       {func(b *bench) { hand(b, desk.AI) }, true, channel.NoFlag},
		"the shop takes it":            {func(b *bench) { hand(b, desk.Person); b.Advance(channel.PersonHolds - 3*time.Minute) }, false, channel.NoFlag},
		"the shop stops the AI":        {func(b *bench) { hand(b, desk.Nobody); b.ask(b.t, phone, "AI") }, false, channel.NoFlag},
		"the AI is asked for":          {func(b *bench) { b.ask(b.t, phone, "AI please") }, true, channel.NoFlag},
		"in German":                    {func(b *bench) { b.ask(b.t, phone, "Zurück zur KI") }, true, channel.NoFlag},
		"another app hands over":       {func(b *bench) { b.handback() }, false, channel.AskedFor},
		"what was written is erased":   {func(b *bench) { b.ask(b.t, phone, "delete my data"); b.Advance(time.Second) }, true, channel.NoFlag},
		"a person in the shop's inbox": {func(b *bench) { b.agent("Hello, this is Anna.") }, false, channel.AskedFor},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.ask(t, phone, question)
			said := b.ask(t, phone, "human")
			if len(said) != 1 || !strings.Contains(said[0], "write AI") {
				t.Fatalf("said %q", said)
			}
			b.Advance(time.Minute)
			c.then(b)
			asked, typed := len(b.models.all()), b.meta.Typing()
			said = b.ask(t, phone, "How much is delivery?")
			if answers := strings.Contains(strings.Join(said, " "), "£"); answers != c.answers || !answers && (len(said) != 0 || len(b.models.all()) != asked || b.meta.Typing() != typed) {
				t.Errorf("said %q, asked a model %d times", said, len(b.models.all())-asked)
			}
			if f := b.thread(t, phone).Flag; f != c.flag {
				t.Errorf("flagged %q, want %q", f, c.flag)
			}
			if !c.answers && !strings.Contains(strings.Join(b.transcript(t, b.thread(t, phone)), "\n"), "How much is delivery?") {
				t.Error("what was written meanwhile is not in the transcript")
			}
		})
	}
}

// The word for the AI is one only while a person is waited for: at any other time it is
// a question like others.
func TestTheWordForTheAIIsAQuestionOtherwise(t *testing.T) {
	b := newBench(t)
	b.ask(t, phone, question)
	if said := b.ask(t, phone, "assistant"); len(said) == 0 || said[0] == channel.SpeechIn("en").Started {
		t.Errorf("said %q", said)
	}
}

// agent has somebody at the shop write on the shop's phone.
func (b *bench) agent(text string) {
	b.t.Helper()
	for _, e := range b.events(b.t, b.meta.Agent(noteOf(phone, text))) {
		if err := b.handle(b.t.Context(), e); err != nil {
			b.t.Fatal(err)
		}
	}
}

// handback has another app give the thread to us.
func (b *bench) handback() {
	b.t.Helper()
	e := b.writes(b.t, phone, "")
	c, err := b.veil.Open(e)
	if err != nil {
		b.t.Fatal(err)
	}
	e.Event, e.ID = channel.Handback, b.veil.Event(shop, phone, "handback")
	if err := b.veil.Seal(&e, c); err != nil {
		b.t.Fatal(err)
	}
	if err := b.handle(b.t.Context(), e); err != nil {
		b.t.Fatal(err)
	}
}
