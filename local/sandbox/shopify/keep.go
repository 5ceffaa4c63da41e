package shopify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"omniops/local/sandbox/journal"
)

// happening is one thing that happened to the stores, and all that is needed for it to
// happen again: they are the same each time they open at the same moment.
type happening struct {
	At   time.Time
	Do   string
	Shop string          `json:",omitempty"`
	With json.RawMessage `json:",omitempty"`
}

// The kinds of happening.
const (
	didOpen        = "open"   // at At
	didCall        = "call"   // a mutation, as it was sent
	didFinish      = "finish" // of a cancellation
	didAct         = "act"    // of the staff
	didSell        = "sell"
	didEdit        = "edit"
	didRemove      = "remove"
	didUnsubscribe = "unsubscribe"
	didUninstall   = "uninstall"
	didIssue       = "issue" // of tokens
	didRevoke      = "revoke"
	didExpire      = "expire"
	didSwitch      = "switch"
	didQueue       = "queue" // of a delivery
	didTry         = "try"   // to deliver
	didNumber      = "number"
	didFound       = "found" // of a store
)

// opensAnew is after how long the stores open anew instead of where they were: an app
// sees 60 days of orders, and the newest of the demo's are to be among them.
const opensAnew = 45 * day

// issued is a pair of tokens as kept.
type issued struct {
	Access, Refresh string
	Scopes          []string
	Expires, Ends   time.Time // of the access token, which may never, and of the refresh token
}

// acted is what the staff did to an order.
type acted struct {
	Order, Act string
}

// edited is an article after a change.
type edited struct {
	Number  int64
	Article Article
}

// tried is a try to deliver a webhook.
type tried struct {
	Webhook   string
	Try       int
	Delivered bool
}

// Keep brings back what a file holds of the stores, and keeps in it what happens to
// them from now on.
func (s *Shopify) Keep(path string) error {
	kept, entries, err := journal.Open[happening](path)
	if err != nil {
		return fmt.Errorf("read the stores: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if len(entries) > 0 && entries[0].Do == didOpen && now.Sub(entries[0].At).Abs() < opensAnew {
		for _, e := range entries {
			s.at = e.At
			if err := s.again(e); err != nil {
				return fmt.Errorf("bring back the stores, at %s of %s: %w", e.Do, e.At.Format(time.RFC3339), err)
			}
		}
		s.at = time.Time{}
		s.kept = kept
		return nil
	}
	kept.Restart()
	s.kept = kept
	s.open(now)
	s.keep(didOpen, nil, nil)
	return nil
}

// Close ends keeping, and tells whether everything was kept.
func (s *Shopify) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.kept
	s.kept = nil
	return kept.Close()
}

// keep keeps what has just happened.
func (s *Shopify) keep(do string, there *shop, with any) {
	if s.kept == nil || !s.at.IsZero() {
		return
	}
	e := happening{At: s.clock(), Do: do}
	if there != nil {
		e.Shop = there.domain
	}
	if with != nil {
		e.With, _ = json.Marshal(with) // of ours
	}
	s.kept.Add(e)
}

// again has happen what is kept.
func (s *Shopify) again(e happening) error {
	there := s.shops[e.Shop]
	if there == nil && e.Do != didOpen && e.Do != didSwitch && e.Do != didTry && e.Do != didFound {
		return fmt.Errorf("there is no store %s", e.Shop)
	}
	switch e.Do {
	case didOpen:
		s.open(e.At)
	case didCall:
		return s.callAgain(there, e.With)
	case didFinish, didRemove, didUnsubscribe, didFound:
		return with(e, func(name string) {
			switch e.Do {
			case didFinish:
				if o := there.named(name); o != nil && o.cancelling != nil && !o.cancelling.done {
					(&call{Shopify: s, shop: there}).finish(o)
				}
			case didRemove:
				s.remove(there, name)
			case didUnsubscribe:
				s.unsubscribe(there, name)
			default:
				s.found(e.Shop, name)
			}
		})
	case didAct:
		return with(e, func(a acted) { (&call{Shopify: s, shop: there}).act(there.named(a.Order), a.Act) })
	case didSell:
		return with(e, func(a Article) { s.sell(there, a) })
	case didEdit:
		return with(e, func(c edited) { s.edit(there, c.Number, func(a *Article) { *a = c.Article }) })
	case didUninstall:
		s.uninstall(there)
	case didIssue:
		return with(e, func(i issued) { s.admit(there, i) })
	case didRevoke:
		s.revoke(there)
	case didExpire:
		s.expire(there)
	case didSwitch:
		return with(e, func(w Switches) { s.switches = w; s.switched() })
	case didQueue:
		return with(e, func(d Delivery) { s.queue(there, d) })
	case didTry:
		return with(e, s.triedAgain)
	case didNumber:
		there.next()
	default:
		return fmt.Errorf("nobody knows how to %s", e.Do)
	}
	return nil
}

// with reads what is kept of a happening.
func with[T any](e happening, do func(T)) error {
	var v T
	if err := json.Unmarshal(e.With, &v); err != nil {
		return err
	}
	do(v)
	return nil
}

// callAgain carries a mutation out as it was sent. What became of it then becomes of
// it now, whatever that was.
func (s *Shopify) callAgain(there *shop, body []byte) error {
	in, err := readDocument(body)
	if err != nil {
		return err
	}
	operation, x, failed := s.prepare(in.Query, in.OperationName, in.Variables)
	if failed != nil {
		return fmt.Errorf("%s", failed[0].Message)
	}
	x.allowed = func(string, string) *problem { return nil }
	call := &call{shop: there, Shopify: s, context: context.Background()} // nobody waits
	x.object(s.schema.Mutation.Name, call.mutations(), operation.SelectionSet, nil)
	return nil
}

// triedAgain takes a delivery away, or puts it off.
func (s *Shopify) triedAgain(t tried) {
	i := slices.IndexFunc(s.pending, func(d *Delivery) bool { return d.Webhook == t.Webhook && d.Try == t.Try })
	if i < 0 {
		return
	}
	d := s.pending[i]
	s.pending = slices.Delete(s.pending, i, i+1)
	if !t.Delivered {
		s.putOff(d)
	}
}
