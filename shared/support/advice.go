package support

import (
	"slices"
	"strings"
)

// field is something a shop must not advise on: a body, a law, a purse.
//
// A message asks for such advice when it names the thing and asks what to do
// about it. Asking what may be done with an order is no such thing, even if it
// mentions a doctor or a court. A "*" stands for any ending of a word.
type field struct {
	always     []string // decide alone
	topics     []string
	conditions []string // of a body: whoever asks of them asks for advice, but for an order
}

var fields = []field{
	{ // medical
		always: []string{
			"medical advice", "medical opinion", "diagnose", "diagnosis", "am i allergic", "what dose", "which dose", "safe dose", "side effects of", "overdos*", "first aid", "is it poisonous", "i am poisoned", "i have been poisoned",
			"medizinischen rat", "medizinische beratung", "medizinischer rat", "ärztlichen rat", "nebenwirkung*", "überdosi*", "erste hilfe", "welche dosis", "bin ich allergisch",
			"conseil médical", "conseils médicaux", "avis médical", "diagnostic*", "effets secondaires", "surdos*", "premiers secours", "quelle dose", "suis je allergique",
		},
		topics: []string{
			"pregnan*", "breastfeed*", "allergic reaction", "allergic to", "my allerg*", "asthma", "blood pressure", "diabet*", "medication*", "medicine", "medicines", "antibiotic*", "painkiller*", "aspirin", "ibuprofen", "paracetamol",
			"dose", "dosage", "symptom*", "rash", "eczema", "burn my hand", "burned my hand", "burnt my hand", "burning my hand", "scald*", "chest pain", "headache*", "migraine*", "fever", "infection", "heart condition", "heart disease", "cancer", "depression", "insomnia", "kidney*", "epilep*", "swallowed", "my wound",
			"schwanger*", "stillzeit", "stillen", "allergische reaktion", "meine allergie", "allergisch gegen", "asthma", "blutdruck*", "medikament*", "antibiotik*", "schmerzmittel*", "dosierung", "dosis", "symptom*", "ausschlag", "brustschmerzen", "kopfschmerz*", "migräne", "fieber", "herzkrank*", "krebs", "schlaflos*", "nierenkrank*", "verbrannt", "verbrüht", "verschluckt",
			"enceinte*", "grossesse", "allait*", "réaction allergique", "mon allergie", "allergique à", "asthme", "tension artérielle", "diabét*", "diabète", "médicament*", "antibiotique*", "aspirine", "posologie", "symptôme*", "eczéma", "mal de tête", "migraine*", "fièvre", "maladie cardiaque", "insomnie", "brûlé*", "brûlure*", "avalé",
		},
		conditions: []string{
			"my health", "your health", "our health", "for health", "for the health", "health benefit*", "health risk*", "healthy", "healthier", "unhealthy", "lose weight", "weight loss", "immune system", "sore throat", "arthritis", "psoriasis", "cholesterol", "detox*", "carcinogenic", "cause cancer",
			"gesund", "gesünder", "ungesund", "gesundheit", "gesundheitlich*", "gesundheitsschädlich*", "abnehmen", "immunsystem", "halsschmerzen", "arthritis", "schuppenflechte", "neurodermitis", "cholesterin*", "krebserregend", "entgift*", "verdauung", "schlafstörung*",
			"la santé", "ma santé", "votre santé", "perdre du poids", "maigrir", "système immunitaire", "mal de gorge", "arthrite", "psoriasis", "cholestérol", "cancérigène*", "cancérogène*", "la digestion",
			"la salute", "alla salute", "dimagrire", "la salud", "adelgazar", "gezond", "ongezond", "gezondheid", "afvallen",
		},
	},
	{ // legal
		always: []string{
			"legal advice", "should i sue", "can i sue", "could i sue", "how do i sue", "take you to court", "take them to court", "take legal action", "do i have a case", "is it legal for me",
			"rechtsberatung", "rechtlichen rat", "rechtlicher rat", "juristischen rat", "soll ich klagen", "kann ich klagen", "sie verklagen", "strafanzeige",
			"conseil juridique", "conseils juridiques", "porter plainte", "poursuivre en justice", "vous attaquer en justice", "saisir le tribunal",
		},
		topics: []string{
			"lawsuit*", "lawyer*", "attorney*", "solicitor*", "court", "sue", "sued", "liable", "small claims", "breach of contract", "my landlord", "my lease", "divorce", "custody", "my inheritance", "my will",
			"anwalt*", "rechtsanwalt*", "gericht*", "verklag*", "schadensersatz*", "vermieter*", "mietvertrag*", "scheidung*", "sorgerecht*", "testament", "haftbar",
			"avocat*", "tribunal", "procès", "dommages et intérêts", "mon propriétaire", "mon bail", "divorce*", "garde des enfants", "testament",
		},
	},
	{ // financial
		always: []string{
			"financial advice", "tax advice", "investment advice", "should i invest", "where should i invest",
			"steuerberatung", "anlageberatung", "finanzberatung", "soll ich investieren", "wie soll ich mein geld anlegen",
			"conseil financier", "conseils financiers", "conseil fiscal", "dois je investir", "conseil en placement",
		},
		topics: []string{
			"invest", "investing", "stocks", "shares", "mortgage*", "my tax*", "tax returns", "tax deductible", "deduct", "bitcoin*", "crypto*", "pension*", "my savings", "credit score", "bankrupt*",
			"investier*", "aktien", "hypothek*", "steuererklärung*", "steuern sparen", "von der steuer", "steuerlich absetz*", "kryptowährung*", "altersvorsorge", "mein erspartes", "insolvenz*",
			"investir", "actions en bourse", "bourse", "hypothèque", "prêt immobilier", "déclaration d impôts", "déduire", "mes impôts", "cryptomonnaie*", "ma retraite", "mes économies", "surendett*",
		},
	},
}

var (
	// insistent asks what is good for the person, whatever else is said.
	insistent = []string{
		"should i take", "should i drink", "should i eat", "should i use", "should i hire", "should i buy shares", "should i put", "should i see", "is it safe", "are they safe", "is this safe", "is that safe", "safe for", "safe to", "what should i do", "am i", "will it help", "does it help", "cure", "cures", "heal*", "treat", "treats", "what do i do", "what can i take",
		"ist es sicher", "ist das sicher", "unbedenklich", "schädlich", "gefährlich", "was soll ich tun", "soll ich", "bin ich", "hilft", "heilt", "was tun", "verträglich",
		"est il sûr", "est ce sûr", "sans danger", "dangereux", "dangereuse", "que dois je faire", "que faire", "suis je", "dois je prendre", "soigne", "guérit", "aide contre",
	}
	// asks may just as well be about an order.
	asks = []string{
		"should i", "can i", "may i", "could i", "what should", "do i need", "will i", "how much", "how many", "how do i", "is it ok", "is it okay", "is it good", "help me", "what helps", "is it worth", "can it", "does it",
		"kann ich", "darf ich", "muss ich", "sollte ich", "was soll", "wie viel", "wie viele", "wie kann ich", "ist es gut", "lohnt", "darf man", "kann man",
		"dois je", "puis je", "est ce que je", "combien", "que dois", "peut on", "faut il", "comment puis je", "est ce bon", "vaut il",
	}
	// dealings are what shops and shoppers do with each other.
	dealings = []string{
		"return", "returned", "return it", "refund*", "deliver*", "ship*", "order", "orders", "ordered", "ordering", "sell", "buy", "bought", "purchase*", "price*", "cost*", "discount*", "invoice*", "receipt*", "vat", "warrant*", "guarantee*", "gift*", "pay", "payment*", "instalment*", "installment*", "voucher*", "stock", "exchange*", "dishwasher", "tennis", "note", "how much is the", "how much are the",
		"zurückgeb*", "zurücksend*", "rückgabe*", "umtausch*", "erstatt*", "liefer*", "versand*", "versend*", "bestell*", "verkauf*", "kaufen", "gekauft", "preis*", "kostet", "kosten", "rabatt*", "rechnung*", "quittung*", "mwst", "garantie*", "gewährleistung*", "geschenk*", "zahl*", "bezahl*", "rate", "raten", "gutschein*", "attest*", "spülmaschine*",
		"retour*", "renvoy*", "rembours*", "livr*", "command*", "vend*", "achet*", "achat*", "prix", "coût*", "remise*", "facture*", "reçu", "tva", "garantie*", "cadeau*", "payer", "paiement*", "bon d achat", "bons d achat", "bon cadeau", "bon de", "un bon d", "échang*", "certificat*", "ordonnance", "lave",
	}
)

// asksForAdvice reports whether a message, as lower-case words, asks for medical,
// legal or financial advice.
func asksForAdvice(said string) bool {
	said = strings.ReplaceAll(said, "tax return", "tax returns") // nobody sends that back to a shop
	return slices.ContainsFunc(fields, func(f field) bool {
		return anyPhrase(said, f.always) || anyPhrase(said, f.conditions) && !anyPhrase(said, dealings) ||
			anyPhrase(said, f.topics) && (anyPhrase(said, insistent) || anyPhrase(said, asks) && !anyPhrase(said, dealings))
	})
}
