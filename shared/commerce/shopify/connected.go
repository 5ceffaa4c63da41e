package shopify

import (
	"context"

	"omniops/shared/id"
)

// Connected reports whether a merchant has a shop connected whose token is good as
// far as we know.
func (c *Connections) Connected(ctx context.Context, t id.Tenant) (bool, error) {
	conn, err := c.Get(ctx, t)
	return conn.State == Connected, err
}
