package channel

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// wishItem says that the person of a thread asked not to be written to. It outlives
// the thread, and its erasure: a wish that is forgotten with the data is not kept. It
// names them by a keyed hash alone.
type wishItem struct {
	table.Key
	Thread    id.Conversation `dynamodbav:"thread"`
	StoppedAt int64           `dynamodbav:"stopped_at"` // Unix milliseconds
	ExpireAt  int64           `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes wishItem a table.Record.
func (wishItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "channel.wish", Subject: inventory.Shopper, SubjectKey: "thread",
		Fields: map[string]inventory.Category{
			"thread": inventory.Identifier, "stopped_at": inventory.None, "expires_at": inventory.None,
		},
		Purpose:    inventory.LegalCompliance,
		LegalBasis: inventory.LegalObligation, // GDPR Art. 21(3), 17(3)(b): to heed an objection one must remember it
		Role:       inventory.Processor,
		Retention:  inventory.AuditRetention,
		Source:     inventory.FromMeta,
	}
}

// Suppress remembers that the person of a thread asked not to be written to, by all
// names that it has, until they say otherwise.
func (s *Threads) Suppress(ctx context.Context, t id.Tenant, thread Thread, since time.Time) error {
	period, _ := inventory.AuditRetention.Period()
	for _, name := range thread.Names() {
		err := s.table.Put(ctx, t, wishItem{
			Key: table.ChannelWish(t, name), Thread: name, StoppedAt: since.UnixMilli(), ExpireAt: s.table.Now().Add(period).Unix(),
		})
		if err != nil {
			return fmt.Errorf("remember the wish of thread %s: %w", name, err)
		}
	}
	return nil
}

// Welcome forgets that again, by the names of a thread: the person wants to be written to.
func (s *Threads) Welcome(ctx context.Context, t id.Tenant, names ...id.Conversation) error {
	for _, name := range names {
		if err := s.table.Delete(ctx, t, table.ChannelWish(t, name)); err != nil {
			return fmt.Errorf("forget the wish of thread %s: %w", name, err)
		}
	}
	return nil
}

// suppressed is since when the person of a thread does not want to be written to: the
// zero time if they do.
func (s *Threads) suppressed(ctx context.Context, t id.Tenant, thread id.Conversation) (time.Time, error) {
	var item wishItem
	err := s.table.Get(ctx, t, table.ChannelWish(t, thread), &item)
	if fault.KindOf(err) == fault.NotFound {
		return time.Time{}, nil
	}
	return at(item.StoppedAt), err
}
