// Package localtest gives a test the AWS services of template.yaml, in memory,
// with a clock that stands still and faults at hand.
package localtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/local/clock"
	"omniops/local/faults"
	"omniops/local/sandbox/shopify"
	"omniops/local/services"
)

// Start is when a test's clock stands until it is moved.
var start = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

// Cloud is what a test runs on.
type Cloud struct {
	*services.Services
	Clock  *clock.Clock
	Faults *faults.Set
}

// SessionSecret is the signing secret in tests.
const SessionSecret = "test-only-signing-secret-not-for-anything-else"

// The secrets of the Meta app in tests.
const (
	MetaAppSecret   = "test-only-app-secret"
	MetaVerifyToken = "test-only-verify-token"
)

// ShopifySecret is the Shopify app's client secret in tests.
const ShopifySecret = shopify.SandboxClientSecret

// Start runs the services for the length of a test. Parameters of the template
// may be overridden.
func Start(t testing.TB, parameters ...map[string]string) *Cloud {
	t.Helper()
	return StartIn(t, "", parameters...)
}

// StartIn is Start for services that keep what they store in a folder, for a test
// that measures its own memory.
func StartIn(t testing.TB, dir string, parameters ...map[string]string) *Cloud {
	t.Helper()
	all := map[string]string{"DomainName": "api.test", "CertificateArn": "arn:aws:acm:eu-west-2:000000000000:certificate/test"}
	for _, p := range parameters {
		for k, v := range p {
			all[k] = v
		}
	}
	c := &Cloud{Clock: clock.Fixed(start), Faults: faults.New(1)}
	s, err := services.Start(t.Context(), services.Options{
		Template: filepath.Join(Root(t), "template.yaml"), Parameters: all, Dir: dir, Clock: c.Clock, Faults: c.Faults,
		Secrets: map[string]string{"SESSION_SECRET": SessionSecret, "OPENAI_API_KEY": "sk-test", "SHOPIFY_CLIENT_SECRET": ShopifySecret, "RESEND_API_KEY": "re_test", "SENTRY_DSN": "unset",
			"META_APP_SECRET": MetaAppSecret, "META_APP_SECRET_SPARE": "unset", "META_VERIFY_TOKEN": MetaVerifyToken},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Services = s
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("stop services: %v", err)
		}
	})
	return c
}

// Env gives the environment variable that the template sets for a function, by
// the name of its folder.
func (c *Cloud) Env(t testing.TB, function, name string) string {
	t.Helper()
	for _, f := range c.Template.Functions {
		if filepath.Base(strings.TrimSuffix(f.CodeURI, "/")) == function {
			if value, ok := f.Environment[name]; ok {
				return value
			}
			t.Fatalf("template.yaml sets no %s for %s", name, function)
		}
	}
	t.Fatalf("template.yaml has no function %s", function)
	return ""
}

// Advance moves the clock ahead.
func (c *Cloud) Advance(d time.Duration) { c.Clock.SetOffset(c.Clock.Offset() + d) }

// Root finds the repository's root.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "template.yaml")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no template.yaml above the test's folder")
		}
		dir = parent
	}
}

// Items gives all that a table holds, each item as text.
func (c *Cloud) Items(t testing.TB, table string) []string {
	t.Helper()
	out, err := dynamodb.NewFromConfig(c.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, item := range out.Items {
		var text strings.Builder
		for name, value := range item {
			switch v := value.(type) {
			case *types.AttributeValueMemberB:
				fmt.Fprintf(&text, "%s=%q ", name, v.Value)
			case *types.AttributeValueMemberS:
				fmt.Fprintf(&text, "%s=%s ", name, v.Value)
			default:
				fmt.Fprintf(&text, "%s=%+v ", name, v)
			}
		}
		all = append(all, text.String())
	}
	return all
}

// Queued counts what a queue holds, and takes it out.
func (c *Cloud) Queued(t testing.TB, url string) int {
	t.Helper()
	return len(c.Take(t, url))
}

// Take takes out of a queue what it holds, and gives the bodies.
func (c *Cloud) Take(t testing.TB, url string) (bodies []string) {
	t.Helper()
	client := sqs.NewFromConfig(c.AWS)
	for {
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			return bodies
		}
		for _, m := range out.Messages {
			if _, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}); err != nil {
				t.Fatal(err)
			}
			bodies = append(bodies, *m.Body)
		}
	}
}
