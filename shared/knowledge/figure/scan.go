package figure

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sort is what a token is.
type sort int

const (
	word sort = iota
	number
	mark // any other character
)

// token is a word, a number with its separators, or a single other character.
type token struct {
	sort     sort
	text     string // a word is in lower case
	raw      string // as it stands in the text
	from, to int
	glued    bool // nothing stands between it and the token before
	line     bool // it begins a line
}

// scan cuts a text into tokens.
func scan(text string) []token {
	tokens := make([]token, 0, len(text)/5+4)
	add := func(s sort, from, to int, line bool) {
		t := token{sort: s, raw: text[from:to], from: from, to: to, line: line}
		t.text = t.raw
		if s == word {
			t.text = strings.ToLower(t.raw)
		}
		t.glued = len(tokens) > 0 && tokens[len(tokens)-1].to == from
		tokens = append(tokens, t)
	}
	line := true
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\n':
			line = true
			i += n
			continue
		case unicode.IsSpace(r):
			i += n
			continue
		case isDigit(r):
			end := numberEnd(text, i)
			add(number, i, end, line)
			i = end
		case unicode.IsLetter(r):
			end := i + n
			for end < len(text) {
				r, n := utf8.DecodeRuneInString(text[end:])
				if !unicode.IsLetter(r) && !unicode.IsMark(r) {
					break
				}
				end += n
			}
			add(word, i, end, line)
			i = end
		default:
			add(mark, i, i+n, line)
			i += n
		}
		line = false
	}
	return tokens
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// numberEnd finds the end of the number that begins at i: digits, with single
// separators that are followed by digits. A space separates thousands only.
func numberEnd(text string, i int) int {
	digits := func(at int) int {
		n := 0
		for at+n < len(text) && isDigit(rune(text[at+n])) {
			n++
		}
		return n
	}
	end := i + digits(i)
	first := end - i
	for end < len(text) {
		r, n := utf8.DecodeRuneInString(text[end:])
		more := digits(end + n)
		switch {
		case more == 0:
			return end
		case r == '.' || r == ',':
		case r == ':' && more == 2 && first <= 2:
		case (r == '\'' || r == '’') && more == 3 && first <= 3:
		case (r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\u2009') && more == 3 && first <= 3:
		default:
			return end
		}
		end += n + more
	}
	return end
}

// numbersOf gives the numbers that digits with separators can mean.
func numbersOf(text string) []float64 {
	groups, seps := split(text)
	whole := func(parts []string) float64 {
		v := 0.0
		for _, p := range parts {
			for _, c := range p {
				v = v*10 + float64(c-'0')
			}
		}
		return v
	}
	decimal := func() float64 {
		last := groups[len(groups)-1]
		fraction := whole([]string{last})
		for range last {
			fraction /= 10
		}
		return whole(groups[:len(groups)-1]) + fraction
	}
	switch n := len(seps); {
	case n == 0:
		return []float64{whole(groups)}
	case seps[n-1] == ' ' || seps[n-1] == '\'':
		return []float64{whole(groups)}
	case n > 1 && seps[n-1] != seps[n-2]: // 1.299,00
		return []float64{decimal()}
	case n > 1:
		return []float64{whole(groups)}
	case len(groups[1]) == 3 && len(groups[0]) <= 3 && groups[0] != "0":
		return []float64{whole(groups), decimal()}
	}
	return []float64{decimal()}
}

// split gives the groups of digits of a number, and what separates them.
func split(text string) (groups []string, seps []rune) {
	start := 0
	for i, r := range text {
		if isDigit(r) {
			continue
		}
		groups = append(groups, text[start:i])
		start = i + utf8.RuneLen(r)
		switch r {
		case '.', ',', ':':
		case '’', '\'':
			r = '\''
		default:
			r = ' '
		}
		seps = append(seps, r)
	}
	return append(groups, text[start:]), seps
}
