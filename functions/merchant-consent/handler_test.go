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
	"omniops/shared/consent"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/table"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAMerchantChoosesInTheDashboard(t *testing.T) {
	claim.Proves(t, "C033")
	c := localtest.Start(t)
	s := settings{Table: c.Env(t, "merchant-consent", "TABLE_NAME"), SessionSecret: boot.NewSecret(localtest.SessionSecret)}
	h, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s)
	must(t, err)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	client := contract.Client(t)
	tokens, err := identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	do := func(name id.Tenant, method, body string) (int, consent.View, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/v1/merchant/consent", strings.NewReader(body))
		must(t, err)
		req.Header.Set("Content-Type", "application/json")
		if name != "" {
			token, err := tokens.Mint(name, c.Clock.Now().Add(time.Hour))
			must(t, err)
			req.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := client.Do(req)
		must(t, err)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		must(t, err)
		var v consent.View
		if resp.StatusCode == http.StatusOK {
			must(t, json.Unmarshal(raw, &v))
		}
		return resp.StatusCode, v, string(raw) + strings.Join(resp.Header["Set-Cookie"], ";")
	}
	choice := func(analytics, marketing string) string {
		return `{"choices":{"analytics":` + analytics + `,"marketing":` + marketing + `},"version":"` + consent.Version + `","language":"de","method":"preference-centre"}`
	}
	if status, v, raw := do("demo", http.MethodGet, ""); status != http.StatusOK || v.Decided || v.Choices[consent.Analytics] || v.Choices[consent.Marketing] {
		t.Errorf("before a choice: %d, %s", status, raw)
	}
	if status, v, raw := do("demo", http.MethodPost, choice("true", "true")); status != http.StatusOK || !v.Decided || !v.Choices[consent.Analytics] || !v.Choices[consent.Marketing] || len(v.Expire) != 0 {
		t.Errorf("after a yes: %d, %s", status, raw)
	}
	status, v, raw := do("demo", http.MethodPost, choice("false", "true"))
	if status != http.StatusOK || v.Choices[consent.Analytics] || !v.Choices[consent.Marketing] || len(v.Receipts) != 2 || v.Receipts[0].Method != consent.ByCentre {
		t.Errorf("after withdrawing analytics: %d, %s", status, raw)
	}
	for _, name := range consent.AnalyticsCookies() {
		if !strings.Contains(raw, name+"=; Path=/; Max-Age=0") {
			t.Errorf("the answer leaves the cookie %s: %s", name, raw)
		}
	}
	if _, v, raw := do("rival", http.MethodGet, ""); v.Decided || len(v.Receipts) != 0 {
		t.Errorf("another merchant sees %s", raw)
	}
	if status, _, raw := do("", http.MethodGet, ""); status != http.StatusUnauthorized {
		t.Errorf("nobody sees %d, %s", status, raw)
	}
	if status, _, _ := do("", http.MethodPost, choice("true", "true")); status != http.StatusUnauthorized {
		t.Errorf("nobody chooses: %d", status)
	}
	if status, _, raw := do("demo", http.MethodPost, `{"choices":{"analytics":true},"version":"`+consent.Version+`","language":"de","method":"preference-centre"}`); status != http.StatusBadRequest {
		t.Errorf("a choice that is silent on marketing: %d, %s", status, raw)
	}
	// The receipt is the merchant's own, for which we are the controller.
	history, err := consent.NewStore(table.New(c.AWS, s.Table, c.Clock.Now)).History(t.Context(), "demo", consent.OfMerchant)
	must(t, err)
	if len(history) != 2 || history[0].Audience != consent.Merchants {
		t.Errorf("receipts %+v", history)
	}
}
