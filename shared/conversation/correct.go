package conversation

import (
	"context"
	"fmt"
	"slices"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Find gives one message of a conversation by its id, with the shopper's words that
// it answers: NotFound if it is not there, or can no longer be opened.
func (s *Store) Find(ctx context.Context, t id.Tenant, c id.Conversation, name id.Message) (found Message, question seal.Personal, ref Ref, err error) {
	shopper, err := s.Owner(ctx, t, c)
	if err != nil {
		return Message{}, seal.Personal{}, Ref{}, err
	}
	ref = Ref{t, c, shopper}
	thread, err := s.Read(ctx, ref, longestChat, 0)
	if err != nil {
		return Message{}, seal.Personal{}, ref, err
	}
	i := slices.IndexFunc(thread.Messages, func(m Message) bool { return m.ID == name })
	if i < 0 {
		return Message{}, seal.Personal{}, ref, fault.E(fault.NotFound, "There is no such message.", nil)
	}
	asked, _ := thread.Question(thread.Messages[i].Turn)
	return thread.Messages[i], asked.Text, ref, nil
}

// longestChat is how long any chat is kept.
const longestChat = standingKept

// Correct puts other words in the place of a message's, because they were wrong
// (GDPR Art. 16). From the next turn on a model sees the new ones only, and what it was
// sent with the old ones goes from the ledger.
func (s *Store) Correct(ctx context.Context, t id.Tenant, c id.Conversation, name id.Message, words seal.Personal) error {
	m, _, ref, err := s.Find(ctx, t, c, name)
	if err != nil {
		return err
	}
	side := 0
	if m.Author != Shopper {
		side = 1
	}
	stored, err := s.message(ctx, t, table.Message(t, c, m.Turn, side))
	if err != nil {
		return err
	}
	was, err := s.openContent(ctx, ref, stored.Body, true)
	if err != nil {
		return err
	}
	was.Text, was.CorrectedAt = words.Reveal(), s.now()
	if stored.Body, err = s.sealContent(ctx, ref, was); err != nil {
		return err
	}
	// A message that is gone meanwhile is not brought back.
	if err := s.table.Replace(ctx, t, stored, "id", string(stored.ID)); err != nil {
		return fmt.Errorf("correct message %s: %w", name, err)
	}
	return s.unsay(ctx, ref, m.Turn+side) // an answer's words are in the prompts after it
}
