package main

import (
	"archive/zip"
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/object"
	"omniops/shared/rights"
	"omniops/shared/rights/holding"
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

// bench is the function on local services, with a copy that waits to be fetched.
type bench struct {
	*localtest.Cloud
	url      string
	tickets  *rights.Tickets
	requests *rights.Store
	bucket   *object.Bucket
	exporter *rights.Exporter
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "privacy-download", name) }
	handler, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), Bucket: env("CONTENT_BUCKET"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	main, keys := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now), table.New(c.AWS, c.Env(t, "privacy-export", "KEY_TABLE_NAME"), c.Clock.Now)
	b := &bench{Cloud: c, url: server.URL, bucket: object.NewBucket(c.AWS, env("CONTENT_BUCKET"))}
	b.tickets, err = rights.NewTickets([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	b.exporter, err = holding.Places{
		Main: main, Keys: keys, Ring: seal.NewKeyring(c.AWS, keys, c.Env(t, "privacy-export", "KEYRING_KEY_ID")), Bucket: b.bucket, Secret: []byte(localtest.SessionSecret), Now: c.Clock.Now,
	}.Exporter()
	must(t, err)
	b.requests = b.exporter.Requests
	must(t, tenant.NewStore(main).Save(t.Context(), tenant.Account{
		Tenant: shop, Name: "Demo", Domains: []string{"demo.example"}, SiteURL: "https://demo.example/", ContactEmail: "help@demo.example", CreatedAt: c.Clock.Now(),
	}.WithDefaults()))
	_, err = b.exporter.Chats.Begin(t.Context(), conversation.Ref{Tenant: shop, Conversation: "c1", Shopper: "s1"}, conversation.Thread{}, conversation.Head{Domain: "demo.example"}, seal.Clear("Do you ship to Jersey?"), "key-00001", 90*24*time.Hour)
	must(t, err)
	return b
}

// copied has a copy made.
func (b *bench) copied(t *testing.T, source string) id.Request {
	t.Helper()
	name, err := b.requests.Accept(t.Context(), shop, rights.Request{Kind: rights.Export, Source: rights.FromShopper, SourceID: source, Conversations: []id.Conversation{"c1"}})
	must(t, err)
	must(t, b.exporter.Export(t.Context(), shop, name))
	return name
}

func (b *bench) fetch(t *testing.T, name id.Request, of id.Tenant, ticketOf id.Request, proved bool) (int, http.Header, []byte) {
	t.Helper()
	ticket, err := b.tickets.Issue(of, ticketOf, proved)
	must(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/v1/privacy/requests/"+string(name)+"/file", nil)
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+ticket)
	resp, err := contract.Client(t).Do(req)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, resp.Header, body
}

func (b *bench) stored(t *testing.T) int {
	t.Helper()
	keys, err := b.bucket.List(t.Context(), object.Copies+"/")
	must(t, err)
	return len(keys)
}

// A copy goes to whoever has proved that it is theirs, once, and is gone then.
func TestACopyIsFetchedOnce(t *testing.T) {
	b := newBench(t)
	name, other := b.copied(t, "1"), b.copied(t, "2")
	for _, c := range []struct {
		name   string
		of     id.Tenant
		ticket id.Request
		proved bool
		want   int
	}{
		{"not proved", shop, name, false, http.StatusForbidden},
		{"of another request", shop, other, true, http.StatusUnauthorized},
		{"of another shop", "rival", name, true, http.StatusNotFound},
	} {
		if status, _, _ := b.fetch(t, name, c.of, c.ticket, c.proved); status != c.want {
			t.Errorf("with a ticket %s: %d, want %d", c.name, status, c.want)
		}
	}
	status, header, body := b.fetch(t, name, shop, name, true)
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if status != http.StatusOK || err != nil || len(z.File) < 5 || header.Get("Cache-Control") != "no-store" {
		t.Fatalf("answered %d, %v, %v", status, header, err)
	}
	if status, _, _ := b.fetch(t, name, shop, name, true); status != http.StatusNotFound {
		t.Errorf("fetched twice: %d", status)
	}
	if n := b.stored(t); n != 1 {
		t.Errorf("there are %d copies, want the other one", n)
	}
	if r, err := b.requests.Get(t.Context(), shop, name); err != nil || !r.FileUntil.IsZero() {
		t.Errorf("the request says %+v, %v", r, err)
	}
}

// A copy that nobody fetched is gone when its week is over; one that could not be
// removed when it was fetched, or was cut off, is gone minutes later.
func TestACopyDoesNotOutliveItsTime(t *testing.T) {
	b := newBench(t)
	expire := func() int {
		t.Helper()
		n, err := rights.ExpireCopies(t.Context(), b.requests, b.bucket)
		must(t, err)
		return n
	}
	fetched, left := b.copied(t, "1"), b.copied(t, "2")
	must(t, b.Faults.Replace(faults.Rule{Service: "s3", Operation: "DeleteObject", Kind: faults.Error, Count: 4}))
	if status, _, _ := b.fetch(t, fetched, shop, fetched, true); status != http.StatusOK {
		t.Errorf("a copy that cannot be removed: %d", status)
	}
	b.Faults.Clear()
	if n := b.stored(t); n != 2 {
		t.Fatalf("there are %d copies, so this proves nothing", n)
	}
	if status, _, _ := b.fetch(t, fetched, shop, fetched, true); status != http.StatusNotFound {
		t.Errorf("it can be fetched again: %d", status)
	}
	if n := expire(); n != 1 || b.stored(t) != 1 {
		t.Errorf("%d copies were removed, %d are left", n, b.stored(t))
	}
	b.Advance(rights.FileLife - time.Second)
	if n := expire(); n != 0 || b.stored(t) != 1 {
		t.Errorf("a second before: %d were removed", n)
	}
	b.Advance(time.Second)
	if n := expire(); n != 1 || b.stored(t) != 0 {
		t.Errorf("at the end of its week: %d were removed, %d are left", n, b.stored(t))
	}
	if status, _, _ := b.fetch(t, left, shop, left, true); status != http.StatusNotFound {
		t.Errorf("fetched too late: %d", status)
	}
	if n := expire(); n != 0 {
		t.Errorf("%d were removed once more", n)
	}
	if _, err := b.requests.Get(t.Context(), "rival", left); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another shop reads it: %v", err)
	}
}
