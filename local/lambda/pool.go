package lambda

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// pool holds the processes of one function. The one used last is used next, so
// that the others may age.
type pool struct {
	runtime  *Runtime
	function Function

	mu         sync.Mutex
	idle       []*instance // the last one was used last
	waiting    []*waiter   // the first one has waited longest
	live       int         // starting, idle and busy
	generation int
	closed     bool
	stats      Stats
}

// waiter is an invocation that no process is free for.
type waiter struct {
	invocation *invocation
	served     chan error // closed, or given the reason why not
}

// dispatch hands the invocation to a process, starting one if it may.
func (p *pool) dispatch(ctx context.Context, inv *invocation) error {
	w := p.place(inv)
	if w == nil {
		return nil
	}
	timer := time.NewTimer(p.runtime.options.Wait)
	defer timer.Stop()
	failure := ErrThrottled
	select {
	case err := <-w.served:
		return err
	case <-ctx.Done():
		failure = ctx.Err()
	case <-timer.C:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.Index(p.waiting, w)
	if at < 0 {
		return <-w.served // somebody was faster
	}
	p.waiting = slices.Delete(p.waiting, at, at+1)
	if errors.Is(failure, ErrThrottled) {
		p.stats.Throttles++
	}
	return failure
}

// place hands the invocation to an idle or a new process; or queues it, when
// there may be no more.
func (p *pool) place(inv *invocation) *waiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		w := &waiter{served: make(chan error, 1)}
		w.served <- ErrClosed
		return w
	}
	if last := len(p.idle) - 1; last >= 0 {
		i := p.idle[last]
		p.idle = p.idle[:last]
		i.work <- inv
		return nil
	}
	if p.live < p.function.Concurrency {
		p.start(inv)
		return nil
	}
	w := &waiter{inv, make(chan error, 1)}
	p.waiting = append(p.waiting, w)
	return w
}

// start begins a process for the invocation. The caller holds the lock.
func (p *pool) start(inv *invocation) {
	p.live++
	i := newInstance(p, p.generation)
	i.work <- inv
	go i.run()
}

// release takes back a process that has done its work.
func (p *pool) release(i *instance) {
	p.mu.Lock()
	if p.closed || i.generation != p.generation {
		p.mu.Unlock()
		i.end(errRetired)
		return
	}
	defer p.mu.Unlock()
	if i.lost {
		return
	}
	if len(p.waiting) > 0 {
		w := p.waiting[0]
		p.waiting = p.waiting[1:]
		i.work <- w.invocation
		close(w.served)
		return
	}
	i.idleSince = p.runtime.options.Now()
	p.idle = append(p.idle, i)
}

// lost strikes off a process that is gone. Work that it never looked at goes to
// another one.
func (p *pool) lost(i *instance, untouched *invocation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.live--
	i.lost = true
	if at := slices.Index(p.idle, i); at >= 0 {
		p.idle = slices.Delete(p.idle, at, at+1)
	}
	if p.closed {
		if untouched != nil {
			untouched.deliver(outcome{err: ErrClosed})
		}
		return
	}
	if untouched != nil {
		p.start(untouched)
	} else if len(p.waiting) > 0 {
		w := p.waiting[0]
		p.waiting = p.waiting[1:]
		p.start(w.invocation)
		close(w.served)
	}
}

func (p *pool) recycle() {
	p.mu.Lock()
	retired := p.idle
	p.idle = nil
	p.generation++
	p.mu.Unlock()
	for _, i := range retired {
		i.end(errRetired)
	}
}

func (p *pool) reap(oldest time.Time) {
	p.mu.Lock()
	var old []*instance
	p.idle = slices.DeleteFunc(p.idle, func(i *instance) bool {
		if i.idleSince.After(oldest) {
			return false
		}
		old = append(old, i)
		return true
	})
	p.mu.Unlock()
	for _, i := range old {
		i.end(errRetired)
	}
}

// close fails whoever waits, and lets nobody else in.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.idle = nil
	for _, w := range p.waiting {
		w.served <- ErrClosed
	}
	p.waiting = nil
}

func (p *pool) count(f func(*Stats)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.stats)
}

func (p *pool) snapshot() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Live, s.Inits = p.live, slices.Clone(p.stats.Inits)
	return s
}
