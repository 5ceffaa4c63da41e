package library

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/knowledge/passage"
)

var at = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

// examples are pages as a crawl leaves them.
func examples() []Page {
	kettle := passage.Product{Name: "Kettle", SKU: "K-1", Price: "39.00", Currency: "GBP", Availability: "InStock", URL: "https://shop.example/kettle"}
	pages := []Page{
		{URL: "https://shop.example/", Title: "Shop", FetchedAt: at, Passages: passage.Split(
			passage.Source{URL: "https://shop.example/", Title: "Shop", Language: "en", CrawledAt: at}, "## Hours\n\nNine to five.\n\n## Wo?\n\nKöln, 日本.")},
		{URL: "https://shop.example/kettle", Title: "Kettle", FetchedAt: at.Add(-time.Hour), Validators: Validators{ETag: `"1"`, LastModified: "x", Hash: "y"},
			Passages: []passage.Passage{{ID: "k", URL: "https://shop.example/kettle", Path: []string{"Kettle"}, Text: "Price: 39.00 GBP", CrawledAt: at.Add(-time.Hour), Product: &kettle}}},
		{URL: "https://shop.example/busy", FetchedAt: at, Standing: Unreached},
	}
	for i := range pages {
		if len(pages[i].Passages) > 0 {
			pages[i].Hash = PageHash(pages[i].Passages)
		}
	}
	return pages
}

// read unpacks everything.
func read(blob []byte) (Edition, []Page, error) {
	var pages []Page
	e, err := unpack(blob, func(p Page) error {
		pages = append(pages, p)
		return nil
	})
	return e, pages, err
}

func TestPagesComeBackAsTheyWere(t *testing.T) {
	want := Edition{Run: "r", Site: "https://shop.example", Reading: "1", At: at, Pages: 3}
	blob, err := pack(want, slices.Values(examples()))
	if err != nil {
		t.Fatal(err)
	}
	e, pages, err := read(blob)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, e) + cmp.Diff(examples(), pages); diff != "" {
		t.Error(diff)
	}
	stop := errors.New("enough")
	if _, err := unpack(blob, func(Page) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the visitor's error became %v", err)
	}
}

func TestPageHashIsOfTheTexts(t *testing.T) {
	p := examples()[0].Passages
	first := PageHash(p)
	p[0].Path, p[0].CrawledAt = []string{"Other"}, at.Add(time.Hour)
	if PageHash(p) != first {
		t.Error("the hash depends on more than the texts")
	}
	p[0].Text += "."
	if PageHash(p) == first {
		t.Error("another text has the same hash")
	}
	if PageHash([]passage.Passage{{Text: "ab"}, {Text: "c"}}) == PageHash([]passage.Passage{{Text: "a"}, {Text: "bc"}}) {
		t.Error("the hash does not see where passages end")
	}
}

func TestChangesAreBoundedButCounted(t *testing.T) {
	var c Changes
	for i := range 2500 {
		p := Page{URL: fmt.Sprintf("https://shop.example/%d", i), Hash: "a"}
		q := Page{URL: p.URL, Hash: "b"}
		c.Note(nil, &p)
		c.Note(&p, &q)
		c.Note(&q, &q)
		c.Note(&q, nil)
	}
	if len(c.Added) != 1000 || len(c.Changed) != 1000 || len(c.Removed) != 1000 || c.AddedTotal != 2500 || c.ChangedTotal != 2500 || c.RemovedTotal != 2500 {
		t.Errorf("%d of %d added, %d of %d changed, %d of %d removed", len(c.Added), c.AddedTotal, len(c.Changed), c.ChangedTotal, len(c.Removed), c.RemovedTotal)
	}
}

// A page without end is an error, not memory without end.
func TestEndlessPagesAreRefused(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(`{"run":"r"}` + "\n" + `{"url":"` + strings.Repeat("x", maxPage))); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := read(b.Bytes()); !errors.Is(err, ErrDamaged) {
		t.Errorf("error %v", err)
	}
}

// Whatever lies in storage is refused, or reads as what packs to the same again.
func FuzzPages(f *testing.F) {
	f.Add([]byte(`{"run":"r"}` + "\n" + `{"url":"https://shop.example/","at":"2026-11-24T09:30:00Z","passages":[{"ID":"a","Text":"Nine to five.","Path":["Shop"]}]}`))
	f.Add([]byte(`{"run":"r","at":"0001-01-01T00:00:00+01:00"}` + "\n" + `{"standing":"same","passages":[{"Product":{"name":"x"}}]}`))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, plain []byte) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(plain); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		e, pages, err := read(b.Bytes())
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		again, err := pack(e, slices.Values(pages))
		if err != nil {
			return // a date that JSON cannot spell
		}
		e2, pages2, err := read(again)
		if err != nil || !cmp.Equal(e, e2) || !cmp.Equal(pages, pages2) {
			t.Fatalf("%v\n%s", err, cmp.Diff(pages, pages2))
		}
	})
}
