package sqs

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"omniops/local/clock"
)

var ignoreSerde = cmpopts.IgnoreUnexported(types.Message{}, types.MessageAttributeValue{})

func TestGroupIsBlockedWhileInFlight(t *testing.T) {
	b := newBench(t, "")
	url := b.queue("work.fifo", "ContentBasedDeduplication", "true")
	for _, m := range []string{"a1", "a2", "b1", "a3"} {
		b.send(url, m, m[:1])
	}
	first := b.receive(url, 2)
	b.wantBodies(first, "a1", "a2")
	b.wantBodies(b.receive(url, 10), "b1")
	b.delete(url, first[1])
	b.wantBodies(b.receive(url, 10)) // a1 still blocks the group
	b.delete(url, first[0])
	b.wantBodies(b.receive(url, 10), "a3")
	b.pass(30 * time.Second)
	b.wantBodies(b.receive(url, 10), "b1", "a3")
}

func TestExpiredReceiptOfFIFO(t *testing.T) {
	b := newBench(t, "")
	url := b.queue("work.fifo", "ContentBasedDeduplication", "true")
	b.send(url, "x", "g")
	m := b.receive(url, 1)[0]
	b.pass(30 * time.Second)
	if _, err := b.client.DeleteMessage(t.Context(), &api.DeleteMessageInput{QueueUrl: url, ReceiptHandle: m.ReceiptHandle}); code(err) != "InvalidParameterValue" {
		t.Errorf("deleted by an expired receipt: %v", err)
	}
}

func TestDeduplication(t *testing.T) {
	for name, c := range map[string]struct {
		attributes []string
		second     api.SendMessageInput
		after      time.Duration
		want       []string // bodies received in the end
	}{
		"same content":                {[]string{"ContentBasedDeduplication", "true"}, api.SendMessageInput{MessageBody: aws.String("x"), MessageGroupId: aws.String("g")}, 0, []string{"x"}},
		"same content, 4 min 59 s":    {[]string{"ContentBasedDeduplication", "true"}, api.SendMessageInput{MessageBody: aws.String("x"), MessageGroupId: aws.String("g")}, 5*time.Minute - time.Second, []string{"x"}},
		"same content, 5 min":         {[]string{"ContentBasedDeduplication", "true"}, api.SendMessageInput{MessageBody: aws.String("x"), MessageGroupId: aws.String("g")}, 5 * time.Minute, []string{"x", "x"}},
		"same content, clock back":    {[]string{"ContentBasedDeduplication", "true"}, api.SendMessageInput{MessageBody: aws.String("x"), MessageGroupId: aws.String("g")}, -time.Hour, []string{"x", "x"}},
		"other content":               {[]string{"ContentBasedDeduplication", "true"}, api.SendMessageInput{MessageBody: aws.String("y"), MessageGroupId: aws.String("g")}, 0, []string{"x", "y"}},
		"same content, other ID":      {[]string{"ContentBasedDeduplication", "true"}, api.SendMessageInput{MessageBody: aws.String("x"), MessageGroupId: aws.String("g"), MessageDeduplicationId: aws.String("2")}, 0, []string{"x", "x"}},
		"same content, other group":   {[]string{"ContentBasedDeduplication", "true"}, api.SendMessageInput{MessageBody: aws.String("x"), MessageGroupId: aws.String("h")}, 0, []string{"x"}},
		"other group, scope of group": {[]string{"ContentBasedDeduplication", "true", "DeduplicationScope", "messageGroup"}, api.SendMessageInput{MessageBody: aws.String("x"), MessageGroupId: aws.String("h")}, 0, []string{"x", "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "")
			url := b.queue("work.fifo", c.attributes...)
			first := b.send(url, "x", "g")
			b.pass(c.after)
			c.second.QueueUrl = url
			second, err := b.client.SendMessage(t.Context(), &c.second)
			if err != nil {
				t.Fatal(err)
			}
			if same := *first.MessageId == *second.MessageId && *first.SequenceNumber == *second.SequenceNumber; same != (len(c.want) == 1) {
				t.Errorf("first %s, second %s", *first.SequenceNumber, *second.SequenceNumber)
			}
			b.wantBodies(b.receive(url, 10), c.want...)
		})
	}
}

// A deleted message's deduplication ID still counts, after a restart too.
func TestDeduplicationOutlivesTheMessage(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, dir)
	url := b.queue("work.fifo", "ContentBasedDeduplication", "true")
	first := b.send(url, "x", "g")
	b.delete(url, b.receive(url, 1)[0])
	b.server.Close()

	b = newBench(t, dir)
	url = b.queue("work.fifo")
	if again := b.send(url, "x", "g"); *again.SequenceNumber != *first.SequenceNumber {
		t.Errorf("sent again as %s, first as %s", *again.SequenceNumber, *first.SequenceNumber)
	}
	if other := b.send(url, "y", "g"); *other.SequenceNumber <= *first.SequenceNumber {
		t.Errorf("%s does not follow %s", *other.SequenceNumber, *first.SequenceNumber)
	}
	b.wantBodies(b.receive(url, 10), "y")
}

// The law of a FIFO queue: whatever is received, deleted, given back or timed
// out, what a receiver gets of a group is the oldest messages of that group
// that were not deleted, in order, and only while nobody has any of them. It
// holds across restarts.
func TestOrderLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir := tempDir(t)
		clk := clock.Fixed(start)
		open := func() *Server {
			s, err := New(Options{Dir: dir, Now: clk.Now})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := open()
		defer func() { s.Close() }()
		url, err := s.Ensure("law.fifo", map[string]string{"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "30"})
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		left := map[string][]string{}    // bodies of each group, not deleted, oldest first
		held := map[string]time.Time{}   // body -> until when a receiver has it
		receipts := map[string]*string{} // body -> newest receipt
		group := func(body string) string { return body[:1] }
		n := 0

		t.Repeat(map[string]func(*rapid.T){
			"send": func(t *rapid.T) {
				g := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "group")
				n++
				body := fmt.Sprintf("%s%d", g, n)
				if _, err := s.SendMessage(ctx, &api.SendMessageInput{QueueUrl: &url, MessageBody: &body, MessageGroupId: &g}); err != nil {
					t.Fatal(err)
				}
				left[g] = append(left[g], body)
			},
			"receive": func(t *rapid.T) {
				now := clk.Now()
				blocked := map[string]bool{}
				for body, until := range held {
					blocked[group(body)] = blocked[group(body)] || until.After(now)
				}
				limit := rapid.Int32Range(1, 10).Draw(t, "limit")
				out, err := s.ReceiveMessage(ctx, &api.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: limit})
				if err != nil {
					t.Fatal(err)
				}
				got := map[string][]string{}
				for _, m := range out.Messages {
					got[group(*m.Body)] = append(got[group(*m.Body)], *m.Body)
					receipts[*m.Body] = m.ReceiptHandle
					held[*m.Body] = now.Add(30 * time.Second)
				}
				free := 0
				for g, bodies := range left {
					if blocked[g] {
						if len(got[g]) > 0 {
							t.Fatalf("received %v while the group was in flight", got[g])
						}
						continue
					}
					free += len(bodies)
					if k := len(got[g]); k > len(bodies) || !slices.Equal(got[g], bodies[:k]) {
						t.Fatalf("received %v of %v", got[g], bodies)
					}
				}
				if want := min(free, int(limit)); len(out.Messages) != want {
					t.Fatalf("received %d messages, want %d", len(out.Messages), want)
				}
			},
			"delete": func(t *rapid.T) {
				body, ok := pick(t, held, clk.Now())
				if !ok {
					return
				}
				if _, err := s.DeleteMessage(ctx, &api.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: receipts[body]}); err != nil {
					t.Fatal(err)
				}
				delete(held, body)
				g := group(body)
				left[g] = slices.Delete(left[g], slices.Index(left[g], body), slices.Index(left[g], body)+1)
			},
			"give back": func(t *rapid.T) {
				body, ok := pick(t, held, clk.Now())
				if !ok {
					return
				}
				seconds := rapid.Int32Range(0, 60).Draw(t, "seconds")
				if _, err := s.ChangeMessageVisibility(ctx, &api.ChangeMessageVisibilityInput{QueueUrl: &url, ReceiptHandle: receipts[body], VisibilityTimeout: seconds}); err != nil {
					t.Fatal(err)
				}
				held[body] = clk.Now().Add(time.Duration(seconds) * time.Second)
			},
			"wait": func(t *rapid.T) {
				clk.SetOffset(clk.Offset() + time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds"))*time.Second)
			},
			"restart": func(t *rapid.T) {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				s = open()
			},
		})
	})
}

// pick draws a message that a receiver has now.
func pick(t *rapid.T, held map[string]time.Time, now time.Time) (string, bool) {
	var bodies []string
	for body, until := range held {
		if until.After(now) {
			bodies = append(bodies, body)
		}
	}
	if len(bodies) == 0 {
		return "", false
	}
	slices.Sort(bodies)
	return rapid.SampledFrom(bodies).Draw(t, "message"), true
}
