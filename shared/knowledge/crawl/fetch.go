package crawl

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"omniops/shared/fault"
	"omniops/shared/knowledge/charset"
)

// answer is what became of one request.
type answer struct {
	entry    Entry
	reason   Reason // why there is no page; empty if there is one
	page     Page
	outline  outline
	location *url.URL      // where a redirect leads
	wait     time.Duration // how long the site asks to be left alone
	fetched  bool          // the site answered
	refusal  error         // what the guard said
	stopped  bool          // the crawl ended meanwhile
	body     *body         // holds the page's text
}

// get sends one request that looks like every other of ours.
func (c *Crawler) get(ctx context.Context, address string, header map[string]string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", c.UserAgent)
	for k, v := range header {
		if v != "" {
			r.Header.Set(k, v)
		}
	}
	return c.Client.Do(r)
}

// fetch reads one page into the body.
func (c *Crawler) fetch(ctx context.Context, e Entry, known Validators, into *body) answer {
	a := answer{entry: e, body: into}
	one, patience := withPatience(ctx, c.Limits.PageTime)
	defer patience.end()
	resp, err := c.get(one, e.URL, map[string]string{
		"Accept":            "text/html,application/xhtml+xml;q=0.9",
		"If-None-Match":     known.ETag,
		"If-Modified-Since": known.LastModified,
	})
	if err != nil {
		return a.failed(one, err)
	}
	defer resp.Body.Close()
	a.fetched = true
	a.page = Page{URL: e.URL, FetchedAt: c.Now().UTC(), Validators: Validators{
		ETag:         within(resp.Header.Get("ETag"), 256),
		LastModified: within(resp.Header.Get("Last-Modified"), 64),
	}}
	switch status := resp.StatusCode; {
	case status == http.StatusNotModified:
		a.page.Validators, a.page.Unchanged = known, true
		return a
	case status >= 300 && status < 400:
		a.reason = Redirected
		a.location, err = e.parse().Parse(resp.Header.Get("Location"))
		if err != nil || resp.Header.Get("Location") == "" {
			a.reason = BadResponse
		}
		return a
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		a.reason, a.wait = Busy, retryAfter(resp.Header.Get("Retry-After"), c.Now())
		return a
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		a.reason = Denied
		return a
	case status >= 500:
		a.reason = ServerError
		return a
	case status != http.StatusOK:
		a.reason = NotFound
		return a
	}
	return c.readPage(one, a, resp, known, func() ([]byte, error) {
		return into.read(one, resp.Body, c.Limits.PageBytes+1, patience)
	})
}

// readPage reads the body of a page that was found.
func (c *Crawler) readPage(ctx context.Context, a answer, resp *http.Response, known Validators, read func() ([]byte, error)) answer {
	if enc := resp.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		a.reason = BadResponse // we asked for gzip alone, which the client undoes
		return a
	}
	contentType := resp.Header.Get("Content-Type")
	if contentType != "" && !isHTML(contentType) {
		a.reason = NotHTML
		return a
	}
	raw, err := read()
	if err != nil {
		if len(raw) == 0 || ctx.Err() != nil {
			return a.failed(ctx, err)
		}
		a.page.Truncated = true // the connection broke: what came is kept
	}
	if len(raw) > c.Limits.PageBytes {
		raw, a.page.Truncated = raw[:c.Limits.PageBytes], true
	}
	if contentType == "" && !isHTML(http.DetectContentType(raw)) {
		a.reason = NotHTML
		return a
	}
	sum := sha256.Sum256(raw)
	a.page.Validators.Hash = hex.EncodeToString(sum[:16])
	a.page.Unchanged = known.Hash == a.page.Validators.Hash
	a.page.HTML = charset.UTF8(raw, contentType, c.Limits.PageBytes)
	a.outline = readOutline(a.entry.parse(), a.page.HTML, c.token())
	for _, v := range resp.Header.Values("X-Robots-Tag") {
		a.outline.header(v, c.token())
	}
	return a
}

// failed says why a request, whose context it is, got no answer.
func (a answer) failed(ctx context.Context, err error) answer {
	var netErr net.Error
	switch {
	case errors.Is(context.Cause(ctx), errPatience):
		a.reason = TimedOut
	case ctx.Err() != nil:
		a.stopped = true
	case fault.KindOf(err) == fault.Forbidden:
		a.reason, a.refusal = Refused, err
	case errors.As(err, &netErr) && netErr.Timeout():
		a.reason = TimedOut
	default:
		a.reason = Unreachable
	}
	return a
}

func isHTML(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		t, _, _ = strings.Cut(contentType, ";")
	}
	t = strings.ToLower(strings.TrimSpace(t))
	return t == "text/html" || t == "application/xhtml+xml"
}

// retryAfter reads a Retry-After header, in seconds or as a date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 && seconds < 1e6 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return time.Second
}

// within is s, or nothing if it is longer than most bytes.
func within(s string, most int) string {
	if len(s) > most {
		return ""
	}
	return s
}
