package rights

import (
	"context"
	"fmt"
	"strings"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// erasureItem is one line of the ledger of erasures. It lives in the table of the
// keys, of which there is no backup: a restored main table does not bring back an
// earlier ledger.
type erasureItem struct {
	table.Key
	Shopper  id.Shopper   `dynamodbav:"shopper"`
	Subjects []id.Subject `dynamodbav:"subjects,omitempty"`
	Request  id.Request   `dynamodbav:"request"`
	ErasedAt time.Time    `dynamodbav:"erased_at"`
	ExpireAt int64        `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes erasureItem a table.Record.
func (erasureItem) Inventory() inventory.Entry {
	return ledgerEntry("rights.erasure", "shopper", map[string]inventory.Category{
		"shopper": inventory.Identifier, "subjects": inventory.Identifier, "request": inventory.None,
		"erased_at": inventory.None, "expires_at": inventory.None,
	})
}

// erasedItem says that a person's records were erased, so that what a shop system
// sends again is not kept again.
type erasedItem struct {
	table.Key
	Subject  id.Subject `dynamodbav:"subject"`
	ErasedAt time.Time  `dynamodbav:"erased_at"`
	ExpireAt int64      `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes erasedItem a table.Record.
func (erasedItem) Inventory() inventory.Entry {
	return ledgerEntry("rights.erased", "subject", map[string]inventory.Category{
		"subject": inventory.Identifier, "erased_at": inventory.None, "expires_at": inventory.None,
	})
}

func ledgerEntry(record, subject string, fields map[string]inventory.Category) inventory.Entry {
	return inventory.Entry{
		Record:     record,
		Subject:    inventory.Shopper,
		SubjectKey: subject,
		Fields:     fields,
		Purpose:    inventory.LegalCompliance,
		LegalBasis: inventory.LegalObligation, // GDPR Art. 17 with 5(2): to stay erased, and to show it
		Role:       inventory.Processor,
		Retention:  inventory.AuditRetention,
		Source:     inventory.Derived,
	}
}

// ErasedAt says when a person's records were last erased: the zero time if never.
// What a platform sends about them again, without anything new from the person, is
// not to be kept.
func (s *Store) ErasedAt(ctx context.Context, t id.Tenant, who id.Subject) (time.Time, error) {
	items, err := s.table.GetAll(ctx, t, table.SubjectErased(t, who))
	if err != nil || !items[0].Exists() {
		return time.Time{}, err
	}
	var stored erasedItem
	err = items[0].Decode(&stored)
	return stored.ErasedAt, err
}

// markErased remembers that a person's records were erased.
func (s *Store) markErased(ctx context.Context, t id.Tenant, who id.Subject, at time.Time) error {
	kept, _ := inventory.AuditRetention.Period()
	return s.table.Put(ctx, t, erasedItem{
		Key: table.SubjectErased(t, who), Subject: who, ErasedAt: at.UTC(), ExpireAt: at.Add(kept).Unix(),
	})
}

// Ledger is the ledger of erasures.
type Ledger struct {
	keys *table.Store // the table of the keys
}

// NewLedger makes a Ledger on the table of the keys.
func NewLedger(keys *table.Store) *Ledger { return &Ledger{keys} }

// write adds a conversation that is about to be erased.
func (l *Ledger) write(ctx context.Context, ref conversation.Ref, r Request) error {
	now := l.keys.Now().UTC()
	kept, _ := inventory.AuditRetention.Period()
	err := l.keys.Put(ctx, ref.Tenant, erasureItem{
		Key:     table.Erasure(ref.Tenant, ref.Conversation, now.Format(time.DateOnly)),
		Shopper: ref.Shopper, Subjects: r.Subjects, Request: r.ID, ErasedAt: now, ExpireAt: now.Add(kept).Unix(),
	})
	if err != nil {
		return fmt.Errorf("write ledger of erasures: %w", err)
	}
	return nil
}

// erasure is a line of the ledger as read.
type erasure struct {
	conversation.Ref
	subjects []id.Subject
	at       time.Time
}

// of reads what was erased on a UTC day.
func (l *Ledger) of(ctx context.Context, day time.Time) ([]erasure, error) {
	items, err := l.keys.List(ctx, table.Erasures(day.Format(time.DateOnly)))
	if err != nil {
		return nil, fmt.Errorf("read ledger of erasures: %w", err)
	}
	var all []erasure
	for _, item := range items {
		var stored erasureItem
		if err := item.Decode(&stored); err != nil {
			return nil, err
		}
		t, c, _ := strings.Cut(stored.SK, "#")
		all = append(all, erasure{
			conversation.Ref{Tenant: id.Tenant(t), Conversation: id.Conversation(c), Shopper: stored.Shopper}, stored.Subjects, stored.ErasedAt,
		})
	}
	return all, nil
}

// Replay erases again, in a main table that was restored from a backup of a time,
// what has been erased since then: before anybody reads it. It gives how many
// conversations these were, and can be repeated.
func Replay(ctx context.Context, l *Ledger, chats *conversation.Store, keys *seal.Keyring, s *Store, since time.Time) (int, error) {
	n := 0
	now := l.keys.Now().UTC()
	for day := since.UTC().Truncate(inventory.Day); !day.After(now); day = day.Add(inventory.Day) {
		erased, err := l.of(ctx, day)
		if err != nil {
			return n, err
		}
		for _, e := range erased {
			if _, err := bury(ctx, chats, keys, e.Ref); err != nil {
				return n, err
			}
			for _, who := range e.subjects {
				if err := s.markErased(ctx, e.Tenant, who, e.at); err != nil {
					return n, err
				}
				if _, err := s.Unlink(ctx, e.Tenant, who); err != nil {
					return n, err
				}
			}
			n++
		}
	}
	return n, nil
}
