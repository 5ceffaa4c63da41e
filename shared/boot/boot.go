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

	"omniops/shared/egress"
	"omniops/shared/fault"
	"omniops/shared/processor"
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

// garbage is how much a function that answers requests allocates before it
// collects, as a percentage of what it holds, which is little beside the memory
// it is given: a shopper need not wait for a collection in every few turns.
const garbage = 400

// HTTP starts a function that answers API Gateway requests at once.
func HTTP[S any](build func(context.Context, *Runtime, S) (http.Handler, error)) {
	debug.SetGCPercent(garbage)
	lambda.Start(newProcess(build).buffered)
}

// Stream starts a function that answers API Gateway requests bit by bit. Its
// route in the template says ResponseTransferMode: RESPONSE_STREAM.
func Stream[S any](build func(context.Context, *Runtime, S) (http.Handler, error)) {
	debug.SetGCPercent(garbage)
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
	dying  atomic.Bool // a panic has been reported; the process ends after the answer

	mu       sync.Mutex
	rt       *Runtime
	common   common
	ready    bool
	x        X
	reporter *telemetry.Reporter // made when there is something to report
}

// common is what the template sets for every function.
type common struct {
	Stage        string        `env:"STAGE,optional"`
	Function     string        `env:"AWS_LAMBDA_FUNCTION_NAME,optional"`
	LogLevel     string        `env:"LOG_LEVEL" default:"INFO"`
	ClockOffset  time.Duration `env:"CLOCK_OFFSET,optional"`
	SentryDSN    string        `env:"SENTRY_DSN_ARN,optional"` // the secret is read when it is needed
	AllowPrivate []string      `env:"EGRESS_ALLOW_PRIVATE"`
	ParkQueue    string        `env:"PARK_QUEUE_URL,optional"`
	RetryAfter   time.Duration `env:"RETRY_AFTER,optional"` // of a message, the first time; 0 leaves it to the queue
}

// unset is the value of a secret that the operator has not set: Secrets Manager
// keeps no empty ones.
const unset = "unset"

// newProcess makes a process; nothing is read or built yet.
func newProcess[X, S any](build func(context.Context, *Runtime, S) (X, error)) *process[X, S] {
	return &process[X, S]{build: build, lookup: os.LookupEnv, out: os.Stdout, exit: os.Exit}
}

// runtime makes the Runtime once.
func (p *process[X, S]) runtime() *Runtime {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rt != nil {
		return p.rt
	}
	c, err := load[common](context.Background(), p.lookup, nil)
	var level slog.Level
	log := telemetry.NewLogger(p.out, &level)
	if err = errors.Join(err, level.UnmarshalText([]byte(c.LogLevel))); err != nil {
		log.Error("the defaults are used instead", "error", err)
	}
	slog.SetDefault(log) // the Lambda library logs through package log
	now := func() time.Time { return time.Now().Add(c.ClockOffset).UTC() }
	p.common = c
	p.rt = &Runtime{
		AWS:      newAWS(p.lookup),
		Now:      now,
		Log:      log,
		Metrics:  telemetry.NewMetrics(p.out, now, c.Function),
		Function: c.Function,
		Stage:    c.Stage,
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
	ctx, line := telemetry.StartLine(telemetry.WithLogger(ctx, rt.Log.With("request", request)))
	telemetry.Note(ctx, "request", request)
	start := time.Now() // a duration, so the machine's clock and not the product's
	return ctx, func() {
		cancel()
		line.Write(ctx, rt.Log, "done", time.Since(start))
		if err := line.Err(); err != nil && fault.KindOf(err) == fault.Internal {
			p.report(ctx, err)
		}
	}
}

// caught records a panic; the process ends after this invocation.
func (p *process[X, S]) caught(ctx context.Context, err *telemetry.Panic) error {
	telemetry.Fail(ctx, err)
	p.dying.Store(true)
	return err
}

// report sends an error to Sentry, through a client that reaches nobody else.
func (p *process[X, S]) report(ctx context.Context, err error) {
	rt := p.runtime()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reporter == nil && p.common.SentryDSN != "" {
		dsn, failure := fetchSecret(rt.AWS)(context.WithoutCancel(ctx), p.common.SentryDSN)
		if failure == nil && dsn.Reveal() == unset {
			p.common.SentryDSN = "" // not asked for again
		} else if failure == nil {
			p.reporter, failure = telemetry.NewReporter(dsn.Reveal(), egress.New(egress.Options{
				Hosts: func(host string) bool {
					of, listed := processor.ByHost(host)
					return listed && of.Name == processor.Sentry
				},
				AllowPrivate: p.common.AllowPrivate,
			}), rt.Now, rt.Stage, rt.Function)
		}
		if failure != nil {
			rt.Log.Warn("errors are not reported", "error", failure)
		}
	}
	if p.reporter != nil {
		p.reporter.Report(ctx, err)
	}
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
