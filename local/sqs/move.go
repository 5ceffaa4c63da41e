package sqs

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// moveTask is a finished redrive of a dead-letter queue.
type moveTask struct {
	source, destination string // ARNs; destination "" means where each came from
	moved               int64
	started             time.Time
}

// StartMessageMoveTask sends a dead-letter queue's messages back to where they
// came from, or to another queue. It is done when it returns. Moved messages
// count as new.
func (s *Server) StartMessageMoveTask(_ context.Context, in *api.StartMessageMoveTaskInput) (*api.StartMessageMoveTaskOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	source := s.queues[queueOf(aws.ToString(in.SourceArn))]
	if source == nil {
		return nil, noResource("source")
	}
	task := moveTask{source: *in.SourceArn, destination: aws.ToString(in.DestinationArn), started: s.now()}
	if task.destination != "" && s.queues[queueOf(task.destination)] == nil {
		return nil, noResource("destination")
	}
	var records []record
	source.candidates(task.started, func(m *message) bool {
		arn := task.destination
		if arn == "" {
			arn = m.Source
		}
		to := s.queues[queueOf(arn)]
		if to == nil || source.expired(m, task.started) {
			return true
		}
		s.sequence++
		fresh := message{ID: newID(), Body: m.Body, Attributes: m.Attributes, System: m.System,
			Group: m.Group, Dedup: m.Dedup, Sequence: s.sequence, Sent: task.started}
		records = append(records, record{Queue: source.name, Removed: m.ID}, record{Queue: to.name, Put: &fresh})
		task.moved++
		return true
	})
	s.moves = append([]moveTask{task}, s.moves...)
	return &api.StartMessageMoveTaskOutput{TaskHandle: aws.String(newReceipt(task.source))}, s.commit(records...)
}

// ListMessageMoveTasks answers the newest redrives of a dead-letter queue.
func (s *Server) ListMessageMoveTasks(_ context.Context, in *api.ListMessageMoveTasksInput) (*api.ListMessageMoveTasksOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	arn := aws.ToString(in.SourceArn)
	if s.queues[queueOf(arn)] == nil {
		return nil, noResource("source")
	}
	limit := max(1, min(10, int(aws.ToInt32(in.MaxResults))))
	var out api.ListMessageMoveTasksOutput
	for _, t := range s.moves {
		if t.source != arn || len(out.Results) == limit {
			continue
		}
		entry := types.ListMessageMoveTasksResultEntry{
			SourceArn:                         &arn,
			Status:                            aws.String("COMPLETED"),
			StartedTimestamp:                  t.started.UnixMilli(),
			ApproximateNumberOfMessagesMoved:  t.moved,
			ApproximateNumberOfMessagesToMove: aws.Int64(t.moved),
		}
		if t.destination != "" {
			entry.DestinationArn = aws.String(t.destination)
		}
		out.Results = append(out.Results, entry)
	}
	return &out, nil
}

func noResource(which string) error {
	return failure("ResourceNotFoundException", "ResourceNotFoundException", "The resource that you specified for the %s parameter doesn't exist.", which)
}
