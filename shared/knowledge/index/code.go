package index

import "strings"

// neighbours are the words before the one under way: a code such as KT-100 may be
// asked for in pieces.
type neighbours struct {
	last, both string // the word before, and the two before as one
	code       string // what was written as one, and its parts follow
}

// join takes the next word and gives what it may be with those before it.
func (n *neighbours) join(t token) []string {
	if t.optional {
		n.code = t.word
		return nil
	}
	two, three := n.last+t.word, n.both+t.word
	n.last, n.both = t.word, two
	var out []string
	for _, s := range []string{three, two} {
		if isCode(s) && len(s) > len(t.word) && !strings.Contains(n.code, s) {
			out = append(out, s)
		}
	}
	return out
}

// isCode reports whether a word has digits and other characters, as the number of
// a product has.
func isCode(s string) bool {
	digits := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			digits++
		}
	}
	return digits > 0 && digits < len(s) && len(s) <= maxTerm
}

// joined looks up neighbouring words that may be a code which the site writes as
// one. What the site does not have was none.
func (ix *Index) joined(code string) []want {
	i := ix.find(fold(code))
	if i < 0 {
		return nil
	}
	return []want{{terms: []match{{i, 1}}, weight: idf(ix.passages.len(), ix.count(i)), optional: true}}
}
