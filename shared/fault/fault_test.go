package fault_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"omniops/shared/fault"
)

func TestKindSurvivesWrapping(t *testing.T) {
	cause := errors.New("socket closed")
	err := fmt.Errorf("read settings: %w", fault.After(fault.Unavailable, "Try again soon.", 3*time.Second, cause))
	if fault.KindOf(err) != fault.Unavailable || fault.Detail(err) != "Try again soon." || fault.RetryAfter(err) != 3*time.Second {
		t.Errorf("got %v, %q, %v", fault.KindOf(err), fault.Detail(err), fault.RetryAfter(err))
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
}

func TestUnclassifiedErrorIsHidden(t *testing.T) {
	err := errors.New("pq: password is hunter2")
	if fault.KindOf(err) != fault.Internal || fault.Detail(err) != "" {
		t.Errorf("got %v, %q", fault.KindOf(err), fault.Detail(err))
	}
	if got := fault.Detail(fault.E(fault.Internal, "the table is gone", err)); got != "" {
		t.Errorf("an Internal detail reached the caller: %q", got)
	}
}

func TestRetryable(t *testing.T) {
	for kind, want := range map[fault.Kind]bool{
		fault.Internal: true, fault.Conflict: true, fault.RateLimited: true, fault.Unavailable: true,
		fault.Invalid: false, fault.Unauthenticated: false, fault.Forbidden: false, fault.NotFound: false, fault.TooLarge: false,
	} {
		if kind.Retryable() != want {
			t.Errorf("%v.Retryable() = %v", kind, !want)
		}
	}
}
