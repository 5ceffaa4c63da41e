// Package fault names the kinds of failure. A Kind decides what a caller sees
// and whether a worker tries again; the cause is for the log alone.
package fault

import (
	"errors"
	"time"
)

// Kind says what sort of failure an error is. Its zero value hides the error
// from callers, so an error nobody classified leaks nothing.
type Kind int

// The kinds of failure.
const (
	Internal        Kind = iota // ours; hidden from callers
	Invalid                     // cannot succeed as sent
	Unauthenticated             // nobody, or nobody we can verify, is asking
	Forbidden                   // whoever asks may not do this
	NotFound                    // absent, erased, or another tenant's
	Conflict                    // changed meanwhile: read again
	TooLarge                    // more bytes than are accepted here
	RateLimited                 // too many in a short time
	Unavailable                 // a dependency is down
)

// String is the Kind as it appears in logs and problem types.
func (k Kind) String() string {
	return [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not-found",
		"conflict", "too-large", "rate-limited", "unavailable"}[k]
}

// Retryable reports whether the same work may succeed later, which is what a
// queue worker asks before it gives a message back.
func (k Kind) Retryable() bool {
	return k == Internal || k == Conflict || k == RateLimited || k == Unavailable
}

// failure is an error with a Kind.
type failure struct {
	kind   Kind
	detail string        // for the caller
	cause  error         // for the log
	after  time.Duration // how long to wait before the next try; 0 says nothing
	reason string        // for a program to match on; mostly empty
	next   string        // what may be done instead, likewise
}

// Error is the text for the log: the detail and the cause.
func (f *failure) Error() string {
	if f.cause == nil {
		return f.detail
	}
	if f.detail == "" {
		return f.cause.Error()
	}
	return f.detail + " (" + f.cause.Error() + ")"
}

// Unwrap gives the cause.
func (f *failure) Unwrap() error { return f.cause }

// E makes an error of a Kind. The detail is a sentence the caller may read; the
// cause, which may be nil, only reaches the log.
func E(kind Kind, detail string, cause error) error {
	return &failure{kind: kind, detail: detail, cause: cause}
}

// After makes a RateLimited or Unavailable error that tells the caller when to
// try again.
func After(kind Kind, detail string, wait time.Duration, cause error) error {
	return &failure{kind: kind, detail: detail, cause: cause, after: wait}
}

// Refused makes an error of a Kind that names, in words that a program can match on,
// why something may not be done and what may be done instead.
func Refused(kind Kind, detail, reason, next string) error {
	return &failure{kind: kind, detail: detail, reason: reason, next: next}
}

// Reason gives what Refused named; empty for any other error.
func Reason(err error) (reason, next string) {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.reason, f.next
	}
	return "", ""
}

// KindOf gives the Kind of the outermost classified error in the chain, and
// Internal for any other.
func KindOf(err error) Kind {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.kind
	}
	return Internal
}

// Detail gives the sentence meant for the caller; it is empty for an Internal
// error.
func Detail(err error) string {
	if f, ok := errors.AsType[*failure](err); ok && f.kind != Internal {
		return f.detail
	}
	return ""
}

// RetryAfter gives how long the caller should wait before it tries again; zero
// means that the error does not say.
func RetryAfter(err error) time.Duration {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.after
	}
	return 0
}
