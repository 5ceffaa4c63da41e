package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// reader answers questions by finding the sentences that hold the answer. It
// understands nothing: it counts words that question and sentence share, knows
// some that mean the same, and can tell a duration or a price by its look. It
// says only what stands in the passages, and the same every time.
type reader struct {
	lexicon *lexicon
	memory  *memory

	mu   sync.Mutex
	seen map[string][]sentence // passages that were cut up before
}

func newReader() *reader {
	l := newLexicon()
	return &reader{lexicon: l, memory: newMemory(l), seen: map[string][]sentence{}}
}

// maxSeen bounds the passages that are remembered.
const maxSeen = 4096

// enough is the share of a question that a sentence must match.
const enough = 0.44

// The weights of terms.
const (
	conceptWeight = 2.6 // of a known concept, or a name
	absentWeight  = 2.4 // that no passage has
	absentForeign = 1.2 // the same, where the passages are in another language
	lightWeight   = 0.4 // that says little
)

// The weights of score.
const (
	withoutFact  = 0.7  // of a sentence without the sort of fact that is asked for
	withoutTopic = 0.5  // about another matter
	underOther   = 0.4  // with a time, under a heading about another matter
	offeredOther = 0.6  // about another thing than the one that the shop may have
	forMissed    = 0.6  // off for what a yes or no is not about
	forEarly     = 0.06 // on for the first passage, which the search found best
	forOwn       = 0.08 // on for the very words
	forHeading   = 0.2  // on for a heading that has the question's words
)

// alike is the share of the best score from which a second sentence answers
// about as well.
const alike = 0.9

// sentence is a unit of a passage that can be quoted.
type sentence struct {
	text     string
	passage  int // where it stands in the prompt
	language *language
	own      map[string]bool // stems and concepts in it
	near     map[string]bool // in the sentence before
	heading  map[string]bool // in the nearest heading above it
	title    map[string]bool // in the page's title and the other headings
	around   map[string]bool // elsewhere in the passage
	place    int             // in the passage, from 0
	asks     bool            // it is itself a question
	after    bool            // it follows one
}

// answer gives the answer to what was read.
func (r *reader) answer(in reading) string {
	ask := r.languageOf(in)
	nothing := ask.nothing
	if in.refusal != "" {
		nothing = in.refusal
	}
	if len(in.results) > 0 {
		return strings.Join(in.results, "\n")
	}
	if o, ok := orderIn(in.passages); ok {
		if said := o.answer(in.question, ask); said != "" {
			return said
		}
		in.passages = slices.DeleteFunc(slices.Clone(in.passages), func(p passage) bool { return p.n == o.n })
	}
	wants, sort := r.wants(in, ask)
	offer := offers.MatchString(in.question)
	if len(wants) == 0 && sort == nil {
		if len(in.passages) == 0 || len(split(in.question)) <= 3 {
			return ask.greeting
		}
		return nothing
	}
	sentences := r.sentences(in.passages)
	wants = r.parts(wants, ask, sentences)
	r.weigh(wants, ask, sentences, in.passages)
	best := r.rank(wants, sort, offer, sentences)
	if len(best) == 0 {
		return nothing
	}
	var out []string
	for _, s := range best {
		p := in.passages[s.passage]
		text := strings.TrimRight(step.ReplaceAllString(s.text, ""), " .")
		if said := ask.record(p.title, text); said != "" {
			out = append(out, fmt.Sprintf("%s [%d].", said, p.n))
			continue
		}
		if len(split(text)) < 2 { // a word of a list
			head := p.title
			if i := strings.LastIndex(head, " › "); i >= 0 {
				head = head[i+len(" › "):]
			}
			text = head + ": " + text
		}
		if s.language != ask {
			out = append(out, fmt.Sprintf(ask.foreign, strings.TrimRight(p.title, " ?!."), text, p.n))
			continue
		}
		if end := text[len(text)-1]; end == '!' || end == '?' || end == ':' || end == ';' {
			text = text[:len(text)-1]
		}
		out = append(out, fmt.Sprintf("%s [%d].", text, p.n))
	}
	return strings.Join(out, " ")
}

// recordMark ends the title of a product's record.
const recordMark = " (product record)"

// record says what the shop's data of a product has, whatever language its pages
// are in: its price or whether it is in stock. It is empty for other sentences.
func (l *language) record(title, text string) string {
	product, ok := strings.CutSuffix(title, recordMark)
	if !ok {
		return ""
	}
	if i := strings.LastIndex(product, " › "); i >= 0 {
		product = product[i+len(" › "):]
	}
	field, value, _ := strings.Cut(text, ": ")
	if frame := l.fields[field]; frame != "" {
		return fmt.Sprintf(frame, product, value)
	}
	if frame := l.fields[text]; frame != "" {
		return fmt.Sprintf(frame, product)
	}
	return ""
}

// languageOf tells the language of a question by its small words and those that
// the reader knows. A question that shows none has the one of most passages.
func (r *reader) languageOf(in reading) *language {
	fallback := r.lexicon.byCode(in.language)
	pages, counts := fallback, map[*language]int{}
	for _, p := range in.passages {
		if strings.HasSuffix(p.title, recordMark) {
			continue // its fields are in no page's language
		}
		l := r.lexicon.detect(strings.Join(p.lines, " "), fallback)
		counts[l]++
		if counts[l] > counts[pages] {
			pages = l
		}
	}
	if in.language == "" {
		fallback = pages
	}
	best, most := fallback, 0
	for _, l := range r.lexicon.languages {
		count := 0
		if l == pages {
			count = 1 // of two it may be, the likelier
		}
		for _, w := range split(in.question) {
			switch {
			case l.stops[w]:
				count += 3
			case r.lexicon.exact[l.code+":"+w], r.memory.meanings[l.code+":"+r.lexicon.stem(w, l)] != nil:
				count += 2
			}
		}
		if count > most || count == most && l == fallback {
			best, most = l, count
		}
	}
	return best
}

// sentences cuts the passages up.
func (r *reader) sentences(passages []passage) []sentence {
	var out []sentence
	for i, p := range passages {
		record := strings.HasSuffix(p.title, recordMark)
		for _, s := range r.cutUp(p) {
			s.passage = i
			if record { // what else its page says is said of it
				s.around = r.page(p.url, passages)
			}
			out = append(out, s)
		}
	}
	return out
}

// page gives the stems and concepts of all passages from one address.
func (r *reader) page(url string, passages []passage) map[string]bool {
	all := map[string]bool{}
	for _, p := range passages {
		if p.url == url {
			for _, s := range r.cutUp(p) {
				maps.Copy(all, s.around)
			}
		}
	}
	return all
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
	head := p.title // "Page › Heading › Heading"
	if i := strings.LastIndex(head, " › "); i >= 0 {
		head = head[i:]
	}
	heading, title, around := r.bag(head, in), r.bag(p.title, in), r.bag(strings.Join(p.lines, " "), in)
	out := []sentence{}
	var near map[string]bool
	after := false
	for place, text := range cut(p.lines) {
		s := sentence{text: text, language: in, place: place, own: r.bag(text, in), near: near, heading: heading, title: title, around: around,
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
		for _, m := range r.memory.of(stem, in) {
			if strings.HasPrefix(m, "~") {
				bag[m] = true
			}
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

// rank gives the one to four sentences that answer, in the order to say them;
// none if none does.
func (r *reader) rank(wants []want, sort *kind, offer bool, sentences []sentence) []sentence {
	total := 0.0
	for _, w := range wants {
		total += w.weight
	}
	if sort != nil {
		total++
	}
	var best, second int
	scores := make([]float64, len(sentences))
	for i, s := range sentences {
		scores[i] = r.score(wants, sort, offer, s, total)
		if scores[i] > scores[best] {
			best = i
		}
	}
	if len(sentences) == 0 || scores[best] < enough {
		return nil
	}
	first := sentences[best]
	if step.MatchString(first.text) { // the steps make sense only together
		var steps []sentence
		for _, s := range sentences {
			if s.passage == first.passage && step.MatchString(s.text) && len(steps) < 4 {
				steps = append(steps, s)
			}
		}
		return steps
	}
	// A second sentence is worth saying if it speaks of what the first does not, or
	// answers about as well.
	for i, s := range sentences {
		adds := slices.ContainsFunc(wants, func(w want) bool { return w.match(s) > w.match(first)+0.15 })
		close := scores[i] > alike*scores[best] && s.language == first.language
		if i != best && (adds || close) && !similar(first.own, s.own) && (second == best || scores[i] > scores[second]) {
			second = i
		}
	}
	if second != best && scores[second] > max(enough, 0.8*scores[best]) {
		return []sentence{first, sentences[second]}
	}
	return []sentence{first}
}

// score tells how well a sentence answers, from 0 to about 1.
func (r *reader) score(wants []want, sort *kind, offer bool, s sentence, total float64) float64 {
	size := len(split(s.text))
	if s.asks || size < 2 && !slices.ContainsFunc(wants, func(w want) bool { return s.own[w.stem] }) {
		return 0
	}
	score, missed, topic, topics, own, under := 0.0, 0.0, false, false, 0.0, 0.0
	fact := sort != nil && sort.answers.MatchString(s.text)
	alone := sort != nil && (sort.concept == "price" || sort.concept == "discount") // nothing of what it is asked of
	for _, w := range wants {
		if w.named && w.absent {
			if !lists(s.text) {
				return 0
			}
			continue // it is not among them, which says it
		}
		m := w.match(s)
		if fact && slices.Contains(w.concepts, sort.concept) {
			m = max(m, 0.8) // "£529 in walnut" is about a price without the word
		}
		score += w.weight * m
		topic = topic || len(w.concepts) > 0 && m >= 0.4
		topics = topics || len(w.concepts) > 0
		if m < 0.3 && !w.earlier {
			missed += w.weight
		}
		if sort != nil && !slices.Contains(w.concepts, sort.concept) && (m >= 0.3 || w.light) {
			alone = false
		}
		if s.own[w.stem] {
			own += w.weight
		} else if w.counted {
			fact = false // a number of something else
		}
		if w.in(s.heading, 1) > 0 {
			under += w.weight
		}
	}
	if alone && len(wants) > 1 {
		return 0 // that of something else
	}
	if fact {
		score++
	} else if sort != nil && !sort.soft {
		score *= withoutFact // not the sort of fact that was asked for
	}
	score = score/total + 0.04/float64(1+s.place) + forEarly/float64(1+s.passage) // pages say first what holds for most
	score += forOwn*own/total + forHeading*max(0, under/total-0.3)
	if topics && !topic {
		score *= withoutTopic // about another matter
	}
	if fact && topics && sort.concept == "" && s.elsewhere(wants) {
		score *= underOther // how long something else takes
	}
	if sort == nil {
		score *= 1 - forMissed*missed/total // a yes or no must be about all that was asked
	}
	if offer && missed > 0.5 {
		score *= offeredOther // what is sold is this thing or none
	}
	if size < 4 && !fact {
		score *= 0.8
	}
	return score
}

// matters are the concepts that a heading sets what is under it apart by: "30 days
// from delivery" under "Returns" is about returns.
var matters = strings.Fields("return refund exchange guarantee cancel repair")

// elsewhere reports whether a sentence stands under a heading about such a matter,
// and none is asked about.
func (s sentence) elsewhere(wants []want) bool {
	return slices.ContainsFunc(matters, func(m string) bool { return s.heading["="+m] }) &&
		!slices.ContainsFunc(wants, func(w want) bool {
			return len(w.concepts) > 0 && w.in(s.heading, 1) > 0 || slices.ContainsFunc(w.concepts, func(c string) bool { return slices.Contains(matters, c) })
		})
}

// lists reports whether a sentence lists several of what names are.
func lists(text string) bool {
	n := 0
	for _, w := range split(text) {
		if names[w] {
			n++
		}
	}
	return n >= 3
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
