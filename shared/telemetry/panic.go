package telemetry

import (
	"fmt"
	"runtime"
	"strings"
)

// Panic is a recovered panic as an error. Its kind is Internal.
type Panic struct {
	Value any
	stack []uintptr
}

// NewPanic keeps what recover returned and where it was raised. Call it in the
// deferred function itself.
func NewPanic(value any) *Panic {
	var stack [64]uintptr
	n := runtime.Callers(2, stack[:])
	return &Panic{value, stack[:n]}
}

// Error is the panic with its stack, for the log, which scrubs it.
func (p *Panic) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "panic: %v", p.Value)
	for f := range p.frames {
		fmt.Fprintf(&b, "\n%s %s:%d", f.Function, f.File, f.Line)
	}
	return b.String()
}

// frames yields the calls that led to the panic, the innermost first.
func (p *Panic) frames(yield func(runtime.Frame) bool) {
	frames, more := runtime.CallersFrames(p.stack), len(p.stack) > 0
	raised := false // above it are the deferred functions that recovered
	for more {
		var f runtime.Frame
		f, more = frames.Next()
		if raised && !yield(f) {
			return
		}
		raised = raised || f.Function == "runtime.gopanic"
	}
}
