package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"omniops/local/contract"
	"omniops/local/localtest"
	sandboxmeta "omniops/local/sandbox/meta"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/claim"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const appID = "1001001001"

// bench is the function on local services, with Meta on the other side.
type bench struct {
	*localtest.Cloud
	handler     http.Handler
	url         string
	client      *http.Client
	meta        *sandboxmeta.Meta
	logins      *meta.Logins // the callback's
	connections *meta.Connections
	tokens      *identity.Tokens
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{Cloud: c, client: contract.Client(t)}
	b.meta = sandboxmeta.New(sandboxmeta.Options{Now: c.Clock.Now, Faults: c.Faults, AppID: appID, Secret: localtest.MetaAppSecret, Accounts: []sandboxmeta.Account{
		{Kind: "messenger", ID: "2002002002", Name: "Kettle & Co", Token: "EAAtestPageToken"},
		{Kind: "instagram", ID: "3003003003", Name: "kettleandco", Token: "EAAtestPageToken", Page: "2002002002"},
		{Kind: "whatsapp", ID: "4004004004", Name: "Kettle & Co", Token: "EAAtestPhoneToken", Business: "5005005005"},
	}})
	graph := httptest.NewServer(b.meta)
	t.Cleanup(graph.Close)
	env := func(name string) string { return c.Env(t, "meta-connect", name) }
	s := settings{
		Table: env("TABLE_NAME"), SecretsKey: env("SECRETS_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret), AppID: appID,
		AppSecret: boot.NewSecret(localtest.MetaAppSecret), GraphBaseURL: graph.URL + "/meta/graph", LoginURL: "https://login.test", API: "http://127.0.0.1:3000",
		AllowPrivate: []string{strings.TrimPrefix(graph.URL, "http://")},
	}
	var err error
	b.handler, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s)
	must(t, err)
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	b.tokens, err = identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	main, secrets := table.New(c.AWS, s.Table, c.Clock.Now), seal.NewSecrets(c.AWS, s.SecretsKey)
	b.connections = meta.NewConnections(main, secrets)
	veil, err := channel.NewVeil([]byte(localtest.SessionSecret))
	must(t, err)
	signer, err := seal.NewSigner([]byte(localtest.SessionSecret), "meta-login")
	must(t, err)
	b.logins = &meta.Logins{
		Table: main, Secrets: secrets, Connections: b.connections, Veil: veil, Signer: signer, AppID: appID, Now: c.Clock.Now,
		Graph: meta.NewGraph(graph.URL+"/meta/graph", appID, localtest.MetaAppSecret, http.DefaultClient), ReturnURL: "http://127.0.0.1:3000/v1/meta/callback",
	}
	return b
}

// call asks as a merchant and gives the status and the answer.
func (b *bench) call(t *testing.T, as id.Tenant, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.url+path, bytes.NewReader([]byte(body)))
	must(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if as != "" {
		token, err := b.tokens.Mint(as, b.Clock.Now().Add(time.Hour))
		must(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := b.client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(answer)
}

// login has a merchant log in at Meta.
func (b *bench) login(t *testing.T, as id.Tenant) {
	t.Helper()
	status, answer := b.call(t, as, http.MethodPost, "/v1/merchant/meta/logins", "")
	var begun struct {
		URL string `json:"authorize_url"`
	}
	must(t, json.Unmarshal([]byte(answer), &begun))
	to, err := url.Parse(begun.URL)
	if err != nil || status != http.StatusOK || to.Host != "login.test" || to.Path != "/v26.0/dialog/oauth" {
		t.Fatalf("answered %d, %s", status, answer)
	}
	if got := to.Query().Get("scope"); got != strings.Join(meta.AllScopes(), ",") {
		t.Errorf("asked for is %s", got)
	}
	must(t, b.logins.Finish(t.Context(), sandboxmeta.LoginCode, to.Query().Get("state")))
}

func TestAMerchantConnectsAccounts(t *testing.T) {
	claim.Proves(t, "C070", "C072")
	b := newBench(t)
	if status, answer := b.call(t, "demo", http.MethodGet, "/v1/merchant/meta?choices=true", ""); status != 200 || answer != `{"accounts":[],"choices":[]}` {
		t.Errorf("before: %d, %s", status, answer)
	}
	if status, answer := b.call(t, "demo", http.MethodPut, "/v1/merchant/meta/accounts/messenger/2002002002", `{"enabled":true}`); status != 404 {
		t.Errorf("without a log-in: %d, %s", status, answer)
	}
	b.login(t, "demo")
	status, answer := b.call(t, "demo", http.MethodGet, "/v1/merchant/meta?choices=true", "")
	var v view
	must(t, json.Unmarshal([]byte(answer), &v))
	if status != 200 || len(v.Choices) != 3 || strings.Contains(answer, "EAA") {
		t.Fatalf("choices: %d, %s", status, answer)
	}
	for _, path := range []string{"messenger/2002002002", "instagram/3003003003", "whatsapp/4004004004"} {
		if status, answer := b.call(t, "demo", http.MethodPut, "/v1/merchant/meta/accounts/"+path, `{"enabled":true}`); status != 200 || strings.Contains(answer, "EAA") {
			t.Errorf("%s: %d, %s", path, status, answer)
		}
	}
	if fields := b.meta.Subscribed("2002002002"); !slices.Contains(fields, "messages") || !slices.Contains(fields, "standby") || slices.Contains(fields, "feed") {
		t.Errorf("subscribed to %v", fields)
	}
	if b.meta.Subscribed("5005005005") == nil {
		t.Error("WhatsApp is not subscribed to")
	}
	for _, c := range v.Choices {
		account, err := channel.ParseAccount(string(c.Channel), c.Account)
		must(t, err)
		connection, err := b.connections.Get(t.Context(), "demo", account)
		must(t, err)
		if !connection.Usable() || !slices.Equal(connection.Scopes, meta.Scopes(account.Kind)) || (account.Kind == channel.WhatsApp) == connection.ExpiresAt.IsZero() {
			t.Errorf("%s: %+v", account, connection)
		}
	}
	// Switched off and on, each by itself.
	if status, answer := b.call(t, "demo", http.MethodPut, "/v1/merchant/meta/accounts/instagram/3003003003", `{"enabled":false}`); status != 200 || !strings.Contains(answer, `"enabled":false`) {
		t.Errorf("off: %d, %s", status, answer)
	}
	if _, answer := b.call(t, "demo", http.MethodGet, "/v1/merchant/meta", ""); strings.Count(answer, `"enabled":true`) != 2 {
		t.Errorf("others are off too: %s", answer)
	}
	// Another merchant sees nothing of it and cannot have it.
	if status, answer := b.call(t, "rival", http.MethodGet, "/v1/merchant/meta?choices=true", ""); status != 200 || answer != `{"accounts":[],"choices":[]}` {
		t.Errorf("a rival: %d, %s", status, answer)
	}
	b.login(t, "rival")
	if status, answer := b.call(t, "rival", http.MethodPut, "/v1/merchant/meta/accounts/messenger/2002002002", `{"enabled":true}`); status != 409 {
		t.Errorf("a rival takes it: %d, %s", status, answer)
	}
	if status, _ := b.call(t, "rival", http.MethodDelete, "/v1/merchant/meta/accounts/messenger/2002002002", ""); status != 204 {
		t.Errorf("a rival deletes: %d", status)
	}
	page := channel.Account{Kind: channel.Messenger, ID: "2002002002"}
	if c, err := b.connections.Get(t.Context(), "demo", page); err != nil || !c.Usable() {
		t.Errorf("it is gone: %v", err)
	}
	// Disconnected at once; Instagram, through the same Page, goes on.
	if status, _ := b.call(t, "demo", http.MethodDelete, "/v1/merchant/meta/accounts/messenger/2002002002", ""); status != 204 {
		t.Errorf("disconnect: %d", status)
	}
	if _, err := b.connections.Get(t.Context(), "demo", page); err == nil {
		t.Error("the token is still there")
	}
	if b.meta.Subscribed("2002002002") == nil {
		t.Error("Instagram's events do not come any more")
	}
	if status, _ := b.call(t, "demo", http.MethodDelete, "/v1/merchant/meta/accounts/instagram/3003003003", ""); status != 204 || b.meta.Subscribed("2002002002") != nil {
		t.Errorf("the last of the Page: %d", status)
	}
}

func TestWhoMayNot(t *testing.T) {
	b := newBench(t)
	for _, c := range [][2]string{{http.MethodGet, ""}, {http.MethodPost, "/logins"}, {http.MethodPut, "/accounts/messenger/1"}, {http.MethodDelete, "/accounts/messenger/1"}} {
		body := ""
		if c[0] == http.MethodPut {
			body = `{"enabled":true}`
		}
		if status, _ := b.call(t, "", c[0], "/v1/merchant/meta"+c[1], body); status != 401 {
			t.Errorf("%s %s: %d", c[0], c[1], status)
		}
	}
	for path, want := range map[string]int{"telegram/1": 400, "messenger/x": 400, "messenger/" + strings.Repeat("1", 40): 400} {
		if status, _ := b.call(t, "demo", http.MethodPut, "/v1/merchant/meta/accounts/"+path, `{"enabled":true}`); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
	signer, err := seal.NewSigner([]byte(localtest.SessionSecret), "another-purpose")
	must(t, err)
	forged, err := signer.Sign(map[string]any{"t": "demo", "e": b.Clock.Now().Add(time.Hour).Unix()})
	must(t, err)
	address, err := b.logins.Begin("demo")
	must(t, err)
	to, err := url.Parse(address)
	must(t, err)
	state := to.Query().Get("state")
	for name, c := range map[string][2]string{"no state": {sandboxmeta.LoginCode, ""}, "a state of another purpose": {sandboxmeta.LoginCode, forged}, "no code": {"", state}, "another code": {"AQother", state}} {
		if err := b.logins.Finish(t.Context(), c[0], c[1]); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	b.Advance(11 * time.Minute)
	if err := b.logins.Finish(t.Context(), sandboxmeta.LoginCode, state); err == nil {
		t.Error("a state that is too old is accepted")
	}
	for _, method := range []string{"get", "post", "put", "delete"} {
		var e events.APIGatewayProxyRequest
		contract.Sample(t, "meta-connect/"+method+".json", &e)
		w := httptest.NewRecorder()
		b.handler.ServeHTTP(w, apigw.NewRequest(t.Context(), &e))
		if w.Code != http.StatusUnauthorized { // the sample's token is another's
			t.Errorf("the sample %s: %d, %s", method, w.Code, w.Body)
		}
	}
}
