// Package crawl reads a merchant's website: politely, within limits, and from
// the public internet only.
package crawl

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"omniops/shared/fault"
)

// Limits bound a crawl. A zero field takes its default.
type Limits struct {
	Pages       int           // pages given to visit or unchanged; 6,000
	PageBytes   int           // decoded bytes of one page; 4 MiB
	PageTime    time.Duration // one request, body included; 20 s
	Time        time.Duration // one leg, after which Report.Frontier goes on; 10 min
	Concurrency int           // requests under way; 4
	Rate        float64       // requests a second; 8
	MaxDelay    time.Duration // the longest Crawl-delay or Retry-After obeyed; 10 s
	Checkpoint  int           // answers between two checkpoints; 500
}

// withDefaults fills in what is not set.
func (l Limits) withDefaults() Limits {
	set := func(to *time.Duration, d time.Duration) {
		if *to <= 0 {
			*to = d
		}
	}
	if l.Pages <= 0 {
		l.Pages = 6000
	}
	if l.PageBytes <= 0 {
		l.PageBytes = 4 << 20
	}
	if l.Checkpoint <= 0 {
		l.Checkpoint = 500
	}
	if l.Concurrency <= 0 {
		l.Concurrency = 4
	}
	if l.Rate <= 0 {
		l.Rate = 8
	}
	set(&l.PageTime, 20*time.Second)
	set(&l.Time, 10*time.Minute)
	set(&l.MaxDelay, 10*time.Second)
	return l
}

const (
	maxHops  = 5 // redirects to one page
	maxTries = 3 // requests for a page of a busy site

	checkpointTime = time.Minute // the longest between two checkpoints

	loginWords = 80 // a page with a password field and fewer words is a door
)

// Crawler reads websites. Client should come from NewClient.
type Crawler struct {
	Client    *http.Client
	Now       func() time.Time
	UserAgent string // its first word, up to a slash, is our name in robots.txt
	Limits    Limits
	Progress  func(Progress) // may be nil
	// Checkpoint is given the state to resume from if the crawl breaks off later,
	// every now and then; it is valid until Checkpoint returns, whose error ends
	// the crawl. It may be nil.
	Checkpoint func(*Frontier) error
}

// token is the crawler's name in robots.txt.
func (c *Crawler) token() string {
	name, _, _ := strings.Cut(c.UserAgent, "/")
	return strings.TrimSpace(name)
}

// Crawl reads the site that seedURL is on. It calls visit for each page, one at
// a time; an error of kind fault.Invalid from visit skips the page, any other
// ends the crawl. previous holds the validators of the last crawl by address:
// those pages are asked for again, and are passed to visit as Unchanged if they
// are. The error is fault.Invalid or fault.Forbidden if the seed cannot be read
// at all, fault.Unavailable if the site could not be reached.
func (c *Crawler) Crawl(ctx context.Context, seedURL string, previous map[string]Validators, visit func(Page) error) (Report, error) {
	u, err := url.Parse(strings.TrimSpace(seedURL))
	if err != nil {
		return Report{}, fault.E(fault.Invalid, "The website's address is not a URL.", err)
	}
	if err := checkURL(u); err != nil {
		return Report{}, err
	}
	seed := normalise(u)
	f := newFrontier(seed.String())
	return c.run(ctx, f, previous, visit, true)
}

// Resume goes on with a crawl that ran out of time.
func (c *Crawler) Resume(ctx context.Context, f *Frontier, previous map[string]Validators, visit func(Page) error) (Report, error) {
	if err := f.check(); err != nil {
		return Report{}, err
	}
	return c.run(ctx, f, previous, visit, false)
}

// crawling is one leg under way. Only the goroutine of run touches it.
type crawling struct {
	*Crawler
	frontier *Frontier
	scope    scope
	previous map[string]Validators
	visit    func(Page) error
	robots   map[string]robots // by scheme and host
	limiter  *rate.Limiter
	pause    time.Time        // nothing is sent before
	missing  *outline         // what the site serves for an address that does not exist
	underWay map[string]Entry // requested, by address
	since    int              // answers since the last checkpoint
	saved    time.Time        // when that was
	report   Report
	requests int
	seedErr  error
}

func (c *Crawler) run(ctx context.Context, f *Frontier, previous map[string]Validators, visit func(Page) error, fresh bool) (Report, error) {
	self := *c
	self.Limits = c.Limits.withDefaults()
	client := *c.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	self.Client = &client
	seed, err := url.Parse(f.Seed)
	if err != nil {
		return Report{}, fault.E(fault.Invalid, "The website's address is not a URL.", err)
	}
	w := &crawling{
		Crawler: &self, frontier: f, scope: newScope(seed), previous: previous, visit: visit,
		robots: map[string]robots{}, underWay: map[string]Entry{}, saved: time.Now(),
		limiter: rate.NewLimiter(rate.Limit(self.Limits.Rate), 1),
		report:  Report{Reasons: map[Reason]int{}},
	}
	leg, cancel := context.WithTimeout(ctx, self.Limits.Time)
	defer cancel()
	w.discover(leg, seed, fresh)
	if err := w.loop(leg); err != nil {
		w.report.Frontier = f
		w.report.Counts = f.Counts
		return w.report, err
	}
	w.report.Counts, w.report.Full = f.Counts, f.Full || w.full(0) && f.len() > 0
	if leg.Err() != nil {
		w.report.Frontier = f
		return w.report, ctx.Err()
	}
	slices.Sort(w.report.Gone)
	if f.Counts.Indexed+f.Counts.Unchanged == 0 && w.seedErr != nil {
		return w.report, w.seedErr
	}
	return w.report, nil
}

// loop keeps requests under way until nothing is left, the site is too large or
// time is up.
func (w *crawling) loop(ctx context.Context) error {
	answers := make(chan answer)
	bodies := newBodies(w.Limits.Concurrency)
	var failure error
	for {
		for failure == nil && ctx.Err() == nil && len(w.underWay) < w.Limits.Concurrency && !w.full(len(w.underWay)) {
			e, ok := w.frontier.take()
			if !ok {
				if len(w.underWay) > 0 || len(w.frontier.Deferred) == 0 {
					break
				}
				for _, d := range w.frontier.settle() {
					w.skip(d, Duplicate)
				}
				continue
			}
			if reason := w.refuse(ctx, e); reason != "" {
				w.skip(e, reason)
				continue
			}
			w.underWay[e.URL] = e
			w.requests++
			known, pause, body := w.previous[e.URL], w.pause, bodies.take()
			go func() {
				if wait(ctx, time.Until(pause)) != nil || w.turn(ctx) != nil {
					answers <- answer{entry: e, stopped: true, body: body}
					return
				}
				answers <- w.fetch(ctx, e, known, body)
			}()
		}
		if len(w.underWay) == 0 {
			return failure
		}
		a := <-answers
		delete(w.underWay, a.entry.URL)
		if failure != nil || a.stopped {
			a.body.giveBack()
			w.frontier.put(a.entry, w.rankOf(a.entry))
			continue
		}
		err := w.take(a)
		a.body.giveBack()
		if err != nil {
			w.frontier.put(a.entry, w.rankOf(a.entry))
			failure = fmt.Errorf("visit page %s: %w", a.entry.URL, err)
		}
		if failure == nil {
			failure = w.checkpoint(ctx)
		}
	}
}

// checkpoint passes the state of the crawl on if it is time to. What is under
// way is not done yet: whoever resumes asks for it again.
func (w *crawling) checkpoint(ctx context.Context) error {
	w.since++
	if w.Checkpoint == nil || ctx.Err() != nil || w.since < w.Limits.Checkpoint && time.Since(w.saved) < checkpointTime {
		return nil
	}
	f := *w.frontier
	f.Pending = slices.Clone(f.Pending)
	for _, e := range w.underWay {
		rank := w.rankOf(e)
		f.Pending[rank] = append([]Entry{e}, f.Pending[rank]...)
	}
	if err := w.Checkpoint(&f); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	w.since, w.saved = 0, time.Now()
	return nil
}

// full reports whether no more is to be read, besides what is under way: pages,
// or answers that are none.
func (w *crawling) full(underWay int) bool {
	n := w.frontier.Counts
	return n.Indexed+n.Unchanged+underWay >= w.Limits.Pages || n.Fetched+w.requests > 8*w.Limits.Pages+100
}

func (w *crawling) rankOf(e Entry) int { return rank(e.parse(), false) }

// refuse says why an address is not to be requested at all.
func (w *crawling) refuse(ctx context.Context, e Entry) Reason {
	u := e.parse()
	r, reason := w.robotsOf(ctx, u)
	switch {
	case reason != "":
		return reason
	case !r.allows(u.RequestURI()):
		return Disallowed
	}
	return ""
}

// take deals with one answer.
func (w *crawling) take(a answer) error {
	if a.fetched {
		w.frontier.Counts.Fetched++
		w.requests--
	}
	e := a.entry
	switch a.reason {
	case "":
	case Redirected:
		w.redirect(e, a.location)
		return nil
	case Busy:
		w.pause = time.Now().Add(min(a.wait, w.Limits.MaxDelay))
		if e.Tries++; e.Tries < maxTries {
			w.frontier.put(e, w.rankOf(e))
			return nil
		}
		w.skip(e, Busy)
		return nil
	default:
		if a.refusal != nil && e.URL == w.frontier.Seed {
			w.seedErr = a.refusal
		}
		w.skip(e, a.reason)
		return nil
	}
	o := &a.outline
	if !o.noFollow {
		for _, u := range o.links {
			w.found(u, false)
		}
	}
	switch {
	case a.page.HTML == nil: // not modified
	case o.noIndex:
		w.skip(e, NoIndex)
		return nil
	case o.password && len(o.words) < loginWords:
		w.skip(e, SignIn)
		return nil
	case o.saysNotFound(), w.missing != nil && e.URL != w.frontier.Seed && o.resembles(w.missing):
		w.skip(e, SoftNotFound)
		return nil
	case w.waits(e, o.canonical):
		return nil
	}
	err := w.visit(a.page)
	switch {
	case err != nil && fault.KindOf(err) == fault.Invalid:
		w.skip(e, Empty)
		return nil
	case err != nil:
		return err
	}
	w.frontier.Done.add(e.URL)
	w.frontier.Counts.Bytes += int64(len(a.page.HTML))
	if a.page.Unchanged {
		w.frontier.Counts.Unchanged++
	} else {
		w.frontier.Counts.Indexed++
	}
	w.tell(e.URL, "")
	return nil
}

// waits reports whether a page names another as its original, which is then
// read first. An original that is the front page is a theme's mistake.
func (w *crawling) waits(e Entry, canonical *url.URL) bool {
	if canonical == nil || e.Settled || !w.scope.has(canonical) || canonical.Path == "/" || checkURL(canonical) != nil {
		return false
	}
	original := canonical.String()
	switch {
	case original == e.URL:
		return false
	case w.frontier.Done.has(original):
		w.skip(e, Duplicate)
		return true
	case trap(canonical) != "":
		return false
	}
	w.frontier.add(Entry{URL: original}, rank(canonical, true), w.room())
	e.Canonical = original
	w.frontier.wait(e)
	return true
}

// redirect puts the target of a redirect in, so that every hop passes the same
// checks as any other address.
func (w *crawling) redirect(e Entry, to *url.URL) {
	to = normalise(to)
	switch {
	case checkURL(to) != nil:
		w.skip(e, Refused)
	case !w.scope.has(to):
		if e.URL == w.frontier.Seed {
			w.seedErr = fault.E(fault.Invalid, "The website redirects to "+to.Hostname()+". Register that address instead.", nil)
		}
		w.skip(e, OutOfScope)
	case e.Hops >= maxHops:
		w.skip(e, RedirectLoop)
	default:
		if reason := trap(to); reason != "" {
			if isDoor(to) {
				reason = SignIn
			}
			w.skip(e, reason)
			return
		}
		w.frontier.add(Entry{URL: to.String(), Hops: e.Hops + 1}, w.rankOf(e), w.room())
		w.skip(e, Redirected)
	}
}

// found puts an address in if it is on the site and worth reading.
func (w *crawling) found(u *url.URL, fromSitemap bool) {
	if !w.scope.has(u) || checkURL(u) != nil {
		return
	}
	f, address := w.frontier, u.String()
	if f.Seen.has(address) {
		return
	}
	if len(f.Seen) >= 40*w.Limits.Pages+10_000 { // a site that makes up addresses
		f.Full = true
		return
	}
	if reason := trap(u); reason != "" {
		f.Seen.add(address)
		f.Counts.Found++
		w.skip(Entry{URL: address}, reason)
		return
	}
	if u.RawQuery != "" {
		path := hashURL(u.Path)
		if f.Variants[path] >= maxVariants {
			f.Seen.add(address)
			return
		}
		if f.add(Entry{URL: address}, rank(u, fromSitemap), w.room()) {
			f.Variants[path]++
		}
		return
	}
	f.add(Entry{URL: address}, rank(u, fromSitemap), w.room())
}

// room is how many addresses may wait at once.
func (w *crawling) room() int { return 4*w.Limits.Pages + 1000 }

// skip counts an address that is not read.
func (w *crawling) skip(e Entry, reason Reason) {
	w.frontier.Counts.Skipped++
	w.report.Reasons[reason]++
	if len(w.report.Skipped) < maxSkips {
		w.report.Skipped = append(w.report.Skipped, Skip{e.URL, reason})
	}
	if _, known := w.previous[e.URL]; known && !reason.Temporary() {
		w.report.Gone = append(w.report.Gone, e.URL)
	}
	if e.URL == w.frontier.Seed && w.seedErr == nil && reason != Redirected {
		kind := fault.Invalid
		if reason.Temporary() {
			kind = fault.Unavailable
		}
		w.seedErr = fault.E(kind, "The website's first page could not be read: "+string(reason)+".", nil)
	}
	w.tell(e.URL, reason)
}

func (w *crawling) tell(address string, reason Reason) {
	if w.Progress != nil {
		w.Progress(Progress{Counts: w.frontier.Counts, URL: address, Reason: reason})
	}
}

// turn blocks until a request may be sent, or the context ends. The limiter gives
// up as soon as it sees that the deadline comes first; the leg ends only then.
func (w *crawling) turn(ctx context.Context) error {
	if w.limiter.Wait(ctx) == nil {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

// wait blocks for d or until the context ends.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
