package conversation

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
)

// maxSays bounds how often a line is tried whose place somebody else was faster to
// take.
const maxSays = 4

// recentLines is how far back a line is looked for that may have been stored before.
const recentLines = 60

// Say stores what a person at the shop wrote, under a name that tells it from all
// else they write: as the answer to the latest turn or, where that has one, as a turn
// of its own. Said again it is the same line; other words under its name are a
// Conflict.
func (s *Store) Say(ctx context.Context, ref Ref, name id.Message, text seal.Personal, keep time.Duration) (Message, error) {
	for try := 1; ; try++ {
		thread, err := s.Read(ctx, ref, keep, recentLines)
		if err != nil {
			return Message{}, err
		}
		if thread.Standing.Erased() {
			return Message{}, gone()
		}
		for _, m := range thread.Messages {
			if m.ID == name && m.Text.Reveal() == text.Reveal() {
				return m, nil
			}
			if m.ID == name {
				return Message{}, fault.E(fault.Conflict, "This idempotency key came with another message before.", nil)
			}
		}
		turn := thread.LastTurn()
		if _, answered := thread.Answer(turn); answered || turn == 0 {
			turn++
		}
		m := Message{ID: name, Turn: turn, Author: Agent, Text: text, State: Complete, SentAt: s.now()}
		item, err := s.seal(ctx, ref, m, nil, keep)
		if err != nil {
			return Message{}, err
		}
		if err = s.create(ctx, ref.Tenant, item); err == nil {
			return m, nil
		}
		if fault.KindOf(err) != fault.Conflict || try == maxSays {
			return Message{}, fmt.Errorf("store what a person wrote: %w", err)
		}
	}
}
