package commerce

import (
	"embed"
	"fmt"
	"strings"

	"omniops/shared/phrasebook"
)

// catalogue holds the sentences about orders, one file per language.
//
//go:embed words/*.json
var catalogue embed.FS

var sentences = phrasebook.New[map[string]string](catalogue, "words")

// say gives a sentence in a language, or in English where we have none. The tag
// may have a region, as in de-AT.
func say(language, sentence string, args ...any) string {
	words := sentences.In(language)
	if len(args) == 0 || !strings.Contains(words[sentence], "%") {
		return words[sentence]
	}
	// A sentence may leave some of the arguments out.
	text := words[sentence]
	for i, a := range args {
		text = strings.ReplaceAll(text, fmt.Sprintf("%%[%d]s", i+1), fmt.Sprint(a))
	}
	return text
}

// Mail gives the subject and the text of the letter, for a shop's name.
func (l Letter) Mail(shop string) (subject, text string) {
	return say(l.Language, "subject_code", l.Number), say(l.Language, "mail_code", l.Number, shop, l.Code)
}
