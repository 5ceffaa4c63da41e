package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Errors of the service, as opposed to those of a function.
var (
	ErrUnknown   = errors.New("no such function")
	ErrThrottled = errors.New("too many invocations at once")
	ErrTooLarge  = errors.New("the payload is too large")
	ErrClosed    = errors.New("the runtime is closed")
)

// FunctionError is an invocation that ran and failed: the function answered
// with an error, crashed, or took too long.
type FunctionError struct {
	Type    string // such as errorString, Runtime.ExitError or Sandbox.Timedout
	Message string
	Payload []byte // the whole error as the function wrote it, JSON
}

// Error names the type and the message.
func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

// newFunctionError words an error of the service as Lambda does.
func newFunctionError(kind, requestID, message string) *FunctionError {
	if requestID != "" {
		message = "RequestId: " + requestID + " Error: " + message
	}
	payload, _ := json.Marshal(map[string]string{"errorType": kind, "errorMessage": message}) // two strings marshal
	return &FunctionError{Type: kind, Message: message, Payload: payload}
}

// parseFunctionError reads the error that a function reported.
func parseFunctionError(payload []byte) *FunctionError {
	var body struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal(payload, &body) != nil {
		return newFunctionError("Runtime.UnknownError", "", "the function reported an error that is not JSON")
	}
	return &FunctionError{Type: or(body.Type, "Unhandled"), Message: body.Message, Payload: payload}
}

// Stream is a streamed answer: its head, and its body as it comes. Reading the
// body ends with a *FunctionError if the function fails midway.
type Stream struct {
	StatusCode        int                 `json:"statusCode"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Cookies           []string            `json:"cookies"`
	Body              io.ReadCloser       `json:"-"`
}

// outcome is how an invocation ended or, for a stream, began.
type outcome struct {
	payload []byte
	stream  *Stream
	err     error
}

// invocation is one request to a function.
type invocation struct {
	id       string
	trace    string
	payload  []byte
	streamed bool
	result   chan outcome // holds one

	mu        sync.Mutex
	delivered bool
	abandoned bool
}

func newInvocation(payload []byte, streamed bool) *invocation {
	h := random(16)
	return &invocation{
		id:       h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:],
		trace:    fmt.Sprintf("Root=1-%08x-", time.Now().Unix()) + random(12) + ";Parent=" + random(8) + ";Sampled=0",
		payload:  payload,
		streamed: streamed,
		result:   make(chan outcome, 1),
	}
}

// deliver gives the invocation its outcome, the first one only. Nobody may be
// there to take it: then a stream is closed, which drains it.
func (i *invocation) deliver(out outcome) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.delivered:
	case i.abandoned:
		if out.stream != nil {
			_ = out.stream.Body.Close()
		}
	default:
		i.result <- out
	}
	i.delivered = true
}

// abandon says that nobody will take the outcome.
func (i *invocation) abandon() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.abandoned = true
	select {
	case out := <-i.result:
		if out.stream != nil {
			_ = out.stream.Body.Close()
		}
	default:
	}
}
