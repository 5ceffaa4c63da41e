package tenant

import (
	"context"
	"fmt"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/table"
)

// All lists the tenants there are.
func (s *Store) All(ctx context.Context) ([]id.Tenant, error) {
	all, err := s.table.Tenants(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tenants: %w", err)
	}
	return all, nil
}

// SetChatDays says how many days a merchant's chats are kept: Invalid for more than
// MaxChatDays, which can only be shortened. It counts from the next read on, for
// what is stored already too; what a shorter time has dropped, a longer one does not
// bring back.
func (s *Store) SetChatDays(ctx context.Context, t id.Tenant, days int) error {
	if days < 1 || days > MaxChatDays {
		return fault.E(fault.Invalid, fmt.Sprintf("Chats are kept 1 to %d days.", MaxChatDays), nil)
	}
	account, err := s.Get(ctx, t)
	if err != nil {
		return err
	}
	changed := map[string]any{"chat_days": days}
	if from := account.dropped(s.table.Now(), days); !from.IsZero() {
		changed["chats_from"] = from
	}
	return s.table.Set(ctx, t, accountItem{Key: table.Merchant(t)}, changed)
}
