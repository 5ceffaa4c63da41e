package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const shop = id.Tenant("demo")

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheCodeBeginsTheRequest(t *testing.T) {
	claim.Proves(t, "C159")
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "privacy-verify", name) }
	outside := c.Outside(t, "")
	handler, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), ErasureQueue: env("ERASURE_QUEUE_URL"), ExportQueue: env("EXPORT_QUEUE_URL"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
		SecretsKey: env("SECRETS_KEY_ID"), Domain: env("DOMAIN_NAME"), ResendBaseURL: outside.ResendURL, ResendKey: boot.NewSecret("re_test"), MailFrom: env("MAIL_FROM"),
		AllowPrivate: []string{strings.TrimPrefix(outside.ShopifyURL, "http://")},
	})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := contract.Client(t)
	requests, err := rights.NewStore(table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now), []byte(localtest.SessionSecret))
	must(t, err)
	tickets, err := rights.NewTickets([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	main := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)
	must(t, tenant.NewStore(main).Save(t.Context(), tenant.Account{
		Tenant: shop, Name: "Demo", Domains: []string{"demo.example"}, SiteURL: "https://demo.example/", ContactEmail: "help@demo.example", CreatedAt: c.Clock.Now(),
	}.WithDefaults()))
	contact, err := rights.NewNotes(seal.NewSecrets(c.AWS, env("SECRETS_KEY_ID"))).Seal(t.Context(), shop, "hers@example.com")
	must(t, err)
	begin := func(kind rights.Kind, who id.Subject) (id.Request, string, string) {
		name, err := requests.Accept(t.Context(), shop, rights.Request{Kind: kind, Source: rights.FromShopper, SourceID: string(who), State: rights.Unverified, Subjects: []id.Subject{who}, Contact: contact, Language: "de", Conversations: []id.Conversation{"c1"}})
		must(t, err)
		code, err := requests.NewCode(t.Context(), shop, name, who)
		must(t, err)
		ticket, err := tickets.Issue(shop, name, false)
		must(t, err)
		return name, code, ticket
	}
	verify := func(name id.Request, ticket, code string) (int, provedView) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v1/privacy/requests/"+string(name)+"/verification", strings.NewReader(fmt.Sprintf(`{"code":%q}`, code)))
		must(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+ticket)
		resp, err := client.Do(req)
		must(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		var v provedView
		if resp.StatusCode == http.StatusOK {
			must(t, json.Unmarshal(body, &v))
		}
		return resp.StatusCode, v
	}
	name, code, ticket := begin(rights.Erase, "hers")
	other, _, foreign := begin(rights.Export, "his")
	for _, bad := range []struct {
		ticket, code string
		want         int
	}{{ticket, "1234567", 403}, {foreign, code, 401}, {"nonsense", code, 401}, {"", code, 401}} {
		if status, _ := verify(name, bad.ticket, bad.code); status != bad.want {
			t.Errorf("with %q and %q: %d, want %d", bad.ticket, bad.code, status, bad.want)
		}
	}
	status, v := verify(name, ticket, " "+code+" ")
	if status != http.StatusOK || v.State != rights.Accepted || v.Ticket == "" || v.Ticket == ticket {
		t.Fatalf("answered %d, %+v", status, v)
	}
	if linked, err := requests.Linked(t.Context(), shop, "hers"); err != nil || len(linked) != 1 {
		t.Errorf("the chat it was asked from is not hers: %v, %v", linked, err)
	}
	queued := func(name string) string {
		url := env(name)
		out, err := sqs.NewFromConfig(c.AWS).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10})
		must(t, err)
		var all []string
		for _, m := range out.Messages {
			all = append(all, *m.Body)
		}
		return strings.Join(all, "\n")
	}
	if got, want := queued("ERASURE_QUEUE_URL"), fmt.Sprintf(`{"tenant":"demo","request":%q}`, name); got != want {
		t.Errorf("queued %s, want %s", got, want)
	}
	if got := queued("EXPORT_QUEUE_URL"); got != "" {
		t.Errorf("%s began without its code: %s", other, got)
	}

	// What a person at the shop decides is acknowledged at once, and the shop is told.
	if len(outside.Mail.Messages("")) != 0 {
		t.Errorf("mailed %+v", outside.Mail.Messages(""))
	}
	complaint, code, ticket := begin(rights.Complaint, "hers")
	if status, v := verify(complaint, ticket, code); status != http.StatusOK || v.State != rights.Waiting {
		t.Fatalf("answered %d, %+v", status, v)
	}
	for address, says := range map[string][]string{
		"hers@example.com":  {"Demo hat Ihre Anfrage erhalten: eine Beschwerde.", "2026-12-24", "https://api.test/v1/privacy/requests#" + string(complaint) + "."},
		"help@demo.example": {"a complaint", "2026-12-24", string(complaint)},
	} {
		letters := outside.Mail.Messages(address)
		if len(letters) != 1 {
			t.Errorf("%s got %d letters", address, len(letters))
			continue
		}
		for _, words := range says {
			if !strings.Contains(letters[0].Text, words) {
				t.Errorf("%s: %q is not in %s", address, words, letters[0].Text)
			}
		}
		if address == "help@demo.example" && strings.Contains(letters[0].Text, "hers") {
			t.Errorf("the shop is told who: %s", letters[0].Text)
		}
	}
	if r, err := requests.Get(t.Context(), shop, complaint); err != nil || !r.Acknowledged().Equal(c.Clock.Now()) {
		t.Errorf("the complaint is %+v, %v", r, err)
	}
}
