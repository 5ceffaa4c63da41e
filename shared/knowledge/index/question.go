package index

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"omniops/shared/knowledge/passage"
)

// What counts as a question worth suggesting.
const (
	maxQuestions = 12
	minQuestion  = 8  // characters
	maxQuestion  = 70 // characters
)

// writeQuestions stores headings that are questions in the site's main language:
// first those about what the site speaks of most, each about something else than
// those before it.
func writeQuestions(out *[sections][]byte, passages iter.Seq[passage.Passage], languages []string, t *termTable) {
	type question struct {
		text  string
		terms []string
		worth int
	}
	var all []question
	seen := map[string]bool{}
	for p := range passages {
		if len(p.Path) == 0 || p.Language != languages[0] {
			continue
		}
		text := p.Path[len(p.Path)-1]
		if n := utf8.RuneCountInString(text); n < minQuestion || n > maxQuestion || !isQuestion(text) || seen[text] {
			continue
		}
		seen[text] = true
		q := question{text: text}
		a := analyzer{language: p.Language}
		a.terms(text, func(term string) {
			q.terms = append(q.terms, term)
			q.worth = max(q.worth, t.frequency(term))
		})
		all = append(all, q)
	}
	var chosen []string
	said := map[string]bool{}
	slices.SortStableFunc(all, func(a, b question) int { return cmp.Compare(b.worth, a.worth) })
	for _, again := range []bool{false, true} {
		for _, q := range all {
			repeats := slices.ContainsFunc(q.terms, func(term string) bool { return said[term] })
			if len(chosen) < maxQuestions && repeats == again && !slices.Contains(chosen, q.text) {
				chosen = append(chosen, q.text)
				for _, term := range q.terms {
					said[term] = true
				}
			}
		}
	}
	list := binary.AppendUvarint(nil, uint64(len(chosen)))
	for _, q := range chosen {
		list = appendString(list, q)
	}
	out[sectionQuestions] = list
}

func isQuestion(s string) bool {
	for _, mark := range []string{"?", "？", "؟"} {
		if strings.HasSuffix(s, mark) {
			return true
		}
	}
	return false
}
