package conversation_test

import (
	"encoding/json"
	"strings"
	"testing"

	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/seal"
)

// What a person takes back or has put right is in no prompt that is kept either: not in
// that turn's, not in a later one's, nor in that of an answer that came too late. That
// a model was asked stays, and so does what was sent before.
func TestWordsThatAreTakenBackLeaveTheLedger(t *testing.T) {
	claim.Proves(t, "C150")
	for name, take := range map[string]func(b *bench) error{
		"taken back": func(b *bench) error { return b.Amend(t.Context(), ref, "key-0002", seal.Clear(""), keep) },
		"put right": func(b *bench) error {
			return b.Correct(t.Context(), ref.Tenant, ref.Conversation, b.read(t, ref).Messages[2].ID, seal.Clear("My flat is 2."))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			sent := func(texts ...string) json.RawMessage {
				out, err := json.Marshal(map[string]any{"provider": "openai", "calls": []map[string]any{{"model": "m", "outbound": texts}}})
				must(t, err)
				return out
			}
			finish := func(turn int, ledger json.RawMessage) {
				_, err := b.Finish(t.Context(), ref, conversation.Answer{Ledger: ledger, Message: conversation.Message{
					Turn: turn, Author: conversation.Assistant, Text: seal.Clear("Noted."), State: conversation.Complete,
				}}, keep)
				if err != nil && turn != 2 { // the second to turn 2 is late
					t.Fatal(err)
				}
			}
			b.ask(t, ref, "Do you ship to Jersey?", "key-0001")
			finish(1, sent("Do you ship to Jersey?"))
			b.ask(t, ref, "My flat is banana.", "key-0002")
			finish(2, sent("Do you ship to Jersey?", "My flat is banana."))
			finish(2, sent("Late: My flat is banana."))
			b.ask(t, ref, "When?", "key-0003")
			finish(3, sent("My flat is banana.", "When?"))
			must(t, take(b))
			must(t, take(b))
			entries, err := b.Ledger(t.Context(), ref, keep)
			must(t, err)
			var all strings.Builder
			for _, e := range entries {
				all.WriteString(e.Reveal() + "\n")
			}
			if len(entries) != 4 || strings.Contains(all.String(), "banana") || strings.Count(all.String(), `"provider":"openai"`) != 4 || !strings.Contains(all.String(), "Jersey") {
				t.Errorf("the ledger is\n%s", all.String())
			}
			copied, _, err := b.Copies(t.Context(), ref, keep, "", 100)
			must(t, err)
			for _, c := range copied {
				if strings.Contains(c.Text.Reveal()+c.Ledger.Reveal(), "banana") {
					t.Errorf("the copy still says %q, %q", c.Text.Reveal(), c.Ledger.Reveal())
				}
			}
		})
	}
}
