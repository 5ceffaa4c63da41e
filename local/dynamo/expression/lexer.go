package expression

import "strings"

// token is one word or sign of an expression; the zero token is its end.
type token struct {
	form form
	text string
	pos  int // where it begins, in bytes
}

type form int

const (
	end    form = iota
	word        // an attribute name, a keyword or a function name
	name        // #name
	value       // :value
	digits      // a list index
	sign        // ( ) [ ] , . + - = <> < <= > >=
	wrong       // anything else
)

// is reports whether the token is this sign or, in any case, this keyword.
func (t token) is(text string) bool {
	return t.form == sign && t.text == text || t.form == word && strings.EqualFold(t.text, text)
}

// lex splits an expression into tokens. DynamoDB's own error for a word that
// begins with an underscore shows that one cannot begin an attribute name.
func lex(text string) []token {
	var tokens []token
	for i := 0; i < len(text); {
		c := text[i]
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			i++
			continue
		}
		start := i
		i++
		f := wrong
		switch {
		case isLetter(c):
			f = word
			i = skipWord(text, i)
		case isDigit(c):
			f = digits
			for i < len(text) && isDigit(text[i]) {
				i++
			}
		case c == '#' || c == ':':
			i = skipWord(text, i)
			if i-start > 1 {
				f = name
				if c == ':' {
					f = value
				}
			}
		case strings.IndexByte("()[],.+-=", c) >= 0:
			f = sign
		case c == '<' || c == '>':
			f = sign
			if i < len(text) && (text[i] == '=' || c == '<' && text[i] == '>') {
				i++
			}
		}
		tokens = append(tokens, token{f, text[start:i], start})
	}
	return append(tokens, token{form: end, text: "<EOF>", pos: len(text)})
}

func skipWord(text string, i int) int {
	for i < len(text) && (isLetter(text[i]) || isDigit(text[i]) || text[i] == '_') {
		i++
	}
	return i
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
