package lambda

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// errRetired ends a process that is not needed any more.
var errRetired = errors.New("retired")

// grace is how long a process that asked for SIGTERM has to clean up.
const grace = 500 * time.Millisecond

// instance is one process of a function.
type instance struct {
	id         string
	pool       *pool
	generation int
	work       chan *invocation // holds one: what the process takes next
	gone       chan struct{}    // closed when the process has gone
	started    time.Time
	idleSince  time.Time // guarded by the pool's lock, as is lost
	lost       bool      // struck off the pool

	mu       sync.Mutex
	process  *os.Process
	starting *time.Timer // runs until the first request for work
	ready    bool        // has asked for work
	current  *invocation // the one that the process works on
	deadline *time.Timer
	sigterm  bool  // wants a SIGTERM before the SIGKILL
	cause    error // why it ends
}

func newInstance(p *pool, generation int) *instance {
	return &instance{
		id: random(16), pool: p, generation: generation, work: make(chan *invocation, 1),
		gone: make(chan struct{}), started: time.Now(),
	}
}

// run starts the process and stays until it has ended.
func (i *instance) run() {
	r := i.pool.runtime
	defer close(i.gone)
	defer r.remove(i)
	if !r.add(i) {
		i.exited(ErrClosed)
		return
	}
	cmd := exec.Command(i.pool.function.Program)
	cmd.Env = i.environment()
	cmd.SysProcAttr = ownGroup()
	cmd.WaitDelay = time.Second // for what its own children still hold open
	out := &lines{log: r.log, prefix: i.pool.function.Name + " | "}
	cmd.Stdout, cmd.Stderr = out, out
	if err := r.launcher.start(cmd); err != nil {
		i.exited(newFunctionError("Runtime.InvalidEntrypoint", "", err.Error()))
		return
	}
	i.mu.Lock()
	i.process = cmd.Process
	if !i.ready {
		i.starting = time.AfterFunc(r.options.Init, func() {
			i.end(newFunctionError("Sandbox.Timedout", "", "Init timed out after "+r.options.Init.String()))
		})
	}
	ended := i.cause != nil
	i.mu.Unlock()
	if ended {
		i.kill(syscall.SIGKILL)
	}
	err := cmd.Wait()
	i.kill(syscall.SIGKILL) // what it left running
	out.flush()
	text := "exit status 0"
	if err != nil {
		text = err.Error()
	}
	i.exited(newFunctionError("Runtime.ExitError", "", "Runtime exited with error: "+text))
}

// exited settles the accounts of a process that is gone.
func (i *instance) exited(reason error) {
	i.mu.Lock()
	if i.cause == nil {
		i.cause = reason
	}
	cause, current, ready := i.cause, i.current, i.ready
	i.current = nil
	for _, t := range []*time.Timer{i.starting, i.deadline} {
		if t != nil {
			t.Stop()
		}
	}
	i.mu.Unlock()
	if current != nil {
		current.deliver(outcome{err: withRequest(cause, current.id)})
	}
	var untouched *invocation
	select {
	case untouched = <-i.work:
		if !ready && !errors.Is(cause, errRetired) { // it would only fail again
			untouched.deliver(outcome{err: withRequest(cause, untouched.id)})
			untouched = nil
		}
	default:
	}
	i.pool.lost(i, untouched)
}

// withRequest names the request in an error about a process.
func withRequest(cause error, requestID string) error {
	var failed *FunctionError
	if errors.As(cause, &failed) && (failed.Type == "Runtime.ExitError" || failed.Type == "Sandbox.Timedout") {
		return newFunctionError(failed.Type, requestID, failed.Message)
	}
	return cause
}

// end makes the process go, for the first reason given.
func (i *instance) end(cause error) {
	i.mu.Lock()
	if i.cause != nil {
		i.mu.Unlock()
		return
	}
	i.cause = cause
	polite := i.sigterm && (errors.Is(cause, errRetired) || errors.Is(cause, ErrClosed))
	i.mu.Unlock()
	if !polite {
		i.kill(syscall.SIGKILL)
		return
	}
	i.kill(syscall.SIGTERM)
	time.AfterFunc(grace, func() {
		select {
		case <-i.gone:
		default:
			i.kill(syscall.SIGKILL)
		}
	})
}

// kill signals the process and its children.
func (i *instance) kill(s syscall.Signal) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.process != nil {
		_ = syscall.Kill(-i.process.Pid, s) // fails when they are gone already
	}
}

// take waits for the next invocation; nil means that the process hung up.
func (i *instance) take(hungUp <-chan struct{}) *invocation {
	i.mu.Lock()
	if !i.ready {
		i.ready = true
		if i.starting != nil {
			i.starting.Stop()
		}
		took := time.Since(i.started)
		i.pool.count(func(s *Stats) { s.Inits = append(s.Inits, took) })
	}
	i.mu.Unlock()
	var inv *invocation
	select {
	case inv = <-i.work:
	case <-hungUp:
		return nil
	}
	timeout := i.pool.function.Timeout
	i.mu.Lock()
	defer i.mu.Unlock()
	i.current = inv
	i.deadline = time.AfterFunc(timeout, func() {
		i.mu.Lock()
		late := i.current == inv
		i.mu.Unlock()
		if late {
			i.end(newFunctionError("Sandbox.Timedout", "", "Task timed out after "+strconv.FormatFloat(timeout.Seconds(), 'f', 2, 64)+" seconds"))
		}
	})
	return inv
}

// finish ends the work on the invocation, whose outcome this is unless it has
// one. The process counts as free although it has yet to ask for work: it is
// about to, and if it exits instead, what it was given goes to another.
func (i *instance) finish(inv *invocation, out outcome) {
	i.mu.Lock()
	i.current = nil
	i.deadline.Stop()
	i.mu.Unlock()
	i.pool.release(i)
	inv.deliver(out)
}

// working gives the invocation of that id, if the process works on it.
func (i *instance) working(id string) *invocation {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.current != nil && i.current.id == id {
		return i.current
	}
	return nil
}

// died is why the process broke off in the middle of an answer. One that lives
// on although it hung up does not live long.
func (i *instance) died() error {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-i.gone:
	case <-timer.C:
		i.end(newFunctionError("Runtime.TruncatedResponse", "", "the function broke off its answer"))
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.cause
}

// environment is what AWS sets, then what the function's template and the
// runtime's owner set. Nothing else of this process's environment is passed on.
func (i *instance) environment() []string {
	f, o := i.pool.function, i.pool.runtime.options
	env := map[string]string{
		"AWS_LAMBDA_RUNTIME_API":          i.pool.runtime.address + "/i/" + i.id,
		"AWS_LAMBDA_FUNCTION_NAME":        f.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.MemoryMB),
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + f.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      i.started.UTC().Format("2006/01/02") + "/[$LATEST]" + i.id,
		"AWS_LAMBDA_LOG_FORMAT":           or(f.LogFormat, "Text"),
		"AWS_REGION":                      o.Region,
		"AWS_DEFAULT_REGION":              o.Region,
		"AWS_ACCESS_KEY_ID":               "local",
		"AWS_SECRET_ACCESS_KEY":           "local",
		"AWS_EC2_METADATA_DISABLED":       "true",
		"_HANDLER":                        "bootstrap",
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin:/bin",
		"TZ":                              ":UTC",
	}
	if f.LogLevel != "" {
		env["AWS_LAMBDA_LOG_LEVEL"] = f.LogLevel
	}
	maps.Copy(env, f.Environment)
	if o.Env != nil {
		maps.Copy(env, o.Env())
	}
	list := make([]string, 0, len(env))
	for k, v := range env {
		list = append(list, k+"="+v)
	}
	slices.Sort(list)
	return list
}
