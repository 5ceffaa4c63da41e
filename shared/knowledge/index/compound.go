package index

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// compounding lists the languages that write words together to make new ones.
var compounding = []string{"de", "nl", "sv", "da", "no", "nb", "nn", "fi"}

// Limits of the parts of a compound, in bytes.
const (
	minHead = 4
	minTail = 4
)

// parts gives the terms of a compound that the site knows only apart, such as
// "Wollmütze" where it speaks of "Wolle" and "Mützen". The longest tail counts: it
// says what the thing is.
func (ix *Index) parts(word, language string) []match {
	if !slices.Contains(compounding, language) {
		return nil
	}
	for cut := minHead; cut <= len(word)-minTail; cut++ {
		if !utf8.RuneStart(word[cut]) {
			continue
		}
		tail := ix.find(stem(word[cut:], language))
		if tail < 0 {
			continue
		}
		head := ix.find(stem(word[:cut], language))
		if joined, ok := strings.CutSuffix(word[:cut], "s"); ok && head < 0 {
			head = ix.find(stem(joined, language))
		}
		if head >= 0 {
			return []match{{tail, compoundWorth}, {head, compoundWorth}}
		}
	}
	return nil
}
