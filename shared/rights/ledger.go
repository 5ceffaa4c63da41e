package rights

import (
	"context"
	"fmt"
	"strings"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// erasureItem is one line of the ledger of erasures. It lives in the table of the
// keys, of which there is no backup: a restored main table does not bring back an
// earlier ledger.
type erasureItem struct {
	table.Key
	Shopper  id.Shopper   `dynamodbav:"shopper,omitempty"`
	Visitor  id.Visitor   `dynamodbav:"visitor,omitempty"` // instead of a conversation and its shopper
	Subjects []id.Subject `dynamodbav:"subjects,omitempty"`
	Request  id.Request   `dynamodbav:"request"`
	ErasedAt time.Time    `dynamodbav:"erased_at"`
	ExpireAt int64        `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes erasureItem a table.Record.
func (erasureItem) Inventory() inventory.Entry {
	return ledgerEntry("rights.erasure", "shopper", map[string]inventory.Category{
		"shopper": inventory.Identifier, "visitor": inventory.Identifier, "subjects": inventory.Identifier, "request": inventory.None,
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
	return l.put(ctx, ref.Tenant, erasureItem{
		Key: table.Erasure(ref.Tenant, ref.Conversation, l.today()), Shopper: ref.Shopper, Subjects: r.Subjects, Request: r.ID,
	})
}

// writeVisitor adds a browser that is about to be forgotten.
func (l *Ledger) writeVisitor(ctx context.Context, t id.Tenant, v id.Visitor, r Request) error {
	return l.put(ctx, t, erasureItem{Key: table.VisitorErasure(t, v, l.today()), Visitor: v, Subjects: r.Subjects, Request: r.ID})
}

func (l *Ledger) today() string { return l.keys.Now().UTC().Format(time.DateOnly) }

func (l *Ledger) put(ctx context.Context, t id.Tenant, item erasureItem) error {
	now := l.keys.Now().UTC()
	kept, _ := inventory.AuditRetention.Period()
	item.ErasedAt, item.ExpireAt = now, now.Add(kept).Unix()
	if err := l.keys.Put(ctx, t, item); err != nil {
		return fmt.Errorf("write ledger of erasures: %w", err)
	}
	return nil
}

// of reads what was erased on a UTC day, each as the request it was.
func (l *Ledger) of(ctx context.Context, day time.Time) (all []erasure, err error) {
	items, err := l.keys.List(ctx, table.Erasures(day.Format(time.DateOnly)))
	if err != nil {
		return nil, fmt.Errorf("read ledger of erasures: %w", err)
	}
	for _, item := range items {
		var stored erasureItem
		if err := item.Decode(&stored); err != nil {
			return nil, err
		}
		t, c, _ := strings.Cut(stored.SK, "#")
		e := erasure{Person{Tenant: id.Tenant(t), Request: Request{ID: stored.Request, Subjects: stored.Subjects}}, stored.ErasedAt}
		if stored.Visitor != "" {
			e.Request.Visitors = []id.Visitor{stored.Visitor}
		} else {
			e.Request.Conversations = []id.Conversation{id.Conversation(c)}
			e.Chats = []conversation.Ref{{Tenant: e.Tenant, Conversation: id.Conversation(c), Shopper: stored.Shopper}}
		}
		all = append(all, e)
	}
	return all, nil
}

// erasure is a line of the ledger as read.
type erasure struct {
	Person
	at time.Time
}

// Replay erases again, in a main table that was restored from a backup of a time,
// what has been erased since then: before anybody reads it. It gives how many
// conversations and browsers these were, and can be repeated. What had to stay was
// put aside the first time.
func (e *Eraser) Replay(ctx context.Context, since time.Time) (int, error) {
	again := *e
	again.Shelves, again.Erased = nil, nil
	for _, s := range e.Shelves {
		s.Keep = nil
		again.Shelves = append(again.Shelves, s)
	}
	n := 0
	now := e.Now().UTC()
	for day := since.UTC().Truncate(inventory.Day); !day.After(now); day = day.Add(inventory.Day) {
		erased, err := e.Ledger.of(ctx, day)
		if err != nil {
			return n, err
		}
		for _, line := range erased {
			if _, _, err := again.bury(ctx, line.Person); err != nil {
				return n, err
			}
			for _, who := range line.Request.Subjects {
				if err := e.Requests.markErased(ctx, line.Tenant, who, line.at); err != nil {
					return n, err
				}
				if _, err := e.Requests.Unlink(ctx, line.Tenant, who); err != nil {
					return n, err
				}
			}
			n++
		}
	}
	return n, nil
}
