package support

import (
	"slices"
	"strings"

	"omniops/shared/knowledge/wording"
)

// Words with which one asks how something is, rather than for something to be done.
// One may go before: "and when …".
var (
	askingWords = []string{"is", "are", "was", "were", "has", "have", "had", "did", "does", "isn", "aren", "wasn", "hasn", "haven", "didn", "when", "why", "where", "what", "which", "who", "whose",
		"ist", "sind", "war", "waren", "wurde", "wurden", "wird", "hat", "haben", "habt", "wann", "warum", "wieso", "weshalb", "wo", "was", "welche", "welcher", "welches", "wer",
		"est", "sont", "était", "ont", "avez", "quand", "pourquoi", "où", "quel", "quelle", "quels", "quelles", "qui",
		"è", "sono", "ha", "hanno", "avete", "quando", "perché", "dove", "quale", "chi", "está", "están", "fue", "han", "habéis", "cuándo", "dónde", "cuál", "quién",
		"zijn", "werd", "heeft", "hebben", "wanneer", "waarom", "waar", "welke", "foi", "onde", "czy", "kiedy", "dlaczego", "gdzie", "har", "blev", "när", "varför", "var", "hvornår", "hvorfor", "hvor"}
	askingPhrases = []string{"how long", "how soon", "until when", "wie lange", "bis wann", "combien de temps", "jusqu à quand", "cuánto tiempo", "quanto tempo", "hoe lang"}
	leadingWords  = []string{"and", "but", "so", "then", "also", "hi", "hello", "hey", "ok", "okay", "und", "aber", "also", "hallo", "et", "mais", "alors", "bonjour", "e", "ma", "y", "pero", "en", "maar"}
	// What may stand in such a question when it is a request all the same, or holds one.
	requests = []string{
		"please", "can you", "could you", "would you", "will you", "can i", "could i", "may i", "want*", "i d like", "would like", "need to", "possible to", "able to", "if not", "let me", "instead", "what about", "how about",
		"bitte", "kannst du", "können sie", "könnten sie", "könntest du", "kann ich", "könnte ich", "darf ich", "möcht*", "will ich", "ich will", "möglich", "wenn nicht", "sonst",
		"s il vous plaît", "s il te plaît", "svp", "pouvez vous", "pourriez vous", "peux tu", "puis je", "veux", "voudrais", "aimerais", "possible de", "sinon",
		"per favore", "può", "potete", "posso", "vorrei", "voglio", "por favor", "puede", "podría", "puedo", "quiero", "quisiera", "alstublieft", "kunt u", "kan ik", "wil", "gostaria", "quero", "poderia",
		"proszę", "chcę", "chciał*", "mogę", "snälla", "kan du", "kan jag", "vill", "venligst", "kan jeg", "vil gerne",
	}
)

// merelyAsks reports whether all that a message says asks how something is. Nobody
// is offered a change for it, whatever a model makes of it. Where code cannot tell,
// it is not so.
func merelyAsks(message string) bool {
	asks := false
	for _, sentence := range wording.Sentences(message) {
		said := words(sentence)
		for len(said) > 1 && slices.Contains(leadingWords, said[0]) {
			said = said[1:]
		}
		if len(said) == 0 {
			continue
		}
		question := slices.Contains(askingWords, said[0]) || anyPhrase(strings.Join(said[:min(3, len(said))], " "), askingPhrases)
		if !question && !withoutWish(said) || anyPhrase(strings.Join(words(sentence), " "), requests) {
			return false
		}
		asks = asks || question
	}
	return asks
}

// withoutWish reports whether words are a number, a greeting or a thank-you, which ask
// for nothing.
func withoutWish(said []string) bool {
	joined := strings.Join(said, " ")
	return slices.Contains(greetings, joined) || slices.Contains(thankYous, joined) || slices.Contains(leadingWords, joined) || strings.Trim(joined, "0123456789 ") == ""
}
