package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"omniops/local/lambda"
)

// program is the path of the probe.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "probe")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "probe")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", program, "./testdata/probe")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// start runs a runtime with one function, probe.
func start(t testing.TB, o lambda.Options, f lambda.Function) *lambda.Runtime {
	t.Helper()
	f.Name, f.Program = "probe", program
	if f.Timeout == 0 {
		f.Timeout = time.Minute
	}
	o.Functions = []lambda.Function{f}
	r, err := lambda.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// order is what the probe is told.
type order map[string]any

func (o order) payload() []byte {
	b, _ := json.Marshal(o)
	return b
}

// ask invokes the probe and wants an answer.
func ask[T any](t testing.TB, r *lambda.Runtime, o order) T {
	t.Helper()
	answer, err := r.Invoke(t.Context(), "probe", o.payload())
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal(answer, &v); err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	return v
}

// gate lets functions wait for the test: each arrival is one value from
// arrived, and each opening lets one go on.
type gate struct {
	URL     string
	arrived chan struct{}
	opened  chan struct{}
}

func newGate(t *testing.T) *gate {
	g := &gate{arrived: make(chan struct{}, 1000), opened: make(chan struct{}, 1000)}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		g.arrived <- struct{}{}
		select {
		case <-g.opened:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	g.URL = server.URL
	return g
}

func (g *gate) open() { g.opened <- struct{}{} }

func wantFunctionError(t *testing.T, err error, kind, message string) {
	t.Helper()
	var failed *lambda.FunctionError
	if !errors.As(err, &failed) || failed.Type != kind || !strings.Contains(failed.Message, message) || !json.Valid(failed.Payload) {
		t.Fatalf("got %v, want %s with %q", err, kind, message)
	}
}

func TestWarmInstanceIsUsedAgain(t *testing.T) {
	r := start(t, lambda.Options{}, lambda.Function{})
	first := ask[int](t, r, order{"do": "pid"})
	for range 20 {
		if again := ask[int](t, r, order{"do": "pid"}); again != first {
			t.Fatalf("process %d answered after %d", again, first)
		}
	}
	s := r.Stats("probe")
	if s.Invocations != 21 || s.Live != 1 || len(s.Inits) != 1 || s.Inits[0] <= 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestOneInvocationAtATimeAndLastUsedFirst(t *testing.T) {
	r := start(t, lambda.Options{}, lambda.Function{})
	g := newGate(t)
	pids := make(chan int, 2)
	for range 2 {
		go func() { pids <- ask[int](t, r, order{"do": "pid", "gate": g.URL}) }()
	}
	<-g.arrived
	<-g.arrived // both at once, so in two processes
	g.open()
	first := <-pids
	g.open()
	second := <-pids
	if first == second {
		t.Fatal("one process ran two invocations at once")
	}
	for range 5 {
		if next := ask[int](t, r, order{"do": "pid"}); next != second {
			t.Errorf("process %d answered, want the one used last, %d", next, second)
		}
	}
}

func TestConcurrencyIsBounded(t *testing.T) {
	r := start(t, lambda.Options{Wait: 50 * time.Millisecond}, lambda.Function{Concurrency: 1})
	g := newGate(t)
	done := make(chan int)
	go func() { done <- ask[int](t, r, order{"do": "pid", "gate": g.URL}) }()
	<-g.arrived
	_, err := r.Invoke(t.Context(), "probe", order{"do": "pid"}.payload())
	if !errors.Is(err, lambda.ErrThrottled) {
		t.Fatalf("got %v, want ErrThrottled", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Invoke(gone, "probe", order{"do": "pid"}.payload()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	g.open()
	<-done
	if s := r.Stats("probe"); s.Throttles != 1 || s.Live != 1 {
		t.Errorf("stats %+v", s)
	}
}

func TestWaitingInvocationsAreServedInTurn(t *testing.T) {
	r := start(t, lambda.Options{Wait: time.Minute}, lambda.Function{Concurrency: 2})
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() { ask[int](t, r, order{"do": "pid"}) })
	}
	all.Wait()
	if s := r.Stats("probe"); s.Live > 2 || len(s.Inits) > 2 || s.Invocations != 40 {
		t.Errorf("stats %+v", s)
	}
}

func TestContextAndEnvironment(t *testing.T) {
	const arn = "arn:aws:lambda:eu-west-2:000000000000:function:probe"
	t.Setenv("LEAK", "of this process")
	r := start(t, lambda.Options{Env: func() map[string]string { return map[string]string{"CLOCK_OFFSET": "1h"} }},
		lambda.Function{ARN: arn, MemoryMB: 256, Timeout: time.Hour, LogFormat: "JSON", LogLevel: "DEBUG", Environment: map[string]string{"TABLE_NAME": "omniops"}})
	before := time.Now()
	c := ask[struct {
		ARN      string
		Request  string
		Trace    string
		Memory   int
		Deadline int64
	}](t, r, order{"do": "context"})
	if late := time.UnixMilli(c.Deadline).Sub(before); late < 59*time.Minute || late > 61*time.Minute {
		t.Errorf("the deadline is %s away, want the time-out of the function", late)
	}
	if c.ARN != arn || len(c.Request) != 36 || c.Memory != 256 || !strings.HasPrefix(c.Trace, "Root=1-") {
		t.Errorf("context %+v", c)
	}
	for name, want := range map[string]string{
		"AWS_LAMBDA_FUNCTION_NAME": "probe", "AWS_REGION": "eu-west-2", "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "DEBUG",
		"AWS_ACCESS_KEY_ID": "local", "AWS_EC2_METADATA_DISABLED": "true", "TABLE_NAME": "omniops", "CLOCK_OFFSET": "1h",
		"AWS_LAMBDA_MAX_CONCURRENCY": "", "LEAK": "",
	} {
		if got := ask[string](t, r, order{"do": "env", "name": name}); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestFunctionErrors(t *testing.T) {
	r := start(t, lambda.Options{}, lambda.Function{})
	invoke := func(o order) error {
		_, err := r.Invoke(t.Context(), "probe", o.payload())
		return err
	}
	before := ask[int](t, r, order{"do": "pid"})
	wantFunctionError(t, invoke(order{"do": "fail"}), "errorString", "the kettle is empty")
	if after := ask[int](t, r, order{"do": "pid"}); after != before {
		t.Error("an error that was reported cost the process")
	}
	wantFunctionError(t, invoke(order{"do": "panic"}), "string", "the kettle is on fire")
	if after := ask[int](t, r, order{"do": "pid"}); after == before {
		t.Error("the process lives on after a panic")
	}
	wantFunctionError(t, invoke(order{"do": "exit"}), "Runtime.ExitError", "exit status 7")
	wantFunctionError(t, invoke(order{"do": "big", "size": lambda.MaxPayload}), "Function.ResponseSizeTooLarge", "exceeded")
	if got := ask[string](t, r, order{"do": "big", "size": lambda.MaxPayload - 2}); len(got) != lambda.MaxPayload-2 {
		t.Errorf("the largest answer came with %d bytes", len(got))
	}
	if _, err := r.Invoke(t.Context(), "probe", make([]byte, lambda.MaxPayload+1)); !errors.Is(err, lambda.ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
	if _, err := r.Invoke(t.Context(), "nobody", nil); !errors.Is(err, lambda.ErrUnknown) {
		t.Errorf("got %v, want ErrUnknown", err)
	}
}

func TestExitBetweenInvocationsLosesNothing(t *testing.T) {
	g := newGate(t)
	r := start(t, lambda.Options{}, lambda.Function{Environment: map[string]string{"AT_START": "leave", "GATE": g.URL}})
	first := ask[int](t, r, order{})
	<-g.arrived // it has answered, asks for nothing more and will exit
	second := make(chan int)
	go func() {
		defer close(second)
		second <- ask[int](t, r, order{})
	}()
	for r.Stats("probe").Invocations < 2 { // until the next invocation waits for it
		runtime.Gosched()
	}
	g.open()
	if pid := <-second; pid == first || pid == 0 {
		t.Errorf("process %d answered after %d", pid, first)
	}
}

func TestInitErrors(t *testing.T) {
	crash := start(t, lambda.Options{}, lambda.Function{Environment: map[string]string{"AT_START": "crash"}})
	_, err := crash.Invoke(t.Context(), "probe", order{"do": "pid"}.payload())
	wantFunctionError(t, err, "Runtime.ExitError", "exit status 3")
	hang := start(t, lambda.Options{Init: 50 * time.Millisecond}, lambda.Function{Environment: map[string]string{"AT_START": "hang"}})
	_, err = hang.Invoke(t.Context(), "probe", order{"do": "pid"}.payload())
	wantFunctionError(t, err, "Sandbox.Timedout", "Init timed out")
	missing, err := lambda.New(lambda.Options{Functions: []lambda.Function{{Name: "probe", Program: "/nowhere"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer missing.Close()
	_, err = missing.Invoke(t.Context(), "probe", nil)
	wantFunctionError(t, err, "Runtime.InvalidEntrypoint", "/nowhere")
	_, err = lambda.New(lambda.Options{Functions: []lambda.Function{{Name: "f", Environment: map[string]string{"A": strings.Repeat("x", lambda.MaxEnvironment)}}}})
	if err == nil {
		t.Error("an environment over the limit was accepted")
	}
}

func TestTimeoutKillsTheProcessAndItsChildren(t *testing.T) {
	r := start(t, lambda.Options{}, lambda.Function{Timeout: 300 * time.Millisecond})
	first, child := ask[int](t, r, order{"do": "pid"}), ask[int](t, r, order{"do": "child"})
	_, err := r.Invoke(t.Context(), "probe", order{"do": "hang"}.payload())
	wantFunctionError(t, err, "Sandbox.Timedout", "Task timed out after 0.30 seconds")
	wantGone(t, first)
	wantGone(t, child)
	if next := ask[int](t, r, order{"do": "pid"}); next == first {
		t.Error("the process that timed out answered")
	}
}

// wantGone wants that the process, which was killed, is dead in a moment; init
// may still have to collect it.
func wantGone(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); runtime.Gosched() {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if bytes.Contains(stat, []byte(") Z ")) || err != nil && syscall.Kill(pid, 0) != nil {
			return
		}
	}
	t.Errorf("process %d still runs", pid)
}

func TestRecycle(t *testing.T) {
	var starts atomic.Int64
	r := start(t, lambda.Options{Env: func() map[string]string { return map[string]string{"START": fmt.Sprint(starts.Add(1))} }}, lambda.Function{})
	g := newGate(t)
	old := make(chan int)
	go func() { old <- ask[int](t, r, order{"do": "pid", "gate": g.URL}) }()
	<-g.arrived
	r.Recycle()
	if got := ask[string](t, r, order{"do": "env", "name": "START"}); got != "2" {
		t.Errorf("start %s answered after recycling, want 2", got)
	}
	g.open()
	pid := <-old // the busy one may finish
	if next := ask[int](t, r, order{"do": "pid"}); next == pid {
		t.Error("a retired process answered")
	}
}

func TestReap(t *testing.T) {
	var now atomic.Int64
	clock := func() time.Time { return time.Unix(now.Load(), 0) }
	r := start(t, lambda.Options{Now: clock, Idle: time.Minute}, lambda.Function{})
	first := ask[int](t, r, order{"do": "pid"})
	now.Store(59)
	r.Reap()
	if again := ask[int](t, r, order{"do": "pid"}); again != first {
		t.Error("a process that was used a minute ago was reaped")
	}
	now.Store(120)
	r.Reap()
	if again := ask[int](t, r, order{"do": "pid"}); again == first {
		t.Error("a process that was idle for a minute was kept")
	}
}

func TestLogLines(t *testing.T) {
	var log safeBuffer
	r := start(t, lambda.Options{Log: &log}, lambda.Function{})
	_, err := r.Invoke(t.Context(), "probe", order{"do": "say"}.payload())
	wantFunctionError(t, err, "Runtime.ExitError", "exit status 1")
	if got, want := log.String(), "probe | to stdout\nprobe | to stderr\nprobe | unfinished\n"; got != want {
		t.Errorf("log %q, want %q", got, want)
	}
}

func TestSIGTERMForThoseWhoAsk(t *testing.T) {
	var log safeBuffer
	r := start(t, lambda.Options{Log: &log}, lambda.Function{Environment: map[string]string{"AT_START": "sigterm"}})
	ask[int](t, r, order{"do": "pid"})
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "probe | told to go\n") {
		t.Errorf("log %q", log.String())
	}
}

func TestCloseEndsEverything(t *testing.T) {
	g := newGate(t)
	before := goleak.IgnoreCurrent()
	r := start(t, lambda.Options{}, lambda.Function{Concurrency: 1})
	pid := ask[int](t, r, order{"do": "pid"})
	failures := make(chan error, 2)
	invoke := func(o order) {
		_, err := r.Invoke(context.Background(), "probe", o.payload())
		failures <- err
	}
	go invoke(order{"do": "pid", "gate": g.URL})
	<-g.arrived
	go invoke(order{"do": "pid"})
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-failures; !errors.Is(err, lambda.ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
	}
	wantGone(t, pid)
	if _, err := r.Invoke(t.Context(), "probe", nil); !errors.Is(err, lambda.ErrClosed) {
		t.Errorf("got %v after closing, want ErrClosed", err)
	}
	goleak.VerifyNone(t, before)
}

// safeBuffer is a buffer for two goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

var _ io.Writer = (*safeBuffer)(nil)

func BenchmarkWarmInvoke(b *testing.B) {
	r := start(b, lambda.Options{}, lambda.Function{})
	payload := order{"do": "echo"}.payload()
	for b.Loop() {
		if _, err := r.Invoke(b.Context(), "probe", payload); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkColdInvoke(b *testing.B) {
	r := start(b, lambda.Options{}, lambda.Function{})
	payload := order{"do": "echo"}.payload()
	for b.Loop() {
		r.Recycle()
		if _, err := r.Invoke(b.Context(), "probe", payload); err != nil {
			b.Fatal(err)
		}
	}
}
