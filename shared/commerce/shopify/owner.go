package shopify

import (
	"context"
	"sync"
	"time"

	"omniops/shared/fault"
)

const (
	ownerFor  = 30 * time.Second // an owner is remembered for
	maxOwners = 1024
)

// Owners remembers whose shops are for a moment, for an instance that takes many
// deliveries of a few shops. What acts on a delivery looks again.
type Owners struct {
	connections *Connections
	now         func() time.Time

	mu   sync.Mutex
	seen map[Shop]seenOwner
}

// seenOwner is an Owner and when it was read; found is false for a shop of nobody.
type seenOwner struct {
	owner Owner
	found bool
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
	if age := now.Sub(s.at); !ok || age < 0 || age >= ownerFor {
		owner, err := o.connections.Owner(ctx, shop)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return Owner{}, err
		}
		s = seenOwner{owner, err == nil, now}
		o.mu.Lock()
		if len(o.seen) >= maxOwners {
			clear(o.seen)
		}
		o.seen[shop] = s
		o.mu.Unlock()
	}
	if !s.found {
		return Owner{}, fault.E(fault.NotFound, "Nobody has connected this shop.", nil)
	}
	return s.owner, nil
}
