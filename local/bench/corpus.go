package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"omniops/shared/knowledge/passage"
)

// corpus makes a site of n passages, four to a page, of 60 to 160 words whose
// frequencies follow Zipf's law, and questions about them. It is the same each
// time.
func corpus(n int) (passages []passage.Passage, questions []string) {
	r := rand.New(rand.NewPCG(1, 2))
	vocabulary := make([]string, 30_000)
	for i := range vocabulary {
		var b strings.Builder
		for range 2 + r.IntN(3) {
			b.WriteByte("bcdfgklmnprst"[r.IntN(13)])
			b.WriteByte("aeiou"[r.IntN(5)])
		}
		b.WriteByte("bcdfgklmnprst"[r.IntN(13)])
		vocabulary[i] = b.String()
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
	read := time.Date(2026, time.November, 20, 9, 0, 0, 0, time.UTC)
	for i := range n {
		page := i / 4
		name := vocabulary[page%9999]
		passages = append(passages, passage.Passage{
			ID:        fmt.Sprintf("%016x", r.Uint64()),
			URL:       fmt.Sprintf("https://shop.example/collections/%s/products/%s-%d", vocabulary[page%50], name, page),
			Path:      []string{name + " " + vocabulary[(page*7)%9999], sentence(4)},
			Text:      sentence(60 + r.IntN(100)),
			Language:  "en",
			CrawledAt: read,
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
		questions = append(questions, strings.Join(q, " "))
	}
	return passages, questions
}

// dimensions of the vectors that search is measured with.
const dimensions = 512

// meanings makes n vectors as embedding models give them: what all texts share,
// two of many topics, and something of their own. They are the same each time;
// another seed gives others about the same topics.
func meanings(n int, seed uint64) [][]float32 {
	base, r := rand.New(rand.NewPCG(9, 9)), rand.New(rand.NewPCG(seed, 3))
	random := func(r *rand.Rand) []float32 {
		v := make([]float32, dimensions)
		for d := range v {
			v[d] = float32(r.NormFloat64())
		}
		return v
	}
	shared, topics := random(base), make([][]float32, 300)
	for i := range topics {
		topics[i] = random(base)
	}
	out := make([][]float32, n)
	for i := range out {
		a, b, v := topics[r.IntN(len(topics))], topics[r.IntN(len(topics))], random(r)
		length := 0.0
		for d, own := range v {
			v[d] = 0.5*shared[d] + a[d] + 0.5*b[d] + 0.8*own
			length += float64(v[d]) * float64(v[d])
		}
		for d := range v {
			v[d] /= float32(math.Sqrt(length))
		}
		out[i] = v
	}
	return out
}
