package index

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

// The worth of what is less than a match, as a share of one.
const (
	synonymWorth = 0.7
	typoWorth    = 0.7
	unknownWorth = 0.9 // of the weight of the rarest word: shoppers use words a site does not
)

// want is one word of the question, with the terms that stand for it.
type want struct {
	terms    []match
	weight   float64 // how informative the word is
	most     float64 // what any term may weigh that stands for it; 0 if the site does not have the word itself
	optional bool    // counts only if it is there
}

// weigh bounds the weight of a term that stands for the word: a rare one says no
// more than the word itself.
func (w *want) weigh(idf float64) float64 {
	if w.most > 0 {
		return min(idf, w.most)
	}
	return idf
}

// match is one term that is worth a share of the word it stands for.
type match struct {
	term  int
	worth float64
}

// wants looks up the words of the question.
func (ix *Index) wants(q Query, s *scratch) []want {
	text := q.Text
	if len(text) > maxQuery {
		text = text[:maxQuery]
	}
	language := q.Language
	if language == "" && len(ix.languages) > 0 {
		language = ix.languages[0]
	}
	wants := ix.wanted(s.wants[:0], text, language, frame(text))
	if len(wants) == 0 {
		wants = ix.wanted(wants, text, language, nil)
	}
	s.wants = wants[:min(len(wants), maxWanted)]
	return s.wants
}

// wanted appends the words of a text, but for those to leave out.
func (ix *Index) wanted(wants []want, text, language string, leaveOut func(word string) bool) []want {
	seen := map[string]bool{}
	var before neighbours
	tokens(text, func(t token) {
		for _, code := range before.join(t) {
			if !seen[code] {
				seen[code] = true
				wants = append(wants, ix.joined(code)...)
			}
		}
		if len(wants) >= maxWanted || seen[t.word] || !t.exact && (stopWord(t.word, language) || leaveOut != nil && leaveOut(t.word)) {
			return
		}
		seen[t.word] = true
		wants = append(wants, ix.want(t, language)...)
	})
	return wants
}

// want looks one word up, as each of the site's languages would spell its stem.
// It gives several for a word of which only the parts are known, and none for one
// that says nothing.
func (ix *Index) want(t token, language string) []want {
	w := want{optional: t.optional}
	var spellings []string
	add := func(language string) {
		a := analyzer{language: language}
		if s := a.term(t); s != "" && !slices.Contains(spellings, s) {
			spellings = append(spellings, s)
		}
	}
	languages := ix.languages[:min(len(ix.languages), 4)]
	for _, l := range languages {
		add(l)
	}
	if len(spellings) == 0 {
		if add(language); len(spellings) == 0 {
			return nil
		}
	}
	n := ix.passages.len()
	take := func(spelling string, worth float64) {
		i := ix.find(spelling)
		if i >= 0 && !slices.ContainsFunc(w.terms, func(m match) bool { return m.term == i }) {
			w.terms = append(w.terms, match{i, worth})
			w.weight = max(w.weight, w.weigh(idf(n, ix.count(i))))
		}
	}
	for _, s := range spellings {
		take(s, 1)
	}
	w.most = w.weight
	if !t.exact {
		for _, s := range spellings {
			for _, other := range alike(s, language) {
				take(other, synonymWorth)
			}
		}
		if found := ix.compounds(w, t.word, spellings, languages); found != nil {
			return found
		}
	}
	if len(w.terms) > 0 {
		return []want{w}
	}
	if !t.exact {
		w.terms = ix.guesses(t.word, spellings, languages)
	}
	for _, m := range w.terms {
		w.weight = max(w.weight, idf(n, ix.count(m.term)))
	}
	if len(w.terms) == 0 {
		w.weight = idf(n, 1) * unknownWorth
	}
	return []want{w}
}

// guesses are the terms that a word the site does not have may stand for.
func (ix *Index) guesses(word string, spellings, languages []string) []match {
	if found := ix.fixes(spellings); len(found) > 0 {
		return found
	}
	for _, language := range languages {
		if found := ix.part(word, language); found != nil {
			return found
		}
		for _, s := range spellings {
			if found := ix.endings(s, language); found != nil {
				return found
			}
		}
	}
	return nil
}

// fixes are the most frequent terms that a misspelt word may stand for.
func (ix *Index) fixes(spellings []string) []match {
	var found []match
	for _, s := range spellings {
		ix.neighbours(s, func(term int) {
			found = append(found, match{term, typoWorth})
		})
	}
	slices.SortFunc(found, func(a, b match) int {
		return cmp.Or(cmp.Compare(ix.count(b.term), ix.count(a.term)), cmp.Compare(a.term, b.term))
	})
	return found[:min(len(found), maxFixes)]
}

// idf is how informative a term is that count of n passages have.
func idf(n, count int) float64 {
	return math.Log(1 + (float64(n)-float64(count)+0.5)/(float64(count)+0.5))
}

// count is how many passages have a term.
func (ix *Index) count(term int) int {
	n, _ := binary.Uvarint(ix.postings.get(term))
	return int(min(n, uint64(ix.passages.len())))
}
