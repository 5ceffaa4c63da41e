package index

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"
	"golang.org/x/text/unicode/norm"
)

// stemmers are the languages whose words are reduced to their stems.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"da": danish.Stem, "nl": dutch.Stem, "en": english.Stem, "fi": finnish.Stem, "fr": french.Stem,
	"de": german.Stem, "hu": hungarian.Stem, "it": italian.Stem, "no": norwegian.Stem, "nb": norwegian.Stem,
	"nn": norwegian.Stem, "pt": portuguese.Stem, "ro": romanian.Stem, "ru": russian.Stem, "es": spanish.Stem,
	"sv": swedish.Stem, "tr": turkish.Stem, "ar": arabic.Stem, "ga": irish.Stem, "ta": tamil.Stem,
}

// stem reduces a lower-case word to the stem that its forms share, and then to
// plain letters, so that "Rückgaben" and "ruckgabe" meet.
func stem(word, language string) string {
	if s := stemmers[language]; s != nil {
		env := snowballstem.NewEnv(word)
		s(env)
		word = env.Current()
	}
	if language == "nl" {
		word = dutchEnd(word)
	}
	return fold(word)
}

// dutchEnd spells the end of a Dutch stem as the word on its own has it: "tass"
// of "tassen" as "tas", "briev" of "brieven" as "brief".
func dutchEnd(stem string) string {
	n := len(stem)
	if n < 3 {
		return stem
	}
	switch last := stem[n-1]; {
	case last == stem[n-2] && !strings.ContainsRune("aeiou", rune(last)):
		return stem[:n-1]
	case last == 'v':
		return stem[:n-1] + "f"
	case last == 'z':
		return stem[:n-1] + "s"
	}
	return stem
}

// unmarked spells letters that do not decompose with plain ones.
var unmarked = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ı", "i", "ð", "d", "þ", "th")

// fold removes the marks from letters.
func fold(s string) string {
	if isASCII(s) {
		return s
	}
	s = unmarked.Replace(norm.NFKD.String(s))
	s = strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f {
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(s)
}

// lower is the text in lower case, with the compatibility forms of characters
// (full width, ligatures) replaced.
func lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return strings.Map(unicode.ToLower, norm.NFKC.String(s))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
