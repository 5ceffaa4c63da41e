package crawl

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"

	"golang.org/x/time/rate"

	"omniops/shared/fault"
)

// discover reads robots.txt and the sitemaps, and looks at what the site serves
// for an address that does not exist.
func (w *crawling) discover(ctx context.Context, seed *url.URL, fresh bool) {
	r, reason := w.robotsOf(ctx, seed)
	if delay := min(r.delay, w.Limits.MaxDelay); delay > 0 {
		w.limiter.SetLimit(min(w.limiter.Limit(), rate.Every(delay)))
	}
	if reason == "" {
		w.probe(ctx, seed, r)
	}
	if !fresh {
		return
	}
	w.frontier.add(Entry{URL: seed.String()}, 0, w.room())
	if reason == "" {
		w.sitemaps(ctx, seed, r)
	}
	for address := range w.previous {
		if u, err := url.Parse(address); err == nil {
			w.found(normalise(u), true)
		}
	}
}

// robotsOf reads the robots.txt of an address's host, once. Without one all is
// allowed; if it cannot be had, nothing is.
func (w *crawling) robotsOf(ctx context.Context, u *url.URL) (robots, Reason) {
	origin := u.Scheme + "://" + u.Host
	if r, ok := w.robots[origin]; ok {
		if r.unreadable != "" {
			return r, r.unreadable
		}
		return r, ""
	}
	r := w.readRobots(ctx, origin+"/robots.txt")
	if ctx.Err() == nil {
		w.robots[origin] = r
	}
	return r, r.unreadable
}

func (w *crawling) readRobots(ctx context.Context, address string) robots {
	for range maxHops + 1 {
		body, status, location, err := w.small(ctx, address, maxRobots)
		switch {
		case fault.KindOf(err) == fault.Forbidden:
			w.seedErr = err
			return robots{unreadable: Refused}
		case err != nil || status >= 500 || status == http.StatusTooManyRequests:
			return robots{unreadable: RobotsMissing}
		case location != nil:
			address = location.String()
		case status >= 200 && status < 300:
			return parseRobots(body, w.token())
		default:
			return robots{}
		}
	}
	return robots{} // RFC 9309, section 2.3.1.2: too many redirects count as none
}

// small fetches something other than a page.
func (w *crawling) small(ctx context.Context, address string, most int64) (body []byte, status int, location *url.URL, err error) {
	if err := w.turn(ctx); err != nil {
		return nil, 0, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, w.Limits.PageTime)
	defer cancel()
	resp, err := w.get(ctx, address, nil)
	if err != nil {
		return nil, 0, nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		location, err = resp.Request.URL.Parse(resp.Header.Get("Location"))
		return nil, resp.StatusCode, location, err
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, most))
	return body, resp.StatusCode, nil, err
}

// probe asks for an address that cannot exist. A site that says "found" has its
// answer kept, to recognise the like by.
func (w *crawling) probe(ctx context.Context, seed *url.URL, r robots) {
	sum := sha256.Sum256([]byte(seed.Host))
	u := &url.URL{Scheme: seed.Scheme, Host: seed.Host, Path: "/no-such-page-" + hex.EncodeToString(sum[:6])}
	if !r.allows(u.Path) {
		return
	}
	if err := w.turn(ctx); err != nil {
		return
	}
	if a := w.fetch(ctx, Entry{URL: u.String()}, Validators{}, newBodies(1).take()); a.page.HTML != nil {
		w.missing = &a.outline
	}
}

// sitemaps reads those that robots.txt names, or the usual one.
func (w *crawling) sitemaps(ctx context.Context, seed *url.URL, r robots) {
	type file struct {
		address string
		depth   int
	}
	var queue []file
	for _, s := range r.sitemaps {
		queue = append(queue, file{s, 0})
	}
	if len(queue) == 0 {
		queue = append(queue, file{seed.Scheme + "://" + seed.Host + "/sitemap.xml", 0})
	}
	seen := map[string]bool{}
	for read := 0; len(queue) > 0 && read < maxSitemapFiles && ctx.Err() == nil; {
		f := queue[0]
		queue = queue[1:]
		u, err := seed.Parse(f.address)
		if err != nil || checkURL(u) != nil || !w.scope.has(u) || seen[u.String()] || f.depth > maxSitemapDepth {
			continue
		}
		seen[u.String()] = true
		read++
		w.readSitemapAt(ctx, u, func(address string) bool {
			if page, err := seed.Parse(address); err == nil {
				w.found(normalise(page), true)
			}
			return w.frontier.len() < w.room()
		}, func(address string) bool {
			queue = append(queue, file{address, f.depth + 1})
			return len(queue) < maxSitemapFiles
		})
	}
}

// readSitemapAt reads one sitemap, following redirects on the site.
func (w *crawling) readSitemapAt(ctx context.Context, u *url.URL, page, child func(string) bool) {
	for range maxHops {
		if w.turn(ctx) != nil {
			return
		}
		one, cancel := context.WithTimeout(ctx, w.Limits.PageTime)
		defer cancel()
		resp, err := w.get(one, u.String(), nil)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			readSitemap(resp.Body, page, child)
			return
		}
		next, err := u.Parse(resp.Header.Get("Location"))
		if resp.StatusCode < 300 || resp.StatusCode >= 400 || err != nil || !w.scope.has(next) || checkURL(next) != nil {
			return
		}
		u = next
	}
}
