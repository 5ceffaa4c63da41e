package ingest_test

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"omniops/local/localtest"
	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/ingest"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
	"omniops/shared/table"
	"omniops/shared/tenant"
	"omniops/web/storefront"
)

// shelf is a library with a reader and one merchant per site.
type shelf struct {
	*localtest.Cloud
	tenants *tenant.Store
	sites   *library.Sites
	library *library.Library
	reader  *ingest.Reader
}

func newShelf(t *testing.T, hosts ...string) *shelf {
	t.Helper()
	return newShelfIn(t, "", hosts...)
}

// newShelfIn is newShelf with services that store in a folder.
func newShelfIn(t *testing.T, dir string, hosts ...string) *shelf {
	t.Helper()
	c := localtest.StartIn(t, dir)
	main := table.New(c.AWS, c.Env(t, "site-crawl", "TABLE_NAME"), c.Clock.Now)
	s := &shelf{
		Cloud: c, tenants: tenant.NewStore(main), sites: library.NewSites(main),
		library: library.New(object.NewBucket(c.AWS, c.Env(t, "site-crawl", "CONTENT_BUCKET"))),
	}
	s.reader = &ingest.Reader{
		Client: crawl.NewClient(hosts, nil), Tenants: s.tenants, Sites: s.sites, Library: s.library,
		Limits: crawl.Limits{Rate: 1000}, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler),
	}
	return s
}

func (s *shelf) merchant(t *testing.T, name id.Tenant, site string) {
	t.Helper()
	err := s.tenants.Save(t.Context(), tenant.Account{
		Tenant: name, Name: string(name), Domains: []string{string(name) + ".example"}, SiteURL: site,
		ContactEmail: "help@" + string(name) + ".example", CreatedAt: s.Clock.Now(),
	}.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
}

func (s *shelf) search(t *testing.T, name id.Tenant, question string) []index.Hit {
	t.Helper()
	account, err := s.tenants.Get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	ix, err := s.library.Index(t.Context(), name, account.IndexVersion)
	if err != nil {
		t.Fatal(err)
	}
	return ix.Search(index.Query{Text: question, Language: "en", Limit: 4})
}

func TestSiteBecomesSearchable(t *testing.T) {
	claim.Proves(t, "C040")
	shop := httptest.NewServer(storefront.Handler("http://127.0.0.1:1"))
	defer shop.Close()
	s := newShelf(t, strings.TrimPrefix(shop.URL, "http://"))
	s.merchant(t, "kettles", shop.URL)

	if err := s.reader.Read(t.Context(), library.Crawl{Tenant: "kettles"}); err != nil {
		t.Fatal(err)
	}
	site, err := s.sites.Get(t.Context(), "kettles")
	if err != nil {
		t.Fatal(err)
	}
	if site.State != library.Ready || site.Indexed < 30 || site.Passages < site.Indexed {
		t.Errorf("site = %+v", site)
	}
	account, err := s.tenants.Get(t.Context(), "kettles")
	if err != nil || len(account.Suggestions) != 3 || !strings.HasSuffix(account.Suggestions[0], "?") {
		t.Errorf("suggestions %q, %v", account.Suggestions, err)
	}
	hits := s.search(t, "kettles", "How long do I have to return a kettle?")
	if len(hits) == 0 {
		t.Fatal("nothing found")
	}
	top := hits[0].Passage
	if !strings.HasPrefix(top.URL, shop.URL+"/") || len(top.Hash()) != 32 || top.CrawledAt.IsZero() {
		t.Errorf("passage has URL %q, hash %q, date %v", top.URL, top.Hash(), top.CrawledAt)
	}
	if !strings.Contains(strings.ToLower(top.Title()+" "+top.Text), "return") || !strings.Contains(top.Text, "30 days") {
		t.Errorf("the best passage is about something else: %s: %s", top.Title(), top.Text)
	}
}

func TestMerchantsDoNotShareKnowledge(t *testing.T) {
	claim.Proves(t, "C041", "C065") // nor what is derived from it
	page := func(text string) *httptest.Server {
		return httptest.NewServer(storefrontPage(text))
	}
	a, b := page("Our kettles come with a lifetime warranty called Everboil."), page("Our boots come with a lifetime warranty called Everdry.")
	defer a.Close()
	defer b.Close()
	s := newShelf(t, strings.TrimPrefix(a.URL, "http://"), strings.TrimPrefix(b.URL, "http://"))
	s.merchant(t, "kettles", a.URL)
	s.merchant(t, "boots", b.URL)
	for _, name := range []id.Tenant{"kettles", "boots"} {
		if err := s.reader.Read(t.Context(), library.Crawl{Tenant: name}); err != nil {
			t.Fatal(err)
		}
	}
	for name, never := range map[id.Tenant]string{"kettles": "Everdry", "boots": "Everboil"} {
		hits := s.search(t, name, "lifetime warranty called Everboil Everdry")
		if len(hits) == 0 {
			t.Errorf("%s finds nothing at all", name)
		}
		for _, h := range hits {
			if strings.Contains(h.Passage.Text, never) {
				t.Errorf("%s was given %q", name, h.Passage.Text)
			}
		}
	}
	// The other's version is no way in either: objects lie under their tenant.
	other, err := s.tenants.Get(t.Context(), "boots")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.library.Index(t.Context(), "kettles", other.IndexVersion); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another tenant's index: %v, want NotFound", err)
	}
}

func TestUnreadableSiteKeepsTheOldIndex(t *testing.T) {
	shop := httptest.NewServer(storefrontPage("We deliver on Tuesdays."))
	s := newShelf(t, strings.TrimPrefix(shop.URL, "http://"))
	s.merchant(t, "kettles", shop.URL)
	if err := s.reader.Read(t.Context(), library.Crawl{Tenant: "kettles"}); err != nil {
		t.Fatal(err)
	}
	shop.Close()
	if err := s.reader.Read(t.Context(), library.Crawl{Tenant: "kettles"}); err == nil {
		t.Error("reading a site that is down succeeded")
	}
	site, err := s.sites.Get(t.Context(), "kettles")
	if err != nil || site.State != library.Failed || site.Reason == "" {
		t.Errorf("site = %+v, %v", site, err)
	}
	if len(s.search(t, "kettles", "When do you deliver?")) == 0 {
		t.Error("the old index is gone")
	}
}

func TestRefreshReplacesTheIndex(t *testing.T) {
	text := "We deliver on Tuesdays."
	shop := httptest.NewServer(storefrontPages(func() string { return text }))
	defer shop.Close()
	s := newShelf(t, strings.TrimPrefix(shop.URL, "http://"))
	s.merchant(t, "kettles", shop.URL)
	read := func() string {
		t.Helper()
		if err := s.reader.Read(t.Context(), library.Crawl{Tenant: "kettles"}); err != nil {
			t.Fatal(err)
		}
		account, err := s.tenants.Get(t.Context(), "kettles")
		if err != nil {
			t.Fatal(err)
		}
		return account.IndexVersion
	}
	first := read()
	text = "We deliver on Saturdays."
	second := read()
	hits := s.search(t, "kettles", "When do you deliver?")
	if len(hits) == 0 || !strings.Contains(hits[0].Passage.Text, "Saturdays") {
		t.Errorf("after the change: %+v", hits)
	}
	fresh := library.New(object.NewBucket(s.AWS, s.Env(t, "site-crawl", "CONTENT_BUCKET")))
	if _, err := fresh.Index(t.Context(), "kettles", first); first == second || fault.KindOf(err) != fault.NotFound {
		t.Errorf("the old index %s is still there: %v", first, err)
	}
}
