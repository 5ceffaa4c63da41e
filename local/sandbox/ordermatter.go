package sandbox

import "regexp"

// matter is something one may ask of an order, and how it is asked for by language.
type matter struct {
	name string
	asks map[string]*regexp.Regexp
}

func askedFor(name, en, de, fr string) matter {
	asks := map[string]*regexp.Regexp{}
	for code, words := range map[string]string{"en": en, "de": de, "fr": fr} {
		asks[code] = regexp.MustCompile(`(?i)` + words)
	}
	return matter{name, asks}
}

// general finds questions about how a shop does things, which its pages answer.
var general = regexp.MustCompile(`(?i)\bhow (long|many|much|do|can|often)\b|\bdo you\b|\bcan i\b|\bpolicy\b|\bwie (lange|viele?|kann|oft|geht)\b|\b(kann|darf|muss) ich\b|\bcombien\b|\bcomment\b|\b(puis|dois)-je\b|\bfaites-vous\b`)

// orderMatters are looked for in this order: what has more particular words comes
// first.
var orderMatters = []matter{
	askedFor("amount", `\bwhat (did|have) i (pay|paid)|how much (did|have|was) (i|it|my|the order)|\b(total|sum) of (my|the) order`,
		`was habe ich (be)?zahlt|wie ?viel habe ich (be)?zahlt|wie teuer war|gesamtbetrag`, `combien ai-je payé|j'ai payé combien|montant (total|de ma)`),
	askedFor("address", `\bwhat('s| is) (the|my) (delivery |shipping )?address|which address|where (is|was) it (being )?sent to`, `(welche|an welche|wie lautet die) .{0,10}adresse`, `quelle (est l.|.{0,12})adresse`),
	askedFor("cancelled", `\bcancell?ed\b`, `\bstorniert\b`, `\bannulée?s?\b`),
	askedFor("refund", `\brefund|money back|paid back|reimburs`, `erstatt|geld zurück|zurückgezahlt|zurückbekomm`, `rembours|argent rendu`),
	askedFor("return", `\breturn`, `rücksendung|retoure|rückgabe|zurückgeschickt|zurückgesendet`, `\bretour\b|\bretours\b|renvoy`),
	askedFor("tracking", `\btrack|\bcarrier\b|\bcourier\b`, `sendungsnummer|sendungsverfolgung|verfolg|paketdienst|tracking`, `\bsuivi\b|\bsuivre\b|transporteur`),
	askedFor("items", `\bwhat (did|have) i (order|b(uy|ought))|what('s| is| was) in (it|my|the)|\b(items?|articles?|products?)\b.{0,20}\border|list .{0,10}items`,
		`was habe ich (bestellt|gekauft)|was ist (in|drin)|welche artikel`, `(qu'est-ce que|qu.) ?j'ai (commandé|acheté)|qu'ai-je (commandé|acheté)|qu'y a-t-il dans|quels articles|contenu de (ma|la) commande`),
	askedFor("placed", `\bwhen (did i|was (it|this|my order)).{0,12}(order|place|buy|bought)`, `wann habe ich .{0,20}bestellt|wann wurde .{0,20}bestellt`, `quand ai-je (commandé|passé)|date de (la |ma )?commande`),
	askedFor("paid", `\b(is|was|has|have) (it|this|that|my order|the order|i|they).{0,12}paid|payment (state|status)`, `\b(ist|wurde) .{0,20}bezahlt|zahlungsstatus`, `\bpayée?\b`),
	askedFor("arrival", `\barriv|\bwhen\b.{0,30}\b(get|come|here|delivered|deliver|delivery|receive)\b|\bdelivered\b|\bexpected\b|\beta\b|delivery date|how long .{0,20}(take|until|till)`,
		`\bwann\b|ankomm|ankunft|angekommen|geliefert|zugestellt|liefertermin|kommt (sie|es|er|das|mein)`, `\barriv|\bquand\b|\blivrée?s?\b|date de livraison|recevr`),
	askedFor("sent", `\b(sent|shipped|dispatched|posted)\b|on (its|the) way|\bleft\b`, `verschickt|versendet|versandt|abgeschickt|unterwegs|losgeschickt`, `expédi|envoyée?|partie?\b|en route`),
	askedFor("standing", `\bwhere\b|\bstatus\b|happen|\bgoing on\b|progress|\bmy (order|parcel|package|delivery)\b|#\d`, `\bwo\b|\bstatus\b|\bstand\b|meine? (bestellung|paket|lieferung|sendung)|#\d`, `\boù\b|\bstatut\b|\bétat\b|\bma (commande|livraison)\b|\bmon colis\b|#\d`),
}

// matterOf tells what a question asks of an order, and in which of the languages;
// nothing when it asks how the shop does things.
func matterOf(question, code string) (name, language string) {
	for _, m := range orderMatters {
		if (m.name == "refund" || m.name == "return" || m.name == "cancelled") && general.MatchString(question) {
			if m.asks["en"].MatchString(question) || m.asks["de"].MatchString(question) || m.asks["fr"].MatchString(question) {
				return "", ""
			}
			continue
		}
		for _, in := range []string{code, "en", "de", "fr"} { // a word or two may be in any
			if m.asks[in].MatchString(question) {
				return m.name, in
			}
		}
	}
	return "", ""
}

// orderWords say what the record of an order has, by language. The first value is
// always the order's number; a word that begins with = is a state of the record.
var orderWords = map[string]map[string]string{
	"en": {
		"months": "January February March April May June July August September October November December", "day": "%s %s %s",
		"cancelled": "Order %s is cancelled", "not cancelled": "Order %s is not cancelled",
		"not sent": "Nothing of order %s has been sent yet", "rest not sent": "The rest of order %s has not been sent yet",
		"parcel": "The parcel of order %s is %s", "parcel sent": "The parcel of order %s is %s; it was sent on %s",
		"delivered": "Order %s was delivered on %s", "delivered some day": "Order %s has been delivered",
		"carrier": "The carrier of order %s is %s", "expected": "Order %s is expected on %s", "no arrival": "The record of order %s does not say when it arrives",
		"sent": "Order %s was sent on %s", "tracking": "The tracking number of order %s is %s", "no tracking": "The record of order %s has no tracking number",
		"items": "Order %s has: %s", "more items": "Order %s has more items than are listed here", "no items": "The record of order %s lists no items",
		"placed": "Order %s was placed on %s", "payment": "The payment of order %s is %s",
		"refunded": "For order %s, %s was refunded on %s", "no refund": "No refund is on record for order %s",
		"returned": "For order %s there is return %s, which is %s", "no return": "No return is on record for order %s",
		"no amount": "The record of order %s does not say what was paid", "no address": "The record of order %s does not show the address",
		"= paid": "complete", "= label printed": "ready to be sent", "= label purchased": "ready to be sent", "= unknown": "in a state that I cannot name", "= open": "under way", "= requested": "asked for",
		"= fulfilled": "sent", "= marked as fulfilled": "sent", "= not delivered": "not delivered", "= failure": "not delivered", "= attempted delivery": "not delivered at the first attempt", "= in transit": "on its way",
	},
	"de": {
		"months": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember", "day": "%s. %s %s",
		"cancelled": "Bestellung %s ist storniert", "not cancelled": "Bestellung %s ist nicht storniert",
		"not sent": "Von Bestellung %s wurde noch nichts verschickt", "rest not sent": "Der Rest von Bestellung %s wurde noch nicht verschickt",
		"parcel": "Das Paket von Bestellung %s ist %s", "parcel sent": "Das Paket von Bestellung %s ist %s; es wurde am %s verschickt",
		"delivered": "Bestellung %s wurde am %s zugestellt", "delivered some day": "Bestellung %s wurde zugestellt",
		"carrier": "Der Paketdienst von Bestellung %s ist %s", "expected": "Bestellung %s wird am %s erwartet", "no arrival": "Zu Bestellung %s ist kein Liefertermin vermerkt",
		"sent": "Bestellung %s wurde am %s verschickt", "tracking": "Die Sendungsnummer von Bestellung %s ist %s", "no tracking": "Zu Bestellung %s ist keine Sendungsnummer vermerkt",
		"items": "Bestellung %s enthält: %s", "more items": "Bestellung %s enthält mehr, als hier aufgeführt ist", "no items": "Zu Bestellung %s sind keine Artikel vermerkt",
		"placed": "Bestellung %s wurde am %s aufgegeben", "payment": "Der Zahlungsstand von Bestellung %s: %s",
		"refunded": "Zu Bestellung %s wurden %s am %s erstattet", "no refund": "Zu Bestellung %s ist keine Erstattung vermerkt",
		"returned": "Zu Bestellung %s gibt es die Rücksendung %s; sie ist %s", "no return": "Zu Bestellung %s ist keine Rücksendung vermerkt",
		"no amount": "Zu Bestellung %s sehe ich nicht, was bezahlt wurde", "no address": "Zu Bestellung %s sehe ich die Adresse nicht",
		"= paid": "bezahlt", "= pending": "ausstehend", "= authorized": "genehmigt", "= partially paid": "teilweise bezahlt", "= partially refunded": "teilweise erstattet", "= refunded": "erstattet", "= voided": "aufgehoben", "= expired": "abgelaufen",
		"= requested": "angefragt", "= open": "in Arbeit", "= closed": "abgeschlossen", "= declined": "abgelehnt", "= canceled": "storniert",
		"= attempted delivery": "beim ersten Versuch nicht zugestellt", "= carrier picked up": "vom Paketdienst abgeholt", "= confirmed": "beim Paketdienst angemeldet", "= delayed": "verspätet", "= failure": "nicht zugestellt",
		"= fulfilled": "verschickt", "= in transit": "unterwegs", "= label printed": "versandfertig", "= label purchased": "versandfertig", "= label voided": "nicht mehr angemeldet", "= marked as fulfilled": "verschickt",
		"= not delivered": "nicht zugestellt", "= out for delivery": "in der Zustellung", "= picked up": "abgeholt", "= ready for pickup": "abholbereit", "= submitted": "in Vorbereitung", "= delivered": "zugestellt", "= unknown": "in einem Stand, den ich nicht benennen kann",
	},
	"fr": {
		"months": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre", "day": "%s %s %s",
		"cancelled": "La commande %s est annulée", "not cancelled": "La commande %s n'est pas annulée",
		"not sent": "Rien de la commande %s n'a encore été expédié", "rest not sent": "Le reste de la commande %s n'a pas encore été expédié",
		"parcel": "Le colis de la commande %s est %s", "parcel sent": "Le colis de la commande %s est %s ; il a été expédié le %s",
		"delivered": "La commande %s a été livrée le %s", "delivered some day": "La commande %s a été livrée",
		"carrier": "Le transporteur de la commande %s est %s", "expected": "La commande %s est attendue le %s", "no arrival": "La boutique n'indique pas de date de livraison pour la commande %s",
		"sent": "La commande %s a été expédiée le %s", "tracking": "Le numéro de suivi de la commande %s est %s", "no tracking": "La boutique n'a pas de numéro de suivi pour la commande %s",
		"items": "La commande %s contient : %s", "more items": "La commande %s contient plus d'articles que ceux-ci", "no items": "Aucun article n'est indiqué pour la commande %s",
		"placed": "La commande %s a été passée le %s", "payment": "Le paiement de la commande %s est %s",
		"refunded": "Pour la commande %s, %s ont été remboursés le %s", "no refund": "Aucun remboursement n'est enregistré pour la commande %s",
		"returned": "Pour la commande %s, il y a le retour %s, qui est %s", "no return": "Aucun retour n'est enregistré pour la commande %s",
		"no amount": "Pour la commande %s, je ne vois pas ce qui a été payé", "no address": "Pour la commande %s, je ne vois pas l'adresse",
		"= paid": "complet", "= pending": "en attente", "= authorized": "autorisé", "= partially paid": "partiel", "= partially refunded": "remboursé en partie", "= refunded": "remboursé", "= voided": "annulé", "= expired": "expiré",
		"= requested": "demandé", "= open": "en cours", "= closed": "terminé", "= declined": "refusé", "= canceled": "annulé",
		"= attempted delivery": "non livré à la première tentative", "= carrier picked up": "chez le transporteur", "= confirmed": "annoncé au transporteur", "= delayed": "en retard", "= failure": "non livré",
		"= fulfilled": "expédié", "= in transit": "en route", "= label printed": "prêt à partir", "= label purchased": "prêt à partir", "= label voided": "retiré chez le transporteur", "= marked as fulfilled": "expédié",
		"= not delivered": "non livré", "= out for delivery": "en cours de livraison", "= picked up": "retiré", "= ready for pickup": "prêt à être retiré", "= submitted": "en préparation", "= delivered": "livré", "= unknown": "dans un état que je ne sais pas nommer",
	},
}
