package shopify

import (
	"context"
	"errors"
	"strings"

	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// orderFind asks for what identity is matched by and nothing else (C055).
var orderFind = operation{"OrderFind", `query OrderFind($q: String!) {
  orders(first: 3, query: $q, sortKey: PROCESSED_AT, reverse: true) { nodes { id name email phone } }
}`}

// orderContact asks for the customer's own address where an order has none.
var orderContact = operation{"OrderContact", `query OrderContact($id: ID!) {
  order(id: $id) { id customer { defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } } }
}`}

// contact is where a customer is reached.
type contact struct {
	Email *struct {
		Address string `json:"emailAddress"`
	} `json:"defaultEmailAddress"`
	Phone *struct {
		Number string `json:"phoneNumber"`
	} `json:"defaultPhoneNumber"`
}

// Find gives the orders with a number, with or without its "#" and the shop's own
// prefix. The shop's search is by words and finds neighbours too; what is given is
// equal.
func (c *Client) Find(ctx context.Context, a commerce.Access, orderNumber string) ([]commerce.Candidate, error) {
	if err := c.permit(ctx, a, "find order", toFind); err != nil {
		return nil, err
	}
	conn, err := c.connection(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	full := conn.fullNumber(orderNumber)
	var found struct {
		Orders *struct {
			Nodes []struct {
				ID, Name     string
				Email, Phone *string
			}
		}
	}
	if err := c.callWith(ctx, a, conn, orderFind, map[string]any{"q": "name:" + quote(full)}, &found); err != nil {
		return nil, c.noted(ctx, a.Tenant, conn, err)
	}
	if found.Orders == nil {
		return nil, c.noted(ctx, a.Tenant, conn, noAccess(errors.New("orders are null")))
	}
	var out []commerce.Candidate
	for _, n := range found.Orders.Nodes {
		order := number("Order", n.ID)
		if order == "" || !conn.sameNumber(n.Name, full) {
			continue
		}
		candidate := commerce.Candidate{ID: id.Order(order), Number: n.Name, Emails: list(n.Email), Phones: list(n.Phone)}
		if len(candidate.Emails)+len(candidate.Phones) == 0 {
			if err := c.contact(ctx, a, conn, &candidate); err != nil {
				return nil, err
			}
		}
		out = append(out, candidate)
	}
	return out, c.noted(ctx, a.Tenant, conn, nil)
}

// contact fills in where the customer of an order without a contact is reached.
func (c *Client) contact(ctx context.Context, a commerce.Access, conn Connection, candidate *commerce.Candidate) error {
	var got struct {
		Order *struct{ Customer *contact }
	}
	if err := c.callWith(ctx, a, conn, orderContact, map[string]any{"id": gid("Order", string(candidate.ID))}, &got); err != nil {
		return c.noted(ctx, a.Tenant, conn, err)
	}
	if got.Order == nil || got.Order.Customer == nil {
		return nil
	}
	if e := got.Order.Customer.Email; e != nil {
		candidate.Emails = list(&e.Address)
	}
	if p := got.Order.Customer.Phone; p != nil {
		candidate.Phones = list(&p.Number)
	}
	return nil
}

// noted remembers whether the shop shows its orders, and gives err.
func (c *Client) noted(ctx context.Context, t id.Tenant, conn Connection, err error) error {
	now := conn.Orders
	switch {
	case errors.Is(err, commerce.ErrNoAccess):
		now = OrdersHidden
	case err == nil:
		now = OrdersShown
	}
	if now == conn.Orders {
		return err
	}
	if failed := c.connections.note(ctx, t, map[string]any{"orders": now}); failed != nil {
		c.log.WarnContext(ctx, "the access to orders is not noted", "tenant", string(t), "error", failed)
	}
	return err
}

// fullNumber is an order's number as the shop writes it: shoppers leave out what
// stands before and after.
func (conn Connection) fullNumber(typed string) string {
	bare := strings.TrimSpace(typed)
	if conn.prefix == "" && conn.suffix == "" { // as it is unless a shop changes it
		conn.prefix = "#"
	}
	plain := strings.TrimPrefix(bare, "#")
	if digits(plain) {
		return conn.prefix + plain + conn.suffix
	}
	return bare
}

// sameNumber reports whether a name is the order number that was asked for.
// Letters count alike in either case, and a leading "#" does not count.
func (conn Connection) sameNumber(name, asked string) bool {
	plain := func(s string) string { return strings.TrimPrefix(strings.TrimSpace(s), "#") }
	return plain(name) != "" && strings.EqualFold(plain(name), plain(asked))
}

// quote makes a text one term of a search. (Shopify API search syntax, read
// 2026-11-24.)
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, `"`, `\"`).Replace(s) + "'"
}

// list is a text that may be missing, as a list.
func list(s *string) []string {
	if s == nil || strings.TrimSpace(*s) == "" {
		return nil
	}
	return []string{*s}
}

// notFound is the error for an order that is not there.
func notFound() error { return fault.E(fault.NotFound, "There is no such order.", nil) }
