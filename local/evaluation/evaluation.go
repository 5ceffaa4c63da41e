// Package evaluation holds the shops that answers are measured on, and the
// questions that shoppers ask of them with the pages that answer them.
package evaluation

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"

	"omniops/local/evaluation/sites"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/page"
	"omniops/shared/knowledge/passage"
	"omniops/web/storefront"
)

//go:embed questions
var files embed.FS

// Question is what a shopper asks of a shop, and what answers it.
type Question struct {
	ID           string   `json:"id"`
	Language     string   `json:"language"` // en, de or fr
	Text         string   `json:"text"`
	Pages        []string `json:"pages"`        // paths; each is a right page
	Answers      []string `json:"answers"`      // one of them stands in an answer, in any case of letters
	Unanswerable bool     `json:"unanswerable"` // the shop says nothing about it
}

// Sites lists the shops that have questions.
func Sites() []string { return append([]string{"kettle"}, sites.Names...) }

// Questions gives the questions about a shop, none if there is no such shop.
func Questions(site string) []Question {
	b, err := files.ReadFile("questions/" + site + ".json")
	if err != nil {
		return nil
	}
	var list []Question
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		panic(fmt.Errorf("questions/%s.json: %w", site, err)) // compiled in, so this is a bug
	}
	return list
}

// Serve serves a shop on 127.0.0.1 until close is called.
func Serve(site string) (base string, close func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	base = "http://" + l.Addr().String()
	h, err := handler(site, base)
	if err != nil {
		l.Close()
		return "", nil, err
	}
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}}
	server.Start()
	return base, server.Close, nil
}

func handler(site, base string) (http.Handler, error) {
	if site == "kettle" {
		return storefront.Handler(base), nil
	}
	return sites.Handler(site, base)
}

// crawled is when every page counts as read, so that a run is the same each time.
var crawled = time.Date(2026, time.November, 24, 10, 0, 0, 0, time.UTC)

// Passages crawls a shop over HTTP and gives its passages, by page and then as
// they stand on it.
func Passages(ctx context.Context, site string) ([]passage.Passage, error) {
	base, stop, err := Serve(site)
	if err != nil {
		return nil, err
	}
	defer stop()
	c := crawl.Crawler{
		Client:    crawl.NewClient([]string{strings.TrimPrefix(base, "http://")}, nil),
		Now:       func() time.Time { return crawled },
		UserAgent: "OmniOps/1.0",
		Limits:    crawl.Limits{Rate: 1e6},
	}
	var all []passage.Passage
	_, err = c.Crawl(ctx, base, nil, func(p crawl.Page) error {
		content, err := page.Extract(p.URL, p.HTML)
		if err != nil {
			return fmt.Errorf("read %s: %w", p.URL, err)
		}
		all = append(all, content.Passages(p.FetchedAt)...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("crawl the shop %s: %w", site, err)
	}
	slices.SortStableFunc(all, func(a, b passage.Passage) int { return strings.Compare(a.URL, b.URL) })
	return all, nil
}

// PathOf is the path of a page's address, as questions name pages.
func PathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if u.Path == "" {
		return "/"
	}
	return u.Path
}
