package main

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestQuantile(t *testing.T) {
	hundred := make(sample, 100)
	for i := range hundred {
		hundred[i] = time.Duration(100 - i) // out of order
	}
	for name, tc := range map[string]struct {
		sample sample
		q      float64
		want   time.Duration
	}{
		"median of five":     {sample{5, 1, 4, 2, 3}, 0.5, 3},
		"median of four":     {sample{4, 3, 2, 1}, 0.5, 2},
		"p99 of a hundred":   {hundred, 0.99, 99},
		"p99 of ten":         {hundred[:10], 0.99, 100},
		"least":              {hundred, 0, 1},
		"most":               {hundred, 1, 100},
		"one value":          {sample{7}, 0.99, 7},
		"nothing":            {nil, 0.5, 0},
		"quartile of twelve": {hundred[88:], 0.25, 3},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.sample.quantile(tc.q); got != tc.want {
				t.Errorf("got %d, want %d", got, tc.want)
			}
		})
	}
}

// A quantile is a value of the sample, grows with q, and the sample stays as it is.
func TestQuantileLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sample(rapid.SliceOfN(rapid.Map(rapid.Int64Range(0, 1e9), func(n int64) time.Duration { return time.Duration(n) }), 1, 50).Draw(t, "sample"))
		before := slices.Clone(s)
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		q := rapid.Float64Range(p, 1).Draw(t, "q")
		if !slices.Contains(s, s.quantile(p)) || s.quantile(p) > s.quantile(q) || !slices.Equal(before, s) {
			t.Fatalf("%v: %v at %v, %v at %v", s, s.quantile(p), p, s.quantile(q), q)
		}
		if s.spread() < 0 || s.less(3).median() != s.median()-3 {
			t.Fatalf("%v: spread %v", s, s.spread())
		}
	})
}

func TestInterleave(t *testing.T) {
	var order strings.Builder
	step := func(name string, d time.Duration) measure {
		return func() (time.Duration, error) { order.WriteString(name); return d, nil }
	}
	got, err := interleave(3, step("A", 1), step("B", 2))
	if err != nil || order.String() != "ABABAB" || !slices.Equal(got[0], sample{1, 1, 1}) || !slices.Equal(got[1], sample{2, 2, 2}) {
		t.Errorf("%s %v %v", &order, got, err)
	}
	broken := errors.New("broken")
	if _, err := interleave(1, func() (time.Duration, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("error = %v", err)
	}
}

func TestDrowned(t *testing.T) {
	for _, tc := range []struct {
		value, noise time.Duration
		want         bool
	}{{100, 1000, false}, {99, 1000, true}, {1, 0, false}, {0, 0, true}, {-5, 10, true}} {
		if got := drowned(tc.value, tc.noise); got != tc.want {
			t.Errorf("%d in a noise of %d: %v", tc.value, tc.noise, got)
		}
	}
}

func TestLine(t *testing.T) {
	full := Result{ID: "P3", Value: parts(1.234, 12.34), Unit: "ms", Ratio: times(1.5), Target: "<=3/<=10", Floor: "0.29", Moonshot: "1/3"}
	full.need("p50", 1.2, 3, 1)
	full.need("p99", 9, 10, 3)
	late := full
	late.need("p99 again", 12.34, 10, 3)
	far := Result{ID: "P9"}
	far.need("ratio", 1, 2, 1.5)
	odd := Result{ID: "P8", Value: "two words"}
	odd.need("nothing", math.NaN(), 1, 1)
	small := Result{ID: "P7"}
	small.valid(9, 100)
	for name, tc := range map[string]struct {
		result  Result
		line    string
		remarks string
	}{
		"pass":         {full, "P3 1.23/12.3 ms 1.50x <=3/<=10 0.29 PASS", ""},
		"fail":         {late, "P3 1.23/12.3 ms 1.50x <=3/<=10 0.29 FAIL", "# P3 FAIL: p99 again is 12.3, the target is 10.0"},
		"moonshot":     {far, "P9 - - - - - PASS", "# P9 moonshot reached: "},
		"no number":    {odd, "P8 twowords - - - - FAIL", "# P8 FAIL: nothing is -, the target is 1.00"},
		"invalid":      {small, "P7 - - - - - FAIL", "# P7 FAIL: invalid: 9ns is less than a tenth of the noise, 100ns"},
		"not measured": {unmeasured("P1", errors.New("no\n  go")), "P1 - - - - - FAIL", "# P1 FAIL: not measured: no go"},
	} {
		t.Run(name, func(t *testing.T) {
			r := tc.result.judged()
			if got := r.Line(); got != tc.line {
				t.Errorf("line %q, want %q", got, tc.line)
			}
			if got := strings.Join(r.Remarks(), "\n"); got != tc.remarks {
				t.Errorf("remarks %q, want %q", got, tc.remarks)
			}
		})
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.00123456: "0.00123", 0.5: "0.50", 1: "1.00", 12.345: "12.3", 123.4: "123", 50_000: "50000", -2: "-2.00", math.Inf(1): "-",
	} {
		if got := number(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}

// The prices give the floor and the target that were set with them.
func TestBill(t *testing.T) {
	for name, tc := range map[string]struct {
		bill bill
		want float64
	}{
		"floor":  {bill{write: 2, read: 0.5, memoryMB: 128, out: 4800, stored: 1070}, 0.0124},
		"target": {bill{write: 3, read: 1.5, memoryMB: 256, log: 100, out: 5900, stored: 1070}, 0.0187},
	} {
		if got := tc.bill.total(); math.Abs(got-tc.want) > 0.03*tc.want {
			t.Errorf("%s: $%.5f per 1,000 turns, want $%.4f", name, got, tc.want)
		}
	}
}

// A site of n passages has what was asked for, and the same each time.
func TestCorpus(t *testing.T) {
	a, questions := corpus(40)
	b, _ := corpus(40)
	if len(a) != 40 || len(questions) == 0 || a[39].Text != b[39].Text || a[39].ID == a[38].ID {
		t.Errorf("%d passages, %d questions", len(a), len(questions))
	}
}

func TestReadStat(t *testing.T) {
	pid, parent, spent, err := readStat("42 (a (b) c) S 7 42 42 0 -1 4194304 1 0 0 0 31 12 0 0 20 0 1 0 5 6 7")
	if err != nil || pid != 42 || parent != 7 || spent != 430*time.Millisecond {
		t.Errorf("%d %d %v %v", pid, parent, spent, err)
	}
	for _, line := range []string{"", "42", "42 (a) S", "x (a) S 7 42 42 0 -1 4194304 1 0 0 0 31 12"} {
		if _, _, _, err := readStat(line); err == nil {
			t.Errorf("%q was read", line)
		}
	}
}
