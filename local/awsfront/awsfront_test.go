package awsfront_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	apikms "github.com/aws/aws-sdk-go-v2/service/kms"
	apis3 "github.com/aws/aws-sdk-go-v2/service/s3"
	apisecrets "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	apisqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"

	"omniops/local/awsfront"
	"omniops/local/kms"
	"omniops/local/s3"
	"omniops/local/secrets"
	"omniops/local/sqs"
)

// One endpoint serves every client of one configuration, as a function has it.
func TestOneEndpoint(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	queues, err := sqs.New(sqs.Options{})
	must(err)
	_, err = queues.Ensure("work", nil)
	must(err)
	keys, err := kms.New(kms.Options{})
	must(err)
	must(keys.Ensure("keyring"))
	values, err := secrets.New(secrets.Options{Values: map[string]string{"openai": "sk-fake"}})
	must(err)
	objects, err := s3.New(s3.Options{Buckets: []string{"content"}, Credentials: map[string]string{"local": "local"}})
	must(err)
	front := httptest.NewServer(awsfront.New(awsfront.Services{SQS: queues, KMS: keys, Secrets: values, S3: objects}))
	defer front.Close()
	cfg := aws.Config{Region: "eu-west-2", BaseEndpoint: &front.URL, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")}
	ctx := t.Context()

	found, err := apisqs.NewFromConfig(cfg).GetQueueUrl(ctx, &apisqs.GetQueueUrlInput{QueueName: aws.String("work")})
	if err != nil || *found.QueueUrl != front.URL+"/000000000000/work" {
		t.Errorf("queue: %+v, %v", found, err)
	}
	if _, err := apikms.NewFromConfig(cfg).Encrypt(ctx, &apikms.EncryptInput{KeyId: aws.String("keyring"), Plaintext: []byte("x")}); err != nil {
		t.Errorf("key: %v", err)
	}
	if _, err := apisecrets.NewFromConfig(cfg).GetSecretValue(ctx, &apisecrets.GetSecretValueInput{SecretId: aws.String("openai")}); err != nil {
		t.Errorf("secret: %v", err)
	}
	if _, err := apis3.NewFromConfig(cfg).PutObject(ctx, &apis3.PutObjectInput{Bucket: aws.String("content"), Key: aws.String("k"), Body: strings.NewReader("x")}); err != nil {
		t.Errorf("object: %v", err)
	}
}

func TestRouting(t *testing.T) {
	named := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, name) })
	}
	front := awsfront.New(awsfront.Services{DynamoDB: named("dynamodb"), SQS: named("sqs"), KMS: named("kms"), S3: named("s3")})
	for target, want := range map[string]string{
		"DynamoDB_20120810.GetItem":     "dynamodb",
		"AmazonSQS.SendMessage":         "sqs",
		"TrentService.Encrypt":          "kms",
		"":                              "s3",
		"secretsmanager.GetSecretValue": `{"__type":"UnknownOperationException","message":"secretsmanager.GetSecretValue is not served here."}`,
		"Logs_20140328.PutLogEvents":    `{"__type":"UnknownOperationException","message":"Logs_20140328.PutLogEvents is not served here."}`,
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("X-Amz-Target", target)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=b")
		w := httptest.NewRecorder()
		front.ServeHTTP(w, r)
		if got := w.Body.String(); got != want {
			t.Errorf("%q is answered by %s, want %s", target, got, want)
		}
	}
}

// A client that has no credentials, or of a service that is not here, is told
// so in a way that the SDK understands.
func TestRefusals(t *testing.T) {
	front := httptest.NewServer(awsfront.New(awsfront.Services{}))
	defer front.Close()
	for name, c := range map[string]struct {
		credentials aws.CredentialsProvider
		want        string
	}{
		"anonymous":  {aws.AnonymousCredentials{}, "MissingAuthenticationTokenException"},
		"not served": {credentials.NewStaticCredentialsProvider("local", "local", ""), "UnknownOperationException"},
	} {
		t.Run(name, func(t *testing.T) {
			client := apikms.New(apikms.Options{Region: "eu-west-2", BaseEndpoint: &front.URL, Credentials: c.credentials, Retryer: aws.NopRetryer{}})
			_, err := client.DescribeKey(t.Context(), &apikms.DescribeKeyInput{KeyId: aws.String("k")})
			var e smithy.APIError
			if !errors.As(err, &e) || e.ErrorCode() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
