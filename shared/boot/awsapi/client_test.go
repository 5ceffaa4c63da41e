package awsapi_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"omniops/shared/boot/awsapi"
	"omniops/shared/fault"
)

// config points at a server of a test.
func config(url string) aws.Config {
	return aws.Config{
		Region: "eu-west-2", BaseEndpoint: &url, HTTPClient: http.DefaultClient,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}, nil
		}),
	}
}

// answer is one answer of a scripted server; a status of 0 cuts the connection.
type answer struct {
	status int
	body   string
}

func TestJSON(t *testing.T) {
	const down = `{"__type":"com.amazonaws.sqs#RequestThrottled","Message":"slow"}`
	for name, c := range map[string]struct {
		answers []answer // the last one repeats
		calls   int
		kind    fault.Kind
		code    string
	}{
		"answered":              {[]answer{{200, `{"N":1}`}}, 1, -1, ""},
		"throttled, then fine":  {[]answer{{400, down}, {200, `{"N":1}`}}, 2, -1, ""},
		"cut, then fine":        {[]answer{{0, ""}, {200, `{"N":1}`}}, 2, -1, ""},
		"always throttled":      {[]answer{{400, `{"__type":"ThrottlingException"}`}}, 2, fault.Unavailable, "ThrottlingException"},
		"always broken":         {[]answer{{503, `<html>`}}, 2, fault.Unavailable, ""},
		"always cut":            {[]answer{{0, ""}}, 2, fault.Unavailable, ""},
		"refused":               {[]answer{{400, `{"__type":"com.amazonaws#AccessDeniedException","message":"no"}`}}, 1, fault.Internal, "AccessDeniedException"},
		"absent, in XML":        {[]answer{{404, `<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>`}}, 1, fault.NotFound, "NoSuchKey"},
		"changed meanwhile":     {[]answer{{412, ``}}, 1, fault.Conflict, ""},
		"an answer cut in half": {[]answer{{200, `{"N":`}}, 1, fault.Unavailable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				a := c.answers[min(calls, len(c.answers)-1)]
				calls++
				body, _ := io.ReadAll(r.Body)
				if string(body) != `{"A":"b"}` || r.Header.Get("X-Amz-Target") != "AmazonSQS.Send" || r.Header.Get("Content-Type") != "application/x-amz-json-1.0" || r.Header.Get("Authorization") == "" {
					t.Errorf("got %s with %v", body, r.Header)
				}
				if a.status == 0 {
					panic(http.ErrAbortHandler)
				}
				w.WriteHeader(a.status)
				_, _ = io.WriteString(w, a.body)
			}))
			defer s.Close()
			var out struct{ N int }
			err := awsapi.New(config(s.URL), "SQS", "sqs").JSON(t.Context(), "1.0", "AmazonSQS.Send", map[string]string{"A": "b"}, &out)
			if calls != c.calls {
				t.Errorf("%d calls, want %d", calls, c.calls)
			}
			if c.kind < 0 {
				if err != nil || out.N != 1 {
					t.Errorf("got %v, %v", out, err)
				}
				return
			}
			code := ""
			if e, ok := errors.AsType[*awsapi.Error](err); ok {
				code = e.Code
			}
			if err == nil || fault.KindOf(err) != c.kind || fault.Detail(err) != "" || code != c.code {
				t.Errorf("got %v (%v, %q)", err, fault.KindOf(err), code)
			}
		})
	}
}

func TestCancelledCallIsNotRepeated(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		cancel()
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer s.Close()
	err := awsapi.New(config(s.URL), "SQS", "sqs").JSON(ctx, "1.0", "AmazonSQS.Send", nil, nil)
	if calls != 1 || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestEndpoint(t *testing.T) {
	type endpoint struct {
		URL    string
		Custom bool
	}
	for name, c := range map[string]struct {
		cfg  aws.Config
		want endpoint
	}{
		"AWS":      {aws.Config{Region: "eu-west-2"}, endpoint{"https://sqs.eu-west-2.amazonaws.com", false}},
		"stand-in": {config("http://127.0.0.1:4566/"), endpoint{"http://127.0.0.1:4566", true}},
	} {
		t.Run(name, func(t *testing.T) {
			url, custom := awsapi.New(c.cfg, "SQS", "sqs").Endpoint()
			if got := (endpoint{url, custom}); !cmp.Equal(got, c.want) {
				t.Errorf("got %v", got)
			}
		})
	}
}
