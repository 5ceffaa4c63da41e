package conversation_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
)

// A chat is readable until the last second of its ninetieth day and gone after,
// its ledger with it, whether or not DynamoDB has deleted anything.
func TestChatsAreKeptNinetyDays(t *testing.T) {
	claim.Proves(t, "C111")
	b := newBench(t)
	b.ask(t, ref, "Hello?", "key-0001")
	b.reply(t, ref, 1, "Hi.", "sent")
	stored := len(b.items(t))
	for _, at := range []time.Duration{0, inventory.Day, 89*inventory.Day + 23*time.Hour + 59*time.Minute + 59*time.Second} {
		b.Clock.SetOffset(at)
		wantLines(t, b.read(t, ref), "1 shopper: Hello?", "1 assistant: Hi.")
		b.wantLedger(t, ref, keep, `"sent"`)
	}
	for _, at := range []time.Duration{90 * inventory.Day, 90*inventory.Day + time.Second, 92 * inventory.Day} {
		b.Clock.SetOffset(at)
		thread := b.read(t, ref)
		wantLines(t, thread)
		if turn, ok := thread.TurnOf("key-0001"); ok || thread.Head != (conversation.Head{}) {
			t.Errorf("after %v its key finds turn %d, and its head is %+v", at, turn, thread.Head)
		}
		b.wantLedger(t, ref, keep)
		if n := len(b.items(t)); n != stored {
			t.Fatalf("DynamoDB holds %d of %d items, so this proved nothing", n, stored)
		}
	}
	// The conversation may begin anew over what is left of it.
	if m := b.ask(t, ref, "Hello again", "key-0001"); m.Turn != 1 {
		t.Errorf("the next turn is %d, want 1", m.Turn)
	}
	wantLines(t, b.read(t, ref), "1 shopper: Hello again")
}

// The law of retention: of messages and ledger entries, exactly those that are
// younger than the setting are returned, whatever the setting was when they were
// written; and turns are never numbered twice.
func TestAShorterSettingCountsAtOnce(t *testing.T) {
	b := newBench(t)
	chats := 0
	rapid.Check(t, func(rt *rapid.T) {
		b.Clock.SetOffset(0)
		chats++
		r := ref
		r.Conversation = id.Conversation(fmt.Sprintf("law-%d", chats))
		written := rapid.IntRange(1, 90).Draw(rt, "days when written")
		now := rapid.IntRange(1, 90).Draw(rt, "days now")
		setting := time.Duration(min(written, now)) * inventory.Day
		var sent []time.Time
		for turn := range rapid.IntRange(1, 4).Draw(rt, "turns") {
			b.Advance(time.Duration(rapid.IntRange(0, 20*86400).Draw(rt, "pause")) * time.Second)
			thread, err := b.Read(t.Context(), r, 90*inventory.Day, 0)
			must(t, err)
			m, err := b.Begin(t.Context(), r, thread, head, seal.Clear(fmt.Sprint(turn)), fmt.Sprintf("key-%04d", turn), time.Duration(written)*inventory.Day)
			must(t, err)
			_, err = b.Finish(t.Context(), r, answer(m.Turn, fmt.Sprint(turn), turn), time.Duration(written)*inventory.Day)
			must(t, err)
			sent = append(sent, b.Clock.Now())
		}
		// Look at the very moment that one of them ends, a second before, or at any time.
		if rapid.Bool().Draw(rt, "at a boundary") {
			end := rapid.SampledFrom(sent).Draw(rt, "of").Add(setting)
			if before := rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(rt, "before"); end.Add(-before).After(b.Clock.Now()) {
				b.Advance(end.Add(-before).Sub(b.Clock.Now()))
			}
		} else {
			b.Advance(time.Duration(rapid.IntRange(0, 95*86400).Draw(rt, "later")) * time.Second)
		}
		var due int
		for _, at := range sent {
			if b.Clock.Now().Before(at.Add(setting)) {
				due++
			}
		}
		thread, err := b.Read(t.Context(), r, time.Duration(now)*inventory.Day, 0)
		must(t, err)
		if len(thread.Messages) != 2*due {
			rt.Fatalf("%d messages are read, %d are due: sent %v, now %v, %d days when written, %d now", len(thread.Messages), 2*due, sent, b.Clock.Now(), written, now)
		}
		entries, err := b.Ledger(t.Context(), r, time.Duration(now)*inventory.Day)
		must(t, err)
		if len(entries) != due {
			rt.Fatalf("%d ledger entries are read, %d are due", len(entries), due)
		}
	})
}
