package pump

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"omniops/local/template"
)

const (
	longPoll        = 20 // seconds, the longest that SQS allows
	defaultPollers  = 2
	pauseAfterFault = time.Second
)

// consumer hands one queue's messages to one function.
type consumer struct {
	*Pump
	function template.Function
	source   template.QueueSource
	url      string
	pollers  int
}

func (p *Pump) consumer(f template.Function, source template.QueueSource) (*consumer, error) {
	for _, q := range p.options.Template.Queues {
		if q.ARN == source.Queue {
			c := &consumer{Pump: p, function: f, source: source, url: q.URL, pollers: source.MaxConcurrency}
			if c.pollers == 0 {
				c.pollers = defaultPollers
			}
			return c, nil
		}
	}
	return nil, fmt.Errorf("function %s consumes %s, which the template does not describe", f.Name, source.Queue)
}

// poll receives and hands over until ctx ends. SQS gives no message of a FIFO
// group while another of it is in flight, so pollers do not overtake each other.
func (c *consumer) poll(ctx context.Context) {
	for ctx.Err() == nil {
		out, err := c.queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &c.url, MaxNumberOfMessages: int32(min(c.source.BatchSize, 10)), WaitTimeSeconds: longPoll,
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
			MessageAttributeNames:       []string{"All"},
		})
		if err == nil && len(out.Messages) > 0 {
			err = c.hand(ctx, out.Messages)
		}
		if err != nil && ctx.Err() == nil {
			c.options.Log.Error("queue failed", "function", c.function.Name, "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(pauseAfterFault):
			}
		}
	}
}

// hand invokes the function with a batch, and deletes what it did not report as
// failed. The rest comes back when its visibility time-out has passed.
func (c *consumer) hand(ctx context.Context, batch []types.Message) error {
	payload, err := json.Marshal(c.event(batch))
	if err != nil {
		return err
	}
	answer, err := c.options.Functions.Invoke(ctx, c.function.Name, payload)
	if err != nil {
		return fmt.Errorf("invoke with %d messages: %w", len(batch), err)
	}
	failed, err := c.failures(answer, batch)
	if err != nil {
		return err
	}
	var done []types.DeleteMessageBatchRequestEntry
	for _, m := range batch {
		if !failed[*m.MessageId] {
			done = append(done, types.DeleteMessageBatchRequestEntry{Id: m.MessageId, ReceiptHandle: m.ReceiptHandle})
		}
	}
	if len(done) == 0 {
		return nil
	}
	_, err = c.queues.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &c.url, Entries: done})
	return err
}

// failures reads which messages the function reports as failed. An answer that
// names an unknown message, or none, fails the whole batch.
func (c *consumer) failures(answer []byte, batch []types.Message) (map[string]bool, error) {
	failed := map[string]bool{}
	if !c.source.ReportFailures {
		return failed, nil
	}
	var report events.SQSEventResponse
	if err := json.Unmarshal(answer, &report); err != nil {
		return nil, fmt.Errorf("read which messages failed: %w", err)
	}
	known := map[string]bool{}
	for _, m := range batch {
		known[*m.MessageId] = true
	}
	for _, f := range report.BatchItemFailures {
		if !known[f.ItemIdentifier] {
			return nil, fmt.Errorf("the function reports %q as failed, which is not of this batch", f.ItemIdentifier)
		}
		failed[f.ItemIdentifier] = true
	}
	return failed, nil
}

// event is the batch as Lambda gives it to a function.
func (c *consumer) event(batch []types.Message) events.SQSEvent {
	var e events.SQSEvent
	for _, m := range batch {
		record := events.SQSMessage{
			MessageId: aws.ToString(m.MessageId), ReceiptHandle: aws.ToString(m.ReceiptHandle), Body: aws.ToString(m.Body),
			Md5OfBody: aws.ToString(m.MD5OfBody), Md5OfMessageAttributes: aws.ToString(m.MD5OfMessageAttributes),
			Attributes: m.Attributes, MessageAttributes: map[string]events.SQSMessageAttribute{},
			EventSourceARN: c.source.Queue, EventSource: "aws:sqs", AWSRegion: c.options.AWS.Region,
		}
		for name, a := range m.MessageAttributes {
			record.MessageAttributes[name] = events.SQSMessageAttribute{
				StringValue: a.StringValue, BinaryValue: a.BinaryValue, DataType: aws.ToString(a.DataType),
			}
		}
		e.Records = append(e.Records, record)
	}
	return e
}
