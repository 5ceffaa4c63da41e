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
	"omniops/shared/boot"
	"omniops/shared/commerce/shopify"
	"omniops/shared/commerce/shopify/shopifytest"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// bench is the function on local services.
type bench struct {
	*localtest.Cloud
	run   func(context.Context) error
	world *shopifytest.World
	queue string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	s := settings{Table: c.Env(t, "shopify-reconcile", "TABLE_NAME"), Queue: c.Env(t, "shopify-reconcile", "SHOP_QUEUE_URL")}
	b := &bench{Cloud: c, queue: s.Queue}
	b.world = shopifytest.Start(t, shopifytest.Cloud{AWS: c.AWS, Table: s.Table, Key: c.Env(t, "shopify-sync", "SECRETS_KEY_ID"), Now: c.Clock.Now})
	var err error
	if b.run, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s); err != nil {
		t.Fatal(err)
	}
	return b
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
	b.world.Connect(t, "boots", "boots.myshopify.com")
	b.world.Connect(t, "kettles", "kettles.myshopify.com")
	b.world.Connect(t, "lamps", "lamps.myshopify.com")
	b.want(t) // they have just been
	b.Advance(24 * time.Hour)
	b.world.Disconnect(t, "lamps")
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
		b.world.Connect(t, "boots", "boots.myshopify.com")
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
