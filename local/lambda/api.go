package lambda

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// streamType marks an answer that is a JSON head, eight zero bytes and a body.
const streamType = "application/vnd.awslambda.http-integration-response"

// maxPrelude bounds the head of a streamed answer.
const maxPrelude = 64 * 1024

// serve is the Runtime API: /i/<instance>/2018-06-01/runtime/…, and as much of
// the Extensions API as lambda.WithEnableSIGTERM needs.
func (r *Runtime) serve(w http.ResponseWriter, req *http.Request) {
	id, call, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/i/"), "/")
	i := r.instance(id)
	if i == nil {
		answerError(w, http.StatusForbidden, "UnknownInstance")
		return
	}
	switch req.Method + " " + call {
	case "GET 2018-06-01/runtime/invocation/next":
		i.next(w, req)
		return
	case "POST 2018-06-01/runtime/init/error":
		body, _ := io.ReadAll(io.LimitReader(req.Body, MaxPayload)) // what came is reported
		i.end(parseFunctionError(body))
		w.WriteHeader(http.StatusAccepted)
		return
	case "POST 2020-01-01/extension/register":
		i.mu.Lock()
		i.sigterm = true
		i.mu.Unlock()
		w.Header().Set("Lambda-Extension-Identifier", i.id)
		_, _ = io.WriteString(w, "{}") // the process is gone if this fails
		return
	case "GET 2020-01-01/extension/event/next":
		<-req.Context().Done() // only an extension that asked for events would get one
		return
	}
	rest, ok := strings.CutPrefix(call, "2018-06-01/runtime/invocation/")
	requestID, verb, _ := strings.Cut(rest, "/")
	inv := i.working(requestID)
	switch {
	case !ok || req.Method != http.MethodPost || verb != "response" && verb != "error":
		answerError(w, http.StatusNotFound, "NoSuchCall")
	case inv == nil:
		answerError(w, http.StatusBadRequest, "InvalidRequestID")
	case verb == "error":
		i.fail(inv, w, req)
	case inv.streamed && req.Header.Get("Content-Type") == streamType:
		i.stream(inv, w, req)
	default:
		i.respond(inv, w, req)
	}
}

func answerError(w http.ResponseWriter, status int, kind string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"errorType":%q,"errorMessage":%q}`, kind, http.StatusText(status)) // the process is gone if this fails
}

// next hands the process its next invocation.
func (i *instance) next(w http.ResponseWriter, req *http.Request) {
	inv := i.take(req.Context().Done())
	if inv == nil {
		return
	}
	// The deadline is compared with the machine's clock, whatever the time is
	// in the local cloud.
	deadline := time.Now().Add(i.pool.function.Timeout)
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(inv.payload)))
	h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", i.pool.function.ARN)
	h.Set("Lambda-Runtime-Trace-Id", inv.trace)
	_, _ = w.Write(inv.payload) // if the process is gone, its end is the invocation's outcome
}

// respond takes a buffered answer.
func (i *instance) respond(inv *invocation, w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(io.LimitReader(req.Body, MaxPayload+1))
	switch {
	case err != nil:
		_ = i.died() // which is the outcome
		return
	case len(body) > MaxPayload:
		i.finish(inv, outcome{err: newFunctionError("Function.ResponseSizeTooLarge", inv.id, "Response payload size exceeded maximum allowed payload size ("+strconv.Itoa(MaxPayload)+" bytes).")})
		answerError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge")
		return
	case req.Trailer.Get("Lambda-Runtime-Function-Error-Type") != "":
		i.finish(inv, outcome{err: trailerError(req.Trailer)})
	case inv.streamed:
		i.finish(inv, outcome{err: newFunctionError("Runtime.InvalidStreamingResponse", inv.id, "the function answered without a streamed head")})
	default:
		i.finish(inv, outcome{payload: body})
	}
	w.WriteHeader(http.StatusAccepted)
}

// fail takes an error that the function reports.
func (i *instance) fail(inv *invocation, w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(io.LimitReader(req.Body, MaxPayload))
	if err != nil {
		_ = i.died() // which is the outcome
		return
	}
	i.finish(inv, outcome{err: parseFunctionError(body)})
	w.WriteHeader(http.StatusAccepted)
}

// stream passes a streamed answer on as it comes. Each read of the process's
// connection is one write to the reader, who takes it before the next read.
func (i *instance) stream(inv *invocation, w http.ResponseWriter, req *http.Request) {
	from := bufio.NewReader(req.Body)
	head, err := readPrelude(from)
	if err != nil {
		if _, drained := io.Copy(io.Discard, from); drained != nil {
			_ = i.died() // which is the outcome
			return
		}
		i.finish(inv, outcome{err: newFunctionError("Runtime.InvalidStreamingResponse", inv.id, err.Error())})
		w.WriteHeader(http.StatusAccepted)
		return
	}
	reader, writer := io.Pipe()
	head.Body = reader
	inv.deliver(outcome{stream: head})
	buffer := make([]byte, 32*1024)
	for err == nil {
		var n int
		n, err = from.Read(buffer)
		if n > 0 {
			_, _ = writer.Write(buffer[:n]) // a reader who is gone does not stop the function
		}
	}
	var failed error
	switch {
	case !errors.Is(err, io.EOF):
		failed = withRequest(i.died(), inv.id)
	case req.Trailer.Get("Lambda-Runtime-Function-Error-Type") != "":
		failed = trailerError(req.Trailer)
	}
	if failed != nil {
		i.pool.count(func(s *Stats) { s.Errors++ })
	}
	if errors.Is(err, io.EOF) {
		i.finish(inv, outcome{})
		w.WriteHeader(http.StatusAccepted)
	}
	_ = writer.CloseWithError(failed) // EOF without one; never fails
}

// readPrelude reads the JSON head of a streamed answer and the zero bytes
// behind it.
func readPrelude(r *bufio.Reader) (*Stream, error) {
	var head []byte
	for zeros := 0; zeros < 8; {
		b, err := r.ReadByte()
		if err != nil {
			return nil, fmt.Errorf("the head of the answer has no end: %w", err)
		}
		if b != 0 {
			zeros = 0
		} else {
			zeros++
		}
		if head = append(head, b); len(head) > maxPrelude {
			return nil, fmt.Errorf("the head of the answer has more than %d bytes", maxPrelude)
		}
	}
	var s Stream
	if err := json.Unmarshal(bytes.TrimRight(head, "\x00"), &s); err != nil {
		return nil, fmt.Errorf("the head of the answer: %w", err)
	}
	return &s, nil
}

// trailerError is the failure that ended an answer midway.
func trailerError(trailer http.Header) *FunctionError {
	payload, err := base64.StdEncoding.DecodeString(trailer.Get("Lambda-Runtime-Function-Error-Body"))
	if err != nil || !json.Valid(payload) {
		return newFunctionError(trailer.Get("Lambda-Runtime-Function-Error-Type"), "", "the function broke off its answer")
	}
	return parseFunctionError(payload)
}
