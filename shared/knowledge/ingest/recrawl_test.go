package ingest_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/local/faults"
	"omniops/shared/fault"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/library"
	"omniops/shared/llm"
	"omniops/shared/object"
	"omniops/shared/processor"
)

// open starts a shelf with one merchant, whose site it is.
func open(t *testing.T, s *site) *shelf {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	shelf := newShelf(t, strings.TrimPrefix(server.URL, "http://"))
	shelf.merchant(t, "kettles", server.URL)
	return shelf
}

// read crawls a minute later, as a new order, and gives the state after.
func (s *shelf) read(t *testing.T) library.Site {
	t.Helper()
	s.Advance(time.Minute)
	if err := s.reader.Read(t.Context(), library.NewCrawl("kettles", s.Clock.Now())); err != nil {
		t.Fatal(err)
	}
	site, err := s.sites.Get(t.Context(), "kettles")
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// texts gives the texts of the index in use, by path, with their dates.
func (s *shelf) texts(t *testing.T) (texts map[string]string, dates map[string]time.Time) {
	t.Helper()
	account, err := s.tenants.Get(t.Context(), "kettles")
	if err != nil {
		t.Fatal(err)
	}
	ix, err := s.library.Index(t.Context(), "kettles", account.IndexVersion)
	if err != nil {
		t.Fatal(err)
	}
	texts, dates = map[string]string{}, map[string]time.Time{}
	for p := range ix.Passages {
		path := p.URL[strings.LastIndex(p.URL, "/"):]
		texts[path] += p.Text
		dates[path] = p.CrawledAt
	}
	return texts, dates
}

// objects lists what the bucket holds of the merchant.
func (s *shelf) objects(t *testing.T) []object.Key {
	t.Helper()
	keys, err := object.NewBucket(s.AWS, s.Env(t, "site-crawl", "CONTENT_BUCKET")).List(t.Context(), "t/kettles/")
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// titles are the pages of a list of changes.
func titles(changes []library.Change) string {
	var all []string
	for _, c := range changes {
		all = append(all, c.Title)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestSecondCrawlReadsOnlyWhatChanged(t *testing.T) {
	shop := &site{text: map[string]string{
		"/": "Welcome to our shop.", "/returns": "You may return a kettle within 30 days.",
		"/delivery": "We deliver on Tuesdays.", "/old": "Our summer sale is on.", "/busy": "The workshop opens at nine.",
	}, status: map[string]int{}}
	s := open(t, shop)
	first := s.read(t)
	if first.State != library.Ready || first.Indexed != 5 || first.Unchanged != 0 || first.Index.Pages != 5 {
		t.Fatalf("first: %+v", first)
	}
	changes, err := s.library.Changes(t.Context(), "kettles")
	if err != nil || changes.AddedTotal != 5 || len(changes.Added) != 5 || len(changes.Changed)+len(changes.Removed) != 0 {
		t.Fatalf("first changes %+v, %v", changes, err)
	}
	_, before := s.texts(t)

	shop.change(func() {
		shop.text["/returns"] = "You may return a kettle within 14 days."
		shop.text["/new"] = "We now sell teapots."
		delete(shop.text, "/old")
		shop.status["/busy"] = http.StatusInternalServerError
	})
	second := s.read(t)
	served := shop.served()
	slices.Sort(served)
	if want := []string{"/new", "/returns"}; !cmp.Equal(served, want) {
		t.Errorf("served in full: %q, want %q", served, want)
	}
	texts, dates := s.texts(t)
	want := map[string]string{
		"/": "Welcome to our shop.", "/returns": "You may return a kettle within 14 days.", "/delivery": "We deliver on Tuesdays.",
		"/busy": "The workshop opens at nine.", "/new": "We now sell teapots.",
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Error(diff)
	}
	if !dates["/busy"].Equal(before["/busy"]) || !dates["/delivery"].Equal(before["/delivery"].Add(time.Minute)) {
		t.Errorf("dates before %v, after %v", before, dates)
	}
	if second.Unchanged != 2 || second.Indexed != 4 || second.Reasons[string(crawl.ServerError)] != 1 || second.Reasons[string(crawl.NotFound)] != 1 ||
		len(second.Examples) < 2 || second.Index.Pages != 5 {
		t.Errorf("second: %+v", second)
	}
	changes, err = s.library.Changes(t.Context(), "kettles")
	if err != nil {
		t.Fatal(err)
	}
	if titles(changes.Added) != "new" || titles(changes.Changed) != "returns" || titles(changes.Removed) != "old" {
		t.Errorf("changes %+v", changes)
	}
	c := changes.Changed[0]
	if c.OldHash == c.NewHash || c.OldHash == "" || c.NewHash == "" || !c.NewAt.Equal(c.OldAt.Add(time.Minute)) {
		t.Errorf("changed: %+v", c)
	}

	// Not to be had twice running, then back: still the same page.
	shop.change(func() {})
	s.read(t)
	if _, dates := s.texts(t); !dates["/busy"].Equal(before["/busy"]) {
		t.Errorf("the unreachable page is now dated %v", dates["/busy"])
	}
	shop.change(func() { delete(shop.status, "/busy") })
	last := s.read(t)
	if served := shop.served(); len(served) != 0 || last.Unchanged != 5 {
		t.Errorf("nothing changed, but %q was served: %+v", served, last)
	}
	changes, err = s.library.Changes(t.Context(), "kettles")
	if err != nil || changes.AddedTotal+changes.ChangedTotal+changes.RemovedTotal != 0 {
		t.Errorf("changes of nothing: %+v, %v", changes, err)
	}
	if keys := s.objects(t); len(keys) != 4 {
		t.Errorf("the bucket holds %q", keys)
	}
}

func TestAnotherAddressStartsFromNothing(t *testing.T) {
	shop := &site{text: map[string]string{"/": "Welcome.", "/a": "We sell kettles."}}
	s := open(t, shop)
	s.read(t)
	other := httptest.NewServer(storefrontPage("We sell boots."))
	defer other.Close()
	s.reader.Client = crawl.NewClient([]string{strings.TrimPrefix(other.URL, "http://")}, nil)
	s.merchant(t, "kettles", other.URL)
	s.read(t)
	if texts, _ := s.texts(t); !cmp.Equal(texts, map[string]string{"/": "We sell boots."}) {
		t.Errorf("texts %q", texts)
	}
}

func TestContradictionsAreStored(t *testing.T) {
	shop := &site{text: map[string]string{
		"/": "Welcome.", "/returns": "You can return a kettle within 30 days of delivery.", "/faq": "You can return a kettle within 14 days of delivery.",
	}}
	s := open(t, shop)
	if pairs, err := s.library.Contradictions(t.Context(), "kettles"); err != nil || len(pairs) != 0 {
		t.Errorf("before the first crawl: %v, %v", pairs, err)
	}
	s.read(t)
	pairs, err := s.library.Contradictions(t.Context(), "kettles")
	if err != nil || len(pairs) != 1 || pairs[0].URLA == pairs[0].URLB {
		t.Fatalf("pairs %+v, %v", pairs, err)
	}
	shop.change(func() { shop.text["/faq"] = shop.text["/returns"] })
	s.read(t)
	if pairs, err := s.library.Contradictions(t.Context(), "kettles"); err != nil || len(pairs) != 0 {
		t.Errorf("after the correction: %+v, %v", pairs, err)
	}
}

// What is stored may be damaged, or written by a version that is no more.
func TestDamagedPagesAreReadAgain(t *testing.T) {
	shop := &site{text: map[string]string{"/": "Welcome.", "/a": "We sell kettles."}}
	s := open(t, shop)
	bucket := object.NewBucket(s.AWS, s.Env(t, "site-crawl", "CONTENT_BUCKET"))
	for _, damaged := range []string{"", "no gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x00"} {
		s.read(t)
		if _, err := bucket.Put(t.Context(), object.KeyOf("kettles", "site", "pages"), []byte(damaged), "application/gzip"); err != nil {
			t.Fatal(err)
		}
		shop.change(func() {})
		if site := s.read(t); site.State != library.Ready || site.Unchanged != 0 || len(shop.served()) != 2 {
			t.Errorf("%q: %+v", damaged, site)
		}
	}
}

// embedder is a provider that counts the texts it was given.
type embedder struct {
	texts, most int
	down        bool
}

// Processor is one that may make vectors.
func (e *embedder) Processor() processor.Name { return "openai" }

// Model is a name.
func (e *embedder) Model() string { return "text-embedding-3-small" }

// Embed gives a vector per text, made of its bytes.
func (e *embedder) Embed(_ context.Context, texts llm.Masked, dimensions int) ([][]float32, int, error) {
	if e.down {
		return nil, 0, fault.E(fault.Invalid, "", errors.New("no credit left"))
	}
	var out [][]float32
	for _, text := range texts.Texts() {
		v := make([]float32, dimensions)
		for i := range len(text) {
			v[(i*31+int(text[i]))%dimensions]++
		}
		out = append(out, v)
	}
	e.texts += len(out)
	e.most = max(e.most, len(out))
	return out, 0, nil
}

func TestPassagesGetVectorsOnce(t *testing.T) {
	shop := &site{text: map[string]string{"/": "Welcome.", "/a": "We sell kettles.", "/b": "We sell teapots."}}
	s := open(t, shop)
	e := &embedder{down: true}
	s.reader.Models, s.reader.EmbedModel = llm.NewRouter(s.Clock.Now).WithEmbedders(e), e.Model()

	if site := s.read(t); site.State != library.Ready || site.Meaning || site.Index.Dimensions != 0 {
		t.Errorf("with the provider down: %+v", site)
	}
	if len(s.search(t, "kettles", "Do you sell kettles?")) == 0 {
		t.Error("words find nothing")
	}
	e.down = false
	site := s.read(t)
	if !site.Meaning || site.Index.Dimensions != 512 || site.Index.Model != e.Model() || e.texts != 3 {
		t.Errorf("with the provider back: %+v, %d texts", site, e.texts)
	}
	shop.change(func() { shop.text["/b"] = "We sell cups." })
	if site := s.read(t); !site.Meaning || e.texts != 4 {
		t.Errorf("after one change %d texts were sent in all: %+v", e.texts, site)
	}
	shop.change(func() {
		long := strings.Builder{}
		for i := range 400 {
			long.WriteString("</p><h2>Section " + strings.Repeat("i", i+1) + "</h2><p>Some text of it.")
		}
		shop.text["/c"], shop.text["/b"] = long.String(), "We sell mugs, and see our manual."
	})
	if s.read(t); e.most > 128 || e.texts < 400 {
		t.Errorf("%d texts, at most %d at once", e.texts, e.most)
	}
}

// A crash after the pages were stored, and before the index is used, loses
// neither the change nor the report of it.
func TestPublishingIsTakenUpAgain(t *testing.T) {
	shop := &site{text: map[string]string{"/": "Welcome.", "/hours": "We open at nine."}}
	s := open(t, shop)
	s.read(t)
	shop.change(func() { shop.text["/hours"] = "We open at ten." })
	if err := s.Faults.Replace(faults.Rule{Service: "dynamodb", Operation: "UpdateItem", Kind: faults.Error}); err != nil {
		t.Fatal(err)
	}
	s.Advance(time.Minute)
	order := library.NewCrawl("kettles", s.Clock.Now())
	if err := s.reader.Read(t.Context(), order); err == nil || !fault.KindOf(err).Retryable() {
		t.Fatalf("error %v", err)
	}
	if texts, _ := s.texts(t); texts["/hours"] != "We open at nine." {
		t.Errorf("in use is %q", texts)
	}
	s.Faults.Clear()
	shop.change(func() { shop.hook = func(path string) { t.Errorf("asked for %s again", path) } })
	if err := s.reader.Read(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	if texts, _ := s.texts(t); texts["/hours"] != "We open at ten." {
		t.Errorf("in use is %q", texts)
	}
	changes, err := s.library.Changes(t.Context(), "kettles")
	if err != nil || titles(changes.Changed) != "hours" || changes.Run != order.Run {
		t.Errorf("changes %+v, %v", changes, err)
	}
	if keys := s.objects(t); len(keys) != 4 {
		t.Errorf("the bucket holds %q", keys)
	}
}
