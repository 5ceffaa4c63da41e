package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/table"
)

const shop = id.Tenant("demo")

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestARequestIsFollowed(t *testing.T) {
	c := localtest.Start(t)
	name := c.Env(t, "privacy-status", "TABLE_NAME")
	handler, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{Table: name, SecretsKey: c.Env(t, "privacy-status", "SECRETS_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret)})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := contract.Client(t)
	requests, err := rights.NewStore(table.New(c.AWS, name, c.Clock.Now), []byte(localtest.SessionSecret))
	must(t, err)
	tickets, err := rights.NewTickets([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	request, err := requests.Accept(t.Context(), shop, rights.Request{Kind: rights.Erase, Source: rights.FromShopper, SourceID: "1", Law: rights.UKGDPR, Subjects: []id.Subject{"hers"}})
	must(t, err)
	receipt := []rights.Effect{
		{Store: "conversation", Outcome: rights.Erased, Count: 4, Why: "Gone."},
		{Store: "rights.request", Outcome: rights.Kept, Count: 1, Why: "To show it.", Until: time.Date(2028, 11, 23, 0, 0, 0, 0, time.UTC)},
	}
	_, err = requests.Change(t.Context(), shop, request, func(r *rights.Request) error {
		r.State, r.EndedAt, r.Receipt = rights.Done, c.Clock.Now(), receipt
		return nil
	})
	must(t, err)
	show := func(ticket string) (int, statusView) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/privacy/requests/"+string(request), nil)
		must(t, err)
		req.Header.Set("Authorization", "Bearer "+ticket)
		resp, err := client.Do(req)
		must(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		var v statusView
		if resp.StatusCode == http.StatusOK {
			must(t, json.Unmarshal(body, &v))
		}
		return resp.StatusCode, v
	}
	issue := func(t *testing.T, shop id.Tenant, r id.Request, proved bool) string {
		ticket, err := tickets.Issue(shop, r, proved)
		must(t, err)
		return ticket
	}
	want := statusView{
		ID: request, Kind: rights.Erase, Law: rights.UKGDPR, State: rights.Done, ReceivedAt: c.Clock.Now(), DueOn: "2026-12-24", EndedAt: c.Clock.Now(), Receipt: receipt,
	}
	if status, v := show(issue(t, shop, request, true)); status != 200 || !cmp.Equal(v, want) {
		t.Errorf("who has proved it sees %d, %s", status, cmp.Diff(want, v))
	}
	want.Receipt = []rights.Effect{}
	if status, v := show(issue(t, shop, request, false)); status != 200 || !cmp.Equal(v, want) {
		t.Errorf("who has not sees %d, %s", status, cmp.Diff(want, v))
	}
	if status, _ := show(issue(t, "rival", request, true)); status != 404 {
		t.Errorf("another shop's ticket: %d", status)
	}
	if status, _ := show(issue(t, shop, "another", true)); status != 401 {
		t.Errorf("another request's ticket: %d", status)
	}
	old := issue(t, shop, request, true)
	c.Advance(181 * 24 * time.Hour)
	if status, _ := show(old); status != 401 {
		t.Errorf("an old ticket: %d", status)
	}
}
