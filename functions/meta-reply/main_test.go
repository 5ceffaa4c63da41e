package main

import (
	"strings"
	"testing"

	"omniops/shared/channel"
	"omniops/shared/claim"
)

// A question is answered on the channel, the account and the thread that it came
// from, by somebody who says first what they are.
func TestAQuestionIsAnsweredWhereItWasAsked(t *testing.T) {
	claim.Proves(t, "C071", "C075")
	for _, to := range []channel.Account{phone, page, instagram} {
		t.Run(string(to.Kind), func(t *testing.T) {
			b := newBench(t)
			said := b.ask(t, to, question)
			if len(said) < 2 || !strings.Contains(said[0], "AI assistant, not a person") || !strings.Contains(said[1], "30 days") {
				t.Fatalf("said %q", said)
			}
			if !strings.Contains(strings.Join(said, "\n"), "/returns") {
				t.Errorf("no source is named: %q", said)
			}
			for _, m := range b.meta.Sent() {
				if m.Account != to.ID || m.Kind != string(to.Kind) || m.Person != person {
					t.Errorf("a message went to %s of %s on %s", m.Person, m.Account, m.Kind)
				}
			}
			if again := b.ask(t, to, "And if it is still sealed in its box?"); len(again) != 1 || !strings.Contains(again[0], "60 days") {
				t.Errorf("the follow-up: %q", again)
			}
			lines := b.transcript(t, b.thread(t, to))
			if len(lines) != 4 || lines[0] != "shopper: "+question || !strings.HasPrefix(lines[1], "assistant: ") {
				t.Errorf("transcript %q", lines)
			}
			if b.meta.Typing() != 2 {
				t.Errorf("typing was shown %d times", b.meta.Typing())
			}
		})
	}
}
