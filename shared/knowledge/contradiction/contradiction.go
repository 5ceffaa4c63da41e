// Package contradiction finds where a site's pages state different things about
// the same: two prices, two deadlines, "dishwasher safe" and "not dishwasher
// safe". It compares words and figures and asks no model, and it would rather
// miss one than report two products, or a rule and its exception, as one.
package contradiction

import (
	"iter"
	"slices"
	"strings"

	"omniops/shared/knowledge/figure"
	"omniops/shared/knowledge/passage"
	"omniops/shared/knowledge/wording"
)

// Pair is two passages of different pages that disagree.
type Pair struct {
	URLA    string `json:"url_a"`
	URLB    string `json:"url_b"`
	TextA   string `json:"text_a"` // the sentence, line or cell
	TextB   string `json:"text_b"`
	Subject string `json:"subject"` // what both speak of, in words of theirs
	ValueA  string `json:"value_a"`
	ValueB  string `json:"value_b"`
}

// Bounds of one search.
const (
	maxPairs      = 200
	maxCandidates = 64      // statements that one is compared with
	maxStatements = 150_000 // of a site
)

// Find gives the pairs of statements that contradict each other, in the order of
// the passages, at most maxPairs.
func Find(passages iter.Seq[passage.Passage]) []Pair {
	s := newSite(passages)
	byStem := map[place][]int32{}
	for i := range s.statements {
		st := &s.statements[i]
		st.each(func(stem uint32) {
			if k := st.at(stem); len(byStem[k]) < maxCandidates {
				byStem[k] = append(byStem[k], int32(i))
			}
		})
	}
	var pairs []Pair
	reported := map[[2]string]bool{}
	for i := range s.statements {
		a := &s.statements[i]
		rarest, ok := s.rarest(a)
		if !ok {
			continue
		}
		for _, j := range byStem[a.at(rarest)] {
			b := &s.statements[j]
			if int(j) == i || len(pairs) >= maxPairs || !s.contradict(a, b) {
				continue
			}
			p := s.pair(&s.statements[min(i, int(j))], &s.statements[max(i, int(j))])
			if k := [2]string{p.URLA + "\n" + p.URLB, p.Subject + "\n" + p.ValueA + "\n" + p.ValueB}; !reported[k] {
				reported[k] = true
				pairs = append(pairs, p)
			}
		}
	}
	return pairs
}

// contradict reports whether two statements are about the same and say something
// else.
func (s *site) contradict(a, b *statement) bool {
	return a.url != b.url && a.kind == b.kind && a.language == b.language && differ(a, b) && s.sameSubject(a, b)
}

// differ reports whether the values of two statements exclude each other.
func differ(a, b *statement) bool {
	if a.kind == yesNo {
		return a.negative != b.negative
	}
	shared := 0
	for _, f := range a.values {
		if slices.ContainsFunc(b.values, f.Same) {
			shared++
		}
	}
	if len(a.values) == len(b.values) {
		return shared < len(a.values)
	}
	return shared == 0
}

// sameSubject reports whether two statements speak of the same thing: what one
// says the other says too, but for words that tell nothing apart.
func (s *site) sameSubject(a, b *statement) bool {
	switch {
	case a.product != nil && b.product != nil:
		if a.product.name != b.product.name || a.product.sku != b.product.sku {
			return false
		}
	case a.product != nil && !b.names(a.product), b.product != nil && !a.names(b.product):
		return false
	}
	if a.kind == yesNo && !slices.Equal(a.own, b.own) {
		return false
	}
	least := 2
	if a.kind == figure.Phone || a.kind == figure.Email || a.product != nil && b.product != nil {
		least = 1
	}
	return s.shared(a, b) >= least && s.told(a, b) && s.told(b, a)
}

// names reports whether a statement has all of a product's name.
func (s *statement) names(p *product) bool {
	for _, stem := range p.stems {
		if !s.says(stem) {
			return false
		}
	}
	return true
}

// shared counts the stems that one of two statements says itself and the other
// says or stands under.
func (s *site) shared(a, b *statement) int {
	n := 0
	for _, stem := range a.own {
		if b.says(stem) && !s.light[stem] {
			n++
		}
	}
	for _, stem := range b.own {
		if !a.own.has(stem) && a.says(stem) && !s.light[stem] {
			n++
		}
	}
	return n
}

// told reports whether what only one statement says tells nothing apart, and
// neither do its headings. An amount of money is a price without the word; the
// names of a shop's usual pages are no subjects.
func (s *site) told(one, other *statement) bool {
	for _, stem := range one.own {
		if !other.says(stem) && !s.dull[stem] && !(one.kind == figure.Money && stem == s.price) {
			return false
		}
	}
	for _, stem := range one.context {
		if !other.says(stem) && !s.usual[stem] {
			return false
		}
	}
	return true
}

// rarest gives the stem of a statement that fewest statements have and that tells
// something apart, which every contradiction must have, or any of its stems.
func (s *site) rarest(st *statement) (rarest uint32, ok bool) {
	least := func(stem uint32) {
		if !ok || s.seen[stem] < s.seen[rarest] {
			rarest, ok = stem, true
		}
	}
	for _, stem := range st.own {
		if !s.dull[stem] && !(st.kind == figure.Money && stem == s.price) {
			least(stem)
		}
	}
	if !ok {
		st.each(least)
	}
	return rarest, ok
}

func (s *site) pair(a, b *statement) Pair {
	return Pair{
		URLA: a.url, URLB: b.url, TextA: a.text, TextB: b.text, Subject: s.subject(a, b), ValueA: a.value(), ValueB: b.value(),
	}
}

// maxSubject is how many words name what two statements are about.
const maxSubject = 8

// subject names what two statements share.
func (s *site) subject(a, b *statement) string {
	var shared []string
	for _, w := range wording.Words(a.text) {
		for stem := range canonical(wording.Stems(w, a.language)) {
			if n, ok := s.numbers[stem]; ok && a.own.has(n) && b.says(n) && !slices.Contains(shared, w) && len(shared) < maxSubject {
				shared = append(shared, w)
			}
		}
	}
	if a.product != nil {
		return a.product.name + ": " + strings.Join(shared, " ")
	}
	return strings.Join(shared, " ")
}
