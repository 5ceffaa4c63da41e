package tenant

import (
	"context"
	"sync"
	"time"

	"omniops/shared/id"
)

const (
	// remembered is how old an account may be that a turn is answered by: a
	// merchant's change takes effect within it.
	remembered = 5 * time.Second
	// countWithin is how long, and countAtMost how many turns, a busy instance
	// counts by itself before it stores the number.
	countWithin = 10 * time.Second
	countAtMost = 8
	// exactBelow is how many turns of the day are left when each one is stored
	// at once.
	exactBelow = 200
	maxRecent  = 256 // tenants remembered
)

// Recent is accounts and their turns for an instance that answers many turns of
// the same few tenants: it remembers accounts for some seconds, and stores
// counts a few turns at a time. An instance that dies may take up to
// countAtMost-1 turns with it: the count guards a merchant's budget and is no
// bill. It is safe for concurrent use.
type Recent struct {
	store *Store

	mu   sync.Mutex
	seen map[id.Tenant]*seen
}

// seen is what is remembered of a tenant.
type seen struct {
	account   Account
	day       string // of the counts
	used      int64  // as stored, at last sight
	uncounted int64  // turns that are not stored yet
	readAt    time.Time
	countedAt time.Time
}

// NewRecent makes a Recent on a store.
func NewRecent(s *Store) *Recent { return &Recent{store: s, seen: map[id.Tenant]*seen{}} }

// Today is the account and how many turns it has used today (UTC), both at most
// some seconds old.
func (r *Recent) Today(ctx context.Context, t id.Tenant) (Account, int64, error) {
	r.mu.Lock()
	if s, ok := r.seen[t]; ok && s.day == r.store.day() && within(r.store.table.Now(), s.readAt, remembered) {
		defer r.mu.Unlock()
		return s.account, s.used + s.uncounted, nil
	}
	r.mu.Unlock()
	return r.Refresh(ctx, t)
}

// Refresh is Today as of now.
func (r *Recent) Refresh(ctx context.Context, t id.Tenant) (Account, int64, error) {
	readAt := r.store.table.Now()
	account, used, err := r.store.Today(ctx, t)
	if err != nil {
		return Account{}, 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.of(t)
	s.account, s.used, s.readAt = account, max(s.used, used), readAt
	return account, s.used + s.uncounted, nil
}

// CountTurn adds one to today's turns. With an error, the turn is counted with
// the next one.
func (r *Recent) CountTurn(ctx context.Context, t id.Tenant) error {
	r.mu.Lock()
	s, now := r.of(t), r.store.table.Now()
	s.uncounted++
	left := int64(s.account.DailyTurns) - s.used - s.uncounted
	if s.uncounted < countAtMost && left >= exactBelow && within(now, s.countedAt, countWithin) {
		r.mu.Unlock()
		return nil
	}
	n, day := s.uncounted, s.day
	s.uncounted, s.countedAt = 0, now
	r.mu.Unlock()

	used, err := r.store.count(ctx, t, day, n)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch s := r.of(t); {
	case s.day != day: // midnight has passed: yesterday's are no matter any more
	case err != nil:
		s.uncounted += n
	default:
		s.used = max(s.used, used)
	}
	return err
}

// of is what is remembered of a tenant today. The lock is held.
func (r *Recent) of(t id.Tenant) *seen {
	day := r.store.day()
	s, ok := r.seen[t]
	if !ok {
		if len(r.seen) >= maxRecent {
			clear(r.seen)
		}
		s = &seen{day: day}
		r.seen[t] = s
	}
	if s.day != day {
		*s = seen{account: s.account, day: day}
	}
	return s
}

// within reports whether less than d has passed since a time. A clock that went
// back does not make what is remembered young again.
func within(now, since time.Time, d time.Duration) bool {
	age := now.Sub(since)
	return age >= 0 && age < d
}
