package boot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"omniops/shared/apigw"
	"omniops/shared/problem"
	"omniops/shared/telemetry"
)

// buffered answers one API Gateway event at once.
func (p *process[X, S]) buffered(ctx context.Context, e events.APIGatewayProxyRequest) (any, error) {
	body, err := json.Marshal(apigw.Buffered(ctx, p.handler(), named(ctx, &e)))
	if err != nil {
		return nil, p.failure(err)
	}
	return &reply{Reader: bytes.NewReader(body), kind: "application/json", close: p.endIfDying}, nil
}

// streamed answers one API Gateway event bit by bit.
func (p *process[X, S]) streamed(ctx context.Context, e events.APIGatewayProxyRequest) (any, error) {
	out := apigw.Stream(ctx, p.handler(), named(ctx, &e))
	return &reply{Reader: out, kind: out.ContentType(), close: func() {
		_ = out.Close() // waits for the handler; it has no error to give
		p.endIfDying()
	}}, nil
}

// named gives an event without a request id, as a test in the console sends,
// that of the invocation.
func named(ctx context.Context, e *events.APIGatewayProxyRequest) *events.APIGatewayProxyRequest {
	if lc, ok := lambdacontext.FromContext(ctx); ok && e.RequestContext.RequestID == "" {
		e.RequestContext.RequestID = lc.AwsRequestID
	}
	return e
}

// endIfDying ends the process after a panic, once its answer has left.
func (p *process[X, S]) endIfDying() {
	if p.dying.Load() {
		p.exit(1)
	}
}

// reply is an answer already encoded. The Lambda library sends a Reader that
// does not marshal as it is, with its ContentType, and closes it afterwards.
type reply struct {
	io.Reader
	kind  string
	close func()
}

// ContentType tells Lambda which of its two answer formats this is.
func (r *reply) ContentType() string { return r.kind }

// Close is called once the answer has been sent.
func (r *reply) Close() error {
	r.close()
	return nil
}

// MarshalJSON fails, so that the Lambda library reads the reply instead.
func (*reply) MarshalJSON() ([]byte, error) { return nil, errors.New("a reply is not JSON") }

// handler is the function's own handler inside what boot adds: a build on the
// first request, the deadline, the log line, and the answer to a panic.
func (p *process[X, S]) handler() http.Handler {
	inner := problem.Handler(func(w http.ResponseWriter, r *http.Request) error {
		x, err := p.get(r.Context())
		if err != nil {
			return err
		}
		any(x).(http.Handler).ServeHTTP(w, r)
		return nil
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, end := p.begin(r.Context(), apigw.RequestID(r.Context()))
		defer end()
		t := &begun{ResponseWriter: w}
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if aborted, ok := v.(error); ok && errors.Is(aborted, http.ErrAbortHandler) { // the handler's way to cut its answer, not a bug
				panic(v)
			}
			err := p.caught(ctx, telemetry.NewPanic(v))
			if t.yes {
				panic(http.ErrAbortHandler) // too late for another answer: cut this one
			}
			problem.Write(w, r, err)
		}()
		inner.ServeHTTP(t, r.WithContext(ctx))
	})
}

// begun remembers whether an answer has begun.
type begun struct {
	http.ResponseWriter
	yes bool
}

// WriteHeader begins the answer.
func (b *begun) WriteHeader(status int) {
	b.yes = b.yes || status >= 200
	b.ResponseWriter.WriteHeader(status)
}

// Write begins the answer.
func (b *begun) Write(p []byte) (int, error) {
	b.yes = true
	return b.ResponseWriter.Write(p)
}

// FlushError begins the answer.
func (b *begun) FlushError() error {
	b.yes = true
	return http.NewResponseController(b.ResponseWriter).Flush()
}

// Unwrap gives http.ResponseController the writer below.
func (b *begun) Unwrap() http.ResponseWriter { return b.ResponseWriter }
