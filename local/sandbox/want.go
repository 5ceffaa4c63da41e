package sandbox

import (
	"math"
	"regexp"
	"slices"
	"strings"
)

// want is a term of a question.
type want struct {
	word     string // as it was written
	stem     string
	concepts []string
	meanings []string // everyday words that mean the same, for want of better
	weight   float64
	named    bool // a name, which only itself will do for
	light    bool // it says little
	country  bool // which some pages only call abroad
	counted  bool // "how many" goes before it
	absent   bool // no passage has anything of it
	earlier  bool // said in the question before
}

// parts takes German compounds apart that no passage has: shoes for children are
// asked for by two terms, and a page about shoes has only one of them.
func (r *reader) parts(wants []want, ask *language, sentences []sentence) []want {
	if ask.code != "de" {
		return wants
	}
	var out []want
	for _, w := range wants {
		known := func(stem string) bool {
			return r.lexicon.concept[stem] != "" || r.memory.meanings["de:"+stem] != nil
		}
		if len(w.stem) < 9 || known(w.stem) || slices.ContainsFunc(sentences, func(s sentence) bool { return s.own[w.stem] || s.title[w.stem] }) {
			out = append(out, w)
			continue
		}
		at := 0 // where the second part begins
		for i := len(w.stem) - 4; i >= 4; i-- {
			if known(w.stem[i:]) {
				at = i
			}
		}
		if at == 0 {
			out = append(out, w)
			continue
		}
		for _, part := range []string{w.stem[:at], w.stem[at:]} {
			part = r.lexicon.stem(part, ask)
			out = append(out, want{stem: part, concepts: r.lexicon.conceptsOf(part), meanings: meaningsOnly(r.memory.of(part, ask)), earlier: w.earlier})
		}
	}
	return out
}

// wants gives the terms of a question and the sort of fact it asks for. A
// question that continues the one before ("and for a teapot?") inherits from it
// what it does not say itself.
func (r *reader) wants(in reading, ask *language) ([]want, *kind) {
	wants, sort := r.terms(in.question, ask), kindOf(in.question)
	if len(in.earlier) == 0 || !continues(in.question, len(wants)) {
		return wants, sort
	}
	before := in.earlier[len(in.earlier)-1]
	earlier := r.terms(before, r.lexicon.detect(before, ask))
	topic := slices.ContainsFunc(wants, func(w want) bool { return len(w.concepts) > 0 })
	isThing := func(w want) bool { return len(w.concepts) == 0 }
	thing := slices.ContainsFunc(wants, isThing)
	whole := !thing && !slices.ContainsFunc(earlier, isThing) // "it" is what was done, not a thing
	if sort == nil && !topic {
		sort = kindOf(before)
	}
	for _, w := range earlier {
		if len(w.concepts) > 0 && (!topic || whole) || len(w.concepts) == 0 && !thing {
			if !slices.ContainsFunc(wants, func(x want) bool { return x.stem == w.stem }) {
				w.earlier = true
				wants = append(wants, w)
			}
		}
	}
	return wants, sort
}

var continuation = regexp.MustCompile(`(?i)^\s*(and|or|but|what about|how about|also|und|oder|aber|was ist mit|wie ist es|et|ou|mais|qu'en est)\b|\b(it|that|they|them|those|these|one|ones|das|dies|davon|cela|ça|celui|celle)\b`)

// continues reports whether a question makes sense only with the one before.
func continues(question string, terms int) bool {
	return terms <= 1 || terms <= 3 && continuation.MatchString(question)
}

func kindOf(question string) *kind {
	for i := range kinds {
		if kinds[i].asks.MatchString(question) {
			return &kinds[i]
		}
	}
	return nil
}

// placeholder stands for something personal, which no passage can hold.
var placeholder = regexp.MustCompile(`\[[a-z]+(_\d+)?\]`)

// terms gives the words of a question that say something.
func (r *reader) terms(question string, in *language) []want {
	var out []want
	all := split(placeholder.ReplaceAllString(question, " "))
	joined := map[int]bool{} // second words of pairs
	for i, w := range all {
		if joined[i] {
			continue
		}
		stem := r.lexicon.stem(w, in)
		found := r.lexicon.conceptsOf(stem)
		small := in.stops[w] && !r.lexicon.exact[in.code+":"+w] // "lange" is not "Länge"
		if c, second := r.pair(all, i); c != "" {
			stem, found = w+"-"+all[second], []string{c} // each of the two means something else
			joined[second], small = true, false
		}
		if small || len([]rune(w)) < 2 {
			continue
		}
		if !slices.ContainsFunc(out, func(x want) bool { return x.stem == stem }) {
			w := want{word: w, stem: stem, concepts: found, named: names[w], light: light[w], country: countries[w]}
			if w.named {
				w.concepts = slices.DeleteFunc(slices.Clone(found), func(c string) bool { return c != stem })
			} else {
				w.meanings = meaningsOnly(r.memory.of(stem, in))
			}
			w.counted = i > 0 && (all[i-1] == "many" || all[i-1] == "viele")
			if len(w.concepts)+len(w.meanings) == 0 && properName(question, all[i], in) {
				w.named = true
			}
			if w.country {
				w.concepts = []string{"abroad"}
			}
			out = append(out, w)
		}
	}
	return out
}

// properName reports whether a word is written as the name of a thing in the
// midst of a question. In German every noun is.
func properName(question, word string, in *language) bool {
	if in.code == "de" {
		return false
	}
	at := strings.Index(strings.ToLower(question), word)
	if at <= 0 || at >= len(question) || strings.ContainsAny(strings.TrimSpace(question[:at])[max(0, len(strings.TrimSpace(question[:at]))-1):], ".!?") {
		return false
	}
	return question[at] >= 'A' && question[at] <= 'Z' && strings.ToUpper(question) != question
}

// meaningsOnly leaves out the concepts.
func meaningsOnly(all []string) []string {
	var out []string
	for _, m := range all {
		if strings.HasPrefix(m, "~") {
			out = append(out, m)
		}
	}
	return out
}

// pair gives the concept of two words that mean something together, such as
// "send anything back", and where the second one is.
func (r *reader) pair(all []string, i int) (concept string, second int) {
	for j := i + 1; j < min(i+4, len(all)); j++ {
		if c, ok := r.lexicon.concept[all[i]+"-"+all[j]]; ok {
			return c, j
		}
	}
	return "", 0
}

// weigh gives rare terms more weight, and terms of a known concept more again:
// an answer about another thing may still hold for this one, an answer about
// another matter never does. A word that no passage has may be misspelt: then it
// stands for the one it resembles.
func (r *reader) weigh(wants []want, ask *language, sentences []sentence, passages []passage) {
	for i := range wants {
		w := &wants[i]
		count := func() (seen, most int) {
			for _, s := range sentences {
				if s.own[w.stem] || s.title[w.stem] {
					seen++
				}
				if w.match(s) > 0 {
					most++
				}
			}
			return seen, most
		}
		seen, some := count()
		if some == 0 && len(w.concepts) == 0 {
			if other := r.near(w.word, sentences, passages); other != "" {
				w.stem = r.lexicon.stem(other, ask)
				w.concepts, w.meanings = r.lexicon.conceptsOf(w.stem), meaningsOnly(r.memory.of(w.stem, ask))
				seen, some = count()
			}
		}
		w.absent = some == 0
		w.weight = 1 + 0.5*math.Log(float64(len(sentences)+1)/float64(seen+1))
		if len(w.concepts) > 0 {
			w.weight = conceptWeight
		} else if w.absent {
			w.weight = absentWeight
			if !slices.ContainsFunc(sentences, func(s sentence) bool { return s.language == ask }) {
				w.weight = absentForeign // it may be there in words of another language
			}
		}
		if w.named {
			w.weight = conceptWeight
		} else if w.light && len(w.concepts) == 0 {
			w.weight = lightWeight
		}
		if w.earlier {
			w.weight *= 0.7
		}
	}
}

// near gives the word of the passages that is one letter away from a longer one;
// none if there is none or the word is short.
func (r *reader) near(word string, sentences []sentence, passages []passage) string {
	if len([]rune(word)) < 5 || strings.ContainsAny(word, "0123456789") {
		return ""
	}
	best := ""
	look := func(text string) {
		for _, other := range split(text) {
			if (best == "" || other < best) && oneApart([]rune(word), []rune(other)) {
				best = other
			}
		}
	}
	for _, s := range sentences {
		look(s.text)
	}
	for _, p := range passages {
		look(p.title)
	}
	return best
}

// oneApart reports whether two words differ in one letter too many, or in longer
// words in one that is another or the order of two, but not in the first.
func oneApart(a, b []rune) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a)-len(b) > 1 || len(b) < 5 || a[0] != b[0] {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(b) {
		return true
	}
	if len(a) > len(b) {
		return slices.Equal(a[i+1:], b[i:])
	}
	if len(a) < 6 {
		return false
	}
	return slices.Equal(a[i+1:], b[i+1:]) || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
}

// in tells how well a bag meets a term: with all of it for the very word, less for
// one that means the same.
func (w want) in(bag map[string]bool, all float64) float64 {
	if bag[w.stem] {
		return all
	}
	got := 0.0
	for _, m := range w.meanings {
		if bag[m] {
			got = all * 0.85
		}
	}
	for _, c := range w.concepts {
		switch {
		case !bag["="+c]:
		case w.country:
			got = max(got, all*0.7)
		default:
			return all - 0.05
		}
	}
	return got
}

// match tells how well a sentence meets a term, from 0 to 1.
func (w want) match(s sentence) float64 {
	heading := 0.8
	if s.place == 0 {
		heading = 0.92 // the first thing that is said under it
	}
	got := max(w.in(s.own, 1), w.in(s.heading, heading), w.in(s.title, 0.7), w.in(s.around, 0.3))
	if s.after {
		return max(got, w.in(s.near, 0.95)) // the answer to a question on the page
	}
	return max(got, w.in(s.near, 0.5))
}
