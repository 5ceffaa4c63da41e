package conversation

import (
	"context"
	"fmt"
	"slices"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/table"
)

// Carry has what a person has decided about a conversation hold in another, which
// goes on when the first is erased: no AI, above all, stays no AI.
func (s *Store) Carry(ctx context.Context, t id.Tenant, from id.Conversation, to Ref) error {
	was, err := s.decided(ctx, t, from)
	if err != nil {
		return err
	}
	was.Choices = slices.DeleteFunc(was.Choices, func(c Choice) bool { return c == Attended })
	if len(was.Choices) == 0 {
		return nil
	}
	err = s.table.Create(ctx, t, s.standingItem(to, Standing{Choices: was.Choices}))
	if err != nil && fault.KindOf(err) != fault.Conflict { // a Conflict is our own, from an earlier try
		return fmt.Errorf("carry the choices of conversation %s: %w", from, err)
	}
	return nil
}

// decided is Standing for a role that may only query.
func (s *Store) decided(ctx context.Context, t id.Tenant, c id.Conversation) (Standing, error) {
	items, err := s.table.Latest(ctx, t, table.Thread(t, c), 1)
	if err != nil || len(items) == 0 || items[0].Key().SK != table.Standing(t, c).SK {
		return Standing{}, err
	}
	return standingOf(items[0])
}
