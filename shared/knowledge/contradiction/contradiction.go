// Package contradiction finds where a site's pages state different things about
// the same: two prices, two deadlines, "dishwasher safe" and "not dishwasher
// safe". It compares words and figures and asks no model, and it would rather
// miss one than report two products, or a rule and its exception, as one.
package contradiction

import (
	"cmp"
	"slices"
	"strings"

	"omniops/shared/knowledge/figure"
	"omniops/shared/knowledge/passage"
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
	maxStatements = 400_000 // of a site
)

// Find gives the pairs of statements that contradict each other, in the order of
// the passages, at most maxPairs.
func Find(passages []passage.Passage) []Pair {
	s := newSite(passages)
	byStem := map[string][]int{} // kind, language and stem to the statements that have it
	for i, st := range s.statements {
		for stem := range st.full {
			if k := st.key(stem); len(byStem[k]) < maxCandidates {
				byStem[k] = append(byStem[k], i)
			}
		}
	}
	var pairs []Pair
	reported := map[[2]string]bool{}
	for i := range s.statements {
		a := &s.statements[i]
		for _, j := range byStem[a.key(s.rarest(a))] {
			b := &s.statements[j]
			if j == i || len(pairs) >= maxPairs || !s.contradict(a, b) {
				continue
			}
			p := s.pair(&s.statements[min(i, j)], &s.statements[max(i, j)])
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
	case a.product != nil:
		if !within(a.product.stems, b.full) {
			return false
		}
	case b.product != nil:
		if !within(b.product.stems, a.full) {
			return false
		}
	}
	shared := 0
	for stem := range a.own {
		if b.full[stem] && (b.own[stem] || a.context[stem] || b.context[stem]) && !light[stem] {
			shared++
		}
	}
	for stem := range b.own {
		if !a.own[stem] && a.full[stem] && !light[stem] {
			shared++
		}
	}
	least := 2
	if a.kind == figure.Phone || a.kind == figure.Email || a.product != nil && b.product != nil {
		least = 1
	}
	if shared < least {
		return false
	}
	if a.kind == yesNo && !(within(a.own, b.own) && within(b.own, a.own)) {
		return false
	}
	return s.told(a.kind, a.own, b.full) && s.told(b.kind, b.own, a.full) && s.situated(a.context, b.full) && s.situated(b.context, a.full)
}

// told reports whether the words that only one statement has tell nothing apart.
// An amount of money is a price without the word.
func (s *site) told(kind figure.Kind, own, other map[string]bool) bool {
	for stem := range own {
		if !other[stem] && !light[stem] && !s.common[stem] && !(kind == figure.Money && stem == price) {
			return false
		}
	}
	return true
}

// situated is told for the headings, where the names of a shop's usual pages tell
// nothing apart either.
func (s *site) situated(context, other map[string]bool) bool {
	for stem := range context {
		if !other[stem] && !light[stem] && !usual[stem] && !s.common[stem] {
			return false
		}
	}
	return true
}

func within(a, b map[string]bool) bool {
	for stem := range a {
		if !b[stem] {
			return false
		}
	}
	return true
}

// rarest gives the stem of a statement that fewest statements have and that tells
// something apart; every contradiction must have it.
func (s *site) rarest(st *statement) string {
	best := ""
	for stem := range st.own {
		if light[stem] || s.common[stem] {
			continue
		}
		if best == "" || cmp.Or(cmp.Compare(s.seen[stem], s.seen[best]), cmp.Compare(stem, best)) < 0 {
			best = stem
		}
	}
	if best != "" {
		return best
	}
	for stem := range st.full {
		if best == "" || cmp.Or(cmp.Compare(s.seen[stem], s.seen[best]), cmp.Compare(stem, best)) < 0 {
			best = stem
		}
	}
	return best
}

func (s *site) pair(a, b *statement) Pair {
	return Pair{
		URLA: a.url, URLB: b.url, TextA: a.text, TextB: b.text, Subject: subject(a, b), ValueA: a.value(), ValueB: b.value(),
	}
}

// maxSubject is how many words name what two statements are about.
const maxSubject = 8

// subject names what two statements share.
func subject(a, b *statement) string {
	var shared []string
	for _, w := range a.words {
		if b.full[w.stem] && !slices.Contains(shared, w.text) && len(shared) < maxSubject {
			shared = append(shared, w.text)
		}
	}
	if a.product != nil {
		return a.product.name + ": " + strings.Join(shared, " ")
	}
	return strings.Join(shared, " ")
}
