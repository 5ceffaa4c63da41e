// Package problem is the one place where an error becomes an HTTP body: RFC
// 9457 application/problem+json (read 2026-07).
package problem

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/fault"
	"omniops/shared/telemetry"
)

// ContentType is the media type of a problem document.
const ContentType = "application/problem+json"

// Problem is an error as a client sees it. Clients may match on Type; the
// sentences may change.
type Problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty"`
	Instance string `json:"instance,omitempty"` // the request's id, to quote to support
	Reason   string `json:"reason,omitempty"`   // why it may not be done, where a rule says so
	Next     string `json:"next,omitempty"`     // what may be done instead
}

// base is where the types are documented.
const base = "https://omniops.dev/problems/"

// answer gives each kind its status and its fixed title.
func answer(kind fault.Kind) (status int, title string) {
	switch kind {
	case fault.Invalid:
		return http.StatusBadRequest, "The request is not valid"
	case fault.Unauthenticated:
		return http.StatusUnauthorized, "The request is not authenticated"
	case fault.Forbidden:
		return http.StatusForbidden, "The request is not allowed"
	case fault.NotFound:
		return http.StatusNotFound, "There is nothing here"
	case fault.Conflict:
		return http.StatusConflict, "The resource changed meanwhile"
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge, "The request is too large"
	case fault.RateLimited:
		return http.StatusTooManyRequests, "Too many requests"
	case fault.Unavailable:
		return http.StatusServiceUnavailable, "A service we depend on is unavailable"
	default:
		return http.StatusInternalServerError, "Something went wrong on our side"
	}
}

// Of describes err to a client. An Internal error shows nothing of its text.
func Of(err error, requestID string) Problem {
	kind := fault.KindOf(err)
	status, title := answer(kind)
	reason, next := fault.Reason(err)
	return Problem{
		Reason:   reason,
		Next:     next,
		Type:     base + kind.String(),
		Title:    title,
		Status:   status,
		Detail:   fault.Detail(err),
		Instance: requestID,
	}
}

// Write answers with the problem document for err.
func Write(w http.ResponseWriter, r *http.Request, err error) {
	p := Of(err, apigw.RequestID(r.Context()))
	h := w.Header()
	h.Set("Content-Type", ContentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	wait := fault.RetryAfter(err)
	if wait == 0 && p.Status == http.StatusServiceUnavailable {
		wait = 5 * time.Second
	}
	if wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	body, _ := json.Marshal(p) // strings and a number: it cannot fail
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // the client may have gone; nobody is left to tell
}

// Handler serves f, and answers an error that f returns with its problem
// document, unless f has already begun to answer. The error reaches the log
// once, in the request's own line.
func Handler(f func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := &tracker{ResponseWriter: w}
		err := f(t, r)
		if err == nil {
			return
		}
		telemetry.Fail(r.Context(), err)
		if !t.begun {
			Write(w, r, err)
		}
	})
}

// tracker remembers whether an answer has begun.
type tracker struct {
	http.ResponseWriter
	begun bool
}

// WriteHeader begins the answer.
func (t *tracker) WriteHeader(status int) {
	t.begun = t.begun || status >= 200
	t.ResponseWriter.WriteHeader(status)
}

// Write begins the answer.
func (t *tracker) Write(p []byte) (int, error) {
	t.begun = true
	return t.ResponseWriter.Write(p)
}

// FlushError sends what is buffered, which begins the answer.
func (t *tracker) FlushError() error {
	t.begun = true
	return http.NewResponseController(t.ResponseWriter).Flush()
}

// Unwrap gives http.ResponseController the writer below.
func (t *tracker) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// Log records err as what went wrong with the request of ctx, for an answer
// that has begun and cannot become a problem document any more.
func Log(ctx context.Context, err error) { telemetry.Fail(ctx, err) }
