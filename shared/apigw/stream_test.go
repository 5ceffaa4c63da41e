package apigw_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"omniops/shared/apigw"
)

var event = &events.APIGatewayProxyRequest{HTTPMethod: "POST", Path: "/v1/chat"}

func TestStreamedAnswerLeavesWriteByWrite(t *testing.T) {
	defer goleak.VerifyNone(t)
	next := make(chan string)
	out := apigw.Stream(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.WriteHeader(http.StatusAccepted)
		for part := range next {
			_, _ = io.WriteString(w, part)
		}
	}), event)
	if out.StatusCode != 202 || out.Headers["Content-Type"] != "text/event-stream" || !cmp.Equal(out.MultiValueHeaders["Set-Cookie"], []string{"a=1", "b=2"}) {
		t.Errorf("head: %d %v %v", out.StatusCode, out.Headers, out.MultiValueHeaders)
	}
	buf := make([]byte, 100)
	for _, part := range []string{"one", "two"} {
		next <- part
		if n, err := out.Body.Read(buf); err != nil || string(buf[:n]) != part {
			t.Errorf("read %q, %v; want %q", buf[:n], err, part)
		}
	}
	close(next)
	if n, err := out.Body.Read(buf); n != 0 || err != io.EOF {
		t.Errorf("end: %d, %v", n, err)
	}
	if err := out.Close(); err != nil {
		t.Error(err)
	}
}

func TestStreamWithoutAnAnswer(t *testing.T) {
	out := apigw.Stream(t.Context(), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), event)
	body, err := io.ReadAll(out.Body)
	if out.StatusCode != 200 || len(body) != 0 || err != nil {
		t.Errorf("%d %q %v", out.StatusCode, body, err)
	}
}

func TestClientThatGoesStopsTheHandler(t *testing.T) {
	defer goleak.VerifyNone(t)
	var wrote, flushed, cause error
	finished := false
	out := apigw.Stream(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "hello")
		<-r.Context().Done()
		cause = context.Cause(r.Context())
		_, wrote = io.WriteString(w, "more")
		flushed = http.NewResponseController(w).Flush()
		finished = true
	}), event)
	if err := out.Close(); err != nil {
		t.Error(err)
	}
	if !finished {
		t.Fatal("Close returned before the handler had")
	}
	for _, err := range []error{wrote, flushed, cause} {
		if !errors.Is(err, apigw.ErrGone) {
			t.Errorf("got %v, want ErrGone", err)
		}
	}
}

func TestWriteToAReaderThatStoppedReadingIsReleased(t *testing.T) {
	defer goleak.VerifyNone(t)
	began := make(chan struct{})
	var err error
	out := apigw.Stream(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		_, err = w.Write(make([]byte, 1<<20)) // more than waits for a slow reader
	}), event)
	<-began
	_ = out.Close()
	if !errors.Is(err, apigw.ErrGone) {
		t.Errorf("got %v, want ErrGone", err)
	}
}

func TestPanicCutsTheStream(t *testing.T) {
	defer goleak.VerifyNone(t)
	for name, c := range map[string]struct {
		begin  func(http.ResponseWriter)
		status int
		body   string
	}{
		"before the answer": {func(http.ResponseWriter) {}, 500, ""},
		"in the answer":     {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "half") }, 200, "half"},
	} {
		t.Run(name, func(t *testing.T) {
			out := apigw.Stream(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				c.begin(w)
				panic(http.ErrAbortHandler)
			}), event)
			body, err := io.ReadAll(out.Body)
			if out.StatusCode != c.status || string(body) != c.body || err == nil {
				t.Errorf("got %d %q %v; want %d %q and an error", out.StatusCode, body, err, c.status, c.body)
			}
		})
	}
}

// Whatever the sizes of writes and reads, the bytes arrive as they were sent.
func TestStreamKeepsEveryByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SliceOfN(rapid.Byte(), 0, 4000)).Draw(t, "parts")
		if rapid.Bool().Draw(t, "large") {
			parts = append(parts, bytes.Repeat([]byte("0123456789"), 10_000))
		}
		size := rapid.IntRange(1, 40_000).Draw(t, "size")
		out := apigw.Stream(context.Background(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for _, p := range parts {
				if n, err := w.Write(p); n != len(p) || err != nil {
					t.Errorf("wrote %d of %d: %v", n, len(p), err)
				}
			}
		}), event)
		var got []byte
		for buf := make([]byte, size); ; {
			n, err := out.Body.Read(buf)
			got = append(got, buf[:n]...)
			if err != nil {
				break
			}
		}
		if want := bytes.Join(parts, nil); !bytes.Equal(got, want) {
			t.Fatalf("got %d bytes, want %d", len(got), len(want))
		}
	})
}

// BenchmarkToken is the whole way of one token: event, frame, pipe, reader.
func BenchmarkToken(b *testing.B) {
	var ready sync.WaitGroup
	ready.Add(1)
	out := apigw.Stream(b.Context(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s := apigw.NewEventStream(w)
		_ = s.Text("token", "warm")
		ready.Wait()
		for b.Loop() {
			if err := s.Text("token", " parcel"); err != nil {
				b.Error(err)
			}
		}
	}), event)
	b.ReportAllocs()
	ready.Done()
	if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{out.Body}, make([]byte, 32<<10)); err != nil {
		b.Error(err)
	}
}
