package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/rights"
	"omniops/shared/table"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A merchant sees its own requests with their deadlines, decides those that wait for a
// person, once, and extends the time as the law allows.
func TestAMerchantDecides(t *testing.T) {
	claim.Proves(t, "C159", "C048")
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "merchant-request", name) }
	handler, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), KeyringKey: env("KEYRING_KEY_ID"), SecretsKey: env("SECRETS_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := contract.Client(t)
	tokens, err := identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	requests, err := rights.NewStore(table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now), []byte(localtest.SessionSecret))
	must(t, err)
	accept := func(kind rights.Kind, law rights.Law, state rights.State) id.Request {
		name, err := requests.Accept(t.Context(), "demo", rights.Request{Kind: kind, Law: law, State: state, Source: rights.FromShopper, SourceID: string(kind) + string(law) + string(state), Conversations: []id.Conversation{"c1"}})
		must(t, err)
		return name
	}
	complaint, platform := accept(rights.Complaint, rights.UKGDPR, ""), accept(rights.Object, rights.ShopifyTerms, "")
	erase := accept(rights.Erase, rights.UKGDPR, "")
	accept(rights.Erase, rights.UKGDPR, rights.Unverified)
	call := func(shop id.Tenant, method, path, body string, into any) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/v1/merchant/requests"+path, strings.NewReader(body))
		must(t, err)
		token, err := tokens.Mint(shop, c.Clock.Now().Add(time.Hour))
		must(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		must(t, err)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		must(t, err)
		if into != nil && resp.StatusCode == http.StatusOK {
			must(t, json.Unmarshal(raw, into))
		}
		return resp.StatusCode
	}
	var list struct{ Requests []requestView }
	if status := call("demo", http.MethodGet, "", "", &list); status != 200 || len(list.Requests) != 3 || list.Requests[0].DaysLeft != 30 {
		t.Errorf("the list is %d, %+v", status, list)
	}
	if call("rival", http.MethodGet, "", "", &list); len(list.Requests) != 0 {
		t.Errorf("another shop sees %+v", list)
	}
	for _, step := range []struct {
		name string
		shop id.Tenant
		of   id.Request
		body string
		want int
	}{
		{"another shop's", "rival", complaint, `{"decision":"done"}`, 404},
		{"no decision", "demo", complaint, `{"decision":"maybe"}`, 400},
		{"what is done by itself", "demo", erase, `{"decision":"done"}`, 409},
		{"a platform's time", "demo", platform, `{"decision":"extended"}`, 409},
		{"nothing to correct", "demo", complaint, `{"decision":"done","message_id":"m1","correction":"x"}`, 400},
		{"a question without words", "demo", complaint, `{"decision":"ask"}`, 400},
		{"nothing to go on with", "demo", complaint, `{"decision":"resume"}`, 409},
		{"a question", "demo", complaint, `{"decision":"ask","question":"Which chat is it about?"}`, 200},
		{"a second question", "demo", complaint, `{"decision":"ask","question":"And when?"}`, 409},
		{"they wrote an e-mail", "demo", complaint, `{"decision":"resume"}`, 200},
		{"more time", "demo", complaint, `{"decision":"extended"}`, 200},
		{"more time twice", "demo", complaint, `{"decision":"extended"}`, 409},
		{"done", "demo", complaint, `{"decision":"done"}`, 200},
		{"done twice", "demo", complaint, `{"decision":"done"}`, 409},
		{"refused", "demo", platform, `{"decision":"refused"}`, 200},
	} {
		if status := call(step.shop, http.MethodPut, "/"+string(step.of), step.body, nil); status != step.want {
			t.Errorf("%s: %d, want %d", step.name, status, step.want)
		}
	}
	if r, err := requests.Get(t.Context(), "demo", complaint); err != nil || r.State != rights.Done || r.Due.Format(time.DateOnly) != "2027-02-24" || len(r.Receipt) != 2 {
		t.Errorf("the complaint is %+v, %v", r, err)
	}
}
