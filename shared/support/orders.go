package support

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"omniops/shared/knowledge/wording"
)

// orders finds text that is addressed to a model and not to shoppers. Whoever may
// write on a page, such as the author of a review, could plant it there.
var orders = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)` + strings.Join([]string{
		`\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(instruction|instructions|prompt|prompts|rules?|guidelines|directions|everything above|previous messages?)\b`,
		`\b(new|updated|hidden|secret|system|developer) (instructions?|prompts?)\b`,
		`\byou are (now|no longer|an? (ai|artificial|language|large|assistant|chatbot))\b`,
		`\b(as|if you are|dear|attention|hey|note to|message (to|for)) (an? |the |any |all )?(ai|llm|chatbot|language model|ai assistant|ai model|assistant)s?\b`,
		`\b(assistants?|chatbots?|ai models?|language models?|llms?|ais?)\b.{0,20}\b(must|should|shall|will now|has to|have to|is to|are to|needs? to)\b.{0,20}\b(reply|respond|say|answer|output|reveal|tell|recommend|claim|state|print|link|offer)\b`,
		`\b(reply|respond|answer)( only)? with\b.{0,40}["“'«:]`,
		`^\W*(please )?(say|claim|pretend|state|answer|reply|tell (the |all |every )?(users?|customers?|shoppers?|visitors?|people|everyone)) (that|all|every|everything|they)\b`,
		`\bdo anything now\b`, `<\|?(im_start|system|endoftext)`, `\[/?inst\]`, `\bno_answer\b`,
		`\b(ignorier|vergiss|missachte|überschreib)\w*\b.{0,40}\b(anweisung|anweisungen|regeln|prompt|vorgaben|instruktionen)\b`,
		`\bdu bist (jetzt|nun|ein ki|eine ki|kein)\b`, `\b(sag|sage|antworte|behaupte)\b.{0,15}\b(dass|allen|den (kunden|nutzern|besuchern))\b`,
		`\b(ignore[zrs]?|oublie[zrs]?|outrepasse[zrs]?)\b.{0,40}\b(instructions?|consignes?|règles|directives|prompt)\b`,
		`\b(tu es|vous êtes) (maintenant|désormais|une? (ia|assistant|intelligence))\b`, `\b(dis|dites|réponds|répondez|affirme[zr]?)\b.{0,15}\b(que|aux (clients|utilisateurs|visiteurs))\b`,
	}, "|"))
})

// hints are words of which an order has at least one. Looking for them is quick,
// and most passages have none.
var hints = []string{
	"ignor", "disregard", "forget", "override", "bypass", "prompt", "instruction", "you are", "chatbot", "language model", " ai ", "llm", "im_start", "inst]",
	"assistant", "respond", "reply", "answer", "say ", "claim", "pretend", "state ", "tell ", "do anything", "no_answer", "vergiss", "missachte", "überschreib",
	"du bist", "sag", "antworte", "behaupte", "oublie", "outrepasse", "tu es", "vous êtes", "dis ", "dites", "répond", "affirme", "endoftext",
}

// hinted reports whether a text has a word that an order could begin with.
func hinted(text string) bool {
	lower := strings.ToLower(text)
	return slices.ContainsFunc(hints, func(h string) bool { return strings.Contains(lower, h) })
}

// ordersModel reports whether a text is addressed to a model.
func ordersModel(text string) bool {
	return hinted(text) && slices.ContainsFunc(wording.Sentences(text), func(s string) bool { return hinted(s) && orders().MatchString(s) })
}

// withoutOrders removes the paragraphs of a passage that are addressed to a
// model. An order that goes over several of them takes the passage with it.
func withoutOrders(text string) string {
	if !hinted(text) {
		return text
	}
	if !ordersModel(strings.Join(strings.Fields(text), " ")) && !ordersModel(text) {
		return text
	}
	var kept []string
	for line := range strings.Lines(text) {
		if !ordersModel(line) {
			kept = append(kept, line)
		}
	}
	rest := strings.TrimRight(strings.Join(kept, ""), "\n")
	if ordersModel(strings.Join(strings.Fields(rest), " ")) {
		return ""
	}
	return rest
}
