package library

import (
	"context"
	"fmt"

	"omniops/shared/id"
	"omniops/shared/object"
	"omniops/shared/tenant"
)

// Forget removes all that is known of a tenant's website: pages, indexes with
// their embeddings, changes, contradictions and what a crawl under way has
// stored. What remains is the fact and the time of it, by which orders given
// before, and a crawl under way, know to bring nothing back; one ordered later
// starts from nothing.
func (l *Library) Forget(ctx context.Context, t id.Tenant, sites *Sites, tenants *tenant.Store) error {
	if err := sites.forget(ctx, t); err != nil {
		return err
	}
	return l.Sweep(ctx, t, tenants)
}

// Sweep removes what is stored of a site that is forgotten. A crawl that was
// under way calls it for what it may have brought back.
func (l *Library) Sweep(ctx context.Context, t id.Tenant, tenants *tenant.Store) error {
	if err := tenants.UseIndex(ctx, t, "", nil); err != nil {
		return fmt.Errorf("forget site of %s: %w", t, err)
	}
	l.mu.Lock()
	delete(l.open, t)
	l.mu.Unlock()
	for _, folder := range []string{"index", "site"} {
		if err := l.remove(ctx, object.KeyOf(t, folder)+"/", ""); err != nil {
			return fmt.Errorf("forget site of %s: %w", t, err)
		}
	}
	return nil
}

// KeepOnly removes every index of a tenant but the version in use, those that a
// crash left behind included.
func (l *Library) KeepOnly(ctx context.Context, t id.Tenant, version string) error {
	l.mu.Lock()
	if l.open[t].version != version {
		delete(l.open, t)
	}
	l.mu.Unlock()
	if err := l.remove(ctx, object.KeyOf(t, "index")+"/", name(t, version)); err != nil {
		return fmt.Errorf("remove old indexes: %w", err)
	}
	return nil
}
