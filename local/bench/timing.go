package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
)

// found is a shop of which nothing is asked but its orders' numbers.
type found struct {
	commerce.Platform
	candidates []commerce.Candidate
}

func (f found) Find(context.Context, commerce.Access, string) ([]commerce.Candidate, error) {
	return f.candidates, nil
}

// timing is S4: whether the time an answer takes tells what is secret. Two classes
// are timed in turn and compared by Welch's t, as dudect does: beyond 4.5 they
// differ. A wrong code for an order that exists is compared with one for an order
// that does not; a token with a wrong first byte of its MAC with one with a wrong
// last byte.
func (b *bench) timing() ([]Result, error) {
	code, err := b.codeTimes()
	if err != nil {
		return nil, err
	}
	token, err := b.tokenTimes()
	if err != nil {
		return nil, err
	}
	t := max(math.Abs(welch(code[0], code[1])), math.Abs(welch(token[0], token[1])))
	r := Result{
		ID: "S4", Value: number(t), Unit: "|t|", Target: "4.5", Floor: "0", Moonshot: "2",
		Numbers: map[string]float64{"confirm_t": welch(code[0], code[1]), "token_t": welch(token[0], token[1]), "confirm_tries": float64(len(code[0])), "token_tries": float64(len(token[0]))},
	}
	r.need("|t|", t, 4.5, 2)
	r.note("%d wrong codes and %d wrong tokens of each class, the slowest tenth of both left out", len(code[0]), len(token[0]))
	return []Result{r}, nil
}

// codeTimes tries wrong codes for orders that exist and for such that do not.
func (b *bench) codeTimes() (times [2][]float64, err error) {
	a, err := b.newArchive()
	if err != nil {
		return times, err
	}
	defer func() { _ = a.Close() }()
	verifier := commerce.NewVerifier(a.main, a.ring, []byte("bench-signing-secret-0123456789abcdef"))
	const perHour = 40 // attempts; a shop's wrong codes of an hour have a limit
	for n := range b.size(1_500, 100) {
		if n%perHour == 0 {
			a.clock.SetOffset(a.clock.Offset() + time.Hour)
		}
		var pair [2]commerce.Attempt
		for class := range pair {
			name := fmt.Sprintf("%d-%d", class, n)
			contact := commerce.Contact{Email: name + "@example.com"}
			attempt, _, err := verifier.Begin(b.ctx, refTo("timed-"+name, n), commerce.Claimed{Number: name, Contact: contact}, name)
			if err != nil {
				return times, err
			}
			shop := found{}
			if class == 0 {
				shop.candidates = []commerce.Candidate{{ID: id.Order(fmt.Sprint(n)), Number: name, Emails: []string{contact.Email}}}
			}
			if _, _, err := verifier.Match(b.ctx, attempt, shop); err != nil {
				return times, err
			}
			pair[class] = attempt
		}
		for i := range pair { // which is first changes
			class := (i + n) % 2
			began := time.Now()
			_, err := verifier.Confirm(b.ctx, pair[class], "00000000")
			times[class] = append(times[class], float64(time.Since(began)))
			if fault.KindOf(err) != fault.Forbidden {
				return times, fmt.Errorf("a wrong code: %w", err)
			}
		}
	}
	return times, nil
}

// tokenTimes checks tokens whose MAC is wrong at its beginning, and at its end.
func (b *bench) tokenTimes() (times [2][]float64, err error) {
	signer, err := seal.NewSigner([]byte("bench-signing-secret-0123456789abcdef"), "timing")
	if err != nil {
		return times, err
	}
	token, err := signer.Sign(map[string]string{"conversation": "c1"})
	if err != nil {
		return times, err
	}
	flip := func(at int) string {
		raw := []byte(token)
		if raw[at] == 'A' {
			raw[at] = 'B'
		} else {
			raw[at] = 'A'
		}
		return string(raw)
	}
	dot := slices.Index([]byte(token), '.')
	wrong := [2]string{flip(dot + 1), flip(len(token) - 2)}
	const each = 20 // checks in one measurement
	var claims map[string]string
	for n := range b.size(50_000, 2_000) {
		for i := range wrong {
			class := (i + n) % 2
			began := time.Now()
			for range each {
				if signer.Verify(wrong[class], &claims) == nil {
					return times, fmt.Errorf("a wrong token was taken")
				}
			}
			times[class] = append(times[class], float64(time.Since(began)))
		}
	}
	return times, nil
}

// welch gives Welch's t of two samples without the slowest tenth of both together.
func welch(a, b []float64) float64 {
	all := slices.Sorted(slices.Values(slices.Concat(a, b)))
	cut := all[len(all)*9/10]
	stats := func(sample []float64) (mean, variance, n float64) {
		for _, v := range sample {
			if v < cut {
				mean += v
				n++
			}
		}
		mean /= n
		for _, v := range sample {
			if v < cut {
				variance += (v - mean) * (v - mean)
			}
		}
		return mean, variance / (n - 1), n
	}
	ma, va, na := stats(a)
	mb, vb, nb := stats(b)
	return (ma - mb) / math.Sqrt(va/na+vb/nb)
}
