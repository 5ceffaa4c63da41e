package sqs

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
)

func TestSendReceiveDelete(t *testing.T) {
	b := newBench(t, "")
	url := b.queue("work")
	sent, err := b.client.SendMessage(t.Context(), &api.SendMessageInput{
		QueueUrl: url, MessageBody: aws.String("Zürich <&> 👋"),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"kind":   {DataType: aws.String("String"), StringValue: aws.String("order")},
			"raw":    {DataType: aws.String("Binary"), BinaryValue: []byte{0, 1}},
			"weight": {DataType: aws.String("Number.int"), StringValue: aws.String("12")},
		},
		MessageSystemAttributes: map[string]types.MessageSystemAttributeValue{
			"AWSTraceHeader": {DataType: aws.String("String"), StringValue: aws.String("Root=1")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.pass(1500 * time.Millisecond)
	got := b.receive(url, 1)
	if len(got) != 1 {
		t.Fatalf("received %d messages", len(got))
	}
	want := types.Message{
		MessageId: sent.MessageId, ReceiptHandle: got[0].ReceiptHandle,
		Body:                   aws.String("Zürich <&> 👋"),
		MD5OfBody:              sent.MD5OfMessageBody,
		MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
		Attributes: map[string]string{
			"SenderId":                         "000000000000",
			"SentTimestamp":                    "1772366400000",
			"ApproximateFirstReceiveTimestamp": "1772366401500",
			"ApproximateReceiveCount":          "1",
			"AWSTraceHeader":                   "Root=1",
		},
		MessageAttributes: map[string]types.MessageAttributeValue{
			"kind":   {DataType: aws.String("String"), StringValue: aws.String("order")},
			"raw":    {DataType: aws.String("Binary"), BinaryValue: []byte{0, 1}},
			"weight": {DataType: aws.String("Number.int"), StringValue: aws.String("12")},
		},
	}
	if diff := cmp.Diff(want, got[0], ignoreSerde); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}

	b.wantBodies(b.receive(url, 1)) // in flight
	if n := b.attribute(url, "ApproximateNumberOfMessagesNotVisible"); n != "1" {
		t.Errorf("in flight: %s", n)
	}
	b.pass(30 * time.Second)
	again := b.receive(url, 1)
	b.wantBodies(again, "Zürich <&> 👋")
	if n := again[0].Attributes["ApproximateReceiveCount"]; n != "2" {
		t.Errorf("received %s times", n)
	}
	b.delete(url, got[0]) // outdated: accepted, without effect
	b.pass(30 * time.Second)
	third := b.receive(url, 1)
	b.wantBodies(third, "Zürich <&> 👋")
	b.delete(url, third[0])
	b.delete(url, third[0])
	b.pass(30 * time.Second)
	b.wantBodies(b.receive(url, 1))
}

func TestAttributeSelection(t *testing.T) {
	for _, c := range []struct {
		name     string
		patterns []string
		want     bool
	}{
		{"order.id", nil, false},
		{"order.id", []string{"All"}, true},
		{"order.id", []string{".*"}, true},
		{"order.id", []string{"order.*"}, true},
		{"order.id", []string{"order.id"}, true},
		{"order.id", []string{"order"}, false},
		{"order.id", []string{"shop.*"}, false},
	} {
		if got := matchesAny(c.name, c.patterns); got != c.want {
			t.Errorf("%s by %v: %v", c.name, c.patterns, got)
		}
	}
}

func TestBatchesFailByEntry(t *testing.T) {
	b := newBench(t, "")
	url := b.queue("work")
	sent, err := b.client.SendMessageBatch(t.Context(), &api.SendMessageBatchInput{QueueUrl: url, Entries: []types.SendMessageBatchRequestEntry{
		{Id: aws.String("good"), MessageBody: aws.String("one")},
		{Id: aws.String("bad"), MessageBody: aws.String("\x01")},
		{Id: aws.String("late"), MessageBody: aws.String("two"), DelaySeconds: 5},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(sent.Successful) != 2 || len(sent.Failed) != 1 || *sent.Failed[0].Id != "bad" ||
		*sent.Failed[0].Code != "InvalidMessageContents" || !sent.Failed[0].SenderFault {
		t.Fatalf("sent %+v, failed %+v", sent.Successful, sent.Failed)
	}
	got := b.receive(url, 10)
	b.wantBodies(got, "one")
	if n := b.attribute(url, "ApproximateNumberOfMessagesDelayed"); n != "1" {
		t.Errorf("delayed: %s", n)
	}

	changed, err := b.client.ChangeMessageVisibilityBatch(t.Context(), &api.ChangeMessageVisibilityBatchInput{QueueUrl: url,
		Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
			{Id: aws.String("good"), ReceiptHandle: got[0].ReceiptHandle, VisibilityTimeout: 0},
			{Id: aws.String("bad"), ReceiptHandle: aws.String("nonsense"), VisibilityTimeout: 0},
		}})
	if err != nil || len(changed.Successful) != 1 || len(changed.Failed) != 1 || *changed.Failed[0].Code != "ReceiptHandleIsInvalid" {
		t.Fatalf("changed %+v, %v", changed, err)
	}
	got = b.receive(url, 10)
	b.wantBodies(got, "one")
	deleted, err := b.client.DeleteMessageBatch(t.Context(), &api.DeleteMessageBatchInput{QueueUrl: url,
		Entries: []types.DeleteMessageBatchRequestEntry{
			{Id: aws.String("good"), ReceiptHandle: got[0].ReceiptHandle},
			{Id: aws.String("bad"), ReceiptHandle: aws.String("nonsense")},
		}})
	if err != nil || len(deleted.Successful) != 1 || len(deleted.Failed) != 1 {
		t.Fatalf("deleted %+v, %v", deleted, err)
	}
	b.pass(5 * time.Second)
	b.wantBodies(b.receive(url, 10), "two")
}

func TestVisibility(t *testing.T) {
	b := newBench(t, "")
	url := b.queue("work")
	b.send(url, "x")
	got := b.receive(url, 1)
	change := func(seconds int32) error {
		_, err := b.client.ChangeMessageVisibility(t.Context(), &api.ChangeMessageVisibilityInput{QueueUrl: url, ReceiptHandle: got[0].ReceiptHandle, VisibilityTimeout: seconds})
		return err
	}
	if err := change(100); err != nil {
		t.Fatal(err)
	}
	b.pass(99 * time.Second)
	b.wantBodies(b.receive(url, 1))
	b.pass(time.Second)
	var late *types.MessageNotInflight
	if err := change(10); !errors.As(err, &late) {
		t.Errorf("changed after its time: %v", err)
	}
	b.wantBodies(b.receive(url, 1), "x")
	if err := change(10); !errors.As(err, &late) {
		t.Errorf("changed by an outdated receipt: %v", err)
	}
	if err := change(43_201); code(err) != "InvalidParameterValue" {
		t.Errorf("changed to more than 12 hours: %v", err)
	}
}

func TestDelayAndRetention(t *testing.T) {
	b := newBench(t, "")
	url := b.queue("work", "DelaySeconds", "10", "MessageRetentionPeriod", "60")
	b.send(url, "x")
	b.wantBodies(b.receive(url, 1))
	b.pass(10 * time.Second)
	b.wantBodies(b.receive(url, 1), "x")
	b.pass(49 * time.Second)
	b.wantBodies(b.receive(url, 1), "x")
	b.pass(time.Second)
	if n := b.attribute(url, "ApproximateNumberOfMessagesNotVisible"); n != "0" {
		t.Errorf("kept %s after the retention period", n)
	}
	b.pass(time.Minute)
	b.wantBodies(b.receive(url, 1))
}

func TestPurge(t *testing.T) {
	b := newBench(t, "")
	url := b.queue("work")
	b.send(url, "x")
	purge := func() error {
		_, err := b.client.PurgeQueue(t.Context(), &api.PurgeQueueInput{QueueUrl: url})
		return err
	}
	if err := purge(); err != nil {
		t.Fatal(err)
	}
	b.wantBodies(b.receive(url, 1))
	var busy *types.PurgeQueueInProgress
	if err := purge(); !errors.As(err, &busy) {
		t.Errorf("purged again at once: %v", err)
	}
	b.pass(time.Minute)
	if err := purge(); err != nil {
		t.Errorf("purged after a minute: %v", err)
	}
}

func TestRedrive(t *testing.T) {
	b := newBench(t, "")
	dead := b.queue("dead.fifo")
	url := b.queue("work.fifo", "ContentBasedDeduplication", "true",
		"RedrivePolicy", `{"deadLetterTargetArn":"`+ARN("dead.fifo")+`","maxReceiveCount":2}`)
	first := b.send(url, "poison", "shop")
	b.send(url, "next", "shop")
	for range 2 {
		b.wantBodies(b.receive(url, 1), "poison")
		b.pass(30 * time.Second)
	}
	b.wantBodies(b.receive(url, 10), "next")

	got := b.receive(dead, 10)
	b.wantBodies(got, "poison")
	a := got[0].Attributes
	if *got[0].MessageId != *first.MessageId || a["MessageGroupId"] != "shop" || a["DeadLetterQueueSourceArn"] != ARN("work.fifo") || a["ApproximateReceiveCount"] != "3" {
		t.Errorf("dead letter %s with %v", *got[0].MessageId, a)
	}

	b.pass(30 * time.Second)
	if _, err := b.client.StartMessageMoveTask(t.Context(), &api.StartMessageMoveTaskInput{SourceArn: aws.String(ARN("dead.fifo"))}); err != nil {
		t.Fatal(err)
	}
	tasks, err := b.client.ListMessageMoveTasks(t.Context(), &api.ListMessageMoveTasksInput{SourceArn: aws.String(ARN("dead.fifo"))})
	if err != nil || len(tasks.Results) != 1 || tasks.Results[0].ApproximateNumberOfMessagesMoved != 1 || *tasks.Results[0].Status != "COMPLETED" {
		t.Errorf("tasks %+v, %v", tasks, err)
	}
	b.wantBodies(b.receive(dead, 10))
	back := b.receive(url, 10)
	b.wantBodies(back, "next", "poison")
	if n := back[1].Attributes["ApproximateReceiveCount"]; n != "1" {
		t.Errorf("moved back with %s receives", n)
	}
}

func TestLongPoll(t *testing.T) {
	// Each case waits for what happens meanwhile; waited is how long that took.
	for name, c := range map[string]struct {
		meanwhile func(*Server, *string)
		cancel    time.Duration
		want      int
		waited    time.Duration
	}{
		"nothing comes": {func(*Server, *string) {}, 0, 0, 20 * time.Second},
		"one is sent": {func(s *Server, url *string) {
			<-time.After(3 * time.Second)
			s.SendMessage(context.Background(), &api.SendMessageInput{QueueUrl: url, MessageBody: aws.String("x")})
		}, 0, 1, 3 * time.Second},
		"a delayed one comes due": {func(s *Server, url *string) {
			s.SendMessage(context.Background(), &api.SendMessageInput{QueueUrl: url, MessageBody: aws.String("x"), DelaySeconds: 7})
		}, 0, 1, 7 * time.Second},
		"the receiver leaves": {func(*Server, *string) {}, 5 * time.Second, 0, 5 * time.Second},
		"the server closes": {func(s *Server, _ *string) {
			<-time.After(time.Second)
			s.Close()
		}, 0, 0, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := New(Options{Now: time.Now})
				if err != nil {
					t.Fatal(err)
				}
				url, err := s.Ensure("work", nil)
				if err != nil {
					t.Fatal(err)
				}
				ctx := t.Context()
				if c.cancel > 0 {
					var stop func()
					ctx, stop = context.WithTimeout(ctx, c.cancel)
					defer stop()
				}
				go c.meanwhile(s, &url)
				began := time.Now()
				out, err := s.ReceiveMessage(ctx, &api.ReceiveMessageInput{QueueUrl: &url, WaitTimeSeconds: 20})
				if (err != nil) != (c.cancel > 0) {
					t.Fatal(err)
				}
				if waited := time.Since(began); waited != c.waited {
					t.Errorf("waited %v, want %v", waited, c.waited)
				}
				if out != nil && len(out.Messages) != c.want {
					t.Errorf("received %d messages, want %d", len(out.Messages), c.want)
				}
			})
		})
	}
}

// A clock that is moved wakes those who wait for a message to come due.
func TestWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		s, err := New(Options{Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		url, _ := s.Ensure("work", map[string]string{"DelaySeconds": "900"})
		s.SendMessage(t.Context(), &api.SendMessageInput{QueueUrl: &url, MessageBody: aws.String("x")})
		go func() {
			<-time.After(time.Second)
			s.mu.Lock()
			now = now.Add(time.Hour)
			s.mu.Unlock()
			s.Wake()
		}()
		began := time.Now()
		out, err := s.ReceiveMessage(t.Context(), &api.ReceiveMessageInput{QueueUrl: &url, WaitTimeSeconds: 20})
		if err != nil || len(out.Messages) != 1 || time.Since(began) != time.Second {
			t.Errorf("after %v: %v, %v", time.Since(began), out, err)
		}
	})
}

func TestLargestMessage(t *testing.T) {
	b := newBench(t, "")
	url := b.queue("work")
	body := strings.Repeat("\"", 1<<20)
	b.send(url, body)
	if got := b.receive(url, 1); len(got) != 1 || *got[0].Body != body {
		t.Error("1 MiB did not come back")
	}
}
