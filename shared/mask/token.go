package mask

import (
	"unicode"
	"unicode/utf8"
)

// token is a word, a number or a placeholder of a text.
type token struct {
	start, end int
	traits     traits
	looked     bool // whether told is what the lists say
	told       cue  // what the word tells on its own
}

// traits tells what a token is made of.
type traits uint8

const (
	lettered  traits = 1 << iota // holds a letter
	numeric                      // holds a digit
	capital                      // begins with a capital letter
	shouted                      // holds no small letter
	ideograph                    // is written in Chinese or Japanese, where no space ends a word
	holder                       // is a placeholder
)

func (t token) is(wanted traits) bool { return t.traits&wanted == wanted }

// tokens appends the tokens of s to list. Characters without width belong to
// the word they are in: a reader does not see them.
func tokens(list []token, s string) []token {
	for i := 0; i < len(s); {
		c := s[i]
		switch k := begins[c]; {
		case k == letter || k == digit:
		case c == '[':
			if n := placeholderAt(s[i:]); n > 0 {
				list = append(list, token{start: i, end: i + n, traits: holder})
				i += n
				continue
			}
			i++
			continue
		case k == wide:
		default:
			i++
			continue
		}
		t := token{start: i, traits: shouted}
		i = t.read(s)
		if t.end = i; t.end == t.start {
			_, size := utf8.DecodeRuneInString(s[i:])
			i += size
			continue
		}
		if !t.is(lettered) {
			t.traits &^= shouted
		}
		list = append(list, t)
	}
	return list
}

// read finds out the traits of the word at the token's start, and its end.
func (t *token) read(s string) int {
	i := t.start
	for i < len(s) {
		c, size := rune(s[i]), 1
		var kind traits
		switch k := begins[s[i]]; {
		case k == letter:
			kind = lettered
			if c&0x20 == 0 {
				kind |= capital
			}
		case k == digit:
			kind = numeric
		case k == wide:
			c, size = utf8.DecodeRuneInString(s[i:])
			kind = wideTraits(c)
		}
		switch {
		case kind == 0:
			if i == t.start || c < utf8.RuneSelf || !unicode.Is(unicode.Cf, c) && !unicode.IsMark(c) {
				return i
			}
		case i > t.start && (kind^t.traits)&ideograph != 0:
			return i // a word ends where the script changes
		default:
			if kind&capital == 0 && kind&lettered != 0 && kind&ideograph == 0 {
				t.traits &^= shouted
			}
			if i > t.start {
				kind &^= capital
			}
			t.traits |= kind
		}
		i += size
	}
	return i
}

// wideTraits gives the traits of a character beyond ASCII, 0 if it is no part
// of a word.
func wideTraits(r rune) traits {
	switch {
	case r >= 0x3041 && r <= 0x30ff && r != '・', r >= 0x3400 && r <= 0x9fff, r == '々', r == '〆', r >= 0xf900 && r <= 0xfaff, r >= 0x20000 && r <= 0x3ffff:
		return lettered | ideograph
	case unicode.IsUpper(r):
		return lettered | capital
	case unicode.IsLetter(r):
		return lettered
	case unicode.IsDigit(r):
		return numeric
	}
	return 0
}

// longestWord is the length in bytes of the longest word that any list holds.
const longestWord = 32

// fold writes a word as the lists have it: small letters of ordinary width and
// nothing invisible. It is empty if the word is longer than any in a list.
func fold(into *[longestWord]byte, word string) []byte {
	if len(word) > 2*longestWord {
		return nil
	}
	out := into[:0]
	for i := 0; i < len(word); {
		if c := word[i]; c < utf8.RuneSelf {
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
			if len(out) == longestWord {
				return nil
			}
			out = append(out, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(word[i:])
		i += size
		if unicode.Is(unicode.Cf, r) {
			continue
		}
		if r >= 0xff01 && r <= 0xff5e { // full width
			r -= 0xfee0
		}
		if len(out)+utf8.UTFMax > longestWord {
			return nil
		}
		out = utf8.AppendRune(out, unicode.ToLower(r))
	}
	return out
}
