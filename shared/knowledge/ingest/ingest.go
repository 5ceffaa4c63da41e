// Package ingest reads merchants' websites into the library.
package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"omniops/shared/fault"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/library"
	"omniops/shared/knowledge/page"
	"omniops/shared/knowledge/passage"
	"omniops/shared/tenant"
)

// userAgent is how the crawler introduces itself; its first word is its name in
// robots.txt.
const userAgent = "OmniOpsBot/1.0 (+https://omniops.dev/bot)"

// suggested is how many questions the widget offers.
const suggested = 3

// progressEvery is how often a running crawl stores how far it is.
const progressEvery = 2 * time.Second

// Reader reads tenants' sites into the library.
type Reader struct {
	Client  *http.Client // from crawl.NewClient
	Tenants *tenant.Store
	Sites   *library.Sites
	Library *library.Library
	Limits  crawl.Limits
	Now     func() time.Time
	Log     *slog.Logger
}

// Read crawls a tenant's site, indexes it, and makes the new index the one that
// answers are drawn from. The old index stays in use until then, and stays for
// good when the site cannot be read. Reading twice does no harm.
func (r *Reader) Read(ctx context.Context, order library.Crawl) error {
	account, err := r.Tenants.Get(ctx, order.Tenant)
	if err != nil {
		return err
	}
	site := library.Site{State: library.Reading, StartedAt: r.Now()}
	if err := r.Sites.Put(ctx, order.Tenant, site); err != nil {
		return err
	}
	passages, err := r.passages(ctx, account, &site)
	if err == nil && len(passages) == 0 {
		err = fault.E(fault.Invalid, "No page of the site has text to answer from.", nil)
	}
	var version string
	if err == nil {
		version, err = r.publish(ctx, account, passages)
	}
	site.State, site.EndedAt, site.Passages = library.Ready, r.Now(), len(passages)
	if err != nil {
		site.State, site.Reason = library.Failed, fault.Detail(err)
	}
	if stored := r.Sites.Put(ctx, order.Tenant, site); err == nil {
		err = stored
	}
	if err != nil {
		return fmt.Errorf("read site of %s: %w", order.Tenant, err)
	}
	r.Log.InfoContext(ctx, "site read", "tenant", order.Tenant, "pages", site.Indexed, "skipped", site.Skipped,
		"passages", site.Passages, "version", version, "duration", site.EndedAt.Sub(site.StartedAt))
	return nil
}

// passages crawls the site, keeping count in site.
func (r *Reader) passages(ctx context.Context, account tenant.Account, site *library.Site) ([]passage.Passage, error) {
	stored := r.Now()
	count := func(c crawl.Counts) {
		site.Found, site.Fetched, site.Indexed, site.Skipped = c.Found, c.Fetched, c.Indexed, c.Skipped
	}
	crawler := crawl.Crawler{
		Client: r.Client, Now: r.Now, UserAgent: userAgent, Limits: r.Limits,
		Progress: func(p crawl.Progress) {
			count(p.Counts)
			if r.Now().Sub(stored) < progressEvery {
				return
			}
			stored = r.Now()
			if err := r.Sites.Put(ctx, account.Tenant, *site); err != nil {
				r.Log.WarnContext(ctx, "store progress of crawl", "tenant", account.Tenant, "error", err)
			}
		},
	}
	var passages []passage.Passage
	report, err := crawler.Crawl(ctx, account.SiteURL, nil, func(p crawl.Page) error {
		content, err := page.Extract(p.URL, p.HTML)
		if err != nil {
			return err
		}
		passages = append(passages, content.Passages(p.FetchedAt)...)
		return nil
	})
	count(report.Counts)
	// In one order, whichever page came first: the same pages give the same index.
	slices.SortStableFunc(passages, func(a, b passage.Passage) int { return strings.Compare(a.URL, b.URL) })
	return passages, err
}

// publish indexes the passages and puts the index to use.
func (r *Reader) publish(ctx context.Context, account tenant.Account, passages []passage.Passage) (string, error) {
	blob, err := index.Build(ctx, passages, index.Options{})
	if err != nil {
		return "", err
	}
	version, err := r.Library.Save(ctx, account.Tenant, blob)
	if err != nil {
		return "", err
	}
	ix, err := index.Open(blob)
	if err != nil {
		return "", err
	}
	if err := r.Tenants.UseIndex(ctx, account.Tenant, version, ix.Suggestions(suggested)); err != nil {
		return "", err
	}
	if account.IndexVersion != version {
		if err := r.Library.Forget(ctx, account.Tenant, account.IndexVersion); err != nil {
			r.Log.WarnContext(ctx, "remove old index", "tenant", account.Tenant, "error", err)
		}
	}
	return version, nil
}
