package sandbox

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// reader answers questions by finding the sentences that hold the answer. It
// understands nothing: it counts words that question and sentence share, knows
// some that mean the same, and can tell a duration or a price by its look. It
// says only what stands in the passages, and the same every time.
type reader struct {
	lexicon *lexicon

	mu   sync.Mutex
	seen map[string][]sentence // passages that were cut up before
}

func newReader() *reader { return &reader{lexicon: newLexicon(), seen: map[string][]sentence{}} }

// maxSeen bounds the passages that are remembered.
const maxSeen = 4096

// enough is the share of a question that a sentence must match.
const enough = 0.42

// sentence is a unit of a passage that can be quoted.
type sentence struct {
	text     string
	passage  int // where it stands in the prompt
	language *language
	own      map[string]bool // stems and concepts in it
	near     map[string]bool // in the sentence before
	title    map[string]bool // in the page's title
	around   map[string]bool // elsewhere in the passage
	place    int             // in the passage, from 0
	asks     bool            // it is itself a question
	after    bool            // it follows one
}

// want is a term of a question.
type want struct {
	stem     string
	concepts []string
	weight   float64
}

// answer gives the answer to what was read.
func (r *reader) answer(in reading) string {
	ask := r.lexicon.detect(in.question, r.lexicon.byCode(in.language))
	nothing := ask.nothing
	if in.refusal != "" {
		nothing = in.refusal
	}
	if len(in.results) > 0 {
		return strings.Join(in.results, "\n")
	}
	wants, sort := r.wants(in, ask)
	if len(wants) == 0 && sort == nil {
		if len(in.passages) == 0 || len(split(in.question)) <= 3 {
			return ask.greeting
		}
		return nothing
	}
	sentences := r.sentences(in.passages)
	r.weigh(wants, sentences)
	best := r.rank(wants, sort, sentences)
	if len(best) == 0 {
		return nothing
	}
	var out []string
	for _, s := range best {
		p := in.passages[s.passage]
		text := strings.TrimRight(s.text, " .")
		if s.language != ask {
			out = append(out, fmt.Sprintf(ask.foreign, p.title, text, p.n))
			continue
		}
		if end := text[len(text)-1]; end == '!' || end == '?' || end == ':' || end == ';' {
			text = text[:len(text)-1]
		}
		out = append(out, fmt.Sprintf("%s [%d].", text, p.n))
	}
	return strings.Join(out, " ")
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
	if sort == nil {
		sort = kindOf(before)
	}
	topic := slices.ContainsFunc(wants, func(w want) bool { return len(w.concepts) > 0 })
	thing := slices.ContainsFunc(wants, func(w want) bool { return len(w.concepts) == 0 })
	for _, w := range earlier {
		if len(w.concepts) > 0 && !topic || len(w.concepts) == 0 && !thing {
			if !slices.ContainsFunc(wants, func(x want) bool { return x.stem == w.stem }) {
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
		if c, second := r.pair(all, i); c != "" {
			found = []string{c}
			joined[second] = true
		}
		if len(found) == 0 && in.stops[w] || len([]rune(w)) < 2 {
			continue
		}
		if !slices.ContainsFunc(out, func(x want) bool { return x.stem == stem }) {
			out = append(out, want{stem: stem, concepts: found})
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

// sentences cuts the passages up.
func (r *reader) sentences(passages []passage) []sentence {
	var out []sentence
	for i, p := range passages {
		for _, s := range r.cutUp(p) {
			s.passage = i
			out = append(out, s)
		}
	}
	return out
}

// cutUp gives the sentences of one passage. Pages are read again and again, so
// the result is remembered.
func (r *reader) cutUp(p passage) []sentence {
	key := p.title + "\n" + strings.Join(p.lines, "\n")
	r.mu.Lock()
	known, ok := r.seen[key]
	r.mu.Unlock()
	if ok {
		return known
	}
	in := r.lexicon.detect(key, r.lexicon.languages[0])
	title, around := r.bag(p.title, in), r.bag(strings.Join(p.lines, " "), in)
	out := []sentence{}
	var near map[string]bool
	after := false
	for place, text := range cut(p.lines) {
		s := sentence{text: text, language: in, place: place, own: r.bag(text, in), near: near, title: title, around: around,
			asks: strings.HasSuffix(text, "?"), after: after}
		near, after = s.own, s.asks
		if !orders.MatchString(text) {
			out = append(out, s)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seen) >= maxSeen {
		clear(r.seen)
	}
	r.seen[key] = out
	return out
}

// bag gives the stems and concepts in a text.
func (r *reader) bag(text string, in *language) map[string]bool {
	bag := map[string]bool{}
	all := split(text)
	for i, w := range all {
		stem := r.lexicon.stem(w, in)
		bag[stem] = true
		for _, c := range r.lexicon.conceptsOf(stem) {
			bag["="+c] = true
		}
		if c, _ := r.pair(all, i); c != "" {
			bag["="+c] = true
		}
		for part := range strings.SplitSeq(w, "-") {
			bag[r.lexicon.stem(part, in)] = true
		}
	}
	return bag
}

// abbreviations end with a point that ends no sentence.
var abbreviations = regexp.MustCompile(`(?i)(^|\s)(no|nr|approx|e\.g|i\.e|z\.b|ca|bzw|inkl|incl|st|mr|mrs|dr|vs|max|min|art|p\.ex|tel|ext|etc|u\.a|d\.h)\.$`)

// cut gives the sentences of lines of text. A line that announces what follows,
// with a colon or as a heading of a few words, is joined to it.
func cut(lines []string) []string {
	var out []string
	lead := ""
	for _, line := range lines {
		line = strings.TrimSpace(strings.TrimLeft(line, "-*•#> \t"))
		line = strings.ReplaceAll(line, "**", "")
		if line == "" || !strings.ContainsFunc(line, unicode.IsLetter) && !strings.ContainsFunc(line, unicode.IsDigit) {
			continue
		}
		if strings.HasSuffix(line, ":") && len(line) < 80 {
			lead = line + " "
			continue
		}
		start := 0
		for i, c := range line {
			if c != '.' && c != '!' && c != '?' {
				continue
			}
			rest := line[i+1:]
			if rest == "" || rest[0] != ' ' || abbreviations.MatchString(line[start:i+1]) {
				continue
			}
			if next := []rune(strings.TrimSpace(rest)); len(next) == 0 || !unicode.IsUpper(next[0]) && !unicode.IsDigit(next[0]) && next[0] != '[' && next[0] != '„' && next[0] != '“' && next[0] != '£' {
				continue
			}
			out = append(out, lead+strings.TrimSpace(line[start:i+1]))
			start, lead = i+1, ""
		}
		if last := strings.TrimSpace(line[start:]); last != "" {
			out = append(out, lead+last)
			lead = ""
		}
	}
	if lead != "" {
		out = append(out, strings.TrimSpace(lead))
	}
	return out
}

// weigh gives rare terms more weight, and terms of a known concept more again:
// an answer about another thing may still hold for this one, an answer about
// another matter never does.
func (r *reader) weigh(wants []want, sentences []sentence) {
	for i := range wants {
		w := &wants[i]
		seen := 0
		for _, s := range sentences {
			if s.own[w.stem] || s.title[w.stem] {
				seen++
			}
		}
		w.weight = 1 + 0.5*math.Log(float64(len(sentences)+1)/float64(seen+1))
		if len(w.concepts) > 0 {
			w.weight = 3
		}
	}
}

// match tells how well a sentence meets a term, from 0 to 1.
func (w want) match(s sentence) float64 {
	in := func(bag map[string]bool, stem, concept float64) float64 {
		if bag[w.stem] {
			return stem
		}
		for _, c := range w.concepts {
			if bag["="+c] {
				return concept
			}
		}
		return 0
	}
	got := max(in(s.own, 1, 0.97), in(s.title, 0.7, 0.65), in(s.around, 0.3, 0.2))
	if s.after {
		return max(got, in(s.near, 0.95, 0.9)) // the answer to a question on the page
	}
	return max(got, in(s.near, 0.5, 0.4))
}

// rank gives the one to three sentences that answer, best first; none if none
// does.
func (r *reader) rank(wants []want, sort *kind, sentences []sentence) []sentence {
	type scored struct {
		sentence
		score float64
	}
	total := 0.0
	for _, w := range wants {
		total += w.weight
	}
	if sort != nil {
		total++
	}
	var all []scored
	for _, s := range sentences {
		if s.asks || len(split(s.text)) < 2 {
			continue
		}
		score, topic := 0.0, false
		fact := sort != nil && sort.answers.MatchString(s.text)
		for _, w := range wants {
			m := w.match(s)
			if fact && slices.Contains(w.concepts, sort.concept) {
				m = max(m, 0.8) // "£529 in walnut" is about a price without the word
			}
			score += w.weight * m
			topic = topic || len(w.concepts) > 0 && m >= 0.4
		}
		if fact {
			score++
		}
		score = score/total + 0.04/float64(1+s.place) // pages say first what holds for most
		if !topic && slices.ContainsFunc(wants, func(w want) bool { return len(w.concepts) > 0 }) {
			score *= 0.4
		}
		all = append(all, scored{s, score})
	}
	slices.SortStableFunc(all, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return a.passage - b.passage
	})
	var out []sentence
	for _, s := range all {
		if s.score < enough || len(out) > 0 && s.score < 0.85*all[0].score {
			break
		}
		if slices.ContainsFunc(out, func(o sentence) bool { return similar(o.own, s.own) }) {
			continue
		}
		if out = append(out, s.sentence); len(out) == 2 {
			break
		}
	}
	return out
}

// similar reports whether two sentences share most of their words.
func similar(a, b map[string]bool) bool {
	shared := 0
	for w := range a {
		if b[w] {
			shared++
		}
	}
	return float64(shared) >= 0.6*float64(min(len(a), len(b)))
}
