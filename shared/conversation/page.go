package conversation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"omniops/shared/fault"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Copied is a message as its person gets a copy of it: with what a model was sent for
// it, as JSON.
type Copied struct {
	Message
	Ledger seal.Personal
}

// Copies reads up to limit messages of a conversation, oldest first, that come after
// a place ("" for the beginning), and the place to go on from, which is empty at the
// end. Nothing older than keep is read. One that is erased meanwhile is NotFound.
func (s *Store) Copies(ctx context.Context, ref Ref, keep time.Duration, after string, limit int) (found []Copied, next string, err error) {
	standing, err := s.Standing(ctx, ref.Tenant, ref.Conversation)
	if err != nil {
		return nil, "", err
	}
	if standing.Erased() {
		return nil, "", gone()
	}
	items, err := s.table.Earliest(ctx, ref.Tenant, table.Messages(ref.Tenant, ref.Conversation).After(after), limit)
	if err != nil {
		return nil, "", fmt.Errorf("read conversation %s: %w", ref.Conversation, err)
	}
	oldest := s.table.Now().Add(-keep)
	for _, item := range items {
		var stored messageItem
		if err := item.Decode(&stored); err != nil {
			return nil, "", err
		}
		if !stored.sentAt().After(oldest) || stored.Shopper != ref.Shopper {
			continue
		}
		c, err := s.openContent(ctx, ref, stored.Body, true)
		if fault.KindOf(err) == fault.NotFound && err != nil { // its day is over, or it was erased a moment ago
			continue
		}
		if err != nil {
			return nil, "", err
		}
		found = append(found, Copied{s.messageOf(stored, c), seal.Clear(string(c.Ledger))})
	}
	if len(items) == limit {
		next = items[len(items)-1].Key().SK
	}
	return found, next, nil
}

// Declared lists what the records of conversations hold about a person and why, for
// whoever asks what is held about them.
func Declared() []inventory.Entry {
	return slices.Clone([]inventory.Entry{headItem{}.Inventory(), messageItem{}.Inventory(), ledgerItem{}.Inventory(), standingItem{}.Inventory()})
}
