package ingest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/knowledge/contradiction"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/library"
	"omniops/shared/knowledge/passage"
)

// publish makes the pages that were read the ones that are answered from. Each
// step may be done twice: whoever comes after a crash does them all again.
func (r *run) publish(ctx context.Context) error {
	t := r.account.Tenant
	pages, changes, err := r.merge(ctx)
	if err != nil {
		return err
	}
	passages := pages.passages()
	some := false
	for range passages {
		some = true
		break
	}
	if !some {
		return fault.E(fault.Invalid, "No page of the site has text to answer from.", nil)
	}
	if err := r.update(ctx); err != nil { // before anything is stored for good
		return err
	}
	version, err := r.index(ctx, passages)
	if err != nil {
		return err
	}
	if changes != nil {
		if err := r.Library.SaveChanges(ctx, t, *changes); err != nil {
			return err
		}
	}
	if err := r.Library.SaveContradictions(ctx, t, contradiction.Find(passages)); err != nil {
		return err
	}
	edition := library.Edition{Run: r.point.Run, Site: r.account.SiteURL, Reading: reading, At: r.Now().UTC(), Pages: len(pages)}
	if err := r.Library.SavePages(ctx, t, edition, pages.pages); err != nil {
		return err
	}
	return r.use(ctx, version)
}

// use puts an index to use and ends the crawl.
func (r *run) use(ctx context.Context, version string) error {
	t := r.account.Tenant
	ix, err := r.Library.Index(ctx, t, version)
	if err != nil {
		return err
	}
	if err := r.Tenants.UseIndex(ctx, t, version, ix.Suggestions(suggested)); err != nil {
		return err
	}
	stats := ix.Stats()
	r.site.State, r.site.EndedAt, r.site.Passages, r.site.Meaning = library.Ready, r.Now(), stats.Passages, stats.Dimensions > 0
	r.site.Index = library.IndexStats{
		Version: version, Pages: stats.Pages, Passages: stats.Passages, Terms: stats.Terms, Bytes: stats.Bytes,
		Languages: stats.Languages, Model: stats.Model, Dimensions: stats.Dimensions,
	}
	if err := r.Sites.Update(ctx, t, r.site); fault.KindOf(err) == fault.Conflict {
		return errOver // what was stored since goes again
	} else if err != nil {
		return err
	}
	if err := r.tidy(ctx, t, version); err != nil { // the next crawl does it
		r.Log.WarnContext(ctx, "tidy after crawl", "tenant", t, "error", err)
	}
	r.Log.InfoContext(ctx, "site read", "tenant", t, "pages", stats.Pages, "unchanged", r.site.Unchanged, "skipped", r.site.Skipped,
		"passages", stats.Passages, "meaning", r.site.Meaning, "version", version, "legs", r.point.Leg,
		"duration", r.site.EndedAt.Sub(r.site.StartedAt))
	return nil
}

// tidy removes the indexes that are not in use, and what the crawl needed while
// it was under way.
func (r *Reader) tidy(ctx context.Context, t id.Tenant, version string) error {
	return errors.Join(r.Library.KeepOnly(ctx, t, version), r.Library.DropCheckpoints(ctx, t))
}

// merge puts together what was read now and what stays of the crawl before, in
// order of address, and what differs between them. The changes are nil if they
// were stored already.
func (r *run) merge(ctx context.Context) (bundles, *library.Changes, error) {
	t := r.account.Tenant
	var bundler bundler
	now := map[string]*bundle{}
	put := func(p library.Page) error {
		b, err := bundler.bundle(p)
		now[p.URL] = b
		return err
	}
	err := r.Library.Segments(ctx, t, r.point, func(p library.Page) error {
		if have := now[p.URL]; have != nil && p.Standing == library.Unreached {
			return nil
		}
		return put(p)
	})
	if err != nil {
		return nil, nil, err
	}
	changes := &library.Changes{
		Run: r.point.Run, At: r.Now().UTC(), Added: []library.Change{}, Changed: []library.Change{}, Removed: []library.Change{},
	}
	seen := map[string]bool{}
	edition, err := r.Library.LoadPages(ctx, t, func(before library.Page) error {
		seen[before.URL] = true
		b := now[before.URL]
		if b == nil {
			changes.Note(&before, nil)
			return nil
		}
		p := b.page
		switch p.Standing {
		case library.Same:
			p.Title, p.Hash, p.Passages = before.Title, before.Hash, before.Passages
			p.Standing = library.Read
			changes.Note(&before, &p)
			return put(p)
		case library.Unreached:
			before.Standing = library.Read
			changes.Note(&before, &before)
			return put(before)
		}
		changes.Note(&before, &p)
		return nil
	})
	if err != nil && !errors.Is(err, library.ErrDamaged) {
		return nil, nil, err
	}
	if err == nil && edition.Run == r.point.Run { // published, but not put to use
		changes = nil
	}
	var pages bundles
	for _, address := range slices.Sorted(maps.Keys(now)) {
		b := now[address]
		if b.page.Standing != library.Read {
			continue // the crawl before does not know it after all
		}
		if !seen[address] && changes != nil {
			changes.Note(nil, &b.page)
		}
		pages = append(pages, b)
	}
	cut, err := pages.fit(mostOfSite, &bundler)
	r.point.Full = r.point.Full || cut
	return pages, changes, err
}

// index builds and stores the index, with vectors if they are to be had.
func (r *run) index(ctx context.Context, passages iter.Seq[passage.Passage]) (version string, err error) {
	var blob []byte
	if r.Models != nil {
		blob, err = r.embedded(ctx, passages)
		if err != nil && ctx.Err() != nil {
			return "", err
		}
		if err != nil { // found by words alone, until the next crawl
			r.Log.WarnContext(ctx, "make vectors of pages", "tenant", r.account.Tenant, "error", err)
		}
	}
	if blob == nil {
		if blob, err = index.BuildFrom(ctx, passages, index.Options{}); err != nil {
			return "", fmt.Errorf("index pages: %w", err)
		}
	}
	return r.Library.Save(ctx, r.account.Tenant, blob)
}
