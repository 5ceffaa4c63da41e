package contradiction

import (
	"strings"
	"sync"

	"omniops/shared/knowledge/wording"
)

// light are stems that tell two statements not apart.
var light = stemsOf(`take takes get gets receive offer offers make item items article articles product products order orders purchase customer customers
	usually normally always please shop store website page entire whole new day days time give allow allowed something anything everything last lasts have has kind sort
	artikel produkt produkte bestellung kunden kunde bitte normalerweise immer dauert beträgt erhalten bieten shop seite tag tage zeit gilt
	article articles produit produits commande client clients toujours normalement dure prend boutique page jour jours temps`)

// usual are stems of what a shop's usual pages are called.
var usual = stemsOf(`faq frequently asked questions question answers help contact about information info general overview policy policies terms conditions
	guide guides home service customer long much when how return returns refund refunds delivery shipping postage payment payments exchange exchanges warranty guarantee
	repairs care cleaning pay ways
	häufige fragen antworten hilfe kontakt über information allgemein übersicht agb bedingungen ratgeber startseite kundendienst rückgabe rückgaben erstattung lieferung versand zahlung
	umtausch garantie gewährleistung pflege
	foire questions réponses aide contact informations général aperçu conditions guide accueil service retour retours remboursement livraison expédition paiement échange garantie entretien`)

// price stands for every stem of priced.
const price = "price"

// priced are stems that all mean what something costs.
var priced = stemsOf("price prices priced cost costs charge preis preise kostet kosten prix coûte coûtent coût")

// stemsOf gives the stems of words, once somebody asks for them: most starts of a
// function find no contradictions.
func stemsOf(list string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		all := map[string]bool{}
		for w := range strings.FieldsSeq(list) {
			for _, language := range []string{"en", "de", "fr"} {
				all[wording.Stem(w, language)] = true
			}
		}
		return all
	})
}

// canonical gives stems with one for the words that mean a price.
func canonical(stems map[string]bool) map[string]bool {
	for stem := range stems {
		if priced()[stem] {
			delete(stems, stem)
			stems[price] = true
		}
	}
	return stems
}

// concessions begin a clause that restricts nothing: "even if you have used it".
var concessions = []string{", even if ", ", even when ", ", even though ", ", auch wenn ", ", selbst wenn ", ", même si "}

// withoutConcession cuts such a clause off.
func withoutConcession(sentence string) string {
	for _, c := range concessions {
		if at := strings.Index(sentence, c); at > 0 {
			return sentence[:at]
		}
	}
	return sentence
}

// What denies a sentence, and what makes it hold only sometimes.
var (
	denials = []string{"not", "no", "never", "cannot", "can t", "don t", "doesn t", "isn t", "aren t", "won t", "without", "nicht", "kein", "keine", "keinen", "nie", "niemals", "ohne", "ne", "n", "pas", "jamais", "sans", "non"}
	// Among them are words for which a denial is not the opposite.
	conditions = []string{"if", "unless", "except", "only", "when", "but", "until", "before", "after", "some", "most", "wenn", "falls", "außer", "nur", "aber", "bis", "bevor", "nachdem", "einige", "si", "sauf", "seulement", "mais", "avant", "après", "quand", "ni"}
)

// anyOf reports whether one of the words stands in a text of lower-case words
// with spaces around each.
func anyOf(lower string, words []string) bool {
	for _, w := range words {
		if strings.Contains(lower, " "+w+" ") {
			return true
		}
	}
	return false
}
