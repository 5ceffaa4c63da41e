package rights

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// Sweeper removes what retention says is due. No reader shows it any more, whatever
// the sweep does; the sweep makes it unreadable for good, by destroying one key per
// shop and day, and then clears up.
type Sweeper struct {
	Tenants *tenant.Store
	Chats   *conversation.Store
	Keys    *seal.Keyring
	Main    *table.Store
	Swept   func(context.Context, id.Tenant, Swept) error // is told what a sweep removed; nil is not
	Now     func() time.Time
}

// sweepItem is how far a tenant's sweep is, and who is at it.
type sweepItem struct {
	table.Key
	Until   int64  `dynamodbav:"until"`    // Unix seconds; who sweeps has until then
	SweptTo string `dynamodbav:"swept_to"` // the last day of which all conversations are cleared, 2006-01-02
}

// Inventory makes sweepItem a table.Record.
func (sweepItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:     "rights.sweep",
		Subject:    inventory.NoSubject,
		Fields:     map[string]inventory.Category{"until": inventory.None, "swept_to": inventory.None},
		Purpose:    inventory.LegalCompliance,
		LegalBasis: inventory.LegalObligation, // GDPR Art. 5(1)(e)
		Role:       inventory.Processor,
		Retention:  inventory.AccountRetention,
		Source:     inventory.Derived,
	}
}

const (
	sweepLease = 6 * time.Minute // longer than the function that sweeps may run
	sweepBatch = 100             // conversations looked up at once
	spareTime  = 20 * time.Second
	// grace is how long after its end a conversation's rows are left to DynamoDB,
	// which removes them for nothing.
	grace = 2 * inventory.Day
)

// Swept is what a sweep removed.
type Swept struct {
	Days          int // keys, of one day each
	Conversations int // that were cleared
	Rows          int
	Digest        string // of what the rows held, as stored
}

// All sweeps every tenant; one that fails does not keep the others.
func (s *Sweeper) All(ctx context.Context) (total Swept, failed error) {
	all, err := s.Tenants.All(ctx)
	if err != nil {
		return total, err
	}
	for _, t := range all {
		n, err := s.Tenant(ctx, t)
		total.Days += n.Days
		total.Conversations += n.Conversations
		total.Rows += n.Rows
		if err != nil && failed == nil {
			failed = fmt.Errorf("sweep %s: %w", t, err)
		}
	}
	return total, failed
}

// Tenant sweeps one tenant, unless somebody else is at it. It stops in time, and
// goes on where it was the next time.
func (s *Sweeper) Tenant(ctx context.Context, t id.Tenant) (n Swept, err error) {
	account, err := s.Tenants.Get(ctx, t)
	if err != nil {
		return n, err
	}
	state, mine, err := s.lease(ctx, t)
	if err != nil || !mine {
		return n, err
	}
	if n.Days, err = s.Days(ctx, account); err != nil {
		return n, err
	}
	err = s.rows(ctx, account, &state, &n)
	if n.Days+n.Conversations > 0 && s.Swept != nil {
		if told := s.Swept(ctx, t, n); err == nil {
			err = told
		}
	}
	if done := s.store(ctx, t, &state, 0); err == nil {
		err = done
	}
	return n, err
}

// Days destroys the keys of all days of which nothing may be read any more, and
// gives how many these were: one write each, however much was said.
func (s *Sweeper) Days(ctx context.Context, account tenant.Account) (int, error) {
	// A day's last message is due when the day after it begins, and the retention
	// has passed.
	last := s.Now().UTC().Add(-account.Shown(s.Now()))
	n, err := s.Keys.DestroyDays(ctx, account.Tenant, last)
	if err != nil {
		return n, fmt.Errorf("destroy day keys: %w", err)
	}
	return n, nil
}

// rows clears the conversations whose last day is past the retention.
func (s *Sweeper) rows(ctx context.Context, account tenant.Account, state *sweepItem, n *Swept) error {
	last := s.Now().UTC().Add(-account.Shown(s.Now()) - grace).Truncate(inventory.Day).Add(-inventory.Day)
	longest, _ := inventory.ChatRetention.Period()
	day := s.Now().UTC().Add(-longest - grace).Truncate(inventory.Day).Add(-7 * inventory.Day) // before it nothing is left
	if swept, err := time.Parse(time.DateOnly, state.SweptTo); err == nil && swept.After(day) {
		day = swept.Add(inventory.Day)
	}
	for ; !day.After(last); day = day.Add(inventory.Day) {
		for after := id.Conversation(""); ; {
			chats, err := s.Main.Chats(ctx, account.Tenant, day.Format(time.DateOnly), after, sweepBatch)
			if err != nil {
				return fmt.Errorf("list conversations of %s: %w", day.Format(time.DateOnly), err)
			}
			for _, c := range chats {
				if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < spareTime {
					return nil
				}
				if idle, err := s.Chats.Idle(ctx, account.Tenant, c, day.Format(time.DateOnly)); err != nil || !idle {
					if err != nil {
						return err
					}
					continue
				}
				cleared, err := s.Chats.Clear(ctx, account.Tenant, c)
				if err != nil {
					return err
				}
				n.Conversations++
				n.Rows += cleared.Rows
				n.Digest = digest(n.Digest, cleared.Digest)
			}
			if len(chats) < sweepBatch {
				break
			}
			after = chats[len(chats)-1]
		}
		state.SweptTo = day.Format(time.DateOnly)
	}
	return nil
}

// lease takes the sweep of a tenant, if nobody has it.
func (s *Sweeper) lease(ctx context.Context, t id.Tenant) (state sweepItem, mine bool, err error) {
	state = sweepItem{Key: table.Retention(t)}
	err = s.Main.Get(ctx, t, state.Key, &state)
	if fault.KindOf(err) == fault.NotFound {
		state.Until = s.Now().Add(sweepLease).Unix()
		err = s.Main.Create(ctx, t, state)
		if fault.KindOf(err) == fault.Conflict && err != nil {
			return state, false, nil
		}
		return state, err == nil, err
	}
	if err != nil || s.Now().Unix() < state.Until {
		return state, false, err
	}
	err = s.store(ctx, t, &state, sweepLease)
	if err != nil && fault.KindOf(err) == fault.Conflict {
		return state, false, nil
	}
	return state, err == nil, err
}

// store keeps how far the sweep is, for as long as it is ours.
func (s *Sweeper) store(ctx context.Context, t id.Tenant, state *sweepItem, lease time.Duration) error {
	was := state.Until
	state.Until = 0
	if lease > 0 {
		state.Until = s.Now().Add(lease).Unix()
	}
	if err := s.Main.Replace(ctx, t, *state, "until", was); err != nil {
		return fmt.Errorf("keep the state of the sweep: %w", err)
	}
	return nil
}

// digest makes one digest of two.
func digest(a, b string) string {
	sum := sha256.Sum256([]byte(a + "|" + b))
	return hex.EncodeToString(sum[:])
}
