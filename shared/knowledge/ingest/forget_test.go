package ingest_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"omniops/local/faults"
	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
)

// gone fails unless nothing at all is left of the merchant's site.
func (s *shelf) gone(t *testing.T, when string) {
	t.Helper()
	if keys := s.objects(t); len(keys) != 0 {
		t.Errorf("%s: the bucket holds %q", when, keys)
	}
	account, err := s.tenants.Get(t.Context(), "kettles")
	if err != nil || account.IndexVersion != "" || len(account.Suggestions) != 0 {
		t.Errorf("%s: account %+v, %v", when, account, err)
	}
	site, err := s.sites.Get(t.Context(), "kettles")
	if err != nil || site.State != library.Forgotten || site.URL != "" || site.Indexed+site.Passages+site.Index.Bytes != 0 || len(site.Examples) != 0 {
		t.Errorf("%s: site %+v, %v", when, site, err)
	}
}

func TestForgettingLeavesNothing(t *testing.T) {
	claim.Proves(t, "C114")
	shop := &site{text: map[string]string{"/": "Welcome.", "/faq": "## How long? 30 days."}}
	s := open(t, shop)
	first := s.read(t)
	shop.change(func() { shop.text["/faq"] = "You have 14 days." })
	if second := s.read(t); second.Index.Version == first.Index.Version {
		t.Fatal("the change changed nothing")
	}
	for _, key := range s.objects(t) { // read again, the old content is gone
		if key == object.KeyOf("kettles", "index", first.Index.Version) {
			t.Errorf("the old index is still there: %s", key)
		}
	}
	if keys := s.objects(t); len(keys) != 4 {
		t.Fatalf("the bucket holds %q", keys)
	}

	s.Advance(time.Minute)
	ordered := library.NewCrawl("kettles", s.Clock.Now())
	for range 2 {
		if err := s.reader.Forget(t.Context(), "kettles"); err != nil {
			t.Fatal(err)
		}
		s.gone(t, "forgotten")
	}
	if due, err := s.sites.Due(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("due are %v, %v", due, err)
	}
	s.Advance(24 * time.Hour)
	if due, err := s.sites.Due(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("a day later due are %v, %v", due, err)
	}
	// Orders given before bring nothing back, whatever they look like.
	for _, order := range []library.Crawl{ordered, {Tenant: "kettles", Run: ordered.Run, Leg: 3}, {Tenant: "kettles"}} {
		if err := s.reader.Read(t.Context(), order); err != nil {
			t.Error(err)
		}
		s.gone(t, fmt.Sprintf("after %+v", order))
	}
	// One given later does.
	if site := s.read(t); site.State != library.Ready || site.Unchanged != 0 {
		t.Errorf("ordered anew: %+v", site)
	}
}

// The merchant may forget the site at any moment of a crawl.
func TestForgettingEndsACrawlUnderWay(t *testing.T) {
	claim.Proves(t, "C114")
	shop := &site{text: map[string]string{"/": "Welcome."}}
	for i := range 20 {
		shop.text[fmt.Sprintf("/p%d", i)] = fmt.Sprintf("Page %d is about kettles.", i)
	}
	s := open(t, shop)
	s.read(t)
	var once sync.Once
	shop.change(func() {
		shop.hook = func(path string) {
			if path == "/p7" {
				once.Do(func() {
					if err := s.reader.Forget(t.Context(), "kettles"); err != nil {
						t.Error(err)
					}
				})
			}
		}
	})
	s.Advance(time.Minute)
	if err := s.reader.Read(t.Context(), library.NewCrawl("kettles", s.Clock.Now())); err != nil {
		t.Errorf("a crawl that is not wanted any more is no failure: %v", err)
	}
	s.gone(t, "after the crawl")
}

// A crash between putting an index to use and removing the old one leaves it
// behind; the next crawl removes it.
func TestOldIndexesDoNotPileUp(t *testing.T) {
	shop := &site{text: map[string]string{"/": "Welcome."}}
	s := open(t, shop)
	s.read(t)
	for day := range 3 {
		shop.change(func() { shop.text["/"] = fmt.Sprintf("Welcome on day %d.", day) })
		if err := s.Faults.Replace(faults.Rule{Service: "s3", Operation: "DeleteObject", Kind: faults.Error}); err != nil {
			t.Fatal(err)
		}
		s.Advance(time.Minute)
		if err := s.reader.Read(t.Context(), library.NewCrawl("kettles", s.Clock.Now())); err != nil {
			if fault.KindOf(err) != fault.Unavailable {
				t.Fatal(err)
			}
		}
		s.Faults.Clear()
	}
	if keys := s.objects(t); len(keys) < 5 {
		t.Fatalf("nothing was left behind: %q", keys)
	}
	shop.change(func() { shop.text["/"] = "Welcome at last." })
	s.read(t)
	if keys := s.objects(t); len(keys) != 4 {
		t.Errorf("the bucket holds %q", keys)
	}
}

// A crawl that a later order replaced does not publish.
func TestALaterOrderWins(t *testing.T) {
	shop := &site{text: map[string]string{"/": "Welcome."}}
	s := open(t, shop)
	s.Advance(time.Minute)
	old := library.NewCrawl("kettles", s.Clock.Now())
	last := s.read(t)
	if err := s.reader.Read(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if site, err := s.sites.Get(t.Context(), "kettles"); err != nil || site.Run != last.Run || !site.EndedAt.Equal(last.EndedAt) {
		t.Errorf("the old order changed the site to %+v, %v", site, err)
	}
	// The same order again, once it is done, asks the site for nothing.
	shop.change(func() { shop.hook = func(path string) { t.Errorf("asked for %s", path) } })
	if err := s.reader.Read(t.Context(), library.Crawl{Tenant: "kettles", Run: last.Run}); err != nil {
		t.Error(err)
	}
}

func TestOrdersOfNobodyAreRefused(t *testing.T) {
	s := newShelf(t)
	for _, order := range []library.Crawl{{}, {Tenant: "a#b"}, {Tenant: "kettles", Run: "../x"}, {Tenant: "kettles", Leg: -1}} {
		if err := s.reader.Read(t.Context(), order); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", order, err)
		}
	}
}
