package support

import (
	"maps"
	"strings"
	"sync"

	"omniops/shared/id"
	"omniops/shared/knowledge/figure"
	"omniops/shared/knowledge/passage"
	"omniops/shared/knowledge/wording"
)

// reading is what a passage says, whatever is asked about it.
type reading struct {
	figures func() []figure.Figure // of the text
	content func() content         // sentence by sentence
	codes   func() map[string]bool // every word and pair of words, as codes are spelt
}

// content is a passage taken apart.
type content struct {
	language string
	segments []segment // the first is the heading
	stems    map[string]bool
}

// readPassage gives the reading of a passage. Nothing is read before it is asked for.
func readPassage(p passage.Passage) *reading {
	return &reading{
		figures: sync.OnceValue(func() []figure.Figure { return figure.Find(p.Text) }),
		content: sync.OnceValue(func() content { return contentOf(p) }),
		codes:   sync.OnceValue(func() map[string]bool { return spell(p) }),
	}
}

func contentOf(p passage.Passage) content {
	language, _, _ := strings.Cut(strings.ToLower(p.Language), "-")
	if language == "" {
		language = LanguageOf(p.Text, "")
	}
	c := content{language: language, stems: map[string]bool{}}
	add := func(text string, above map[string]bool) segment {
		text = plainDigits(text)
		s := segment{text: text, own: wording.Stems(text, language), figures: figure.Find(text)}
		s.stems = s.own
		for w := range s.own {
			c.stems[w] = true
		}
		if len(above) > 0 {
			s.stems = maps.Clone(s.own)
			maps.Copy(s.stems, above)
		}
		c.segments = append(c.segments, s)
		return s
	}
	heading := add(strings.Join(p.Path, ". "), nil)
	var head map[string]bool // of a table
	for line := range strings.Lines(p.Text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "|") {
			head = nil
			for _, s := range wording.Sentences(line) {
				add(s, heading.stems)
			}
			if step, _, ok := strings.Cut(strings.TrimSpace(line), ". "); ok && len(step) <= 2 && strings.Trim(step, "0123456789") == "" {
				add(step, heading.stems) // so that an answer may speak of step 2
			}
			continue
		}
		row := add(line, head)
		if head == nil {
			head = row.stems
		}
	}
	return c
}

// spell gives every word of a passage and every two in a row as codes are spelt:
// "KC 101" is KC101.
func spell(p passage.Passage) map[string]bool {
	codes := map[string]bool{}
	before := ""
	add := func(text string) {
		for _, w := range words(text) {
			w = figure.Fold(w)
			codes[w] = true
			codes[before+w] = true
			before = w
		}
	}
	add(strings.Join(p.Path, "\n"))
	add(p.Text)
	if p.Product != nil {
		add(p.Product.SKU)
	}
	return codes
}

// shelfSize is how many readings are kept: those that the questions of a few shops
// come back to.
const shelfSize = 512

// shelf keeps readings of the shop's own pages, as many questions are answered from a
// few passages. What is no passage of an index, such as a shopper's order, is never
// kept. It is safe for concurrent use.
type shelf struct {
	mu   sync.Mutex
	kept map[shelved]*reading
}

// shelved is what a passage of a merchant's index says. Of the same passage an answer
// may rest on less: what is addressed to a model is cut from it.
type shelved struct {
	tenant        id.Tenant
	version       string
	passage, text string
}

// reader gives the readings of one index's passages.
func (s *shelf) reader(t id.Tenant, version string) func(passage.Passage) *reading {
	return func(p passage.Passage) *reading {
		if p.ID == "" { // of no index
			return readPassage(p)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		of := shelved{t, version, p.ID, p.Text}
		r, ok := s.kept[of]
		if !ok {
			if len(s.kept) >= shelfSize || s.kept == nil {
				s.kept = make(map[shelved]*reading, shelfSize)
			}
			r = readPassage(p)
			s.kept[of] = r
		}
		return r
	}
}
