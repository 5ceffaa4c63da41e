package rights

var texts = map[string]Text{
	"en": {
		code: letterText{"Your code for your privacy request to %s", `Somebody asked %s about personal data that belongs to this e-mail address.

If it was you, enter this code: %s
It is good for 15 minutes. Nobody from the shop will ask you for it.

Afterwards you can follow your request here: %s

If it was not you, do nothing. Without the code nothing happens.`},
		about: map[Letter]letterText{
			Acknowledgement: {"%s has received your privacy request", `%s has received your request: %s. It arrived on %s.

A person at the shop looks at it and answers by %s at the latest. You need not do anything.

Follow it here: %s

You may turn to your data protection authority at any time.`},
			Announcement: {"A privacy request waits for your decision, by %s", `A shopper has sent your shop a request: %s.

By law it must be answered by %s. It is in the list of privacy requests of your account, as number %s. This e-mail says nothing about the person, on purpose.`},
			Inquiry: {"A question from %s about your privacy request", `%s needs to know something to answer your request:

%s

Answer here: %s`},
			MoreTime: {"%s takes longer for your privacy request", `Your request to %s is complex, so it takes longer than usual, as the law allows. It is answered by %s at the latest.

Follow it here: %s

You may turn to your data protection authority or to a court.`},
			Conclusion: {"What came of your privacy request to %s", `%s has finished with your request: %s. This is what was done, and what was not:

%s

You find it here too: %s

This was the last e-mail about it; your address is deleted from the request now. If you do not agree, you may turn to your data protection authority or to a court.`},
		},
		kinds: map[Kind]string{
			Access:      "to know what is held",
			Export:      "a copy of the data",
			Erase:       "erasure of the data",
			Correct:     "a correction",
			Restrict:    "to keep the data, but not use it",
			Object:      "an objection",
			OptOut:      "not to sell or share the data",
			Limit:       "to limit the use of the data",
			NoAI:        "answers from people",
			HumanReview: "a person is to look at an answer",
			Complaint:   "a complaint",
			Child:       "erasure of a child's data",
		},
	},
	"de": {
		code: letterText{"Ihr Code für Ihre Datenschutzanfrage an %s", `Jemand hat bei %s eine Anfrage zu persönlichen Daten gestellt, die zu dieser E-Mail-Adresse gehören.

Waren Sie das? Dann geben Sie diesen Code ein: %s
Er gilt 15 Minuten. Niemand vom Shop wird Sie danach fragen.

Danach können Sie Ihre Anfrage hier verfolgen: %s

Waren Sie es nicht, tun Sie nichts. Ohne den Code geschieht nichts.`},
		about: map[Letter]letterText{
			Acknowledgement: {"%s hat Ihre Datenschutzanfrage erhalten", `%s hat Ihre Anfrage erhalten: %s. Sie ist am %s eingegangen.

Ein Mensch im Shop sieht sie an und antwortet spätestens am %s. Sie brauchen nichts zu tun.

Hier können Sie sie verfolgen: %s

Sie können sich jederzeit an Ihre Datenschutzbehörde wenden.`},
			Announcement: {"Eine Datenschutzanfrage wartet auf Ihre Entscheidung, bis %s", `Eine Kundin oder ein Kunde hat Ihrem Shop eine Anfrage geschickt: %s.

Sie muss von Gesetzes wegen bis %s beantwortet sein. Sie steht in der Liste der Datenschutzanfragen Ihres Kontos unter der Nummer %s. Über die Person steht in dieser E-Mail mit Absicht nichts.`},
			Inquiry: {"Eine Frage von %s zu Ihrer Datenschutzanfrage", `%s muss etwas wissen, um Ihre Anfrage zu beantworten:

%s

Antworten Sie hier: %s`},
			MoreTime: {"%s braucht länger für Ihre Datenschutzanfrage", `Ihre Anfrage an %s ist aufwendig und dauert länger als üblich, wie das Gesetz es erlaubt. Sie wird spätestens am %s beantwortet.

Hier können Sie sie verfolgen: %s

Sie können sich an Ihre Datenschutzbehörde oder an ein Gericht wenden.`},
			Conclusion: {"Was aus Ihrer Datenschutzanfrage an %s wurde", `%s ist mit Ihrer Anfrage fertig: %s. Das wurde getan, und das nicht:

%s

Sie finden es auch hier: %s

Dies war die letzte E-Mail dazu; Ihre Adresse wird jetzt aus der Anfrage gelöscht. Wenn Sie nicht einverstanden sind, können Sie sich an Ihre Datenschutzbehörde oder an ein Gericht wenden.`},
		},
		kinds: map[Kind]string{
			Access:      "Auskunft über gespeicherte Daten",
			Export:      "eine Kopie der Daten",
			Erase:       "Löschung der Daten",
			Correct:     "eine Berichtigung",
			Restrict:    "Daten aufbewahren, aber nicht nutzen",
			Object:      "ein Widerspruch",
			OptOut:      "Daten nicht verkaufen oder weitergeben",
			Limit:       "die Nutzung der Daten begrenzen",
			NoAI:        "Antworten von Menschen",
			HumanReview: "ein Mensch soll eine Antwort prüfen",
			Complaint:   "eine Beschwerde",
			Child:       "Löschung der Daten eines Kindes",
		},
	},
	"fr": {
		code: letterText{"Votre code pour votre demande à %s", `Quelqu’un a adressé à %s une demande au sujet de données personnelles liées à cette adresse e-mail.

Si c’était vous, saisissez ce code : %s
Il est valable 15 minutes. Personne de la boutique ne vous le demandera.

Ensuite, vous pouvez suivre votre demande ici : %s

Si ce n’était pas vous, ne faites rien. Sans le code, rien ne se passe.`},
		about: map[Letter]letterText{
			Acknowledgement: {"%s a reçu votre demande", `%s a reçu votre demande : %s. Elle est arrivée le %s.

Une personne de la boutique l’examine et répond au plus tard le %s. Vous n’avez rien à faire.

Suivez-la ici : %s

Vous pouvez à tout moment vous adresser à votre autorité de protection des données.`},
			Announcement: {"Une demande de protection des données attend votre décision, avant le %s", `Un client a adressé une demande à votre boutique : %s.

La loi veut qu’elle reçoive une réponse au plus tard le %s. Elle figure dans la liste des demandes de votre compte sous le numéro %s. À dessein, cet e-mail ne dit rien de la personne.`},
			Inquiry: {"Une question de %s au sujet de votre demande", `%s a besoin d’une précision pour répondre à votre demande :

%s

Répondez ici : %s`},
			MoreTime: {"%s prend plus de temps pour votre demande", `Votre demande à %s est complexe et prend plus de temps que d’habitude, comme la loi le permet. Elle reçoit une réponse au plus tard le %s.

Suivez-la ici : %s

Vous pouvez vous adresser à votre autorité de protection des données ou à un tribunal.`},
			Conclusion: {"La suite donnée à votre demande par %s", `%s a terminé le traitement de votre demande : %s. Voici ce qui a été fait, et ce qui ne l’a pas été :

%s

Vous le trouvez aussi ici : %s

C’était le dernier e-mail à ce sujet ; votre adresse est maintenant effacée de la demande. Si vous n’êtes pas d’accord, vous pouvez vous adresser à votre autorité de protection des données ou à un tribunal.`},
		},
		kinds: map[Kind]string{
			Access:      "savoir ce qui est conservé",
			Export:      "une copie des données",
			Erase:       "l’effacement des données",
			Correct:     "une rectification",
			Restrict:    "conserver les données sans les utiliser",
			Object:      "une opposition",
			OptOut:      "ne pas vendre ni partager les données",
			Limit:       "limiter l’utilisation des données",
			NoAI:        "des réponses par des personnes",
			HumanReview: "une personne doit examiner une réponse",
			Complaint:   "une réclamation",
			Child:       "l’effacement des données d’un enfant",
		},
	},
}
