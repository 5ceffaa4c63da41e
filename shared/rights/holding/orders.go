package holding

import (
	"context"
	"fmt"
	"strings"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/rights"
)

// orders is what was proposed, decided and done about a person's orders.
type orders struct {
	actions *commerce.Actions
	now     func() time.Time
}

func (o orders) shelf() rights.Shelf {
	return rights.Shelf{
		Records: []string{"commerce.action", "commerce.approval", "commerce.grant", "commerce.verification", "commerce.settlement"},
		Keep:    o.keep, Erase: o.erase, Copy: o.copy,
	}
}

// keep puts aside what a shop must be able to show of money that moved.
func (o orders) keep(ctx context.Context, p rights.Person) ([]rights.Effect, error) {
	total, last := 0, time.Time{}
	for _, ref := range p.Chats {
		n, until, err := o.actions.Settle(ctx, ref)
		if err != nil {
			return nil, err
		}
		total += n
		if until.After(last) {
			last = until
		}
	}
	if total == 0 {
		return nil, nil
	}
	return []rights.Effect{{Store: "commerce.settlement", Outcome: rights.Kept, Count: total, Until: last,
		Why: "Of refunds and paid cancellations: the order, the amount, when and by which rule, without your words or your name. The shop needs it for its books (GDPR Art. 17(3)(b))."}}, nil
}

// erase removes the approvals; the rest is in the conversations, and goes with them.
func (o orders) erase(ctx context.Context, p rights.Person) ([]rights.Effect, error) {
	total := 0
	for _, ref := range p.Chats {
		n, err := o.actions.Forget(ctx, ref)
		if err != nil {
			return nil, err
		}
		total += n
	}
	if total == 0 {
		return nil, nil
	}
	return []rights.Effect{{Store: "commerce.action", Outcome: rights.Erased, Count: total,
		Why: "Changes to orders that were proposed or made in the chat, with what was decided about them."}}, nil
}

func (o orders) copy(ctx context.Context, p rights.Person, _ string) (rights.Sheet, string, error) {
	s := rights.Sheet{Name: "order-changes", Title: "Changes to your orders",
		Columns: []string{"action", "kind", "state", "order", "order_number", "amount", "what", "reason", "address", "what_came_of_it", "decisions"}}
	for _, ref := range p.Chats {
		all, err := o.actions.Of(ctx, ref)
		if err != nil {
			return s, "", err
		}
		for _, a := range all {
			if len(a.Decisions) > 0 && !a.Decisions[0].At.After(o.now().Add(-p.Keep)) { // past its retention
				continue
			}
			address, amount := "", ""
			if a.Address != nil {
				address = strings.Join([]string{a.Address.Name, a.Address.Line1, a.Address.Line2, a.Address.Zip, a.Address.City, a.Address.Province, a.Address.Country}, ", ")
			}
			if a.Amount.Currency != "" {
				amount = a.Amount.String()
			}
			var steps []string
			for _, d := range a.Decisions {
				steps = append(steps, fmt.Sprintf("%s: %s by %s", d.At.Format(time.RFC3339), d.State, d.By))
			}
			s.Rows = append(s.Rows, []string{string(a.ID), string(a.Kind), string(a.State), string(a.Order), a.Number, amount, a.Text, a.Reason, address, a.Receipt, strings.Join(steps, "; ")})
		}
	}
	return s, "", nil
}
