package main

import (
	"bytes"
	"errors"
	"time"

	"omniops/shared/knowledge/index"
)

// chunkBytes is the least that is looked at per passage: a signature of 512
// bits. Reading as much memory is the floor of a search.
const chunkBytes = 64

// search is P11 and P13.
func (b *bench) search() ([]Result, error) {
	find := Result{
		ID: "P11", Unit: "us/us/B(p50/p99/chunk@10k)", Target: "<=600/<=1000/-", Floor: "53us", Moonshot: "<=250/-/<=400",
		Numbers: map[string]float64{},
	}
	load := Result{ID: "P13", Unit: "ms/10kchunks", Target: "<=20ms", Floor: "1ms", Moonshot: "<=2ms", Numbers: map[string]float64{}}
	clock := b.clockNoise()
	for _, n := range []int{1_000, 10_000, b.size(50_000, 20_000)} {
		b.say("an index of " + number(float64(n)) + " passages")
		m, err := b.indexOf(n)
		if err != nil {
			return nil, err
		}
		name := number(float64(n))
		find.note("%s chunks: %s us p50/p99, %s B/chunk with its text, scanning %d B/chunk %s us; first search after opening %s us",
			name, parts(us(m.search.median()), us(m.search.p99())), number(m.bytes), chunkBytes, number(us(m.scan.median())), number(us(m.first.median())))
		load.note("%s chunks: open %s ms, copying the %s MB %s ms", name, number(ms(m.open.median())), number(m.size/1e6), number(ms(m.copy.median())))
		find.Numbers["p50_us_"+name], find.Numbers["p99_us_"+name], find.Numbers["bytes_"+name] = us(m.search.median()), us(m.search.p99()), m.bytes
		per10k := ms(m.open.median()) * 10_000 / float64(n)
		load.Numbers["ms_per_10k_"+name] = per10k
		if n != 10_000 {
			continue
		}
		find.Value, find.Ratio = parts(us(m.search.median()), us(m.search.p99()), m.bytes), times(ratio(m.search.median(), m.scan.median()))
		find.need("p50 @10k", us(m.search.median()), 600, 250)
		find.need("p99 @10k", us(m.search.p99()), 1000, 1000)
		find.short = find.short || m.bytes > 400
		find.valid(m.search.median(), clock)
		load.Value, load.Ratio = number(per10k), times(ratio(m.open.median(), m.copy.median()))
		load.need("ms", per10k, 20, 2)
		load.valid(m.open.median(), clock)
	}
	find.note("stand-in clock %s us is the noise; recall@10 n/a: answers are found by words, no vectors are approximated", number(us(clock)))
	load.note("each open is of a fresh copy; the ratio is to making that copy")
	return []Result{find, load}, nil
}

// clockNoise is what timing nothing varies by, or the clock's own step.
func (b *bench) clockNoise() time.Duration {
	got, _ := interleave(1000, timed(func() {})) // cannot fail
	return max(got[0].spread(), got[0].median())
}

// indexTimes is what was measured of one index.
type indexTimes struct {
	search, scan, first, open, copy sample
	size, bytes                     float64 // of the index; of it per passage, the compressed texts included
}

func (b *bench) indexOf(n int) (indexTimes, error) {
	passages, questions := corpus(n)
	blob, err := index.Build(b.ctx, passages, index.Options{})
	if err != nil {
		return indexTimes{}, err
	}
	m := indexTimes{size: float64(len(blob)), bytes: float64(len(blob)) / float64(n)}
	var fresh []byte
	var ix *index.Index
	asked := 0
	ask := func() (time.Duration, error) {
		q := index.Query{Text: questions[asked%len(questions)], Language: "en", Limit: 10}
		asked++
		began := time.Now()
		hits := ix.Search(q)
		took := time.Since(began)
		if len(hits) == 0 {
			return took, errors.New("a question about the site found nothing")
		}
		return took, nil
	}
	got, err := interleave(b.size(30, 5),
		timed(func() { fresh = bytes.Clone(blob) }),
		func() (time.Duration, error) {
			began := time.Now()
			opened, err := index.Open(fresh)
			took := time.Since(began)
			ix = opened
			return took, err
		}, ask)
	if err != nil {
		return indexTimes{}, err
	}
	m.copy, m.open, m.first = got[0], got[1], got[2]
	signatures, sum := make([]uint64, n*chunkBytes/8), uint64(0)
	scan := timed(func() {
		for _, s := range signatures {
			sum += s
		}
	})
	if _, err := interleave(b.size(200, 20), scan, ask); err != nil { // warm
		return indexTimes{}, err
	}
	if got, err = interleave(b.size(2000, 100), scan, ask); err != nil {
		return indexTimes{}, err
	}
	m.scan, m.search = got[0], got[1]
	if sum != 0 { // the sum is used, so the loop stays
		return indexTimes{}, errors.New("zeros do not add up to zero")
	}
	return m, nil
}
