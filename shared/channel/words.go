package channel

import (
	"embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"omniops/shared/phrasebook"
	"omniops/shared/wish"
)

// Word is something a person can ask for by a word, which is understood without a
// model. STOP, START and AI are words of a channel; what people ask for in words of their
// own, such as a person or that their data be deleted, is understood by package wish.
type Word string

// The words.
const (
	NoWord Word = ""
	Human  Word = "human" // a person, please
	Stop   Word = "stop"  // do not write to me
	Start  Word = "start" // write to me again
	Again  Word = "again" // the AI may answer again, while a person is waited for
	Forget Word = "forget"
	Know   Word = "know" // what do you know about me
)

// Speech is what is said on a channel in one language, and how people say the
// words in it.
type Speech struct {
	Disclosure string            `json:"disclosure"` // %s is the shop
	Human      string            `json:"human"`      // says how to get the AI back; %s is where the shop is written to
	Stopped    string            `json:"stopped"`    // says how to start again
	Started    string            `json:"started"`
	Forgotten  string            `json:"forgotten"` // %s is where the state is shown
	Known      string            `json:"known"`     // %d messages, %d days
	OnlyText   string            `json:"only_text"` // a picture or a voice came
	TooMany    string            `json:"too_many"`
	Trouble    string            `json:"trouble"` // no answer could be made; %s is where the shop is written to
	Sources    string            `json:"sources"`
	Order      OrderSpeech       `json:"order"`
	Words      map[Word][]string `json:"words"`
}

//go:embed speech/*.json
var speechFiles embed.FS

var speeches = phrasebook.New[Speech](speechFiles, "speech")

// Languages lists the languages that words are understood in.
func Languages() []string { return speeches.Languages() }

// Spoken gives the language that serves a tag such as de-AT best.
func Spoken(tag string) string { return speeches.Spoken(tag) }

// SpeechIn gives what is said in a language, or in English where we have none.
func SpeechIn(tag string) Speech { return speeches.In(tag) }

// wordIndex finds a word by how it is said, and in which languages.
var wordIndex = sync.OnceValue(func() map[string]said {
	index := map[string]said{}
	for _, language := range Languages() {
		for word, phrases := range speeches.In(language).Words {
			for _, p := range phrases {
				entry := index[plain(p)]
				entry.word = word
				entry.languages = append(entry.languages, language)
				index[plain(p)] = entry
			}
		}
	}
	return index
})

type said struct {
	word      Word
	languages []string
}

// WordOf understands a message that is one of the words and nothing else, or asks in
// words of its own for what one of them is for, and says in which language. A word
// that several languages share is taken to be in the preferred one if that is among
// them.
func WordOf(message, preferred string) (Word, string) {
	entry, ok := said{}, false
	if len(message) <= 120 {
		entry, ok = wordIndex()[plain(message)]
	}
	if !ok {
		asked, spoken := wish.Of(message, preferred)
		if word, ok := asksFor[asked]; ok {
			return word, spoken
		}
		return NoWord, ""
	}
	if own := Spoken(preferred); slices.Contains(entry.languages, own) {
		return entry.word, own
	}
	return entry.word, entry.languages[0]
}

// asksFor are the words for what people also ask in words of their own.
var asksFor = map[wish.Wish]Word{wish.Human: Human, wish.Erase: Forget, wish.Access: Know}

// plain is a message's words, in lower case, without marks and politeness.
func plain(message string) string {
	words := strings.FieldsFunc(strings.ToLower(message), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	words = slices.DeleteFunc(words, func(w string) bool { return slices.Contains(polite, w) })
	return strings.Join(words, " ")
}

// polite are words that change nothing.
var polite = []string{"please", "bitte", "svp", "proszę", "tack", "alstublieft", "tak", "por", "favor"}
