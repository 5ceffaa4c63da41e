package crawl

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func read(source []byte) (pages, children []string) {
	readSitemap(bytes.NewReader(source),
		func(s string) bool { pages = append(pages, s); return len(pages) < 1000 },
		func(s string) bool { children = append(children, s); return len(children) < 1000 })
	return pages, children
}

func TestSitemap(t *testing.T) {
	cases := []struct {
		name, source    string
		pages, children []string
	}{
		{"urls", `<urlset><url><loc>https://a.example/1</loc><lastmod>2026</lastmod></url><url><loc> https://a.example/2?x=1&amp;y=2 </loc></url></urlset>`,
			[]string{"https://a.example/1", "https://a.example/2?x=1&y=2"}, nil},
		{"index", `<?xml version="1.0" encoding="UTF-8"?><sitemapindex><sitemap><loc>https://a.example/s1.xml</loc></sitemap></sitemapindex>`,
			nil, []string{"https://a.example/s1.xml"}},
		{"cut off", `<urlset><url><loc>https://a.example/1</loc></url><url><loc>https://a.exa`, []string{"https://a.example/1"}, nil},
		{"list", "https://a.example/1\nhttps://a.example/2\r\nrubbish\n", []string{"https://a.example/1", "https://a.example/2"}, nil},
		{"images are no pages", `<urlset xmlns:image="i"><url><image:image><image:loc>https://a.example/i.png</image:loc></image:image><loc>https://a.example/1</loc></url></urlset>`,
			[]string{"https://a.example/1"}, nil},
		{"entities do not expand", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>`, []string{"&b;"}, nil},
		{"HTML", `<!doctype html><html><body>Not here</body></html>`, nil, nil},
		{"nothing", ``, nil, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			pages, children := read([]byte(c.source))
			if diff := cmp.Diff([][]string{c.pages, c.children}, [][]string{pages, children}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzSitemap(f *testing.F) {
	f.Add([]byte(`<urlset><url><loc>https://a.example/1</loc></url></urlset>`))
	f.Add([]byte("\x1f\x8b\x08\x00"))
	f.Add([]byte(strings.Repeat("<url>", 100)))
	f.Fuzz(func(t *testing.T, source []byte) {
		pages, children := read(source)
		for _, s := range append(pages, children...) {
			if s == "" || len(s) > maxURL && !bytes.Contains(source, []byte("http")) {
				t.Errorf("address %q", s)
			}
		}
	})
}
