package simulation

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/shared/conversation"
	"omniops/shared/inventory"
)

// check holds what must be true whatever has happened. It looks in fair weather.
func (w *world) check() error {
	w.cloud.Faults.Clear()
	for i, s := range w.shoppers {
		thread, err := w.engine.Transcript(w.t.Context(), s.ref())
		if err != nil {
			return fmt.Errorf("read conversation %d: %w", i+1, err)
		}
		if err := w.checkThread(s, thread.Messages); err != nil {
			return fmt.Errorf("conversation %d: %w", i+1, err)
		}
	}
	return w.checkTable()
}

// checkThread holds: in order, answered at most once, nothing past its
// retention, nothing of another shop, and nothing acknowledged is lost.
func (w *world) checkThread(s *shopper, messages []conversation.Message) error {
	keep, _ := inventory.ChatRetention.Period()
	oldest := w.cloud.Clock.Now().Add(-keep)
	seen := map[string]int{}
	last := 0
	for _, m := range messages {
		if !m.SentAt.After(oldest) {
			return fmt.Errorf("turn %d of %s is readable past its retention", m.Turn, m.SentAt.Format(time.RFC3339))
		}
		side := m.Turn * 2
		if m.Author != conversation.Shopper {
			side++
		}
		if side <= last {
			return fmt.Errorf("turn %d comes after %d, or twice", m.Turn, last/2)
		}
		last = side
		text := m.Text.Reveal()
		if m.Author == conversation.Shopper {
			seen[text]++
		}
		for other := range tenants {
			if other != s.tenant && strings.Contains(text, string(other)+".example") {
				return fmt.Errorf("turn %d speaks of another shop: %q", m.Turn, text)
			}
		}
	}
	for _, m := range s.sent {
		if seen[m.text] > 1 {
			return fmt.Errorf("%s is stored %d times", m.key, seen[m.text])
		}
		if len(m.answers) > 1 {
			return fmt.Errorf("%s was answered in %d ways", m.key, len(m.answers))
		}
		if m.kept && m.at.After(oldest) && seen[m.text] == 0 && w.firstSent(m, oldest) {
			return fmt.Errorf("%s was acknowledged and is lost", m.key)
		}
	}
	return nil
}

// firstSent reports whether the message itself, which may be older than its
// answer, is still within its retention.
func (w *world) firstSent(m *message, oldest time.Time) bool {
	return m.at.Add(-conversation.ClaimFor).After(oldest)
}

// checkTable holds: no stored item shows what was said.
func (w *world) checkTable() error {
	name := w.cloud.Env(w.t, "chat-reply", "TABLE_NAME")
	out, err := dynamodb.NewFromConfig(w.cloud.AWS).Scan(w.t.Context(), &dynamodb.ScanInput{TableName: &name})
	if err != nil {
		return err
	}
	for _, item := range out.Items {
		for attribute, value := range item {
			var text string
			switch v := value.(type) {
			case *types.AttributeValueMemberS:
				text = v.Value
			case *types.AttributeValueMemberB:
				text = string(v.Value)
			}
			if strings.Contains(text, "How long do I have") {
				return errors.New("attribute " + attribute + " shows what a shopper said")
			}
		}
	}
	return nil
}
