package ingest

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/knowledge/library"
	"omniops/shared/knowledge/passage"
)

func TestWaterline(t *testing.T) {
	for name, c := range map[string]struct {
		costs []int
		most  int
		want  int
	}{
		"all fit":         {[]int{1, 2, 3}, 6, math.MaxInt},
		"the longest cut": {[]int{100, 2, 3}, 15, 10},
		"two cut alike":   {[]int{100, 2, 90}, 22, 10},
		"none fits":       {[]int{100, 100}, 20, 10},
		"nothing":         {nil, 5, math.MaxInt},
	} {
		if got := waterline(c.costs, c.most); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// What fits stays as it is; of a site that does not, long pages lose their end
// and keep the records of what they sell.
func TestFit(t *testing.T) {
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	page := func(url string, n int) library.Page {
		p := library.Page{URL: url, FetchedAt: at}
		for i := range n {
			p.Passages = append(p.Passages, passage.Passage{ID: fmt.Sprint(url, i), Path: []string{"Page"}, Text: fmt.Sprintf("text %d", i)})
		}
		p.Passages = append(p.Passages, passage.Passage{ID: url + "r", Text: "record", Product: &passage.Product{Name: url, URL: url}})
		p.Date(at)
		return p
	}
	pages := []library.Page{page("https://shop.example/a", 2), page("https://shop.example/b", 400), page("https://shop.example/c", 3)}
	var b bundler
	bundled := func() (all bundles) {
		for _, p := range pages {
			p.Passages = append([]passage.Passage(nil), p.Passages...)
			one, err := b.bundle(p)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, one)
		}
		return all
	}
	read := func(all bundles) (got []library.Page) {
		all.pages(func(p library.Page) bool { got = append(got, p); return true })
		return got
	}
	all := bundled()
	if cut, err := all.fit(1<<30, &b); cut || err != nil {
		t.Errorf("cut %v, %v", cut, err)
	}
	if diff := cmp.Diff(pages, read(all)); diff != "" {
		t.Error(diff)
	}
	all = bundled()
	if cut, err := all.fit(40_000, &b); !cut || err != nil {
		t.Errorf("cut %v, %v", cut, err)
	}
	got := read(all)
	if diff := cmp.Diff([]library.Page{pages[0], pages[2]}, []library.Page{got[0], got[2]}); diff != "" {
		t.Error(diff)
	}
	long := got[1].Passages
	if n := len(long); n < 10 || n > 60 || long[n-1].Product == nil || long[0].Text != "text 0" {
		t.Errorf("%d passages are left", n)
	}
}
