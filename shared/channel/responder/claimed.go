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
			part = strings.TrimPrefix(strings.TrimLeft(strings.TrimRight(part, marks+"!?:"), "*_~`'"), "mailto:")
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

// phoneIn finds the phone number in a message without an e-mail address: one that
// says so itself, else the only long run of digits beside an order number that does.
func phoneIn(text string) (commerce.Contact, string) {
	at := phoneShape.FindAllStringSubmatchIndex(text, 2)
	if len(at) == 0 {
		at = longRun.FindAllStringSubmatchIndex(text, 2)
	}
	if len(at) == 1 {
		from, to := at[0][2], at[0][3]
		if c, err := commerce.ParseContact(text[from:to]); err == nil && len(c.Phone) >= leastPhone {
			return c, text[:from] + " , " + text[to:]
		}
	}
	return commerce.Contact{}, text
}

// leastPhone is the shortest phone number that is taken for one, in digits.
const leastPhone = 8

// longRun is a run of digits that may be a phone number.
var longRun = regexp.MustCompile(`(?:^|[^0-9A-Za-z#._-])([0-9][0-9 ()./-]{6,20}[0-9])(?:$|[^0-9A-Za-z._-])`)

// shortMessage is up to how many words a message may have for a bare number in it
// to be that of an order.
const shortMessage = 12

// numberIn finds the order number in what is left of a message: the one with a
// "#", else the one behind a word for it, else, in a short message, the only word
// with three digits or more.
func numberIn(text string) string {
	text = strings.ReplaceAll(text, "# ", "#")
	words := wordsOf(text)
	if n, any := only(words, func(w string) bool { return strings.HasPrefix(w, "#") }); any {
		return n
	}
	var named []string
	for _, m := range numberShape.FindAllStringSubmatch(text, -1) {
		named = append(named, strings.TrimRight(m[1], ".-_"))
	}
	if n, any := only(named, func(string) bool { return true }); any {
		return n
	}
	if len(words) > shortMessage {
		return ""
	}
	n, _ := only(words, func(w string) bool {
		return 3 <= len(strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, w))
	})
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
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:!?()[]<>\"", r) })
	for i, w := range words {
		words[i] = strings.TrimLeft(strings.TrimRight(w, marks), "*_~`'.")
	}
	return words
}

// marks are what may follow a word and is not of it; some are how a chat makes it
// bold.
const marks = "*_~`'.-"

// readable is a message in its compatible form (Unicode NFKC), without characters
// that cannot be seen, its lines parted by commas.
func readable(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == 0 || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(text))
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " , ")
}
