// Package awsjson is the server's half of the AWS JSON protocol, which SQS,
// KMS and Secrets Manager speak: the operation's name in X-Amz-Target, its
// input and output as JSON. The shapes are the SDK's own input and output
// types, so there is no second description of them to keep in step.
//
// Source: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html (read 2026-11).
package awsjson

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"

	"omniops/local/faults"
)

// maxBody bounds a request. The largest is an SQS batch of 1 MiB whose every
// character is escaped.
const maxBody = 8 << 20

// Error is a failure that the service's API names.
type Error struct {
	Code    string // such as "NotFoundException", without a namespace
	Message string // a sentence for the caller
	Query   string // value of x-amzn-query-error, for services that send it
	Status  int    // HTTP status; 0 means 400
}

// Error says the code and the sentence.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Errorf makes an Error with status 400.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Operation answers one call. An error that is no *Error becomes the
// service's internal failure.
type Operation func(ctx context.Context, body []byte) (any, error)

// Op makes an Operation of a function over the SDK's types.
func Op[In, Out any](f func(context.Context, *In) (*Out, error)) Operation {
	return func(ctx context.Context, body []byte) (any, error) {
		in := new(In)
		if err := json.Unmarshal(body, in); err != nil {
			return nil, Errorf("SerializationException", "The request body is not valid: %v.", err)
		}
		return f(ctx, in)
	}
}

// Service describes one AWS service.
type Service struct {
	Name       string // what fault rules and meters call it: "sqs"
	Target     string // prefix of X-Amz-Target, without the dot: "AmazonSQS"
	Version    string // of the protocol: "1.0" or "1.1"
	Namespace  string // in front of an error's code: "com.amazonaws.sqs#"
	Throttled  *Error // "too many requests"
	Failed     *Error // "our fault"
	Operations map[string]Operation
}

// Handler serves a Service and counts its calls.
type Handler struct {
	service Service
	next    http.Handler

	mu    sync.Mutex
	calls map[string]int
}

// NewHandler serves s, failing as rules say. A nil set never fails.
func NewHandler(s Service, rules *faults.Set) *Handler {
	h := &Handler{service: s, calls: map[string]int{}}
	h.next = rules.Wrap(s.Name, OperationOf,
		func(w http.ResponseWriter, _ *http.Request) { h.fail(w, s.Throttled) },
		func(w http.ResponseWriter, _ *http.Request) { h.fail(w, s.Failed) },
		http.HandlerFunc(h.serve))
	return h
}

// Calls counts the requests since the start by operation, failed ones included.
func (h *Handler) Calls() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.calls)
}

// OperationOf is the operation that a request names in X-Amz-Target.
func OperationOf(r *http.Request) string {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return operation
}

// Signed says whether a request carries a signature. It is not verified: the
// stand-ins have one account, and what matters is that a client that forgot
// its credentials fails here as it would on AWS.
func Signed(r *http.Request) bool {
	a := r.Header.Get("Authorization")
	return strings.HasPrefix(a, "AWS4-HMAC-SHA256 ") && strings.Contains(a, "Credential=") && strings.Contains(a, "Signature=") ||
		r.URL.Query().Get("X-Amz-Signature") != ""
}

// ServeHTTP refuses what is not a signed call of an operation of this service.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	known := h.service.Operations[operation] != nil && target == h.service.Target
	switch {
	case !Signed(r):
		h.fail(w, &Error{Code: "MissingAuthenticationTokenException", Message: "Missing Authentication Token", Status: http.StatusForbidden})
		return
	case r.Method != http.MethodPost || !known:
		h.fail(w, Errorf("UnknownOperationException", "%s.%s is not served here.", target, operation))
		return
	}
	h.mu.Lock()
	h.calls[operation]++
	h.mu.Unlock()
	h.next.ServeHTTP(w, r)
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		h.fail(w, &Error{Code: "RequestEntityTooLargeException", Message: err.Error(), Status: http.StatusRequestEntityTooLarge})
		return
	}
	ctx := context.WithValue(r.Context(), hostKey{}, r.Host)
	out, err := h.service.Operations[OperationOf(r)](ctx, body)
	if err != nil {
		var known *Error
		if !errors.As(err, &known) {
			known = h.service.Failed
		}
		h.fail(w, known)
		return
	}
	h.write(w, http.StatusOK, plain(out))
}

func (h *Handler) fail(w http.ResponseWriter, e *Error) {
	if e.Query != "" {
		w.Header().Set("X-Amzn-Query-Error", e.Query)
	}
	status := e.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	h.write(w, status, map[string]string{"__type": h.service.Namespace + e.Code, "message": e.Message})
}

func (h *Handler) write(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", body, err)) // plain leaves only what JSON can hold
	}
	id := make([]byte, 16)
	rand.Read(id)
	w.Header().Set("Content-Type", "application/x-amz-json-"+h.service.Version)
	w.Header().Set("X-Amzn-Requestid", hex.EncodeToString(id))
	w.WriteHeader(status)
	_, _ = w.Write(text) // the client may have gone
}

type hostKey struct{}

// Host is the host and port that the caller asked, "" outside a request.
func Host(ctx context.Context) string {
	host, _ := ctx.Value(hostKey{}).(string)
	return host
}
