package crawl

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A crawl can be taken up at any of its checkpoints: what was visited before is
// not visited again, and everything else is.
func TestCheckpoints(t *testing.T) {
	pages := map[string]http.HandlerFunc{"/old": redirect("/p/3"), "/broken": status(500)}
	links := `<a href="/old">o</a><a href="/broken">b</a><a href="/x.pdf">x</a>`
	for i := range 30 {
		path := fmt.Sprintf("/p/%d", i)
		links += fmt.Sprintf(`<a href="%s">x</a>`, path)
		pages[path] = shows(path)
	}
	pages["/"] = shows(links)
	pages["/p/7"] = shows(`<link rel=canonical href="/p/8">`)
	c, address := site(t, pages)
	type point struct {
		visited []string
		state   []byte
	}
	var points []point
	var visited []string
	visit := func(p Page) error {
		visited = append(visited, strings.TrimPrefix(p.URL, address))
		return nil
	}
	c.Limits.Checkpoint = 1
	c.Checkpoint = func(f *Frontier) error {
		state, err := json.Marshal(f)
		points = append(points, point{append([]string(nil), visited...), state})
		return err
	}
	if _, err := c.Crawl(t.Context(), address, nil, visit); err != nil {
		t.Fatal(err)
	}
	if len(points) < 33 {
		t.Fatalf("%d checkpoints", len(points))
	}
	c.Checkpoint = nil
	for _, p := range points {
		f := new(Frontier)
		if err := json.Unmarshal(p.state, f); err != nil {
			t.Fatal(err)
		}
		visited = p.visited
		report, err := c.Resume(t.Context(), f, nil, visit)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for _, path := range visited {
			seen[path]++
		}
		for path, n := range seen {
			if n != 1 {
				t.Errorf("from page %d on: %s visited %d times", len(p.visited), path, n)
			}
		}
		if len(seen) != 30 || report.Indexed != 30 || report.Found != 34 {
			t.Errorf("from page %d on: %d pages, report %+v", len(p.visited), len(seen), report.Counts)
		}
	}

	refused := errors.New("cannot be stored")
	c.Checkpoint = func(*Frontier) error { return refused }
	if report, err := c.Crawl(t.Context(), address, nil, keep(nil)); !errors.Is(err, refused) || report.Frontier == nil {
		t.Errorf("a checkpoint that fails: %v", err)
	}
}

// What is stored of a crawl reads back the same.
func TestFrontierIsStoredWhole(t *testing.T) {
	f := newFrontier("https://shop.example/")
	for i := range 50 {
		f.add(Entry{URL: fmt.Sprintf("https://shop.example/%d", i), Hops: i % 3}, i%ranks, 1000)
		f.Done.add(fmt.Sprintf("https://shop.example/done/%d", i))
	}
	f.wait(Entry{URL: "https://shop.example/a", Canonical: "https://shop.example/b"})
	f.Variants[7], f.Full, f.Counts.Bytes = 3, true, 1<<40
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	back := new(Frontier)
	if err := json.Unmarshal(text, back); err != nil {
		t.Fatal(err)
	}
	if err := back.check(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, back, cmp.AllowUnexported(Frontier{})); diff != "" {
		t.Error(diff)
	}
}

// Addresses beyond any measure do not fill the memory: not those that wait, nor
// those that were seen.
func TestEndlessAddresses(t *testing.T) {
	seed, err := url.Parse("https://shop.example/")
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w := &crawling{
		Crawler: &Crawler{Limits: Limits{}.withDefaults()}, frontier: newFrontier(seed.String()), scope: newScope(seed),
		report: Report{Reasons: map[Reason]int{}}, underWay: map[string]Entry{},
	}
	long := strings.Repeat("x", 1800)
	for i := range 350_000 {
		path := fmt.Sprintf("/cart/%d", i)
		if i < 30_000 && i%3 == 0 {
			path = fmt.Sprintf("/%d-%s", i, long)
		}
		w.found(seed.ResolveReference(&url.URL{Path: path, RawQuery: "a=1"}), false)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if f := w.frontier; !f.Full || f.bytes > maxWaiting || len(f.Seen) > 40*w.Limits.Pages+10_000 || len(f.Variants) > len(f.Seen) {
		t.Errorf("full %v, %d bytes wait, %d were seen", f.Full, f.bytes, len(f.Seen))
	}
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 32<<20 {
		t.Errorf("%d MB are held", held>>20)
	}
	for {
		if _, ok := w.frontier.take(); !ok {
			break
		}
	}
	if w.frontier.bytes != 0 {
		t.Errorf("%d bytes wait when nothing does", w.frontier.bytes)
	}
}

// FuzzOutline states that any bytes give addresses that are on the web and in
// their one spelling.
func FuzzOutline(f *testing.F) {
	f.Add([]byte(`<base href="/a/"><a href="b?utm_source=x">x</a><link rel=canonical href="//c"><meta http-equiv=refresh content="0;url=/d"><input type=password>`))
	f.Add([]byte("<a href=\"\x00\xff\"><meta name=robots content=none><title>\xff</title>"))
	page := &url.URL{Scheme: "https", Host: "shop.example", Path: "/"}
	f.Fuzz(func(t *testing.T, source []byte) {
		o := readOutline(page, source, "OmniOps")
		if len(o.links) > maxLinks || len(o.words) > maxWords {
			t.Errorf("%d links, %d words", len(o.links), len(o.words))
		}
		for _, u := range o.links {
			if checkURL(u) != nil || normalise(u).String() != u.String() {
				t.Errorf("link %s", u)
			}
		}
	})
}
