package index

import (
	"cmp"
	"slices"
	"sort"
)

// unsteady are the languages whose stemmers leave different stems of one word, be
// it that they know too few of its forms or need marks that shoppers leave out.
// So do languages without a stemmer.
var unsteady = map[string]bool{
	"es": true, "pt": true, "it": true, "ro": true, "fi": true, "hu": true, "tr": true, "ru": true, "ar": true, "ta": true, "ga": true,
}

const (
	endingWorth = 0.6  // of a term that differs from a word in how it ends
	minShared   = 4    // letters that both begin with, if one is the whole of it; one more otherwise
	maxBeside   = 1000 // terms looked at for one word
)

// endings gives the terms that begin as a word of such a language does, and
// differ from it in less than half as many letters as they share.
func (ix *Index) endings(term, language string) []match {
	if stemmers[language] != nil && !unsteady[language] || !spaced(term) {
		return nil
	}
	letters := []rune(term)
	if len(letters) < minShared {
		return nil
	}
	head := string(letters[:minShared])
	type near struct {
		term, shared int
	}
	var found []near
	n := ix.terms.len()
	from := sort.Search(n, func(i int) bool { return string(ix.terms.get(i)) >= head })
	for i := from; i < n && i-from < maxBeside; i++ {
		t := ix.terms.get(i)
		if len(t) < len(head) || string(t[:len(head)]) != head {
			break
		}
		other := []rune(string(t))
		shared := 0
		for shared < len(letters) && shared < len(other) && letters[shared] == other[shared] {
			shared++
		}
		shorter, longer := min(len(letters), len(other)), max(len(letters), len(other))
		if 2*(longer-shared) < shared+1 && (shared > minShared || shared == shorter) {
			found = append(found, near{i, shared})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int {
		return cmp.Or(cmp.Compare(b.shared, a.shared), cmp.Compare(ix.count(b.term), ix.count(a.term)))
	})
	var out []match
	for _, f := range found[:min(len(found), maxFixes)] {
		if f.shared < found[0].shared {
			break
		}
		out = append(out, match{f.term, endingWorth})
	}
	return out
}

// spaced reports whether a term is of a script that puts spaces between words.
func spaced(term string) bool {
	for _, r := range term {
		return !unspaced(r)
	}
	return false
}
