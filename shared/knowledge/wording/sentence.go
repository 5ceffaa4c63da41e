package wording

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// abbreviations end with a point that ends no sentence.
var abbreviations = set("no", "nr", "approx", "e.g", "i.e", "z.b", "ca", "bzw", "inkl", "incl", "st", "mr", "mrs", "dr", "vs", "max", "min", "art", "p.ex",
	"tel", "ext", "d.h", "u.a", "env", "mme", "resp", "evtl", "ggf", "usw", "std", "a.m", "p.m", "jan", "feb", "aug", "sept", "oct", "okt", "nov", "dec", "dez")

// SentenceEnd finds where the first sentence of a text ends, with the citations
// and spaces that follow it. It is false if that cannot be told yet; at the end
// of the text it always can.
func SentenceEnd(text string, end bool) (int, bool) {
	for i, r := range text {
		switch r {
		case '\n':
			return i + 1, true
		case '。', '！', '？':
			return behind(text, i+utf8.RuneLen(r), end)
		case '.', '!', '?', '…':
			after := i + utf8.RuneLen(r)
			for after < len(text) {
				if !end && !utf8.FullRuneInString(text[after:]) {
					return 0, false
				}
				c, n := utf8.DecodeRuneInString(text[after:])
				if !strings.ContainsRune(`.!?…)"'”’»*`, c) {
					break
				}
				after += n
			}
			if after == len(text) {
				return after, end
			}
			if next, _ := utf8.DecodeRuneInString(text[after:]); !unicode.IsSpace(next) && next != '[' {
				continue
			}
			stop, ok := behind(text, after, end)
			if !ok {
				return 0, false
			}
			if r != '.' {
				return stop, true
			}
			ends, sure := pointEnds(text[:i], text[stop:], end)
			if !sure {
				return 0, false
			}
			if ends || stop > after && strings.ContainsRune(text[after:stop], '[') {
				return stop, true
			}
		}
	}
	return len(text), end && text != ""
}

// behind takes in the citations and spaces at a place.
func behind(text string, at int, end bool) (int, bool) {
	for at < len(text) {
		switch text[at] {
		case ' ', '\t':
			at++
		case '\n':
			return at + 1, true
		case '[':
			closing := strings.IndexByte(text[at:], ']')
			if closing < 0 {
				return len(text), end
			}
			if strings.Trim(text[at+1:at+closing], "0123456789, ") != "" {
				return at, true
			}
			at += closing + 1
		case '.', '!', '?': // "30 days. [1]."
			at++
		default:
			return at, true
		}
	}
	return at, end
}

// pointEnds reports whether a point between two texts ends a sentence, and
// whether that is sure yet.
func pointEnds(before, after string, end bool) (ends, sure bool) {
	last := before[strings.LastIndexFunc(before, unicode.IsSpace)+1:]
	if abbreviations[strings.ToLower(strings.TrimLeft(last, `("'“„«`))] {
		return false, true
	}
	if !end && !utf8.FullRuneInString(after) {
		return false, false
	}
	next, _ := utf8.DecodeRuneInString(after)
	if after != "" && unicode.IsLower(next) {
		return false, true
	}
	if last == "" || len(last) > 2 || strings.Trim(last, "0123456789") != "" {
		return true, true
	}
	// "1. Empty it" and "14. Dezember"
	if strings.TrimRight(before[:len(before)-len(last)], " \t") == "" || strings.HasSuffix(strings.TrimRight(before[:len(before)-len(last)], " \t"), "\n") {
		return false, true
	}
	word := len(after) - len(strings.TrimLeftFunc(after, unicode.IsLetter))
	if !end && (word == len(after) || !utf8.FullRuneInString(after[word:])) {
		return false, false
	}
	return !monthNames[strings.ToLower(after[:word])], true
}

var monthNames = set(strings.Fields("januar februar märz april mai juni juli august september oktober november dezember jänner")...)

// Sentences cuts a text into its sentences.
func Sentences(text string) []string {
	var all []string
	for text != "" {
		n, _ := SentenceEnd(text, true)
		if n == 0 {
			n = len(text)
		}
		if s := strings.TrimSpace(text[:n]); s != "" {
			all = append(all, s)
		}
		text = text[n:]
	}
	return all
}
