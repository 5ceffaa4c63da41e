package commerce

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// settlementItem is what stays of a change that moved money when its conversation
// is erased: what a shop must be able to show for its books, and no word of anybody.
type settlementItem struct {
	table.Key
	Order    id.Order   `dynamodbav:"order"`
	Kind     ActionKind `dynamodbav:"kind"`
	State    State      `dynamodbav:"state"`
	Amount   int64      `dynamodbav:"amount"` // minor units, in the currency of the shop's books
	Currency string     `dynamodbav:"currency"`
	By       string     `dynamodbav:"by"`    // who granted it: rules or merchant
	Rules    string     `dynamodbav:"rules"` // their version
	At       time.Time  `dynamodbav:"at"`
	ExpireAt int64      `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes settlementItem a table.Record.
func (settlementItem) Inventory() inventory.Entry {
	e := shopperEntry("commerce.settlement", map[string]inventory.Category{
		"order": inventory.CommercialData, "kind": inventory.None, "state": inventory.None, "amount": inventory.CommercialData, "currency": inventory.None,
		"by": inventory.None, "rules": inventory.None, "at": inventory.None, "expires_at": inventory.None,
	})
	e.SubjectKey, e.Purpose, e.LegalBasis = "order", inventory.LegalCompliance, inventory.LegalObligation // GDPR Art. 17(3)(b)
	e.Retention, e.Source, e.Exported = inventory.AccountingRetention, inventory.Derived, false           // once it exists, nothing leads from a person to it
	return e
}

// Recorded is an action with everything that is kept of it.
type Recorded struct {
	Action
	Number  string // of the order, as the shop writes it
	Amount  Money  // as the shopper was told
	Reason  string // in the shopper's words
	Address *Address
}

// Of gives every action of a conversation, oldest first.
func (s *Actions) Of(ctx context.Context, ref conversation.Ref) ([]Recorded, error) {
	var all []Recorded
	err := s.each(ctx, ref, func(item actionItem, d details) error {
		all = append(all, Recorded{s.view(item, d), d.Number, d.Amount.Buyer, d.Reason, d.Address})
		return nil
	})
	return all, err
}

// each opens the actions of a conversation that can still be opened.
func (s *Actions) each(ctx context.Context, ref conversation.Ref, do func(actionItem, details) error) error {
	items, err := s.table.Earliest(ctx, ref.Tenant, table.Actions(ref.Tenant, ref.Conversation), 0)
	if err != nil {
		return fmt.Errorf("read actions of conversation %s: %w", ref.Conversation, err)
	}
	for _, i := range items {
		var item actionItem
		if err := i.Decode(&item); err != nil {
			return err
		}
		body, err := s.keys.Open(ctx, ref.Tenant, ref.Shopper, item.Body)
		if fault.KindOf(err) == fault.NotFound && err != nil || item.Shopper != ref.Shopper { // its key was destroyed
			continue
		}
		if err != nil {
			return err
		}
		var d details
		if err := json.Unmarshal([]byte(body.Reveal()), &d); err != nil {
			return fmt.Errorf("decode action of conversation %s: %w", ref.Conversation, err)
		}
		if err := do(item, d); err != nil {
			return err
		}
	}
	return nil
}

// Settle puts aside what must stay of the changes in a conversation that moved
// money, or may have, and says how many these are and until when the last of it
// stays. It is harmless to repeat.
func (s *Actions) Settle(ctx context.Context, ref conversation.Ref) (n int, until time.Time, err error) {
	kept, _ := inventory.AccountingRetention.Period()
	err = s.each(ctx, ref, func(item actionItem, d details) error {
		moved := []State{Running, Done, Unknown}
		if d.License == nil || d.License.Amount.Shop.Minor == 0 || !slices.Contains(moved, item.State) {
			return nil
		}
		at := d.License.At
		ends := at.Add(kept)
		_, name, _ := strings.Cut(item.SK, "#")
		err := s.table.Put(ctx, ref.Tenant, settlementItem{
			Key: table.Settlement(ref.Tenant, id.Action(name)), Order: item.Order, Kind: item.Kind, State: item.State,
			Amount: d.License.Amount.Shop.Minor, Currency: d.License.Amount.Shop.Currency, By: d.License.By, Rules: d.License.Rules, At: at, ExpireAt: ends.Unix(),
		})
		if err != nil {
			return fmt.Errorf("keep settlement: %w", err)
		}
		n++
		if ends.After(until) {
			until = ends
		}
		return nil
	})
	return n, until.Truncate(time.Second).UTC(), err
}

// Forget removes the approvals of a conversation's actions, which are found by these
// only, and gives how many actions there were.
func (s *Actions) Forget(ctx context.Context, ref conversation.Ref) (int, error) {
	items, err := s.table.Earliest(ctx, ref.Tenant, table.Actions(ref.Tenant, ref.Conversation), 0)
	if err != nil {
		return 0, fmt.Errorf("read actions of conversation %s: %w", ref.Conversation, err)
	}
	for _, i := range items {
		_, name, _ := strings.Cut(i.Key().SK, "#")
		if err := s.table.Delete(ctx, ref.Tenant, table.Approval(ref.Tenant, id.Action(name))); err != nil {
			return 0, fmt.Errorf("remove approval %s: %w", name, err)
		}
	}
	return len(items), nil
}
