package ingest_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"omniops/shared/knowledge/ingest"
	"omniops/shared/knowledge/library"
	"omniops/shared/llm"
)

// hostileSite serves a large site of which every 250th page is made to
// exhaust its reader: with words that occur nowhere else, headings, elements
// without end, or a megabyte of nothing in a kilobyte.
type hostileSite struct {
	largeSite
	bomb []byte
}

func newHostileSite(pages int) *hostileSite {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprint(z, "<title>Bomb</title><p>It boils. ", strings.Repeat(" ", 8<<20))
	z.Close()
	return &hostileSite{largeSite: largeSite{pages: pages, served: map[string]int{}}, bomb: b.Bytes()}
}

// ServeHTTP answers with a page.
func (s *hostileSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var n int
	if _, err := fmt.Sscanf(r.URL.Path, "/kettle/%d", &n); err != nil || n%250 != 0 {
		s.largeSite.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<title>Page %d</title>", n)
	switch n / 250 % 5 {
	case 0, 1:
		for i := range 1 << 19 {
			if _, err := fmt.Fprintf(w, "w%xq%x ", n, i*i); err != nil {
				return
			}
			if i%20 == 19 {
				fmt.Fprint(w, ". <p>")
			}
		}
	case 2:
		for i := range 1 << 16 {
			if _, err := fmt.Fprintf(w, "<h2>%d and %d</h2>", n, i); err != nil {
				return
			}
		}
	case 3:
		for range 1 << 12 {
			if _, err := fmt.Fprint(w, strings.Repeat("<div>deep ", 100)); err != nil {
				return
			}
		}
	case 4:
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(s.bomb)
	}
}

// Scenario 25, and what a site of 5,000 pages may take: the memory of a crawl
// stays within its function's, with vectors, and whatever pages hold.
func TestMemoryOfLargeSites(t *testing.T) {
	const pages = 5000
	cases := map[string]struct {
		site http.Handler
		full bool
	}{
		"vectors":                   {&largeSite{pages: pages, served: map[string]int{}}, false},
		"vectors and hostile pages": {newHostileSite(pages), true},
	}
	defer ingest.LimitMemory()()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.site)
			defer server.Close()
			s := newShelfIn(t, t.TempDir(), strings.TrimPrefix(server.URL, "http://"))
			s.merchant(t, "kettles", server.URL)
			s.reader.Limits.Rate = 1e6
			e := &embedder{}
			s.reader.Models, s.reader.EmbedModel = llm.NewRouter(s.Clock.Now).WithEmbedders(e), e.Model()
			rounds := []string{"first", "again"}
			if c.full {
				rounds = rounds[:1]
			}
			for _, round := range rounds {
				heap := peak()
				site := s.read(t)
				most := float64(heap()) / 1e6
				t.Logf("%s: %d passages, %d terms, index of %.1f MB, %.1f MB of heap at most", round, site.Index.Passages, site.Index.Terms, float64(site.Index.Bytes)/1e6, most)
				if site.State != library.Ready || !site.Meaning || site.Full != c.full || site.Index.Pages < pages {
					t.Errorf("%s: %+v", round, site)
				}
				if most > mostHeap {
					t.Errorf("%s: %.1f MB of heap, more than %d", round, most, mostHeap)
				}
			}
			for _, n := range []int{1, 1234, pages - 1} {
				hits := s.search(t, "kettles", fmt.Sprintf("KT%dX1", n))
				if len(hits) == 0 || !strings.HasSuffix(hits[0].Passage.URL, fmt.Sprintf("/kettle/%d", n)) {
					t.Errorf("kettle %d is not found", n)
				}
			}
		})
	}
}
