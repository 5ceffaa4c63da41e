package pump_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"omniops/local/clock"
	"omniops/local/lambda"
	"omniops/local/pump"
	"omniops/local/sqs"
	"omniops/local/template"
)

// program is the path of the function forward.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "forward")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "forward")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", program, "./testdata/forward")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// call is one invocation that waits for its answer.
type call struct {
	Payload []byte
	answer  chan<- string
}

// records gives the bodies of the messages in the payload.
func (c call) records(t *testing.T) (bodies []string, e events.SQSEvent) {
	t.Helper()
	if err := json.Unmarshal(c.Payload, &e); err != nil {
		t.Fatal(err)
	}
	for _, r := range e.Records {
		bodies = append(bodies, r.Body)
	}
	return bodies, e
}

// world is a pump with everything around it. Every invocation of its functions
// comes up in calls.
type world struct {
	*pump.Pump
	clock *clock.Clock
	queue *sqs.Server
	sdk   *api.Client
	read  *template.Template
	calls chan call

	failures failureLog // what the pump complained about
}

func begin(t *testing.T) *world {
	t.Helper()
	w := &world{clock: clock.Fixed(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)), calls: make(chan call), failures: make(failureLog, 100)}
	target := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		payload, _ := io.ReadAll(r.Body)
		answer := make(chan string)
		select {
		case w.calls <- call{payload, answer}:
		case <-r.Context().Done():
			return
		}
		select {
		case a := <-answer:
			if a == "fail" {
				rw.WriteHeader(http.StatusInternalServerError)
			}
			_, _ = io.WriteString(rw, a)
		case <-r.Context().Done():
		}
	}))
	var err error
	if w.queue, err = sqs.New(sqs.Options{Now: w.clock.Now}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w.queue)
	w.queue.SetBaseURL(server.URL)
	w.clock.OnChange(func(time.Duration) { w.queue.Wake() })
	if w.read, err = template.Load("testdata/pump.yaml", template.Options{QueueBase: server.URL}); err != nil {
		t.Fatal(err)
	}
	for _, q := range w.read.Queues {
		attributes := map[string]string{"VisibilityTimeout": "60"}
		if q.FIFO {
			attributes["FifoQueue"] = "true"
		}
		if _, err := w.queue.Ensure(q.Name, attributes); err != nil {
			t.Fatal(err)
		}
	}
	var functions []lambda.Function
	for _, f := range w.read.Functions {
		functions = append(functions, lambda.Function{Name: f.Name, Program: program, Timeout: f.Timeout, Environment: map[string]string{"TARGET": target.URL}})
	}
	runtime, err := lambda.New(lambda.Options{Functions: functions})
	if err != nil {
		t.Fatal(err)
	}
	config := aws.Config{Region: "eu-west-2", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")}
	w.sdk = api.NewFromConfig(config)
	if w.Pump, err = pump.Start(pump.Options{Template: w.read, AWS: config, Functions: runtime, Clock: w.clock,
		Log: slog.New(slog.NewTextHandler(w.failures, nil))}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, stop := range []func() error{w.Close, runtime.Close, w.queue.Close} {
			if err := stop(); err != nil {
				t.Error(err)
			}
		}
		server.Close()
		target.Close()
	})
	return w
}

// send puts messages into the FIFO queue; of each, the first letter is its group.
func (w *world) send(t *testing.T, bodies ...string) {
	t.Helper()
	in := &api.SendMessageBatchInput{QueueUrl: &w.read.Queues[0].URL}
	for _, b := range bodies {
		in.Entries = append(in.Entries, types.SendMessageBatchRequestEntry{
			Id: aws.String(b), MessageBody: aws.String(b), MessageGroupId: aws.String(b[:1]), MessageDeduplicationId: aws.String(b),
			MessageAttributes: map[string]types.MessageAttributeValue{"kind": {DataType: aws.String("String"), StringValue: aws.String("test")}},
		})
	}
	if out, err := w.sdk.SendMessageBatch(t.Context(), in); err != nil || len(out.Failed) > 0 {
		t.Fatal(out, err)
	}
}

// counts are the visible messages of a queue, and those in flight.
func (w *world) counts(t *testing.T, n int) [2]string {
	t.Helper()
	out, err := w.sdk.GetQueueAttributes(t.Context(), &api.GetQueueAttributesInput{QueueUrl: &w.read.Queues[n].URL, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	if err != nil {
		t.Fatal(err)
	}
	return [2]string{out.Attributes["ApproximateNumberOfMessages"], out.Attributes["ApproximateNumberOfMessagesNotVisible"]}
}

// settle waits until the queue holds that many messages, visible and in flight.
func (w *world) settle(t *testing.T, n int, visible, inFlight string) {
	t.Helper()
	for w.counts(t, n) != [2]string{visible, inFlight} {
		if t.Context().Err() != nil {
			t.Fatal("the queue never settled")
		}
	}
}

func TestBatchesByGroup(t *testing.T) {
	w := begin(t)
	w.send(t, "a1", "b1", "a2", "a3")
	got := map[string][]string{}
	var held []call
	for range 2 { // both groups at once
		c := <-w.calls
		bodies, e := c.records(t)
		got[bodies[0][:1]] = bodies
		held = append(held, c)
		r := e.Records[0]
		if r.EventSource != "aws:sqs" || r.EventSourceARN != w.read.Queues[0].ARN || r.AWSRegion != "eu-west-2" || r.ReceiptHandle == "" ||
			r.Attributes["MessageGroupId"] != bodies[0][:1] || r.Attributes["ApproximateReceiveCount"] != "1" || r.Attributes["SequenceNumber"] == "" ||
			*r.MessageAttributes["kind"].StringValue != "test" || len(r.Md5OfBody) != 32 {
			t.Errorf("record %+v", r)
		}
	}
	if diff := cmp.Diff(map[string][]string{"a": {"a1", "a2", "a3"}, "b": {"b1"}}, got); diff != "" {
		t.Error(diff)
	}
	for _, c := range held {
		c.answer <- `{"batchItemFailures":[]}`
	}
	w.settle(t, 0, "0", "0")
}

func TestPartialFailure(t *testing.T) {
	w := begin(t)
	w.send(t, "a1", "a2", "a3")
	c := <-w.calls
	_, e := c.records(t)
	c.answer <- `{"batchItemFailures":[{"itemIdentifier":"` + e.Records[1].MessageId + `"},{"itemIdentifier":"` + e.Records[2].MessageId + `"}]}`
	w.settle(t, 0, "0", "2") // until their time-out is over
	w.clock.SetOffset(61 * time.Second)
	c = <-w.calls
	bodies, e := c.records(t)
	if diff := cmp.Diff([]string{"a2", "a3"}, bodies); diff != "" || e.Records[0].Attributes["ApproximateReceiveCount"] != "2" {
		t.Errorf("%s%+v", diff, e.Records[0])
	}
	c.answer <- `{}`
	w.settle(t, 0, "0", "0")
}

func TestWholeBatchFails(t *testing.T) {
	for _, answer := range []string{"fail", `{"batchItemFailures":[{"itemIdentifier":""}]}`, `{"batchItemFailures":[{}]}`, `{"batchItemFailures":[{"itemIdentifier":"x"}]}`, `[]`} {
		t.Run(answer, func(t *testing.T) {
			w := begin(t)
			w.send(t, "a1", "a2")
			(<-w.calls).answer <- answer
			w.clock.SetOffset(61 * time.Second)
			c := <-w.calls
			if bodies, _ := c.records(t); len(bodies) != 2 {
				t.Errorf("%v came again", bodies)
			}
			c.answer <- "null"
			w.settle(t, 0, "0", "0")
		})
	}
}

func TestConcurrencyOfAPlainQueue(t *testing.T) {
	w := begin(t)
	for _, body := range []string{"1", "2", "3"} {
		if _, err := w.sdk.SendMessage(t.Context(), &api.SendMessageInput{QueueUrl: &w.read.Queues[1].URL, MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
	first, second := <-w.calls, <-w.calls
	w.settle(t, 1, "1", "2") // the third is not even received
	first.answer <- `"anything"`
	third := <-w.calls
	second.answer <- "null"
	third.answer <- "null"
	w.settle(t, 1, "0", "0")
}

func TestCloseGivesMessagesBack(t *testing.T) {
	w := begin(t)
	w.send(t, "a1")
	c := <-w.calls
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.settle(t, 0, "1", "0")
	close(c.answer)
}

func TestSchedule(t *testing.T) {
	w := begin(t)
	due := func(want string) call {
		t.Helper()
		c := <-w.calls
		if string(c.Payload) != `{"at":"`+want+`"}` {
			t.Errorf("payload %s, want %s", c.Payload, want)
		}
		return c
	}
	w.clock.SetOffset(15 * time.Hour) // 03:00 on the 25th
	due("2026-11-25T03:00:00Z").answer <- "null"
	const jump = 10 * 24 * time.Hour // past nine more, which are one
	w.clock.SetOffset(jump)
	due("2026-11-26T03:00:00Z").answer <- "fail"
	<-w.failures
	w.clock.SetOffset(jump + time.Minute)
	due("2026-11-26T03:00:00Z").answer <- "fail"
	<-w.failures
	w.clock.SetOffset(jump + 3*time.Minute)
	due("2026-11-26T03:00:00Z").answer <- "fail"
	<-w.failures // for good
	w.clock.SetOffset(jump + 15*time.Hour)
	due("2026-12-05T03:00:00Z").answer <- "null"
	w.clock.SetOffset(0) // back before all that
	w.clock.SetOffset(15 * time.Hour)
	due("2026-11-25T03:00:00Z").answer <- "null"
}

// failureLog tells of every line that is written.
type failureLog chan string

func (l failureLog) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

func TestUnreadableSchedule(t *testing.T) {
	read, err := template.Parse([]byte(`{Resources: {F: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: f, Events: {E: {Type: ScheduleV2, Properties: {ScheduleExpression: often}}}}}}}`), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pump.Start(pump.Options{Template: read, Clock: clock.New(0)}); err == nil {
		t.Error("an unreadable schedule was accepted")
	}
}
