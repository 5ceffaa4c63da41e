package commerce

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// limit is how often something may happen in a span of time.
type limit struct {
	kind string // names the counter
	most int64
	in   time.Duration
}

// The limits on proving that an order is one's own. They are on whoever asks, never
// on what is asked about: an order number and an address are known to others too,
// who would lock its owner out. Five tries at one of a hundred million codes, and a
// hundred wrong ones an hour in a whole shop, leave an attacker with any number of
// identities less than one hit in a hundred years.
var (
	perSession = []limit{{"verify-session", 6, time.Hour}}
	perAddress = []limit{{"verify-address", 30, time.Hour}}
	perClaim   = []limit{{"verify-order-hour", 3, time.Hour}, {"verify-order-day", 10, 24 * time.Hour}} // of a session on one order
	perCode    = limit{"confirm-code", 5, 24 * time.Hour}
	perShop    = limit{"confirm-wrong", 100, time.Hour} // wrong codes
)

// counterItem counts what one party did in one span of time.
type counterItem struct {
	table.Key
	Times    int64 `dynamodbav:"times"`
	ExpireAt int64 `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes counterItem a table.Record. Who is counted is a keyed hash, of
// which nothing leads back; it is gone after two days at the most.
func (counterItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "commerce.counter", Subject: inventory.NoSubject,
		Fields:  map[string]inventory.Category{"times": inventory.None, "expires_at": inventory.None},
		Purpose: inventory.SecurityAndFraud, LegalBasis: inventory.LegitimateInterest, Role: inventory.Controller,
		Retention: inventory.OperationRetention, Source: inventory.FirstParty,
	}
}

// counters keeps limits. The spans begin at whole multiples of their length, so
// at a change of span twice as much may happen in a short time.
type counters struct{ table *table.Store }

func (c counters) item(t id.Tenant, l limit, who string) counterItem {
	began := c.table.Now().Truncate(l.in)
	return counterItem{Key: table.Counter(t, l.kind, who, began.Unix()), ExpireAt: began.Add(l.in).Unix()}
}

// take counts one more and refuses what goes over a limit as RateLimited.
func (c counters) take(ctx context.Context, t id.Tenant, l limit, who string) error {
	item := c.item(t, l, who)
	n, err := c.table.Add(ctx, t, item, "times", 1)
	if err != nil {
		return fmt.Errorf("count %s: %w", l.kind, err)
	}
	if n > l.most {
		return c.over(item)
	}
	return nil
}

// left refuses, as RateLimited, when a limit is used up already.
func (c counters) left(ctx context.Context, t id.Tenant, l limit, who string) error {
	item := c.item(t, l, who)
	found, err := c.table.GetAll(ctx, t, item.Key)
	if err != nil {
		return fmt.Errorf("read count of %s: %w", l.kind, err)
	}
	if !found[0].Exists() {
		return nil
	}
	if err := found[0].Decode(&item); err != nil {
		return err
	}
	if item.Times >= l.most {
		return c.over(item)
	}
	return nil
}

func (c counters) over(item counterItem) error {
	wait := max(time.Unix(item.ExpireAt, 0).Sub(c.table.Now()), time.Second)
	return fault.After(fault.RateLimited, "That was tried too often. Please wait, or ask the shop's team.", wait, nil)
}
