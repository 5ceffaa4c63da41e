package audit

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// Flaw is where a chain does not hold.
type Flaw struct {
	Tenant id.Tenant
	Month  string
	Seq    int // the entry that is wrong, or the first that is missing
	What   string
}

// Error is the text for the log.
func (f Flaw) Error() string {
	return fmt.Sprintf("the audit log of %s for %s is broken at entry %d: %s", f.Tenant, f.Month, f.Seq, f.What)
}

// Entries reads a tenant's chain of a month, written 2006-01, in its order.
func (l *Log) Entries(ctx context.Context, t id.Tenant, month string) ([]Entry, error) {
	items, err := l.table.Earliest(ctx, t, table.AuditMonth(t, month), 0)
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	var all []Entry
	for _, item := range items {
		e, err := decode(item)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// Verify walks a tenant's chain of a month and gives where it does not hold: nil if
// it does. What is past its retention is missing from the beginning by right.
func (l *Log) Verify(ctx context.Context, anchors *Anchors, t id.Tenant, month string) (*Flaw, error) {
	flaw := func(seq int, what string) *Flaw { return &Flaw{t, month, seq, what} }
	items, err := l.table.Earliest(ctx, t, table.AuditMonth(t, month), 0)
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	anchor, err := anchors.get(ctx, t, month)
	if err != nil {
		return nil, err
	}
	begins, err := time.Parse("2006-01", month)
	if err != nil {
		return nil, fault.E(fault.Invalid, "A month is written 2006-01.", err)
	}
	kept, _ := inventory.AuditRetention.Period()
	expiring := !l.table.Now().Before(begins.Add(kept))
	last := end{}
	for n, item := range items {
		var stored entryItem
		if err := item.Decode(&stored); err != nil {
			return flaw(last.seq+1, "it cannot be read"), nil
		}
		if n == 0 && expiring { // the chain begins where retention has left it
			_, _ = fmt.Sscanf(stored.SK, "%d", &last.seq)
			last = end{last.seq - 1, stored.Before}
		}
		switch {
		case stored.SK != table.Audit(t, month, last.seq+1).SK:
			return flaw(last.seq+1, "it is missing"), nil
		case stored.Mark != l.mark(t, month, stored):
			return flaw(last.seq+1, "it was changed"), nil
		case stored.Before != last.mark:
			return flaw(last.seq+1, "it does not follow the one before it"), nil
		}
		last = end{last.seq + 1, stored.Mark}
		if anchor.Seq == last.seq && anchor.Mark != last.mark {
			return flaw(last.seq, "it is not the one that was noted"), nil
		}
	}
	if last.seq < anchor.Seq && !expiring {
		return flaw(last.seq+1, "it is missing, and all after it"), nil
	}
	return nil, anchors.set(ctx, t, month, last)
}

// Anchors notes how far each chain was when it was last found whole, in another
// table than the log's.
type Anchors struct{ keys *table.Store }

// NewAnchors makes an Anchors on the table of the keys.
func NewAnchors(keys *table.Store) *Anchors { return &Anchors{keys} }

// anchorItem is the end of a chain.
type anchorItem struct {
	table.Key
	Seq      int    `dynamodbav:"seq"`
	Mark     string `dynamodbav:"mark"`
	ExpireAt int64  `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes anchorItem a table.Record.
func (anchorItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:     "audit.anchor",
		Subject:    inventory.NoSubject,
		Fields:     map[string]inventory.Category{"seq": inventory.None, "mark": inventory.None, "expires_at": inventory.None},
		Purpose:    inventory.LegalCompliance,
		LegalBasis: inventory.LegalObligation, // GDPR Art. 5(2), 32
		Role:       inventory.Processor,
		Retention:  inventory.AuditRetention,
		Source:     inventory.Derived,
	}
}

func (a *Anchors) get(ctx context.Context, t id.Tenant, month string) (anchorItem, error) {
	var stored anchorItem
	err := a.keys.Get(ctx, t, table.AuditAnchor(t, month), &stored)
	if fault.KindOf(err) == fault.NotFound {
		return anchorItem{}, nil
	}
	return stored, err
}

func (a *Anchors) set(ctx context.Context, t id.Tenant, month string, last end) error {
	if last.seq == 0 {
		return nil
	}
	kept, _ := inventory.AuditRetention.Period()
	return a.keys.Put(ctx, t, anchorItem{
		Key: table.AuditAnchor(t, month), Seq: last.seq, Mark: last.mark, ExpireAt: a.keys.Now().Add(kept).Unix(),
	})
}

// VerifyAll verifies the chains of all tenants of this month and the last, and gives
// what does not hold.
func (l *Log) VerifyAll(ctx context.Context, anchors *Anchors) (flaws []Flaw, err error) {
	now := l.table.Now().UTC()
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, month := range []string{first.AddDate(0, -1, 0).Format("2006-01"), first.Format("2006-01")} {
		tenants, err := l.table.AuditChains(ctx, month)
		if err != nil {
			return flaws, fmt.Errorf("list audit logs: %w", err)
		}
		for _, t := range tenants {
			flaw, err := l.Verify(ctx, anchors, t, month)
			if err != nil {
				return flaws, err
			}
			if flaw != nil {
				flaws = append(flaws, *flaw)
			}
		}
	}
	return flaws, nil
}
