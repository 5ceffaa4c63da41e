package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"omniops/local/contract"
	"omniops/local/localtest"
	sandboxmeta "omniops/local/sandbox/meta"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel/meta"
	"omniops/shared/seal"
)

// The browser comes back from Meta to a page that says whether it worked, and
// shows nothing else.
func TestTheBrowserComesBack(t *testing.T) {
	c := localtest.Start(t)
	graph := httptest.NewServer(sandboxmeta.New(sandboxmeta.Options{Now: c.Clock.Now, Faults: c.Faults, AppID: "1001001001", Secret: localtest.MetaAppSecret}))
	defer graph.Close()
	h, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: c.Env(t, "meta-callback", "TABLE_NAME"), SecretsKey: c.Env(t, "meta-callback", "SECRETS_KEY_ID"),
		SessionSecret: boot.NewSecret(localtest.SessionSecret), AppID: "1001001001", AppSecret: boot.NewSecret(localtest.MetaAppSecret),
		GraphBaseURL: graph.URL + "/meta/graph", Domain: "api.test", AllowPrivate: []string{strings.TrimPrefix(graph.URL, "http://")},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	signer, err := seal.NewSigner([]byte(localtest.SessionSecret), "meta-login")
	if err != nil {
		t.Fatal(err)
	}
	logins := &meta.Logins{Signer: signer, AppID: "1001001001", DialogURL: "https://login.test", ReturnURL: "https://api.test/v1/meta/callback", Now: c.Clock.Now}
	address, err := logins.Begin("demo")
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	state := to.Query().Get("state")
	for name, sample := range map[string]struct {
		query url.Values
		want  int
		says  string
	}{
		"granted":       {url.Values{"code": {sandboxmeta.LoginCode}, "state": {state}}, 200, "You are logged in"},
		"denied":        {url.Values{"error": {"access_denied"}, "state": {state}}, 400, "Meta gave no permission"},
		"a wrong code":  {url.Values{"code": {"<script>x</script>"}, "state": {state}}, 400, "Please begin again"},
		"a wrong state": {url.Values{"code": {sandboxmeta.LoginCode}, "state": {"<script>x</script>"}}, 400, "Please begin again"},
	} {
		resp, err := contract.Client(t).Get(server.URL + "/v1/meta/callback?" + sample.query.Encode())
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != sample.want || !strings.Contains(string(body), sample.says) || strings.Contains(string(body), "<script") || strings.Contains(string(body), "EAA") {
			t.Errorf("%s: %d, %s", name, resp.StatusCode, body)
		}
	}
	var e events.APIGatewayProxyRequest
	contract.Sample(t, "meta-callback/get.json", &e)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, apigw.NewRequest(t.Context(), &e))
	if w.Code != http.StatusBadRequest {
		t.Errorf("the sample, whose state is another's: %d, %s", w.Code, w.Body)
	}
}
