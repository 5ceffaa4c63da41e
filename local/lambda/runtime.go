// Package lambda runs function binaries over the Lambda Runtime API, as AWS
// runs them: processes start on the first request, answer one invocation at a
// time, stay warm, and die of time-outs, crashes and age.
//
// One listener serves every process; each is told its own address,
// 127.0.0.1:PORT/i/<instance>. The protocol is that of
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html and of
// aws-lambda-go v1.55.1 (both read 2025-11).
package lambda

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits of AWS Lambda.
const (
	MaxPayload     = 6 * 1024 * 1024 // bytes of a request, and of a buffered response
	MaxEnvironment = 4 * 1024        // bytes of names and values
)

// Function is one function that the runtime can start.
type Function struct {
	Name        string
	ARN         string
	Program     string // path of the executable
	Timeout     time.Duration
	MemoryMB    int
	Environment map[string]string
	Concurrency int    // most processes at once; 0 leaves Options.Concurrency
	LogFormat   string // Text or JSON; Text if empty
	LogLevel    string // empty sets none
}

// Options configure a Runtime. Only Functions must be set.
type Options struct {
	Functions   []Function
	Region      string                   // eu-west-2 if empty
	Env         func() map[string]string // added to the environment of each process at its start
	Log         io.Writer                // takes the lines that functions write, each behind its function's name
	Now         func() time.Time         // measures idleness; time.Now if nil
	Concurrency int                      // most processes of a function at once; 50 if 0
	Wait        time.Duration            // how long an invocation waits for a free process; 10 s if 0
	Idle        time.Duration            // how long a process may stay unused; 10 minutes if 0
	Init        time.Duration            // how long a process may take to start; 10 s if 0
}

// Runtime starts and stops the processes of functions and hands them work. It
// is safe for concurrent use.
type Runtime struct {
	options  Options
	server   *http.Server
	address  string
	launcher *launcher
	log      *lineLog
	pools    map[string]*pool
	stop     chan struct{}
	ticking  sync.WaitGroup

	mu        sync.RWMutex
	instances map[string]*instance
	closed    bool
}

// New opens the Runtime API on a free port. No process starts before it is
// needed.
func New(o Options) (*Runtime, error) {
	o.Region = or(o.Region, "eu-west-2")
	o.Concurrency = or(o.Concurrency, 50)
	o.Wait, o.Idle, o.Init = or(o.Wait, 10*time.Second), or(o.Idle, 10*time.Minute), or(o.Init, 10*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	r := &Runtime{options: o, log: &lineLog{w: o.Log}, pools: map[string]*pool{}, instances: map[string]*instance{}, stop: make(chan struct{})}
	for _, f := range o.Functions {
		size := 0
		for k, v := range f.Environment {
			size += len(k) + len(v)
		}
		if size > MaxEnvironment {
			return nil, fmt.Errorf("function %s: its environment has %d bytes, AWS takes %d", f.Name, size, MaxEnvironment)
		}
		f.Concurrency = or(f.Concurrency, o.Concurrency)
		f.Timeout, f.MemoryMB = or(f.Timeout, 3*time.Second), or(f.MemoryMB, 128)
		f.ARN = or(f.ARN, "arn:aws:lambda:"+o.Region+":000000000000:function:"+f.Name)
		if r.pools[f.Name] != nil {
			return nil, fmt.Errorf("function %s appears twice", f.Name)
		}
		r.pools[f.Name] = &pool{runtime: r, function: f}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the Runtime API: %w", err)
	}
	r.address = listener.Addr().String()
	r.launcher = newLauncher()
	r.server = &http.Server{Handler: http.HandlerFunc(r.serve), ReadHeaderTimeout: 10 * time.Second}
	r.ticking.Add(2)
	go func() {
		defer r.ticking.Done()
		_ = r.server.Serve(listener) // ends with Close
	}()
	go r.reapNowAndThen()
	return r, nil
}

// reapNowAndThen looks for idle processes until the runtime closes.
func (r *Runtime) reapNowAndThen() {
	defer r.ticking.Done()
	tick := time.NewTicker(max(r.options.Idle/4, time.Second))
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.Reap()
		case <-r.stop:
			return
		}
	}
}

// Invoke runs a function and gives its answer. An error that the function
// itself answered, a crash and a time-out are a *FunctionError; too many
// invocations at once are ErrThrottled. When ctx ends first, the function runs
// on and its answer is thrown away.
func (r *Runtime) Invoke(ctx context.Context, name string, payload []byte) ([]byte, error) {
	out, err := r.invoke(ctx, name, payload, false)
	return out.payload, err
}

// InvokeStream runs a function that streams its answer and returns as soon as
// the head of the answer is there. The caller must close the stream's body.
func (r *Runtime) InvokeStream(ctx context.Context, name string, payload []byte) (*Stream, error) {
	out, err := r.invoke(ctx, name, payload, true)
	return out.stream, err
}

func (r *Runtime) invoke(ctx context.Context, name string, payload []byte, streamed bool) (outcome, error) {
	p := r.pools[name]
	if p == nil {
		return outcome{}, fmt.Errorf("invoke %s: %w", name, ErrUnknown)
	}
	if len(payload) > MaxPayload {
		return outcome{}, fmt.Errorf("invoke %s with %d bytes: %w", name, len(payload), ErrTooLarge)
	}
	inv := newInvocation(payload, streamed)
	if err := p.dispatch(ctx, inv); err != nil {
		return outcome{}, fmt.Errorf("invoke %s: %w", name, err)
	}
	p.count(func(s *Stats) { s.Invocations++ })
	select {
	case out := <-inv.result:
		if out.err != nil {
			p.count(func(s *Stats) { s.Errors++ })
		}
		return out, out.err
	case <-ctx.Done():
		inv.abandon()
		return outcome{}, fmt.Errorf("invoke %s: %w", name, ctx.Err())
	}
}

// Recycle retires every process: idle ones die now, busy ones when they are
// done, and new ones start with a new environment.
func (r *Runtime) Recycle() {
	for _, p := range r.pools {
		p.recycle()
	}
}

// Reap ends the processes that have been idle for too long.
func (r *Runtime) Reap() {
	oldest := r.options.Now().Add(-r.options.Idle)
	for _, p := range r.pools {
		p.reap(oldest)
	}
}

// Stats count what happened to one function.
type Stats struct {
	Invocations int
	Errors      int
	Throttles   int
	Live        int             // processes, starting ones included
	Inits       []time.Duration // from start to readiness, one per cold start
}

// Stats gives the counts of a function; of an unknown one, zeros.
func (r *Runtime) Stats(name string) Stats {
	if p := r.pools[name]; p != nil {
		return p.snapshot()
	}
	return Stats{}
}

// Close ends every process, waits until they are gone and closes the listener.
// Invocations that are under way fail.
func (r *Runtime) Close() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	running := make([]*instance, 0, len(r.instances))
	for _, i := range r.instances {
		running = append(running, i)
	}
	r.mu.Unlock()
	close(r.stop)
	for _, p := range r.pools {
		p.close()
	}
	for _, i := range running {
		i.end(ErrClosed)
	}
	for _, i := range running {
		<-i.gone
	}
	err := r.server.Close()
	r.ticking.Wait()
	r.launcher.close()
	return err
}

// add makes an instance known under its address, unless the runtime is closed.
func (r *Runtime) add(i *instance) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.instances[i.id] = i
	}
	return !r.closed
}

func (r *Runtime) remove(i *instance) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.instances, i.id)
}

func (r *Runtime) instance(id string) *instance {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.instances[id]
}

// random is n random bytes in hexadecimal.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}
