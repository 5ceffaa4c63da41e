package crawl

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Large pages take turns at the memory for them, and none of them loses its own
// time by waiting, but does by dawdling.
func TestLargePagesTakeTurns(t *testing.T) {
	const most = 4 * smallBody
	text := strings.Repeat("lid ", 3*smallBody/4)
	synctest.Test(t, func(t *testing.T) {
		bodies := newBodies(2)
		read := func(b *body, p *patience, ctx context.Context) chan string {
			done := make(chan string, 1)
			go func() {
				got, err := b.read(ctx, strings.NewReader(text), most, p)
				if err != nil {
					t.Error(err)
				}
				done <- string(got)
			}()
			return done
		}
		after := func(d time.Duration) { <-time.After(d) } // on the bubble's clock

		first, second := bodies.take(), bodies.take()
		ctx1, p1 := withPatience(t.Context(), time.Second)
		if got := <-read(first, p1, ctx1); got != text {
			t.Errorf("the first came as %d bytes", len(got))
		}
		p1.end()

		ctx2, p2 := withPatience(t.Context(), time.Second)
		defer p2.end()
		waits := read(second, p2, ctx2)
		after(time.Hour)
		select {
		case <-waits:
			t.Error("two large pages are in memory")
		default:
		}
		first.giveBack()
		if got := <-waits; got != text || ctx2.Err() != nil {
			t.Errorf("the second came as %d bytes, and its time is up: %v", len(got), ctx2.Err())
		}
		after(2 * time.Second)
		if !errors.Is(context.Cause(ctx2), errPatience) {
			t.Errorf("a slow page has %v", context.Cause(ctx2))
		}
		second.giveBack()
	})
}

// Whoever waits for memory stops waiting when the crawl ends.
func TestLargePageOfACrawlThatEnds(t *testing.T) {
	bodies := newBodies(2)
	text := strings.Repeat("lid ", 3*smallBody/4)
	first, second := bodies.take(), bodies.take()
	ctx, cancel := context.WithCancel(t.Context())
	one, p := withPatience(ctx, time.Hour)
	defer p.end()
	if _, err := first.read(one, strings.NewReader(text), 4*smallBody, p); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := second.read(one, strings.NewReader(text), 4*smallBody, p); !errors.Is(err, context.Canceled) {
		t.Errorf("it waited: %v", err)
	}
	if a := (answer{}).failed(one, context.Canceled); !a.stopped || a.reason != "" {
		t.Errorf("the page is %+v, not left for later", a)
	}
}
