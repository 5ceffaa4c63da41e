package shopify

import "time"

// Condition is what state a store is in.
type Condition string

// The conditions.
const (
	Trading Condition = ""
	Frozen  Condition = "frozen" // has not paid: 402
	Locked  Condition = "locked" // 423
)

// Switches change how the service behaves, for all stores. The zero Switches are
// not the normal ones.
type Switches struct {
	Shop          Condition
	ProtectedData int           // level of protected customer data the app is approved for: 0, 1 or 2
	JobLooks      int           // how often a job is looked at before it is done, if its time has not come
	JobTime       time.Duration // after which a job is done anyway
	Bucket        int           // points the app may save up
	Restore       int           // points a second
	WebhookCopies int           // how many times each webhook is delivered; 0 and 1 are once
	WebhookDelay  time.Duration // before the first delivery
	Reorder       bool          // deliver the webhooks that are due newest first
	CancelFails   bool          // a cancellation is accepted and its job fails
	Version       string        // that answers say they are in; empty is the one that is spoken
}

func defaults() Switches {
	return Switches{ProtectedData: 2, JobLooks: 1, JobTime: time.Second, Bucket: 2000, Restore: 100}
}

// Switch changes the switches.
func (s *Shopify) Switch(change func(*Switches)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.switches)
	s.switched()
	s.keep(didSwitch, nil, s.switches)
}

// switched lets the stores know.
func (s *Shopify) switched() {
	for _, there := range s.shops {
		there.bucket.capacity, there.bucket.restore = float64(s.switches.Bucket), float64(s.switches.Restore)
	}
}

// Reset puts the switches back to normal.
func (s *Shopify) Reset() { s.Switch(func(w *Switches) { *w = defaults() }) }
