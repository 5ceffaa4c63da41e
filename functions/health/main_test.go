package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/apigw"
	"omniops/shared/boot"
)

// bench is the function on local services.
type bench struct {
	*localtest.Cloud
	handler http.Handler
	url     string
	client  *http.Client
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{Cloud: c, client: contract.Client(t)}
	env := func(name string) string { return c.Env(t, "health", name) }
	var err error
	b.handler, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), Bucket: env("CONTENT_BUCKET"), KeyringKey: env("KEYRING_KEY_ID"),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL + "/v1/health"
	return b
}

func (b *bench) report(t *testing.T) (int, reportView) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var r reportView
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, r
}

// expect asks for a report and wants exactly these parts to be broken.
func (b *bench) expect(t *testing.T, broken ...string) {
	t.Helper()
	status, r := b.report(t)
	want := map[string]bool{"table": true, "keys": true, "objects": true, "encryption": true}
	code, word := http.StatusOK, "ok"
	for _, name := range broken {
		want[name], code, word = false, http.StatusServiceUnavailable, "degraded"
	}
	got := map[string]bool{}
	for _, c := range r.Checks {
		got[c.Name] = c.OK
	}
	if diff := cmp.Diff(want, got); diff != "" || status != code || r.Status != word {
		t.Errorf("status %d, %q, want %d, %q; checks (-want +got):\n%s", status, r.Status, code, word, diff)
	}
}

func TestHealthy(t *testing.T) {
	b := newBench(t)
	b.expect(t)
	var e events.APIGatewayProxyRequest
	contract.Sample(t, "health/get.json", &e)
	if resp := apigw.Buffered(t.Context(), b.handler, &e); resp.StatusCode != http.StatusOK {
		t.Errorf("the sample event: %d, %s", resp.StatusCode, resp.Body)
	}
}

func TestEveryPartIsLookedAt(t *testing.T) {
	for name, c := range map[string]struct {
		rule   faults.Rule
		broken []string
	}{
		"tables fail":     {faults.Rule{Service: "dynamodb", Kind: faults.Error}, []string{"table", "keys"}},
		"tables throttle": {faults.Rule{Service: "dynamodb", Kind: faults.Throttle}, []string{"table", "keys"}},
		"no objects":      {faults.Rule{Service: "s3", Kind: faults.Cut}, []string{"objects"}},
		"no KMS":          {faults.Rule{Service: "kms", Kind: faults.Error}, []string{"encryption"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if err := b.Faults.Replace(c.rule); err != nil {
				t.Fatal(err)
			}
			b.expect(t, c.broken...)
		})
	}
}

func TestAKeyThatIsSwitchedOff(t *testing.T) {
	b := newBench(t)
	client, key := kms.NewFromConfig(b.AWS), b.Env(t, "health", "KEYRING_KEY_ID")
	if _, err := client.DisableKey(t.Context(), &kms.DisableKeyInput{KeyId: &key}); err != nil {
		t.Fatal(err)
	}
	b.expect(t, "encryption")
}

// Asking often costs little: a report is ten seconds old at most, and not made
// anew before.
func TestAReportIsKeptForTenSeconds(t *testing.T) {
	b := newBench(t)
	_, first := b.report(t)
	if err := b.Faults.Replace(faults.Rule{Service: "kms", Kind: faults.Error}); err != nil {
		t.Fatal(err)
	}
	b.Advance(keepFor - time.Nanosecond)
	if status, r := b.report(t); status != http.StatusOK || !r.CheckedAt.Equal(first.CheckedAt) {
		t.Errorf("within ten seconds: %d, %+v", status, r)
	}
	b.Advance(time.Nanosecond)
	b.expect(t, "encryption")
	b.Faults.Clear()
	b.expect(t, "encryption")
	b.Advance(-time.Hour) // a clock that was set back must not keep a report for an hour
	b.expect(t)
}
