package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/ingest"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// catalogue is a site with that many products, and something that happens before
// each answer.
type catalogue struct {
	products int

	mu     sync.Mutex
	before func()
}

func (c *catalogue) interrupt(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before = f
}

func (c *catalogue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	before := c.before
	c.mu.Unlock()
	if before != nil {
		before()
	}
	n := -1
	if _, err := fmt.Sscanf(r.URL.Path, "/products/kettle-%d", &n); r.URL.Path != "/" && (err != nil || n >= c.products) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><html lang=en><title>Kettle %[1]d</title><main><h1>About it</h1><p>Kettle number%[1]d holds %[1]d cups and whistles.</p></main>", n)
	for i := range c.products {
		fmt.Fprintf(w, `<a href="/products/kettle-%d">x</a>`, i)
	}
}

// workshop is a shelf whose workers may die, and a site for them to read.
type workshop struct {
	*shelf
	web    *catalogue
	url    string
	client *http.Client
}

func newWorkshop(t *testing.T, products int) *workshop {
	t.Helper()
	web := &catalogue{products: products}
	server := httptest.NewServer(web)
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	return &workshop{newShelf(t, host), web, server.URL, crawl.NewClient([]string{host}, nil)}
}

// worker makes a reader that reaches the services in its own way.
func (s *workshop) worker(t *testing.T, client aws.HTTPClient) *ingest.Reader {
	t.Helper()
	config := s.AWS
	config.HTTPClient = client
	main := table.New(config, s.Env(t, "site-crawl", "TABLE_NAME"), s.Clock.Now)
	return &ingest.Reader{
		Client: s.client, Tenants: tenant.NewStore(main), Sites: library.NewSites(main),
		Library: library.New(object.NewBucket(config, s.Env(t, "site-crawl", "CONTENT_BUCKET"))),
		Limits:  crawl.Limits{Rate: 1e6, Checkpoint: 3}, Now: s.Clock.Now, Log: slog.New(slog.DiscardHandler),
	}
}

// left lists what lies in the bucket under a merchant.
func (s *workshop) left(t *testing.T, name id.Tenant) []object.Key {
	t.Helper()
	keys, err := object.NewBucket(s.AWS, s.Env(t, "site-crawl", "CONTENT_BUCKET")).List(t.Context(), object.KeyOf(name)+"/")
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// complete checks that a merchant's site was read to the end, once, and that
// nothing of the work is left.
func (s *workshop) complete(t *testing.T, name id.Tenant) {
	t.Helper()
	site, err := s.sites.Get(t.Context(), name)
	if err != nil || site.State != library.Ready || site.Index.Pages != s.web.products+1 {
		t.Errorf("%s: site %+v, %v", name, site, err)
	}
	changes, err := s.library.Changes(t.Context(), name)
	if err != nil || len(changes.Added) != s.web.products+1 || len(changes.Changed)+len(changes.Removed) != 0 {
		t.Errorf("%s: changes %+v, %v", name, changes, err)
	}
	indexes := 0
	for _, key := range s.left(t, name) {
		switch {
		case strings.Contains(string(key), "/index/"):
			indexes++
		case strings.Contains(string(key), "/crawl/"):
			t.Errorf("%s: left over: %s", name, key)
		}
	}
	if indexes != 1 {
		t.Errorf("%s: %d indexes", name, indexes)
	}
}

// dying makes every call to the services fail after the first few, as they would
// to a worker that is no more. The first that fails may reach the service all
// the same.
type dying struct {
	aws.HTTPClient
	calls atomic.Int64
	last  bool
	die   context.CancelFunc
}

func (d *dying) Do(r *http.Request) (*http.Response, error) {
	if n := d.calls.Add(-1); n < 0 {
		if d.last && n == -1 {
			if resp, err := d.HTTPClient.Do(r); err == nil {
				_ = resp.Body.Close()
			}
		}
		d.die()
		return nil, errors.New("the worker is dead")
	}
	return d.HTTPClient.Do(r)
}

// A worker that dies before any call to the services, or before it has the
// answer, loses nothing: the order, delivered again, is followed to the end.
func TestCrashAtAnyCall(t *testing.T) {
	for name, last := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) { crashAtAnyCall(t, last) })
	}
}

func crashAtAnyCall(t *testing.T, last bool) {
	s := newWorkshop(t, 7)
	for call := range 200 {
		name := id.Tenant(fmt.Sprintf("call-%d", call))
		s.merchant(t, name, s.url)
		order := library.NewCrawl(name, s.Clock.Now())
		ctx, die := context.WithCancel(t.Context())
		d := &dying{HTTPClient: s.AWS.HTTPClient, last: last, die: die}
		d.calls.Store(int64(call))
		err := s.worker(t, d).Read(ctx, order)
		died := d.calls.Load() < 0
		die()
		if !died {
			if call < 15 {
				t.Errorf("a crawl makes %d calls", call)
			}
			return
		}
		if err != nil && !fault.KindOf(err).Retryable() {
			t.Errorf("a worker that died at call %d says %v", call, err)
		}
		if err := s.worker(t, s.AWS.HTTPClient).Read(t.Context(), order); err != nil {
			t.Errorf("died at call %d: %v", call, err)
		}
		s.complete(t, name)
	}
	t.Error("no crawl came to its end")
}

// A worker that dies at any page goes on from its last checkpoint.
func TestCrashAtAnyPage(t *testing.T) {
	s := newWorkshop(t, 10)
	for page := range s.web.products + 4 {
		name := id.Tenant(fmt.Sprintf("page-%d", page))
		s.merchant(t, name, s.url)
		order := library.NewCrawl(name, s.Clock.Now())
		ctx, die := context.WithCancel(t.Context())
		var asked atomic.Int64
		s.web.interrupt(func() {
			if asked.Add(1) > int64(page) {
				die()
			}
		})
		if err := s.worker(t, s.AWS.HTTPClient).Read(ctx, order); err == nil || !fault.KindOf(err).Retryable() {
			t.Errorf("a worker that died at page %d says %v", page, err)
		}
		s.web.interrupt(nil)
		if err := s.worker(t, s.AWS.HTTPClient).Read(t.Context(), order); err != nil {
			t.Errorf("died at page %d: %v", page, err)
		}
		s.complete(t, name)
	}
}

// meddling does something before one of the calls to the services.
type meddling struct {
	aws.HTTPClient
	calls  atomic.Int64
	meddle func()
}

func (m *meddling) Do(r *http.Request) (*http.Response, error) {
	if m.calls.Add(-1) == -1 {
		m.meddle()
	}
	return m.HTTPClient.Do(r)
}

// A site that is forgotten before any call of a crawl under way to the services
// stays forgotten, even if that call stores something.
func TestForgettingAtAnyCall(t *testing.T) {
	claim.Proves(t, "C114")
	s := newWorkshop(t, 6)
	for call := range 200 {
		name := id.Tenant(fmt.Sprintf("call-%d", call))
		s.merchant(t, name, s.url)
		order := library.NewCrawl(name, s.Clock.Now())
		s.Advance(time.Second)
		m := &meddling{HTTPClient: s.AWS.HTTPClient, meddle: func() {
			if err := s.reader.Forget(context.WithoutCancel(t.Context()), name); err != nil {
				t.Error(err)
			}
		}}
		m.calls.Store(int64(call))
		err := s.worker(t, m).Read(t.Context(), order)
		if m.calls.Load() >= 0 {
			if call < 15 {
				t.Errorf("a crawl makes %d calls", call)
			}
			return
		}
		if err != nil { // the queue delivers the order again
			if !fault.KindOf(err).Retryable() {
				t.Errorf("forgotten at call %d: %v", call, err)
			}
			if err := s.worker(t, s.AWS.HTTPClient).Read(t.Context(), order); err != nil {
				t.Errorf("forgotten at call %d: %v", call, err)
			}
		}
		site, err := s.sites.Get(t.Context(), name)
		if err != nil || site.State != library.Forgotten {
			t.Errorf("forgotten at call %d: site %+v, %v", call, site, err)
		}
		account, err := s.tenants.Get(t.Context(), name)
		if err != nil || account.IndexVersion != "" || len(account.Suggestions) != 0 {
			t.Errorf("forgotten at call %d: the account names %q, %q, %v", call, account.IndexVersion, account.Suggestions, err)
		}
		if keys := s.left(t, name); len(keys) != 0 {
			t.Errorf("forgotten at call %d: the bucket holds %v", call, keys)
		}
	}
	t.Error("no crawl came to its end")
}
