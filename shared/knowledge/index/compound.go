package index

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// links are what some languages put between the parts of a word that is made of
// others, nothing included. Which words are parts is told by the site's own terms.
var links = map[string][]string{
	"de": {"", "s", "n", "en", "es", "er", "e", "ns"},
	"nl": {"", "s", "e", "en", "er", "n"},
	"sv": {"", "s", "e", "o", "a", "u"},
	"da": {"", "s", "e", "er"},
	"no": {"", "s", "e"}, "nb": {"", "s", "e"}, "nn": {"", "s", "e"},
	"fi": {"", "n"},
}

// The worth of a word of which only a part is there, or that is only a part of
// what is there, as a share of one. The last part says what a thing is.
const (
	headWorth     = 0.7
	modifierWorth = 0.5
)

// Limits of taking words apart.
const (
	minPart      = 3  // characters
	minSurePart  = 5  // characters of a word that the rest need not be known beside
	maxCompound  = 48 // bytes
	maxParts     = 3
	maxCompounds = 6   // terms that contain a word and are taken for it
	maxContains  = 400 // terms looked at for them
	maxTried     = 300 // parts looked up for one word, or for what contains it
)

// parts takes a lower-case word of a language apart, and gives the terms of its
// parts in order: nothing if they are not all terms of the site.
func (ix *Index) parts(word, language string) []int {
	if links[language] == nil || len(word) > maxCompound || utf8.RuneCountInString(word) < 2*minPart {
		return nil
	}
	find := ix.finder(language)
	for n := 2; n <= maxParts; n++ {
		if found := cut(word, n, links[language], find); found != nil {
			return found
		}
	}
	return nil
}

// finder looks parts of words up, each once, and gives the terms of their stems,
// or -1 for one that is none; in the end for all, so that no word takes long.
func (ix *Index) finder(language string) func(part string) int {
	known := map[string]int{}
	return func(part string) int {
		i, ok := known[part]
		switch {
		case ok:
			return i
		case len(known) >= maxTried || utf8.RuneCountInString(part) < minPart:
			return -1
		}
		known[part] = ix.find(stem(part, language))
		return known[part]
	}
}

// cut takes a word apart into n parts, the last as long as possible.
func cut(word string, n int, links []string, find func(part string) int) []int {
	for at := range word {
		if at < minPart {
			continue
		}
		last := find(word[at:])
		if last < 0 {
			continue
		}
		for _, link := range links {
			first, ok := strings.CutSuffix(word[:at], link)
			if !ok {
				continue
			}
			if n > 2 {
				if found := cut(first, n-1, links, find); found != nil {
					return append(found, last)
				}
			} else if i := find(first); i >= 0 {
				return []int{i, last}
			}
		}
	}
	return nil
}

// part gives the longest term that a word of a language ends with, or else begins
// with, for a word whose other parts the site does not have.
func (ix *Index) part(word, language string) []match {
	if links[language] == nil || len(word) > maxCompound {
		return nil
	}
	letters := []rune(word)
	for at := minPart; at <= len(letters)-minSurePart+1; at++ {
		if i := ix.find(stem(string(letters[at:]), language)); i >= 0 {
			return []match{{i, headWorth}}
		}
	}
	for at := len(letters) - minPart; at >= minSurePart-1; at-- {
		if i := ix.find(stem(string(letters[:at]), language)); i >= 0 {
			return []match{{i, modifierWorth}}
		}
	}
	return nil
}

// containing gives the most frequent terms that end or begin with a word's term
// and are made of it and another.
func (ix *Index) containing(word, term, language string) []match {
	if links[language] == nil || utf8.RuneCountInString(term) < minPart {
		return nil
	}
	sure := utf8.RuneCountInString(word) >= minSurePart
	find := ix.finder(language)
	// isRest reports whether what is left of a term can be a word.
	isRest := func(rest string, unlinked func(rest, link string) (string, bool)) bool {
		for _, link := range links[language] {
			part, ok := unlinked(rest, link)
			if !ok || utf8.RuneCountInString(part) < minPart {
				continue
			}
			if sure || ix.find(part) >= 0 || find(part) >= 0 {
				return true
			}
		}
		return false
	}
	var found []match
	n := ix.terms.len()
	from := sort.Search(n, func(i int) bool { return compareBackwards(ix.backward(i), term) >= 0 })
	for i := from; i < n && i-from < maxContains; i++ {
		rest, ok := strings.CutSuffix(string(ix.backward(i)), term)
		if !ok {
			break
		}
		if isRest(rest, strings.CutSuffix) {
			found = append(found, match{int(le.Uint32(ix.backwards[4*i:])), headWorth})
		}
	}
	from = sort.Search(n, func(i int) bool { return string(ix.terms.get(i)) >= term })
	for i := from; i < n && i-from < maxContains; i++ {
		rest, ok := strings.CutPrefix(string(ix.terms.get(i)), term)
		if !ok {
			break
		}
		if isRest(rest, strings.CutPrefix) {
			found = append(found, match{i, modifierWorth})
		}
	}
	slices.SortStableFunc(found, func(a, b match) int { return cmp.Compare(ix.count(b.term), ix.count(a.term)) })
	return found[:min(len(found), maxCompounds)]
}

// compounds adds to a word what its parts and what contains it are worth. Without
// the word itself, each of its parts is a word of its own.
func (ix *Index) compounds(w want, word string, spellings, languages []string) []want {
	known := len(w.terms) > 0
	add := func(m match) {
		if !slices.ContainsFunc(w.terms, func(have match) bool { return have.term == m.term }) {
			w.terms = append(w.terms, m)
			if !known {
				w.weight = max(w.weight, idf(ix.passages.len(), ix.count(m.term)))
			}
		}
	}
	for _, language := range languages {
		parts := ix.parts(word, language)
		if !known && parts != nil {
			var apart []want
			for n, i := range parts {
				worth := 1.0
				if n < len(parts)-1 {
					worth = headWorth
				}
				apart = append(apart, want{terms: []match{{i, worth}}, weight: worth * idf(ix.passages.len(), ix.count(i)), optional: w.optional})
			}
			return apart
		}
		for i, part := range parts {
			worth := modifierWorth
			if i == len(parts)-1 {
				worth = headWorth
			}
			add(match{part, worth})
		}
		for _, s := range spellings {
			for _, m := range ix.containing(word, s, language) {
				add(m)
			}
		}
	}
	if len(w.terms) == 0 {
		return nil
	}
	return []want{w}
}
