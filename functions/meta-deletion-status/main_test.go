package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/erasure"
	"omniops/shared/channel/meta"
	"omniops/shared/claim"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Whoever has the code sees how far it is, in their language, and nothing else.
func TestThePage(t *testing.T) {
	claim.Proves(t, "C089")
	c := localtest.Start(t)
	main := table.New(c.AWS, c.Env(t, "meta-deletion-status", "TABLE_NAME"), c.Clock.Now)
	h, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{Table: c.Env(t, "meta-deletion-status", "TABLE_NAME")})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	veil, err := channel.NewVeil([]byte(localtest.SessionSecret))
	if err != nil {
		t.Fatal(err)
	}
	keys := seal.NewKeyring(c.AWS, table.New(c.AWS, c.Env(t, "meta-reply", "KEY_TABLE_NAME"), c.Clock.Now), c.Env(t, "meta-reply", "KEYRING_KEY_ID"))
	connections := meta.NewConnections(main, seal.NewSecrets(c.AWS, c.Env(t, "meta-reply", "SECRETS_KEY_ID")))
	deletions := &erasure.Deletions{
		Eraser:      &erasure.Eraser{Table: main, Keys: keys, Threads: channel.NewThreads(main, keys, veil), Veil: veil, Now: c.Clock.Now},
		Connections: connections, Queue: func(context.Context, erasure.Order) error { return nil },
	}
	account := channel.Account{Kind: channel.Messenger, ID: "2002002002"}
	if err := connections.Save(t.Context(), meta.Connection{Tenant: "demo", Account: account, Name: "canary", Through: account.ID, Enabled: true, User: veil.Login("218471"), ConnectedAt: c.Clock.Now()}, "EAAcanaryToken"); err != nil {
		t.Fatal(err)
	}
	deletion, err := deletions.Ask(t.Context(), meta.SignedRequest{User: "218471", Issued: c.Clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	show := func(code, language string, status int) string {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/meta/deletion/"+code, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Language", language)
		resp, err := contract.Client(t).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != status || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s in %s: %d, %v", code, language, resp.StatusCode, resp.Header)
		}
		for _, secret := range []string{"canary", "demo", account.ID, "218471", "<script"} {
			if strings.Contains(string(body), secret) {
				t.Errorf("the page shows %s", secret)
			}
		}
		return string(body)
	}
	for language, want := range map[string]string{
		"":                  "at the latest on Thursday 24 December 2026",
		"de-AT,de;q=0.9":    "spätestens am Donnerstag, 24. Dezember 2026",
		"fr-CA, en;q=0.5":   "au plus tard le jeudi 24 décembre 2026",
		"xx, <b>, ja;q=0.1": "being deleted",
	} {
		if body := show(string(deletion.Code), language, 200); !strings.Contains(body, want) {
			t.Errorf("%q: %s", language, body)
		}
	}
	c.Advance(time.Hour)
	if done, err := deletions.Run(t.Context(), deletion.Code, c.Clock.Now().Add(time.Minute)); err != nil || !done {
		t.Fatal(done, err)
	}
	if body := show(string(deletion.Code), "de", 200); !strings.Contains(body, "Ihre Daten sind gelöscht") || !strings.Contains(body, `<html lang="de">`) {
		t.Errorf("done: %s", body)
	}
	for _, code := range []string{"0e7qaygv5yds6nyjphf6j25k66", "x", "UPPER", "%3Cscript%3E", strings.Repeat("a", 200)} {
		if body := show(code, "en", 404); !strings.Contains(body, "There is no such deletion") {
			t.Errorf("%s: %s", code, body)
		}
	}
	var e events.APIGatewayProxyRequest
	contract.Sample(t, "meta-deletion-status/get.json", &e)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, apigw.NewRequest(t.Context(), &e))
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "Diese Löschung gibt es nicht") {
		t.Errorf("the sample: %d, %s", w.Code, w.Body)
	}
}
