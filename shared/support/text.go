package support

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Text is every sentence the engine says itself, in one language.
type Text struct {
	Disclosure    string   `json:"disclosure"`     // first frame; %s is the shop's name
	Notice        string   `json:"notice"`         // beside every answer
	Looking       string   `json:"looking"`        // a slow answer says what it does
	NotFound      string   `json:"not_found"`      // the pages do not say
	NoPages       string   `json:"no_pages"`       // nothing has been read yet
	Unreadable    string   `json:"unreadable"`     // the pages cannot be looked at right now
	Machine       string   `json:"machine"`        // asked whether it is a person
	Contact       string   `json:"contact"`        // the way to a person; %s is an address
	Human         string   `json:"human"`          // a person was asked for
	Advice        string   `json:"advice"`         // medical, legal or financial advice was asked for
	Degraded      string   `json:"degraded"`       // no model: passages follow
	Foreign       string   `json:"foreign"`        // before a passage that is quoted in another language
	Withheld      string   `json:"withheld"`       // a sentence was dropped
	Unkept        string   `json:"unkept"`         // the chat cannot be stored safely
	Interrupted   string   `json:"interrupted"`    // an answer was cut off
	Greeting      string   `json:"greeting"`       // a mere hello
	Thanks        string   `json:"thanks"`         // a mere thank-you
	Stale         string   `json:"stale"`          // a source may be out of date
	ProveOrder    string   `json:"prove_order"`    // before an order is spoken of
	OrdersDown    string   `json:"orders_down"`    // the shop cannot be asked right now
	OrdersClosed  string   `json:"orders_closed"`  // the shop does not let us see orders
	WhichItems    string   `json:"which_items"`    // %s are the items
	PleaseConfirm string   `json:"please_confirm"` // behind what would be done
	Suggestions   []string `json:"suggestions"`    // when the site offers none
}

// catalogue holds one file per language.
//
//go:embed text/*.json
var catalogue embed.FS

// texts is the catalogue. It is read when it is first needed, not at start.
var texts = sync.OnceValue(func() map[string]Text {
	files, err := catalogue.ReadDir("text")
	if err != nil {
		panic(err)
	}
	all := map[string]Text{}
	for _, f := range files {
		data, err := catalogue.ReadFile("text/" + f.Name())
		if err != nil {
			panic(err)
		}
		var t Text
		if err := json.Unmarshal(data, &t); err != nil {
			panic(fmt.Sprintf("text/%s: %v", f.Name(), err))
		}
		all[strings.TrimSuffix(f.Name(), ".json")] = t
	}
	return all
})

// TextIn gives the sentences of a language, or of English where we have none.
// The tag may have a region, as in de-AT.
func TextIn(language string) Text { return texts()[Spoken(language)] }

// Languages lists the languages the engine speaks itself.
func Languages() []string {
	var all []string
	for l := range texts() {
		all = append(all, l)
	}
	slices.Sort(all)
	return all
}

// commonWords tell languages apart: short words that one of them uses all the
// time and the others hardly ever do.
var commonWords = map[string][]string{
	"en": {"the", "is", "are", "do", "does", "how", "what", "when", "where", "can", "my", "you", "your", "have", "to", "of", "and", "for", "it", "with", "this", "there"},
	"de": {"der", "die", "das", "ist", "sind", "wie", "was", "wann", "wo", "kann", "ich", "mein", "meine", "sie", "ihr", "haben", "nicht", "und", "für", "ein", "eine", "mit", "den", "dem", "lange", "gibt"},
	"fr": {"le", "la", "les", "est", "sont", "comment", "quel", "quelle", "quand", "où", "puis", "je", "mon", "ma", "vous", "votre", "avez", "pas", "et", "pour", "un", "une", "avec", "des", "du", "combien", "il"},
}

// LanguageOf guesses the language of a message among those the engine speaks,
// and gives fallback when the message does not tell.
func LanguageOf(message, fallback string) string {
	score := map[string]int{}
	for _, word := range words(message) {
		for language, common := range commonWords {
			if slices.Contains(common, word) {
				score[language]++
			}
		}
	}
	best, runnerUp, language := 0, 0, fallback
	for _, l := range Languages() {
		switch n := score[l]; {
		case n > best:
			best, runnerUp, language = n, best, l
		case n > runnerUp:
			runnerUp = n
		}
	}
	if best == 0 || best == runnerUp {
		return fallback
	}
	return language
}

// words splits a message into lower-case words.
func words(message string) []string {
	return strings.FieldsFunc(strings.ToLower(message), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}

// Spoken gives the language, among those the engine speaks itself, that serves a
// tag such as de-AT best.
func Spoken(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if _, ok := texts()[base]; ok {
		return base
	}
	return "en"
}
