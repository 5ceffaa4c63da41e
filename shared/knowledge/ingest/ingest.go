// Package ingest reads merchants' websites into the library. A large site takes
// several legs, each of which ends before its function does and orders the next;
// a leg that breaks off is taken up from its last checkpoint.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/library"
	"omniops/shared/llm"
	"omniops/shared/queue"
	"omniops/shared/tenant"
)

// userAgent is how the crawler introduces itself; its first word is its name in
// robots.txt.
const userAgent = "OmniOpsBot/1.0 (+https://omniops.dev/bot)"

// reading names how pages are turned into passages. Whoever changes packages
// page or passage so that the same page gives others changes it too: then every
// page is read again in full.
const reading = "2"

// suggested is how many questions the widget offers.
const suggested = 3

const (
	progressEvery = 2 * time.Second // how often a running crawl stores how far it is
	legMargin     = time.Minute     // kept of a call's time to store and hand over
	publishTime   = 5 * time.Minute // what indexing a large site may take
	resumeWithin  = 24 * time.Hour  // a crawl that broke off longer ago starts over
)

// Reader reads tenants' sites into the library.
type Reader struct {
	Client  *http.Client // from crawl.NewClient
	Tenants *tenant.Store
	Sites   *library.Sites
	Library *library.Library
	Limits  crawl.Limits
	Now     func() time.Time
	Log     *slog.Logger

	// Models makes vectors with EmbedModel; nil finds pages by words alone.
	Models     *llm.Router
	EmbedModel string
	// Orders takes the orders for further legs; nil goes on in the same call.
	Orders *queue.Sender[library.Crawl]
}

// maxLegs is how many legs a site may take; 17 hours of a site that asks for ten
// seconds between two requests.
const maxLegs = 100

// errOver ends a crawl whose site was forgotten, or that a later one replaced.
var errOver = errors.New("the crawl is no longer wanted")

// Read crawls a tenant's site, indexes it, and makes the new index the one that
// answers are drawn from. The old index stays in use until then, and stays for
// good when the site cannot be read. Reading twice does no harm.
func (r *Reader) Read(ctx context.Context, order library.Crawl) error {
	if err := order.Check(); err != nil {
		return err
	}
	account, err := r.Tenants.Get(ctx, order.Tenant)
	if err != nil {
		return err
	}
	run, err := r.begin(ctx, account, order)
	if err != nil || run == nil {
		return err
	}
	err = run.read(ctx)
	switch {
	case errors.Is(err, errOver):
		return r.clean(ctx, run)
	case err == nil:
		return nil
	}
	run.site.State, run.site.Reason, run.site.EndedAt = library.Failed, fault.Detail(err), r.Now()
	if stored := r.Sites.Update(ctx, order.Tenant, run.site); fault.KindOf(stored) == fault.Conflict {
		return r.clean(ctx, run)
	}
	if !fault.KindOf(err).Retryable() { // nobody goes on with it
		if err := r.Library.DropCheckpoints(ctx, order.Tenant); err != nil {
			r.Log.WarnContext(ctx, "tidy after crawl", "tenant", order.Tenant, "error", err)
		}
	}
	if fault.KindOf(err) == fault.Forbidden { // the merchant is told; there is nothing for an operator to do
		r.Log.InfoContext(ctx, "crawl refused", "tenant", order.Tenant, "run", run.point.Run)
		return nil
	}
	return fmt.Errorf("read site of %s: %w", order.Tenant, err)
}

// Forget removes all that is known of a tenant's site; see library.Forget.
func (r *Reader) Forget(ctx context.Context, t id.Tenant) error {
	return r.Library.Forget(ctx, t, r.Sites, r.Tenants)
}

// begin takes a crawl up, or starts one. It gives nil when there is nothing to do.
func (r *Reader) begin(ctx context.Context, account tenant.Account, order library.Crawl) (*run, error) {
	t := order.Tenant
	site, err := r.Sites.Get(ctx, t)
	if err != nil {
		return nil, err
	}
	if order.Run < site.Run && site.State == library.Forgotten {
		return nil, r.Library.Sweep(ctx, t, r.Tenants) // what a crash may have left
	}
	if order.Run < site.Run && order.Run != "" {
		return nil, nil // a later crawl has taken its place
	}
	point, err := r.Library.Checkpoint(ctx, t)
	if err != nil {
		return nil, err
	}
	if point.Run != "" && point.Run == site.Run && point.Site == account.SiteURL && point.Reading == reading &&
		(order.Run == point.Run || order.Run == "" && r.Now().Sub(point.StartedAt) < resumeWithin) {
		if order.Leg < point.Leg && r.Orders != nil { // this one is done; the next may not have been ordered
			return nil, r.orderNext(ctx, point.Run, order.Tenant, point.Leg)
		}
		return r.newRun(account, site, point), nil
	}
	if order.Run != "" && order.Run == site.Run && site.State == library.Ready {
		return nil, r.tidy(ctx, t, site.Index.Version) // over already; its worker may have died before this
	}
	if order.Leg > 0 {
		return nil, nil
	}
	order = order.Named(r.Now())
	started := library.Site{
		State: library.Reading, URL: account.SiteURL, Run: order.Run, StartedAt: r.Now(),
		Passages: site.Passages, Meaning: site.Meaning, Index: site.Index,
	}
	if err := r.Sites.Begin(ctx, t, site, started); err != nil {
		return nil, err // Conflict: tried again
	}
	if err := r.Library.DropCheckpoints(ctx, t); err != nil {
		return nil, err
	}
	return r.newRun(account, started, library.Checkpoint{
		Run: order.Run, Site: account.SiteURL, Reading: reading, StartedAt: r.Now(), Reasons: map[string]int{},
	}), nil
}

// orderNext queues a further leg.
func (r *Reader) orderNext(ctx context.Context, run string, t id.Tenant, leg int) error {
	order, dedup := library.Crawl{Tenant: t, Run: run}.Next(leg)
	if err := r.Orders.Send(ctx, string(t), dedup, order); err != nil {
		return fmt.Errorf("queue leg %d of crawl of %s: %w", leg, t, err)
	}
	return nil
}

// clean removes what a crawl that is no longer wanted may have stored after it
// was ended. A later crawl removes the rest itself.
func (r *Reader) clean(ctx context.Context, run *run) error {
	t := run.account.Tenant
	r.Log.InfoContext(ctx, "crawl ended by a later order", "tenant", t, "run", run.point.Run)
	site, err := r.Sites.Get(ctx, t)
	if err != nil || site.State != library.Forgotten {
		return err
	}
	return r.Library.Sweep(ctx, t, r.Tenants)
}
