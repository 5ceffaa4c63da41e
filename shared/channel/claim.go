package channel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// Lease is how long whoever takes care of an event has it for themselves: longer
// than the worker may run.
const Lease = 75 * time.Second

// remembered is how long it is known that an event has been taken care of:
// WhatsApp repeats a delivery for up to seven days.
const remembered = 9 * 24 * time.Hour

// ErrDone says that an event has been taken care of.
var ErrDone = errors.New("this event has been taken care of")

// Claim is the right to take care of an event. A later claim on the same event
// ends it.
type Claim struct{ item eventItem }

// eventItem is an event that somebody takes, or has taken, care of.
type eventItem struct {
	table.Key
	Fence    int        `dynamodbav:"fence"`  // counts the claims
	Holder   id.Message `dynamodbav:"holder"` // random: which claim it is
	Done     bool       `dynamodbav:"done"`
	LeasedTo int64      `dynamodbav:"leased_to"`  // Unix milliseconds
	ExpireAt int64      `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes eventItem a table.Record. It names an event by a keyed hash and
// nobody at all.
func (eventItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "channel.event", Subject: inventory.NoSubject,
		Fields: map[string]inventory.Category{
			"fence": inventory.None, "holder": inventory.None, "done": inventory.None, "leased_to": inventory.None, "expires_at": inventory.None,
		},
		Purpose:    inventory.CustomerSupport,
		LegalBasis: inventory.Contract,
		Role:       inventory.Processor,
		Retention:  inventory.DeliveryRetention,
		Source:     inventory.FromMeta,
	}
}

// Claim takes an event: ErrDone if it has been taken care of, Unavailable while
// somebody else is at it.
func (s *Threads) Claim(ctx context.Context, in Inbound) (*Claim, error) {
	now := s.table.Now()
	item := eventItem{
		Key: table.ChannelEvent(in.Tenant, in.Thread, in.ID), Fence: 1, Holder: id.Random[id.Message](),
		LeasedTo: now.Add(Lease).UnixMilli(), ExpireAt: now.Add(remembered).Unix(),
	}
	err := s.table.Create(ctx, in.Tenant, item)
	if err == nil {
		return &Claim{item}, nil
	}
	if fault.KindOf(err) != fault.Conflict {
		return nil, fmt.Errorf("claim event %s: %w", in.ID, err)
	}
	var before eventItem
	if err := s.table.Get(ctx, in.Tenant, item.Key, &before); err != nil {
		return nil, fmt.Errorf("claim event %s: %w", in.ID, err)
	}
	switch {
	case before.Done:
		return nil, ErrDone
	case before.Holder == item.Holder: // our own: the answer to the first try was lost
		return &Claim{before}, nil
	case now.UnixMilli() < before.LeasedTo:
		return nil, fault.After(fault.Unavailable, "Somebody is at this event.", Lease, nil)
	}
	item.Fence = before.Fence + 1
	if err := s.table.Replace(ctx, in.Tenant, item, "holder", before.Holder); err != nil {
		return nil, fmt.Errorf("claim event %s again: %w", in.ID, err)
	}
	return &Claim{item}, nil
}

// Done records that the event has been taken care of: Conflict if another claim
// has ended this one.
func (s *Threads) Done(ctx context.Context, t id.Tenant, c *Claim) error {
	item := c.item
	item.Done = true
	if err := s.table.Replace(ctx, t, item, "holder", item.Holder); err != nil {
		return fmt.Errorf("finish event: %w", err)
	}
	return nil
}

// Release gives an event back, so that the next try need not wait for the lease.
func (s *Threads) Release(ctx context.Context, t id.Tenant, c *Claim) error {
	item := c.item
	item.LeasedTo = 1
	return s.table.Replace(ctx, t, item, "holder", item.Holder)
}
