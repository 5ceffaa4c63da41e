package boot

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"omniops/shared/apigw"
	"omniops/shared/boot/awsapi"
	"omniops/shared/fault"
	"omniops/shared/telemetry"
)

// worker takes messages of type M from a queue.
type worker[M, S any] struct {
	*process[func(context.Context, M) error, S]
}

// newWorker makes a worker of a process.
func newWorker[M, S any](p *process[func(context.Context, M) error, S]) *worker[M, S] {
	return &worker[M, S]{p}
}

// deliver answers one delivery of the queue.
func (w *worker[M, S]) deliver(ctx context.Context, e events.SQSEvent) (any, error) {
	body, err := json.Marshal(w.batch(ctx, e))
	if err != nil {
		return nil, w.failure(err)
	}
	return &reply{Reader: bytes.NewReader(body), kind: "application/json", close: w.endIfDying}, nil
}

// batch handles the messages of one delivery in order and gives those back that
// are to be tried again: each that failed and, in a FIFO queue, every later one
// of its group, so that a group never overtakes itself.
//
// A message whose error says that another try cannot help would hold up its
// group for every redelivery. With PARK_QUEUE_URL set it goes to that queue, the
// queue's own dead-letter queue, with its reason, and its group goes on.
// Otherwise it is given back like any other and the redrive policy moves it
// there; the log has the reason. Either way nothing is lost.
//
// With RETRY_AFTER set, what may succeed later is tried again after that long, then
// twice as long, and so on, instead of after the queue's whole visibility time-out.
func (w *worker[M, S]) batch(ctx context.Context, e events.SQSEvent) events.SQSEventResponse {
	out := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	stuck := map[string]time.Duration{} // groups with a message that failed, and how long it waits
	for i := range e.Records {
		m := &e.Records[i]
		group := m.Attributes["MessageGroupId"]
		wait, failed := stuck[group]
		if !w.dying.Load() && !failed {
			var settled bool
			if settled, wait = w.settle(ctx, m); settled {
				continue // done, or parked
			}
		}
		if group != "" {
			stuck[group] = wait
		}
		if wait > 0 {
			w.postpone(ctx, m, wait) // the later ones too: what is in flight holds up its group
		}
		out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
	}
	return out
}

// settle handles one message and reports whether the queue may forget it and, if
// not, how long it is to wait for its next try: 0 leaves that to the queue.
func (w *worker[M, S]) settle(ctx context.Context, m *events.SQSMessage) (settled bool, wait time.Duration) {
	ctx, end := w.begin(ctx, m.MessageId)
	defer end()
	err := w.handle(ctx, m)
	if err == nil {
		return true, 0
	}
	telemetry.Fail(ctx, err)
	metrics := w.runtime().Metrics
	if fault.KindOf(err).Retryable() {
		metrics.Count("MessagesRetried", 1)
		return false, w.backoff(m, err)
	}
	metrics.Count("MessagesParked", 1)
	url := w.common.ParkQueue
	if url == "" {
		return false, 0
	}
	if err := w.park(ctx, url, m, err); err != nil {
		telemetry.Fail(ctx, err)
		return false, 0
	}
	return true, 0
}

// maxBackoff bounds how long a message waits for its next try.
const maxBackoff = 2 * time.Minute

// backoff is how long a message that failed waits: longer each time, and not shorter
// than the error says, with a fifth at random so that those which failed together do
// not come back together.
func (w *worker[M, S]) backoff(m *events.SQSMessage, cause error) time.Duration {
	wait := w.common.RetryAfter
	if wait <= 0 {
		return 0
	}
	tries, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	for ; tries > 1 && wait < maxBackoff; tries-- {
		wait *= 2
	}
	wait = min(max(wait, fault.RetryAfter(cause)), maxBackoff)
	var b [2]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return wait + wait*time.Duration(binary.BigEndian.Uint16(b[:]))/(5<<16)
}

// postpone has the queue show a message again after a while. What goes wrong costs
// time only: the queue does so by itself in the end.
func (w *worker[M, S]) postpone(ctx context.Context, m *events.SQSMessage, wait time.Duration) {
	client := awsapi.New(w.runtime().AWS, "SQS", "sqs")
	base, _ := client.Endpoint()
	parts := strings.Split(m.EventSourceARN, ":") // arn:aws:sqs:region:account:name
	if len(parts) != 6 {
		return
	}
	in := struct {
		QueueUrl, ReceiptHandle string
		VisibilityTimeout       int64
	}{base + "/" + parts[4] + "/" + parts[5], m.ReceiptHandle, int64(math.Ceil(wait.Seconds()))}
	var out struct{}
	if err := client.JSON(ctx, "1.0", "AmazonSQS.ChangeMessageVisibility", in, &out); err != nil {
		w.runtime().Log.WarnContext(ctx, "a message waits for its queue's time-out", "request", m.MessageId, "error", err)
	}
}

// handle decodes one message and does its work.
func (w *worker[M, S]) handle(ctx context.Context, m *events.SQSMessage) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = w.caught(ctx, telemetry.NewPanic(v))
		}
	}()
	work, err := w.get(ctx)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fault.E(fault.Unavailable, "The batch ran out of time.", err)
	}
	var message M
	if err := json.Unmarshal([]byte(m.Body), &message); err != nil {
		return fault.E(fault.Invalid, "The message is not the JSON that is expected here.", err)
	}
	return work(ctx, message)
}

// park sends a message that cannot succeed to the queue for such.
func (w *worker[M, S]) park(ctx context.Context, url string, m *events.SQSMessage, reason error) error {
	type attribute struct{ DataType, StringValue string }
	in := struct {
		QueueUrl               string
		MessageBody            string
		MessageGroupId         string `json:",omitempty"`
		MessageDeduplicationId string `json:",omitempty"`
		MessageAttributes      map[string]attribute
	}{
		QueueUrl:    url,
		MessageBody: m.Body,
		MessageAttributes: map[string]attribute{
			"kind":   {"String", fault.KindOf(reason).String()},
			"reason": {"String", telemetry.Scrub(reason.Error())},
		},
	}
	if group := m.Attributes["MessageGroupId"]; group != "" {
		in.MessageGroupId, in.MessageDeduplicationId = group, m.MessageId
	}
	var out struct{}
	if err := awsapi.New(w.runtime().AWS, "SQS", "sqs").JSON(ctx, "1.0", "AmazonSQS.SendMessage", in, &out); err != nil {
		return fmt.Errorf("park message %s: %w", m.MessageId, err)
	}
	return nil
}

// tick runs a process on a timer.
func tick[S any](p *process[func(context.Context) error, S]) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := single(ctx, p, func(ctx context.Context, work func(context.Context) error) (struct{}, error) {
			return struct{}{}, work(ctx)
		})
		return err
	}
}

// invoke runs a process for a direct caller. Input that does not decode, or has
// a field In does not, is Invalid.
func invoke[In, Out, S any](p *process[func(context.Context, In) (Out, error), S]) func(context.Context, json.RawMessage) (Out, error) {
	return func(ctx context.Context, payload json.RawMessage) (Out, error) {
		return single(ctx, p, func(ctx context.Context, work func(context.Context, In) (Out, error)) (out Out, err error) {
			var in In
			if err := apigw.Unmarshal(payload, &in); err != nil {
				return out, err
			}
			return work(ctx, in)
		})
	}
}

// single runs one invocation that is neither a request nor a batch.
func single[X, S, Out any](ctx context.Context, p *process[X, S], do func(context.Context, X) (Out, error)) (out Out, err error) {
	request := ""
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		request = lc.AwsRequestID
	}
	ctx, end := p.begin(ctx, request)
	defer end()
	defer func() {
		if v := recover(); v != nil {
			err = p.failure(p.caught(ctx, telemetry.NewPanic(v)))
		}
	}()
	x, err := p.get(ctx)
	if err == nil {
		out, err = do(ctx, x)
	}
	if err != nil {
		telemetry.Fail(ctx, err)
	}
	return out, p.failure(err)
}
