package lambda

import (
	"os/exec"
	"runtime"
)

// launcher starts processes from one thread that lives as long as the runtime:
// Linux sends the death signal of a child when the thread that started it ends,
// not when the whole process does.
type launcher struct {
	requests chan request
	done     chan struct{}
}

type request struct {
	cmd    *exec.Cmd
	answer chan error
}

func newLauncher() *launcher {
	l := &launcher{requests: make(chan request), done: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		defer close(l.done)
		for r := range l.requests {
			r.answer <- r.cmd.Start()
		}
	}()
	return l
}

func (l *launcher) start(cmd *exec.Cmd) error {
	answer := make(chan error, 1)
	l.requests <- request{cmd, answer}
	return <-answer
}

// close ends the thread. Every process must be gone.
func (l *launcher) close() {
	close(l.requests)
	<-l.done
}
