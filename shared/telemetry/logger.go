// Package telemetry is what OmniOps says about itself: JSON log lines, CloudWatch
// metrics and error reports. Whatever leaves here is scrubbed of personal data
// and secrets first.
package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"time"
)

// redacted stands where a value must not be written.
const redacted = "[redacted]"

// NewLogger makes the JSON logger of a process. It writes a duration in
// milliseconds, scrubs text and errors, and redacts what hangs on a key that
// names personal data or a secret. Of a value it cannot judge it writes the
// type alone.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: clean}))
}

// clean makes one attribute safe to write.
func clean(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return a
	}
	if private(a.Key) {
		return slog.String(a.Key, redacted)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Scrub(a.Value.String()))
	case slog.KindDuration:
		return slog.Float64(a.Key, float64(a.Value.Duration().Microseconds())/float64(time.Millisecond/time.Microsecond))
	case slog.KindAny:
		switch v := a.Value.Any().(type) {
		case nil:
			return a
		case error:
			return slog.String(a.Key, Scrub(v.Error()))
		default:
			if r := reflect.ValueOf(v); r.Kind() == reflect.String { // an identifier of ours
				return slog.String(a.Key, Scrub(r.String()))
			}
			return slog.String(a.Key, fmt.Sprintf("[%T]", v))
		}
	}
	return a
}

// private reports whether the last part of a key names something that is never
// logged: session_token is, token_count is not.
func private(key string) bool {
	key = strings.ToLower(key)
	if i := strings.LastIndexAny(key, "_-."); i >= 0 {
		key = key[i+1:]
	}
	switch key {
	case "authorization", "cookie", "token", "secret", "password", "key", "apikey", "signature", "code",
		"body", "message", "text", "prompt", "answer", "query", "headers", "payload",
		"email", "mail", "phone", "name", "address", "handle", "ip", "sourceip", "origin", "referer":
		return true
	}
	return false
}
