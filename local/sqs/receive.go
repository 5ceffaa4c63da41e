package sqs

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"omniops/local/awsfront/awsjson"
)

// maxVisibility is how long a receiver may keep a message.
const maxVisibility = 12 * time.Hour

// ReceiveMessage takes messages that are due. With a wait it returns as soon
// as there is one; it gives up when the wait is over or ctx ends.
func (s *Server) ReceiveMessage(ctx context.Context, in *api.ReceiveMessageInput) (*api.ReceiveMessageOutput, error) {
	limit := max(int(in.MaxNumberOfMessages), 1)
	switch {
	case in.MaxNumberOfMessages < 0 || limit > 10:
		return nil, invalid("MaxNumberOfMessages", fmt.Sprint(in.MaxNumberOfMessages), "Must be between 1 and 10, if provided.")
	case in.WaitTimeSeconds < 0 || in.WaitTimeSeconds > 20:
		return nil, invalid("WaitTimeSeconds", fmt.Sprint(in.WaitTimeSeconds), "Must be >= 0 and <= 20, if provided.")
	case in.VisibilityTimeout < 0 || time.Duration(in.VisibilityTimeout)*time.Second > maxVisibility:
		return nil, invalid("VisibilityTimeout", fmt.Sprint(in.VisibilityTimeout), "Must be between 0 and 43200, if provided.")
	}
	var deadline time.Time // on the machine's clock
	for {
		// Whoever has gone is given nothing: a message that they held may just have
		// become visible, and would be in flight to nobody.
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		s.mu.Lock()
		q, err := s.queueAt(in.QueueUrl)
		if err != nil {
			s.mu.Unlock()
			return nil, err
		}
		wait := cmp.Or(time.Duration(in.WaitTimeSeconds)*time.Second, q.settings.wait)
		visibility := cmp.Or(time.Duration(in.VisibilityTimeout)*time.Second, q.settings.visibility)
		now := s.now()
		messages, err := s.take(q, limit, now, visibility)
		changed := q.changed
		next, some := q.nextReady()
		s.mu.Unlock()

		if deadline.IsZero() {
			deadline = time.Now().Add(wait)
		}
		left := time.Until(deadline)
		if err != nil || len(messages) > 0 || left <= 0 {
			return received(messages, in), err
		}
		if some {
			left = min(left, next.Sub(now))
		}
		select {
		case <-changed:
		case <-time.After(left):
		case <-s.closed:
			return received(nil, in), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take receives up to limit messages. On the way it drops those that the
// queue has kept long enough and moves those that were received too often to
// the dead-letter queue. The caller holds s.mu.
func (s *Server) take(q *queue, limit int, now time.Time, visibility time.Duration) ([]*message, error) {
	var records []record
	var taken []*message
	dead := s.queues[q.settings.deadLetter]
	q.candidates(now, func(m *message) bool {
		switch {
		case q.expired(m, now):
			records = append(records, record{Queue: q.name, Removed: m.ID})
		case dead != nil && m.Seen.Count >= q.settings.maxReceive:
			moved := *m
			moved.Source = ARN(q.name)
			moved.Seen = sighting{Count: m.Seen.Count, First: m.Seen.First}
			if q.settings.fifo {
				moved.Sent = now // retention starts again, for FIFO queues only
			}
			records = append(records, record{Queue: q.name, Removed: m.ID}, record{Queue: dead.name, Put: &moved})
		default:
			seen := m.Seen
			seen.Receipt = newReceipt(m.ID)
			seen.Count++
			seen.VisibleAt = now.Add(visibility)
			if seen.First.IsZero() {
				seen.First = now
			}
			taken = append(taken, m)
			records = append(records, record{Queue: q.name, ID: m.ID, Seen: &seen})
		}
		return len(taken) < limit
	})
	if len(records) == 0 {
		return nil, nil
	}
	if err := s.commit(records...); err != nil {
		return nil, err
	}
	copies := make([]*message, len(taken))
	for i, m := range taken {
		c := *m
		copies[i] = &c
	}
	return copies, nil
}

// received is the answer that shows messages with the attributes in asked for.
func received(messages []*message, in *api.ReceiveMessageInput) *api.ReceiveMessageOutput {
	asked := map[string]bool{}
	for _, n := range in.MessageSystemAttributeNames {
		asked[string(n)] = true
	}
	for _, n := range in.AttributeNames {
		asked[string(n)] = true
	}
	out := &api.ReceiveMessageOutput{}
	for _, m := range messages {
		shown := types.Message{
			MessageId:     &m.ID,
			Body:          &m.Body,
			MD5OfBody:     aws.String(md5Hex([]byte(m.Body))),
			ReceiptHandle: &m.Seen.Receipt,
		}
		for name, value := range systemAttributes(m) {
			if value != "" && (asked["All"] || asked[name]) {
				if shown.Attributes == nil {
					shown.Attributes = map[string]string{}
				}
				shown.Attributes[name] = value
			}
		}
		for name, value := range m.Attributes {
			if matchesAny(name, in.MessageAttributeNames) {
				if shown.MessageAttributes == nil {
					shown.MessageAttributes = map[string]types.MessageAttributeValue{}
				}
				shown.MessageAttributes[name] = value
			}
		}
		if len(shown.MessageAttributes) > 0 {
			shown.MD5OfMessageAttributes = aws.String(md5OfAttributes(shown.MessageAttributes))
		}
		out.Messages = append(out.Messages, shown)
	}
	return out
}

func systemAttributes(m *message) map[string]string {
	all := map[string]string{
		"SenderId":                         account,
		"SentTimestamp":                    millis(m.Sent),
		"ApproximateReceiveCount":          strconv.Itoa(m.Seen.Count),
		"ApproximateFirstReceiveTimestamp": millis(m.Seen.First),
		"MessageGroupId":                   m.Group,
		"MessageDeduplicationId":           m.Dedup,
		"DeadLetterQueueSourceArn":         m.Source,
	}
	if m.Dedup != "" {
		all["SequenceNumber"] = sequenceNumber(m.Sequence)
	}
	for name, v := range m.System {
		all[name] = aws.ToString(v.StringValue)
	}
	return all
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// matchesAny says whether an attribute was asked for, by name, by "prefix.*"
// or by "All".
func matchesAny(name string, patterns []string) bool {
	for _, p := range patterns {
		if prefix, ok := strings.CutSuffix(p, "*"); p == "All" || p == name || ok && strings.HasPrefix(name, strings.TrimSuffix(prefix, ".")) {
			return true
		}
	}
	return false
}

// DeleteMessage removes a message that its caller has received.
func (s *Server) DeleteMessage(_ context.Context, in *api.DeleteMessageInput) (*api.DeleteMessageOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return &api.DeleteMessageOutput{}, s.delete(q, in.ReceiptHandle)
}

// DeleteMessageBatch removes up to ten messages; each succeeds or fails by
// itself.
func (s *Server) DeleteMessageBatch(_ context.Context, in *api.DeleteMessageBatchInput) (*api.DeleteMessageBatchOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if err := checkBatch(in.Entries, func(e types.DeleteMessageBatchRequestEntry) *string { return e.Id }); err != nil {
		return nil, err
	}
	var out api.DeleteMessageBatchOutput
	for _, e := range in.Entries {
		if err := s.delete(q, e.ReceiptHandle); err != nil {
			out.Failed = append(out.Failed, failedEntry(e.Id, err))
			continue
		}
		out.Successful = append(out.Successful, types.DeleteMessageBatchResultEntry{Id: e.Id})
	}
	return &out, nil
}

// delete removes the message of a receipt. A message that is gone already is
// no failure; an outdated receipt is ignored by a standard queue and refused
// by a FIFO queue. The caller holds s.mu.
func (s *Server) delete(q *queue, receipt *string) error {
	m, err := q.received(receipt)
	if err != nil || m == nil {
		return err
	}
	current := m.Seen.Receipt == *receipt
	switch {
	case q.settings.fifo && !(current && m.inFlight(s.now())):
		return invalid("ReceiptHandle", *receipt, "The receipt handle has expired.")
	case !current:
		return nil
	}
	return s.commit(record{Queue: q.name, Removed: m.ID})
}

// ChangeMessageVisibility changes for how long a received message stays away
// from others, from now on.
func (s *Server) ChangeMessageVisibility(_ context.Context, in *api.ChangeMessageVisibilityInput) (*api.ChangeMessageVisibilityOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return &api.ChangeMessageVisibilityOutput{}, s.changeVisibility(q, in.ReceiptHandle, in.VisibilityTimeout)
}

// ChangeMessageVisibilityBatch does so for up to ten messages; each succeeds
// or fails by itself.
func (s *Server) ChangeMessageVisibilityBatch(_ context.Context, in *api.ChangeMessageVisibilityBatchInput) (*api.ChangeMessageVisibilityBatchOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if err := checkBatch(in.Entries, func(e types.ChangeMessageVisibilityBatchRequestEntry) *string { return e.Id }); err != nil {
		return nil, err
	}
	var out api.ChangeMessageVisibilityBatchOutput
	for _, e := range in.Entries {
		if err := s.changeVisibility(q, e.ReceiptHandle, e.VisibilityTimeout); err != nil {
			out.Failed = append(out.Failed, failedEntry(e.Id, err))
			continue
		}
		out.Successful = append(out.Successful, types.ChangeMessageVisibilityBatchResultEntry{Id: e.Id})
	}
	return &out, nil
}

func (s *Server) changeVisibility(q *queue, receipt *string, seconds int32) error {
	if seconds < 0 || time.Duration(seconds)*time.Second > maxVisibility {
		return invalid("VisibilityTimeout", fmt.Sprint(seconds), "VisibilityTimeout must be between 0 and 43200.")
	}
	m, err := q.received(receipt)
	if err != nil {
		return err
	}
	now := s.now()
	switch {
	case m == nil:
		return invalid("ReceiptHandle", *receipt, "Message does not exist or is not available for visibility timeout change.")
	case m.Seen.Receipt != *receipt || !m.inFlight(now):
		return failure("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight", "The specified message isn't in flight.")
	}
	seen := m.Seen
	seen.VisibleAt = time.Time{}
	if seconds > 0 {
		seen.VisibleAt = now.Add(time.Duration(seconds) * time.Second)
	}
	return s.commit(record{Queue: q.name, ID: m.ID, Seen: &seen})
}

// received finds the message that a receipt was given for, nil if it is gone.
func (q *queue) received(receipt *string) (*message, error) {
	if aws.ToString(receipt) == "" {
		return nil, missing("ReceiptHandle")
	}
	text, err := base64.URLEncoding.DecodeString(*receipt)
	id, _, ok := strings.Cut(string(text), " ")
	if err != nil || !ok {
		return nil, failure("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", "The input receipt handle is not a valid receipt handle.")
	}
	return q.messages[id], nil
}

// newReceipt makes a receipt handle: the message, and which time it was
// received.
func newReceipt(message string) string {
	return base64.URLEncoding.EncodeToString([]byte(message + " " + rand.Text()))
}

// known is the API's failure in err, or nil.
func known(err error) *awsjson.Error {
	var e *awsjson.Error
	errors.As(err, &e)
	return e
}
