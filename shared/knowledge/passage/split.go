package passage

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxTokens is the size, as Tokens estimates it, that no passage exceeds.
const MaxTokens = 220

// maxPath is how many headings a path keeps.
const maxPath = 6

// Source is what is the same for all passages of a page.
type Source struct {
	URL       string
	Title     string
	Language  string
	CrawledAt time.Time
}

// Tokens estimates how many tokens a model counts for s, rather too many than
// too few: four ASCII characters or one and a half of another script are one.
func Tokens(s string) int {
	ascii, other := 0, 0
	for _, r := range s {
		if r < utf8.RuneSelf {
			ascii++
		} else {
			other++
		}
	}
	return (ascii+3)/4 + (2*other+2)/3
}

// Split cuts a page's Markdown at its headings, and a long section between
// lines (paragraphs, list items, table rows), sentences or, in the end, words.
// The words of the page are those of the passages, in order: a heading stands
// in the paths of what is below it, and the head of a table that is cut is
// repeated over each part, as is the sentence that leads into a list.
func Split(src Source, markdown string) []Passage {
	s := splitter{src: src, seen: map[string]int{}}
	s.src.CrawledAt = src.CrawledAt.UTC().Truncate(time.Second)
	if title := oneLine(src.Title); title != "" {
		s.path = []heading{{text: title}}
	}
	fenced := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		level, text := headingOf(line)
		switch {
		case line == "":
			s.table, s.gap = nil, true
		case level > 0 && !fenced:
			s.enter(level, oneLine(text))
		case strings.HasPrefix(line, "|"):
			s.lead = ""
			s.row(line)
		case isItem(line):
			s.table = nil
			s.item(line)
		default:
			s.table, s.lead = nil, ""
			s.line(line)
			if leadsIn(line) {
				s.lead = line
			}
		}
	}
	s.leave(0)
	return s.out
}

// heading is one step of the path under way; the page's title has level 0.
type heading struct {
	level int
	text  string
}

// splitter gathers lines until they fill a passage.
type splitter struct {
	src    Source
	path   []heading
	bare   bool     // nothing stands under the last heading yet
	table  []string // head of the table under way: names, then dashes
	lead   string   // the sentence that leads into the list under way
	gap    bool     // a blank line precedes the next one
	text   strings.Builder
	tokens int
	seen   map[string]int
	out    []Passage
}

// enter starts the section under a heading.
func (s *splitter) enter(level int, text string) {
	if text == "" {
		return
	}
	if last := len(s.path) - 1; last >= 0 && isQuestion(text) && isQuestion(s.path[last].text) && s.path[last].level > 0 {
		level = min(level, s.path[last].level) // one question is not part of another
	}
	s.leave(level)
	for n := len(s.path); n > 0 && (s.path[n-1].level >= level || n >= maxPath); n-- {
		s.path = s.path[:n-1]
	}
	if len(s.path) == 1 && s.path[0].level == 0 && strings.EqualFold(s.path[0].text, text) {
		return // the page's title, said again
	}
	s.path, s.bare = append(s.path, heading{level, text}), true
}

// leave ends the section under way because a heading of this level follows. A
// heading with nothing below it becomes a passage of its own.
func (s *splitter) leave(level int) {
	s.flush()
	s.table, s.lead = nil, ""
	if last := len(s.path) - 1; s.bare && level <= s.path[last].level {
		text := s.path[last].text
		s.path = s.path[:last]
		s.add(text, "")
		s.flush()
	}
	s.bare = false
}

// row adds a line of a table. The first two lines are its head if the second
// is made of dashes.
func (s *splitter) row(line string) {
	if len(s.table) < 2 {
		s.table = append(s.table, line)
		if len(s.table) == 2 && strings.Trim(line, "|-: ") != "" {
			s.table = nil
		}
	}
	s.line(line)
}

// line adds a line, in pieces if it is longer than a passage.
func (s *splitter) line(line string) {
	sep := "\n"
	if s.gap {
		sep = "\n\n"
	}
	s.gap, s.bare = false, false
	if Tokens(line) <= MaxTokens {
		s.add(line, sep)
		return
	}
	for _, sentence := range sentences(line) {
		for _, words := range pieces(sentence) {
			s.add(words, sep)
			sep = " "
		}
	}
}

// item adds an item of a list. The first one stands in one passage with the
// sentence before it; where the list is cut, that sentence is repeated.
func (s *splitter) item(line string) {
	n := Tokens(line) + 1
	if s.lead != "" && s.tokens+n > MaxTokens && Tokens(s.lead)+2+n <= MaxTokens {
		lead := s.lead
		if whole := s.text.String(); strings.HasSuffix(whole, lead) { // the list begins here
			before := strings.TrimRightFunc(strings.TrimSuffix(whole, lead), unicode.IsSpace)
			s.text.Reset()
			s.text.WriteString(before)
		}
		s.flush()
		s.gap = false
		s.line(lead)
	}
	s.line(line)
}

// add appends a piece to the passage under way, or starts the next with it.
func (s *splitter) add(piece, sep string) {
	n := Tokens(piece) + 1
	if s.tokens > 0 && s.tokens+n > MaxTokens {
		s.flush()
		if len(s.table) == 2 && s.table[1] != piece {
			if head := strings.Join(s.table, "\n"); Tokens(head)+n+2 <= MaxTokens {
				s.text.WriteString(head)
				s.tokens, sep = Tokens(head)+1, "\n"
			}
		}
	}
	if s.tokens > 0 {
		s.text.WriteString(sep)
	}
	s.text.WriteString(piece)
	s.tokens += n
}

// flush ends the passage under way.
func (s *splitter) flush() {
	text := s.text.String()
	s.text.Reset()
	s.tokens = 0
	if strings.TrimSpace(text) == "" {
		return
	}
	path := make([]string, len(s.path))
	for i, h := range s.path {
		path[i] = h.text
	}
	same := strings.Join(append(path, text), "\x00")
	s.seen[same]++
	s.out = append(s.out, Passage{
		ID:        newID(s.src.URL, path, text, s.seen[same]),
		URL:       s.src.URL,
		Path:      path,
		Text:      text,
		Language:  s.src.Language,
		CrawledAt: s.src.CrawledAt,
	})
}

// headingOf reads a Markdown heading; level 0 means that the line is none.
func headingOf(line string) (level int, text string) {
	text = strings.TrimLeft(line, "#")
	level = len(line) - len(text)
	if level > 6 || !strings.HasPrefix(text, " ") {
		return 0, ""
	}
	return level, text
}

func isQuestion(s string) bool { return strings.HasSuffix(s, "?") || strings.HasSuffix(s, "？") }

// oneLine removes emphasis and line breaks from a heading.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "**", "")), " ")
}

// isItem reports whether a line is an item of a list, or belongs to one.
func isItem(line string) bool {
	text := strings.TrimLeft(line, " ")
	if rest, ok := strings.CutPrefix(text, "- "); ok {
		return rest != ""
	}
	digits := strings.TrimLeft(text, "0123456789")
	return len(digits) < len(text) && strings.HasPrefix(digits, ". ")
}

// maxLead is the size of the longest sentence that is repeated, by Tokens.
const maxLead = 40

// leadsIn reports whether a line announces the list that follows it.
func leadsIn(line string) bool {
	return (strings.HasSuffix(line, ":") || strings.HasSuffix(line, "：")) && Tokens(line) <= maxLead
}

// sentences divides a line where a sentence ends, in any script. A point does
// not end one before a small letter or a digit, nor after a single letter or a
// number, as in "z. B.", "approx. 5" and "am 3. Mai". Brackets and quotes that
// close belong to the sentence before them.
func sentences(line string) []string {
	var out []string
	start, word := 0, 0 // of the sentence; letters in the word before the mark
	runes := []rune(line)
	at := make([]int, len(runes)+1)
	for i, r := range runes {
		at[i+1] = at[i] + utf8.RuneLen(r)
	}
	number := false
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		kind, ends := terminators[r]
		if !ends {
			switch {
			case unicode.IsLetter(r) || unicode.IsDigit(r):
				number = unicode.IsDigit(r) && (word == 0 || number)
				word++
			case unicode.IsSpace(r) || r != '.':
				word, number = 0, false
			}
			continue
		}
		end := i + 1
		for end < len(runes) && (strings.ContainsRune(closers, runes[end]) || terminators[runes[end]] != 0) {
			end++
		}
		next := end
		for next < len(runes) && unicode.IsSpace(runes[next]) {
			next++
		}
		short := r == '.' && (word <= 1 || number)
		word, number = 0, false
		if next == len(runes) || kind == spaced && next == end || short ||
			r == '.' && (unicode.IsLower(runes[next]) || unicode.IsDigit(runes[next])) {
			continue
		}
		out = append(out, strings.TrimSpace(line[at[start]:at[end]]))
		start, i = next, next-1
	}
	if rest := strings.TrimSpace(line[at[start]:]); rest != "" {
		out = append(out, rest)
	}
	return out
}

// terminators end sentences: some only before a space.
const (
	spaced = 1 + iota
	always
)

var terminators = map[rune]int{
	'.': spaced, '!': spaced, '?': spaced, ';': spaced, '…': spaced, '؟': spaced, '۔': spaced, '।': spaced, '॥': spaced, '։': spaced, '።': spaced,
	'。': always, '！': always, '？': always, '；': always, '．': always, '｡': always, '‥': always,
}

// closers end what a sentence stands in.
const closers = `)]}»”“’‘"'」』】）］〉》`

// wordEnd reports whether a word ends between two runes.
func wordEnd(_, after rune) bool { return unicode.IsSpace(after) }

// cut divides s wherever end says so and trims the parts.
func cut(s string, end func(before, after rune) bool) []string {
	var out []string
	var before rune
	start := 0
	for i, r := range s {
		if i > start && end(before, r) {
			if part := strings.TrimSpace(s[start:i]); part != "" {
				out = append(out, part)
			}
			start = i
		}
		before = r
	}
	if part := strings.TrimSpace(s[start:]); part != "" {
		out = append(out, part)
	}
	return out
}

// pieces divides a sentence between words so that each piece fits a passage; a
// word that does not fit is cut itself.
func pieces(sentence string) []string {
	const room = MaxTokens - 1
	if Tokens(sentence) <= room {
		return []string{sentence}
	}
	var out []string
	var now strings.Builder
	flush := func() {
		if now.Len() > 0 {
			out = append(out, now.String())
			now.Reset()
		}
	}
	tokens := 0
	for _, word := range cut(sentence, wordEnd) {
		n := Tokens(word) + 1
		if tokens+n > room {
			flush()
			tokens = 0
		}
		for n > room { // 145 runes of any script fit
			at := runeIndex(word, 145)
			out = append(out, word[:at])
			word = word[at:]
			n = Tokens(word) + 1
		}
		if now.Len() > 0 {
			now.WriteByte(' ')
		}
		now.WriteString(word)
		tokens += n
	}
	flush()
	return out
}

// runeIndex is the byte offset of the n-th rune, or the length of s.
func runeIndex(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}
