// Package clock is the time of the local cloud: the machine's, moved by an
// offset that a person or a test sets.
package clock

import (
	"sync"
	"time"
)

// Clock is the machine's time plus an offset. It is safe for concurrent use.
type Clock struct {
	base func() time.Time

	mu      sync.Mutex
	offset  time.Duration
	changed []func(time.Duration)
}

// New makes a clock that runs offset ahead of the machine's.
func New(offset time.Duration) *Clock { return &Clock{base: time.Now, offset: offset} }

// Fixed makes a clock that stands still at t until it is moved.
func Fixed(t time.Time) *Clock { return &Clock{base: func() time.Time { return t }} }

// Now is the current time of the local cloud, in UTC.
func (c *Clock) Now() time.Time { return c.base().Add(c.Offset()).UTC() }

// Offset is how far the clock runs ahead.
func (c *Clock) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// SetOffset moves the clock and then tells everybody who asked.
func (c *Clock) SetOffset(d time.Duration) {
	c.mu.Lock()
	c.offset = d
	changed := append([]func(time.Duration){}, c.changed...)
	c.mu.Unlock()
	for _, f := range changed {
		f(d)
	}
}

// OnChange registers a function that is told each new offset.
func (c *Clock) OnChange(f func(time.Duration)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changed = append(c.changed, f)
}
