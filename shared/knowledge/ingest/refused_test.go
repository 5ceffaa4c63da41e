package ingest_test

import (
	"strings"
	"testing"

	"omniops/shared/knowledge/library"
)

// An address that is not public ends as a refused crawl, which the merchant sees,
// and is no failure of ours: nothing is left to be tried again or looked at.
func TestAnAddressThatIsNotPublicIsRefused(t *testing.T) {
	s := newShelfIn(t, t.TempDir())
	s.merchant(t, "kettles", "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next")
	if err := s.reader.Read(t.Context(), library.NewCrawl("kettles", s.Clock.Now())); err != nil {
		t.Errorf("the worker is given %v", err)
	}
	site, err := s.sites.Get(t.Context(), "kettles")
	if err != nil || site.State != library.Failed || !strings.Contains(site.Reason, "not on the public internet") || site.EndedAt.IsZero() {
		t.Errorf("the merchant sees %+v, %v", site, err)
	}
}
