package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/telemetry"
)

// masked is a value that hides itself.
type masked struct{ body string }

func (masked) LogValue() slog.Value { return slog.StringValue("[masked]") }

// undated drops the time of the only line in out.
func undated(out *bytes.Buffer) string {
	line := out.String()
	if i := strings.Index(line, `,"level"`); i > 0 {
		line = "{" + line[i+1:]
	}
	return line
}

func TestLoggerWritesNothingPersonal(t *testing.T) {
	var out bytes.Buffer
	telemetry.NewLogger(&out, slog.LevelDebug).Debug("sent to jane@example.com",
		"request", "6f1c", "session_token", "abc", "token_count", 12, "Body", "where is my parcel", "client.ip", "10.0.0.1",
		"error", fmt.Errorf("put: %w", errors.New("jane@example.com exists")), "duration", 1500*time.Microsecond,
		"event", struct{ Body string }{"where is my parcel"}, "text", masked{"b"}, "value", masked{"b"}, "nothing", nil,
		slog.Group("shopper", "email", "jane@example.com", "id", "x1"))
	want := `{"level":"DEBUG","msg":"sent to [email]","request":"6f1c","session_token":"[redacted]","token_count":12,"Body":"[redacted]",` +
		`"client.ip":"[redacted]","error":"put: [email] exists","duration":1.5,"event":"[struct { Body string }]","text":"[redacted]",` +
		`"value":"[masked]","nothing":null,"shopper":{"email":"[redacted]","id":"x1"}}` + "\n"
	if got := undated(&out); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestLine(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"done":         {nil, `"level":"INFO","msg":"done","tenant":"b","kind":"ok","duration":2`},
		"theirs":       {fault.E(fault.Invalid, "No.", nil), `"level":"INFO","msg":"done","tenant":"b","error":"No.","kind":"invalid","duration":2`},
		"ours":         {errors.New("bug"), `"level":"ERROR","msg":"done","tenant":"b","error":"bug","kind":"internal","duration":2`},
		"a dependency": {fault.E(fault.Unavailable, "", errors.New("cut")), `"level":"ERROR","msg":"done","tenant":"b","error":"cut","kind":"unavailable","duration":2`},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			log := telemetry.NewLogger(&out, slog.LevelInfo)
			ctx, line := telemetry.StartLine(t.Context())
			telemetry.Note(ctx, "tenant", "a")
			telemetry.Note(ctx, "tenant", "b")
			if c.err != nil {
				telemetry.Fail(ctx, c.err)
			}
			line.Write(ctx, log, "done", 2*time.Millisecond)
			if got := undated(&out); got != "{"+c.want+"}\n" || !errors.Is(line.Err(), c.err) {
				t.Errorf("got %s, %v", got, line.Err())
			}
		})
	}
}

func TestFailureOutsideALineIsLoggedAtOnce(t *testing.T) {
	var out bytes.Buffer
	ctx := telemetry.WithLogger(t.Context(), telemetry.NewLogger(&out, slog.LevelInfo))
	telemetry.Note(ctx, "tenant", "a")
	telemetry.Fail(ctx, fault.E(fault.Invalid, "No.", nil))
	telemetry.Fail(ctx, errors.New("bug"))
	if got := undated(&out); got != `{"level":"ERROR","msg":"failed","kind":"internal","error":"bug"}`+"\n" {
		t.Errorf("got %s", got)
	}
	if telemetry.Logger(context.Background()) != slog.Default() {
		t.Error("no logger outside a request")
	}
}

func TestMetrics(t *testing.T) {
	var out bytes.Buffer
	m := telemetry.NewMetrics(&out, func() time.Time { return time.UnixMilli(1700000000123) }, "omniops-test-health")
	m.Count("MessagesParked", 2)
	m.Duration("FirstToken", 1500*time.Microsecond)
	want := `{"Function":"omniops-test-health","MessagesParked":2,"_aws":{"Timestamp":1700000000123,"CloudWatchMetrics":[{"Namespace":"OmniOps","Dimensions":[["Function"]],"Metrics":[{"Name":"MessagesParked","Unit":"Count"}]}]}}
{"FirstToken":1.5,"Function":"omniops-test-health","_aws":{"Timestamp":1700000000123,"CloudWatchMetrics":[{"Namespace":"OmniOps","Dimensions":[["Function"]],"Metrics":[{"Name":"FirstToken","Unit":"Milliseconds"}]}]}}
`
	if out.String() != want {
		t.Errorf("got %s", out.String())
	}
}

// Canaries of every sort go through every way a log line can be made.
func TestCanariesNeverReachTheLog(t *testing.T) {
	claim.Proves(t, "C101")
	var out bytes.Buffer
	log := telemetry.NewLogger(&out, slog.LevelDebug)
	canaries := []string{"jane.doe@example.com", "sk-ant-REDACTED", "198.51.100.23", "+447700900123"}
	for _, c := range canaries {
		ctx, line := telemetry.StartLine(telemetry.WithLogger(t.Context(), log))
		telemetry.Note(ctx, "tenant", c)
		telemetry.Fail(ctx, fault.E(fault.Internal, "About "+c, fmt.Errorf("find %q: %w", c, errors.New(c))))
		line.Write(ctx, log, c, 0)
		telemetry.Logger(ctx).With("with", c).WithGroup("g").Warn(c, "a", []string{c}, "b", map[string]string{c: c}, "c", &c, "d", []byte(c))
	}
	for _, c := range canaries {
		if strings.Contains(out.String(), c) {
			t.Errorf("%s is in the log:\n%s", c, out.String())
		}
	}
}
