package rights

import (
	"fmt"
	"strings"
)

// Text is what a person is written in one language.
type Text struct {
	code  letterText
	about map[Letter]letterText
	kinds map[Kind]string // as they stand in a sentence
}

// letterText is the subject line and the text of an e-mail.
type letterText struct{ subject, mail string }

// CodeSubject is the subject line of the e-mail with a code.
func (t Text) CodeSubject(shop string) string { return fmt.Sprintf(t.code.subject, shop) }

// CodeMail is the e-mail with a code. The link shows how far the request is.
func (t Text) CodeMail(shop, code, link string) string {
	return fmt.Sprintf(t.code.mail, shop, code, link)
}

// TextIn gives the text of a language, such as de-AT, or English.
func TextIn(language string) Text {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	if t, ok := texts[base]; ok {
		return t
	}
	return texts["en"]
}
