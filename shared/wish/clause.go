package wish

import (
	"strings"
	"unicode"
)

// clausesOf splits a message into clauses, and these into words: in lower case,
// without accents, commas as words of their own.
func clausesOf(message string) (clauses [][]string) {
	var clause []string
	var word strings.Builder
	endWord := func() {
		if word.Len() > 0 {
			clause = append(clause, word.String())
			word.Reset()
		}
	}
	endClause := func() {
		endWord()
		if len(clause) > 0 {
			clauses = append(clauses, clause)
		}
		clause = nil
	}
	for _, r := range message {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			word.WriteString(fold(unicode.ToLower(r)))
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r): // an accent by itself, or nothing to be seen
		case strings.ContainsRune(".!?;\n…", r):
			endClause()
		case strings.ContainsRune(",:()", r):
			endWord()
			if len(clause) > 0 {
				clause = append(clause, ",")
			}
		default:
			endWord()
		}
	}
	endClause()
	return clauses
}

// plainLetters are letters as people type them who have no accents.
var plainLetters = map[rune]string{
	'à': "a", 'á': "a", 'â': "a", 'ã': "a", 'ä': "a", 'å': "a", 'ą': "a", 'æ': "ae", 'ç': "c", 'ć': "c", 'è': "e", 'é': "e", 'ê': "e", 'ë': "e", 'ę': "e",
	'ì': "i", 'í': "i", 'î': "i", 'ï': "i", 'ł': "l", 'ñ': "n", 'ń': "n", 'ò': "o", 'ó': "o", 'ô': "o", 'õ': "o", 'ö': "o", 'ø': "o", 'œ': "oe",
	'ś': "s", 'ß': "ss", 'ù': "u", 'ú': "u", 'û': "u", 'ü': "u", 'ý': "y", 'ÿ': "y", 'ź': "z", 'ż': "z",
}

func fold(r rune) string {
	if plain, ok := plainLetters[r]; ok {
		return plain
	}
	return string(r)
}
