package support

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/page"
	"omniops/shared/knowledge/passage"
	"omniops/shared/knowledge/wording"
	"omniops/web/storefront"
)

// shopPassages reads the demo shop.
func shopPassages(t *testing.T) []passage.Passage {
	t.Helper()
	shop := httptest.NewServer(storefront.Handler("http://127.0.0.1:1"))
	defer shop.Close()
	get := func(address string) []byte {
		resp, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	var sitemap struct {
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal(get(shop.URL+"/sitemap.xml"), &sitemap); err != nil {
		t.Fatal(err)
	}
	var all []passage.Passage
	for _, u := range sitemap.URLs {
		content, err := page.Extract(u.Loc, get(u.Loc))
		if err != nil {
			t.Fatal(u.Loc, err)
		}
		all = append(all, content.Passages(time.Time{})...)
	}
	if len(all) < 100 {
		t.Fatalf("%d passages", len(all))
	}
	return all
}

// What a page says about itself is supported by it: every sentence of the demo
// shop that cites its own passage is shown and keeps its citation.
func TestPagesSupportThemselves(t *testing.T) {
	sentences, lost := 0, 0
	for _, p := range shopPassages(t) {
		for _, s := range wording.Sentences(prose(p.Text)) {
			if len(words(s)) < 3 || len(figureless(s)) == 0 {
				continue
			}
			sentences++
			s = strings.TrimRight(s, " .!?;:,") + " [1]."
			got, r := answered(t, "en", "", s, index.Hit{Passage: p})
			if r.withheld || len(r.cited) != 1 {
				lost++
				t.Errorf("%q of %s became %q", s, p.URL, got)
			}
		}
	}
	if sentences < 400 {
		t.Errorf("only %d sentences were looked at", sentences)
	}
	t.Logf("%d sentences, %d lost", sentences, lost)
}

// figureless gives the informative words of a sentence.
func figureless(s string) map[string]bool { return wording.Stems(s, "en") }
