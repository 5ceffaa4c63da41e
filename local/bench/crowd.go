package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// crowdLimit is the longest that the crowd chats in one round.
const crowdLimit = 60 * time.Second

// crowd is P8: two hundred shoppers who chat at once, against one shopper alone.
// The model thinks for about 0.8 s, so that they offer 250 turns a second, and
// then sends its answer token by token without a pause: what a token costs on
// its way is P7's matter. Every turn under way has an instance of its own, as on
// Lambda; but all of them, the stand-ins and the shoppers share this machine.
func (b *bench) crowd() ([]Result, error) {
	s, err := b.system()
	if err != nil {
		return nil, err
	}
	t, err := b.turns()
	if err != nil {
		return nil, err
	}
	people, turns, alone := b.size(200, 20), b.size(10_000, 200), b.size(100, 10)
	think := time.Duration(b.size(790, 150)) * time.Millisecond
	s.model.think.Store(int64(think))
	defer s.model.think.Store(0)
	b.say(fmt.Sprintf("starting %d instances", people))
	// Starting instances is P1's matter, so they are started before.
	for range 2 {
		if warm := s.press(b.ctx, people, 2*people, 40*time.Millisecond*time.Duration(people)); warm.failed > 0 {
			return nil, fmt.Errorf("while instances started: %d of %d turns failed: %w", warm.failed, 2*people, warm.err)
		}
	}
	var one, many pressed
	start, cpu := s.count(), cpuTimes()
	const rounds = 2
	for range rounds {
		one.add(s.press(b.ctx, 1, alone/rounds, 0))
		many.add(s.press(b.ctx, people, turns/rounds, think))
	}
	cpu = cpuTimes().since(cpu, len(one.own)+len(many.own))
	used := s.count().since(start, float64(len(one.own)+len(many.own)))
	if err := b.ctx.Err(); err != nil {
		return nil, err
	}
	a, c := one.own.less(t.standIn), many.own.less(t.standIn)
	x := ratio(c.p99(), a.p99())
	r := Result{
		ID: "P8", Value: parts(ms(c.p99()), ms(a.p99())), Unit: fmt.Sprintf("ms(p99@%d/p99@1)", people), Ratio: times(x),
		Target: "<=25ms/<=4x", Floor: "25%of2cores", Moonshot: "<=10ms/<=2x",
		Numbers: map[string]float64{
			"p50_ms": ms(c.median()), "p99_ms": ms(c.p99()), "p50_alone_ms": ms(a.median()), "p99_alone_ms": ms(a.p99()),
			"turns": float64(len(c)), "turns_per_s": float64(len(c)) / many.took.Seconds(), "errors": float64(one.failed + many.failed),
			"function_cpu_ms": ms(cpu.functions), "own_cpu_ms": ms(cpu.own),
		},
	}
	t.note(&r)
	r.note("%d turns by %d shoppers at once, %s turns/s, %d errors; p50 %s ms, alone %s ms (%d turns)",
		len(c), people, number(float64(len(c))/many.took.Seconds()), one.failed+many.failed, number(ms(c.median())), number(ms(a.median())), len(a))
	r.note("CPU per turn: functions %s ms, this process (stand-ins and shoppers) %s ms, of %d cores for all",
		number(ms(cpu.functions)), number(ms(cpu.own)), runtime.NumCPU())
	r.note("calls per turn over many instances %v WRU/RRU/calls/KMS, S3 %s", used, number(used.objects))
	r.need("p99", ms(c.p99()), 25, 10)
	r.need("ratio", x, 4, 2)
	r.need("turns short of what is asked", float64(turns-len(c)-many.failed), 0, 0)
	r.need("errors", float64(one.failed+many.failed), 0, 0)
	if one.err == nil {
		one.err = many.err
	}
	if one.err != nil {
		r.note("the first error: %.300s", one.err.Error())
	}
	r.valid(c.p99(), t.hello.spread())
	return []Result{r}, nil
}

// pressed is what came of many turns.
type pressed struct {
	own    sample // without the model's time
	took   time.Duration
	failed int
	err    error // the first
}

func (p *pressed) add(q pressed) {
	p.own = append(p.own, q.own...)
	p.took += q.took
	p.failed += q.failed
	if p.err == nil {
		p.err = q.err
	}
}

// press has so many shoppers take so many turns between them. They come one
// after the other, within the given time, and stop after crowdLimit.
func (s *system) press(ctx context.Context, people, turns int, within time.Duration) pressed {
	var (
		out   pressed
		mu    sync.Mutex
		left  atomic.Int64
		group sync.WaitGroup
	)
	left.Store(int64(turns))
	began := time.Now()
	for i := range people {
		group.Go(func() {
			time.Sleep(within * time.Duration(i) / time.Duration(people))
			person := s.newShopper()
			for left.Add(-1) >= 0 && ctx.Err() == nil && time.Since(began) < crowdLimit {
				t, err := person.ask(ctx)
				mu.Lock()
				if err == nil {
					out.own = append(out.own, t.own())
				} else {
					out.failed++
					if out.err == nil {
						out.err = err
					}
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	out.took = time.Since(began)
	return out
}
