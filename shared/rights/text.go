package rights

import (
	"fmt"
	"strings"
)

// Text is what a person is written in one language.
type Text struct{ subject, mail string }

// CodeSubject is the subject line of the e-mail with a code.
func (t Text) CodeSubject(shop string) string { return fmt.Sprintf(t.subject, shop) }

// CodeMail is the e-mail with a code. The link shows how far the request is.
func (t Text) CodeMail(shop, code, link string) string { return fmt.Sprintf(t.mail, shop, code, link) }

// TextIn gives the text of a language, such as de-AT, or English.
func TextIn(language string) Text {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	if t, ok := texts[base]; ok {
		return t
	}
	return texts["en"]
}

var texts = map[string]Text{
	"en": {"Your code for your privacy request to %s", `Somebody asked %s about personal data that belongs to this e-mail address.

If it was you, enter this code: %s
It is good for 15 minutes. Nobody from the shop will ask you for it.

Afterwards you can follow your request here: %s

If it was not you, do nothing. Without the code nothing happens.`},
	"de": {"Ihr Code für Ihre Datenschutzanfrage an %s", `Jemand hat bei %s eine Anfrage zu persönlichen Daten gestellt, die zu dieser E-Mail-Adresse gehören.

Waren Sie das? Dann geben Sie diesen Code ein: %s
Er gilt 15 Minuten. Niemand vom Shop wird Sie danach fragen.

Danach können Sie Ihre Anfrage hier verfolgen: %s

Waren Sie es nicht, tun Sie nichts. Ohne den Code geschieht nichts.`},
	"fr": {"Votre code pour votre demande à %s", `Quelqu’un a adressé à %s une demande au sujet de données personnelles liées à cette adresse e-mail.

Si c’était vous, saisissez ce code : %s
Il est valable 15 minutes. Personne de la boutique ne vous le demandera.

Ensuite, vous pouvez suivre votre demande ici : %s

Si ce n’était pas vous, ne faites rien. Sans le code, rien ne se passe.`},
}
