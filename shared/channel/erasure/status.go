package erasure

import (
	"context"

	"omniops/shared/id"
	"omniops/shared/table"
)

// Status reads the state of deletions, for whoever has a code.
type Status struct{ table *table.Store }

// NewStatus makes a Status on the main table.
func NewStatus(t *table.Store) *Status { return &Status{t} }

// Get reads one deletion: NotFound if there is none of that code.
func (s *Status) Get(ctx context.Context, code id.Request) (Deletion, error) {
	return read(ctx, s.table, code)
}
