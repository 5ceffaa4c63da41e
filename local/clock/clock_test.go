package clock_test

import (
	"testing"
	"time"

	"omniops/local/clock"
)

func TestMovedClock(t *testing.T) {
	start := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	c := clock.Fixed(start)
	var told time.Duration
	c.OnChange(func(d time.Duration) { told = d })
	c.SetOffset(90 * 24 * time.Hour)
	if want := start.Add(2160 * time.Hour); !c.Now().Equal(want) {
		t.Errorf("Now() = %v, want %v", c.Now(), want)
	}
	if told != 2160*time.Hour || c.Offset() != told {
		t.Errorf("told %v, offset %v", told, c.Offset())
	}
}
