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
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A merchant sets its own retention, to less than 90 days and never to more, and the
// change is in the audit log, with what it was and what it is.
func TestRetentionIsSet(t *testing.T) {
	claim.Proves(t, "C112", "C113", "C098")
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "merchant-settings", name) }
	handler, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := contract.Client(t)
	tokens, err := identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	main := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)
	for _, shop := range []id.Tenant{"demo", "rival"} {
		must(t, tenant.NewStore(main).Save(t.Context(), tenant.Account{
			Tenant: shop, Name: string(shop), Domains: []string{string(shop) + ".example"}, SiteURL: "https://" + string(shop) + ".example/",
			ContactEmail: "help@" + string(shop) + ".example", CreatedAt: c.Clock.Now(),
		}.WithDefaults()))
	}
	call := func(shop id.Tenant, method, body string) (int, settingsView) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/v1/merchant/settings", strings.NewReader(body))
		must(t, err)
		if shop != "" {
			token, err := tokens.Mint(shop, c.Clock.Now().Add(time.Hour))
			must(t, err)
			req.Header.Set("Authorization", "Bearer "+token)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		must(t, err)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		must(t, err)
		var v settingsView
		if resp.StatusCode == http.StatusOK {
			must(t, json.Unmarshal(raw, &v))
		}
		return resp.StatusCode, v
	}
	for _, step := range []struct {
		name   string
		shop   id.Tenant
		method string
		body   string
		want   int
		days   int
	}{
		{"as it is", "demo", http.MethodGet, "", 200, 90},
		{"too long", "demo", http.MethodPut, `{"chat_days":91}`, 400, 0},
		{"not at all", "demo", http.MethodPut, `{"chat_days":0}`, 400, 0},
		{"left open", "demo", http.MethodPut, `{}`, 400, 0},
		{"something else", "demo", http.MethodPut, `{"chat_days":30,"name":"x"}`, 400, 0},
		{"nobody", "", http.MethodPut, `{"chat_days":30}`, 401, 0},
		{"unknown", "nobody", http.MethodGet, "", 404, 0},
		{"nothing has changed", "demo", http.MethodGet, "", 200, 90},
		{"the shortest", "demo", http.MethodPut, `{"chat_days":1}`, 200, 1},
		{"a month", "demo", http.MethodPut, `{"chat_days":30}`, 200, 30},
		{"it stays", "demo", http.MethodGet, "", 200, 30},
		{"the neighbour's", "rival", http.MethodGet, "", 200, 90},
	} {
		if status, v := call(step.shop, step.method, step.body); status != step.want || v.ChatDays != step.days {
			t.Errorf("%s: %d, %+v; want %d, %d days", step.name, status, v, step.want, step.days)
		}
	}
	log, err := audit.New(main, []byte(localtest.SessionSecret), "test")
	must(t, err)
	entries, err := log.Entries(t.Context(), "demo", "2026-11")
	must(t, err)
	if len(entries) != 2 || entries[0].Before == "" || entries[0].After == entries[0].Before || entries[1].Before != entries[0].After ||
		entries[1].Actor != audit.Merchant || entries[1].By != "merchant-settings" {
		t.Errorf("logged %+v", entries)
	}
}
