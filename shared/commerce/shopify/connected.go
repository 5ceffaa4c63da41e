package shopify

import (
	"context"
	"fmt"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/table"
)

// Connected reports whether a merchant has a shop connected whose token is good as
// far as we know. It may be a moment late; whoever reaches the shop looks again.
func (c *Connections) Connected(ctx context.Context, t id.Tenant) (bool, error) {
	var item connectionItem
	err := c.table.Eventual().Get(ctx, t, table.Integration(t, kind), &item)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return false, fmt.Errorf("read connection of %s: %w", t, err)
	}
	return item.State == Connected, nil
}
