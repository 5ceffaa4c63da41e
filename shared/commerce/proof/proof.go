// Package proof notes whose conversation it is once an order was proved in it, so
// that what a person or their shop asks about their data finds it: by the contact
// that was proved, by the order, and by the shop that the order is of.
package proof

import (
	"context"
	"fmt"

	"omniops/shared/commerce"
	"omniops/shared/commerce/shopify"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/subject"
)

// Links keeps whose conversation it is, as far as a person has proved it.
type Links struct {
	People   *subject.Hasher
	Requests *rights.Store
	Shops    *shopify.Connections
}

// Note notes what a grant proves of a conversation. Done again, it changes nothing.
func (l *Links) Note(ctx context.Context, t id.Tenant, g commerce.Grant, c id.Conversation) error {
	conn, err := l.Shops.Get(ctx, t)
	if err != nil {
		return err
	}
	who := l.People.Known(t, g.Contact.Email, g.Contact.Phone, g.Order)
	if conn.Shop != "" {
		who = append(who, l.People.OfShop(t, string(conn.Shop)))
	}
	for _, s := range who {
		if err := l.Requests.Link(ctx, t, s, c); err != nil {
			return fmt.Errorf("note whose conversation %s is: %w", c, err)
		}
	}
	return nil
}
