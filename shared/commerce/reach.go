package commerce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"omniops/shared/fault"
)

// reachFor is how long a shop that cannot be reached is tried for an action, from
// when it was last decided on. Then a person is told.
const reachFor = 15 * time.Minute

// outOfReach reports whether a shop turned us away before it did anything: its
// merchant must connect it again, or allow what is asked.
func outOfReach(err error) bool {
	return errors.Is(err, ErrDisconnected) || errors.Is(err, ErrNoAccess)
}

// passes reports whether a failure to reach the shop is worth another try.
func (s *Actions) passes(d details, err error) bool {
	since := s.table.Now().Sub(d.Decisions[len(d.Decisions)-1].At)
	return fault.KindOf(err).Retryable() && since < reachFor
}

// unanswered takes an action on whose shop does not say whether it has been done.
// An error is one that may pass.
func (s *Actions) unanswered(ctx context.Context, task Task, item actionItem, d details, cause error) (actionItem, details, error) {
	switch {
	case s.passes(d, cause):
		return item, d, fmt.Errorf("look for action %s: %w", task.Action, cause)
	case item.Attempts > 0:
		return s.end(ctx, task, item, d, Unknown)
	}
	return s.strand(ctx, task, item, d, cause)
}

// strand takes an action on that nothing has been done of, as its shop cannot be
// reached: a person decides about it once it can be. Where the order is gone there
// is nothing to decide.
func (s *Actions) strand(ctx context.Context, task Task, item actionItem, d details, cause error) (actionItem, details, error) {
	d.License, item.Attempts = nil, 0
	if fault.KindOf(cause) == fault.NotFound {
		return s.end(ctx, task, item, d, Failed)
	}
	rules, err := s.rules.Get(ctx, task.Tenant)
	if err != nil {
		return item, d, err
	}
	d.Receipt = say(d.Language, string(OutOfReach))
	if err := s.list(ctx, task, item, &d); err != nil {
		return item, d, err
	}
	d.decided(s.table.Now(), "shop", Waiting, &Verdict{Outcome: Approval, Reasons: []Reason{OutOfReach}, Version: rules.Version})
	item, err = s.move(ctx, task.Ref, item, Waiting, d)
	return item, d, err
}
