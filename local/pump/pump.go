// Package pump drives the functions that no request calls: it polls queues as
// Lambda's event source mappings do, and fires schedules as EventBridge does.
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

// Options connect a Pump. All but Log must be set.
type Options struct {
	Template  *template.Template
	AWS       aws.Config // where SQS is
	Functions *lambda.Runtime
	Clock     *clock.Clock
	Log       *slog.Logger // silent if nil
}

// Pump is running.
type Pump struct {
	options Options
	sqs     *sqs.Client
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	timers []*timer
	failed []firing  // to be tried again
	seen   time.Time // when it last looked at the clock
}

// Start begins to poll and to watch the clock. It fails on a schedule that it
// cannot read.
func Start(o Options) (*Pump, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &Pump{options: o, sqs: sqs.NewFromConfig(o.AWS), seen: o.Clock.Now()}
	var err error
	if p.timers, err = newTimers(o.Template, p.seen); err != nil {
		return nil, err
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	queues := map[string]template.Queue{}
	for _, q := range o.Template.Queues {
		queues[q.ARN] = q
	}
	if len(p.timers) > 0 {
		o.Clock.OnChange(func(time.Duration) { p.fire() })
		p.running.Go(p.watch)
	}
	for _, f := range o.Template.Functions {
		for _, s := range f.Queues {
			if s.Enabled {
				p.running.Go(func() { p.poll(p.ctx, mapping{s, queues[s.Queue], f.Name}) })
			}
		}
	}
	return p, nil
}

// Close stops polling and firing and waits until that is so. Functions that
// are running run on; the messages they work on go back to their queue.
func (p *Pump) Close() error {
	p.mu.Lock()
	p.cancel()
	p.mu.Unlock()
	p.running.Wait()
	return nil
}
