package conversation

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Amend puts another text in the place of what a shopper wrote in the turn that
// came with an idempotency key, because the shopper changed it or took it back;
// what a model was sent of the first goes from the ledger too:
// NotFound if there is none. When it was written stays.
func (s *Store) Amend(ctx context.Context, ref Ref, idempotencyKey string, text seal.Personal, keep time.Duration) error {
	thread, err := s.Read(ctx, ref, keep, 0)
	if err != nil {
		return err
	}
	turn, found := thread.TurnOf(idempotencyKey)
	if !found {
		return fault.E(fault.NotFound, "There is no such message.", nil)
	}
	stored, err := s.message(ctx, ref.Tenant, table.Message(ref.Tenant, ref.Conversation, turn, 0))
	if err != nil {
		return err
	}
	body, err := s.sealContent(ctx, ref, content{said: said{Text: text.Reveal()}})
	if err != nil {
		return err
	}
	stored.Body = body
	if err := s.table.Replace(ctx, ref.Tenant, stored, "claimed_to", stored.ClaimedTo); err != nil {
		return fmt.Errorf("amend turn %d of conversation %s: %w", turn, ref.Conversation, err)
	}
	return s.unsay(ctx, ref, turn)
}
