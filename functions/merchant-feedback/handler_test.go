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

	"github.com/aws/aws-lambda-go/events"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
	"omniops/shared/conversation"
	"omniops/shared/feedback"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A merchant reads what its own shoppers sent, each reading is in the audit log, and
// what is not to be read by anybody is not shown.
func TestAMerchantReadsItsOwn(t *testing.T) {
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "merchant-feedback", name) }
	s := settings{Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), KeyringKey: env("KEYRING_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret)}
	h, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s)
	must(t, err)
	server := httptest.NewServer(h)
	defer server.Close()
	main := table.New(c.AWS, s.Table, c.Clock.Now)
	ring := seal.NewKeyring(c.AWS, table.New(c.AWS, s.KeyTable, c.Clock.Now), s.KeyringKey)
	tokens, err := identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	sessions, err := webchat.NewSessions([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	notes, chats := feedback.NewStore(main, ring), conversation.NewStore(main, ring)
	client := contract.Client(t)
	given := map[string]conversation.Ref{}
	for _, name := range []id.Tenant{"demo", "rival"} {
		must(t, tenant.NewStore(main).Save(t.Context(), tenant.Account{
			Tenant: name, Name: string(name), Domains: []string{string(name) + ".example"}, SiteURL: "https://" + string(name) + ".example", ContactEmail: "help@" + string(name) + ".example", CreatedAt: c.Clock.Now(),
		}.WithDefaults()))
	}
	give := func(t *testing.T, shop id.Tenant, text string) {
		t.Helper()
		c.Advance(time.Millisecond)
		session, _, err := sessions.Start(shop, string(shop)+".example", "en")
		must(t, err)
		n, err := feedback.New(feedback.Enquiry, 0, text)
		must(t, err)
		_, err = notes.Add(t.Context(), session.Ref(), n, 90*inventory.Day)
		must(t, err)
		given[text] = session.Ref()
	}
	day := c.Clock.Now().UTC().Format(time.DateOnly)
	for _, text := range []string{"first", "restricted", "erased", "last"} {
		give(t, "demo", text)
	}
	give(t, "rival", "rival's")
	must(t, chats.Choose(t.Context(), given["restricted"], conversation.Restricted, true))
	must(t, chats.Bury(t.Context(), given["erased"]))
	must(t, ring.DestroySubject(t.Context(), "demo", given["erased"].Shopper))

	list := func(t *testing.T, shop id.Tenant, query string) (int, string) {
		t.Helper()
		token, err := tokens.Mint(shop, c.Clock.Now().Add(time.Hour))
		must(t, err)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/merchant/feedback"+query, nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		resp, err := client.Do(r)
		must(t, err)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		must(t, err)
		var v struct {
			Day      string     `json:"day"`
			Feedback []noteView `json:"feedback"`
		}
		must(t, json.Unmarshal(raw, &v))
		var texts []string
		for _, n := range v.Feedback {
			if given[n.Text].Conversation != n.Conversation {
				t.Errorf("%q is shown with another conversation", n.Text)
			}
			texts = append(texts, n.Text)
		}
		return resp.StatusCode, v.Day + " " + strings.Join(texts, " ")
	}
	for name, want := range map[string]struct {
		shop   id.Tenant
		query  string
		status int
		said   string
	}{
		"the shop":          {"demo", "", http.StatusOK, day + " last first"},
		"the shop, by day":  {"demo", "?day=" + day, http.StatusOK, day + " last first"},
		"another day":       {"demo", "?day=2026-01-02", http.StatusOK, "2026-01-02 "},
		"another shop":      {"rival", "", http.StatusOK, day + " rival's"},
		"what is not a day": {"demo", "?day=x", http.StatusBadRequest, " "},
	} {
		t.Run(name, func(t *testing.T) {
			if status, said := list(t, want.shop, want.query); status != want.status || said != want.said {
				t.Errorf("%d %q, want %d %q", status, said, want.status, want.said)
			}
		})
	}
	read := 0
	for _, item := range c.Items(t, s.Table) {
		if strings.Contains(item, "feedback.note") && strings.Contains(item, "AUDIT#") {
			read++
		}
		if strings.Contains(item, "AUDIT#") && strings.Contains(item, "first") {
			t.Errorf("the audit log holds what was said: %s", item)
		}
	}
	if read != 3 {
		t.Errorf("%d readings are in the audit log, want 3", read)
	}
	c.Advance(90 * inventory.Day)
	if status, said := list(t, "demo", "?day="+day); status != http.StatusOK || said != day+" " {
		t.Errorf("after 90 days: %d %q", status, said)
	}

	var e events.APIGatewayProxyRequest
	contract.Sample(t, "merchant-feedback/get.json", &e)
	token, err := tokens.Mint("demo", c.Clock.Now().Add(time.Hour))
	must(t, err)
	e.Headers["Authorization"], e.MultiValueHeaders["Authorization"] = "Bearer "+token, []string{"Bearer " + token}
	if resp := apigw.Buffered(t.Context(), h, &e); resp.StatusCode != http.StatusOK {
		t.Errorf("the sample event: %d, %s", resp.StatusCode, resp.Body)
	}
}
