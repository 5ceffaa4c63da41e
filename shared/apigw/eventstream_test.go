package apigw_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"omniops/shared/apigw"
)

func TestEventStream(t *testing.T) {
	w := httptest.NewRecorder()
	s := apigw.NewEventStream(w)
	if w.Flushed {
		t.Error("the answer began before its first event")
	}
	for _, err := range []error{
		s.Send("disclosure", map[string]any{"turn": 1}),
		s.Text("token", "a \"b\"\n\\ é"),
		s.Heartbeat(),
		s.Send("done", struct{}{}),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	want := "id: 1\nevent: disclosure\ndata: {\"turn\":1}\n\n" +
		"id: 2\nevent: token\ndata: {\"text\":\"a \\\"b\\\"\\n\\\\ é\"}\n\n" +
		":\n\n" +
		"id: 3\nevent: done\ndata: {}\n\n"
	if w.Body.String() != want || !w.Flushed || w.Header().Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Errorf("got %q, flushed %v, header %v", w.Body, w.Flushed, w.Header())
	}
	if err := s.Send("bad", func() {}); err == nil || w.Body.String() != want {
		t.Errorf("a value that is not JSON: %v", err)
	}
}

func TestEventStreamIsSafeForAHeartbeatBeside(t *testing.T) {
	w := httptest.NewRecorder()
	s := apigw.NewEventStream(w)
	var both sync.WaitGroup
	both.Go(func() {
		for range 100 {
			_ = s.Heartbeat()
		}
	})
	for range 100 {
		_ = s.Text("token", "x")
	}
	both.Wait()
	if n := strings.Count(w.Body.String(), "\n\n"); n != 200 {
		t.Errorf("got %d frames, want 200", n)
	}
}

// A token's text is on one line and reads back as encoding/json reads the text.
func FuzzText(f *testing.F) {
	f.Add("a\u2028\x00\x7f\"\\\n")
	f.Add("\xff\xc3\xe2\x80")
	f.Fuzz(func(t *testing.T, text string) {
		w := httptest.NewRecorder()
		if err := apigw.NewEventStream(w).Text("token", text); err != nil {
			t.Fatal(err)
		}
		data := strings.TrimSuffix(strings.TrimPrefix(w.Body.String(), "id: 1\nevent: token\ndata: "), "\n\n")
		var got, want struct{ Text string }
		if err := json.Unmarshal([]byte(data), &got); err != nil || strings.ContainsAny(data, "\r\n") {
			t.Fatalf("%q is not one line of JSON: %v", data, err)
		}
		quoted, _ := json.Marshal(text)
		_ = json.Unmarshal(quoted, &want.Text)
		if got != want {
			t.Errorf("%q became %q", want.Text, got.Text)
		}
	})
}
