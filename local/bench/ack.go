package main

import (
	"time"

	"golang.org/x/sync/errgroup"
)

// ack measures how long the sender of a delivery waits for its answer, and how many
// a second are taken. post sends one of its own; the function's own program runs
// behind the gateway.
func (b *bench) ack(id string, post measure) ([]Result, error) {
	var one sample
	for i := range b.size(600, 60) {
		took, err := post()
		if err != nil {
			return nil, err
		}
		if i >= 20 { // the first ones start the instance
			one = append(one, took)
		}
	}
	deliveries, senders := b.size(4000, 200), 8
	var group errgroup.Group
	began, cpu := time.Now(), cpuTimes()
	for range senders {
		group.Go(func() error {
			for range deliveries / senders {
				if _, err := post(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	rate := float64(deliveries) / time.Since(began).Seconds()
	own := cpuTimes().since(cpu, deliveries).functions
	perCore := 1 / own.Seconds() // what the function's own processes take; the rest is stand-ins and senders
	r := Result{
		ID: id, Value: parts(ms(one.p99()), perCore), Unit: "ms(p99)/events/s/core", Ratio: "-", Target: "<=5/>=1000", Floor: "2calls", Moonshot: "2/3000",
		Numbers: map[string]float64{"p50_ms": ms(one.median()), "p99_ms": ms(one.p99()), "events_per_s": rate, "events_per_s_per_core": perCore, "function_cpu_us": us(own)},
	}
	r.note("%s: %d deliveries one by one, then %d by %d senders; a delivery takes the function %s of CPU; the gateway, the queue and the senders share the machine", id, len(one), deliveries, senders, own)
	r.need("p99 in ms", ms(one.p99()), 5, 2)
	r.need("1,000 events a second and core, over those taken", 1000/perCore, 1, 1.0/3)
	return []Result{r}, nil
}
