package support

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"omniops/shared/conversation"
	"omniops/shared/inventory"
	"omniops/shared/seal"
)

// What a shopper asks about their own data is answered by code, without a model, in
// ten languages. Deleting and copying begin with a button of the widget, which asks
// for them with the session (functions/privacy-request); here is only said what
// they do.

// Privacy offers a shopper what they asked for about their data: the widget shows a
// button that asks for a request of this kind.
type Privacy struct {
	Kind string `json:"kind"` // as POST /v1/privacy/requests calls it; rights for its form
}

// matter is what a message asks about the shopper's own data.
type matter int

const (
	noMatter matter = iota
	heldData        // what is held
	copyData        // a copy of it
	eraseData
	stopAI
	otherRight // any other, for which there is a form
)

// rightsWords are the phrases and sentences of one language.
type rightsWords struct {
	held, copied, erase, stop, other []string
	age                              string // of a child, with the number as its only group that matches

	Held    string // %d messages, %s the site, %d days
	Copy    string
	Erase   string
	Stop    string // the way to a person is %s
	NoAI    string // after Stop, to every further message; %s is an address
	Paused  string // to a child; %s is an address
	Other   string // the way to a form
	Limited string // kept but not used; %s is an address
	Person  string // somebody at the shop has taken the chat over
}

// matterOf tells what a message asks about the shopper's own data, and in which
// language's words.
func matterOf(message string) (matter, string) {
	said := strings.Join(words(message), " ")
	for _, language := range rightsLanguages {
		w := rightsIn[language]
		for _, c := range []struct {
			matter  matter
			phrases []string
		}{{heldData, w.held}, {copyData, w.copied}, {eraseData, w.erase}, {stopAI, w.stop}, {otherRight, w.other}} {
			if anyPhrase(said, c.phrases) {
				return c.matter, language
			}
		}
	}
	return noMatter, ""
}

// adultFrom is the age from which we talk to a shopper without a parent: the
// highest that the laws we work under name (GDPR Art. 8(1), COPPA: 13).
const adultFrom = 16

// isChild reports whether a message states an age below adultFrom, and in which
// language's words.
func isChild(message string) (language string, yes bool) {
	spoken := words(message)
	for i, word := range spoken {
		if n, ok := numbers()[word]; ok {
			spoken[i] = n
		}
	}
	said := strings.Join(spoken, " ")
	for _, language := range rightsLanguages {
		for _, m := range ages()[language].FindAllStringSubmatch(said, -1) {
			if n, err := strconv.Atoi(strings.Join(m[1:], "")); err == nil && n > 3 && n < adultFrom {
				return language, true
			}
		}
	}
	return "", false
}

var ages = sync.OnceValue(func() map[string]*regexp.Regexp {
	all := map[string]*regexp.Regexp{}
	for language, w := range rightsIn {
		all[language] = regexp.MustCompile(w.age)
	}
	return all
})

// numbers are the ages of children in words, as figures.
var numbers = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, words := range []string{ // from seven on
		"seven eight nine ten eleven twelve thirteen fourteen fifteen", "sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn",
		"sept huit neuf dix onze douze treize quatorze quinze", "siete ocho nueve diez once doce trece catorce quince",
		"sette otto nove dieci undici dodici tredici quattordici quindici", "zeven acht negen tien elf twaalf dertien veertien vijftien",
		"sete oito nove dez onze doze treze catorze quinze", "siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście czternaście piętnaście",
		"sju åtta nio tio elva tolv tretton fjorton femton", "syv otte ni ti elleve tolv tretten fjorten femten",
	} {
		for i, word := range strings.Fields(words) {
			all[word] = strconv.Itoa(7 + i)
		}
	}
	return all
})

// rightsTurn answers a message about the shopper's own data, or one to which no
// model may be asked. It gives nil for any other.
func (e *Engine) rightsTurn(ctx context.Context, turn *Turn, out *listener) (*conversation.Message, error) {
	say := func(text string) *conversation.Message {
		out.send(Token{text})
		return &conversation.Message{Author: conversation.Assistant, Text: seal.Clear(text), State: conversation.Complete}
	}
	handoff := func(text string) *conversation.Message {
		m := say(fmt.Sprintf(text, turn.account.ContactEmail))
		m.Handoff = true
		return m
	}
	asked, language := matterOf(turn.asked)
	if language == "" {
		language = LanguageOf(turn.asked, turn.ask.Language)
	}
	w, ok := rightsIn[language]
	if !ok {
		w = rightsIn["en"]
	}
	switch asked {
	case heldData:
		out.send(Privacy{"access"})
		return say(fmt.Sprintf(w.Held, len(turn.thread.Messages)+1, turn.ask.Domain, int(turn.account.ChatRetention()/inventory.Day))), nil
	case copyData:
		out.send(Privacy{"export"})
		return say(w.Copy), nil
	case eraseData:
		out.send(Privacy{"erase"})
		return say(w.Erase), nil
	case otherRight:
		out.send(Privacy{"rights"})
		return say(w.Other), nil
	case stopAI:
		if err := e.Conversations.Choose(ctx, turn.ask.Ref, conversation.NoAI, true); err != nil {
			return nil, err
		}
		return handoff(w.Stop), nil
	}
	if spoken, child := isChild(turn.asked); child {
		if err := e.Conversations.Choose(ctx, turn.ask.Ref, conversation.Paused, true); err != nil {
			return nil, err
		}
		if e.Child != nil {
			if err := e.Child(ctx, turn.ask.Ref); err != nil {
				return nil, err
			}
		}
		return handoff(rightsIn[spoken].Paused), nil
	}
	standing := turn.thread.Standing
	switch {
	case standing.Has(conversation.Attended) && !standing.Has(conversation.Paused) && !standing.Has(conversation.Restricted):
		return say(w.Person), nil
	case standing.Has(conversation.Paused):
		return handoff(w.Paused), nil
	case standing.Has(conversation.Restricted):
		return handoff(w.Limited), nil
	case !standing.AllowsAI():
		return handoff(w.NoAI), nil
	}
	return nil, nil
}

// rightsLanguages is the order in which phrases are looked for.
var rightsLanguages = []string{"en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da"}

var rightsIn = map[string]rightsWords{
	"en": {
		held:    []string{"what do you know about me", "what data do you have", "what data do you hold", "what do you hold about me", "what information do you have about me", "what do you store about me", "which data do you have about me", "what personal data", "what do you have on me", "what you have on me", "what data is held about me", "what information do you hold about me", "what do you know of me", "subject access request", "access my data", "see my data"},
		copied:  []string{"copy of my data", "export my data", "download my data", "send me my data", "my data as a file", "copy of this chat", "download this chat", "export this chat", "a copy of everything", "data portability", "take my data with me"},
		erase:   []string{"delete my data", "erase my data", "delete this chat", "erase this chat", "delete this conversation", "delete my messages", "delete everything about me", "forget me", "delete my chat", "remove my data", "erase everything", "delete everything", "delete all my", "erase all my", "delete all of my", "erase all of my", "remove all my", "delete my personal", "erase my personal", "remove my personal", "right to be forgotten", "wipe my data", "delete my information", "erase my information"},
		stop:    []string{"stop using ai", "stop the ai", "no ai please", "don t use ai", "do not use ai", "opt out of ai", "without ai", "turn off the ai", "switch off the ai", "i don t want ai", "i do not want ai", "stop ai", "not talk to an ai", "not talk to ai", "don t want to talk to an ai", "don t want to talk to ai", "do not want to talk to an ai", "no more ai", "not an ai please", "i don t want an ai", "turn ai off", "switch ai off", "disable ai", "disable the ai"},
		other:   []string{"do not sell my", "don t sell my", "opt out of sale", "opt out of the sale", "opt out of sharing", "object to processing", "object to the processing", "object to the use of my data", "restrict processing", "restrict the processing", "restrict my data", "limit the use of my", "correct my data", "correct my personal", "rectify my", "my data is wrong", "fix my data", "human to review", "person to review", "human review", "review this answer", "complaint about my privacy", "privacy complaint", "complain about privacy", "complaint about privacy", "gdpr request", "privacy request", "ccpa request", "my privacy rights", "data protection request", "exercise my rights"},
		age:     `\bi (?:am|m) (\d{1,2}) years? old\b|^i (?:am|m) (\d{1,2})$|\bi am only (\d{1,2})\b`,
		Held:    "About you I have this chat: %d of your messages and my answers, the site you write from (%s), and what an AI was sent for an answer. It goes after %d days. I know no name or address unless you wrote it here. The button gets you all of it, with what it is used for.",
		Copy:    "You can have a copy of this chat as a file. Press the button; it is ready within minutes.",
		Erase:   "I can erase this whole chat, for good. It cannot be read any more from the moment you press the button.",
		Stop:    "Done. From now on no AI reads or answers this chat. Write to a person at the shop instead: %s.",
		NoAI:    "You asked for no AI in this chat, so I do not answer here. A person at the shop can: write to %s.",
		Paused:  "I may only talk to people of 16 or older. This chat is paused and will be erased. Please ask a parent or guardian to write to %s.",
		Limited: "You asked that this chat be kept but not used, so I do not answer here. A person at the shop can: write to %s.",
		Person:  "A person at the shop has this chat and answers here. I do not.",
		Other:   "You can ask the shop to correct your data, to limit or stop its use, to have a person look at an answer, or complain. It takes a form, no account, and a code that goes to your e-mail address.",
	},
	"de": {
		held:    []string{"was weißt du über mich", "was wissen sie über mich", "welche daten haben sie", "welche daten hast du", "welche daten speichern sie", "welche daten speichert ihr", "was speichert ihr über mich", "was speichern sie über mich", "welche daten habt ihr", "was haben sie über mich", "was hast du über mich", "auskunft über meine daten", "datenauskunft"},
		copied:  []string{"kopie meiner daten", "meine daten exportieren", "meine daten herunterladen", "daten exportieren", "kopie dieses chats", "chat herunterladen"},
		erase:   []string{"lösche meine daten", "löschen sie meine daten", "meine daten löschen", "lösche diesen chat", "diesen chat löschen", "löschen sie diesen chat", "chat löschen", "vergiss mich", "löscht meine daten", "alles über mich löschen", "alle meine daten", "meine personenbezogenen daten löschen", "recht auf vergessenwerden", "recht auf löschung"},
		stop:    []string{"keine ki", "ohne ki", "ki ausschalten", "ki abschalten", "ki nicht verwenden", "keine künstliche intelligenz", "ki stoppen", "stoppe die ki", "stopp die ki", "stoppt die ki", "nicht mit einer ki", "nicht mit der ki", "ki aus"},
		other:   []string{"daten berichtigen", "daten korrigieren", "verarbeitung einschränken", "der verarbeitung widersprechen", "widerspruch gegen die verarbeitung", "meine daten nicht verkaufen", "ein mensch die antwort prüf*", "datenschutzbeschwerde", "beschwerde zum datenschutz", "dsgvo anfrage", "datenschutzanfrage"},
		age:     `\bich bin (?:erst )?(\d{1,2}) jahre(?: alt)?\b|^ich bin (\d{1,2})$|\bich bin erst (\d{1,2})\b`,
		Held:    "Über Sie habe ich diesen Chat: %d Ihrer Nachrichten und meine Antworten, die Seite, von der Sie schreiben (%s), und was einer KI für eine Antwort geschickt wurde. Das geht nach %d Tagen. Name oder Adresse kenne ich nur, wenn Sie sie hier geschrieben haben. Mit der Schaltfläche bekommen Sie alles, samt dem Zweck.",
		Copy:    "Sie können diesen Chat als Datei bekommen. Drücken Sie die Schaltfläche; in wenigen Minuten ist sie fertig.",
		Erase:   "Ich kann diesen ganzen Chat löschen, endgültig. Sobald Sie die Schaltfläche drücken, kann ihn niemand mehr lesen.",
		Stop:    "Erledigt. Ab jetzt liest und beantwortet keine KI diesen Chat. Schreiben Sie stattdessen einem Menschen im Shop: %s.",
		NoAI:    "Sie wollten in diesem Chat keine KI, deshalb antworte ich hier nicht. Ein Mensch im Shop kann es: Schreiben Sie an %s.",
		Paused:  "Ich darf nur mit Personen ab 16 Jahren sprechen. Dieser Chat ist angehalten und wird gelöscht. Bitte lass deine Eltern oder Erziehungsberechtigten an %s schreiben.",
		Limited: "Sie wollten, dass dieser Chat aufbewahrt, aber nicht verwendet wird, deshalb antworte ich hier nicht. Ein Mensch im Shop kann es: Schreiben Sie an %s.",
		Person:  "Ein Mensch im Shop hat diesen Chat übernommen und antwortet hier. Ich nicht.",
		Other:   "Sie können den Shop bitten, Ihre Daten zu berichtigen, ihre Verwendung einzuschränken oder zu beenden oder eine Antwort von einem Menschen ansehen zu lassen, und Sie können sich beschweren. Dafür gibt es ein Formular, ohne Konto, mit einem Code an Ihre E-Mail-Adresse.",
	},
	"fr": {
		held:    []string{"que savez vous sur moi", "que sais tu sur moi", "quelles données avez vous", "quelles données as tu", "quelles données conservez vous", "que savez vous de moi", "que savez vous à mon sujet", "quelles informations avez vous sur moi"},
		copied:  []string{"copie de mes données", "exporter mes données", "télécharger mes données", "copie de cette conversation"},
		erase:   []string{"supprimez mes données", "supprimer mes données", "effacez mes données", "effacer mes données", "supprime mes données", "supprimer cette conversation", "effacer cette conversation", "oubliez moi", "effacez tout", "supprimez tout ce que vous avez sur moi", "droit à l oubli", "toutes mes données"},
		stop:    []string{"pas d ia", "sans ia", "arrêtez l ia", "arrêter l ia", "désactiver l ia", "ne pas utiliser l ia", "arrête l ia", "arrêtez ia", "arrêter ia", "stop ia", "stoppez l ia", "parler à une ia", "pas d intelligence artificielle"},
		other:   []string{"rectifier mes données", "corriger mes données", "limiter le traitement", "m oppose au traitement", "m opposer au traitement", "ne vendez pas mes données", "demande rgpd", "plainte concernant ma vie privée", "réexaminer cette réponse"},
		age:     `\bj ai (\d{1,2}) ans\b`,
		Held:    "À votre sujet, j’ai cette conversation : %d de vos messages et mes réponses, le site d’où vous écrivez (%s) et ce qui a été envoyé à une IA pour répondre. Cela disparaît après %d jours. Je ne connais ni nom ni adresse, sauf si vous les avez écrits ici. Le bouton vous donne tout, avec l’usage qui en est fait.",
		Copy:    "Vous pouvez recevoir une copie de cette conversation sous forme de fichier. Appuyez sur le bouton ; il est prêt en quelques minutes.",
		Erase:   "Je peux effacer toute cette conversation, définitivement. Dès que vous appuyez sur le bouton, plus personne ne peut la lire.",
		Stop:    "C’est fait. À partir de maintenant, aucune IA ne lit cette conversation ni n’y répond. Écrivez plutôt à une personne de la boutique : %s.",
		NoAI:    "Vous ne vouliez pas d’IA dans cette conversation, je n’y réponds donc pas. Une personne de la boutique le peut : écrivez à %s.",
		Paused:  "Je ne peux parler qu’aux personnes de 16 ans ou plus. Cette conversation est suspendue et sera effacée. Demande à un parent ou tuteur d’écrire à %s.",
		Limited: "Vous avez demandé que cette conversation soit conservée sans être utilisée, je n’y réponds donc pas. Une personne de la boutique le peut : écrivez à %s.",
		Person:  "Une personne de la boutique a repris cette conversation et répond ici. Pas moi.",
		Other:   "Vous pouvez demander à la boutique de rectifier vos données, d’en limiter ou d’en cesser l’usage, de faire relire une réponse par une personne, ou porter plainte. Il suffit d’un formulaire, sans compte, et d’un code envoyé à votre adresse e-mail.",
	},
	"es": {
		held:    []string{"qué sabes de mí", "qué sabe de mí", "qué datos tienes", "qué datos tienen", "qué datos guardan", "qué datos tiene sobre mí", "qué saben de mí", "qué saben sobre mí", "qué información tienen sobre mí"},
		copied:  []string{"copia de mis datos", "exportar mis datos", "descargar mis datos", "copia de este chat"},
		erase:   []string{"borra mis datos", "borrar mis datos", "borren mis datos", "elimina mis datos", "eliminar mis datos", "borra este chat", "borrar este chat", "eliminar este chat", "borrad mis datos", "borren todo", "borra todo", "eliminen todo", "derecho al olvido", "todos mis datos"},
		stop:    []string{"sin ia", "no usar ia", "no quiero ia", "desactivar la ia", "deja de usar ia", "dejen de usar ia", "detener la ia", "detener ia", "parar la ia", "detén la ia", "no ia", "hablar con una ia"},
		other:   []string{"rectificar mis datos", "corregir mis datos", "limitar el tratamiento", "me opongo al tratamiento", "no vendan mis datos", "solicitud rgpd", "queja de privacidad", "revise esta respuesta"},
		age:     `\btengo (\d{1,2}) años\b`,
		Held:    "Sobre usted tengo este chat: %d de sus mensajes y mis respuestas, el sitio desde el que escribe (%s) y lo que se envió a una IA para responder. Desaparece a los %d días. No conozco nombre ni dirección, salvo que los haya escrito aquí. Con el botón recibe todo, con el uso que se le da.",
		Copy:    "Puede tener una copia de este chat como archivo. Pulse el botón; estará lista en unos minutos.",
		Erase:   "Puedo borrar todo este chat, para siempre. Desde que pulse el botón nadie podrá leerlo.",
		Stop:    "Hecho. A partir de ahora ninguna IA lee ni responde este chat. Escriba a una persona de la tienda: %s.",
		NoAI:    "Pidió que no haya IA en este chat, así que no respondo aquí. Una persona de la tienda puede: escriba a %s.",
		Paused:  "Solo puedo hablar con personas de 16 años o más. Este chat está en pausa y se borrará. Pide a tu madre, padre o tutor que escriba a %s.",
		Limited: "Pidió que este chat se conserve pero no se use, así que no respondo aquí. Una persona de la tienda puede: escriba a %s.",
		Person:  "Una persona de la tienda atiende este chat y responde aquí. Yo no.",
		Other:   "Puede pedir a la tienda que rectifique sus datos, que limite o deje su uso, que una persona revise una respuesta, o presentar una queja. Basta un formulario, sin cuenta, y un código que llega a su correo.",
	},
	"it": {
		held:    []string{"cosa sai di me", "cosa sapete di me", "quali dati avete", "quali dati hai", "che dati avete", "quali dati conservate", "cosa sapete su di me", "che informazioni avete su di me"},
		copied:  []string{"copia dei miei dati", "esportare i miei dati", "scaricare i miei dati", "copia di questa chat"},
		erase:   []string{"cancella i miei dati", "cancellare i miei dati", "cancellate i miei dati", "elimina i miei dati", "eliminare i miei dati", "cancella questa chat", "cancellare questa chat", "cancellate tutto", "cancella tutto", "diritto all oblio", "tutti i miei dati"},
		stop:    []string{"senza ia", "niente ia", "non usare l ia", "non voglio l ia", "disattiva l ia", "senza intelligenza artificiale", "ferma l ia", "fermare l ia", "stop ia", "no ia", "parlare con un ia", "spegni l ia"},
		other:   []string{"rettificare i miei dati", "correggere i miei dati", "limitare il trattamento", "mi oppongo al trattamento", "non vendete i miei dati", "richiesta gdpr", "reclamo sulla privacy"},
		age:     `\bho (\d{1,2}) anni\b`,
		Held:    "Su di lei ho questa chat: %d dei suoi messaggi e le mie risposte, il sito da cui scrive (%s) e ciò che è stato inviato a un’IA per rispondere. Sparisce dopo %d giorni. Non conosco nome o indirizzo, a meno che li abbia scritti qui. Con il pulsante riceve tutto, con l’uso che se ne fa.",
		Copy:    "Può avere una copia di questa chat come file. Prema il pulsante; è pronta in pochi minuti.",
		Erase:   "Posso cancellare tutta questa chat, per sempre. Da quando preme il pulsante nessuno può più leggerla.",
		Stop:    "Fatto. Da ora nessuna IA legge questa chat o vi risponde. Scriva a una persona del negozio: %s.",
		NoAI:    "Non voleva un’IA in questa chat, quindi qui non rispondo. Una persona del negozio può farlo: scriva a %s.",
		Paused:  "Posso parlare solo con persone di almeno 16 anni. Questa chat è sospesa e sarà cancellata. Chiedi a un genitore o tutore di scrivere a %s.",
		Limited: "Ha chiesto che questa chat sia conservata ma non usata, quindi qui non rispondo. Una persona del negozio può farlo: scriva a %s.",
		Person:  "Una persona del negozio segue questa chat e risponde qui. Io no.",
		Other:   "Può chiedere al negozio di rettificare i suoi dati, di limitarne o cessarne l’uso, di far rivedere una risposta a una persona, oppure presentare un reclamo. Basta un modulo, senza account, e un codice inviato alla sua e-mail.",
	},
	"nl": {
		held:    []string{"wat weet je over mij", "wat weten jullie over mij", "welke gegevens hebben jullie", "welke gegevens heb je", "welke gegevens bewaren jullie", "wat weet u over mij", "welke gegevens heeft u"},
		copied:  []string{"kopie van mijn gegevens", "mijn gegevens exporteren", "mijn gegevens downloaden", "kopie van deze chat"},
		erase:   []string{"verwijder mijn gegevens", "mijn gegevens verwijderen", "wis mijn gegevens", "verwijder deze chat", "wis deze chat", "deze chat verwijderen", "wis alles", "verwijder alles", "recht om vergeten te worden", "al mijn gegevens"},
		stop:    []string{"geen ai", "zonder ai", "stop met ai", "ai uitzetten", "stop ai", "stop de ai", "ai stoppen", "met een ai praten"},
		other:   []string{"mijn gegevens corrigeren", "mijn gegevens rectificeren", "verwerking beperken", "bezwaar tegen de verwerking", "verkoop mijn gegevens niet", "avg verzoek", "privacyklacht"},
		age:     `\bik ben (\d{1,2}) jaar(?: oud)?\b|^ik ben (\d{1,2})$`,
		Held:    "Over u heb ik deze chat: %d van uw berichten en mijn antwoorden, de site vanwaar u schrijft (%s) en wat een AI voor een antwoord kreeg. Dat verdwijnt na %d dagen. Naam of adres ken ik alleen als u die hier schreef. Met de knop krijgt u alles, met waarvoor het wordt gebruikt.",
		Copy:    "U kunt een kopie van deze chat als bestand krijgen. Druk op de knop; die is binnen enkele minuten klaar.",
		Erase:   "Ik kan deze hele chat wissen, voorgoed. Zodra u op de knop drukt, kan niemand hem meer lezen.",
		Stop:    "Gedaan. Vanaf nu leest of beantwoordt geen AI deze chat. Schrijf naar een mens in de winkel: %s.",
		NoAI:    "U wilde geen AI in deze chat, dus antwoord ik hier niet. Een mens in de winkel kan dat wel: schrijf naar %s.",
		Paused:  "Ik mag alleen praten met mensen van 16 jaar of ouder. Deze chat is gepauzeerd en wordt gewist. Vraag een ouder of voogd te schrijven naar %s.",
		Limited: "U wilde dat deze chat wordt bewaard maar niet gebruikt, dus antwoord ik hier niet. Een mens in de winkel kan dat wel: schrijf naar %s.",
		Person:  "Een mens in de winkel heeft deze chat overgenomen en antwoordt hier. Ik niet.",
		Other:   "Je kunt de winkel vragen je gegevens te corrigeren, het gebruik te beperken of te stoppen, een mens naar een antwoord te laten kijken, of een klacht indienen. Dat gaat met een formulier, zonder account, en een code naar je e-mailadres.",
	},
	"pt": {
		held:    []string{"o que sabes sobre mim", "o que sabem sobre mim", "que dados têm", "que dados tens", "quais dados vocês têm", "que dados guardam", "o que vocês sabem sobre mim", "o que você sabe sobre mim", "que informações têm sobre mim"},
		copied:  []string{"cópia dos meus dados", "exportar os meus dados", "exportar meus dados", "descarregar os meus dados", "baixar meus dados", "cópia deste chat"},
		erase:   []string{"apaga os meus dados", "apagar os meus dados", "apagar meus dados", "apaguem os meus dados", "eliminar os meus dados", "excluir meus dados", "apagar este chat", "apaga este chat", "apaguem tudo", "apague tudo", "apagar tudo", "direito ao esquecimento", "todos os meus dados"},
		stop:    []string{"sem ia", "não usar ia", "não quero ia", "desligar a ia", "parar ia", "parar a ia", "pare a ia", "falar com uma ia", "desative a ia"},
		other:   []string{"retificar os meus dados", "corrigir os meus dados", "corrigir meus dados", "limitar o tratamento", "oponho me ao tratamento", "não vendam os meus dados", "pedido rgpd", "pedido lgpd", "queixa de privacidade"},
		age:     `\btenho (\d{1,2}) anos\b`,
		Held:    "Sobre si tenho este chat: %d das suas mensagens e as minhas respostas, o site de onde escreve (%s) e o que foi enviado a uma IA para responder. Desaparece após %d dias. Não conheço nome nem morada, a não ser que os tenha escrito aqui. Com o botão recebe tudo, com o uso que lhe é dado.",
		Copy:    "Pode ter uma cópia deste chat em ficheiro. Prima o botão; fica pronta em poucos minutos.",
		Erase:   "Posso apagar todo este chat, para sempre. A partir do momento em que prime o botão, ninguém o pode ler.",
		Stop:    "Feito. A partir de agora nenhuma IA lê ou responde a este chat. Escreva a uma pessoa da loja: %s.",
		NoAI:    "Pediu que não haja IA neste chat, por isso não respondo aqui. Uma pessoa da loja pode: escreva para %s.",
		Paused:  "Só posso falar com pessoas com 16 anos ou mais. Este chat está em pausa e será apagado. Pede a um dos pais ou tutor que escreva para %s.",
		Limited: "Pediu que este chat seja guardado mas não usado, por isso não respondo aqui. Uma pessoa da loja pode: escreva para %s.",
		Person:  "Uma pessoa da loja tem este chat e responde aqui. Eu não.",
		Other:   "Pode pedir à loja que corrija os seus dados, que limite ou pare o seu uso, que uma pessoa reveja uma resposta, ou apresentar uma queixa. Basta um formulário, sem conta, e um código enviado para o seu e-mail.",
	},
	"pl": {
		held:    []string{"co o mnie wiesz", "co o mnie wiecie", "jakie dane macie", "jakie dane posiadacie", "jakie dane przechowujecie", "co o mnie macie"},
		copied:  []string{"kopię moich danych", "kopia moich danych", "wyeksportuj moje dane", "pobrać moje dane", "eksport moich danych"},
		erase:   []string{"usuń moje dane", "usunąć moje dane", "usuńcie moje dane", "skasuj moje dane", "usuń ten czat", "usunąć ten czat", "usuń wszystko", "usuńcie wszystko", "prawo do bycia zapomnianym", "wszystkie moje dane"},
		stop:    []string{"bez ai", "nie używaj ai", "nie chcę ai", "wyłącz ai", "bez sztucznej inteligencji", "zatrzymaj ai", "zatrzymać ai", "stop ai", "rozmawiać z ai"},
		other:   []string{"sprostować moje dane", "poprawić moje dane", "ograniczyć przetwarzanie", "sprzeciw wobec przetwarzania", "nie sprzedawajcie moich danych", "wniosek rodo", "skarga dotycząca prywatności"},
		age:     `\bmam (\d{1,2}) lat\b`,
		Held:    "O Tobie mam ten czat: %d Twoich wiadomości i moje odpowiedzi, stronę, z której piszesz (%s), oraz to, co wysłano do AI, aby odpowiedzieć. Znika to po %d dniach. Nie znam imienia ani adresu, chyba że są tu napisane. Przycisk daje wszystko, wraz z celem użycia.",
		Copy:    "Możesz otrzymać kopię tego czatu jako plik. Naciśnij przycisk; będzie gotowa za kilka minut.",
		Erase:   "Mogę usunąć cały ten czat, na zawsze. Od naciśnięcia przycisku nikt nie może go przeczytać.",
		Stop:    "Gotowe. Od teraz żadna AI nie czyta tego czatu ani na niego nie odpowiada. Napisz do człowieka w sklepie: %s.",
		NoAI:    "W tym czacie miało nie być AI, dlatego tu nie odpowiadam. Człowiek w sklepie może: napisz na %s.",
		Paused:  "Mogę rozmawiać tylko z osobami od 16 lat. Ten czat jest wstrzymany i zostanie usunięty. Poproś rodzica lub opiekuna, aby napisał na %s.",
		Limited: "Ten czat ma być przechowywany, ale nie używany, dlatego tu nie odpowiadam. Człowiek w sklepie może: napisz na %s.",
		Person:  "Ten czat przejął człowiek w sklepie i tu odpowiada. Ja nie.",
		Other:   "Można poprosić sklep o sprostowanie danych, ograniczenie lub zaprzestanie ich używania, o sprawdzenie odpowiedzi przez człowieka albo złożyć skargę. Wystarczy formularz, bez konta, i kod wysłany na adres e-mail.",
	},
	"sv": {
		held:    []string{"vad vet du om mig", "vad vet ni om mig", "vilka uppgifter har ni", "vilka uppgifter har du", "vilka data har ni", "vilken data har ni", "vad har ni om mig"},
		copied:  []string{"kopia av mina uppgifter", "exportera mina uppgifter", "ladda ner mina uppgifter", "kopia av min data", "exportera min data"},
		erase:   []string{"radera mina uppgifter", "ta bort mina uppgifter", "radera min data", "ta bort min data", "radera den här chatten", "ta bort den här chatten", "radera allt", "ta bort allt", "rätten att bli bortglömd", "alla mina uppgifter"},
		stop:    []string{"ingen ai", "utan ai", "sluta använda ai", "stäng av ai", "stoppa ai", "stoppa ain", "prata med en ai"},
		other:   []string{"rätta mina uppgifter", "begränsa behandlingen", "invända mot behandlingen", "sälj inte mina uppgifter", "gdpr begäran", "klagomål om integritet"},
		age:     `\bjag är (\d{1,2}) år(?: gammal)?\b|^jag är (\d{1,2})$`,
		Held:    "Om dig har jag den här chatten: %d av dina meddelanden och mina svar, sidan du skriver från (%s) och vad en AI fick för att svara. Det försvinner efter %d dagar. Namn eller adress känner jag bara till om du har skrivit det här. Med knappen får du allt, och vad det används till.",
		Copy:    "Du kan få en kopia av den här chatten som fil. Tryck på knappen; den är klar inom några minuter.",
		Erase:   "Jag kan radera hela den här chatten, för gott. När du trycker på knappen kan ingen läsa den längre.",
		Stop:    "Klart. Från och med nu läser eller besvarar ingen AI den här chatten. Skriv till en människa i butiken: %s.",
		NoAI:    "Du ville inte ha AI i den här chatten, så jag svarar inte här. En människa i butiken kan: skriv till %s.",
		Paused:  "Jag får bara prata med personer som är 16 år eller äldre. Den här chatten är pausad och raderas. Be en förälder eller vårdnadshavare skriva till %s.",
		Limited: "Du ville att den här chatten sparas men inte används, så jag svarar inte här. En människa i butiken kan: skriv till %s.",
		Person:  "En människa i butiken har tagit över den här chatten och svarar här. Det gör inte jag.",
		Other:   "Du kan be butiken att rätta dina uppgifter, begränsa eller sluta använda dem, låta en människa se på ett svar, eller klaga. Det görs i ett formulär, utan konto, med en kod till din e-postadress.",
	},
	"da": {
		held:    []string{"hvad ved du om mig", "hvad ved i om mig", "hvilke data har i", "hvilke data har du", "hvilke oplysninger har i", "hvad har i om mig"},
		copied:  []string{"kopi af mine data", "eksporter mine data", "hente mine data", "kopi af mine oplysninger"},
		erase:   []string{"slet mine data", "slette mine data", "slet mine oplysninger", "slet denne chat", "slette denne chat", "slet alt", "retten til at blive glemt", "alle mine data"},
		stop:    []string{"uden ai", "stop med ai", "slå ai fra", "brug ikke ai", "stop ai", "stop ai en", "tale med en ai", "sluk ai"},
		other:   []string{"rette mine data", "begrænse behandlingen", "gøre indsigelse mod behandlingen", "sælg ikke mine data", "gdpr anmodning", "klage over privatliv"},
		age:     `\bjeg er (\d{1,2}) år(?: gammel)?\b|^jeg er (\d{1,2})$`,
		Held:    "Om dig har jeg denne chat: %d af dine beskeder og mine svar, siden du skriver fra (%s), og hvad en AI fik for at svare. Det forsvinder efter %d dage. Navn eller adresse kender jeg kun, hvis du har skrevet det her. Med knappen får du det hele, og hvad det bruges til.",
		Copy:    "Du kan få en kopi af denne chat som fil. Tryk på knappen; den er klar om få minutter.",
		Erase:   "Jeg kan slette hele denne chat, for altid. Når du trykker på knappen, kan ingen læse den længere.",
		Stop:    "Gjort. Fra nu af læser eller besvarer ingen AI denne chat. Skriv til et menneske i butikken: %s.",
		NoAI:    "Du ønskede ingen AI i denne chat, så jeg svarer ikke her. Et menneske i butikken kan: skriv til %s.",
		Paused:  "Jeg må kun tale med personer på 16 år eller derover. Denne chat er sat på pause og bliver slettet. Bed en forælder eller værge skrive til %s.",
		Limited: "Du ønskede, at denne chat gemmes, men ikke bruges, så jeg svarer ikke her. Et menneske i butikken kan: skriv til %s.",
		Person:  "Et menneske i butikken har overtaget denne chat og svarer her. Det gør jeg ikke.",
		Other:   "Du kan bede butikken om at rette dine data, begrænse eller stoppe brugen af dem, lade et menneske se på et svar, eller klage. Det sker i en formular, uden konto, med en kode til din e-mailadresse.",
	},
}
