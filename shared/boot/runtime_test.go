package boot

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMain turns the test binary into a function when a test starts it as one.
func TestMain(m *testing.M) {
	build := func(context.Context, *Runtime, none) (http.Handler, error) {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "hello "+r.URL.Path)
			if r.URL.Path == "/panic" {
				panic("bug")
			}
		}), nil
	}
	switch os.Getenv("BOOT_TEST_FUNCTION") {
	case "http":
		HTTP(build)
	case "stream":
		Stream(build)
	case "queue":
		Queue(func(context.Context, *Runtime, none) (func(context.Context, parcel) error, error) {
			return func(_ context.Context, m parcel) error { return errors.New(m.Do) }, nil
		})
	case "invoke":
		Invoke(func(context.Context, *Runtime, none) (func(context.Context, parcel) (parcel, error), error) {
			return func(_ context.Context, m parcel) (parcel, error) { return parcel{"done " + m.Do}, nil }, nil
		})
	case "schedule":
		Schedule(func(context.Context, *Runtime, none) (func(context.Context) error, error) {
			return func(context.Context) error { return nil }, nil
		})
	default:
		os.Exit(m.Run())
	}
}

// posted is what a function gave the Runtime API.
type posted struct{ path, kind, body, trailer string }

// lambdaService is the Runtime API for one function: it hands out events and
// keeps the answers.
type lambdaService struct {
	events []string
	answer chan posted
}

// ServeHTTP speaks the Runtime API of 2018-06-01.
func (l *lambdaService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/next") {
		if len(l.events) == 0 {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "inv-1")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(time.Minute).UnixMilli(), 10))
		_, _ = io.WriteString(w, l.events[0])
		l.events = l.events[1:]
		return
	}
	body, _ := io.ReadAll(r.Body)
	trailer, _ := base64.StdEncoding.DecodeString(r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
	w.WriteHeader(http.StatusAccepted)
	l.answer <- posted{strings.TrimPrefix(r.URL.Path, "/2018-06-01/runtime/invocation/inv-1/"), r.Header.Get("Content-Type"), string(body), string(trailer)}
}

// The real Lambda library, in a process of its own, against the Runtime API.
func TestFunctionsOverTheRuntimeAPI(t *testing.T) {
	const (
		request  = `{"httpMethod":"GET","path":"/v1/health"}`
		bad      = `{"httpMethod":"GET","path":"/panic"}`
		streamed = "application/vnd.awslambda.http-integration-response"
		head     = `{"statusCode":200,"headers":{"Content-Type":"text/plain; charset=utf-8"}}` + "\x00\x00\x00\x00\x00\x00\x00\x00"
	)
	for name, c := range map[string]struct {
		function, event string
		want            posted
		ends            bool
	}{
		"http":         {"http", request, posted{"response", "application/json", `{"statusCode":200,"headers":{"Content-Type":"text/plain; charset=utf-8"},"multiValueHeaders":null,"body":"hello /v1/health"}`, ""}, false},
		"stream":       {"stream", request, posted{"response", streamed, head + "hello /v1/health", ""}, false},
		"stream cut":   {"stream", bad, posted{"response", streamed, head + "hello /panic", `{"errorMessage":"the answer was cut short","errorType":"errorString"}`}, true},
		"queue":        {"queue", `{"Records":[{"messageId":"m1","body":"{}"}]}`, posted{"response", "application/json", `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`, ""}, false},
		"invoke":       {"invoke", `{"Do":"x"}`, posted{"response", "application/json", `{"Do":"done x"}`, ""}, false},
		"invoke wrong": {"invoke", `{"Does":"x"}`, posted{"error", "application/json", `{"errorMessage":"The field \"Does\" is not known here.","errorType":"invalid"}`, ""}, false},
		"schedule":     {"schedule", `{}`, posted{"response", "application/json", `null`, ""}, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := &lambdaService{events: []string{c.event}, answer: make(chan posted, 1)}
			server := httptest.NewServer(l)
			defer server.Close()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			function := exec.CommandContext(ctx, os.Args[0])
			function.Env = []string{"BOOT_TEST_FUNCTION=" + c.function, "AWS_LAMBDA_RUNTIME_API=" + server.Listener.Addr().(*net.TCPAddr).String(), "AWS_REGION=eu-west-2"}
			if err := function.Start(); err != nil {
				t.Fatal(err)
			}
			select {
			case got := <-l.answer:
				if got != c.want {
					t.Errorf("got  %q\nwant %q", got, c.want)
				}
			case <-ctx.Done():
				t.Error("no answer")
			}
			if !c.ends {
				cancel()
			}
			err := function.Wait()
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || c.ends != (exit.ExitCode() == 1) {
				t.Errorf("ended with %v", err)
			}
		})
	}
}
