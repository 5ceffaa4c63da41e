// Package boot starts a Lambda function: it reads settings and secrets, gives
// the function its clock, its logger and its AWS configuration, keeps it inside
// its deadline, writes one log line per invocation and reports a panic before
// the process ends.
//
// A function's build runs on the first invocation, not before: whatever a
// process does ahead of asking for work is paid on every cold start, and a
// dependency that is down then answers as a 503 instead of a dead process.
package boot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/aws"

	"omniops/shared/fault"
	"omniops/shared/telemetry"
)

// Runtime is what every function has.
type Runtime struct {
	AWS      aws.Config
	Now      func() time.Time // UTC; the local cloud moves it with CLOCK_OFFSET
	Log      *slog.Logger
	Metrics  *telemetry.Metrics
	Function string // the name the template gave it
	Stage    string // where it runs: "production", "local"
}

// HTTP starts a function that answers API Gateway requests at once.
func HTTP[S any](build func(context.Context, *Runtime, S) (http.Handler, error)) {
	lambda.Start(newProcess(build).buffered)
}

// Stream starts a function that answers API Gateway requests bit by bit. Its
// route in the template says ResponseTransferMode: RESPONSE_STREAM.
func Stream[S any](build func(context.Context, *Runtime, S) (http.Handler, error)) {
	lambda.Start(newProcess(build).streamed)
}

// Queue starts a worker that takes each message of a queue, as JSON.
func Queue[M, S any](build func(context.Context, *Runtime, S) (func(context.Context, M) error, error)) {
	lambda.Start(newWorker(newProcess(build)).deliver)
}

// Schedule starts a function that a timer invokes.
func Schedule[S any](build func(context.Context, *Runtime, S) (func(context.Context) error, error)) {
	lambda.Start(tick(newProcess(build)))
}

// Invoke starts a function that operators invoke directly, JSON in and out.
func Invoke[In, Out, S any](build func(context.Context, *Runtime, S) (func(context.Context, In) (Out, error), error)) {
	lambda.Start(invoke(newProcess(build)))
}

// process is one running function, whose build makes an X from settings S.
type process[X, S any] struct {
	build  func(context.Context, *Runtime, S) (X, error)
	lookup func(string) (string, bool)
	out    io.Writer
	exit   func(int)
	report func(ctx context.Context, rt *Runtime, err error, severity telemetry.Severity)
	dying  atomic.Bool // a panic has been reported; the process ends after the answer

	mu    sync.Mutex
	rt    *Runtime
	ready bool
	x     X
}

// newProcess makes a process; nothing is read or built yet.
func newProcess[X, S any](build func(context.Context, *Runtime, S) (X, error)) *process[X, S] {
	p := &process[X, S]{build: build, lookup: os.LookupEnv, out: os.Stdout, exit: os.Exit}
	p.report = newReporter(p.getenv)
	return p
}

// getenv reads the environment.
func (p *process[X, S]) getenv(name string) string {
	value, _ := p.lookup(name)
	return value
}

// runtime makes the Runtime once.
func (p *process[X, S]) runtime() *Runtime {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rt != nil {
		return p.rt
	}
	var level slog.Level // INFO, also when LOG_LEVEL is unset or misspelt
	_ = level.UnmarshalText([]byte(p.getenv("LOG_LEVEL")))
	log := telemetry.NewLogger(p.out, level)
	slog.SetDefault(log) // the Lambda library logs errors through package log
	now := func() time.Time { return time.Now().UTC() }
	if text := p.getenv("CLOCK_OFFSET"); text != "" {
		offset, err := time.ParseDuration(text)
		if err != nil {
			log.Error("CLOCK_OFFSET is not a duration; the clock is not moved")
		}
		now = func() time.Time { return time.Now().Add(offset).UTC() }
	}
	function := p.getenv("AWS_LAMBDA_FUNCTION_NAME")
	p.rt = &Runtime{
		AWS:      newAWS(p.getenv),
		Now:      now,
		Log:      log,
		Metrics:  telemetry.NewMetrics(p.out, now, function),
		Function: function,
		Stage:    p.getenv("STAGE"),
	}
	return p.rt
}

// get gives what build makes, and builds it on the first call. A failure is not
// kept: the next invocation tries again.
func (p *process[X, S]) get(ctx context.Context) (X, error) {
	rt := p.runtime()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ready {
		return p.x, nil
	}
	settings, err := load[S](ctx, p.lookup, fetchSecret(rt.AWS))
	if err != nil {
		return p.x, err
	}
	x, err := p.build(ctx, rt, settings)
	if err != nil {
		return p.x, fmt.Errorf("build: %w", err)
	}
	p.x, p.ready = x, true
	return x, nil
}

// margin is how long before Lambda's deadline the work must give up, so that an
// answer and a log line still leave.
const margin = 200 * time.Millisecond

// begin gives one piece of work its deadline, its logger and its log line. The
// returned function ends it: it writes the line and reports what is our fault.
func (p *process[X, S]) begin(ctx context.Context, request string) (context.Context, func()) {
	rt := p.runtime()
	cancel := context.CancelFunc(func() {})
	if deadline, ok := ctx.Deadline(); ok {
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-margin))
	}
	log := rt.Log.With("request", request)
	ctx, line := telemetry.StartLine(telemetry.WithLogger(ctx, log))
	start := time.Now() // a duration, so the machine's clock and not the product's
	return ctx, func() {
		cancel()
		line.Write(ctx, log, "done", time.Since(start))
		err := line.Err()
		if _, panicked := errors.AsType[*panicError](err); err != nil && fault.KindOf(err) == fault.Internal && !panicked {
			p.report(ctx, rt, err, telemetry.Error)
		}
	}
}

// panicError is a panic as an error.
type panicError struct {
	value any
	stack []byte
}

// Error is the panic's text for the log; it is scrubbed there.
func (e *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.value, e.stack) }

// caught records and reports a panic; the process ends after this invocation.
func (p *process[X, S]) caught(ctx context.Context, value any) error {
	err := &panicError{value, debug.Stack()}
	telemetry.Fail(ctx, err)
	p.dying.Store(true)
	p.report(ctx, p.runtime(), err, telemetry.Fatal)
	return err
}

// failure is err as the invoker, Lambda's own machinery or an operator, sees it:
// its kind and its detail. The whole of it is in the log.
func (p *process[X, S]) failure(err error) error {
	if err == nil {
		return nil
	}
	kind := fault.KindOf(err)
	text := fault.Detail(err)
	if text == "" {
		text = "The cause is in the log."
	}
	return messages.InvokeResponse_Error{Type: kind.String(), Message: telemetry.Scrub(text), ShouldExit: p.dying.Load()}
}
