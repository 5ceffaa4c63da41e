package lambda_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"omniops/local/lambda"
)

// begin invokes the probe and wants a streamed answer.
func begin(t *testing.T, r *lambda.Runtime, o order) *lambda.Stream {
	t.Helper()
	o["do"] = "stream"
	s, err := r.InvokeStream(t.Context(), "probe", o.payload())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// read wants the next piece of the body, in one read.
func read(t *testing.T, s *lambda.Stream, want string) {
	t.Helper()
	buffer := make([]byte, 1024)
	n, err := s.Body.Read(buffer)
	if err != nil || string(buffer[:n]) != want {
		t.Fatalf("read %q, %v; want %q", buffer[:n], err, want)
	}
}

func TestStreamArrivesPieceByPiece(t *testing.T) {
	r := start(t, lambda.Options{}, lambda.Function{})
	g := newGate(t)
	s := begin(t, r, order{"chunks": []string{"data: one\n\n", "data: two\n\n"}, "gate": g.URL})
	want := &lambda.Stream{StatusCode: 200, Headers: map[string]string{"Content-Type": "text/event-stream"}, Cookies: []string{"a=1", "b=2"}}
	if diff := cmp.Diff(want, s, cmpopts.IgnoreFields(lambda.Stream{}, "Body")); diff != "" {
		t.Error(diff)
	}
	read(t, s, "data: one\n\n") // while the function waits with the second
	g.open()
	read(t, s, "data: two\n\n") // while it has yet to end
	g.open()
	if n, err := s.Body.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("read %d bytes and %v at the end, want EOF", n, err)
	}
	if err := s.Body.Close(); err != nil {
		t.Error(err)
	}
	first := ask[int](t, r, order{"do": "pid"})
	again := begin(t, r, order{"chunks": []string{"x"}})
	if _, err := io.ReadAll(again.Body); err != nil {
		t.Error(err)
	}
	if second := ask[int](t, r, order{"do": "pid"}); first != second || len(r.Stats("probe").Inits) != 1 {
		t.Error("a stream cost the process")
	}
}

func TestStreamFailures(t *testing.T) {
	g := newGate(t)
	for _, c := range []struct{ name, last, kind, message string }{
		{"the function reports it", "FAIL", "errorString", "the kettle boiled dry"},
		{"the process exits", "EXIT", "Runtime.ExitError", "exit status 9"},
		{"the time is up", "HANG", "Sandbox.Timedout", "Task timed out"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := lambda.Function{}
			if c.last == "HANG" {
				f.Timeout = 300 * time.Millisecond
			}
			r := start(t, lambda.Options{}, f)
			s := begin(t, r, order{"chunks": []string{"half", c.last}, "gate": g.URL})
			read(t, s, "half")
			g.open()
			rest, err := io.ReadAll(s.Body)
			wantFunctionError(t, err, c.kind, c.message)
			if len(rest) != 0 {
				t.Errorf("then came %q", rest)
			}
			if s := r.Stats("probe"); s.Errors != 1 {
				t.Errorf("%d errors were counted, want 1", s.Errors)
			}
		})
	}
}

func TestStreamThatIsNone(t *testing.T) {
	r := start(t, lambda.Options{}, lambda.Function{})
	_, err := r.InvokeStream(t.Context(), "probe", order{"do": "pid"}.payload())
	wantFunctionError(t, err, "Runtime.InvalidStreamingResponse", "without a streamed head")
	_, err = r.InvokeStream(t.Context(), "probe", order{"do": "half-head"}.payload())
	wantFunctionError(t, err, "Runtime.InvalidStreamingResponse", "no end")
	_, err = r.InvokeStream(t.Context(), "probe", order{"do": "fail"}.payload())
	wantFunctionError(t, err, "errorString", "kettle")
	if n := len(r.Stats("probe").Inits); n != 1 {
		t.Errorf("%d processes were started, want 1", n)
	}
}

// TestReaderLeaves: the function runs on when nobody reads its answer.
func TestReaderLeaves(t *testing.T) {
	r := start(t, lambda.Options{}, lambda.Function{})
	g := newGate(t)
	s := begin(t, r, order{"chunks": []string{"one", "two", "three"}, "gate": g.URL})
	read(t, s, "one")
	if err := s.Body.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 { // it passes every gate, so every write succeeded
		<-g.arrived
		g.open()
	}
	ask[int](t, r, order{"do": "pid"})

	// The same when the caller leaves before the answer begins.
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	done := newGate(t)
	go func() {
		_, err := r.Invoke(ctx, "probe", order{"do": "pid", "gate": done.URL}.payload())
		left <- err
	}()
	<-done.arrived
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	done.open()
	ask[int](t, r, order{"do": "pid"})
}

func TestStrangersGetNothing(t *testing.T) {
	r := start(t, lambda.Options{}, lambda.Function{})
	api := "http://" + ask[string](t, r, order{"do": "env", "name": "AWS_LAMBDA_RUNTIME_API"})
	for _, c := range []struct {
		method, url string
		status      int
	}{
		{"GET", api[:len(api)-32] + "00000000000000000000000000000000/2018-06-01/runtime/invocation/next", http.StatusForbidden},
		{"POST", api + "/2018-06-01/runtime/invocation/none/response", http.StatusBadRequest},
		{"POST", api + "/2018-06-01/runtime/invocation/none/other", http.StatusNotFound},
		{"GET", api + "/2018-06-01/runtime/other", http.StatusNotFound},
	} {
		request, err := http.NewRequestWithContext(t.Context(), c.method, c.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != c.status {
			t.Errorf("%s %s answered %d, want %d", c.method, c.url, answer.StatusCode, c.status)
		}
	}
}
