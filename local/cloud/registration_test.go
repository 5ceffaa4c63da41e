package cloud_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// register has a merchant of an address register, twice: with an account already,
// the link signs in. It gives the account.
func (s *system) register(t *testing.T, address string) (tenant string) {
	t.Helper()
	asked, err := json.Marshal(map[string]any{"email": address, "business_name": "Moss & Fern", "country": "GB", "of_age": true, "terms_version": "2026-11-24"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if resp, body := call(t, http.MethodPost, s.API+"/v1/registrations", string(asked), "Content-Type", "application/json"); resp.StatusCode != http.StatusAccepted {
			t.Fatalf("register: %d, %s", resp.StatusCode, body)
		}
		mails := s.Mail.Messages(address) // newest first
		_, link, _ := strings.Cut(mails[0].Text, "/v1/registrations#")
		link, _, _ = strings.Cut(link, "\n")
		resp, body := call(t, http.MethodPost, s.API+"/v1/registrations/opening", `{"link":"`+link+`"}`, "Content-Type", "application/json")
		var account struct {
			Tenant string `json:"tenant"`
			Token  string `json:"merchant_token"`
		}
		if err := json.Unmarshal([]byte(body), &account); err != nil || resp.StatusCode != http.StatusCreated || tenant != "" && account.Tenant != tenant {
			t.Fatalf("open the account %s: %d, %s, %v", tenant, resp.StatusCode, body, err)
		}
		tenant = account.Tenant
		if resp, body := call(t, http.MethodGet, s.API+"/v1/merchant/site", "", "Authorization", "Bearer "+account.Token); resp.StatusCode != http.StatusOK {
			t.Errorf("with the token: %d, %s", resp.StatusCode, body)
		}
	}
	return tenant
}
