package sqs

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sqs"
)

var queueName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$|^[A-Za-z0-9_-]{1,75}\.fifo$`)

// Ensure makes a queue that has these attributes, or gives them to the one
// that exists, and answers its URL. The dead-letter queue may follow later.
func (s *Server) Ensure(name string, attributes map[string]string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := checkQueue(name, attributes); err != nil {
		return "", err
	}
	q := s.queues[name]
	if q == nil {
		return s.url(context.Background(), name), s.create(name, attributes)
	}
	wanted := completed(attributes, q.settings.fifo)
	for k := range q.attributes {
		if _, ok := wanted[k]; !ok && !strings.HasSuffix(k, "Timestamp") {
			wanted[k] = "" // was there, is asked for no more
		}
	}
	return s.url(context.Background(), name), s.set(name, wanted)
}

// Release gives back what was received and neither deleted nor returned, as if
// it had not been received. The owner calls it at a start: whoever held these
// messages has gone with the last run.
func (s *Server) Release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var records []record
	for _, q := range s.queues {
		for _, m := range q.messages {
			if m.inFlight(s.now()) {
				records = append(records, record{Queue: q.name, ID: m.ID, Seen: &sighting{Count: m.Seen.Count - 1, First: m.Seen.First}})
			}
		}
	}
	if len(records) == 0 {
		return nil
	}
	return s.commit(records...)
}

// CreateQueue makes a queue. Making it again with the same attributes answers
// the same URL.
func (s *Server) CreateQueue(ctx context.Context, in *api.CreateQueueInput) (*api.CreateQueueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := aws.ToString(in.QueueName)
	if err := checkQueue(name, in.Attributes); err != nil {
		return nil, err
	}
	url := s.url(ctx, name)
	if q := s.queues[name]; q != nil {
		for k, v := range in.Attributes {
			if q.attributes[k] != v {
				return nil, failure("QueueNameExists", "QueueAlreadyExists", "A queue already exists with the same name and a different value for attribute %s.", k)
			}
		}
		return &api.CreateQueueOutput{QueueUrl: &url}, nil
	}
	if err := s.checkDeadLetter(in.Attributes["RedrivePolicy"]); err != nil {
		return nil, err
	}
	return &api.CreateQueueOutput{QueueUrl: &url}, s.create(name, in.Attributes)
}

func checkQueue(name string, attributes map[string]string) error {
	fifo := strings.HasSuffix(name, ".fifo")
	if !queueName.MatchString(name) || fifo && attributes["FifoQueue"] != "true" {
		return invalid("QueueName", name, "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.")
	}
	for k, v := range attributes {
		if err := checkAttribute(k, v, fifo); err != nil {
			return err
		}
	}
	return nil
}

// checkDeadLetter refuses a redrive policy whose queue does not exist.
func (s *Server) checkDeadLetter(policy string) error {
	if policy == "" || s.queues[readSettings(map[string]string{"RedrivePolicy": policy}).deadLetter] != nil {
		return nil
	}
	return invalidAttribute("RedrivePolicy", policy, "Dead letter target does not exist.")
}

func (s *Server) create(name string, attributes map[string]string) error {
	all := completed(attributes, strings.HasSuffix(name, ".fifo"))
	all["CreatedTimestamp"] = strconv.FormatInt(s.now().Unix(), 10)
	all["LastModifiedTimestamp"] = all["CreatedTimestamp"]
	return s.commit(record{Queue: name, Attributes: all, Sequence: s.sequence})
}

// set changes some attributes of a queue that exists; an empty value takes
// the attribute away.
func (s *Server) set(name string, attributes map[string]string) error {
	all := maps.Clone(s.queues[name].attributes)
	maps.Copy(all, attributes)
	maps.DeleteFunc(all, func(_, v string) bool { return v == "" })
	if maps.Equal(all, s.queues[name].attributes) { // keep the time of the last change
		return nil
	}
	all["LastModifiedTimestamp"] = strconv.FormatInt(s.now().Unix(), 10)
	return s.commit(record{Queue: name, Attributes: all, Sequence: s.sequence})
}

// SetQueueAttributes changes some attributes of a queue.
func (s *Server) SetQueueAttributes(_ context.Context, in *api.SetQueueAttributesInput) (*api.SetQueueAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	for k, v := range in.Attributes {
		if err := checkAttribute(k, v, q.settings.fifo); err != nil {
			return nil, err
		}
	}
	if err := s.checkDeadLetter(in.Attributes["RedrivePolicy"]); err != nil {
		return nil, err
	}
	return &api.SetQueueAttributesOutput{}, s.set(q.name, in.Attributes)
}

// GetQueueAttributes answers the attributes asked for, counts of messages
// included.
func (s *Server) GetQueueAttributes(_ context.Context, in *api.GetQueueAttributesInput) (*api.GetQueueAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(q.attributes)
	all["QueueArn"] = ARN(q.name)
	visible, inFlight, delayed := q.count(s.now())
	all["ApproximateNumberOfMessages"] = strconv.Itoa(visible)
	all["ApproximateNumberOfMessagesNotVisible"] = strconv.Itoa(inFlight)
	all["ApproximateNumberOfMessagesDelayed"] = strconv.Itoa(delayed)
	out := map[string]string{}
	for _, name := range in.AttributeNames {
		if name == "All" {
			out = all
			break
		}
		if v, ok := all[string(name)]; ok {
			out[string(name)] = v
		} else if !slices.Contains(name.Values(), name) {
			return nil, failure("InvalidAttributeName", "InvalidAttributeName", "Unknown Attribute %s.", name)
		}
	}
	return &api.GetQueueAttributesOutput{Attributes: out}, nil
}

func (q *queue) count(now time.Time) (visible, inFlight, delayed int) {
	for _, m := range q.messages {
		switch {
		case q.expired(m, now):
		case m.inFlight(now):
			inFlight++
		case m.Seen.VisibleAt.After(now):
			delayed++
		default:
			visible++
		}
	}
	return visible, inFlight, delayed
}

// GetQueueUrl finds a queue by its name.
func (s *Server) GetQueueUrl(ctx context.Context, in *api.GetQueueUrlInput) (*api.GetQueueUrlOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := aws.ToString(in.QueueName)
	if s.queues[name] == nil {
		return nil, noQueue
	}
	return &api.GetQueueUrlOutput{QueueUrl: aws.String(s.url(ctx, name))}, nil
}

// ListQueues answers the URLs of the queues with a prefix, by name.
func (s *Server) ListQueues(ctx context.Context, in *api.ListQueuesInput) (*api.ListQueuesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := int(aws.ToInt32(in.MaxResults))
	if limit == 0 {
		limit = 1000
	}
	var out api.ListQueuesOutput
	for _, name := range slices.Sorted(maps.Keys(s.queues)) {
		if !strings.HasPrefix(name, aws.ToString(in.QueueNamePrefix)) || name <= aws.ToString(in.NextToken) {
			continue
		}
		if len(out.QueueUrls) == limit {
			last := out.QueueUrls[limit-1]
			out.NextToken = aws.String(last[strings.LastIndexByte(last, '/')+1:])
			break
		}
		out.QueueUrls = append(out.QueueUrls, s.url(ctx, name))
	}
	return &out, nil
}

// DeleteQueue removes a queue with its messages. It may be made again at
// once, where AWS asks for a minute.
func (s *Server) DeleteQueue(_ context.Context, in *api.DeleteQueueInput) (*api.DeleteQueueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return &api.DeleteQueueOutput{}, s.commit(record{Queue: q.name, Dropped: true})
}

// PurgeQueue removes a queue's messages, once a minute at most.
func (s *Server) PurgeQueue(_ context.Context, in *api.PurgeQueueInput) (*api.PurgeQueueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	now := s.now()
	if now.Sub(q.purged).Abs() < time.Minute {
		return nil, failure("PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress", "Only one PurgeQueue operation on %s is allowed every 60 seconds.", q.name)
	}
	q.purged = now
	return &api.PurgeQueueOutput{}, s.commit(record{Queue: q.name, Purged: true})
}
