package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/library"
	"omniops/shared/knowledge/page"
	"omniops/shared/tenant"
)

// The skipped addresses that merchants are shown.
const (
	maxExamples  = 60
	examplesEach = 5 // of one reason
)

// run is one crawl of one site, in this call.
type run struct {
	*Reader
	account tenant.Account
	site    library.Site
	point   library.Checkpoint
	known   map[string]crawl.Validators // of the pages of the crawl before
	pages   []library.Page              // read since the last checkpoint
	held    int                         // what they take
	stored  time.Time                   // when the site record was
}

func (r *Reader) newRun(account tenant.Account, site library.Site, point library.Checkpoint) *run {
	if point.Reasons == nil {
		point.Reasons = map[string]int{}
	}
	site.State, site.Reason, site.EndedAt, site.Leg = library.Reading, "", time.Time{}, point.Leg
	return &run{Reader: r, account: account, site: site, point: point, stored: r.Now()}
}

// read does as much of the crawl as this call has time for.
func (r *run) read(ctx context.Context) error {
	if err := r.update(ctx); err != nil {
		return err
	}
	start := time.Now()
	for !r.point.Complete {
		if err := r.crawl(ctx); err != nil {
			return err
		}
		late := timeLeft(ctx) < publishTime && timeLeft(ctx) < time.Since(start)
		if r.Orders != nil && (!r.point.Complete || late) {
			return r.orderNext(ctx, r.point.Run, r.account.Tenant, r.point.Leg)
		}
	}
	return r.publish(ctx)
}

// timeLeft is how long the call may take; a day if nothing bounds it.
func timeLeft(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 24 * time.Hour
	}
	return time.Until(deadline)
}

// crawl reads pages until the site is read or time is up, and stores where the
// next leg goes on.
func (r *run) crawl(ctx context.Context) error {
	if err := r.remember(ctx); err != nil {
		return err
	}
	limits := r.Limits
	if _, bounded := ctx.Deadline(); bounded {
		most := timeLeft(ctx) - min(legMargin, timeLeft(ctx)/4)
		if limits.Time <= 0 || limits.Time > most {
			limits.Time = most
		}
	}
	var lost error // why a checkpoint or the progress could not be stored
	crawler := crawl.Crawler{
		Client: r.Client, Now: r.Now, UserAgent: userAgent, Limits: limits,
		Progress: func(p crawl.Progress) { lost = r.progress(ctx, p, lost) },
		Checkpoint: func(f *crawl.Frontier) error {
			return r.checkpoint(ctx, f)
		},
	}
	visit := func(p crawl.Page) error {
		if lost != nil {
			return lost
		}
		return r.visit(ctx, p)
	}
	var report crawl.Report
	var err error
	if r.point.Frontier == nil {
		report, err = crawler.Crawl(ctx, r.account.SiteURL, r.known, visit)
	} else {
		var frontier crawl.Frontier
		if err := json.Unmarshal(r.point.Frontier, &frontier); err != nil {
			return fmt.Errorf("go on with crawl: %w", err)
		}
		report, err = crawler.Resume(ctx, &frontier, r.known, visit)
	}
	if err != nil {
		return err
	}
	r.count(report.Counts)
	r.point.Full, r.point.Complete = report.Full, report.Frontier == nil
	if r.point.Leg++; r.point.Leg >= maxLegs && !r.point.Complete { // what was read so far is worth having
		r.point.Full, r.point.Complete = true, true
	}
	return r.checkpoint(ctx, report.Frontier)
}

// remember loads what the crawl before knew of each page, without its text.
func (r *run) remember(ctx context.Context) error {
	if r.known != nil {
		return nil
	}
	r.known = map[string]crawl.Validators{}
	known := map[string]crawl.Validators{}
	edition, err := r.Library.LoadPages(ctx, r.account.Tenant, func(p library.Page) error {
		known[p.URL] = crawl.Validators(p.Validators)
		return nil
	})
	switch {
	case errors.Is(err, library.ErrDamaged): // every page is read in full
		r.Log.WarnContext(ctx, "load pages of the last crawl", "tenant", r.account.Tenant, "error", err)
	case err != nil:
		return err
	case edition.Site != r.account.SiteURL:
	default:
		r.known = known
		if edition.Reading != reading { // nothing is unchanged that would be read otherwise
			for address := range known {
				known[address] = crawl.Validators{}
			}
		}
	}
	return nil
}

// visit keeps what is to be known of a page.
func (r *run) visit(ctx context.Context, p crawl.Page) error {
	kept := library.Page{
		URL: p.URL, FetchedAt: p.FetchedAt, Validators: library.Validators(p.Validators), Standing: library.Same,
	}
	if !p.Unchanged {
		content, err := page.Extract(p.URL, p.HTML)
		if err != nil {
			return err
		}
		passages := content.Passages(p.FetchedAt)
		kept.Standing, kept.Title, kept.Hash = library.Read, content.Title, library.PageHash(passages)
		kept.Passages = within(passages, mostOfPage, plain)
		for i := range kept.Passages {
			r.held += plain(&kept.Passages[i])
		}
	}
	r.pages = append(r.pages, kept)
	if r.held < mostOfSegment {
		return nil
	}
	return r.flush(ctx)
}

// progress counts what was skipped, keeps a page that cannot be had today, and
// stores every now and then how far the crawl is.
func (r *run) progress(ctx context.Context, p crawl.Progress, lost error) error {
	if p.Reason != "" {
		reason := string(p.Reason)
		r.point.Reasons[reason]++
		if r.point.Reasons[reason] <= examplesEach && len(r.point.Examples) < maxExamples {
			r.point.Examples = append(r.point.Examples, library.Skip{URL: p.URL, Reason: reason})
		}
		if _, known := r.known[p.URL]; known && p.Reason.Temporary() {
			r.pages = append(r.pages, library.Page{URL: p.URL, Standing: library.Unreached})
		}
	}
	r.count(p.Counts)
	if lost != nil || r.Now().Sub(r.stored) < progressEvery {
		return lost
	}
	return r.update(ctx)
}

func (r *run) count(c crawl.Counts) {
	s := &r.site
	s.Found, s.Fetched, s.Indexed, s.Unchanged, s.Skipped = c.Found, c.Fetched, c.Indexed+c.Unchanged, c.Unchanged, c.Skipped
}

// update stores how far the crawl is, and gives errOver if it is not wanted any
// more. Storage that fails in between is no reason to end it.
func (r *run) update(ctx context.Context) error {
	r.stored = r.Now()
	r.site.Reasons, r.site.Examples, r.site.Full, r.site.Leg = r.point.Reasons, r.point.Examples, r.point.Full, r.point.Leg
	switch err := r.Sites.Update(ctx, r.account.Tenant, r.site); fault.KindOf(err) {
	case fault.Conflict:
		return errOver
	default:
		if err != nil {
			r.Log.WarnContext(ctx, "store progress of crawl", "tenant", r.account.Tenant, "error", err)
		}
		return nil
	}
}

// checkpoint stores the pages read since the last one, and where to go on.
func (r *run) checkpoint(ctx context.Context, f *crawl.Frontier) error {
	if err := r.update(ctx); err != nil {
		return err
	}
	r.point.Frontier = nil
	if f != nil {
		state, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("encode state of crawl: %w", err)
		}
		r.point.Frontier = state
	}
	if err := r.Library.SaveCheckpoint(ctx, r.account.Tenant, &r.point, r.pages); err != nil {
		return err
	}
	r.pages, r.held = nil, 0
	return nil
}

// flush stores the pages read so far, which count from the next checkpoint on.
func (r *run) flush(ctx context.Context) error {
	if err := r.Library.SaveSegment(ctx, r.account.Tenant, &r.point, r.pages); err != nil {
		return err
	}
	r.pages, r.held = nil, 0
	return nil
}
