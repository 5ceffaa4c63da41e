package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/knowledge/contradiction"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
)

const (
	shop  = id.Tenant("demo")
	rival = id.Tenant("rival")
)

// bench is the function on local services.
type bench struct {
	*localtest.Cloud
	handler http.Handler
	url     string
	client  *http.Client
	tokens  *identity.Tokens
	library *library.Library
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	s := settings{Bucket: c.Env(t, "merchant-review", "CONTENT_BUCKET"), SessionSecret: boot.NewSecret(localtest.SessionSecret)}
	b := &bench{Cloud: c, client: contract.Client(t), library: library.New(object.NewBucket(c.AWS, s.Bucket))}
	var err error
	b.handler, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s)
	must(t, err)
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	b.tokens, err = identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	return b
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

func (b *bench) get(t *testing.T, token string) (status int, out reviewView) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/v1/merchant/site/review", nil)
	must(t, err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := b.client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode == http.StatusOK {
		must(t, json.Unmarshal(body, &out))
	}
	return resp.StatusCode, out
}

func TestWhatTheLastCrawlFound(t *testing.T) {
	b := newBench(t)
	empty := reviewView{
		Changes:        library.Changes{Added: []library.Change{}, Changed: []library.Change{}, Removed: []library.Change{}},
		Contradictions: []contradiction.Pair{},
	}
	status, got := b.get(t, b.token(t, shop))
	if diff := cmp.Diff(empty, got); status != http.StatusOK || diff != "" {
		t.Errorf("before the first crawl: %d (-want +got):\n%s", status, diff)
	}
	at := b.Clock.Now().Truncate(time.Second).UTC()
	want := reviewView{
		Changes: library.Changes{
			Run: "20261101T080000.000", At: at, AddedTotal: 2000, ChangedTotal: 1,
			Added:   []library.Change{{URL: "https://demo.example/new", Title: "New", NewHash: "b1", NewAt: at}},
			Changed: []library.Change{{URL: "https://demo.example/returns", Title: "Returns", OldHash: "a1", NewHash: "a2", OldAt: at.Add(-time.Hour), NewAt: at}},
			Removed: []library.Change{},
		},
		Contradictions: []contradiction.Pair{{
			URLA: "https://demo.example/faq", URLB: "https://demo.example/returns", TextA: "You have 30 days.", TextB: "You have 14 days.",
			Subject: "return", ValueA: "30 days", ValueB: "14 days",
		}},
	}
	must(t, b.library.SaveChanges(t.Context(), shop, want.Changes))
	must(t, b.library.SaveContradictions(t.Context(), shop, want.Contradictions))
	status, got = b.get(t, b.token(t, shop))
	if diff := cmp.Diff(want, got); status != http.StatusOK || diff != "" {
		t.Errorf("status %d (-want +got):\n%s", status, diff)
	}
	if status, got = b.get(t, b.token(t, rival)); status != http.StatusOK || cmp.Diff(empty, got) != "" {
		t.Errorf("another merchant sees %d, %+v", status, got)
	}
}

func TestRefusals(t *testing.T) {
	b := newBench(t)
	if status, _ := b.get(t, ""); status != http.StatusUnauthorized {
		t.Errorf("nobody: %d", status)
	}
	must(t, b.Faults.Replace(faults.Rule{Service: "s3", Kind: faults.Error}))
	if status, _ := b.get(t, b.token(t, shop)); status != http.StatusServiceUnavailable {
		t.Errorf("without the bucket: %d", status)
	}
}

func TestTheSampleEvent(t *testing.T) {
	b := newBench(t)
	var e events.APIGatewayProxyRequest
	contract.Sample(t, "merchant-review/get.json", &e)
	e.Headers["Authorization"] = "Bearer " + b.token(t, shop)
	e.MultiValueHeaders["Authorization"] = []string{e.Headers["Authorization"]}
	if got := apigw.Buffered(t.Context(), b.handler, &e); got.StatusCode != http.StatusOK {
		t.Errorf("status %d: %s", got.StatusCode, got.Body)
	}
}
