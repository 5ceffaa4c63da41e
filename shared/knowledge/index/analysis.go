package index

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTerm is the longest term that is indexed, in bytes.
const maxTerm = 64

// token is one thing to look up.
type token struct {
	word     string // lower case
	exact    bool   // a number, code or part of one: has no stem
	optional bool   // stands for others beside it: its absence says nothing
}

// tokens splits a text into words. A run of another script without spaces gives
// its pairs of characters. A code such as KT-1700/B gives itself without its
// punctuation, and its parts; so does a hyphenated word.
func tokens(text string, yield func(token)) {
	text = lower(text)
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case unspaced(r):
			n := strings.IndexFunc(text, func(r rune) bool { return !unspaced(r) })
			if n < 0 {
				n = len(text)
			}
			pairs(text[:n], yield)
			text = text[n:]
		case inWord(r):
			n := compound(text)
			word(text[:n], yield)
			text = text[n:]
		default:
			text = text[size:]
		}
	}
}

// inWord reports whether a rune belongs to a word.
func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
	}
	return (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)) && !unspaced(r)
}

// unspaced reports whether a rune belongs to a script that does not put spaces
// between words.
func unspaced(r rune) bool {
	return r >= 0xe00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) || r == 'ー'
}

// pairs gives each two neighbouring characters, or the only one.
func pairs(run string, yield func(token)) {
	before := -1
	for i, r := range run {
		if before >= 0 {
			yield(token{word: run[before : i+utf8.RuneLen(r)], exact: true})
		}
		before = i
	}
	if _, size := utf8.DecodeRuneInString(run); size == len(run) {
		yield(token{word: run, exact: true})
	}
}

// compound is the length of the word at the beginning of text, with what is
// joined to it by a hyphen or, between digits, another sign.
func compound(text string) int {
	end := 0
	for {
		for end < len(text) {
			r, size := utf8.DecodeRuneInString(text[end:])
			if !inWord(r) {
				break
			}
			end += size
		}
		if end+1 >= len(text) {
			return end
		}
		next, _ := utf8.DecodeRuneInString(text[end+1:])
		if !inWord(next) {
			return end
		}
		digits := isDigit(text[end-1]) || isDigit(text[end+1])
		switch text[end] {
		case '-', '_':
		case '/', '.':
			if !digits {
				return end
			}
		case ',':
			if !isDigit(text[end-1]) || !isDigit(text[end+1]) {
				return end
			}
		default:
			return end
		}
		end++
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// word gives a word, and its parts if it has any.
func word(text string, yield func(token)) {
	if n := decimal(text); n > 0 && n < len(text) && text[n] != '-' { // "1.7l"
		word(text[:n], yield)
		word(text[n:], yield)
		return
	} else if n == len(text) {
		yield(token{word: strings.ReplaceAll(text, ",", "."), exact: true})
		for p := range strings.FieldsFuncSeq(text, func(r rune) bool { return !inWord(r) }) {
			yield(token{word: p, exact: true, optional: true})
		}
		return
	}
	code := strings.ContainsAny(text, "0123456789")
	var pieces []string
	for p := range strings.FieldsFuncSeq(text, func(r rune) bool { return !inWord(r) }) {
		pieces = append(pieces, atDigits(p)...)
	}
	yield(token{word: strings.Join(pieces, ""), exact: code, optional: len(pieces) > 1})
	if len(pieces) > 1 {
		for _, p := range pieces {
			yield(token{word: p, exact: isDigit(p[0])})
		}
	}
}

// decimal is the length of the number with a point or comma that a text begins
// with, or zero.
func decimal(text string) int {
	n, points := 0, 0
	for n < len(text) && (isDigit(text[n]) || text[n] == '.' || text[n] == ',') {
		if !isDigit(text[n]) {
			points++
		}
		n++
	}
	if points == 0 || !isDigit(text[0]) || !isDigit(text[n-1]) {
		return 0
	}
	return n
}

// atDigits cuts a word where letters and digits meet.
func atDigits(s string) []string {
	var out []string
	start := 0
	for i := 1; i < len(s); i++ {
		if isDigit(s[i-1]) != isDigit(s[i]) {
			out = append(out, s[start:i])
			start = i
		}
	}
	return append(out, s[start:])
}

// analyzer turns texts of one language into terms.
type analyzer struct {
	language string
	stems    map[string]string // words already reduced
}

// term is what a token is indexed under; empty means not at all.
func (a *analyzer) term(t token) string {
	if t.exact {
		if len(t.word) > maxTerm {
			return ""
		}
		return fold(t.word)
	}
	if len(t.word) > maxTerm || stopWord(t.word, a.language) || len(t.word) == 1 {
		return ""
	}
	if s, ok := a.stems[t.word]; ok {
		return s
	}
	s := stem(t.word, a.language)
	if len(s) > maxTerm {
		s = ""
	}
	if a.stems != nil {
		a.stems[t.word] = s
	}
	return s
}

// terms calls yield for each term of a text.
func (a *analyzer) terms(text string, yield func(term string)) {
	tokens(text, func(t token) {
		if term := a.term(t); term != "" {
			yield(term)
		}
	})
}
