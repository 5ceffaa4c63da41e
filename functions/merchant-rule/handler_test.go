package main

import (
	"bytes"
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
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/table"
)

const usual = `{"automatic":true,"within_hours":24,"max_amount":null,"excluded_items":[],"per_customer":3}`

func rules(cancel string) string {
	return `{"cancel":` + cancel + `,"return":` + usual + `,"refund":` + usual + `,"address":` + usual + `}`
}

func TestRules(t *testing.T) {
	c := localtest.Start(t)
	h, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: c.Env(t, "merchant-rule", "TABLE_NAME"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	tokens, err := identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	client := contract.Client(t)
	call := func(tenant id.Tenant, method, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/v1/merchant/rules", bytes.NewReader([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		if tenant != "" {
			token, err := tokens.Mint(tenant, c.Clock.Now().Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+token)
		}
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(got)
	}
	if status, body := call("demo", http.MethodGet, ""); status != 200 || !strings.Contains(body, `"version":"default"`) {
		t.Errorf("before any edit: %d %s", status, body)
	}
	for _, r := range []struct {
		name, body string
		tenant     id.Tenant
		status     int
	}{
		{"nobody", rules(usual), "", 401},
		{"days that never end", rules(strings.Replace(usual, "24", "8761", 1)), "demo", 400},
		{"a negative limit", rules(strings.Replace(usual, `"per_customer":3`, `"per_customer":-1`, 1)), "demo", 400},
		{"an empty word", rules(strings.Replace(usual, `[]`, `[" "]`, 1)), "demo", 400},
		{"no currency", rules(strings.Replace(usual, `null`, `{"minor":100,"currency":"pounds"}`, 1)), "demo", 400},
		{"an amount below nothing", rules(strings.Replace(usual, `null`, `{"minor":-1,"currency":"GBP"}`, 1)), "demo", 400},
		{"an unknown field", `{"refunds":{}}`, "demo", 400},
		{"nothing at all", `{}`, "demo", 400},
		{"one rule of four", `{"cancel":` + usual + `}`, "demo", 400},
		{"no list", rules(strings.Replace(usual, `[]`, `null`, 1)), "demo", 400},
		{"no word on hours", rules(strings.Replace(usual, `"within_hours":24,`, ``, 1)), "demo", 400},
		{"no word on how often", rules(strings.Replace(usual, `,"per_customer":3`, ``, 1)), "demo", 400},
		{"no word on money", rules(strings.Replace(usual, `"max_amount":null,`, ``, 1)), "demo", 400},
		{"no word on who decides", rules(strings.Replace(usual, `"automatic":true,`, ``, 1)), "demo", 400},
		{"an empty rule", rules(`{}`), "demo", 400},
		{"half an amount", rules(strings.Replace(usual, `null`, `{"currency":"GBP"}`, 1)), "demo", 400},
		{"a field that there is not", rules(strings.Replace(usual, `"per_customer":3`, `"per_customer":3,"for_ever":true`, 1)), "demo", 400},
		{"a currency that there is not", rules(strings.Replace(usual, `null`, `{"minor":100,"currency":"ZZZ"}`, 1)), "demo", 400},
		{"a version that was not read", `{"version":"made-up",` + rules(usual)[1:], "demo", 409},
		{"not JSON", `rules`, "demo", 400},
		{"a limit of 50 pounds", rules(strings.Replace(usual, `null`, `{"minor":5000,"currency":"GBP"}`, 1)), "demo", 200},
	} {
		t.Run(r.name, func(t *testing.T) {
			if status, body := call(r.tenant, http.MethodPut, r.body); status != r.status {
				t.Errorf("%d %s, want %d", status, body, r.status)
			}
		})
	}
	if status, body := call("demo", http.MethodGet, ""); status != 200 || strings.Contains(body, `"version":"default"`) || !strings.Contains(body, `"minor":5000`) {
		t.Errorf("after the edit: %d %s", status, body)
	}
	if status, body := call("other", http.MethodGet, ""); status != 200 || !strings.Contains(body, `"version":"default"`) {
		t.Errorf("another merchant: %d %s", status, body)
	}
	// What was read may be sent back, once.
	_, read := call("demo", http.MethodGet, "")
	if status, body := call("demo", http.MethodPut, read); status != 200 || !strings.Contains(body, `"minor":5000`) {
		t.Errorf("sent back: %d %s", status, body)
	}
	if status, body := call("demo", http.MethodPut, read); status != 409 {
		t.Errorf("sent back over newer ones: %d %s", status, body)
	}
	_, read = call("other", http.MethodGet, "")
	if status, body := call("other", http.MethodPut, read); status != 200 {
		t.Errorf("the default ones sent back: %d %s", status, body)
	}
	log, err := audit.New(table.New(c.AWS, c.Env(t, "merchant-rule", "TABLE_NAME"), c.Clock.Now), []byte(localtest.SessionSecret), "test")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := log.Entries(t.Context(), "demo", c.Clock.Now().Format("2006-01"))
	if err != nil || len(entries) != 2 || entries[0].Actor != audit.Merchant || entries[0].Record != "commerce.rules" || entries[0].Before == entries[0].After || entries[1].Before != entries[0].After {
		t.Errorf("logged %+v, %v", entries, err)
	}
	_, problem := call("demo", http.MethodPut, rules(strings.Replace(usual, `"within_hours":24,`, ``, 1)))
	if !strings.Contains(problem, `cancel.within_hours`) {
		t.Errorf("a missing field is not named: %s", problem)
	}
}
