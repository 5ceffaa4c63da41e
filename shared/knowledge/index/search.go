package index

import (
	"cmp"
	"encoding/binary"
	"slices"

	"omniops/shared/knowledge/passage"
)

// Query is what is looked for.
type Query struct {
	Text string
	// Language is the lower-case primary subtag of the text's language; when
	// empty it is taken to be the site's.
	Language string
	// Vector is the embedding of the text by the index's model; nil searches
	// by words alone.
	Vector []float32
	Limit  int // 10 if zero
}

// Hit is a passage that was found.
type Hit struct {
	Passage passage.Passage
	// Score orders the hits of one search and means nothing beyond it.
	Score float64
	// Confidence, from 0 to 1, says how much of what was asked the passage
	// speaks of: the share of the question's informative words it has, or its
	// closeness in meaning. Below 0.4 the site most likely does not say.
	Confidence float64
}

// found is a passage on its way to being a Hit.
type found struct {
	passage int
	score   float32
	lift    float32
}

// Limits of one search.
const (
	maxQuery  = 4 << 10 // bytes of text
	maxWanted = 32      // words looked up
	maxHits   = 100
	fuseDepth = 20 // hits of each ranking that are fused
	fuseRank  = 20 // what reciprocal-rank fusion adds to a rank

	doubtful = 0.2 // what a rank is worth without any confidence
)

// What the words of a question earn for standing together, as shares of what
// they earn one by one.
const (
	coverageBonus = 0.8 // when all of them are in one passage
	headingBonus  = 0.6 // when they are a heading, small words included
	verbatimBonus = 2.0 // when they are a heading word for word: a question of an FAQ
	rerankDepth   = 10  // passages below the limit that bonuses may raise
)

// sureByWords is the confidence from which words alone settle a question.
const sureByWords = 0.8

// Unsure reports whether words alone have not settled the question that was
// answered with hits, so that an embedding of it is worth asking for. Without
// vectors to compare it with, it never is.
func (ix *Index) Unsure(hits []Hit) bool {
	return ix.dimensions > 0 && (len(hits) == 0 || hits[0].Confidence < sureByWords)
}

// scratch is memory that one search needs and the next can use again.
type scratch struct {
	sums       []sum
	near       []uint16
	counts     []int32
	signed     signed
	candidates []ranked
	heap       []ranked
	wants      []want
	path       []byte
	said       []string
	touched    byte // keeps reads from being left out
}

// sum is what a passage has earned.
type sum struct {
	score float32
	words uint32 // which words it has, one bit each
	whole uint32 // of those, the ones that are more than a part of what it has
}

// passages gives a zeroed sum per passage.
func (s *scratch) passages(n int) []sum {
	if cap(s.sums) < n {
		s.sums = make([]sum, n)
	}
	s.sums = s.sums[:n]
	clear(s.sums)
	return s.sums
}

func (s *scratch) distances(n int) []uint16 {
	if cap(s.near) < n {
		s.near = make([]uint16, n)
	}
	return s.near[:n]
}

// Search gives the passages that fit a question best, the best first.
func (ix *Index) Search(q Query) []Hit {
	limit := min(q.Limit, maxHits)
	if limit <= 0 {
		limit = 10
	}
	s := ix.scratch.Get().(*scratch)
	defer ix.scratch.Put(s)
	sums := s.passages(ix.passages.len())
	wants := ix.wants(q, s)
	ix.accumulate(wants, sums)
	depth := limit
	if q.Vector != nil {
		depth = max(limit, fuseDepth)
	}
	top := s.best(sums, max(depth, limit+rerankDepth))
	ix.rerank(top, q.Text, wants, sums, s)
	top = top[:min(depth, len(top))]
	near := ix.vectors.nearest(q.Vector, depth, s)
	order := ix.fuse(top, near, wants, sums)
	hits := make([]Hit, 0, limit)
	for _, r := range order[:min(limit, len(order))] {
		p, ok := ix.passage(r.passage)
		if !ok {
			continue
		}
		hits = append(hits, Hit{
			Passage:    p,
			Score:      float64(r.score),
			Confidence: max(coverage(wants, sums[r.passage]), ix.vectors.scale.confidence(r.lift)),
		})
	}
	return hits
}

// accumulate adds up what each passage earns for each word.
func (ix *Index) accumulate(wants []want, sums []sum) {
	for i, w := range wants {
		bit := uint32(1) << i
		for _, m := range w.terms {
			weight := float32(w.weigh(idf(len(sums), ix.count(m.term))) * m.worth / 255)
			whole := bit
			if m.worth < headWorth {
				whole = 0
			}
			list := ix.postings.get(m.term)
			_, n := binary.Uvarint(list)
			if n <= 0 {
				continue
			}
			list = list[n:]
			at := uint64(0)
			for len(list) >= 2 {
				step, n := uint64(list[0]), 1
				if step >= 0x80 {
					if step, n = binary.Uvarint(list); n <= 0 || n >= len(list) {
						break
					}
				}
				at += step
				if at >= uint64(len(sums)) {
					break
				}
				s := &sums[at]
				s.score += weight * float32(list[n])
				s.words |= bit
				s.whole |= whole
				list = list[n+1:]
			}
		}
	}
}

// best gives the passages that earned most, the best first.
func (s *scratch) best(sums []sum, limit int) []ranked {
	heap := s.heap[:0]
	least := float32(0)
	for i := range sums {
		score := sums[i].score
		if score <= least {
			continue
		}
		if len(heap) < limit {
			heap = append(heap, ranked{i, score})
			if len(heap) == limit {
				for j := limit/2 - 1; j >= 0; j-- {
					sink(heap, j)
				}
				least = heap[0].score
			}
			continue
		}
		heap[0] = ranked{i, score}
		sink(heap, 0)
		least = heap[0].score
	}
	s.heap = heap
	slices.SortFunc(heap, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.passage, b.passage))
	})
	return heap
}

// sink restores a heap whose root is the least.
func sink(heap []ranked, i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(heap); c++ {
			if heap[c].score < heap[least].score {
				least = c
			}
		}
		if least == i {
			return
		}
		heap[i], heap[least] = heap[least], heap[i]
		i = least
	}
}

// rerank orders the best passages anew: those that have more of the words, and
// those whose heading is the question, come first.
func (ix *Index) rerank(top []ranked, text string, wants []want, sums []sum, s *scratch) {
	asked := plainWords(nil, lower(text))
	for i := range top {
		r := &reader{b: ix.passages.get(top[i].passage)}
		r.uint()
		r.bytes()
		best := 0.0
		s.path = s.path[:0]
		for n := r.count(); n > 0 && !r.bad; n-- {
			at := len(s.path)
			s.path = ix.text(r, s.path)
			s.said = plainWords(s.said[:0], lower(string(s.path[at:])))
			best = max(best, overlap(asked, s.said))
		}
		bonus := 1 + coverageBonus*coverage(wants, sums[top[i].passage]) + headingBonus*best
		if best == 1 && len(asked) > 1 {
			bonus += verbatimBonus
		}
		top[i].score *= float32(bonus)
	}
	slices.SortFunc(top, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.passage, b.passage))
	})
}

// plainWords appends the first words of a lower-case text, small ones included.
func plainWords(words []string, text string) []string {
	start := -1
	for i, r := range text {
		switch inside := inWord(r) || unspaced(r); {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			words, start = append(words, text[start:i]), -1
		}
		if len(words) == maxWanted {
			return words
		}
	}
	if start >= 0 {
		words = append(words, text[start:])
	}
	return words
}

// overlap is the share of two texts' words that are in both.
func overlap(a, b []string) float64 {
	both := 0
	for _, w := range b {
		if slices.Contains(a, w) {
			both++
		}
	}
	if both == 0 {
		return 0
	}
	return float64(both) / float64(max(len(a)+len(b)-both, both))
}

// fuse joins two rankings by the reciprocals of the ranks, each worth as much as
// it is sure of itself: words that a question and a passage share by accident do
// not outweigh its meaning. Without vectors the ranking by words stays as it is.
func (ix *Index) fuse(words, near []ranked, wants []want, sums []sum) []found {
	out := make([]found, len(words), len(words)+len(near))
	for i, r := range words {
		out[i] = found{passage: r.passage, score: r.score}
	}
	if len(near) == 0 {
		return out
	}
	for i := range out {
		sure := coverage(wants, sums[out[i].passage])
		out[i].score = float32(doubtful+sure) / float32(fuseRank+i+1)
	}
	for i, r := range near {
		j := slices.IndexFunc(words, func(w ranked) bool { return w.passage == r.passage })
		if j < 0 {
			j = len(out)
			out = append(out, found{passage: r.passage})
		}
		out[j].score += float32(doubtful+ix.vectors.scale.confidence(r.score)) / float32(fuseRank+i+1)
		out[j].lift = r.score
	}
	slices.SortFunc(out, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.passage, b.passage))
	})
	return out
}

// coverage is the share of the informative weight of the wanted words that a
// passage with these words has.
func coverage(wants []want, s sum) float64 {
	has, all := 0.0, 0.0
	for i, w := range wants {
		found := s.words&(1<<i) != 0
		if w.optional && !found {
			continue
		}
		all += w.weight
		if found {
			worth := 0.0
			for _, m := range w.terms {
				worth = max(worth, m.worth)
			}
			if s.whole&(1<<i) == 0 {
				worth = modifierWorth
			}
			has += w.weight * worth
		}
	}
	if all == 0 {
		return 0
	}
	return has / all
}
