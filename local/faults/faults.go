// Package faults makes the local cloud fail on purpose: a set of rules says
// which service and operation is throttled, answers with an error, loses its
// answer, is slow, or loses its connection. All stand-ins share one Set, so
// one place, /_faults, shows and changes what is broken.
package faults

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Kind is how a request fails.
type Kind string

const (
	// Throttle answers with the service's "too many requests".
	Throttle Kind = "throttle"
	// Error answers with the service's internal error; nothing was done.
	Error Kind = "error"
	// AppliedThenError does the work, discards the answer and then reports the
	// internal error: what a caller sees when the answer is lost.
	AppliedThenError Kind = "applied-then-error"
	// Delay waits before the request is handled as usual.
	Delay Kind = "delay"
	// Cut closes the connection without an answer; nothing was done.
	Cut Kind = "cut"
	// Conflict lets the service report a conflict with another request, where
	// it has such an answer (DynamoDB transactions); others ignore it.
	Conflict Kind = "conflict"
)

// Rule is one thing that goes wrong.
type Rule struct {
	Service   string        // name of a stand-in, such as "dynamodb"; "" and "*" mean all
	Operation string        // name of an operation, such as "PutItem"; "" and "*" mean all
	Kind      Kind          // what happens
	Rate      float64       // share of the matching requests that are hit, up to 1; 0 means all
	Count     int           // hits left, after which the rule is gone; 0 means no limit
	Delay     time.Duration // how long Delay waits
}

// wireRule is a Rule as JSON, with the delay as a Go duration ("250ms").
type wireRule struct {
	Service   string  `json:"service,omitempty"`
	Operation string  `json:"operation,omitempty"`
	Kind      Kind    `json:"kind"`
	Rate      float64 `json:"rate,omitempty"`
	Count     int     `json:"count,omitempty"`
	Delay     string  `json:"delay,omitempty"`
}

// MarshalJSON writes the rule as {service, operation, kind, rate, count, delay}.
func (r Rule) MarshalJSON() ([]byte, error) {
	w := wireRule{Service: r.Service, Operation: r.Operation, Kind: r.Kind, Rate: r.Rate, Count: r.Count}
	if r.Delay != 0 {
		w.Delay = r.Delay.String()
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON writes and refuses a rule that makes no sense.
func (r *Rule) UnmarshalJSON(data []byte) error {
	var w wireRule
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	read := Rule{Service: w.Service, Operation: w.Operation, Kind: w.Kind, Rate: w.Rate, Count: w.Count}
	if w.Delay != "" {
		d, err := time.ParseDuration(w.Delay)
		if err != nil {
			return fmt.Errorf("delay: %w", err)
		}
		read.Delay = d
	}
	if err := read.check(); err != nil {
		return err
	}
	*r = read
	return nil
}

func (r Rule) check() error {
	switch r.Kind {
	case Throttle, Error, AppliedThenError, Cut, Conflict:
	case Delay:
		if r.Delay <= 0 {
			return fmt.Errorf("a %s rule needs a delay", Delay)
		}
	default:
		return fmt.Errorf("kind %q is none of %s, %s, %s, %s, %s, %s",
			r.Kind, Throttle, Error, AppliedThenError, Delay, Cut, Conflict)
	}
	if !(r.Rate >= 0 && r.Rate <= 1) || r.Count < 0 {
		return fmt.Errorf("rate must be within 0 and 1 and count not negative")
	}
	return nil
}

func (r Rule) matches(service, operation string) bool {
	return (r.Service == "" || r.Service == "*" || r.Service == service) &&
		(r.Operation == "" || r.Operation == "*" || r.Operation == operation)
}

// Set is the rules in force. The zero Set has none and is ready to use, a nil
// Set never fails anything, and all methods may be called concurrently.
type Set struct {
	mu     sync.Mutex
	rules  []Rule
	random *rand.Rand
}

// New makes an empty set whose rates fall the same way for the same seed.
func New(seed uint64) *Set {
	return &Set{random: rand.New(rand.NewPCG(seed, seed))}
}

// Replace puts these rules in force instead of the present ones.
func (s *Set) Replace(rules ...Rule) error {
	for i, r := range rules {
		if err := r.check(); err != nil {
			return fmt.Errorf("rule %d: %w", i, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append([]Rule{}, rules...)
	return nil
}

// Clear puts no rule in force.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// Rules are the rules in force, each with the hits it has left.
func (s *Set) Rules() []Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Rule{}, s.rules...)
}

// Pick decides what happens to one request: how long it waits, and then the
// kind of the first other rule that hits, or "" when it is handled as usual.
// It counts the hits.
func (s *Set) Pick(service, operation string) (wait time.Duration, kind Kind) {
	if s == nil {
		return 0, ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.rules[:0]
	for _, r := range s.rules {
		if kind == "" && r.matches(service, operation) && s.falls(r.Rate) {
			if r.Kind == Delay {
				wait += r.Delay
			} else {
				kind = r.Kind
			}
			if r.Count == 1 {
				continue
			}
			r.Count = max(r.Count-1, 0)
		}
		kept = append(kept, r)
	}
	s.rules = kept
	return wait, kind
}

func (s *Set) falls(rate float64) bool {
	if rate == 0 || rate == 1 {
		return true
	}
	if s.random == nil {
		s.random = rand.New(rand.NewPCG(1, 1))
	}
	return s.random.Float64() < rate
}
