package main

import (
	"math"
	"slices"
	"time"
)

// sample is what was measured, in any order.
type sample []time.Duration

// quantile is the smallest value that at least the share q of the sample does
// not exceed (the nearest rank); 0 of an empty one.
func (s sample) quantile(q float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	rank := int(math.Ceil(q * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

func (s sample) median() time.Duration { return s.quantile(0.5) }

func (s sample) p99() time.Duration { return s.quantile(0.99) }

// spread is the distance between the quartiles: the noise of the sample.
func (s sample) spread() time.Duration { return s.quantile(0.75) - s.quantile(0.25) }

// less gives the sample with d taken off each value.
func (s sample) less(d time.Duration) sample {
	out := make(sample, len(s))
	for i, v := range s {
		out[i] = v - d
	}
	return out
}

// measure is one measurement.
type measure func() (time.Duration, error)

// interleave measures each in turn, A B A B …, n times.
func interleave(n int, each ...measure) ([]sample, error) {
	samples := make([]sample, len(each))
	for range n {
		for i, m := range each {
			d, err := m()
			if err != nil {
				return nil, err
			}
			samples[i] = append(samples[i], d)
		}
	}
	return samples, nil
}

// timed makes a measurement of work that cannot fail.
func timed(work func()) measure {
	return func() (time.Duration, error) {
		start := time.Now()
		work()
		return time.Since(start), nil
	}
}

// drowned reports whether a value is too small to tell from the noise it was
// measured in: less than a tenth of it. Such a bench is invalid.
func drowned(value, noise time.Duration) bool { return value <= 0 || value < noise/10 }

func ms(d time.Duration) float64 { return float64(d) / 1e6 }

func us(d time.Duration) float64 { return float64(d) / 1e3 }

// ratio is a over b; NaN when b is none.
func ratio(a, b time.Duration) float64 {
	if b <= 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}
