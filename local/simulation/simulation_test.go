package simulation

import (
	"flag"
	"testing"
)

var (
	seeds = flag.Int("seeds", 6, "how many seeds to run")
	first = flag.Uint64("seed", 1, "the first seed; with -seeds=1 it runs one again")
)

// TestSimulation runs shoppers against the chat path while DynamoDB, KMS and the
// model fail as each seed decides, and holds the invariants after every step. A
// failure names its seed.
func TestSimulation(t *testing.T) {
	for n := range uint64(*seeds) {
		seed := *first + n
		w := newWorld(t, seed)
		if err := w.run(steps); err != nil {
			t.Errorf("seed %d: %v\ntrace:\n%s", seed, err, w.trace())
		}
		w.close()
	}
}

// TestSameSeedSameTrace holds that a failure can be run again.
func TestSameSeedSameTrace(t *testing.T) {
	var traces [2]string
	for i := range traces {
		w := newWorld(t, 7)
		if err := w.run(steps); err != nil {
			t.Fatal(err)
		}
		traces[i] = w.trace()
		w.close()
	}
	if traces[0] != traces[1] {
		t.Errorf("the same seed went two ways:\n%s\n---\n%s", traces[0], traces[1])
	}
}
