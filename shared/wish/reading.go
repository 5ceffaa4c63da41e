package wish

import (
	"slices"
	"strconv"
)

// A child's age is a number from youngest to oldest, as figures or as a word of the
// class numbers.
const (
	youngest = 4
	oldest   = 15
)

// near is how many words a wish is spread over at the most.
const near = 12

// span is some words of a clause.
type span struct{ from, to int }

// reading is a clause being understood.
type reading struct {
	table *table
	words []string
	known [][]span // what was found, by class
	whole []bool   // whether that is all there is
}

// understand looks every word of a clause up.
func (r *reading) understand(t *table, clause []string) {
	r.table, r.words = t, clause
	for n := range r.known {
		r.known[n] = r.known[n][:0]
	}
	clear(r.whole)
	for from, word := range clause {
		for n := t.plain[bucket(word)]; n > 0; n = t.entries[n].next {
			e := t.entries[n]
			r.walk(e.sequence, from, func(to int) { r.known[e.class] = append(r.known[e.class], span{from, to}) })
		}
	}
}

// any reports whether one of the rules of a wish holds.
func (r *reading) any(rules []rule, wish int) bool {
	for _, rule := range rules {
		if int(rule.wish) == wish && r.holds(r.table.parts[rule.from:rule.to], nil) {
			return true
		}
	}
	return false
}

// holds reports whether the sequences of a rule stand near each other and beside
// those already found.
func (r *reading) holds(rest []sequence, found []span) bool {
	if len(rest) == 0 {
		return true
	}
	for _, s := range r.find(rest[0]) {
		if r.fits(s, found) && r.holds(rest[1:], append(found, s)) {
			return true
		}
	}
	return false
}

func (r *reading) fits(s span, found []span) bool {
	for _, f := range found {
		if s.from < f.to && f.from < s.to || max(s.to, f.to)-min(s.from, f.from) > near {
			return false
		}
	}
	return true
}

// find gives where a sequence stands.
func (r *reading) find(s sequence) (all []span) {
	if first := r.table.steps[s.from]; first.kind == of && first.class != number && !first.optional {
		found := r.class(first.class)
		if s.from+1 == s.to {
			return found
		}
		for _, f := range found {
			r.walk(sequence{s.from + 1, s.to}, f.to, func(to int) { all = append(all, span{f.from, to}) })
		}
		return all
	}
	for from := range len(r.words) + 1 { // $ stands behind the last word
		r.walk(s, from, func(to int) { all = append(all, span{from, to}) })
	}
	return all
}

// class gives where something of a class stands.
func (r *reading) class(c class) []span {
	if r.whole[c] {
		return r.known[c]
	}
	r.whole[c] = true // a class that names itself has nothing more in it
	for n := r.table.made[c]; n > 0; n = r.table.entries[n].next {
		r.known[c] = append(r.known[c], r.find(r.table.entries[n].sequence)...)
	}
	return r.known[c]
}

// walk follows a sequence from a word on, and gives every word it can end before.
func (r *reading) walk(s sequence, at int, ends func(int)) {
	if s.from == s.to {
		ends(at)
		return
	}
	e, rest := r.table.steps[s.from], sequence{s.from + 1, s.to}
	if e.optional {
		r.walk(rest, at, ends)
	}
	switch e.kind {
	case start:
		if at == 0 {
			r.walk(rest, at, ends)
		}
	case end:
		if at == len(r.words) {
			r.walk(rest, at, ends)
		}
	case gap:
		for n := 0; ; n++ {
			r.walk(rest, at+n, ends)
			if n == int(e.size) || at+n >= len(r.words) || r.words[at+n] == "," || r.covers(goods, at+n) {
				return
			}
		}
	case of:
		if e.class == number {
			if at < len(r.words) && r.isAge(at) {
				r.walk(rest, at+1, ends)
			}
			return
		}
		for _, found := range r.class(e.class) {
			if found.from == at {
				r.walk(rest, found.to, ends)
			}
		}
	default:
		if at < len(r.words) && r.is(e, r.words[at]) {
			r.walk(rest, at+1, ends)
		}
	}
}

// is reports whether a step is a word.
func (r *reading) is(e step, word string) bool {
	as := r.table.wordOf(e)
	if e.kind == openly && len(word) > len(as) {
		word = word[:len(as)]
	}
	return word == string(as)
}

// covers reports whether a word belongs to something of a class.
func (r *reading) covers(c class, at int) bool {
	return slices.ContainsFunc(r.class(c), func(s span) bool { return s.from <= at && at < s.to })
}

func (r *reading) isAge(at int) bool {
	if n, err := strconv.Atoi(r.words[at]); err == nil {
		return n >= youngest && n <= oldest
	}
	return slices.Contains(r.class(numbers), span{at, at + 1})
}
