// Package pump drives functions as AWS does behind the scenes: it hands queues'
// messages to their consumers, and fires schedules when they are due.
package pump

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/local/clock"
	"omniops/local/lambda"
	"omniops/local/template"
)

// Options say what to drive.
type Options struct {
	Template  *template.Template
	AWS       aws.Config
	Functions *lambda.Runtime
	Clock     *clock.Clock
	Log       *slog.Logger // says what failed, by identifier only
}

// Pump is running.
type Pump struct {
	options Options
	queues  *sqs.Client
	stop    context.CancelFunc
	running sync.WaitGroup
}

// Start begins to drive every enabled queue and schedule of the template.
func Start(o Options) (*Pump, error) {
	ctx, stop := context.WithCancel(context.Background())
	p := &Pump{options: o, queues: sqs.NewFromConfig(o.AWS), stop: stop}
	var timers []*timer
	for _, f := range o.Template.Functions {
		for _, source := range f.Queues {
			if !source.Enabled {
				continue
			}
			c, err := p.consumer(f, source)
			if err != nil {
				stop()
				return nil, err
			}
			for range c.pollers {
				p.running.Go(func() { c.poll(ctx) })
			}
		}
		for _, s := range f.Schedules {
			if !s.Enabled {
				continue
			}
			t, err := newTimer(f.Name, s, o.Clock.Now())
			if err != nil {
				stop()
				return nil, err
			}
			timers = append(timers, t)
		}
	}
	wake := make(chan struct{}, 1)
	o.Clock.OnChange(func(time.Duration) {
		select {
		case wake <- struct{}{}:
		default:
		}
	})
	p.running.Go(func() { p.keepTime(ctx, timers, wake) })
	return p, nil
}

// keepTime fires what is due, every second and whenever the clock is moved.
func (p *Pump) keepTime(ctx context.Context, timers []*timer, wake <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-wake:
		}
		for _, t := range timers {
			event, due := t.due(p.options.Clock.Now())
			if !due {
				continue
			}
			p.running.Go(func() {
				if _, err := p.options.Functions.Invoke(ctx, t.function, event); err != nil && ctx.Err() == nil {
					p.options.Log.Error("schedule failed", "function", t.function, "schedule", t.schedule.Name, "error", err)
				}
			})
		}
	}
}

// Close stops driving, and waits for what is under way to notice.
func (p *Pump) Close() error {
	p.stop()
	p.running.Wait()
	return nil
}
