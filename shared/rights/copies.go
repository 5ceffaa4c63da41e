package rights

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/object"
)

// Fetch gives whether the copy of a request may be fetched, once: NotFound when there
// is none, or it was fetched already. The copy is then to be removed; Removed notes
// that it was.
func (s *Store) Fetch(ctx context.Context, t id.Tenant, name id.Request) error {
	none := fault.E(fault.NotFound, "There is no copy here. Each can be fetched once, within seven days; you can ask for another.", nil)
	_, err := s.Change(ctx, t, name, func(r *Request) error {
		if r.FileUntil.IsZero() || !s.table.Now().Before(r.FileUntil) {
			return none
		}
		r.FileUntil = s.table.Now().UTC() // over from now on
		return nil
	})
	return err
}

// Removed notes that the copy of a request is not there any more.
func (s *Store) Removed(ctx context.Context, t id.Tenant, name id.Request) error {
	_, err := s.Change(ctx, t, name, func(r *Request) error {
		r.FileUntil = time.Time{}
		return nil
	})
	return err
}

// overdue is how many days back copies are looked for whose time is over. The bucket
// removes what is older by itself.
const overdue = 3

// ExpireCopies removes the copies of all tenants that wait to be fetched no longer,
// or were, and gives how many these were.
func ExpireCopies(ctx context.Context, requests *Store, bucket *object.Bucket) (n int, failed error) {
	now := requests.table.Now().UTC()
	for back := range overdue {
		due, err := requests.table.CopiesDue(ctx, now.Add(-time.Duration(back)*inventory.Day).Format(time.DateOnly))
		if err != nil {
			return n, fmt.Errorf("list copies: %w", err)
		}
		for _, c := range due {
			r, err := requests.Get(ctx, c.Tenant, c.Request)
			if fault.KindOf(err) == fault.NotFound && err != nil || err == nil && (r.FileUntil.IsZero() || now.Before(r.FileUntil)) {
				continue // the index follows
			}
			if err == nil {
				err = removeCopy(ctx, bucket, c.Tenant, r)
			}
			if err == nil {
				err = requests.Removed(ctx, c.Tenant, c.Request)
				n++
			}
			if failed == nil {
				failed = err
			}
		}
	}
	return n, failed
}

// removeCopy removes a copy with whatever there is of one that is not finished.
func removeCopy(ctx context.Context, bucket *object.Bucket, t id.Tenant, r Request) error {
	if r.State.Open() {
		p, err := progressOf(ctx, bucket, t, r.ID)
		if err == nil {
			err = bucket.Abort(ctx, p.Upload)
		}
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if err := bucket.Delete(ctx, progressKey(t, r.ID)); err != nil {
			return err
		}
	}
	return bucket.Delete(ctx, FileKey(t, r.ID))
}

// eraseCopies removes the copies that were made, or are being made, for a person. One
// that is being made begins anew, and finds less.
func eraseCopies(ctx context.Context, requests *Store, bucket *object.Bucket, p Person) ([]Effect, error) {
	all, err := others(ctx, requests, p)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, r := range all {
		if r.Kind != Access && r.Kind != Export || !r.State.Open() && r.FileUntil.IsZero() {
			continue
		}
		if err := removeCopy(ctx, bucket, p.Tenant, r); err != nil {
			return nil, err
		}
		if r.FileUntil.IsZero() {
			continue
		}
		n++
		if err := requests.Removed(ctx, p.Tenant, r.ID); err != nil {
			return nil, err
		}
	}
	if n == 0 {
		return nil, nil
	}
	return []Effect{{Store: "rights.copy", Outcome: Erased, Count: n, Why: "Copies of your data that you had asked for before."}}, nil
}
