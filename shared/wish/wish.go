// Package wish understands what people ask for about their own data and their chat,
// in their own words and without a model: to know what is held, a copy, erasure,
// correction, no AI, a person. The chat on a shop's site and the threads of
// WhatsApp, Messenger and Instagram understand the same.
//
// A language is a table (tables/*.txt) of word classes, such as the verbs of
// erasing or the words for one's own data. One grammar for all languages
// (tables/grammar.txt) says which of them make a wish when they stand together, in
// whichever order and with whatever politeness around them. So wordings are
// understood that nobody has listed, and a question about an order, which has the
// same verbs, is not taken for a wish.
package wish

import (
	"slices"
	"strings"
)

// Wish is something a person asks for.
type Wish string

// The wishes, by the names that privacy requests have.
const (
	None      Wish = ""
	Access    Wish = "access"       // what is held
	Export    Wish = "export"       // a copy of it
	Erase     Wish = "erase"        // erasure
	Correct   Wish = "correct"      // what is wrong put right
	Restrict  Wish = "restrict"     // kept, but not used
	Object    Wish = "object"       // not used for something
	OptOut    Wish = "opt-out"      // neither sold nor shared
	Limit     Wish = "limit"        // sensitive data used as little as possible
	NoAI      Wish = "no-ai"        // no AI in this chat
	Human     Wish = "human"        // a person to talk to
	Review    Wish = "human-review" // a person who looks at an answer
	Complaint Wish = "complaint"    // about what is done with one's data
	Child     Wish = "child"        // says that they are a child
)

// maxMessage bounds a message in which a wish is looked for, in bytes: the longest
// that a chat takes.
const maxMessage = 8000

// Of understands a message, and says in which language's words. What could be said
// in several languages is taken to be in the preferred one, such as de-AT, if that is
// among them.
func Of(message, preferred string) (Wish, string) {
	if len(message) > maxMessage {
		return None, ""
	}
	all, base := tables(), baseOf(preferred)
	clauses := clausesOf(message)
	r := &reading{known: make([][]span, len(all.classes)), whole: make([]bool, len(all.classes))}
	best, spoken := len(all.order), ""
	for _, language := range all.languages(base) {
		table := all.by[language]
		if at := r.alone(table, clauses, all.alone); at < best {
			best, spoken = at, language
		}
		for _, clause := range clauses {
			if at := r.first(table, clause, best); at < best {
				best, spoken = at, language
			}
		}
		if language == base && best < len(all.order) {
			break
		}
	}
	if spoken == "" {
		return None, ""
	}
	return all.order[best], spoken
}

// Languages lists the languages wishes are understood in.
func Languages() []string {
	return slices.Clone(tables().names)
}

func baseOf(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return base
}

// languages gives the tables to look in, the preferred one first.
func (c *catalogue) languages(preferred string) []string {
	at := slices.Index(c.names, preferred)
	if at < 0 {
		return c.names
	}
	return append([]string{preferred}, slices.Delete(slices.Clone(c.names), at, at+1)...)
}

// shortly is how many words a message has at the most that is nothing but the word
// for a wish.
const shortly = 8

// alone gives the place, in order, of the wish whose word is all that was said.
func (r *reading) alone(t *table, clauses [][]string, alone []class) int {
	if len(clauses) != 1 || len(clauses[0]) > shortly {
		return len(alone)
	}
	r.understand(t, clauses[0])
	var said []string
	for at, word := range clauses[0] {
		if word != "," && !slices.Contains(r.known[polite], span{at, at + 1}) {
			said = append(said, word)
		}
	}
	if len(said) < len(clauses[0]) {
		r.understand(t, said)
	}
	for at, c := range alone {
		if slices.Contains(r.known[c], span{0, len(said)}) {
			return at
		}
	}
	return len(alone)
}

// first gives the place of the first wish before the limit that a clause expresses.
func (r *reading) first(t *table, clause []string, limit int) int {
	r.understand(t, clause)
	for at := range limit {
		if r.any(t.rules, at) && !r.any(t.vetoes, at) {
			return at
		}
	}
	return limit
}
