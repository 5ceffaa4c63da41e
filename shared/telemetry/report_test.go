package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/telemetry"
)

// sentry is a server that speaks Sentry's envelope protocol.
type sentry struct {
	*httptest.Server
	status   int
	bodies   []string
	requests []*http.Request
}

func newSentry(t *testing.T) *sentry {
	s := &sentry{status: http.StatusOK}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.bodies, s.requests = append(s.bodies, string(body)), append(s.requests, r)
		w.WriteHeader(s.status)
	}))
	t.Cleanup(s.Close)
	return s
}

// reporter makes one whose clock a test moves.
func (s *sentry) reporter(t *testing.T, now *time.Time) *telemetry.Reporter {
	t.Helper()
	dsn := strings.Replace(s.URL, "http://", "http://public@", 1) + "/prefix/42"
	r, err := telemetry.NewReporter(dsn, s.Client(), func() time.Time { return *now }, "production", "omniops-chat-reply")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// event is the event of the n-th envelope, without its random id.
func (s *sentry) event(t *testing.T, n int) map[string]any {
	t.Helper()
	parts := strings.Split(s.bodies[n], "\n")
	var head, item struct {
		EventID string `json:"event_id"`
		Type    string
		Length  int
	}
	var event map[string]any
	for i, v := range []any{&head, &item, &event} {
		if err := json.Unmarshal([]byte(parts[i]), v); err != nil {
			t.Fatalf("%v in %q", err, s.bodies[n])
		}
	}
	if len(parts) != 4 || parts[3] != "" || item.Type != "event" || item.Length != len(parts[2]) || head.EventID != event["event_id"] || len(head.EventID) != 32 {
		t.Errorf("envelope %q", s.bodies[n])
	}
	delete(event, "event_id")
	return event
}

func TestReportIsScrubbedGroupedAndGraded(t *testing.T) {
	claim.Proves(t, "C101")
	s, now := newSentry(t), noon
	ctx, _ := telemetry.StartLine(t.Context())
	telemetry.Note(ctx, "tenant", "acme")
	telemetry.Note(ctx, "request", "6f1c")
	cause := errors.New("user jane.doe@example.com at 198.51.100.23 with Bearer abcdefgh0123 said 'where is order 1002'")
	s.reporter(t, &now).Report(ctx, fmt.Errorf("put message m7: %w", cause))
	text := "put message m7: user [email] at [ip] with Bearer [token] said 'where is order 1002'"
	want := map[string]any{
		"timestamp": "2026-07-01T12:00:00Z", "platform": "go", "level": "error", "environment": "production", "transaction": "omniops-chat-reply",
		"fingerprint": []any{"omniops-chat-reply", "internal", "*errors.errorString", "put message # user [email] at [ip] with Bearer [token] said 'where is order #"},
		"tags":        map[string]any{"kind": "internal", "tenant": "acme", "request": "6f1c"},
		"exception":   map[string]any{"values": []any{map[string]any{"type": "*errors.errorString", "value": text}}},
	}
	if diff := cmp.Diff(want, s.event(t, 0)); diff != "" {
		t.Error(diff)
	}
	r := s.requests[0]
	if r.URL.Path != "/prefix/api/42/envelope/" || r.Header.Get("X-Sentry-Auth") != "Sentry sentry_version=7, sentry_client=omniops/1, sentry_key=public" {
		t.Errorf("sent to %s as %q", r.URL.Path, r.Header.Get("X-Sentry-Auth"))
	}
	for _, canary := range []string{"jane.doe", "198.51.100.23", "abcdefgh0123"} {
		if strings.Contains(s.bodies[0], canary) {
			t.Errorf("%s left: %s", canary, s.bodies[0])
		}
	}
}

func TestPanicIsReportedWithItsStack(t *testing.T) {
	s, now := newSentry(t), noon
	func() {
		defer func() { s.reporter(t, &now).Report(t.Context(), telemetry.NewPanic(recover())) }()
		explode("jane@example.com")
	}()
	event := s.event(t, 0)
	e := event["exception"].(map[string]any)["values"].([]any)[0].(map[string]any)
	frames := e["stacktrace"].(map[string]any)["frames"].([]any)
	last := frames[len(frames)-1].(map[string]any)
	if event["level"] != "fatal" || e["type"] != "panic" || e["value"] != "no [email]" ||
		last["function"] != "omniops/shared/telemetry_test.explode" || last["in_app"] != true {
		t.Errorf("got %v", event)
	}
}

// explode panics.
func explode(who string) { panic("no " + who) }

func TestSameFaultIsReportedOnceAMinute(t *testing.T) {
	s, now := newSentry(t), noon
	r := s.reporter(t, &now)
	for _, step := range []struct {
		after time.Duration
		err   error
		sent  int
	}{
		{0, errors.New("put message m7: full"), 1},
		{time.Second, errors.New("put message m8: full"), 1},
		{time.Second, errors.New("get message m8: gone"), 2},
		{time.Second, fault.E(fault.Unavailable, "", errors.New("put message m9: full")), 3},
		{time.Minute, errors.New("put message m9: full"), 4},
	} {
		now = now.Add(step.after)
		r.Report(t.Context(), step.err)
		if len(s.bodies) != step.sent {
			t.Errorf("after %v: sent %d, want %d", step.err, len(s.bodies), step.sent)
		}
	}
	if level := s.event(t, 2)["level"]; level != "warning" {
		t.Errorf("a dependency's fault has level %v", level)
	}
}

func TestRefusedReportIsLoggedAndReportingRests(t *testing.T) {
	s, now := newSentry(t), noon
	s.status = http.StatusTooManyRequests
	var out bytes.Buffer
	ctx := telemetry.WithLogger(t.Context(), telemetry.NewLogger(&out, slog.LevelInfo))
	r := s.reporter(t, &now)
	r.Report(ctx, errors.New("one"))
	r.Report(ctx, errors.New("another"))
	if len(s.bodies) != 1 || !strings.Contains(out.String(), "Sentry answered 429") {
		t.Errorf("sent %d, logged %s", len(s.bodies), out.String())
	}
	now = now.Add(time.Minute)
	if r.Report(ctx, errors.New("another")); len(s.bodies) != 2 {
		t.Errorf("sent %d after the rest", len(s.bodies))
	}
}

func TestDSN(t *testing.T) {
	for _, dsn := range []string{"", "none", "https://host/1", "https://key@/1", "https://key@host", "https://key@host/", "://"} {
		if _, err := telemetry.NewReporter(dsn, http.DefaultClient, time.Now, "", ""); err == nil {
			t.Errorf("took %q for a DSN", dsn)
		}
	}
}
