package page

import (
	"strings"
	"unicode"
)

// commonWords are frequent short words that tell languages in Latin script
// apart.
var commonWords = map[string]map[string]bool{
	"en": set("the and of to is you your for with are we this be can have our not from if or"),
	"de": set("der die das und ist nicht mit für sie wir ein eine auf den von zu bei ihre oder werden"),
	"fr": set("le la les des et est vous nous pour dans une votre pas que sur avec du au sont ou"),
	"es": set("el la los las de y es que en por para una su con del no se tu o nuestro"),
	"it": set("il la di e che per un una con non sono del della nostro tuo gli se alla dei più"),
	"nl": set("de het een en van is niet met voor je we op te zijn wij uw bij dat naar of"),
	"pt": set("o a os as de e que em para uma com não do da você seu por dos nossa ou"),
	"sv": set("och att det är en ett för på med inte av vi du din till om kan eller som har"),
	"da": set("og at det er en et for på med ikke af vi du din til om kan eller som har"),
	"pl": set("i w na z do nie jest się to że dla lub jak od po o twoje nasze przez są"),
}

// scripts name the language of writing systems that have one that is common.
var scripts = []struct {
	table    *unicode.RangeTable
	language string
}{
	{unicode.Hiragana, "ja"}, {unicode.Katakana, "ja"}, {unicode.Hangul, "ko"}, {unicode.Han, "zh"},
	{unicode.Cyrillic, "ru"}, {unicode.Arabic, "ar"}, {unicode.Hebrew, "he"}, {unicode.Greek, "el"}, {unicode.Thai, "th"},
}

// language is what the page declares, unless its words clearly say otherwise:
// many themes declare English whatever they hold.
func language(declared, text string) string {
	declared, _, _ = strings.Cut(strings.ToLower(strings.ReplaceAll(declared, "_", "-")), "-")
	for _, r := range declared {
		if r < 'a' || r > 'z' {
			declared = ""
		}
	}
	if len(declared) < 2 || len(declared) > 3 {
		declared = ""
	}
	guess, hits, declaredHits := guessLanguage(text, declared)
	if declared == "" || hits >= 12 && hits > 3*declaredHits && commonWords[declared] != nil {
		return guess
	}
	return declared
}

// guessLanguage counts words that give a language away, in the beginning of the
// text; hits are those of the guess, other those of the declared language.
func guessLanguage(text, declared string) (guess string, hits, other int) {
	text = clip(text, 8<<10)
	letters, byScript := 0, map[string]int{}
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		letters++
		for _, s := range scripts {
			if r >= 0x370 && unicode.Is(s.table, r) {
				byScript[s.language]++
				break
			}
		}
	}
	if byScript["ja"]*10 > letters { // Japanese mixes kana with Chinese characters
		return "ja", byScript["ja"], byScript[declared]
	}
	for _, s := range scripts {
		if byScript[s.language]*2 > letters {
			return s.language, byScript[s.language], byScript[declared]
		}
	}
	counts := map[string]int{}
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		for l, words := range commonWords {
			if words[word] {
				counts[l]++
			}
		}
	}
	for l, n := range counts {
		if n > hits || n == hits && l < guess {
			guess, hits = l, n
		}
	}
	if hits < 3 {
		return "", 0, 0
	}
	return guess, hits, counts[declared]
}
