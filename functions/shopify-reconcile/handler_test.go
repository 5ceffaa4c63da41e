package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/local/localtest/storetest"
	"omniops/shared/boot"
	"omniops/shared/commerce/shopify"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// bench is the function on local services.
type bench struct {
	*localtest.Cloud
	*localtest.Outside
	run   func(context.Context) error
	store *shopify.Client // connects and disconnects shops
	queue string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	s := settings{Table: c.Env(t, "shopify-reconcile", "TABLE_NAME"), Queue: c.Env(t, "shopify-reconcile", "SHOP_QUEUE_URL")}
	b := &bench{Cloud: c, Outside: c.Outside(t, ""), queue: s.Queue}
	b.store = storetest.Client(t, c, b.Outside, "shopify-sync")
	var err error
	if b.run, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s); err != nil {
		t.Fatal(err)
	}
	return b
}

// connect connects a merchant's shop, which has the merchant's name.
func (b *bench) connect(t *testing.T, merchants ...id.Tenant) {
	t.Helper()
	for _, m := range merchants {
		store := string(m) + ".myshopify.com"
		b.Shopify.Open(store, string(m))
		storetest.Connect(t, b.Cloud, b.Outside, b.store, m, store)
	}
}

// want runs the function and checks whose shops are looked after.
func (b *bench) want(t *testing.T, want ...id.Tenant) {
	t.Helper()
	if err := b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	client := sqs.NewFromConfig(b.AWS)
	var got []id.Tenant
	for {
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &b.queue, MaxNumberOfMessages: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			break
		}
		for _, m := range out.Messages {
			var w shopify.Work
			if err := json.Unmarshal([]byte(*m.Body), &w); err != nil || !w.Check || w.Whole {
				t.Errorf("queued %s, %v", *m.Body, err)
			}
			got = append(got, w.Tenant)
			if _, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &b.queue, ReceiptHandle: m.ReceiptHandle}); err != nil {
				t.Fatal(err)
			}
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("queued %q, want %q", got, want)
	}
}

func TestConnectedShopsAreLookedAfterDaily(t *testing.T) {
	b := newBench(t)
	b.want(t)
	b.connect(t, "boots", "kettles", "lamps")
	b.want(t) // they have just been
	b.Advance(24 * time.Hour)
	if err := b.store.Leave(t.Context(), "lamps"); err != nil {
		t.Fatal(err)
	}
	b.want(t, "boots", "kettles")
	b.want(t) // a schedule may fire twice
	b.Advance(24 * time.Hour)
	b.want(t, "boots", "kettles") // it could not be done yesterday
	b.Advance(7 * 24 * time.Hour)
	b.want(t) // for a week it was tried
}

func TestWithoutItsServices(t *testing.T) {
	for _, service := range []string{"dynamodb", "sqs"} {
		b := newBench(t)
		b.connect(t, "boots")
		b.Advance(24 * time.Hour)
		if err := b.Faults.Replace(faults.Rule{Service: service, Kind: faults.Error}); err != nil {
			t.Fatal(err)
		}
		if err := b.run(t.Context()); fault.KindOf(err) == fault.Invalid || err == nil {
			t.Errorf("without %s: %v", service, err)
		}
		b.Faults.Clear()
		b.want(t, "boots")
	}
}
