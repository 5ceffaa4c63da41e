package conversation

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Late is what a model was sent for an answer that came too late to be kept.
type Late struct {
	Sent   time.Time
	Ledger seal.Personal // as JSON
}

// LateLedger gives what models were sent in a conversation for answers that are not
// among its messages.
func (s *Store) LateLedger(ctx context.Context, ref Ref, keep time.Duration) ([]Late, error) {
	items, err := s.table.Earliest(ctx, ref.Tenant, table.Ledgers(ref.Tenant, ref.Conversation), 0)
	if err != nil {
		return nil, fmt.Errorf("read ledger of conversation %s: %w", ref.Conversation, err)
	}
	oldest := s.table.Now().Add(-keep)
	var all []Late
	for _, item := range items {
		var stored ledgerItem
		if err := item.Decode(&stored); err != nil {
			return nil, err
		}
		sent := time.UnixMilli(stored.SentAt).UTC()
		if !sent.After(oldest) || stored.Shopper != ref.Shopper {
			continue
		}
		c, err := s.openContent(ctx, ref, stored.Body, true)
		if fault.KindOf(err) == fault.NotFound && err != nil { // its key was destroyed: erased
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, Late{sent, seal.Clear(string(c.Ledger))})
	}
	return all, nil
}
