package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/local/sandbox"
	"omniops/shared/boot"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
	"omniops/shared/table"
	"omniops/shared/tenant"
	"omniops/web/storefront"
)

// bench is the function on local services.
type bench struct {
	*localtest.Cloud
	crawl   func(context.Context, library.Crawl) error
	tenants *tenant.Store
	sites   *library.Sites
	library *library.Library
}

// newBench makes the function, which may read the given host:port of this machine.
func newBench(t *testing.T, private ...string) *bench {
	t.Helper()
	c := localtest.Start(t)
	model := httptest.NewServer(sandbox.NewOpenAI(c.Faults, c.Clock.Now, 0))
	t.Cleanup(model.Close)
	s := settings{
		OpenAIKey: boot.NewSecret("sk-test"), OpenAIBaseURL: model.URL + "/openai/v1", EmbedModel: "text-embedding-3-small",
		AllowPrivate: []string{strings.TrimPrefix(model.URL, "http://")},
		Table:        c.Env(t, "site-crawl", "TABLE_NAME"), Bucket: c.Env(t, "site-crawl", "CONTENT_BUCKET"),
		Crawls: c.Env(t, "site-crawl", "CRAWL_QUEUE_URL"), CrawlPrivate: private,
	}
	main := table.New(c.AWS, s.Table, c.Clock.Now)
	b := &bench{Cloud: c, tenants: tenant.NewStore(main), sites: library.NewSites(main), library: library.New(object.NewBucket(c.AWS, s.Bucket))}
	var err error
	if b.crawl, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) merchant(t *testing.T, name id.Tenant, site string) {
	t.Helper()
	if err := b.tenants.Save(t.Context(), tenant.Account{
		Tenant: name, Name: "Kettle & Co", Domains: []string{"shop.example"}, SiteURL: site, ContactEmail: "help@shop.example", CreatedAt: b.Clock.Now(),
	}.WithDefaults()); err != nil {
		t.Fatal(err)
	}
}

// order is the one in the sample event.
func order(t *testing.T) library.Crawl {
	t.Helper()
	var e events.SQSEvent
	contract.Sample(t, "site-crawl/queue.json", &e)
	var o library.Crawl
	if err := json.Unmarshal([]byte(e.Records[0].Body), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTheSampleOrder(t *testing.T) {
	shop := httptest.NewServer(storefront.Handler("http://127.0.0.1:1"))
	defer shop.Close()
	b := newBench(t, strings.TrimPrefix(shop.URL, "http://"))
	o := order(t)
	b.merchant(t, o.Tenant, shop.URL)
	version := ""
	for range 2 { // a delivery may come twice
		if err := b.crawl(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		account, err := b.tenants.Get(t.Context(), o.Tenant)
		if err != nil {
			t.Fatal(err)
		}
		version = account.IndexVersion
	}
	site, err := b.sites.Get(t.Context(), o.Tenant)
	if !site.Meaning || site.Index.Dimensions != 512 || site.Index.Model != "text-embedding-3-small" {
		t.Errorf("pages are not found by meaning: %+v", site)
	}
	if err != nil || site.State != library.Ready || site.Indexed < 30 || site.Passages < site.Indexed {
		t.Errorf("site %+v, %v", site, err)
	}
	if ix, err := b.library.Index(t.Context(), o.Tenant, version); err != nil || len(ix.Suggestions(3)) == 0 {
		t.Errorf("the index cannot be used: %v", err)
	}
}

// A provider that fails costs the search by meaning, until the next crawl.
func TestProviderDown(t *testing.T) {
	shop := httptest.NewServer(storefront.Handler("http://127.0.0.1:1"))
	defer shop.Close()
	b := newBench(t, strings.TrimPrefix(shop.URL, "http://"))
	b.merchant(t, "demo", shop.URL)
	if err := b.Faults.Replace(faults.Rule{Service: "openai", Kind: faults.Error}); err != nil {
		t.Fatal(err)
	}
	for _, meaning := range []bool{false, true} {
		if err := b.crawl(t.Context(), library.Crawl{Tenant: "demo"}); err != nil {
			t.Fatal(err)
		}
		if site, err := b.sites.Get(t.Context(), "demo"); err != nil || site.State != library.Ready || site.Meaning != meaning {
			t.Errorf("site %+v, %v; found by meaning should be %t", site, err, meaning)
		}
		b.Faults.Clear()
		b.Advance(time.Hour)
	}
}

// What cannot succeed must say so, or the queue would try it until its group is
// stuck.
func TestOrdersThatCannotSucceedAreNotRetried(t *testing.T) {
	b := newBench(t)
	for name, o := range map[string]library.Crawl{
		"an unknown merchant": order(t),
		"no merchant":         {},
		"a hostile name":      {Tenant: "a#M"},
	} {
		err := b.crawl(t.Context(), o)
		if err == nil || fault.KindOf(err).Retryable() {
			t.Errorf("%s: %v (%s) would be tried again", name, err, fault.KindOf(err))
		}
	}
}

// Without an allowance, which only the local cloud has, no private address is
// read, whatever a merchant's site says: the merchant sees why, and no operator is
// called.
func TestPrivateAddressesAreNotRead(t *testing.T) {
	asked := 0
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer inside.Close()
	b := newBench(t)
	b.merchant(t, "demo", inside.URL)
	if err := b.crawl(t.Context(), library.Crawl{Tenant: "demo"}); err != nil {
		t.Errorf("an operator is called: %v", err)
	}
	if site, err := b.sites.Get(t.Context(), "demo"); err != nil || site.State != library.Failed || site.Reason == "" {
		t.Errorf("site %+v, %v", site, err)
	}
	if asked != 0 {
		t.Errorf("it was asked %d times", asked)
	}
}

func TestStorageDownIsTriedAgain(t *testing.T) {
	b := newBench(t)
	b.merchant(t, "demo", "https://shop.example")
	if err := b.Faults.Replace(faults.Rule{Service: "dynamodb", Kind: faults.Error}); err != nil {
		t.Fatal(err)
	}
	if err := b.crawl(t.Context(), library.Crawl{Tenant: "demo"}); !fault.KindOf(err).Retryable() {
		t.Errorf("%v (%s) would be given up", err, fault.KindOf(err))
	}
}
