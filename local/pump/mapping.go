package pump

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"omniops/local/template"
)

const (
	pollers = 5  // batches at once, without a MaximumConcurrency; what AWS starts with
	wait    = 20 // seconds that a receive waits for a message
)

// mapping is one event source mapping: a queue and its consumer,
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html (read 2025-11).
type mapping struct {
	template.QueueSource
	queue    template.Queue
	function string // physical name
}

// poll receives and hands on messages until ctx ends. Batches of one FIFO group
// never run at the same time: the queue gives out none of a group that has
// messages in flight.
func (p *Pump) poll(ctx context.Context, m mapping) {
	limit := m.MaxConcurrency
	if limit == 0 {
		limit = pollers
	}
	slots := make(chan struct{}, limit)
	var batches sync.WaitGroup
	defer batches.Wait()
	for {
		// A message is received only when somebody is free for it.
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		messages, err := p.receive(ctx, m)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			p.options.Log.Error("receive failed", "queue", m.queue.Name, "error", err)
			pause(ctx, time.Second)
		}
		for n, batch := range groups(messages, m.queue.FIFO) {
			if n > 0 {
				slots <- struct{}{} // becomes free: batches end when ctx does
			}
			batches.Go(func() {
				p.deliver(ctx, m, batch)
				<-slots
			})
		}
		if len(messages) == 0 {
			<-slots
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func (p *Pump) receive(ctx context.Context, m mapping) ([]types.Message, error) {
	out, err := p.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &m.queue.URL, MaxNumberOfMessages: int32(min(m.BatchSize, 10)), WaitTimeSeconds: wait,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		MessageAttributeNames:       []string{"All"},
	})
	if err != nil {
		return nil, err
	}
	return out.Messages, nil
}

// groups splits what was received: a batch of a FIFO queue holds messages of
// one group, in their order.
func groups(messages []types.Message, fifo bool) [][]types.Message {
	if !fifo && len(messages) > 0 {
		return [][]types.Message{messages}
	}
	var batches [][]types.Message
	at := map[string]int{}
	for _, message := range messages {
		group := message.Attributes["MessageGroupId"]
		i, ok := at[group]
		if !ok {
			i = len(batches)
			at[group] = i
			batches = append(batches, nil)
		}
		batches[i] = append(batches[i], message)
	}
	return batches
}

// deliver invokes the function with a batch and deletes what it finished. The
// rest appears again when its visibility time-out is over, and in the end goes
// to the dead-letter queue.
func (p *Pump) deliver(ctx context.Context, m mapping, batch []types.Message) {
	payload, err := json.Marshal(event(m, batch))
	if err != nil {
		p.options.Log.Error("batch is not JSON", "queue", m.queue.Name, "error", err)
		return
	}
	answer, err := p.options.Functions.Invoke(ctx, m.function, payload)
	if ctx.Err() != nil {
		p.giveBack(m, batch)
		return
	}
	done := batch
	if err == nil && m.ReportFailures {
		done, err = succeeded(answer, batch)
	}
	if err != nil {
		p.options.Log.Error("batch failed", "function", m.function, "messages", len(batch), "error", err)
		return
	}
	if len(done) < len(batch) {
		p.options.Log.Warn("batch failed in part", "function", m.function, "messages", len(batch), "failed", len(batch)-len(done))
	}
	if len(done) > 0 {
		if err := p.delete(ctx, m, done); err != nil {
			p.options.Log.Error("delete failed", "queue", m.queue.Name, "error", err)
		}
	}
}

// giveBack makes messages visible whose work was broken off by Close, so that
// the next start does not wait for their time-out.
func (p *Pump) giveBack(m mapping, batch []types.Message) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second) // the pump's own is over
	defer cancel()
	entries := make([]types.ChangeMessageVisibilityBatchRequestEntry, len(batch))
	for i, message := range batch {
		entries[i] = types.ChangeMessageVisibilityBatchRequestEntry{Id: message.MessageId, ReceiptHandle: message.ReceiptHandle}
	}
	_, err := p.sqs.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &m.queue.URL, Entries: entries})
	if err != nil {
		p.options.Log.Warn("messages stay in flight", "queue", m.queue.Name, "messages", len(batch), "error", err)
	}
}

func (p *Pump) delete(ctx context.Context, m mapping, done []types.Message) error {
	entries := make([]types.DeleteMessageBatchRequestEntry, len(done))
	for i, message := range done {
		entries[i] = types.DeleteMessageBatchRequestEntry{Id: message.MessageId, ReceiptHandle: message.ReceiptHandle}
	}
	out, err := p.sqs.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &m.queue.URL, Entries: entries})
	if err == nil && len(out.Failed) > 0 {
		err = fmt.Errorf("%d of %d messages: %s", len(out.Failed), len(done), aws.ToString(out.Failed[0].Message))
	}
	return err
}

// succeeded gives the messages that the function did not report as failed. As
// on AWS, exactly those it names stay, and an answer that names none of the
// batch's, or cannot be read, fails the whole batch.
func succeeded(answer []byte, batch []types.Message) ([]types.Message, error) {
	var response struct {
		Failures []struct {
			ID *string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &response); err != nil {
			return nil, fmt.Errorf("the function's answer: %w", err)
		}
	}
	failed := map[string]bool{}
	for _, f := range response.Failures {
		id := aws.ToString(f.ID)
		if !slices.ContainsFunc(batch, func(m types.Message) bool { return *m.MessageId == id }) {
			return nil, fmt.Errorf("the function reported a message %q that it was not given", id)
		}
		failed[id] = true
	}
	return slices.DeleteFunc(slices.Clone(batch), func(m types.Message) bool { return failed[*m.MessageId] }), nil
}

// event is a batch as Lambda hands it to a function.
func event(m mapping, batch []types.Message) events.SQSEvent {
	var e events.SQSEvent
	for _, message := range batch {
		record := events.SQSMessage{
			MessageId: aws.ToString(message.MessageId), ReceiptHandle: aws.ToString(message.ReceiptHandle), Body: aws.ToString(message.Body),
			Md5OfBody: aws.ToString(message.MD5OfBody), Md5OfMessageAttributes: aws.ToString(message.MD5OfMessageAttributes),
			Attributes: message.Attributes, MessageAttributes: map[string]events.SQSMessageAttribute{},
			EventSource: "aws:sqs", EventSourceARN: m.queue.ARN, AWSRegion: strings.Split(m.queue.ARN, ":")[3],
		}
		for name, a := range message.MessageAttributes {
			record.MessageAttributes[name] = events.SQSMessageAttribute{
				StringValue: a.StringValue, BinaryValue: a.BinaryValue, DataType: aws.ToString(a.DataType),
				StringListValues: []string{}, BinaryListValues: [][]byte{},
			}
		}
		e.Records = append(e.Records, record)
	}
	return e
}
