package wish

import (
	"strconv"
	"strings"
)

// number is the class of a child's age: a number from youngest to oldest, as figures
// or as a word of the class "numbers".
const (
	number   = "n"
	youngest = 4
	oldest   = 15
)

// near is how many words a wish is spread over at the most.
const near = 12

// goods is the class of words for what a shop has and does. What stands beside a
// person's data in these is not about the person.
const goods = "goods"

// span is some words of a clause.
type span struct{ from, to int }

// reading is a clause being understood.
type reading struct {
	table *table
	words []string
	known map[string][]span // what was found of a class
	whole map[string]bool   // whether that is all there is
}

// understand looks every word of a clause up.
func (t *table) understand(clause []string) *reading {
	r := &reading{table: t, words: clause, known: map[string][]span{}, whole: map[string]bool{}}
	for from, word := range clause {
		for _, p := range t.plain[bucket(word)] {
			r.walk(p.words, from, func(to int) { r.known[p.class] = append(r.known[p.class], span{from, to}) })
		}
	}
	return r
}

// any reports whether one of the rules holds.
func (r *reading) any(rules []rule) bool {
	for _, rule := range rules {
		if r.holds(rule, nil) {
			return true
		}
	}
	return false
}

// holds reports whether the sequences of a rule stand near each other and beside
// those already found.
func (r *reading) holds(rest rule, found []span) bool {
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
	if first := s[0]; first.class != "" && first.class != number && !first.optional {
		found := r.class(first.class)
		if len(s) == 1 {
			return found
		}
		for _, f := range found {
			r.walk(s[1:], f.to, func(to int) { all = append(all, span{f.from, to}) })
		}
		return all
	}
	for from := range len(r.words) + 1 { // $ stands behind the last word
		r.walk(s, from, func(to int) { all = append(all, span{from, to}) })
	}
	return all
}

// class gives where something of a class stands.
func (r *reading) class(name string) []span {
	if r.whole[name] {
		return r.known[name]
	}
	r.whole[name] = true // a class that names itself has nothing more in it
	for _, s := range r.table.made[name] {
		r.known[name] = append(r.known[name], r.find(s)...)
	}
	return r.known[name]
}

// walk follows a sequence from a word on, and gives every word it can end before.
func (r *reading) walk(s sequence, at int, end func(int)) {
	if len(s) == 0 {
		end(at)
		return
	}
	e, rest := s[0], s[1:]
	if e.optional {
		r.walk(rest, at, end)
	}
	switch {
	case e.start:
		if at == 0 {
			r.walk(rest, at, end)
		}
	case e.end:
		if at == len(r.words) {
			r.walk(rest, at, end)
		}
	case e.gap > 0:
		for n := 0; ; n++ {
			r.walk(rest, at+n, end)
			if n == e.gap || at+n >= len(r.words) || r.words[at+n] == "," || r.isGoods(at+n) {
				return
			}
		}
	case e.class == number:
		if at < len(r.words) && r.isAge(r.words[at]) {
			r.walk(rest, at+1, end)
		}
	case e.class != "":
		for _, found := range r.class(e.class) {
			if found.from == at {
				r.walk(rest, found.to, end)
			}
		}
	case at < len(r.words) && (r.words[at] == e.word || e.open && strings.HasPrefix(r.words[at], e.word)):
		r.walk(rest, at+1, end)
	}
}

func (r *reading) isGoods(at int) bool {
	for _, s := range r.class(goods) {
		if s.from <= at && at < s.to {
			return true
		}
	}
	return false
}

func (r *reading) isAge(word string) bool {
	if n, err := strconv.Atoi(word); err == nil {
		return n >= youngest && n <= oldest
	}
	for _, s := range r.table.classes["numbers"] {
		if len(s) == 1 && s[0].word == word {
			return true
		}
	}
	return false
}
