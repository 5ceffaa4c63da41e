package knowledge_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/page"
	"omniops/shared/knowledge/passage"
)

var crawled = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// kettleShop serves the pages under testdata/kettle as a shop would.
func kettleShop(t *testing.T) *httptest.Server {
	t.Helper()
	files := map[string]string{
		"/": "index.html", "/pages/returns": "returns.html", "/pages/shipping": "shipping.html", "/pages/faq": "faq.html",
		"/products/glass-kettle": "glass-kettle.html", "/products/whistling-kettle": "whistling-kettle.html",
		"/collections/kettles/products/whistling-kettle": "whistling-kettle.html",
		"/collections/kettles":                           "kettles.html", "/policies/warranty": "warranty.html", "/pages/contact": "contact.html",
		"/de/rueckgabe": "de-rueckgabe.html", "/fr/livraison": "fr-livraison.html",
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := files[r.URL.Path]
		if r.URL.Path == "/robots.txt" {
			name, ok = "robots.txt", true
		}
		if !ok {
			http.NotFound(w, r)
			return
		}
		body, err := os.ReadFile(path.Join("testdata/kettle", name))
		if err != nil {
			t.Error(err)
		}
		etag := `"` + name + `"`
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		if strings.HasSuffix(name, ".html") {
			w.Header().Set("Content-Type", "text/html")
		}
		w.Write(body)
	}))
	t.Cleanup(server.Close)
	return server
}

// learn crawls a site and builds its index.
func learn(t *testing.T, server *httptest.Server) (*index.Index, []passage.Passage, crawl.Report) {
	t.Helper()
	c := crawl.Crawler{
		Client:    crawl.NewClient([]string{server.Listener.Addr().String()}, nil),
		Now:       func() time.Time { return crawled },
		UserAgent: "OmniOps/1.0",
		Limits:    crawl.Limits{Rate: 1e6},
	}
	var all []passage.Passage
	report, err := c.Crawl(t.Context(), server.URL, nil, func(p crawl.Page) error {
		content, err := page.Extract(p.URL, p.HTML)
		if err != nil {
			return err
		}
		all = append(all, content.Passages(p.FetchedAt)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b passage.Passage) int { return strings.Compare(a.URL+a.ID, b.URL+b.ID) })
	blob, err := index.Build(t.Context(), all, index.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index.Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	return ix, all, report
}

func TestShopIsCrawledIndexedAndFound(t *testing.T) {
	claim.Proves(t, "C040")
	server := kettleShop(t)
	_, all, report := learn(t, server)
	if report.Indexed != 11 {
		t.Errorf("%d pages indexed, want 11; skipped: %v", report.Indexed, report.Skipped)
	}
	for _, want := range []crawl.Skip{
		{URL: server.URL + "/internal/stock", Reason: crawl.Disallowed},
		{URL: server.URL + "/manual.pdf", Reason: crawl.NotHTML},
		{URL: server.URL + "/cart", Reason: crawl.NotContent},
		{URL: server.URL + "/collections/kettles/products/whistling-kettle", Reason: crawl.Duplicate},
	} {
		if !slices.Contains(report.Skipped, want) {
			t.Errorf("%v is not among the skipped: %v", want, report.Skipped)
		}
	}
	for _, p := range all {
		if p.URL == "" || !p.CrawledAt.Equal(crawled) || len(p.Hash()) != 32 || p.Language != languageOf(p.URL) {
			t.Errorf("a passage without its receipt: %+v", p)
		}
		for _, hidden := range []string{"gnore", "Hidden", "Invisible", "free.", "not text", "cookies", "Bob"} {
			if strings.Contains(p.Title()+p.Text, hidden) {
				t.Errorf("%s has what no visitor reads or the shop did not write: %q", p.URL, p.Text)
			}
		}
	}
}

// languageOf is the language a page of the kettle shop is written in, whatever
// its theme says.
func languageOf(address string) string {
	for _, l := range []string{"de", "fr"} {
		if strings.Contains(address, "/"+l+"/") {
			return l
		}
	}
	return "en"
}

// questions are what shoppers ask of the kettle shop, and what the page says
// that answers them.
var questions = []struct{ language, question, path, says string }{
	{"en", "How long do I have to return a kettle?", "/pages/returns", "30 days"},
	{"en", "how many days do i have to send it back", "/pages/returns", ""},
	{"en", "When do I get my money back? refund", "/pages/returns", "5 working days"},
	{"en", "how do i start a return", "/pages/returns", "prepaid label"},
	{"en", "What does delivery to Germany cost?", "/pages/shipping", "14.00"},
	{"en", "Do you ship to Ireland and how long does it take", "/pages/shipping", "4 to 6"},
	{"en", "can i track my parcel", "/pages/shipping", "tracking link"},
	{"en", "next day delivery?", "/pages/shipping", "express"},
	{"en", "Does the whistling kettle work on induction?", "", "induction"},
	{"en", "how to descale", "/pages/faq", "vinegar"},
	{"en", "gift wrap", "/pages/faq", "£4"},
	{"en", "can I pay with paypal", "/pages/faq", "PayPal"},
	{"en", "change my order", "/pages/faq", "packed"},
	{"en", "Where is your shop? Can I visit?", "/pages/faq", "Kelham"},
	{"en", "how much is the GK-1700", "/products/glass-kettle", "49"},
	{"en", "gk1700 price", "/products/glass-kettle", "49"},
	{"en", "Is the WK 20 in stock?", "/products/whistling-kettle", "out of stock"},
	{"en", "how many litres does the glass kettle hold", "/products/glass-kettle", "1.7"},
	{"en", "is it dishwasher safe", "/products/whistling-kettle", "dishwasher"},
	{"en", "waranty on electric kettles", "/policies/warranty", "five-year"},
	{"en", "guarantee for stovetop kettles", "/policies/warranty", "ten-year"},
	{"en", "how do I claim on the warranty", "/policies/warranty", "photo"},
	{"en", "what is your phone number, can I call", "/pages/contact", "0114"},
	{"en", "descale ketle", "/pages/faq", "vinegar"},
	{"en", "power of the glass kettle in watts 2200", "/products/glass-kettle", "2200"},
	{"de", "Wie lange kann ich etwas zurückgeben?", "/de/rueckgabe", "30 Tagen"},
	{"de", "Was kostet der Versand nach Österreich?", "/de/rueckgabe", "14 Euro"},
	{"de", "wasserkocher entkalken", "/de/rueckgabe", "Essig"},
	{"de", "ruckgabefrist", "/de/rueckgabe", "30 Tagen"},
	{"fr", "Combien coûte la livraison ?", "/fr/livraison", "14 euros"},
	{"fr", "Comment détartrer la bouilloire ?", "/fr/livraison", "vinaigre"},
	{"fr", "je voudrais renvoyer un article", "/fr/livraison", "30 jours"},
}

// unanswerable are questions the kettle shop's pages say nothing about.
var unanswerable = []string{
	"Do you sell bicycles?", "What is the capital of Peru?", "Can I adopt a penguin?", "Is your chocolate vegan?",
	"Do you have student discounts?", "Who won the football yesterday?", "Can you recommend a laptop for gaming?",
	"Are there jobs in marketing?", "Do you buy second-hand furniture?", "What shoe size should I choose?",
	"Is the carpet available in purple?", "How tall is Mount Everest?", "Do you have a loyalty programme?",
	"Will the mattress sag?", "Which sunscreen suits my skin?", "Verkaufen Sie Fahrräder?", "Avez-vous des chaussures de randonnée ?",
}

// sure is the confidence below which the site is taken not to say.
const sure = 0.4

func TestQuestionsFindTheirPassages(t *testing.T) {
	claim.Proves(t, "C039")
	server := kettleShop(t)
	ix, _, _ := learn(t, server)
	first := 0
	for _, q := range questions {
		hits := ix.Search(index.Query{Text: q.question, Language: q.language, Limit: 3})
		at := slices.IndexFunc(hits, func(h index.Hit) bool {
			return strings.HasSuffix(h.Passage.URL, q.path) && strings.Contains(h.Passage.Text+h.Passage.Title(), q.says)
		})
		if at == 0 {
			first++
		}
		if at < 0 || hits[0].Confidence < sure {
			t.Errorf("%q does not surely find %s %q in its first three:", q.question, q.path, q.says)
			for _, h := range hits {
				t.Logf("  %.2f %.2f %s %q", h.Score, h.Confidence, h.Passage.Title(), h.Passage.Text)
			}
		}
	}
	if first*10 < len(questions)*9 {
		t.Errorf("%d of %d questions find their passage first", first, len(questions))
	}
	for _, q := range unanswerable {
		hits := ix.Search(index.Query{Text: q, Language: "en", Limit: 1})
		if len(hits) > 0 && hits[0].Confidence >= sure {
			t.Errorf("%q, which the site does not answer, finds %s with confidence %.2f", q, hits[0].Passage.Title(), hits[0].Confidence)
		}
	}
	if got := ix.Suggestions(3); len(got) != 3 || slices.ContainsFunc(got, func(s string) bool { return !strings.HasSuffix(s, "?") }) {
		t.Errorf("suggestions %q", got)
	}
}

func TestPrivateSiteIsNotCrawled(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	c := crawl.Crawler{Client: crawl.NewClient(nil, nil), Now: time.Now, UserAgent: "OmniOps/1.0"}
	_, err := c.Crawl(t.Context(), server.URL, nil, func(crawl.Page) error { return nil })
	if fault.KindOf(err) != fault.Forbidden {
		t.Errorf("crawling 127.0.0.1: %v, want it forbidden", err)
	}
}
