package responder

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"omniops/shared/commerce"
)

// maxClaim bounds a message in which a number and a contact are looked for, in
// bytes.
const maxClaim = 600

// codeShape is a code, perhaps in two halves, with or without the word for it.
var codeShape = regexp.MustCompile(`(?i)^(?:[^0-9]{0,40}\b[ck][oó]d(?:e|ice|igo|en)?\b[^0-9]{0,20}|\W*)([0-9]{4})[ \-]*([0-9]{4})\W*$`)

// codeIn finds the 8 digits of a message that is a code and nothing else.
func codeIn(text string) (string, bool) {
	if len(text) > maxClaim {
		return "", false
	}
	found := codeShape.FindStringSubmatch(readable(text))
	if found == nil {
		return "", false
	}
	return found[1] + found[2], true
}

// phoneShape is a phone number that says so itself, by its country or its prefix.
var phoneShape = regexp.MustCompile(`(?:^|[^0-9A-Za-z#.-])((?:\+|0)[0-9][0-9 ()./-]{4,20}[0-9])(?:$|[^0-9])`)

// numberShape is an order number behind a word for it.
var numberShape = regexp.MustCompile(`(?i)(?:\b(?:order|number|no|nr|bestellung|bestellnummer|nummer|commande|numéro|pedido|número|ordine|numero|bestelling|bestelnummer|zamówienie|zamówienia|numer|encomenda|beställning|bestilling)|n°)\W{0,4}([a-z]{0,4}-?[0-9][a-z0-9._-]*)`)

// claimIn finds the number of an order and a contact on it in a message. With
// several of either it finds none: somebody has to say which.
func claimIn(text string) (commerce.Claimed, bool) {
	number, contact := partsOf(text)
	c := commerce.Claimed{Number: number, Contact: contact}
	return c, number != "" && contact != commerce.Contact{}
}

// halfClaim reports whether a message is a number or a contact, and nothing else.
func halfClaim(text string) bool {
	number, contact := partsOf(text)
	return (number != "") != (contact != commerce.Contact{}) && len(strings.Fields(text)) <= 3
}

// partsOf finds an order number and a contact, each if there is exactly one.
func partsOf(text string) (number string, contact commerce.Contact) {
	if len(text) > maxClaim {
		return "", commerce.Contact{}
	}
	text = readable(text)
	contact, rest := contactIn(text)
	if contact == (commerce.Contact{}) && strings.Contains(text, "@") {
		return "", contact // several, or none that is whole
	}
	return numberIn(rest), contact
}

// contactIn finds the contact in a message, and gives the rest of the message.
func contactIn(text string) (commerce.Contact, string) {
	var found []commerce.Contact
	var rest []string
	for _, word := range strings.Fields(text) {
		for _, part := range strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune(",;<>()[]\"", r) }) {
			part = strings.TrimPrefix(strings.TrimRight(part, ".!?:'"), "mailto:")
			c, err := commerce.ParseContact(part)
			if err != nil || c.Email == "" {
				rest = append(rest, part)
				continue
			}
			if !slices.Contains(found, c) {
				found = append(found, c)
			}
		}
	}
	switch len(found) {
	case 1:
		return found[0], strings.Join(rest, " ")
	case 0:
		return phoneIn(text)
	}
	return commerce.Contact{}, ""
}

// phoneIn finds the phone number in a message without an e-mail address.
func phoneIn(text string) (commerce.Contact, string) {
	if at := phoneShape.FindAllStringSubmatchIndex(text, 2); len(at) == 1 {
		from, to := at[0][2], at[0][3]
		if c, err := commerce.ParseContact(text[from:to]); err == nil {
			return c, text[:from] + " " + text[to:]
		}
	}
	return commerce.Contact{}, text
}

// numberIn finds the order number in what is left of a message: the one with a
// "#", else the one behind a word for it, else the only word with a digit.
func numberIn(text string) string {
	text = strings.ReplaceAll(text, "# ", "#")
	if n, any := only(wordsOf(text), func(w string) bool { return strings.HasPrefix(w, "#") }); any {
		return n
	}
	var named []string
	for _, m := range numberShape.FindAllStringSubmatch(text, -1) {
		named = append(named, strings.TrimRight(m[1], ".-_"))
	}
	if n, any := only(named, func(string) bool { return true }); any {
		return n
	}
	n, _ := only(wordsOf(text), func(w string) bool { return strings.ContainsFunc(w, func(r rune) bool { return r >= '0' && r <= '9' }) })
	return n
}

// only gives the one order number among the words that fit, and whether any fits.
func only(words []string, fits func(string) bool) (number string, any bool) {
	for _, w := range words {
		if !fits(w) {
			continue
		}
		n, err := commerce.ParseNumber(w)
		if err != nil || number != "" && n != number {
			return "", true
		}
		number, any = n, true
	}
	return number, any
}

// wordsOf splits a message into words without the marks around them.
func wordsOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:!?()[]<>\"", r) })
}

// readable is a message in its compatible form (Unicode NFKC), without characters
// that cannot be seen, one space between words.
func readable(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || r == 0 {
			return -1
		}
		return r
	}, norm.NFKC.String(text))
	return strings.Join(strings.Fields(text), " ")
}
