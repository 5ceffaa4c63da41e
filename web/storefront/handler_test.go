package storefront

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

const chat = "http://127.0.0.1:3000"

func fetch(t *testing.T, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", "http://shop.test"+path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	shop().ServeHTTP(w, r)
	return w.Result()
}

// shop is the handler that the tests share.
var shop = sync.OnceValue(func() http.Handler { return Handler(chat + "/") })

func body(t *testing.T, path string) string {
	t.Helper()
	res := fetch(t, path)
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d, %v", path, res.StatusCode, err)
	}
	return string(raw)
}

func TestPages(t *testing.T) {
	list := paths()
	if len(list) < 30 {
		t.Errorf("%d pages, want 30 or more", len(list))
	}
	titles := map[string]string{}
	inline := regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+="|<style|javascript:`)
	for _, path := range list {
		t.Run(path, func(t *testing.T) {
			html := body(t, path)
			if bad := inline.FindString(html); bad != "" {
				t.Errorf("inline code or style: %q", bad)
			}
			doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
			if err != nil {
				t.Fatal(err)
			}
			for selector, want := range map[string]int{"h1": 1, "main": 1, "title": 1, "header nav": 1, "footer": 1, `meta[name="description"][content]`: 1, "html[lang=en-GB]": 1} {
				if n := doc.Find(selector).Length(); n != want {
					t.Errorf("%d of %s, want %d", n, selector, want)
				}
			}
			if scripts := doc.Find("script[src]"); scripts.Length() != 1 || scripts.AttrOr("src", "") != chat+"/widget/omniops-page.js" {
				t.Errorf("the chat comes from %q", scripts.AttrOr("src", ""))
			}
			if canonical, _ := doc.Find(`link[rel="canonical"]`).Attr("href"); canonical != "http://shop.test"+path {
				t.Errorf("canonical is %q", canonical)
			}
			title := doc.Find("title").Text()
			if other, taken := titles[title]; taken {
				t.Errorf("the title %q is also that of %s", title, other)
			}
			titles[title] = path
			level := 0
			doc.Find("h1,h2,h3").Each(func(_ int, h *goquery.Selection) {
				n := int(goquery.NodeName(h)[1] - '0')
				if n > level+1 {
					t.Errorf("heading %q skips a level", h.Text())
				}
				level = n
			})
			doc.Find("img").Each(func(_ int, img *goquery.Selection) {
				if _, found := img.Attr("alt"); !found {
					t.Error("a picture without alt")
				}
			})
			doc.Find("[href], img[src]").Each(func(_ int, e *goquery.Selection) {
				target := e.AttrOr("href", e.AttrOr("src", ""))
				if !strings.HasPrefix(target, "/") {
					return
				}
				if res := fetch(t, target); res.StatusCode != http.StatusOK {
					t.Errorf("%s leads to %d", target, res.StatusCode)
				}
			})
		})
	}
}

func TestProductsAreStructured(t *testing.T) {
	skus := map[string]bool{}
	for _, p := range products {
		t.Run(p.Slug, func(t *testing.T) {
			if skus[p.SKU] {
				t.Errorf("the article number %s is taken", p.SKU)
			}
			skus[p.SKU] = true
			doc, err := goquery.NewDocumentFromReader(strings.NewReader(body(t, "/products/"+p.Slug)))
			if err != nil {
				t.Fatal(err)
			}
			var data struct {
				Type   string `json:"@type"`
				SKU    string
				Offers struct{ Price, PriceCurrency, Availability string }
			}
			if err := json.Unmarshal([]byte(doc.Find(`script[type="application/ld+json"]`).Text()), &data); err != nil {
				t.Fatal(err)
			}
			stock := map[bool]string{true: "OutOfStock", false: "InStock"}[p.Stock == 0]
			if p.Stock > 0 && p.Stock < 10 {
				stock = "LimitedAvailability"
			}
			want := fmt.Sprintf("Product %s %s GBP https://schema.org/%s", p.SKU, p.Decimal(), stock)
			if got := strings.Join([]string{data.Type, data.SKU, data.Offers.Price, data.Offers.PriceCurrency, data.Offers.Availability}, " "); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if !strings.Contains(doc.Find(".price").First().Text(), p.Price()) {
				t.Error("the price on the page is another one")
			}
			picture := body(t, "/img/"+p.Slug+".svg")
			if err := xml.Unmarshal([]byte(picture), new(struct{})); err != nil || strings.Contains(picture, "href") || strings.Contains(picture, "<no value>") {
				t.Errorf("not a clean picture: %v", err)
			}
		})
	}
}

func TestPagesAgree(t *testing.T) {
	for _, c := range []struct{ path, says string }{
		{"/returns", "within 30 days of delivery"},
		{"/faq", "30 days from delivery if you have opened it, 60 days if you have not"},
		{"/terms", "30 days, and 60 days for what is unopened"},
		{"/delivery", "It is free on orders over £50"},
		{"/faq", "£3.95 in the United Kingdom, free over £50"},
		{"/warranty", "re-tinning £38"},
		{"/products/moor-copper-kettle", "Re-tinning service for £38"},
		{"/gift-cards", "24 months from the day of purchase"},
		{"/faq", "24 months from the day it was bought"},
		{"/guides/capacity", "1.7 litres"},
		{"/stores", "14 Green Street, Bath BA1 2JY"},
	} {
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(body(t, c.path)))
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(strings.Fields(doc.Find("main").Text()), " "); !strings.Contains(text, c.says) {
			t.Errorf("%s does not say %q", c.path, c.says)
		}
	}
}

func TestPolicyLetsInTheChatOnly(t *testing.T) {
	policy := fetch(t, "/").Header.Get("Content-Security-Policy")
	directives := strings.Split(policy, "; ")
	slices.Sort(directives)
	want := []string{"base-uri 'none'", "connect-src " + chat, "default-src 'none'", "form-action 'none'", "frame-ancestors 'none'", "img-src 'self'", "script-src " + chat, "style-src 'self'"}
	if !slices.Equal(directives, want) {
		t.Errorf("got %q, want %q", directives, want)
	}
}

func TestConditionalRequests(t *testing.T) {
	for _, path := range []string{"/", "/returns", "/shop.css", "/img/tide-mug.svg", "/sitemap.xml"} {
		first := fetch(t, path)
		tag, changed := first.Header.Get("ETag"), first.Header.Get("Last-Modified")
		if tag == "" || changed == "" {
			t.Errorf("%s: ETag %q, Last-Modified %q", path, tag, changed)
		}
		for name, value := range map[string]string{"If-None-Match": tag, "If-Modified-Since": changed} {
			r := httptest.NewRequest("GET", "http://shop.test"+path, nil)
			r.Header.Set(name, value)
			w := httptest.NewRecorder()
			Handler(chat).ServeHTTP(w, r) // a new one, as after a restart
			if w.Code != http.StatusNotModified {
				t.Errorf("%s with %s %s: %d", path, name, value, w.Code)
			}
		}
	}
}

func TestCrawlersFindEverything(t *testing.T) {
	if robots := body(t, "/robots.txt"); robots != "User-agent: *\nAllow: /\nSitemap: http://shop.test/sitemap.xml\n" {
		t.Errorf("robots.txt is %q", robots)
	}
	var set struct {
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal([]byte(body(t, "/sitemap.xml")), &set); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range set.URLs {
		parsed, err := url.Parse(u.Loc)
		if err != nil || parsed.Host != "shop.test" {
			t.Errorf("%s: %v", u.Loc, err)
			continue
		}
		got = append(got, parsed.Path)
	}
	if !slices.Equal(got, paths()) {
		t.Errorf("the sitemap lists %q", got)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/nothing", 404},
		{"GET", "/products/nothing", 404},
		{"GET", "/img/nothing.svg", 404},
		{"GET", "/templates/home.html", 404},
		{"GET", "/returns/", 301},
		{"POST", "/returns", 405},
	} {
		w := httptest.NewRecorder()
		Handler(chat).ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.status)
		}
	}
}
