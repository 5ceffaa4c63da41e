package main

import (
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/table"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What a platform handed over begins, a second look comes when it is due, and
// nothing else is queued.
func TestWhatWaitsIsStarted(t *testing.T) {
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "privacy-resume", name) }
	resume, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), ErasureQueue: env("ERASURE_QUEUE_URL"), ExportQueue: env("EXPORT_QUEUE_URL"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	must(t, err)
	requests, err := rights.NewStore(table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now), []byte(localtest.SessionSecret))
	must(t, err)
	accept := func(t *testing.T, shop id.Tenant, kind rights.Kind, state rights.State) id.Request {
		name, err := requests.Accept(t.Context(), shop, rights.Request{Kind: kind, Source: rights.FromShopify, SourceID: string(kind) + string(state), State: state, Subjects: []id.Subject{"h"}, CheckAt: map[bool]time.Time{true: c.Clock.Now().Add(10 * time.Minute)}[state == rights.Checking]})
		must(t, err)
		return name
	}
	erase := accept(t, "one", rights.Erase, rights.Accepted)
	export := accept(t, "two", rights.Access, rights.Accepted)
	look := accept(t, "two", rights.Erase, rights.Checking)
	accept(t, "two", rights.Erase, rights.Done)
	accept(t, "two", rights.Erase, rights.Unverified)
	accept(t, "two", rights.Complaint, rights.Waiting)
	limit := accept(t, "two", rights.Limit, rights.Accepted)
	queued := func(name string) (all []id.Request) {
		url := env(name)
		client := sqs.NewFromConfig(c.AWS)
		for {
			out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10})
			must(t, err)
			if len(out.Messages) == 0 {
				slices.Sort(all)
				return all
			}
			for _, m := range out.Messages {
				var w rights.Work
				must(t, json.Unmarshal([]byte(*m.Body), &w))
				all = append(all, w.Request)
				_, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle})
				must(t, err)
			}
		}
	}
	want := func(queue string, names ...id.Request) {
		t.Helper()
		slices.Sort(names)
		if got := queued(queue); !slices.Equal(got, names) {
			t.Errorf("%s holds %v, want %v", queue, got, names)
		}
	}
	must(t, resume(t.Context()))
	must(t, resume(t.Context()))
	want("ERASURE_QUEUE_URL", erase)
	want("EXPORT_QUEUE_URL", export)
	if r, err := requests.Get(t.Context(), "two", limit); err != nil || r.State != rights.Done {
		t.Errorf("a choice is %+v, %v", r, err)
	}
	c.Advance(10 * time.Minute)
	must(t, resume(t.Context()))
	want("ERASURE_QUEUE_URL", erase, look)
}
