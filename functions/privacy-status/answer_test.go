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
	"time"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// A person is asked something, sees it, and answers once; only then, and only under
// the law whose clock stops, has the last day moved, by the days they were waited for.
func TestThePersonIsWaitedFor(t *testing.T) {
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "privacy-status", name) }
	handler, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), SecretsKey: env("SECRETS_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := contract.Client(t)
	requests, err := rights.NewStore(table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now), []byte(localtest.SessionSecret))
	must(t, err)
	tickets, err := rights.NewTickets([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	notes := rights.NewNotes(seal.NewSecrets(c.AWS, env("SECRETS_KEY_ID")))
	call := func(of id.Tenant, name id.Request, proved bool, method, body string) (int, statusView) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/v1/privacy/requests/"+string(name), strings.NewReader(body))
		must(t, err)
		ticket, err := tickets.Issue(of, name, proved)
		must(t, err)
		req.Header.Set("Authorization", "Bearer "+ticket)
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		must(t, err)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		must(t, err)
		var v statusView
		if resp.StatusCode == http.StatusOK {
			must(t, json.Unmarshal(raw, &v))
		}
		return resp.StatusCode, v
	}
	began := c.Clock.Offset()
	for law, due := range map[rights.Law]string{rights.UKGDPR: "2027-01-03", rights.GDPR: "2026-12-24", rights.CCPA: "2027-01-08"} {
		c.Clock.SetOffset(began)
		name, err := requests.Accept(t.Context(), shop, rights.Request{Kind: rights.Correct, Source: rights.FromShopper, SourceID: string(law), Law: law, Subjects: []id.Subject{"hers"}})
		must(t, err)
		if status, _ := call(shop, name, true, http.MethodPut, `{"answer":"Nobody asked."}`); status != http.StatusConflict {
			t.Errorf("%s: an answer to nothing: %d", law, status)
		}
		c.Advance(24 * time.Hour)
		asked, err := notes.Seal(t.Context(), shop, "Which of the two addresses is yours?")
		must(t, err)
		_, err = requests.Change(t.Context(), shop, name, func(r *rights.Request) error { return r.Ask(asked, c.Clock.Now()) })
		must(t, err)
		c.Advance(10 * 24 * time.Hour)
		if status, v := call(shop, name, true, http.MethodGet, ""); status != http.StatusOK || v.Asked != "Which of the two addresses is yours?" || v.DueOn != due {
			t.Errorf("%s: while it waits: %d, %+v; due on %s", law, status, v, due)
		}
		if _, v := call(shop, name, false, http.MethodGet, ""); v.Asked != "" {
			t.Errorf("%s: who has not proved it sees %+v", law, v)
		}
		for _, bad := range []struct {
			of     id.Tenant
			proved bool
			body   string
			want   int
		}{{shop, false, `{"answer":"x"}`, 403}, {"rival", true, `{"answer":"x"}`, 404}, {shop, true, `{"answer":" "}`, 400}, {shop, true, fmt.Sprintf(`{"answer":%q}`, strings.Repeat("x", 1001)), 400}} {
			if status, _ := call(bad.of, name, bad.proved, http.MethodPut, bad.body); status != bad.want {
				t.Errorf("%s: %.40s of %s: %d, want %d", law, bad.body, bad.of, status, bad.want)
			}
		}
		if status, v := call(shop, name, true, http.MethodPut, `{"answer":"The first one."}`); status != http.StatusOK || v.Asked != "" || v.DueOn != due {
			t.Errorf("%s: answered: %d, %+v", law, status, v)
		}
		if status, _ := call(shop, name, true, http.MethodPut, `{"answer":"Again."}`); status != http.StatusConflict {
			t.Errorf("%s: answered twice: %d", law, status)
		}
		c.Advance(5 * 24 * time.Hour) // the clock goes on
		if _, v := call(shop, name, true, http.MethodGet, ""); v.DueOn != due {
			t.Errorf("%s: later it is due on %s, want %s", law, v.DueOn, due)
		}
		r, err := requests.Get(t.Context(), shop, name)
		must(t, err)
		if words, err := notes.Open(t.Context(), shop, r.Answer); err != nil || words.Reveal() != "The first one." || strings.Contains(fmt.Sprint(c.Items(t, env("TABLE_NAME"))), "first one") {
			t.Errorf("%s: kept is %+v, %v", law, r, err)
		}
	}
}
