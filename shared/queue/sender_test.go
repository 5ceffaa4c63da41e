package queue_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	localsqs "omniops/local/sqs"
	"omniops/shared/fault"
	"omniops/shared/queue"
)

// job is a message.
type job struct {
	Tenant string `json:"tenant"`
	Text   string `json:"text,omitempty"`
}

// start runs SQS with one FIFO queue.
func start(t *testing.T) (cfg aws.Config, url string, server *httptest.Server) {
	t.Helper()
	emulator, err := localsqs.New(localsqs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server = httptest.NewServer(emulator)
	t.Cleanup(func() {
		server.Close()
		if err := emulator.Close(); err != nil {
			t.Error(err)
		}
	})
	cfg = aws.Config{
		Region: "eu-west-2", BaseEndpoint: &server.URL, HTTPClient: http.DefaultClient,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}, nil
		}),
	}
	made, err := sqs.NewFromConfig(cfg).CreateQueue(t.Context(), &sqs.CreateQueueInput{
		QueueName: aws.String("site-crawl.fifo"), Attributes: map[string]string{"FifoQueue": "true"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return cfg, *made.QueueUrl, server
}

func TestSentMessagesArriveOnceAndInOrder(t *testing.T) {
	cfg, url, _ := start(t)
	s := queue.NewSender[job](cfg, url)
	for _, m := range []struct{ dedup, text string }{{"j1", "first"}, {"j2", "second é"}, {"j1", "first, again"}} {
		if err := s.Send(t.Context(), "acme", m.dedup, job{"acme", m.text}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := sqs.NewFromConfig(cfg).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"MessageGroupId"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for _, m := range got.Messages {
		bodies = append(bodies, *m.Body)
		if m.Attributes["MessageGroupId"] != "acme" {
			t.Errorf("group %q", m.Attributes["MessageGroupId"])
		}
	}
	if want := []string{`{"tenant":"acme","text":"first"}`, `{"tenant":"acme","text":"second é"}`}; !cmp.Equal(bodies, want) {
		t.Errorf("got %q", bodies)
	}
}

func TestSendThatFails(t *testing.T) {
	cfg, url, server := start(t)
	s := queue.NewSender[job](cfg, url)
	send := func(m job) fault.Kind { return fault.KindOf(s.Send(t.Context(), "acme", "j1", m)) }
	if got := send(job{Text: strings.Repeat("a", queue.MaxMessage)}); got != fault.TooLarge {
		t.Errorf("too long: %v", got)
	}
	if err := queue.NewSender[job](cfg, url+"-other").Send(t.Context(), "acme", "j1", job{}); err == nil {
		t.Error("sent to a queue that does not exist")
	}
	if err := queue.NewSender[func()](cfg, url).Send(t.Context(), "acme", "j1", nil); err == nil {
		t.Error("sent what is not JSON")
	}
	server.Close()
	if got := send(job{}); got != fault.Unavailable {
		t.Errorf("queue down: %v", got)
	}
}
