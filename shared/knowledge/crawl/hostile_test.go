package crawl

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Scenario 25: a page that comes by the byte, or not at all, is given up.
func TestSlowSite(t *testing.T) {
	c, address := site(t, map[string]http.HandlerFunc{
		"/": shows(`<a href="/drip">1</a><a href="/silent">2</a><a href="/good">3</a>`),
		"/drip": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<p>slow")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
		"/silent": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"/good":   shows("good"),
	})
	c.Limits.PageTime = 400 * time.Millisecond
	got, report := crawl(t, c, address)
	if diff := cmp.Diff([]string{"/", "/good"}, got); diff != "" {
		t.Error(diff)
	}
	for _, slow := range []string{"/drip", "/silent"} {
		if !slices.Contains(report.Skipped, Skip{address + slow, TimedOut}) {
			t.Errorf("%s is not given up: %v", slow, report.Skipped)
		}
	}
}

// Scenario 25: whatever a site sends, pages are cut, time is short, and memory
// stays small; what was good is kept.
func TestHostileSite(t *testing.T) {
	var sent atomic.Int64
	chunk := []byte(strings.Repeat("<p>An endless page about kettles. ", 1000))
	flood := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for range 10 << 30 / len(chunk) {
			n, err := w.Write(chunk)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
	var megabyte bytes.Buffer // of zeros, in a kilobyte
	z := gzip.NewWriter(&megabyte)
	z.Write(make([]byte, 1<<20))
	z.Close()
	bomb := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "gzip")
		for range 1 << 10 {
			if _, err := w.Write(megabyte.Bytes()); err != nil {
				return
			}
		}
	}
	var thousand strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&thousand, `<a href="/m/#-%d">link</a>`, i)
	}
	million := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for i := range 1000 {
			if _, err := fmt.Fprint(w, strings.ReplaceAll(thousand.String(), "#", strconv.Itoa(i))); err != nil {
				return
			}
		}
	}
	var next atomic.Int64
	endless := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<title>Page %[1]d</title>Page %[1]d of %[1]d and on to %[1]d", next.Add(1))
		for range 20 {
			fmt.Fprintf(w, `<a href="/m/%d">more</a>`, next.Add(1))
		}
	}
	c, address := site(t, map[string]http.HandlerFunc{
		"/":            shows(`<a href="/flood">1</a><a href="/flood?2">1</a><a href="/flood?3">1</a><a href="/flood?4">1</a><a href="/bomb">2</a><a href="/million">5</a><a href="/good">6</a><a href="/header">7</a><a href="/deep">8</a>`),
		"/flood":       flood,
		"/bomb":        bomb,
		"/million":     million,
		"/good":        shows("a good page"),
		"/deep":        shows(strings.Repeat("<div>", 500_000) + "deep"),
		"/sitemap.xml": flood,
		"/robots.txt":  func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(strings.Repeat("Disallow: /x\n", 1e6))) },
		"/header": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 1<<20))
			shows("?")(w, r)
		},
		"*": endless,
	})
	c.Limits.PageTime = time.Minute
	c.Limits.Pages = 300
	most := uint64(0)
	var pages []Page
	peak := func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapInuse+m.StackInuse)
	}
	c.Progress = func(Progress) { peak() }
	runtime.GC()
	report, err := c.Crawl(t.Context(), address, nil, func(p Page) error {
		peak()
		pages = append(pages, Page{URL: p.URL, Truncated: p.Truncated})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, p := range pages {
		got[strings.TrimPrefix(p.URL, address)] = p.Truncated
	}
	for _, cut := range []string{"/flood", "/million", "/bomb"} {
		if !got[cut] {
			t.Errorf("%s is not kept in part", cut)
		}
	}
	if _, ok := got["/good"]; !ok || len(pages) != 300 || !report.Full {
		t.Errorf("%d pages, full %v, the good one among them: %v", len(pages), report.Full, ok)
	}
	if n := sent.Load(); n > 128<<20 {
		t.Errorf("%d MB of an endless page were taken", n>>20)
	}
	t.Logf("at most %d MB of memory", most>>20)
	if most > 64<<20 {
		t.Errorf("%d MB of memory", most>>20)
	}
}
