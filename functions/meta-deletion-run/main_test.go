package main

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/erasure"
	"omniops/shared/channel/meta"
	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/queue"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// A deletion that does not fit into one leg is ordered again until it is done.
func TestADeletionIsCarriedOut(t *testing.T) {
	claim.Proves(t, "C089")
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "meta-deletion-run", name) }
	run, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), Deletions: env("DELETION_QUEUE_URL"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	if err != nil {
		t.Fatal(err)
	}
	main := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)
	veil, err := channel.NewVeil([]byte(localtest.SessionSecret))
	if err != nil {
		t.Fatal(err)
	}
	keys := seal.NewKeyring(c.AWS, table.New(c.AWS, env("KEY_TABLE_NAME"), c.Clock.Now), c.Env(t, "meta-reply", "KEYRING_KEY_ID"))
	threads := channel.NewThreads(main, keys, veil)
	connections := meta.NewConnections(main, seal.NewSecrets(c.AWS, c.Env(t, "meta-reply", "SECRETS_KEY_ID")))
	account := channel.Account{Kind: channel.Messenger, ID: "2002002002"}
	if err := connections.Save(t.Context(), meta.Connection{Tenant: "demo", Account: account, Through: account.ID, Enabled: true, User: veil.Login("218471"), ConnectedAt: c.Clock.Now()}, "EAAcanaryToken"); err != nil {
		t.Fatal(err)
	}
	var one channel.Thread
	for _, person := range []string{"501", "502", "503", "504"} {
		one, err = threads.Change(t.Context(), "demo", account, veil.Thread("demo", account, person), time.Hour, func(s *channel.Thread) error {
			s.OpenedAt = c.Clock.Now()
			return threads.Remember(t.Context(), "demo", s, channel.Contact{Person: person}, time.Hour)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	deletions := &erasure.Deletions{
		Eraser: &erasure.Eraser{Table: main, Veil: veil, Now: c.Clock.Now}, Connections: connections,
		Queue: erasure.Queue(queue.NewSender[erasure.Order](c.AWS, env("DELETION_QUEUE_URL")), c.Clock.Now),
	}
	deletion, err := deletions.Ask(t.Context(), meta.SignedRequest{User: "218471"})
	if err != nil {
		t.Fatal(err)
	}
	var order erasure.Order
	url := env("DELETION_QUEUE_URL")
	out, err := sqs.NewFromConfig(c.AWS).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url})
	if err != nil || len(out.Messages) != 1 {
		t.Fatalf("%d orders, %v", len(out.Messages), err)
	}
	if err := json.Unmarshal([]byte(*out.Messages[0].Body), &order); err != nil || order.Code != deletion.Code {
		t.Fatal(order, err)
	}
	for range 2 { // a delivery may come twice
		if err := run(t.Context(), order); err != nil {
			t.Fatal(err)
		}
	}
	if d, err := deletions.Get(t.Context(), order.Code); err != nil || d.State != erasure.Done || d.Threads != 4 {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := threads.Get(t.Context(), "demo", account, one.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a thread is left: %v", err)
	}
	if _, err := connections.TenantOf(t.Context(), account); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the account is still connected: %v", err)
	}
	var e events.SQSEvent
	contract.Sample(t, "meta-deletion-run/queue.json", &e)
	if err := json.Unmarshal([]byte(e.Records[0].Body), &order); err != nil || order.Code == id.Request("") {
		t.Fatal(err)
	}
	if err := run(t.Context(), order); err != nil { // of a deletion that is not known
		t.Error(err)
	}
}
