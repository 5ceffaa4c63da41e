package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/erasure"
	"omniops/shared/channel/meta"
	"omniops/shared/claim"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/telemetry"
	"omniops/shared/tenant"
)

// A deletion that is not done is ordered again every day; after 25 and 29 of its
// 30 days the alarms have something to ring for; on day 30 nothing is left.
func TestDeletionsThatAreLate(t *testing.T) {
	claim.Proves(t, "C089")
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "meta-check", name) }
	var out bytes.Buffer
	rt := &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.NewTextHandler(&out, nil)), Metrics: telemetry.NewMetrics(&out, c.Clock.Now, "omniops-test-meta-check")}
	outside := c.Outside(t, "")
	check, err := build(t.Context(), rt, settings{
		Table: env("TABLE_NAME"), Deletions: env("DELETION_QUEUE_URL"), MailURL: outside.ResendURL, MailKey: boot.NewSecret("re_test"),
		MailFrom: "no-reply@omniops.example", AllowPrivate: []string{strings.TrimPrefix(outside.ShopifyURL, "http://")},
	})
	if err != nil {
		t.Fatal(err)
	}
	main := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)
	veil, err := channel.NewVeil([]byte(localtest.SessionSecret))
	if err != nil {
		t.Fatal(err)
	}
	keys := seal.NewKeyring(c.AWS, table.New(c.AWS, c.Env(t, "meta-reply", "KEY_TABLE_NAME"), c.Clock.Now), c.Env(t, "meta-reply", "KEYRING_KEY_ID"))
	connections := meta.NewConnections(main, seal.NewSecrets(c.AWS, c.Env(t, "meta-reply", "SECRETS_KEY_ID")))
	account := channel.Account{Kind: channel.WhatsApp, ID: "4004004004"}
	connect := func(ends time.Time) {
		if err := connections.Save(t.Context(), meta.Connection{Tenant: "demo", Account: account, Through: account.ID, Enabled: true, User: veil.Login("218471"), ConnectedAt: c.Clock.Now(), ExpiresAt: ends}, "EAAcanaryToken"); err != nil {
			t.Fatal(err)
		}
	}
	connect(time.Time{})
	deletions := &erasure.Deletions{
		Eraser:      &erasure.Eraser{Table: main, Keys: keys, Threads: channel.NewThreads(main, keys, veil), Veil: veil, Now: c.Clock.Now},
		Connections: connections, Queue: func(context.Context, erasure.Order) error { return nil },
	}
	deletion, err := deletions.Ask(t.Context(), meta.SignedRequest{User: "218471"})
	if err != nil {
		t.Fatal(err)
	}
	queue := env("DELETION_QUEUE_URL")
	day := 0
	for _, step := range []struct {
		day            int
		late, critical bool
	}{{1, false, false}, {24, false, false}, {25, true, false}, {28, true, false}, {29, true, true}} {
		c.Advance(time.Duration(step.day-day) * 24 * time.Hour)
		day = step.day
		out.Reset()
		if err := check(t.Context()); err != nil {
			t.Fatal(err)
		}
		late, critical := strings.Contains(out.String(), `"DeletionsLate":1`), strings.Contains(out.String(), `"DeletionsCritical":1`)
		if late != step.late || critical != step.critical {
			t.Errorf("day %d: late %v, critical %v: %s", step.day, late, critical, out.String())
		}
		if got, err := sqs.NewFromConfig(c.AWS).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &queue}); err != nil || len(got.Messages) == 0 {
			t.Errorf("day %d: it is not ordered again: %v", step.day, err)
		}
	}
	if done, err := deletions.Run(t.Context(), deletion.Code, c.Clock.Now().Add(time.Hour)); err != nil || !done {
		t.Fatal(done, err)
	}
	c.Advance(24 * time.Hour)
	out.Reset()
	if err := check(t.Context()); err != nil || !strings.Contains(out.String(), `"DeletionsLate":0`) {
		t.Errorf("day 30: %v, %s", err, out.String())
	}
	if open, err := deletions.Open(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("day 30: %d are open, %v", len(open), err)
	}

	// A token that ends within a week is noted, and one that has ended needs a log-in.
	// The merchant is told by e-mail, on four days and not on each.
	if err := tenant.NewStore(main).Save(t.Context(), tenant.Account{
		Tenant: "demo", Name: "Kettle & Co", Domains: []string{"shop.example"}, SiteURL: "https://shop.example", ContactEmail: "help@shop.example", CreatedAt: c.Clock.Now(),
	}.WithDefaults()); err != nil {
		t.Fatal(err)
	}
	connect(c.Clock.Now().Add(10 * 24 * time.Hour))
	const aDay = 24 * time.Hour
	for _, step := range []struct {
		after time.Duration
		noted bool
		state meta.State
		mails int
	}{
		{0, false, meta.Connected, 0}, {3 * aDay, true, meta.Connected, 1}, {aDay, true, meta.Connected, 1}, {3 * aDay, true, meta.Connected, 2}, {2 * aDay, true, meta.Connected, 3},
		{aDay, true, meta.Reconnect, 4}, {aDay, false, meta.Reconnect, 4},
	} {
		c.Advance(step.after)
		out.Reset()
		if err := check(t.Context()); err != nil {
			t.Fatal(err)
		}
		connection, err := connections.Get(t.Context(), "demo", account)
		if noted := strings.Contains(out.String(), `"TokensEnding":1`); noted != step.noted || err != nil || connection.State != step.state {
			t.Errorf("after %s: noted %v, %s, %v", step.after, noted, connection.State, err)
		}
		if mails := outside.Mail.Messages("help@shop.example"); len(mails) != step.mails {
			t.Errorf("after %s: %d e-mails, want %d: %+v", step.after, len(mails), step.mails, mails)
		}
	}
}
