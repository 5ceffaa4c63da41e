package crawl

import (
	"context"
	"errors"
	"io"
	"time"
)

// smallBody is what nearly every page fits into, in bytes.
const smallBody = 512 << 10

// bodies lends the memory that pages are read into: a little to each request
// under way, and much to one at a time, for which the others wait. However many
// endless pages come at once, one of them is in memory.
type bodies struct {
	small chan []byte
	large chan []byte
}

// newBodies makes room for so many requests under way.
func newBodies(concurrency int) *bodies {
	b := &bodies{small: make(chan []byte, concurrency), large: make(chan []byte, 1)}
	for range concurrency {
		b.small <- nil
	}
	b.large <- nil
	return b
}

// take lends the memory of one request. There is some for as many as may be under way.
func (b *bodies) take() *body { return &body{from: b, small: <-b.small} }

// body is the memory of one request. What was read into it is good until it is
// given back.
type body struct {
	from  *bodies
	small []byte
	large []byte
	lent  bool // large is
}

// giveBack ends the loan.
func (b *body) giveBack() {
	b.from.small <- b.small
	if b.lent {
		b.from.large <- b.large
	}
}

// read reads at most most bytes. The time that it waits for others is not the page's.
func (b *body) read(ctx context.Context, r io.Reader, most int, p *patience) ([]byte, error) {
	buf := b.small[:0]
	for len(buf) < most {
		if len(buf) == cap(buf) {
			grown, err := b.grow(ctx, len(buf), most, p)
			if err != nil {
				return buf, err
			}
			buf = append(grown, buf...)
		}
		n, err := r.Read(buf[len(buf):min(cap(buf), most)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// grow gives an empty buffer for more than size bytes.
func (b *body) grow(ctx context.Context, size, most int, p *patience) ([]byte, error) {
	if size < min(smallBody, most) {
		b.small = make([]byte, 0, min(max(2*size, 64<<10), smallBody, most))
		return b.small, nil
	}
	if !b.lent {
		p.pause()
		defer p.goOn()
		select {
		case b.large = <-b.from.large:
			b.lent = true
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if cap(b.large) <= size {
		b.large = make([]byte, 0, most)
	}
	return b.large[:0], nil
}

// errPatience is why the context of a request ended that took too long.
var errPatience = errors.New("the site is too slow")

// patience ends a request that takes too long.
type patience struct {
	timer  *time.Timer
	left   time.Duration
	since  time.Time
	cancel context.CancelCauseFunc
}

// withPatience gives a context that ends, with errPatience as its cause, once a
// request took so long, pauses not counted.
func withPatience(ctx context.Context, most time.Duration) (context.Context, *patience) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(most, func() { cancel(errPatience) })
	return ctx, &patience{timer: timer, left: most, since: time.Now(), cancel: cancel}
}

// end ends the request, however it went.
func (p *patience) end() {
	p.timer.Stop()
	p.cancel(nil)
}

func (p *patience) pause() {
	if p.timer.Stop() {
		p.left -= time.Since(p.since)
	} else {
		p.left = 0
	}
}

func (p *patience) goOn() {
	p.since = time.Now()
	p.timer.Reset(max(p.left, 0))
}
