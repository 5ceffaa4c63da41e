package index

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/shared/knowledge/passage"
)

// corpus makes n passages of 60 to 160 words whose frequencies follow Zipf's
// law, four to a page.
func corpus(n int) (passages []passage.Passage, queries []string) {
	r := rand.New(rand.NewPCG(1, 2))
	vocabulary := make([]string, 30_000)
	for i := range vocabulary {
		var b strings.Builder
		for range 2 + r.IntN(3) {
			b.WriteByte("bcdfgklmnprst"[r.IntN(13)])
			b.WriteByte("aeiou"[r.IntN(5)])
		}
		vocabulary[i] = b.String() + string("bcdfgklmnprst"[r.IntN(13)])
	}
	zipf := rand.NewZipf(r, 1.07, 6, uint64(len(vocabulary)-1))
	small := strings.Fields("the of and to a in is for with you your on it that this are be or as from")
	sentence := func(words int) string {
		var b strings.Builder
		for i := range words {
			if i > 0 {
				b.WriteByte(' ')
			}
			if r.IntN(10) < 4 {
				b.WriteString(small[r.IntN(len(small))])
			} else {
				b.WriteString(vocabulary[zipf.Uint64()])
			}
			if r.IntN(12) == 0 {
				b.WriteByte('.')
			}
		}
		return b.String()
	}
	for i := range n {
		page := i / 4
		passages = append(passages, passage.Passage{
			ID:        fmt.Sprintf("%016x", r.Uint64()),
			URL:       fmt.Sprintf("https://shop.example/collections/%s/products/%s-%d", vocabulary[page%50], vocabulary[page%9999], page),
			Path:      []string{vocabulary[page%9999] + " " + vocabulary[(page*7)%9999], sentence(4)},
			Text:      sentence(60 + r.IntN(100)),
			Language:  "en",
			CrawledAt: crawled,
		})
	}
	for range 500 {
		p := passages[r.IntN(n)]
		q := []string{"how long do I have to", p.Path[1]}
		for words := strings.Fields(p.Text); len(q) < 6; {
			if w := words[r.IntN(len(words))]; len(w) > 4 {
				q = append(q, w)
			}
		}
		queries = append(queries, strings.Join(q, " "))
	}
	return passages, queries
}

const benchDimensions = 512

// topicEmbed gives vectors as embedding models do: a shared offset, one of many
// topics, and something of their own.
func topicEmbed(seed uint64) Embed {
	r := rand.New(rand.NewPCG(seed, 3))
	topics := make([][]float32, 300)
	base := rand.New(rand.NewPCG(9, 9))
	offset := make([]float32, benchDimensions)
	for d := range offset {
		offset[d] = float32(base.NormFloat64())
	}
	for i := range topics {
		topics[i] = make([]float32, benchDimensions)
		for d := range topics[i] {
			topics[i][d] = float32(base.NormFloat64())
		}
	}
	return func(_ context.Context, texts []string) ([][]float32, error) {
		out := make([][]float32, len(texts))
		for i := range texts {
			v := make([]float32, benchDimensions)
			a, b := topics[r.IntN(len(topics))], topics[r.IntN(len(topics))]
			for d := range v {
				v[d] = 0.5*offset[d] + a[d] + 0.5*b[d] + 0.8*float32(r.NormFloat64())
			}
			out[i] = unit(v)
		}
		return out, nil
	}
}

var sizes = []int{1_000, 10_000, 50_000}

// BenchmarkSearch is P11: top ten of a question of eight to ten words, by words
// alone and with vectors.
func BenchmarkSearch(b *testing.B) {
	for _, n := range sizes {
		for _, hybrid := range []bool{false, true} {
			name := "words"
			if hybrid {
				name = "hybrid"
			}
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				passages, queries := corpus(n)
				opts := Options{}
				if hybrid {
					opts = Options{Embed: topicEmbed(4), Model: "bench"}
				}
				ix := open(b, passages, opts)
				var vectors [][]float32
				if hybrid {
					vectors, _ = topicEmbed(5)(b.Context(), queries)
				}
				var times []time.Duration
				for i := 0; b.Loop(); i++ {
					q := Query{Text: queries[i%len(queries)], Language: "en", Limit: 10}
					if hybrid {
						q.Vector = vectors[i%len(vectors)]
					}
					start := time.Now()
					hits := ix.Search(q)
					times = append(times, time.Since(start))
					if len(hits) == 0 {
						b.Fatal("no hits")
					}
				}
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)/2].Nanoseconds())/1e3, "p50-us")
				b.ReportMetric(float64(times[len(times)*99/100].Nanoseconds())/1e3, "p99-us")
				report(b, ix, passages)
				if hybrid {
					b.ReportMetric(recall(ix, vectors[:100]), "recall@10")
				}
			})
		}
	}
}

// report gives the bytes per passage: of the index, and of the stored text.
func report(b *testing.B, ix *Index, passages []passage.Passage) {
	stored := len(ix.passages.data) + len(ix.words.data) + len(ix.words.at)
	raw := 0
	for _, p := range passages {
		raw += len(p.Text)
	}
	n := float64(len(passages))
	precise := len(ix.vectors.sizes) + len(ix.vectors.scales)
	b.ReportMetric(float64(ix.size-stored-precise)/n, "index-B/chunk")
	b.ReportMetric(float64(precise)/n, "rescore-B/chunk")
	b.ReportMetric(float64(stored)/n, "text-B/chunk")
	b.ReportMetric(float64(raw)/n, "raw-B/chunk")
}

// recall compares the nearest ten with those of an exact comparison of the
// vectors as they were given.
func recall(ix *Index, queries [][]float32) float64 {
	exact, _ := topicEmbed(4)(context.Background(), make([]string, ix.passages.len()))
	found, all := 0, 0
	for _, q := range queries {
		var order []ranked
		for i, v := range exact {
			dot := float32(0)
			for d := range v {
				dot += v[d] * q[d]
			}
			order = append(order, ranked{i, dot})
		}
		slices.SortFunc(order, func(a, b ranked) int {
			if a.score > b.score {
				return -1
			}
			return 1
		})
		got := ix.vectors.nearest(q, 10, &scratch{})
		for _, want := range order[:10] {
			all++
			if slices.ContainsFunc(got, func(r ranked) bool { return r.passage == want.passage }) {
				found++
			}
		}
	}
	return math.Round(1e4*float64(found)/float64(all)) / 1e4
}

// BenchmarkOpen is P13.
func BenchmarkOpen(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			passages, _ := corpus(n)
			blob, err := Build(b.Context(), passages, Options{Embed: topicEmbed(4), Model: "bench"})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(blob)))
			for b.Loop() {
				if _, err := Open(blob); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N)/float64(n)*1e4, "ms/10k-chunks")
		})
	}
}

// BenchmarkBuild is what a crawl pays.
func BenchmarkBuild(b *testing.B) {
	passages, _ := corpus(10_000)
	for b.Loop() {
		if _, err := Build(b.Context(), passages, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
