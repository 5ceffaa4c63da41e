package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	sandboxmeta "omniops/local/sandbox/meta"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/claim"
)

// What a person wished outlives what they had erased, and the thread itself: no
// messages, no AI, nothing to a child. So does who has the thread.
func TestAWishOutlivesAnErasure(t *testing.T) {
	claim.Proves(t, "C049")
	for name, c := range map[string]struct{ wish string }{
		"no messages": {"STOP"}, "no AI": {"stop the AI"}, "a child": {"I am 12 years old"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.ask(t, phone, question)
			b.ask(t, phone, c.wish)
			b.Advance(time.Second)
			b.ask(t, phone, "delete my data")
			for _, later := range []time.Duration{time.Minute, 11 * 24 * time.Hour} { // also when the mark of the erasure is gone
				b.Advance(later)
				asked := len(b.models.all())
				said := strings.Join(b.ask(t, phone, question), " ")
				if len(b.models.all()) != asked || strings.Contains(said, "30 days") || c.wish == "STOP" && said != "" {
					t.Errorf("%s later: a model was asked %d times, and the AI said %q", later, len(b.models.all())-asked, said)
				}
				if c.wish != "STOP" { // a mark on the new conversation, which ends with it
					return
				}
			}
			if said := b.ask(t, phone, "start"); len(said) == 0 {
				t.Error("START is not heeded")
			}
			b.Advance(time.Minute)
			if said := b.ask(t, phone, question); len(said) == 0 || !strings.Contains(said[len(said)-1], "30 days") {
				t.Errorf("after START: %q", said)
			}
		})
	}
}

// A STOP is remembered for longer than the chat.
func TestStopOutlivesTheChat(t *testing.T) {
	b := newBench(t)
	b.ask(t, page, "stop")
	b.Advance(200 * 24 * time.Hour)
	if said := b.ask(t, page, question); len(said) != 0 {
		t.Errorf("said %q", said)
	}
}

// A person who has the thread keeps it through an erasure; what confirms the wish is
// said all the same, and nothing else.
func TestATakeoverOutlivesAnErasure(t *testing.T) {
	b := newBench(t)
	b.ask(t, page, question)
	for _, e := range b.events(t, b.meta.Agent(noteOf(page, "Hello, this is Anna."))) {
		if err := b.handle(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		text string
		want string // part of the one message; empty for silence
	}{
		{"How much is delivery?", ""}, {"human", ""}, {"stop", channel.SpeechIn("en").Stopped}, {"delete my data", "https://api.test/meta/deletion/"},
		{"How much is delivery?", ""},
	} {
		b.Advance(time.Minute)
		said := b.ask(t, page, c.text)
		if c.want == "" && len(said) > 0 || c.want != "" && (len(said) != 1 || !strings.Contains(said[0], c.want)) {
			t.Errorf("%q is answered %q", c.text, said)
		}
	}
	if thread := b.thread(t, page); thread.HeldBy != channel.Agent || thread.OptedOutAt.IsZero() {
		t.Errorf("held by %q, stopped %s", thread.HeldBy, thread.OptedOutAt)
	}
}

// STOP and DELETE MY DATA overtake an answer that is being written: it is not sent.
func TestAWishOvertakesAnAnswer(t *testing.T) {
	for _, wish := range []string{"stop", "delete my data"} {
		t.Run(wish, func(t *testing.T) {
			b := newBench(t)
			b.ask(t, phone, question)
			slow := b.writes(t, phone, "How much is delivery?")
			b.Advance(time.Second)
			quick := b.writes(t, phone, wish)
			if quick.Group() == slow.Group() {
				t.Fatal("the wish waits for the answer")
			}
			var once sync.Once
			b.models.do(func(*http.Request) { // while the model is at work
				once.Do(func() {
					if err := b.handle(t.Context(), quick); err != nil {
						t.Error(err)
					}
				})
			})
			before := len(b.meta.Sent())
			if err := b.handle(t.Context(), slow); err != nil {
				t.Fatal(err)
			}
			if said := b.since(before); len(said) != 1 || strings.Contains(said[0], "£") {
				t.Errorf("said %q", said)
			}
		})
	}
}

// A disclosure that did not reach the person was not made: the next answer begins
// with it.
func TestADisclosureThatDidNotArrive(t *testing.T) {
	for name, fail := range map[string]func(*bench){
		"refused at once": func(b *bench) {
			b.meta.Fail(sandboxmeta.Failure{Code: 131026, OnSend: true})
			_ = b.handle(b.t.Context(), b.writes(b.t, phone, question))
			b.meta.Fail()
		},
		"the token was gone": func(b *bench) {
			b.meta.Fail(sandboxmeta.Failure{Code: 190, OnSend: true})
			_ = b.handle(b.t.Context(), b.writes(b.t, phone, question))
			b.meta.Fail()
			c, err := b.connections.Get(b.t.Context(), shop, phone)
			if err != nil {
				b.t.Fatal(err)
			}
			if err := b.connections.SetState(b.t.Context(), c, meta.Connected); err != nil {
				b.t.Fatal(err)
			}
		},
		"failed later": func(b *bench) {
			b.ask(b.t, phone, question)
			for _, e := range b.events(b.t, b.meta.Status(b.meta.Sent()[0], "failed")) {
				if err := b.handle(b.t.Context(), e); err != nil {
					b.t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			fail(b)
			b.Advance(time.Minute)
			if said := b.ask(t, phone, "How much is delivery?"); len(said) < 2 || !strings.Contains(said[0], "AI assistant, not a person") {
				t.Errorf("said %q", said)
			}
		})
	}
}

// Who asks for a person is told that the shop was told, and it was: by an e-mail that
// says where, and nothing of what was written. So it is when Meta refuses the token.
func TestTheMerchantIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(*bench)
		want []string // of the subjects
	}{
		"asked for": {func(b *bench) {
			b.ask(b.t, phone, question)
			b.ask(b.t, phone, "human")
			b.ask(b.t, phone, "human") // still
		}, []string{"asks for a person"}},
		"the token is gone": {func(b *bench) {
			b.meta.Fail(sandboxmeta.Failure{Code: 190, OnSend: true})
			_ = b.handle(b.t.Context(), b.writes(b.t, page, question))
		}, []string{"could not be sent", "connect"} /* the latest first */},
		"nothing is the matter": {func(b *bench) { b.ask(b.t, phone, question) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			c.do(b)
			mails := b.outside.Mail.Messages("help@shop.example")
			if len(mails) != len(c.want) {
				t.Fatalf("%d e-mails, want %d: %+v", len(mails), len(c.want), mails)
			}
			for i, want := range c.want {
				if m := mails[i]; !strings.Contains(m.Subject, want) || strings.Contains(m.Subject+m.Text, "kettle?") || strings.Contains(m.Text, person) {
					t.Errorf("%q: %q", m.Subject, m.Text)
				}
			}
		})
	}
}
