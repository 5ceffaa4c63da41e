package index

import (
	"sort"
	"unicode/utf8"
)

// Limits of the search for terms that a misspelt one may stand for.
const (
	minTypo    = 4    // characters; shorter words have too many neighbours
	maxChecked = 3000 // terms looked at for one word
	maxFixes   = 3    // terms taken for one word
)

// find is the number of a term, or -1.
func (ix *Index) find(term string) int {
	n := ix.terms.len()
	i := sort.Search(n, func(i int) bool { return string(ix.terms.get(i)) >= term })
	if i < n && string(ix.terms.get(i)) == term {
		return i
	}
	return -1
}

// neighbours calls yield for the terms that one slip away from a word: a letter
// too many, too few, wrong, or exchanged with the next. One slip leaves either
// the first half of the word as it is, or all that follows the letter after it,
// so that only terms with the same beginning or the same end are compared.
func (ix *Index) neighbours(word string, yield func(term int)) {
	letters := []rune(word)
	if len(letters) < minTypo {
		return
	}
	half := len(letters) / 2
	head, tail := string(letters[:half]), string(letters[half+1:])
	n := ix.terms.len()
	fits := func(t []byte) bool { // by length alone
		return len(t) >= len(word)-utf8.UTFMax && len(t) <= len(word)+utf8.UTFMax
	}
	from := sort.Search(n, func(i int) bool { return string(ix.terms.get(i)) >= head })
	for i := from; i < n && i-from < maxChecked; i++ {
		t := ix.terms.get(i)
		if len(t) < len(head) || string(t[:len(head)]) != head {
			break
		}
		if fits(t) && oneSlip(letters, t) {
			yield(i)
		}
	}
	if len(letters)-half <= 2 {
		return // a tail of one letter is that of too many
	}
	from = sort.Search(n, func(i int) bool { return compareBackwards(ix.backward(i), tail) >= 0 })
	for i := from; i < n && i-from < maxChecked; i++ {
		t := ix.backward(i)
		if len(t) < len(tail) || string(t[len(t)-len(tail):]) != tail {
			break
		}
		if !fits(t) || len(t) >= len(head) && string(t[:len(head)]) == head {
			continue // or found above
		}
		if oneSlip(letters, t) {
			yield(int(le.Uint32(ix.backwards[4*i:])))
		}
	}
}

// backward is the i-th term in the order of spellings from the end.
func (ix *Index) backward(i int) []byte {
	n := le.Uint32(ix.backwards[4*i:])
	if n >= uint32(ix.terms.len()) {
		return nil
	}
	return ix.terms.get(int(n))
}

// compareBackwards compares two spellings from their ends.
func compareBackwards[A, B string | []byte](a A, b B) int {
	i, j := len(a)-1, len(b)-1
	for i >= 0 && j >= 0 {
		if a[i] != b[j] {
			return int(a[i]) - int(b[j])
		}
		i, j = i-1, j-1
	}
	return i - j
}

// oneSlip reports whether exactly one slip of the pen lies between two words.
func oneSlip(a []rune, term []byte) bool {
	if n := len(term); n > utf8.UTFMax*(len(a)+1) || n < len(a)-1 {
		return false
	}
	var space [maxTerm + 2]rune
	b := space[:0]
	for len(term) > 0 && len(b) < len(space) {
		r, size := utf8.DecodeRune(term)
		b = append(b, r)
		term = term[size:]
	}
	if d := len(a) - len(b); d > 1 || d < -1 || len(term) > 0 {
		return false
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	ra, rb := a[i:], b[i:]
	switch {
	case len(ra) == len(rb):
		if len(ra) == 0 {
			return false
		}
		return same(ra[1:], rb[1:]) || len(ra) > 1 && ra[0] == rb[1] && ra[1] == rb[0] && same(ra[2:], rb[2:])
	case len(ra) > len(rb):
		return same(ra[1:], rb)
	default:
		return same(ra, rb[1:])
	}
}

func same(a, b []rune) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
