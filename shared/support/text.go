package support

import (
	"embed"
	"slices"
	"strings"
	"unicode"

	"omniops/shared/phrasebook"
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
	OrderShown    string   `json:"order_shown"`    // the order is there to see, and there is nothing to add; %s is its number
	WhichItems    string   `json:"which_items"`    // %s are the items
	PleaseConfirm string   `json:"please_confirm"` // behind what would be done
	Suggestions   []string `json:"suggestions"`    // when the site offers none
}

// catalogue holds one file per language.
//
//go:embed text/*.json
var catalogue embed.FS

var texts = phrasebook.New[Text](catalogue, "text")

// TextIn gives the sentences of a language, or of English where we have none.
// The tag may have a region, as in de-AT.
func TextIn(language string) Text { return texts.In(language) }

// Languages lists the languages the engine speaks itself.
func Languages() []string { return texts.Languages() }

// commonWords tell the languages apart that are asked in most: short words that
// one of them uses all the time and the others hardly ever do.
var commonWords = map[string][]string{
	"en": {"the", "is", "are", "do", "does", "how", "what", "when", "where", "can", "my", "you", "your", "have", "to", "of", "and", "for", "it", "with", "this", "there"},
	"de": {"der", "die", "das", "ist", "sind", "wie", "was", "wann", "wo", "kann", "ich", "mein", "meine", "sie", "ihr", "haben", "nicht", "und", "für", "ein", "eine", "mit", "den", "dem", "lange", "gibt"},
	"fr": {"le", "la", "les", "est", "sont", "comment", "quel", "quelle", "quand", "où", "puis", "je", "mon", "ma", "vous", "votre", "avez", "pas", "et", "pour", "un", "une", "avec", "des", "du", "combien", "il"},
}

// otherWords are those of further languages that none of commonWords has. The
// engine need not speak these itself: a model answers in them.
var otherWords = map[string][]string{
	"it": {"gli", "è", "sono", "quanto", "quanti", "quante", "quando", "dove", "posso", "mio", "mia", "avete", "che", "della", "del", "dei", "costa", "quale", "questo", "questa", "fate", "una", "spedite", "c'è"},
	"es": {"el", "los", "las", "cómo", "cuánto", "cuánta", "cuántos", "cuántas", "cuándo", "dónde", "qué", "cuál", "puedo", "tiene", "tienen", "hay", "para", "una", "con", "del", "cuesta", "tarda", "esta", "este", "hacen", "está"},
	"nl": {"het", "een", "zijn", "hoe", "wat", "wanneer", "waar", "ik", "mijn", "jullie", "heeft", "hebben", "niet", "voor", "van", "duurt", "kost", "deze", "dit", "bij", "naar"},
	"pt": {"os", "uma", "é", "são", "quanto", "quando", "onde", "posso", "meu", "minha", "têm", "não", "para", "com", "custa", "vocês", "isto", "fazem"},
	"pl": {"jest", "są", "jak", "ile", "kiedy", "gdzie", "czy", "mogę", "mój", "moje", "nie", "się", "jaki", "jaka", "dla", "kosztuje", "trwa"},
	"sv": {"är", "hur", "vad", "när", "kan", "jag", "mitt", "har", "ni", "inte", "och", "för", "ett", "med", "det", "kostar", "på"},
	"da": {"hvordan", "hvad", "hvornår", "hvor", "kan", "jeg", "mit", "har", "ikke", "og", "et", "med", "det", "koster", "på", "af"},
}

// ownScripts are scripts that tell a language, the first that a message has: a
// Japanese text has Chinese characters too, but not the other way round.
var ownScripts = []struct {
	script   *unicode.RangeTable
	language string
}{
	{unicode.Hiragana, "ja"}, {unicode.Katakana, "ja"}, {unicode.Hangul, "ko"}, {unicode.Han, "zh"}, {unicode.Thai, "th"},
	{unicode.Greek, "el"}, {unicode.Hebrew, "he"}, {unicode.Arabic, "ar"}, {unicode.Cyrillic, "ru"}, {unicode.Devanagari, "hi"},
}

// writtenIn gives the language of a message that is mostly in a script of its own.
func writtenIn(message string) string {
	letters, counts := 0, make([]int, len(ownScripts))
	for _, r := range message {
		if !unicode.IsLetter(r) {
			continue
		}
		letters++
		for i, s := range ownScripts {
			if r >= 0x370 && unicode.Is(s.script, r) {
				counts[i]++
				break
			}
		}
	}
	own := 0
	for _, n := range counts {
		own += n
	}
	if 2*own <= letters {
		return ""
	}
	return ownScripts[slices.IndexFunc(counts, func(n int) bool { return n > 0 })].language
}

// LanguageOf guesses the language of a message, and gives fallback when the
// message does not tell. The engine need not speak it itself: see Spoken.
func LanguageOf(message, fallback string) string {
	if language := writtenIn(message); language != "" {
		return language
	}
	said := words(withoutContacts(message))
	language, most := mostSaid(said, commonWords)
	if other, n := mostSaid(said, otherWords); n > most && other != "" {
		return other
	}
	if language == "" {
		return fallback
	}
	return language
}

// withoutContacts is a message without e-mail addresses and links: "com" is a word
// in Portuguese, and "de" in half of Europe.
func withoutContacts(message string) string {
	if !strings.ContainsAny(message, "@/") {
		return message
	}
	return strings.Join(slices.DeleteFunc(strings.Fields(message), func(w string) bool {
		return strings.Contains(w, "@") || strings.Contains(w, "://")
	}), " ")
}

// mostSaid gives the language that most of the words are common in, and how many
// those are: none if there are two such.
func mostSaid(said []string, common map[string][]string) (language string, most int) {
	for l, list := range common {
		n := 0
		for _, w := range said {
			if slices.Contains(list, w) {
				n++
			}
		}
		switch {
		case n > most:
			language, most = l, n
		case n == most:
			language = ""
		}
	}
	return language, most
}

// words splits a message into lower-case words.
func words(message string) []string {
	return strings.FieldsFunc(strings.ToLower(message), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}

// Spoken gives the language, among those the engine speaks itself, that serves a
// tag such as de-AT best.
func Spoken(tag string) string { return texts.Spoken(tag) }
