package pump

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"omniops/local/template"
)

// retries are the waits before Lambda runs an asynchronous invocation again
// that failed.
var retries = [...]time.Duration{time.Minute, 2 * time.Minute}

// timer is one schedule of one function.
type timer struct {
	schedule   template.Schedule
	function   string // physical name
	expression expression
	due        time.Time // zero for never again
}

// firing is one time that a schedule came due, and how often it was tried.
type firing struct {
	timer   *timer
	due     time.Time
	id      string
	attempt int       // 1 for the first
	at      time.Time // when to try
}

// newTimers reads the schedules of a template.
func newTimers(t *template.Template, now time.Time) ([]*timer, error) {
	var timers []*timer
	for _, f := range t.Functions {
		for _, s := range f.Schedules {
			e, err := parseExpression(s.Expression, s.Zone, now)
			if err != nil {
				return nil, fmt.Errorf("function %s, event %s: %w", f.ID, s.Event, err)
			}
			if s.Enabled {
				tm := &timer{schedule: s, function: f.Name, expression: e}
				tm.due, _ = e(now)
				timers = append(timers, tm)
			}
		}
	}
	return timers, nil
}

// watch looks at the clock every second, until Close.
func (p *Pump) watch() {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		p.fire()
		select {
		case <-second.C:
		case <-p.ctx.Done():
			return
		}
	}
}

// fire runs what is due. A schedule whose time went by several times, because
// the clock jumped, fires once.
func (p *Pump) fire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil {
		return
	}
	now := p.options.Clock.Now()
	for _, t := range p.timers {
		if now.Before(p.seen) { // the clock was set back
			t.due, _ = t.expression(now)
		} else if !t.due.IsZero() && !now.Before(t.due) {
			p.run(firing{timer: t, due: t.due, id: newID(), attempt: 1})
			t.due, _ = t.expression(now)
		}
	}
	p.seen = now
	p.failed = slices.DeleteFunc(p.failed, func(f firing) bool {
		over := !now.Before(f.at)
		if over {
			p.run(f)
		}
		return over
	})
}

// run invokes the function in the background, and notes a failure for later.
func (p *Pump) run(f firing) {
	p.running.Go(func() {
		_, err := p.options.Functions.Invoke(p.ctx, f.timer.function, f.payload())
		if err == nil || p.ctx.Err() != nil {
			return
		}
		tried := f.attempt
		if tried <= len(retries) {
			f.at = p.options.Clock.Now().Add(retries[tried-1])
			f.attempt++
			p.mu.Lock()
			p.failed = append(p.failed, f)
			p.mu.Unlock()
		}
		p.options.Log.Error("scheduled run failed", "schedule", f.timer.schedule.Name, "attempt", tried, "error", err)
	})
}

// payload is what the schedule says, with the attributes that Scheduler fills
// in; or, if it says nothing, the default event of its service.
func (f firing) payload() []byte {
	s := f.timer.schedule
	due := f.due.UTC().Format(time.RFC3339)
	if s.Input != "" {
		return []byte(strings.NewReplacer(
			"<aws.scheduler.schedule-arn>", s.ARN, "<aws.scheduler.scheduled-time>", due,
			"<aws.scheduler.execution-id>", f.id, "<aws.scheduler.attempt-number>", strconv.Itoa(f.attempt),
		).Replace(s.Input))
	}
	// An ARN is arn:aws:service:region:account:resource.
	arn := append(strings.Split(s.ARN, ":"), make([]string, 5)...)
	event := map[string]any{
		"version": "0", "id": f.id, "detail-type": "Scheduled Event", "source": "aws.scheduler",
		"account": arn[4], "time": due, "region": arn[3], "resources": []string{s.ARN}, "detail": "{}",
	}
	if s.Rule {
		event["source"], event["detail"] = "aws.events", map[string]any{}
	}
	payload, _ := json.Marshal(event) // texts marshal
	return payload
}

// newID is a random UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
