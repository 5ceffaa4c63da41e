// Package sqs is a stand-in for Amazon SQS that speaks to the unmodified SDK:
// standard and FIFO queues with visibility, delays, retention, deduplication
// and redrive, over AWS JSON 1.0.
//
// Every change of state is a record (see journal.go): it is written to the
// journal, then applied, so a restart finds the queues as they were. Time is
// injected; only the wait of a long poll runs on the machine's clock.
//
// The operations are methods with the signatures of the SDK's client, for
// callers in the same process.
package sqs

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"sync"
	"time"

	"omniops/local/awsfront/awsjson"
	"omniops/local/faults"
)

const (
	account = "000000000000"
	region  = "eu-west-2"
)

// Options says where a Server keeps its queues and what time it is.
type Options struct {
	Dir     string           // folder of the journal; "" keeps everything in memory
	Now     func() time.Time // nil is time.Now
	BaseURL string           // in front of a queue's URL; "" is the host that the caller asked
	Faults  *faults.Set      // may be nil
}

// Server is all queues of one account. It is safe for concurrent use.
type Server struct {
	*awsjson.Handler
	now    func() time.Time
	closed chan struct{}

	mu       sync.Mutex
	baseURL  string
	queues   map[string]*queue
	sequence uint64 // of the newest message
	journal  *journal
	moves    []moveTask // this process's, newest first
}

// New opens the queues in o.Dir.
func New(o Options) (*Server, error) {
	s := &Server{now: o.Now, baseURL: o.BaseURL, queues: map[string]*queue{}, closed: make(chan struct{})}
	if s.now == nil {
		s.now = time.Now
	}
	if o.Dir != "" {
		j, err := openJournal(o.Dir, s.apply, s.snapshot)
		if err != nil {
			return nil, fmt.Errorf("open queues in %s: %w", o.Dir, err)
		}
		s.journal = j
	}
	s.Handler = awsjson.NewHandler(awsjson.Service{
		Name: "sqs", Target: "AmazonSQS", Version: "1.0", Namespace: "com.amazonaws.sqs#",
		Throttled: failure("RequestThrottled", "RequestThrottled", "The request was denied due to request throttling."),
		Failed: &awsjson.Error{Code: "InternalFailure", Query: "InternalFailure;Receiver", Status: http.StatusInternalServerError,
			Message: "The request failed because of an internal error."},
		Operations: map[string]awsjson.Operation{
			"ChangeMessageVisibility":      awsjson.Op(s.ChangeMessageVisibility),
			"ChangeMessageVisibilityBatch": awsjson.Op(s.ChangeMessageVisibilityBatch),
			"CreateQueue":                  awsjson.Op(s.CreateQueue),
			"DeleteMessage":                awsjson.Op(s.DeleteMessage),
			"DeleteMessageBatch":           awsjson.Op(s.DeleteMessageBatch),
			"DeleteQueue":                  awsjson.Op(s.DeleteQueue),
			"GetQueueAttributes":           awsjson.Op(s.GetQueueAttributes),
			"GetQueueUrl":                  awsjson.Op(s.GetQueueUrl),
			"ListMessageMoveTasks":         awsjson.Op(s.ListMessageMoveTasks),
			"ListQueues":                   awsjson.Op(s.ListQueues),
			"PurgeQueue":                   awsjson.Op(s.PurgeQueue),
			"ReceiveMessage":               awsjson.Op(s.ReceiveMessage),
			"SendMessage":                  awsjson.Op(s.SendMessage),
			"SendMessageBatch":             awsjson.Op(s.SendMessageBatch),
			"SetQueueAttributes":           awsjson.Op(s.SetQueueAttributes),
			"StartMessageMoveTask":         awsjson.Op(s.StartMessageMoveTask),
		},
	}, o.Faults)
	return s, nil
}

// SetBaseURL sets what stands in front of a queue's URL, such as
// "http://127.0.0.1:4566", for a server whose port is known late.
func (s *Server) SetBaseURL(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.baseURL = base
}

// Wake lets waiting receivers look again, for an owner whose clock has moved.
func (s *Server) Wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		q.signal()
	}
}

// Close ends every long poll and closes the journal.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
		return nil
	default:
	}
	close(s.closed)
	if s.journal == nil {
		return nil
	}
	return s.journal.close()
}

// ARN is a queue's resource name.
func ARN(queue string) string { return "arn:aws:sqs:" + region + ":" + account + ":" + queue }

// url is the address of a queue. The caller holds s.mu.
func (s *Server) url(ctx context.Context, queue string) string {
	base := s.baseURL
	if base == "" {
		host := awsjson.Host(ctx)
		if host == "" {
			host = "127.0.0.1"
		}
		base = "http://" + host
	}
	return base + "/" + account + "/" + queue
}

// queueAt finds the queue of a URL; only the URL's last element counts. The
// caller holds s.mu.
func (s *Server) queueAt(url *string) (*queue, error) {
	if url == nil || *url == "" {
		return nil, missing("QueueUrl")
	}
	if q := s.queues[path.Base(*url)]; q != nil {
		return q, nil
	}
	return nil, noQueue
}

// commit writes records to the journal and applies them. The caller holds s.mu.
func (s *Server) commit(records ...record) error {
	if s.journal != nil {
		if err := s.journal.append(records); err != nil {
			return err
		}
	}
	for _, r := range records {
		s.apply(r)
	}
	if s.journal != nil {
		return s.journal.compactIfLong(s.snapshot)
	}
	return nil
}

// The failures that SQS names. Query codes are those of the older query
// protocol, which the SDK still shows as the error's code.
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html (read 2026-11).

func failure(code, query, format string, args ...any) *awsjson.Error {
	e := awsjson.Errorf(code, format, args...)
	e.Query = query + ";Sender"
	return e
}

var noQueue = failure("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")

func missing(parameter string) *awsjson.Error {
	return failure("MissingRequiredParameterException", "MissingParameter", "The request must contain the parameter %s.", parameter)
}

func invalid(parameter, value, reason string) *awsjson.Error {
	return failure("InvalidParameterValueException", "InvalidParameterValue", "Value %s for parameter %s is invalid. Reason: %s", value, parameter, reason)
}
