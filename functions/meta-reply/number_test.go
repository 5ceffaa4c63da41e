package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	sandboxmeta "omniops/local/sandbox/meta"
	"omniops/shared/channel"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/rights"
)

const (
	byNumber = sandboxmeta.ByNumber
	byID     = sandboxmeta.ByID
	byBoth   = sandboxmeta.By("")
)

// from has the person write on WhatsApp under one of their names, or both, and the
// function answer.
func (b *bench) from(t *testing.T, by sandboxmeta.By, text string) []string {
	t.Helper()
	b.Advance(time.Second)
	before := len(b.meta.Sent())
	for _, e := range b.events(t, b.meta.Incoming(sandboxmeta.Note{Kind: "whatsapp", Account: phone.ID, Person: person, Text: text, By: by})) {
		if err := b.handle(t.Context(), e); err != nil {
			t.Fatalf("%q by %q: %v", text, by, err)
		}
	}
	return b.since(before)
}

// names are what the threads of the person's two names are called.
func (b *bench) names() (number, lasting id.Conversation) {
	return b.veil.Thread(shop, phone, person), b.veil.Thread(shop, phone, sandboxmeta.Scoped(person))
}

// answers reports whether the AI answers a question that comes by a name.
func (b *bench) answers(t *testing.T, by sandboxmeta.By) bool {
	t.Helper()
	asked := len(b.models.all())
	said := strings.Join(b.from(t, by, question), " ")
	return strings.Contains(said, "30 days") && len(b.models.all()) > asked
}

// arrivals are the orders in which a person's two names may become known. After each
// both have been seen together once.
var arrivals = map[string][]sandboxmeta.By{
	"the number, both":         {byNumber, byBoth},
	"the id, both":             {byID, byBoth},
	"both at once":             {byBoth},
	"the number, the id, both": {byNumber, byID, byBoth},
	"the id, the number, both": {byID, byNumber, byBoth},
}

// Somebody on WhatsApp is one person, whether a delivery names them by their number,
// by the lasting id, or by both: one thread, in which they are told once about the AI.
func TestAPersonOnWhatsAppHasOneThread(t *testing.T) {
	for name, order := range arrivals {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			disclosed := 0
			for _, by := range order {
				for _, line := range b.from(t, by, question) {
					if strings.Contains(line, "AI assistant, not a person") {
						disclosed++
					}
				}
			}
			if want := 1 + strings.Count(name, ", the id,") + strings.Count(name, ", the number,"); disclosed != want { // until they are known for one
				t.Errorf("told %d times, want %d", disclosed, want)
			}
			thread := b.thread(t, phone)
			for _, by := range []sandboxmeta.By{byNumber, byID, byBoth} {
				if said := b.from(t, by, "And if it is still sealed in its box?"); len(said) != 1 || !strings.Contains(said[0], "60 days") {
					t.Errorf("by %q the follow-up is answered %q", by, said)
				}
			}
			if lines := b.transcript(t, b.thread(t, phone)); b.thread(t, phone).Conversation != thread.Conversation || len(lines) < 8 {
				t.Errorf("the transcript has %d lines", len(lines))
			}
			if order[0] == byNumber && len(order) == 2 && len(b.transcript(t, thread)) != 10 {
				t.Errorf("what was said under the number is not in it: %q", b.transcript(t, thread))
			}
		})
	}
}

// A wish by either name is one by both, in whatever order they became known, and
// before or after that; so is the thread's erasure.
func TestAWishByEitherNameBinds(t *testing.T) {
	claim.Proves(t, "C049")
	for name, order := range arrivals {
		for _, wish := range []string{"STOP", "stop the AI", "I am 12 years old", "human"} {
			for at := range order { // the wish comes after that many
				t.Run(name+"/"+wish+"/"+string(rune('0'+at)), func(t *testing.T) {
					b := newBench(t)
					for n, by := range order {
						b.from(t, by, question)
						if n == at {
							b.from(t, by, wish)
						}
					}
					check := func(when string) {
						for _, by := range []sandboxmeta.By{byNumber, byID, byBoth} {
							if b.answers(t, by) {
								t.Errorf("%s: by %q the AI answers", when, by)
							}
						}
					}
					check("at once")
					if wish == "human" {
						if thread := b.thread(t, phone); thread.Flag != channel.AskedFor || thread.HeldBy != channel.Awaited {
							t.Errorf("flagged %q, held by %q", thread.Flag, thread.HeldBy)
						}
						return
					}
					b.from(t, byNumber, "delete my data")
					check("after an erasure")
					if wish == "STOP" {
						b.Advance(200 * 24 * time.Hour) // when nothing else is known
						check("much later")
					}
				})
			}
		}
	}
}

// DELETE MY DATA by either name leaves nothing of what was said under either, and the
// copy that is asked for by either has all of it.
func TestAnErasureByEitherNameIsOfBoth(t *testing.T) {
	for name, order := range arrivals {
		for _, by := range []sandboxmeta.By{byNumber, byID, byBoth} {
			t.Run(name+"/"+string(by), func(t *testing.T) {
				b := newBench(t)
				for _, how := range order {
					b.from(t, how, question)
				}
				b.from(t, by, "export my data")
				asked, _ := b.latest(t, rights.Export)
				thread := b.thread(t, phone)
				if want := thread.Chats(); !slices.Equal(asked.Conversations, want) || len(want) != strings.Count(name, ", the ")+1 {
					t.Errorf("the copy is of %v, the person's are %v", asked.Conversations, want)
				}
				var shoppers []id.Shopper
				for _, chat := range thread.Chats() {
					who, err := b.chats.Owner(t.Context(), shop, chat)
					if err != nil {
						t.Fatal(err)
					}
					shoppers = append(shoppers, who)
				}
				b.from(t, by, "delete my data")
				for n, chat := range thread.Chats() {
					read, err := b.chats.Read(t.Context(), conversation.Ref{Tenant: shop, Conversation: chat, Shopper: shoppers[n]}, 90*24*time.Hour, 0)
					if err == nil && len(read.Messages) > 0 {
						t.Errorf("%d messages of a transcript are left", len(read.Messages))
					}
					if _, err := b.threads.Of(t.Context(), shop, chat); fault.KindOf(err) != fault.NotFound {
						t.Errorf("its place is still known: %v", err)
					}
				}
				if strings.Contains(b.dump(t), person) {
					t.Error("the number is in the table")
				}
			})
		}
	}
}

// A number that comes with another lasting id is somebody else's by now: they see
// nothing of whose it was, and are bound by no wish of theirs.
func TestANumberThatChangesHands(t *testing.T) {
	b := newBench(t)
	b.from(t, byBoth, question)
	b.from(t, byBoth, "STOP")
	b.Advance(time.Hour)
	number, before := b.names()
	next := b.veil.Thread(shop, phone, "GB.9")
	carried := func(context.Context, channel.Chat, channel.Chat) error {
		t.Error("something was carried over")
		return nil
	}
	if err := b.threads.Meet(t.Context(), shop, phone, next, number, true, 90*24*time.Hour, carried); err != nil {
		t.Fatal(err)
	}
	if to, err := b.threads.Lead(t.Context(), shop, phone, number); err != nil || to != next {
		t.Errorf("the number leads to %s, %v", to, err)
	}
	theirs, err := b.threads.Get(t.Context(), shop, phone, next)
	if err != nil || !theirs.OptedOutAt.IsZero() || len(theirs.Posts)+len(theirs.Joined) > 0 {
		t.Errorf("the new thread is %+v, %v", theirs, err)
	}
	his, err := b.threads.Get(t.Context(), shop, phone, before)
	if err != nil || his.OptedOutAt.IsZero() || len(his.Numbers) != 0 {
		t.Errorf("the old thread is %+v, %v", his, err)
	}
}
