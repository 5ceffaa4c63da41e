package commerce

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// catalogue holds the sentences about orders, one file per language.
//
//go:embed words/*.json
var catalogue embed.FS

// sentences is the catalogue. It is read when it is first needed, not at start.
var sentences = sync.OnceValue(func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, language := range []string{"en", "de", "fr"} {
		data, err := catalogue.ReadFile("words/" + language + ".json")
		if err != nil {
			panic(err)
		}
		words := map[string]string{}
		if err := json.Unmarshal(data, &words); err != nil {
			panic(fmt.Sprintf("words/%s.json: %v", language, err))
		}
		all[language] = words
	}
	return all
})

// say gives a sentence in a language, or in English where we have none. The tag
// may have a region, as in de-AT.
func say(language, sentence string, args ...any) string {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	words, ok := sentences()[base]
	if !ok {
		words = sentences()["en"]
	}
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
