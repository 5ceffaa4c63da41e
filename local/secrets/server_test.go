package secrets

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"omniops/local/faults"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const given = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:session-AbCdEf"

// bench is a server and the SDK's client for it.
type bench struct {
	*testing.T
	server *Server
	client *api.Client
	rules  *faults.Set
}

func newBench(t *testing.T, dir string) *bench {
	t.Helper()
	b := &bench{T: t, rules: faults.New(1)}
	server, err := New(Options{Dir: dir, Now: func() time.Time { return start }, Faults: b.rules,
		Values: map[string]string{"openai": "sk-fake", given: "hmac-fake"}})
	if err != nil {
		t.Fatal(err)
	}
	b.server = server
	front := httptest.NewServer(server)
	t.Cleanup(func() { front.Close(); server.Close() })
	b.client = api.New(api.Options{
		Region:       "eu-west-2",
		BaseEndpoint: &front.URL,
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		Retryer:      aws.NopRetryer{},
	})
	return b
}

func (b *bench) get(id string, stage ...string) string {
	b.Helper()
	in := &api.GetSecretValueInput{SecretId: &id}
	if len(stage) > 0 {
		in.VersionStage = &stage[0]
	}
	out, err := b.client.GetSecretValue(b.Context(), in)
	if err != nil {
		b.Fatal(err)
	}
	if !out.CreatedDate.Equal(start) {
		b.Errorf("created %v", out.CreatedDate)
	}
	return aws.ToString(out.SecretString)
}

func (b *bench) put(id, value string) {
	b.Helper()
	if _, err := b.client.PutSecretValue(b.Context(), &api.PutSecretValueInput{SecretId: &id, SecretString: &value}); err != nil {
		b.Fatal(err)
	}
}

// code is the code that the SDK reads from a failure.
func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

func TestGivenValues(t *testing.T) {
	b := newBench(t, "")
	described, err := b.client.DescribeSecret(t.Context(), &api.DescribeSecretInput{SecretId: aws.String("openai")})
	if err != nil {
		t.Fatal(err)
	}
	arn := *described.ARN
	for id, want := range map[string]string{
		"openai": "sk-fake", arn: "sk-fake", arn[:len(arn)-7]: "sk-fake",
		given: "hmac-fake",
	} {
		if got := b.get(id); got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
}

func TestPut(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, dir)
	b.put("openai", "sk-new")
	created, err := b.client.CreateSecret(t.Context(), &api.CreateSecretInput{Name: aws.String("shop/key"), Description: aws.String("a key"), SecretBinary: []byte{0, 1}})
	if err != nil {
		t.Fatal(err)
	}

	b = newBench(t, dir) // what was put outlives the process and wins over what is given
	if got := []string{b.get("openai"), b.get("openai", "AWSPREVIOUS"), b.get(given)}; !cmp.Equal(got, []string{"sk-new", "sk-fake", "hmac-fake"}) {
		t.Errorf("current, previous, given: %q", got)
	}
	out, err := b.client.GetSecretValue(t.Context(), &api.GetSecretValueInput{SecretId: created.ARN, VersionId: created.VersionId})
	if err != nil || string(out.SecretBinary) != "\x00\x01" {
		t.Errorf("%+v, %v", out, err)
	}
	described, err := b.client.DescribeSecret(t.Context(), &api.DescribeSecretInput{SecretId: created.ARN})
	if err != nil || aws.ToString(described.Description) != "a key" || !cmp.Equal(described.VersionIdsToStages, map[string][]string{*created.VersionId: {"AWSCURRENT"}}) {
		t.Errorf("%+v, %v", described, err)
	}
	if info, err := os.Stat(secretFile(dir)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("secret file %v, %v", info, err)
	}
	text, err := os.ReadFile(secretFile(dir))
	if err != nil || strings.Contains(string(text), "hmac-fake") {
		t.Errorf("a given value was written: %v", err)
	}
}

func TestFailures(t *testing.T) {
	b := newBench(t, "")
	token := aws.String("0123456789abcdef0123456789abcdef")
	once := func(ctx context.Context, value string) error {
		_, err := b.client.PutSecretValue(ctx, &api.PutSecretValueInput{SecretId: aws.String("openai"), SecretString: &value, ClientRequestToken: token})
		return err
	}
	for range 2 {
		if err := once(t.Context(), "v"); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		code string
		call func(context.Context) error
	}{
		"no such secret": {"ResourceNotFoundException", func(ctx context.Context) error {
			_, err := b.client.GetSecretValue(ctx, &api.GetSecretValueInput{SecretId: aws.String("nowhere")})
			return err
		}},
		"no such stage": {"ResourceNotFoundException", func(ctx context.Context) error {
			_, err := b.client.GetSecretValue(ctx, &api.GetSecretValueInput{SecretId: aws.String("openai"), VersionStage: aws.String("AWSPENDING")})
			return err
		}},
		"exists": {"ResourceExistsException", func(ctx context.Context) error {
			_, err := b.client.CreateSecret(ctx, &api.CreateSecretInput{Name: aws.String("openai"), SecretString: aws.String("x")})
			return err
		}},
		"token used for another value": {"ResourceExistsException", func(ctx context.Context) error { return once(ctx, "w") }},
		"no value": {"InvalidParameterException", func(ctx context.Context) error {
			_, err := b.client.PutSecretValue(ctx, &api.PutSecretValueInput{SecretId: aws.String("openai")})
			return err
		}},
		"too large": {"ValidationException", func(ctx context.Context) error {
			_, err := b.client.PutSecretValue(ctx, &api.PutSecretValueInput{SecretId: aws.String("openai"), SecretString: aws.String(strings.Repeat("x", 65_537))})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.call(t.Context()); code(err) != c.code {
				t.Errorf("got %v, want code %s", err, c.code)
			}
		})
	}
}

func TestUnsignedIsRefused(t *testing.T) {
	b := newBench(t, "")
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"SecretId":"openai"}`))
	r.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "MissingAuthenticationToken") {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestFaults(t *testing.T) {
	b := newBench(t, "")
	if err := b.rules.Replace(faults.Rule{Service: "secretsmanager", Kind: faults.Error, Count: 1}); err != nil {
		t.Fatal(err)
	}
	var failed *types.InternalServiceError
	if _, err := b.client.GetSecretValue(t.Context(), &api.GetSecretValueInput{SecretId: aws.String("openai")}); !errors.As(err, &failed) {
		t.Error(err)
	}
}
