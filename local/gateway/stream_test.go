package gateway_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"omniops/local/gateway"
	"omniops/local/lambda"
)

// piped serves streams whose body the test writes. Each invocation gives the
// test one writer.
func piped(t *testing.T) (gateway.Options, chan *io.PipeWriter) {
	writers := make(chan *io.PipeWriter, 1)
	return gateway.Options{InvokeStream: func(context.Context, string, []byte) (*lambda.Stream, error) {
		r, w := io.Pipe()
		writers <- w
		t.Cleanup(func() { _ = w.Close() })
		return &lambda.Stream{StatusCode: 200, Headers: map[string]string{"Content-Type": "text/event-stream"}, Cookies: []string{"a=1", "b=2"}, Body: r}, nil
	}}, writers
}

// open sends a request whose answer streams.
func open(t *testing.T, ctx context.Context, url, body string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, "POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

func TestStreamIsRelayedAtOnce(t *testing.T) {
	o, writers := piped(t)
	server := serve(t, o, nil, nil)
	response := open(t, t.Context(), server.URL+"/chat", "") // the head is there before any piece
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" || len(response.Header["Set-Cookie"]) != 2 {
		t.Errorf("head %d %v", response.StatusCode, response.Header)
	}
	w, lines := <-writers, bufio.NewReader(response.Body)
	for _, line := range []string{"data: one\n", "data: two\n"} {
		if _, err := io.WriteString(w, line); err != nil {
			t.Fatal(err)
		}
		if got, err := lines.ReadString('\n'); got != line || err != nil {
			t.Fatalf("read %q %v, want %q", got, err, line)
		}
	}
	_ = w.Close()
	if rest, err := io.ReadAll(lines); len(rest) != 0 || err != nil {
		t.Errorf("then %q %v", rest, err)
	}
}

func TestStreamThatBreaksIsCut(t *testing.T) {
	o, writers := piped(t)
	server := serve(t, o, nil, nil)
	response := open(t, t.Context(), server.URL+"/chat", "")
	w := <-writers
	if _, err := io.WriteString(w, "half"); err != nil {
		t.Fatal(err)
	}
	_ = w.CloseWithError(&lambda.FunctionError{Type: "errorString", Message: "boom"})
	if got, err := io.ReadAll(response.Body); string(got) != "half" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read %q %v, want a cut connection", got, err)
	}
}

func TestStreamTimesOut(t *testing.T) {
	o, writers := piped(t)
	server := serve(t, o, nil, nil)
	response := open(t, t.Context(), server.URL+"/brief", "")
	<-writers
	if got, err := io.ReadAll(response.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read %q %v, want a cut connection", got, err)
	}
}

func TestStreamWhoseClientLeaves(t *testing.T) {
	o, writers := piped(t)
	server := serve(t, o, nil, nil)
	ctx, leave := context.WithCancel(t.Context())
	open(t, ctx, server.URL+"/chat", "")
	w := <-writers
	leave()
	for { // until the body is closed
		if _, err := io.WriteString(w, "more"); err != nil {
			break
		}
	}
}

func TestStreamThatNeverBegins(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		status int
	}{
		{"function error", &lambda.FunctionError{Type: "Runtime.InvalidStreamingResponse"}, 502},
		{"throttled", lambda.ErrThrottled, 500},
		{"too large", lambda.ErrTooLarge, 413},
	} {
		o := gateway.Options{InvokeStream: func(context.Context, string, []byte) (*lambda.Stream, error) { return nil, c.err }}
		if got := send(t, serve(t, o, nil, nil), "POST", "/chat", "", nil); got.Status != c.status {
			t.Errorf("%s: %+v, want %d", c.name, got, c.status)
		}
	}
	hang := gateway.Options{InvokeStream: func(ctx context.Context, _ string, _ []byte) (*lambda.Stream, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	if got := send(t, serve(t, hang, nil, nil), "POST", "/brief", "", nil); got.Status != 504 {
		t.Errorf("time-out: %+v", got)
	}
}

// TestRealFunction goes the whole way: HTTP, gateway, Runtime API, process.
func TestRealFunction(t *testing.T) {
	program := filepath.Join(t.TempDir(), "sse")
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "lambda.norpc", "-o", program, "./testdata/sse")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r, err := lambda.New(lambda.Options{Functions: []lambda.Function{
		{Name: "chat", Program: program, Timeout: time.Minute},
		{Name: "echo", Program: program, Timeout: time.Minute, Environment: map[string]string{"BUFFERED": "1"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	server := serve(t, gateway.Options{Invoke: r.Invoke, InvokeStream: r.InvokeStream}, nil, nil)
	body, _ := json.Marshal(map[string]any{"events": 3})
	got, err := io.ReadAll(open(t, t.Context(), server.URL+"/chat", string(body)).Body)
	if want := "data: 0\n\ndata: 1\n\ndata: 2\n\n"; string(got) != want || err != nil {
		t.Errorf("read %q %v, want %q", got, err, want)
	}
	broken, _ := json.Marshal(map[string]any{"events": 1, "fail": true})
	got, err = io.ReadAll(open(t, t.Context(), server.URL+"/chat", string(broken)).Body)
	if string(got) != "data: 0\n\n" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read %q %v, want a cut connection", got, err)
	}
	if got := send(t, server, "GET", "/v1/items/7", "", nil); got.Body != "GET /v1/items/7" {
		t.Errorf("buffered: %+v", got)
	}
}
