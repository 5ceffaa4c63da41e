package mask

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// match is a piece of personal data in a text. Unless it is never restored, it
// contains no placeholder, no end of a line, no quote and no backslash, so a value
// can be put back inside a JSON string.
type match struct {
	start, end int
	class      Class
}

// What a byte may begin.
const (
	nothing = iota
	letter
	digit
	sign  // + or (
	at    // @
	other // a byte with a rule of its own
	wide  // part of a character beyond ASCII
)

// begins tells what each byte may begin, so that most bytes cost one look-up.
var begins = func() (kinds [256]uint8) {
	for c := range kinds {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			kinds[c] = letter
		case c >= '0' && c <= '9':
			kinds[c] = digit
		case c == '+', c == '(':
			kinds[c] = sign
		case c == '@':
			kinds[c] = at
		case c == '[', c == '=', c == ':', c == '%':
			kinds[c] = other
		case c >= utf8.RuneSelf:
			kinds[c] = wide
		}
	}
	return kinds
}()

// next finds the first match in s at or after from. What lies before from has
// been dealt with and belongs to no match.
func next(s string, from int) (match, bool) {
	for i := from; i < len(s); {
		switch begins[s[i]] {
		case letter, digit:
			found, past := word(s, from, i)
			if found.end > 0 {
				return found, true
			}
			i = past
		case sign:
			if found, ok := phone(s, from, i); ok {
				return found, true
			}
			i++
		case at:
			if found, ok := email(s, from, i, 1); ok {
				return found, true
			}
			i++
		case other:
			if n := placeholderAt(s[i:]); n > 0 {
				i += n
				from = i
				continue
			}
			if found, ok := punctuated(s, from, i); ok {
				return found, true
			}
			i++
		case wide:
			r, size := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == '＠':
				if found, ok := email(s, from, i, size); ok {
					return found, true
				}
			case r == '＋':
				if found, ok := phone(s, from, i); ok {
					return found, true
				}
			case unicode.IsDigit(r):
				found, past := number(s, from, i)
				if found.end > 0 {
					return found, true
				}
				size = past - i
			}
			i += size
		default:
			i++
		}
	}
	return match{}, false
}

// punctuated applies the rules that hang on one of the signs = : %.
func punctuated(s string, from, i int) (match, bool) {
	switch s[i] {
	case '=':
		return parameter(s, from, i)
	case ':':
		if strings.HasPrefix(s[i:], "://") {
			return userinfo(s, i+3)
		}
		return address6(s, from, i)
	case '%':
		if strings.HasPrefix(s[i:], "%40") {
			return email(s, from, i, 3)
		}
	}
	return match{}, false
}

// longestRun is how much of a word is looked at, in bytes: what a rule thinks of
// it then goes for all of it.
const longestRun = 128

// whole extends a match that ends where a word was cut to the word's own end.
func whole(s string, found match, cut int) match {
	for found.end == cut && cut < len(s) && (begins[s[cut]] == letter || begins[s[cut]] == digit || s[cut] == '-' || s[cut] == '_') {
		cut++
		found.end = cut
	}
	return found
}

// word applies the rules for what begins with an ASCII letter or digit. It
// gives the match, if any, or where to go on.
func word(s string, from, i int) (match, int) {
	end, digits := i, -1 // the end of the word; its first digit
	for end < len(s) && end-i < longestRun {
		kind := begins[s[end]]
		if kind == digit && digits < 0 {
			digits = end
		} else if kind != letter && kind != digit && s[end] != '-' && s[end] != '_' {
			break
		}
		end++
	}
	if !wordBefore(s, from, i) {
		if found, ok := named(s, i, end); ok {
			return whole(s, found, end), 0
		}
		if digits >= 0 || end-i == 2 {
			for _, rule := range [...]func(string, int, int) (match, bool){bankNo, insuranceNo, random} {
				if found, ok := rule(s, i, end); ok {
					return whole(s, found, end), 0
				}
			}
		}
	}
	switch digits {
	case -1:
		return match{}, end
	case i:
		return number(s, from, i)
	}
	return match{}, digits
}

// wordBefore reports whether a letter, a digit or an underscore stands right
// before i.
func wordBefore(s string, from, i int) bool {
	if i <= from {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(s[from:i])
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// wordAfter reports whether a letter, a digit, an underscore or an at sign
// stands right at i.
func wordAfter(s string, i int) bool {
	if i >= len(s) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return r == '_' || r == '@' || r == '＠' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
