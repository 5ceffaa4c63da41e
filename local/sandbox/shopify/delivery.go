package shopify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// How patient Shopify is (Webhooks over HTTPS, read 2026-11-23).
const (
	connectWithin = time.Second
	answerWithin  = 5 * time.Second
)

// gaps are the waits before the eight retries: four hours in all.
var gaps = []time.Duration{time.Minute, 3 * time.Minute, 8 * time.Minute, 18 * time.Minute, 30 * time.Minute, 45 * time.Minute, time.Hour, 75 * time.Minute}

// Delivery is one try, or the next one, to deliver a webhook.
type Delivery struct {
	Event       string // the same for all deliveries of one event
	Webhook     string // the same for all tries of one delivery
	Shop, Topic string
	URI         string
	Body        string
	TriggeredAt time.Time
	Due         time.Time
	Try         int // from 0
	At          time.Time
	Status      int    // of the answer; 0 if there was none
	Error       string // why there was none

	subscription *subscription
}

// Flush delivers what is due, and gives what came of it. What failed is tried
// again when its time has come.
func (s *Shopify) Flush(ctx context.Context) []Delivery {
	s.mu.Lock()
	now := s.clock()
	var due []*Delivery
	s.pending = slices.DeleteFunc(s.pending, func(d *Delivery) bool {
		if d.Due.After(now) {
			return false
		}
		due = append(due, d)
		return true
	})
	slices.SortStableFunc(due, func(a, b *Delivery) int { return a.Due.Compare(b.Due) })
	if s.switches.Reorder {
		slices.Reverse(due)
	}
	s.mu.Unlock()

	var done []Delivery
	for _, d := range due {
		s.deliver(ctx, d)
		d.At = now
		s.mu.Lock()
		s.done = append(s.done, *d)
		if len(s.done) > 2000 {
			s.done = slices.Clone(s.done[1000:])
		}
		s.keep(didTry, nil, tried{d.Webhook, d.Try, d.Status/100 == 2})
		if d.Status/100 != 2 {
			s.putOff(d)
		}
		s.mu.Unlock()
		done = append(done, *d)
	}
	return done
}

// putOff puts a failed delivery back, or gives up on it and on its subscription.
func (s *Shopify) putOff(d *Delivery) {
	if d.Try >= len(gaps) {
		if there := s.shops[d.Shop]; d.subscription != nil {
			there.subscriptions = slices.DeleteFunc(there.subscriptions, func(u *subscription) bool { return u == d.subscription })
		}
		return
	}
	next := *d
	next.Due = s.clock().Add(gaps[d.Try])
	next.Try, next.Status, next.Error = d.Try+1, 0, ""
	s.pending = append(s.pending, &next)
}

// deliver posts a webhook.
func (s *Shopify) deliver(ctx context.Context, d *Delivery) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.destination(d.URI), bytes.NewReader([]byte(d.Body)))
	if err != nil {
		d.Error = err.Error()
		return
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Shopify-Captain-Hook")
	for name, value := range map[string]string{
		"X-Shopify-Topic": d.Topic, "X-Shopify-Hmac-Sha256": signBody(s.options.ClientSecret, []byte(d.Body)), "X-Shopify-Shop-Domain": d.Shop, "X-Shopify-API-Version": Version,
		"X-Shopify-Webhook-Id": d.Webhook, "X-Shopify-Event-Id": d.Event, "X-Shopify-Triggered-At": d.TriggeredAt.UTC().Format(time.RFC3339Nano),
	} {
		r.Header.Set(name, value)
	}
	if d.subscription != nil && d.subscription.name != "" {
		r.Header.Set("X-Shopify-Name", d.subscription.name)
	}
	answer, err := s.options.Client.Do(r)
	if err != nil {
		d.Error = fmt.Sprintf("no answer: %v", err)
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20)) // only the status counts
	_ = answer.Body.Close()
	d.Status = answer.StatusCode
}

// destination is where an address leads from here.
func (s *Shopify) destination(uri string) string {
	to, err := url.Parse(uri)
	if err != nil || s.options.App == "" {
		return uri
	}
	return strings.TrimSuffix(s.options.App, "/") + to.RequestURI()
}

// Pending lists the deliveries that are not yet due.
func (s *Shopify) Pending() (all []Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.pending {
		all = append(all, *d)
	}
	return all
}

// Deliveries lists the tries so far, oldest first.
func (s *Shopify) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.done)
}
