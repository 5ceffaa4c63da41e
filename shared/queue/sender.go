// Package queue sends typed messages to SQS FIFO queues. The worker's side is
// boot.Queue.
package queue

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"omniops/shared/boot/awsapi"
	"omniops/shared/fault"
)

// MaxMessage is the largest message, in bytes of JSON. SQS takes 1 MiB; what
// needs more belongs in an object, with its key in the message.
const MaxMessage = 256 << 10

// Sender sends messages of type M to one queue.
type Sender[M any] struct {
	client *awsapi.Client
	url    string
}

// NewSender makes a sender for the FIFO queue at url.
func NewSender[M any](cfg aws.Config, url string) *Sender[M] {
	return &Sender[M]{client: awsapi.New(cfg, "SQS", "sqs"), url: url}
}

// Send queues m. Messages of a group are handled in order, one at a time; a
// second message with the same dedupID within five minutes is dropped by SQS.
// Both are 1 to 128 letters, digits or punctuation and, as they are visible to
// operators, identifiers only. A message that is too long is TooLarge, a queue
// that does not answer is Unavailable.
func (s *Sender[M]) Send(ctx context.Context, group, dedupID string, m M) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode a message: %w", err)
	}
	if len(body) > MaxMessage {
		return fault.E(fault.TooLarge, fmt.Sprintf("A message may have at most %d bytes.", MaxMessage), nil)
	}
	in := struct{ QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId string }{s.url, string(body), group, dedupID}
	var out struct{ MessageId string }
	if err := s.client.JSON(ctx, "1.0", "AmazonSQS.SendMessage", in, &out); err != nil {
		return fmt.Errorf("queue message %s: %w", dedupID, err)
	}
	return nil
}
