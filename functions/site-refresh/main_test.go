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
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/knowledge/library"
	"omniops/shared/table"
)

// bench is the function on local services.
type bench struct {
	*localtest.Cloud
	refresh func(context.Context) error
	sites   *library.Sites
	queue   string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	s := settings{Table: c.Env(t, "site-refresh", "TABLE_NAME"), CrawlQueue: c.Env(t, "site-refresh", "CRAWL_QUEUE_URL")}
	b := &bench{Cloud: c, queue: s.CrawlQueue, sites: library.NewSites(table.New(c.AWS, s.Table, c.Clock.Now))}
	var err error
	if b.refresh, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s); err != nil {
		t.Fatal(err)
	}
	return b
}

// read notes that the sites of these merchants have just been read.
func (b *bench) read(t *testing.T, names ...id.Tenant) {
	t.Helper()
	for _, name := range names {
		if err := b.sites.Put(t.Context(), name, library.Site{State: library.Ready, StartedAt: b.Clock.Now(), EndedAt: b.Clock.Now()}); err != nil {
			t.Fatal(err)
		}
	}
}

// queued takes the tenants of the crawls that wait in the queue, and removes them.
func (b *bench) queued(t *testing.T) []string {
	t.Helper()
	client := sqs.NewFromConfig(b.AWS)
	var all []string
	for {
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &b.queue, MaxNumberOfMessages: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			slices.Sort(all)
			return all
		}
		for _, m := range out.Messages {
			var order library.Crawl
			if err := json.Unmarshal([]byte(*m.Body), &order); err != nil || order.Run == "" {
				t.Fatalf("order %s: %v", *m.Body, err)
			}
			all = append(all, string(order.Tenant))
			if _, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &b.queue, ReceiptHandle: m.ReceiptHandle}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func (b *bench) run(t *testing.T, want ...string) {
	t.Helper()
	if err := b.refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.queued(t); !slices.Equal(got, want) {
		t.Errorf("queued %q, want %q", got, want)
	}
}

func TestDueSitesAreQueuedOnce(t *testing.T) {
	b := newBench(t)
	b.run(t) // nobody is there
	b.read(t, "boots", "kettles")
	b.run(t) // nothing is due
	b.Advance(20 * time.Hour)
	b.read(t, "lamps") // due a day later than the others
	b.Advance(4 * time.Hour)
	if err := b.refresh(t.Context()); err != nil { // a schedule may fire twice
		t.Fatal(err)
	}
	b.run(t, "boots", "kettles")
	b.run(t) // within the minute

	// A minute later they have not been read: a fault may have swallowed the order.
	b.Advance(time.Minute)
	b.run(t, "boots", "kettles")
	b.read(t, "boots", "kettles")
	b.Advance(time.Minute)
	b.run(t)
	b.Advance(24 * time.Hour)
	b.run(t, "boots", "kettles", "lamps")
}

func TestSitesThatWereLeftBehindAreReadForAWeek(t *testing.T) {
	b := newBench(t)
	b.read(t, "kettles")
	b.Advance(8 * 24 * time.Hour) // due a week ago
	b.run(t, "kettles")
}

// One order that cannot be queued does not keep the others back, and is reported
// so that the schedule fires again.
func TestQueueDownForOne(t *testing.T) {
	b := newBench(t)
	b.read(t, "boots", "kettles", "lamps")
	b.Advance(24 * time.Hour)
	if err := b.Faults.Replace(faults.Rule{Service: "sqs", Operation: "SendMessage", Kind: faults.Error, Count: 2}); err != nil { // a call and its retry
		t.Fatal(err)
	}
	if err := b.refresh(t.Context()); !fault.KindOf(err).Retryable() || err == nil {
		t.Errorf("error %v", err)
	}
	if got := b.queued(t); len(got) != 2 {
		t.Errorf("queued %q, want two", got)
	}
	b.Faults.Clear()
	if err := b.refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.queued(t); len(got) != 1 {
		t.Errorf("queued %q, want the one that was missing", got)
	}
}

func TestTableDown(t *testing.T) {
	b := newBench(t)
	if err := b.Faults.Replace(faults.Rule{Service: "dynamodb", Kind: faults.Error}); err != nil {
		t.Fatal(err)
	}
	if err := b.refresh(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("error %v", err)
	}
}
