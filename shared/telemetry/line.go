package telemetry

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"omniops/shared/fault"
)

// contextKey is the type of this package's context keys.
type contextKey int

const (
	loggerKey contextKey = iota
	lineKey
)

// WithLogger gives ctx a logger.
func WithLogger(ctx context.Context, log *slog.Logger) context.Context {
	return context.WithValue(ctx, loggerKey, log)
}

// Logger is the logger of ctx, or the process's own.
func Logger(ctx context.Context) *slog.Logger {
	if log, ok := ctx.Value(loggerKey).(*slog.Logger); ok {
		return log
	}
	return slog.Default()
}

// Line is the one log line of a request or a message. Whoever learns something
// on the way adds it with Note and Fail; boot writes it at the end.
type Line struct {
	mu    sync.Mutex
	notes []slog.Attr
	err   error
}

// StartLine gives ctx a fresh line.
func StartLine(ctx context.Context) (context.Context, *Line) {
	l := &Line{}
	return context.WithValue(ctx, lineKey, l), l
}

// Note adds an attribute, such as the tenant, to the line of ctx. The same key
// again replaces the value. Values are identifiers, never personal data.
func Note(ctx context.Context, key, value string) {
	l, ok := ctx.Value(lineKey).(*Line)
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.notes {
		if l.notes[i].Key == key {
			l.notes[i].Value = slog.StringValue(value)
			return
		}
	}
	l.notes = append(l.notes, slog.String(key, value))
}

// Fail gives the line of ctx the error that ended the work. Outside a line it
// logs an Internal error at once.
func Fail(ctx context.Context, err error) {
	if l, ok := ctx.Value(lineKey).(*Line); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.err = err
		return
	}
	if kind := fault.KindOf(err); kind == fault.Internal {
		Logger(ctx).ErrorContext(ctx, "failed", "kind", kind.String(), "error", err)
	}
}

// notes gives what the line of ctx has been told.
func notes(ctx context.Context) []slog.Attr {
	l, ok := ctx.Value(lineKey).(*Line)
	if !ok {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.notes)
}

// Err is the error that Fail recorded, if any.
func (l *Line) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Write logs the line with the time the work took. What is our fault or a
// dependency's is an error, the rest is information.
func (l *Line) Write(ctx context.Context, log *slog.Logger, message string, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	level, kind := slog.LevelInfo, "ok"
	attrs := slices.Clone(l.notes)
	if l.err != nil {
		k := fault.KindOf(l.err)
		kind = k.String()
		if k == fault.Internal || k == fault.Unavailable {
			level = slog.LevelError
		}
		attrs = append(attrs, slog.Any("error", l.err))
	}
	attrs = append(attrs, slog.String("kind", kind), slog.Duration("duration", took))
	log.LogAttrs(ctx, level, message, attrs...)
}
