package main

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/claim"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Whoever removes the app has their tokens gone before the answer.
func TestDeauthorize(t *testing.T) {
	claim.Proves(t, "C087", "C088")
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "meta-deauthorize", name) }
	h, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), Deletions: env("DELETION_QUEUE_URL"), AppSecret: boot.NewSecret(localtest.MetaAppSecret),
		AppSecretSpare: boot.NewSecret("unset"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	veil, err := channel.NewVeil([]byte(localtest.SessionSecret))
	if err != nil {
		t.Fatal(err)
	}
	connections := meta.NewConnections(table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now), seal.NewSecrets(c.AWS, c.Env(t, "meta-reply", "SECRETS_KEY_ID")))
	account := channel.Account{Kind: channel.WhatsApp, ID: "4004004004"}
	connect := func() {
		if err := connections.Save(t.Context(), meta.Connection{
			Tenant: "demo", Account: account, Through: account.ID, Enabled: true, User: veil.Login("218471"), ConnectedAt: c.Clock.Now(),
		}, "EAAcanaryToken"); err != nil {
			t.Fatal(err)
		}
	}
	gone := func() bool {
		connection, err := connections.Get(t.Context(), "demo", account)
		if err != nil {
			t.Fatal(err)
		}
		_, err = connections.Token(t.Context(), connection)
		return errors.Is(err, meta.ErrDisconnected)
	}
	connect()
	var e events.APIGatewayProxyRequest
	contract.Sample(t, "meta-deauthorize/post.json", &e)
	for name, sample := range map[string]struct {
		signed string
		want   int
		gone   bool
	}{
		"forged": {meta.NewRequest("not-the-secret", `{"algorithm":"HMAC-SHA256","issued_at":1795512600,"user_id":"218471"}`), http.StatusBadRequest, false},
		"signed": {meta.NewRequest(localtest.MetaAppSecret, `{"algorithm":"HMAC-SHA256","issued_at":1795512600,"user_id":"218471"}`), http.StatusOK, true},
	} {
		connect()
		resp, err := contract.Client(t).PostForm(server.URL+"/api/meta/deauthorize", url.Values{"signed_request": {sample.signed}})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != sample.want || gone() != sample.gone {
			t.Errorf("%s: %d, gone %v, %s", name, resp.StatusCode, gone(), body)
		}
	}
	connect()
	c.Advance(time.Unix(1792143000, 0).Sub(c.Clock.Now()))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, apigw.NewRequest(t.Context(), &e))
	if w.Code != http.StatusOK || !gone() {
		t.Errorf("the sample: %d, %s", w.Code, w.Body)
	}
}
