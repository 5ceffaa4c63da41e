package shopify

import (
	"context"
	"sync"
	"time"
)

const (
	ownerFor  = 30 * time.Second // an owner is remembered for
	maxOwners = 1024
)

// Owners remembers whose connected shops are for a moment, for an instance that
// takes many deliveries of a few shops. What acts on a delivery looks again.
type Owners struct {
	connections *Connections
	now         func() time.Time

	mu   sync.Mutex
	seen map[Shop]seenOwner
}

// seenOwner is an Owner and when it was read.
type seenOwner struct {
	owner Owner
	at    time.Time
}

// NewOwners makes an Owners.
func NewOwners(c *Connections, now func() time.Time) *Owners {
	return &Owners{connections: c, now: now, seen: map[Shop]seenOwner{}}
}

// Of finds whose a shop is, as of a moment ago: NotFound if nobody ever connected
// it.
func (o *Owners) Of(ctx context.Context, shop Shop) (Owner, error) {
	now := o.now()
	o.mu.Lock()
	s, ok := o.seen[shop]
	o.mu.Unlock()
	if age := now.Sub(s.at); ok && age >= 0 && age < ownerFor {
		return s.owner, nil
	}
	owner, err := o.connections.Owner(ctx, shop)
	if err != nil {
		return Owner{}, err
	}
	if owner.Connected { // what is not may be in a moment
		o.mu.Lock()
		defer o.mu.Unlock()
		if len(o.seen) >= maxOwners {
			clear(o.seen)
		}
		o.seen[shop] = seenOwner{owner, now}
	}
	return owner, nil
}
