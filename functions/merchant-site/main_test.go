package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/ingest"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop  = id.Tenant("demo")
	rival = id.Tenant("rival")
)

// bench is the function on local services, with two merchants, a website, and
// the crawler that takes what the function queues.
type bench struct {
	*localtest.Cloud
	handler  http.Handler
	url      string
	client   *http.Client
	tokens   *identity.Tokens
	accounts *tenant.Store
	reader   *ingest.Reader
	settings settings

	site string // its address
	page atomic.Value
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "merchant-site", name) }
	s := settings{
		Table: env("TABLE_NAME"), Bucket: env("CONTENT_BUCKET"), CrawlQueue: env("CRAWL_QUEUE_URL"),
		SessionSecret: boot.NewSecret(localtest.SessionSecret),
	}
	b := &bench{Cloud: c, client: contract.Client(t), settings: s}
	b.page.Store("We deliver on Tuesdays.")
	site := httptest.NewServer(http.HandlerFunc(b.serve))
	t.Cleanup(site.Close)
	b.site = site.URL + "/"
	host := strings.TrimPrefix(site.URL, "http://")
	main := table.New(c.AWS, s.Table, c.Clock.Now)
	b.accounts = tenant.NewStore(main)
	b.reader = &ingest.Reader{
		Client: crawl.NewClient([]string{host}, nil), Tenants: b.accounts, Sites: library.NewSites(main),
		Library: library.New(object.NewBucket(c.AWS, s.Bucket)), Limits: crawl.Limits{Rate: 1000}, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler),
	}
	var err error
	b.handler, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s)
	must(t, err)
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	b.tokens, err = identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	for name, domains := range map[id.Tenant][]string{shop: {"www.demo.example", host}, rival: {"rival.example"}} {
		must(t, b.accounts.Save(t.Context(), tenant.Account{
			Tenant: name, Name: string(name), Domains: domains, SiteURL: "https://" + domains[0] + "/",
			ContactEmail: "help@" + string(name) + ".example", CreatedAt: c.Clock.Now(),
		}.WithDefaults()))
	}
	return b
}

// serve is a website of one page, and one that is no page.
func (b *bench) serve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><html lang=en><title>Shop</title><main><h1>Delivery</h1><p>%s</p><a href=/manual>Manual</a></main></html>", b.page.Load())
	case "/manual":
		w.Header().Set("Content-Type", "application/pdf")
		_, _ = io.WriteString(w, "%PDF-1.7")
	default:
		http.NotFound(w, r)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) token(t *testing.T, name id.Tenant) string {
	t.Helper()
	token, err := b.tokens.Mint(name, b.Clock.Now().Add(time.Hour))
	must(t, err)
	return token
}

// do sends a request and gives what came back.
func (b *bench) do(t *testing.T, name id.Tenant, method, path, body string) (status int, out siteView) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.url+"/v1/merchant/site"+path, strings.NewReader(body))
	must(t, err)
	if name != "" {
		req.Header.Set("Authorization", "Bearer "+b.token(t, name))
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusAccepted {
		must(t, json.Unmarshal(answer, &out))
	}
	return resp.StatusCode, out
}

func (b *bench) want(t *testing.T, name id.Tenant, method, path, body string, want int) siteView {
	t.Helper()
	status, out := b.do(t, name, method, path, body)
	if status != want {
		t.Fatalf("%s %s: %d, want %d", method, path, status, want)
	}
	return out
}

// queued takes the orders that wait in the queue.
func (b *bench) queued(t *testing.T) []library.Crawl {
	t.Helper()
	client := sqs.NewFromConfig(b.AWS)
	var all []library.Crawl
	for {
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &b.settings.CrawlQueue, MaxNumberOfMessages: 10})
		must(t, err)
		if len(out.Messages) == 0 {
			return all
		}
		for _, m := range out.Messages {
			var order library.Crawl
			must(t, json.Unmarshal([]byte(*m.Body), &order))
			all = append(all, order)
			_, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &b.settings.CrawlQueue, ReceiptHandle: m.ReceiptHandle})
			must(t, err)
		}
	}
}

// crawl does what the queue holds, which is so many orders.
func (b *bench) crawl(t *testing.T, want int) {
	t.Helper()
	orders := b.queued(t)
	if len(orders) != want {
		t.Fatalf("%d orders are queued, want %d: %+v", len(orders), want, orders)
	}
	for _, o := range orders {
		must(t, b.reader.Read(t.Context(), o))
	}
}

// objects lists what the bucket holds of a merchant.
func (b *bench) objects(t *testing.T, name id.Tenant) (keys []string) {
	t.Helper()
	prefix := "t/" + string(name) + "/"
	out, err := s3.NewFromConfig(b.AWS, func(o *s3.Options) { o.UsePathStyle = true }).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &b.settings.Bucket, Prefix: &prefix})
	must(t, err)
	for _, o := range out.Contents {
		keys = append(keys, *o.Key)
	}
	return keys
}

func address(url string) string { return fmt.Sprintf(`{"url":%q}`, url) }

func TestASiteIsRegisteredReadAndReadAgain(t *testing.T) {
	claim.Proves(t, "C040", "C114")
	b := newBench(t)
	if v := b.want(t, shop, http.MethodGet, "", "", http.StatusOK); v.State != "unread" || v.URL != "https://www.demo.example/" || !v.StartedAt.IsZero() {
		t.Errorf("at first: %+v", v)
	}
	if v := b.want(t, shop, http.MethodPut, "", address(b.site+"#top"), http.StatusAccepted); v.URL != b.site {
		t.Errorf("registered: %+v", v)
	}
	b.crawl(t, 1)
	v := b.want(t, shop, http.MethodGet, "", "", http.StatusOK)
	if v.State != library.Ready || v.Indexed != 1 || v.Index.Pages != 1 || v.Skipped != 1 || v.Reasons[string(crawl.NotHTML)] != 1 ||
		len(v.Examples) != 1 || v.Examples[0].URL != b.site+"manual" || v.EndedAt.IsZero() {
		t.Errorf("after the first crawl: %+v", v)
	}

	b.Advance(time.Hour)
	b.page.Store("We deliver on Saturdays.")
	for range 3 { // an impatient merchant
		b.want(t, shop, http.MethodPost, "/crawls", "", http.StatusAccepted)
	}
	b.crawl(t, 1)
	again := b.want(t, shop, http.MethodGet, "", "", http.StatusOK)
	if again.Index.Version == v.Index.Version || again.State != library.Ready || again.Indexed != 1 {
		t.Errorf("after the second crawl: %+v", again)
	}
	changes, err := b.reader.Library.Changes(t.Context(), shop)
	if err != nil || changes.ChangedTotal != 1 || len(changes.Changed) != 1 || changes.Changed[0].URL != b.site {
		t.Errorf("changes %+v, %v", changes, err)
	}
	// As soon as a crawl has begun, another one may be asked for.
	b.want(t, shop, http.MethodPost, "/crawls", "", http.StatusAccepted)
	b.crawl(t, 1)
	// An address that was registered since has not been read.
	if v := b.want(t, shop, http.MethodPut, "", address(b.site+"shop"), http.StatusAccepted); v.State != "unread" || v.Indexed != 0 || v.URL != b.site+"shop" {
		t.Errorf("another address: %+v", v)
	}
	// The old index is gone with the old page.
	indexes := 0
	for _, key := range b.objects(t, shop) {
		if strings.Contains(key, "/index/") {
			indexes++
		}
	}
	if indexes != 1 {
		t.Errorf("%d indexes are stored", indexes)
	}
	if v := b.want(t, rival, http.MethodGet, "", "", http.StatusOK); v.State != "unread" || v.Indexed != 0 || v.URL != "https://rival.example/" {
		t.Errorf("another merchant sees %+v", v)
	}
}

func TestAForgottenSiteLeavesNothing(t *testing.T) {
	claim.Proves(t, "C065", "C114") // what is derived from pages goes with them
	b := newBench(t)
	b.want(t, shop, http.MethodPut, "", address(b.site), http.StatusAccepted)
	b.crawl(t, 1)
	if len(b.objects(t, shop)) == 0 {
		t.Fatal("nothing was stored")
	}
	b.want(t, shop, http.MethodPost, "/crawls", "", http.StatusAccepted) // still waiting when the site is forgotten
	b.Advance(time.Second)
	for range 2 {
		b.want(t, shop, http.MethodDelete, "", "", http.StatusNoContent)
	}
	b.crawl(t, 1)
	if left := b.objects(t, shop); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
	account, err := b.accounts.Get(t.Context(), shop)
	if err != nil || account.IndexVersion != "" || len(account.Suggestions) > 0 {
		t.Errorf("account %+v, %v", account, err)
	}
	if v := b.want(t, shop, http.MethodGet, "", "", http.StatusOK); v.State != library.Forgotten || v.Index.Pages != 0 || v.Indexed != 0 {
		t.Errorf("after it was forgotten: %+v", v)
	}
	// The merchant may have it read again, within the minute of an earlier order too.
	b.Advance(time.Second)
	b.want(t, shop, http.MethodPost, "/crawls", "", http.StatusAccepted)
	b.crawl(t, 1)
	if v := b.want(t, shop, http.MethodGet, "", "", http.StatusOK); v.State != library.Ready || v.Index.Pages != 1 {
		t.Errorf("read again: %+v", v)
	}
}

func TestOnlyTheMerchantsOwnSiteIsRead(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		tenant id.Tenant
		body   string
		want   int
	}{
		"its domain":                  {shop, address("https://www.demo.example/shop?lang=en"), http.StatusAccepted},
		"below its domain":            {shop, address("https://help.www.demo.example/"), http.StatusAccepted},
		"its domain without www":      {shop, address("https://demo.example"), http.StatusAccepted},
		"nobody":                      {"", address("https://www.demo.example/"), http.StatusUnauthorized},
		"an unknown shop":             {"nobody", address("https://www.demo.example/"), http.StatusNotFound},
		"another's":                   {shop, address("https://rival.example/"), http.StatusBadRequest},
		"a name that ends alike":      {shop, address("https://evilwww.demo.example.evil.example/"), http.StatusBadRequest},
		"a longer name":               {shop, address("https://evil-www.demo.example/"), http.StatusBadRequest},
		"a password":                  {shop, address("https://me:secret@www.demo.example/"), http.StatusBadRequest},
		"no https":                    {shop, address("http://www.demo.example/"), http.StatusBadRequest},
		"a file":                      {shop, address("file:///etc/passwd"), http.StatusBadRequest},
		"the cloud's own":             {shop, address("http://169.254.169.254/latest/meta-data"), http.StatusBadRequest},
		"nothing":                     {shop, address(""), http.StatusBadRequest},
		"another field":               {shop, `{"url":"https://www.demo.example/","tenant":"rival"}`, http.StatusBadRequest},
		"no JSON":                     {shop, `url=https://www.demo.example/`, http.StatusBadRequest},
		"too long":                    {shop, address("https://www.demo.example/" + strings.Repeat("x", 2048)), http.StatusBadRequest},
		"far too long":                {shop, address("https://www.demo.example/" + strings.Repeat("x", maxBody)), http.StatusRequestEntityTooLarge},
		"a port that is not the same": {shop, address("https://www.demo.example:8443/"), http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(b.queued(t))
			if status, _ := b.do(t, c.tenant, http.MethodPut, "", c.body); status != c.want {
				t.Errorf("status %d, want %d", status, c.want)
			}
			if queued := len(b.queued(t)); before != 0 || (queued == 1) != (c.want == http.StatusAccepted) {
				t.Errorf("%d crawls are queued", queued)
			}
		})
	}
}

func TestWithoutItsServices(t *testing.T) {
	b := newBench(t)
	for service, requests := range map[string][][2]string{
		"dynamodb": {{http.MethodGet, ""}, {http.MethodPut, ""}, {http.MethodPost, "/crawls"}, {http.MethodDelete, ""}},
		"sqs":      {{http.MethodPut, ""}, {http.MethodPost, "/crawls"}},
		"s3":       {{http.MethodDelete, ""}},
	} {
		must(t, b.Faults.Replace(faults.Rule{Service: service, Kind: faults.Error}))
		for _, r := range requests {
			body := ""
			if r[0] == http.MethodPut {
				body = address(b.site)
			}
			if status, _ := b.do(t, shop, r[0], r[1], body); status != http.StatusServiceUnavailable {
				t.Errorf("%s%s without %s: %d", r[0], r[1], service, status)
			}
		}
		b.Faults.Clear()
	}
}

func TestTheSampleEvents(t *testing.T) {
	b := newBench(t)
	statuses := map[string]int{}
	account, err := b.accounts.Get(t.Context(), shop)
	must(t, err)
	account.Domains = append(account.Domains, "shop.example.com")
	must(t, b.accounts.Save(t.Context(), account))
	for _, name := range []string{"put", "get", "post", "delete"} {
		var e events.APIGatewayProxyRequest
		contract.Sample(t, "merchant-site/"+name+".json", &e)
		e.Headers["Authorization"] = "Bearer " + b.token(t, shop)
		e.MultiValueHeaders["Authorization"] = []string{e.Headers["Authorization"]}
		statuses[name] = apigw.Buffered(t.Context(), b.handler, &e).StatusCode
	}
	if diff := cmp.Diff(map[string]int{"put": 202, "get": 200, "post": 202, "delete": 204}, statuses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
