package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/passage"
)

// chunkBytes is the least that is looked at per passage: a signature of 512
// bits. Reading as much memory is the floor of a search.
const chunkBytes = 64

// search is P11 and P13. A search is by words and by meaning, as the chat asks
// when words do not settle a question; words alone take less.
func (b *bench) search() ([]Result, error) {
	find := Result{
		ID: "P11", Unit: "us/us/B/-(p50/p99/chunk/recall,hybrid@10k)", Target: "<=600/<=1000/-/>=.98", Floor: "53us", Moonshot: "<=250/-/<=400/>=.995",
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
		find.note("%s chunks: hybrid %s us p50/p99, words alone %s us, recall@10 of the vectors %.4f; scanning %d B/chunk %s us; first search after opening %s us",
			name, parts(us(m.hybrid.median()), us(m.hybrid.p99())), parts(us(m.words.median()), us(m.words.p99())), m.recall,
			chunkBytes, number(us(m.scan.median())), number(us(m.first.median())))
		find.note("%s chunks: %s B/chunk of words and 1-bit vectors, %s more of vectors to rescore by, %s of texts",
			name, number(m.coarse), number(m.fine), number(m.texts))
		load.note("%s chunks: open %s ms, copying the %s MB %s ms", name, number(ms(m.open.median())), number(m.size/1e6), number(ms(m.copy.median())))
		for key, v := range map[string]float64{
			"p50_us_": us(m.hybrid.median()), "p99_us_": us(m.hybrid.p99()), "words_p50_us_": us(m.words.median()), "words_p99_us_": us(m.words.p99()),
			"recall_": m.recall, "bytes_": m.coarse, "rescore_bytes_": m.fine, "text_bytes_": m.texts,
		} {
			find.Numbers[key+name] = v
		}
		per10k := ms(m.open.median()) * 10_000 / float64(n)
		load.Numbers["ms_per_10k_"+name] = per10k
		if n != 10_000 {
			continue
		}
		find.Value = fmt.Sprintf("%s/%.4f", parts(us(m.hybrid.median()), us(m.hybrid.p99()), m.coarse), m.recall)
		find.Ratio = times(ratio(m.hybrid.median(), m.scan.median()))
		find.need("p50 @10k", us(m.hybrid.median()), 600, 250)
		find.need("p99 @10k", us(m.hybrid.p99()), 1000, 1000)
		find.atLeast("recall@10 @10k", m.recall, 0.98, 0.995)
		find.short = find.short || m.coarse > 400
		find.valid(m.hybrid.median(), clock)
		load.Value, load.Ratio = number(per10k), times(ratio(m.open.median(), m.copy.median()))
		load.need("ms", per10k, 20, 2)
		load.valid(m.open.median(), clock)
	}
	find.note("stand-in clock %s us is the noise; as in the target's baseline, bytes per chunk leave out the texts and the vectors to rescore by", number(us(clock)))
	load.note("each open is of a fresh copy, vectors included; the ratio is to making that copy")
	return []Result{find, load}, nil
}

// clockNoise is what timing nothing varies by, or the clock's own step.
func (b *bench) clockNoise() time.Duration {
	got, _ := interleave(1000, timed(func() {})) // cannot fail
	return max(got[0].spread(), got[0].median())
}

// indexTimes is what was measured of one index.
type indexTimes struct {
	words, hybrid, scan, first, open, copy sample
	size                                   float64 // in bytes
	coarse, fine, texts                    float64 // bytes per passage: to find candidates, to rank them, to show
	recall                                 float64 // at 10, of the vectors, against comparing all of them exactly
}

func (b *bench) indexOf(n int) (indexTimes, error) {
	passages, questions := corpus(n)
	exact, asked := meanings(n, 4), meanings(len(questions), 5)
	number := make(map[string]int, n) // by the text that is embedded: they are asked for in any order
	for i, p := range passages {
		number[p.Title()+"\n\n"+p.Text] = i
	}
	blob, err := index.Build(b.ctx, passages, index.Options{Model: "bench", Embed: func(_ context.Context, texts []string) ([][]float32, error) {
		vectors := make([][]float32, len(texts))
		for i, text := range texts {
			vectors[i] = exact[number[text]]
		}
		return vectors, nil
	}})
	if err != nil {
		return indexTimes{}, err
	}
	var fresh []byte
	var ix *index.Index
	turn := 0
	ask := func(meaning bool) measure {
		return func() (time.Duration, error) {
			q := index.Query{Text: questions[turn%len(questions)], Language: "en", Limit: 10}
			if meaning {
				q.Vector = asked[turn%len(questions)]
			}
			turn++
			began := time.Now()
			hits := ix.Search(q)
			took := time.Since(began)
			if len(hits) == 0 {
				return took, errors.New("a question about the site found nothing")
			}
			return took, nil
		}
	}
	got, err := interleave(b.size(30, 5),
		timed(func() { fresh = bytes.Clone(blob) }),
		func() (time.Duration, error) {
			began := time.Now()
			opened, err := index.Open(fresh)
			took := time.Since(began)
			ix = opened
			return took, err
		}, ask(true))
	if err != nil {
		return indexTimes{}, err
	}
	stats, per := ix.Stats(), float64(n)
	m := indexTimes{
		copy: got[0], open: got[1], first: got[2], size: float64(len(blob)), recall: recall(ix, passages, exact, asked[:b.size(100, 20)]),
		coarse: float64(stats.Bytes-stats.TextBytes-stats.RescoreBytes) / per, fine: float64(stats.RescoreBytes) / per, texts: float64(stats.TextBytes) / per,
	}
	signatures, sum := make([]uint64, n*chunkBytes/8), uint64(0)
	scan := timed(func() {
		for _, s := range signatures {
			sum += s
		}
	})
	if _, err := interleave(b.size(200, 20), scan, ask(false), ask(true)); err != nil { // warm
		return indexTimes{}, err
	}
	if got, err = interleave(b.size(2000, 100), scan, ask(false), ask(true)); err != nil {
		return indexTimes{}, err
	}
	m.scan, m.words, m.hybrid = got[0], got[1], got[2]
	if sum != 0 { // the sum is used, so the loop stays
		return indexTimes{}, errors.New("zeros do not add up to zero")
	}
	return m, nil
}

// recall is the share of the ten passages whose vectors are closest to a
// question's, of all of the index and compared exactly, that a search by vector
// alone finds.
func recall(ix *index.Index, passages []passage.Passage, exact, asked [][]float32) float64 {
	found, all := 0, 0
	for _, q := range asked {
		order, cosines := make([]int, len(exact)), make([]float32, len(exact))
		for i, v := range exact {
			order[i] = i
			for d, x := range v {
				cosines[i] += x * q[d]
			}
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(cosines[b], cosines[a]) })
		hits := ix.Search(index.Query{Vector: q, Limit: 10})
		for _, i := range order[:10] {
			all++
			if slices.ContainsFunc(hits, func(h index.Hit) bool { return h.Passage.ID == passages[i].ID }) {
				found++
			}
		}
	}
	return float64(found) / float64(all)
}
