package support

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"omniops/shared/knowledge/figure"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/passage"
	"omniops/shared/knowledge/wording"
)

// evidence is what the passages given to a model state, ready for checking its
// sentences against.
type evidence struct {
	language string // of the answer
	grounds  []*ground
	records  []record
	asked    []figure.Figure // the question's own figures
	question map[string]bool // its informative words
	known    []figure.Figure // what may be said without a passage: how the shop is reached, and its site
}

// ground is one passage.
type ground struct {
	passage  passage.Passage
	language string
	segments []segment
	stems    map[string]bool
	codes    func() map[string]bool
}

// segment is one sentence, line or row of a passage.
type segment struct {
	text    string
	stems   map[string]bool // its informative words and those of its heading
	own     map[string]bool // without the heading's
	figures []figure.Figure
	doubt   bool // its price contradicts a product's record
	other   bool // it speaks of deliveries to other countries than the one asked about
}

// newEvidence reads the passages of hits.
func newEvidence(read func(passage.Passage) *reading, language, question, contact string, hits []index.Hit) *evidence {
	e := &evidence{
		language: language, asked: figure.Find(question), question: wording.Stems(question, language), known: figure.Find(contact),
		grounds: make([]*ground, len(hits)),
	}
	to := destinations(question)
	for i, h := range hits {
		e.grounds[i] = newGround(h.Passage, read(h.Passage), to)
		e.known = append(e.known, figure.Find(hostOf(h.Passage.URL))...)
	}
	e.known = slices.DeleteFunc(e.known, func(f figure.Figure) bool { return !f.Is(figure.Email) && !f.Is(figure.Phone) && !f.Is(figure.Host) })
	for _, g := range e.grounds {
		if p := g.passage.Product; p != nil {
			e.records = append(e.records, newRecord(*p, g.language))
		}
	}
	e.doubt()
	return e
}

// newGround reads a passage for a question about deliveries to some countries, or
// to none in particular.
func newGround(p passage.Passage, r *reading, to []country) *ground {
	c := r.content()
	g := &ground{passage: p, language: c.language, segments: slices.Clone(c.segments), stems: c.stems, codes: r.codes}
	for i := range g.segments {
		s := &g.segments[i]
		s.other = len(s.figures) > 0 && reachesOthers(to, p.Title()+" "+s.text)
	}
	if p.Product != nil {
		g.segments = append(g.segments, segment{stems: g.segments[0].stems, figures: figure.Find(p.Product.Price + " " + p.Product.Currency)})
	}
	return g
}

// sentence is one of a model's, without its citations.
type sentence struct {
	text, language string
	stems          map[string]bool
	claims         []figure.Figure
	granted        bool           // it states what needs no passage
	backs          []map[int]bool // by claim: the passages that state it
}

// unknown stands for a language that the engine does not speak.
const unknown = "?"

// longEnough is how many words of a sentence tell that its language is none the
// engine speaks.
const longEnough = 6

// read takes a sentence in.
func (e *evidence) read(text string) *sentence {
	text = plainDigits(text)
	s := &sentence{text: text, language: LanguageOf(text, "")}
	if s.language == "" {
		s.language = e.language
		if len(words(text)) >= longEnough {
			s.language = unknown
		}
	}
	s.stems = wording.Stems(text, s.language)
	for _, f := range figure.Find(text) {
		switch {
		case f.Vague:
		case e.granted(f):
			s.granted = true
		default:
			s.claims = append(s.claims, f)
		}
	}
	for _, c := range s.claims {
		s.backs = append(s.backs, e.backs(s, c))
	}
	return s
}

// shares counts the informative words that a sentence and a passage have in
// common. In two languages there are none to be had: then it is -1.
func (s *sentence) shares(g *ground) int {
	if g.foreign(s.language) {
		return -1
	}
	return wording.Common(s.stems, g.stems)
}

// foreign reports whether a passage is in another language than a text.
func (g *ground) foreign(language string) bool { return g.language != "" && g.language != language }

// states gives the segments of a passage that state a figure. What a delivery to
// one country costs or takes is not stated for another.
func (g *ground) states(claim figure.Figure) []segment {
	var found []segment
	rate := claim.Is(figure.Money) || claim.Is(figure.Duration)
	for _, s := range g.segments {
		if !s.doubt && !(s.other && rate) && slices.ContainsFunc(s.figures, func(f figure.Figure) bool { return f.Supports(claim) }) {
			found = append(found, s)
		}
	}
	if found == nil && claim.Is(figure.Code) && g.codes()[claim.Readings[0].Unit] {
		return g.segments[:1]
	}
	return found
}

// finding is what a check of a sentence found.
type finding struct {
	shown bool
	keep  []int // citations of the sentence's own that hold
	add   []int // citations it lacks
}

// plainDigits writes numbers with the digits from 0 to 9, whatever script or style
// they are in.
func plainDigits(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r > '9' && unicode.IsNumber(r) }) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r <= unicode.MaxASCII || !unicode.Is(unicode.Nd, r) {
			return r
		}
		for _, block := range unicode.Nd.R16 {
			if rune(block.Lo) <= r && r <= rune(block.Hi) {
				return '0' + (r-rune(block.Lo))%10
			}
		}
		for _, block := range unicode.Nd.R32 {
			if rune(block.Lo) <= r && r <= rune(block.Hi) {
				return '0' + (r-rune(block.Lo))%10
			}
		}
		return r
	}, norm.NFKC.String(text))
}

// check looks a sentence over that cites the passages with the given numbers.
func (e *evidence) check(text string, cited []int) finding {
	s := e.read(text)
	if !e.priced(s) || !e.inStock(s) {
		return finding{}
	}
	for i, c := range s.claims {
		if len(s.backs[i]) == 0 && !e.echoed(s, c) {
			return finding{}
		}
	}
	f := finding{shown: true}
	for _, n := range cited {
		if e.holds(n, s) && !slices.Contains(f.keep, n) {
			f.keep = append(f.keep, n)
		}
	}
	for _, backs := range s.backs {
		if best := e.lacking(s, backs, slices.Concat(f.keep, f.add)); best > 0 {
			f.add = append(f.add, best)
		}
	}
	if len(s.claims) == 0 && len(f.keep) == 0 && !s.granted {
		if n := e.source(s); n > 0 {
			f.add = append(f.add, n)
		}
	}
	return f
}

// backs gives the passages that state a claim. A bare number may stand on a page
// by chance: that page must speak of the same thing. That something is free says
// little without what: the very sentence on the page must speak of the same thing.
func (e *evidence) backs(s *sentence, claim figure.Figure) map[int]bool {
	found := map[int]bool{}
	var about map[string]bool
	if claim.Free {
		about = wording.Without(s.stems, wording.Stems(s.text[claim.From:claim.To], s.language))
	}
	for i, g := range e.grounds {
		stating := g.states(claim)
		switch {
		case len(stating) == 0, claim.Is(figure.Plain) && s.shares(g) == 0:
		case len(about) > 0 && !g.foreign(s.language) && !slices.ContainsFunc(stating, func(t segment) bool { return wording.Common(about, t.own) > 0 }):
		default:
			found[i+1] = true
		}
	}
	return found
}

// granted reports whether a claim needs no passage.
func (e *evidence) granted(claim figure.Figure) bool {
	return slices.ContainsFunc(e.known, func(f figure.Figure) bool { return f.Supports(claim) })
}

// echoed reports whether a claim repeats the question beside a figure of the same
// kind that a passage states, as in "20 days are within the 30 days".
func (e *evidence) echoed(s *sentence, claim figure.Figure) bool {
	if !slices.ContainsFunc(e.asked, func(f figure.Figure) bool { return f.Supports(claim) }) {
		return false
	}
	for i, other := range s.claims {
		if len(s.backs[i]) > 0 && slices.ContainsFunc(claim.Readings, func(r figure.Reading) bool { return r.Kind != figure.Code && other.Is(r.Kind) }) {
			return true
		}
	}
	return false
}

// holds reports whether a passage supports a sentence that cites it: they have
// words in common, or a figure that says what it measures. Between two languages
// the figures and names must do.
func (e *evidence) holds(n int, s *sentence) bool {
	g := e.grounds[n-1]
	stated := slices.ContainsFunc(s.backs, func(b map[int]bool) bool { return b[n] })
	if len(s.backs) > 0 && !stated {
		return false
	}
	switch shared := s.shares(g); {
	case shared > 0:
		return true
	case shared == 0:
		return stated || len(s.stems) == 0
	}
	return stated || s.named(g)
}

// named reports whether a passage in another language has one of the names in a
// sentence, if the sentence has any.
func (s *sentence) named(g *ground) bool {
	names := namesIn(s.text, s.language)
	if len(names) == 0 {
		return true
	}
	return slices.ContainsFunc(names, func(n string) bool { return g.codes()[n] })
}

// namesIn gives the words of a sentence, after its first one, that are written
// like names. In German they cannot be told from nouns.
func namesIn(sentence, language string) []string {
	if language == "de" {
		return nil
	}
	var names []string
	for i, w := range strings.FieldsFunc(sentence, func(r rune) bool { return !inName(r) }) {
		if folded := figure.Fold(w); i > 0 && len(folded) > 2 && upperFirst(w) && !wording.IsSmall(strings.ToLower(w)) {
			names = append(names, folded)
		}
	}
	return names
}

// lacking gives the best passage that states a claim, or 0 if one of those that
// are cited does, or none.
func (e *evidence) lacking(s *sentence, backs map[int]bool, cited []int) int {
	best, most := 0, -2
	for n := range backs {
		if slices.Contains(cited, n) {
			return 0
		}
		if shared := s.shares(e.grounds[n-1]); shared > most || shared == most && n < best {
			best, most = n, shared
		}
	}
	return best
}

// enoughShared is the share of a sentence's informative words that a passage must
// have to be cited for it although the model did not.
const enoughShared = 0.6

// source gives the passage that a sentence without a citation most likely comes
// from, or 0.
func (e *evidence) source(s *sentence) int {
	best, most := 0, 0
	for i, g := range e.grounds {
		if shared := s.shares(g); shared > most {
			best, most = i+1, shared
		}
	}
	if most < 2 || float64(most) < enoughShared*float64(len(s.stems)) {
		return 0
	}
	return best
}

// hostOf gives the name of the site an address is on.
func hostOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// later makes evidence beside the model's work and gives it when it is needed.
func later(make func() *evidence) func() *evidence {
	once := sync.OnceValue(make)
	go func() { once(); triggers() }()
	return once
}
