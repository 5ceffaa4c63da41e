package sqs

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"omniops/local/clock"
	"omniops/local/faults"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// bench is a server, its clock and the SDK's client for it.
type bench struct {
	*testing.T
	server *Server
	clock  *clock.Clock
	client *api.Client
	rules  *faults.Set
}

func newBench(t *testing.T, dir string) *bench {
	t.Helper()
	b := &bench{T: t, clock: clock.Fixed(start), rules: faults.New(1)}
	server, err := New(Options{Dir: dir, Now: b.clock.Now, Faults: b.rules})
	if err != nil {
		t.Fatal(err)
	}
	b.server = server
	front := httptest.NewServer(server)
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		front.Close()
	})
	b.client = api.New(api.Options{
		Region:       "eu-west-2",
		BaseEndpoint: &front.URL,
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		Retryer:      aws.NopRetryer{},
	})
	return b
}

// pass moves the clock ahead.
func (b *bench) pass(d time.Duration) { b.clock.SetOffset(b.clock.Offset() + d) }

func (b *bench) queue(name string, attributes ...string) *string {
	b.Helper()
	m := map[string]string{}
	if strings.HasSuffix(name, ".fifo") {
		m["FifoQueue"] = "true"
	}
	for i := 0; i < len(attributes); i += 2 {
		m[attributes[i]] = attributes[i+1]
	}
	out, err := b.client.CreateQueue(b.Context(), &api.CreateQueueInput{QueueName: &name, Attributes: m})
	if err != nil {
		b.Fatal(err)
	}
	return out.QueueUrl
}

func (b *bench) send(url *string, body string, group ...string) *api.SendMessageOutput {
	b.Helper()
	in := &api.SendMessageInput{QueueUrl: url, MessageBody: &body}
	if len(group) > 0 {
		in.MessageGroupId = &group[0]
	}
	out, err := b.client.SendMessage(b.Context(), in)
	if err != nil {
		b.Fatal(err)
	}
	return out
}

func (b *bench) receive(url *string, limit int32) []types.Message {
	b.Helper()
	out, err := b.client.ReceiveMessage(b.Context(), &api.ReceiveMessageInput{
		QueueUrl: url, MaxNumberOfMessages: limit,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
		MessageAttributeNames:       []string{"All"},
	})
	if err != nil {
		b.Fatal(err)
	}
	return out.Messages
}

func (b *bench) wantBodies(messages []types.Message, want ...string) {
	b.Helper()
	var got []string
	for _, m := range messages {
		got = append(got, *m.Body)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.Fatalf("bodies (-want +got):\n%s", diff)
	}
}

func (b *bench) delete(url *string, m types.Message) {
	b.Helper()
	if _, err := b.client.DeleteMessage(b.Context(), &api.DeleteMessageInput{QueueUrl: url, ReceiptHandle: m.ReceiptHandle}); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) attribute(url *string, name types.QueueAttributeName) string {
	b.Helper()
	out, err := b.client.GetQueueAttributes(b.Context(), &api.GetQueueAttributesInput{QueueUrl: url, AttributeNames: []types.QueueAttributeName{name}})
	if err != nil {
		b.Fatal(err)
	}
	return out.Attributes[string(name)]
}

// code is the code that the SDK reads from a failure.
func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

func TestQueues(t *testing.T) {
	b := newBench(t, "")
	url := b.queue("crawl.fifo", "VisibilityTimeout", "60")
	if again := b.queue("crawl.fifo", "VisibilityTimeout", "60"); *again != *url {
		t.Errorf("made again: %s, want %s", *again, *url)
	}
	found, err := b.client.GetQueueUrl(t.Context(), &api.GetQueueUrlInput{QueueName: aws.String("crawl.fifo")})
	if err != nil || *found.QueueUrl != *url {
		t.Errorf("found %v, %v, want %s", found, err, *url)
	}
	if !strings.HasSuffix(*url, "/000000000000/crawl.fifo") || !strings.HasPrefix(*url, "http://127.0.0.1:") {
		t.Errorf("URL %s", *url)
	}
	b.server.SetBaseURL("http://127.0.0.1:4566")
	if moved := b.queue("other"); *moved != "http://127.0.0.1:4566/000000000000/other" {
		t.Errorf("URL with a base: %s", *moved)
	}

	if _, err := b.client.SetQueueAttributes(t.Context(), &api.SetQueueAttributesInput{QueueUrl: url,
		Attributes: map[string]string{"ContentBasedDeduplication": "true"}}); err != nil {
		t.Fatal(err)
	}
	all, err := b.client.GetQueueAttributes(t.Context(), &api.GetQueueAttributesInput{QueueUrl: url, AttributeNames: []types.QueueAttributeName{"All"}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"QueueArn":                              "arn:aws:sqs:eu-west-2:000000000000:crawl.fifo",
		"FifoQueue":                             "true",
		"ContentBasedDeduplication":             "true",
		"DeduplicationScope":                    "queue",
		"FifoThroughputLimit":                   "perQueue",
		"VisibilityTimeout":                     "60",
		"DelaySeconds":                          "0",
		"MaximumMessageSize":                    "1048576",
		"MessageRetentionPeriod":                "345600",
		"ReceiveMessageWaitTimeSeconds":         "0",
		"SqsManagedSseEnabled":                  "true",
		"CreatedTimestamp":                      "1772366400",
		"LastModifiedTimestamp":                 "1772366400",
		"ApproximateNumberOfMessages":           "0",
		"ApproximateNumberOfMessagesNotVisible": "0",
		"ApproximateNumberOfMessagesDelayed":    "0",
	}
	if diff := cmp.Diff(want, all.Attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}

	page, err := b.client.ListQueues(t.Context(), &api.ListQueuesInput{MaxResults: aws.Int32(1)})
	if err != nil || len(page.QueueUrls) != 1 || page.NextToken == nil {
		t.Fatalf("first page: %v, %v", page, err)
	}
	page, err = b.client.ListQueues(t.Context(), &api.ListQueuesInput{MaxResults: aws.Int32(1), NextToken: page.NextToken})
	if err != nil || len(page.QueueUrls) != 1 || !strings.HasSuffix(page.QueueUrls[0], "/other") || page.NextToken != nil {
		t.Errorf("second page: %v, %v", page, err)
	}

	if _, err := b.client.DeleteQueue(t.Context(), &api.DeleteQueueInput{QueueUrl: url}); err != nil {
		t.Fatal(err)
	}
	var gone *types.QueueDoesNotExist
	if _, err := b.client.GetQueueUrl(t.Context(), &api.GetQueueUrlInput{QueueName: aws.String("crawl.fifo")}); !errors.As(err, &gone) {
		t.Errorf("deleted queue: %v", err)
	}
}

func TestEnsure(t *testing.T) {
	b := newBench(t, "")
	b.server.SetBaseURL("http://127.0.0.1:1")
	redrive := map[string]string{"RedrivePolicy": `{"deadLetterTargetArn":"` + ARN("dead") + `","maxReceiveCount":2}`, "VisibilityTimeout": "7"}
	for range 2 {
		if _, err := b.server.Ensure("work", redrive); err != nil {
			t.Fatal(err)
		}
	}
	url, err := b.server.Ensure("work", map[string]string{"DelaySeconds": "3"})
	if err != nil {
		t.Fatal(err)
	}
	if got := []string{b.attribute(&url, "RedrivePolicy"), b.attribute(&url, "VisibilityTimeout"), b.attribute(&url, "DelaySeconds")}; !cmp.Equal(got, []string{"", "30", "3"}) {
		t.Errorf("redrive, visibility, delay: %q", got)
	}
	if _, err := b.server.Ensure("no good.fifo", nil); err == nil {
		t.Error("a queue with a bad name was made")
	}
}

func TestFailures(t *testing.T) {
	b := newBench(t, "")
	work, fifo := b.queue("work"), b.queue("work.fifo")
	body := aws.String("hello")
	for name, c := range map[string]struct {
		code string
		call func(context.Context) error
	}{
		"no such queue": {"AWS.SimpleQueueService.NonExistentQueue", func(ctx context.Context) error {
			_, err := b.client.SendMessage(ctx, &api.SendMessageInput{QueueUrl: aws.String(*work + "x"), MessageBody: body})
			return err
		}},
		"other attributes": {"QueueAlreadyExists", func(ctx context.Context) error {
			_, err := b.client.CreateQueue(ctx, &api.CreateQueueInput{QueueName: aws.String("work"), Attributes: map[string]string{"DelaySeconds": "9"}})
			return err
		}},
		"FIFO by name alone": {"InvalidParameterValue", func(ctx context.Context) error {
			_, err := b.client.CreateQueue(ctx, &api.CreateQueueInput{QueueName: aws.String("x.fifo")})
			return err
		}},
		"unknown attribute": {"InvalidAttributeName", func(ctx context.Context) error {
			_, err := b.client.SetQueueAttributes(ctx, &api.SetQueueAttributesInput{QueueUrl: work, Attributes: map[string]string{"Colour": "red"}})
			return err
		}},
		"attribute out of range": {"InvalidAttributeValue", func(ctx context.Context) error {
			_, err := b.client.SetQueueAttributes(ctx, &api.SetQueueAttributesInput{QueueUrl: work, Attributes: map[string]string{"DelaySeconds": "901"}})
			return err
		}},
		"dead-letter queue of the other type": {"InvalidAttributeValue", func(ctx context.Context) error {
			_, err := b.client.SetQueueAttributes(ctx, &api.SetQueueAttributesInput{QueueUrl: work, Attributes: map[string]string{
				"RedrivePolicy": `{"deadLetterTargetArn":"` + ARN("work.fifo") + `","maxReceiveCount":"3"}`}})
			return err
		}},
		"dead-letter queue that does not exist": {"InvalidAttributeValue", func(ctx context.Context) error {
			_, err := b.client.SetQueueAttributes(ctx, &api.SetQueueAttributesInput{QueueUrl: work, Attributes: map[string]string{
				"RedrivePolicy": `{"deadLetterTargetArn":"` + ARN("nowhere") + `","maxReceiveCount":"3"}`}})
			return err
		}},
		"empty body": {"MissingParameter", func(ctx context.Context) error {
			_, err := b.client.SendMessage(ctx, &api.SendMessageInput{QueueUrl: work, MessageBody: aws.String("")})
			return err
		}},
		"control character": {"InvalidMessageContents", func(ctx context.Context) error {
			_, err := b.client.SendMessage(ctx, &api.SendMessageInput{QueueUrl: work, MessageBody: aws.String("a\x00b")})
			return err
		}},
		"over 1 MiB": {"InvalidParameterValue", func(ctx context.Context) error {
			_, err := b.client.SendMessage(ctx, &api.SendMessageInput{QueueUrl: work, MessageBody: aws.String(strings.Repeat("x", 1<<20+1))})
			return err
		}},
		"FIFO without a group": {"MissingParameter", func(ctx context.Context) error {
			_, err := b.client.SendMessage(ctx, &api.SendMessageInput{QueueUrl: fifo, MessageBody: body})
			return err
		}},
		"FIFO without a deduplication ID": {"InvalidParameterValue", func(ctx context.Context) error {
			_, err := b.client.SendMessage(ctx, &api.SendMessageInput{QueueUrl: fifo, MessageBody: body, MessageGroupId: aws.String("g")})
			return err
		}},
		"FIFO with a delay": {"InvalidParameterValue", func(ctx context.Context) error {
			_, err := b.client.SendMessage(ctx, &api.SendMessageInput{QueueUrl: fifo, MessageBody: body, MessageGroupId: aws.String("g"), MessageDeduplicationId: aws.String("d"), DelaySeconds: 1})
			return err
		}},
		"deduplication on a standard queue": {"InvalidParameterValue", func(ctx context.Context) error {
			_, err := b.client.SendMessage(ctx, &api.SendMessageInput{QueueUrl: work, MessageBody: body, MessageDeduplicationId: aws.String("d")})
			return err
		}},
		"eleven at once": {"InvalidParameterValue", func(ctx context.Context) error {
			_, err := b.client.ReceiveMessage(ctx, &api.ReceiveMessageInput{QueueUrl: work, MaxNumberOfMessages: 11})
			return err
		}},
		"no receipt": {"ReceiptHandleIsInvalid", func(ctx context.Context) error {
			_, err := b.client.DeleteMessage(ctx, &api.DeleteMessageInput{QueueUrl: work, ReceiptHandle: aws.String("nonsense")})
			return err
		}},
		"empty batch": {"AWS.SimpleQueueService.EmptyBatchRequest", func(ctx context.Context) error {
			_, err := b.client.SendMessageBatch(ctx, &api.SendMessageBatchInput{QueueUrl: work, Entries: []types.SendMessageBatchRequestEntry{}})
			return err
		}},
		"batch of eleven": {"AWS.SimpleQueueService.TooManyEntriesInBatchRequest", func(ctx context.Context) error {
			_, err := b.client.SendMessageBatch(ctx, &api.SendMessageBatchInput{QueueUrl: work, Entries: batch(11, "x")})
			return err
		}},
		"batch over 1 MiB": {"AWS.SimpleQueueService.BatchRequestTooLong", func(ctx context.Context) error {
			_, err := b.client.SendMessageBatch(ctx, &api.SendMessageBatchInput{QueueUrl: work, Entries: batch(2, strings.Repeat("x", 600_000))})
			return err
		}},
		"batch with one ID twice": {"AWS.SimpleQueueService.BatchEntryIdsNotDistinct", func(ctx context.Context) error {
			_, err := b.client.SendMessageBatch(ctx, &api.SendMessageBatchInput{QueueUrl: work, Entries: append(batch(1, "x"), batch(1, "x")...)})
			return err
		}},
		"move from nowhere": {"ResourceNotFoundException", func(ctx context.Context) error {
			_, err := b.client.StartMessageMoveTask(ctx, &api.StartMessageMoveTaskInput{SourceArn: aws.String(ARN("nowhere"))})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.call(t.Context()); code(err) != c.code {
				t.Errorf("got %v, want code %s", err, c.code)
			}
		})
	}
}

func batch(n int, body string) []types.SendMessageBatchRequestEntry {
	var out []types.SendMessageBatchRequestEntry
	for i := range n {
		out = append(out, types.SendMessageBatchRequestEntry{Id: aws.String(string(rune('a' + i))), MessageBody: &body})
	}
	return out
}

func TestUnsignedIsRefused(t *testing.T) {
	b := newBench(t, "")
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
	r.Header.Set("X-Amz-Target", "AmazonSQS.ListQueues")
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "MissingAuthenticationToken") {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestFaultsAndCalls(t *testing.T) {
	b := newBench(t, "")
	url := b.queue("work")
	rule := func(k faults.Kind) {
		if err := b.rules.Replace(faults.Rule{Service: "sqs", Operation: "SendMessage", Kind: k, Count: 1}); err != nil {
			t.Fatal(err)
		}
	}
	in := &api.SendMessageInput{QueueUrl: url, MessageBody: aws.String("x")}

	rule(faults.Throttle)
	var throttled *types.RequestThrottled
	if _, err := b.client.SendMessage(t.Context(), in); !errors.As(err, &throttled) {
		t.Errorf("throttled: %v", err)
	}
	rule(faults.AppliedThenError)
	if _, err := b.client.SendMessage(t.Context(), in); code(err) != "InternalFailure" {
		t.Errorf("failed: %v", err)
	}
	b.wantBodies(b.receive(url, 10), "x")
	if got, want := b.server.Calls(), map[string]int{"CreateQueue": 1, "SendMessage": 2, "ReceiveMessage": 1}; !cmp.Equal(got, want) {
		t.Errorf("calls %v, want %v", got, want)
	}
}
