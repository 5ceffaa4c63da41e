package commerce

import (
	"crypto/subtle"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"omniops/shared/fault"
)

// ParseNumber checks an order number as a shopper types it, and gives it as it is
// compared: in one case, without "#" and space. Anything else is Invalid.
func ParseNumber(typed string) (string, error) {
	n := strings.TrimSpace(visible(typed))
	if rest, ok := strings.CutPrefix(n, "#"); ok {
		n = strings.TrimSpace(rest)
	}
	if !isNumber(n) {
		return "", fault.E(fault.Invalid, "An order number has up to 40 letters, digits, dots and dashes, such as #1042.", nil)
	}
	return sameNumber(n), nil
}

// isNumber reports whether a text is made of what order numbers are: nothing that
// means anything to a search.
func isNumber(n string) bool {
	return n != "" && len(n) <= 40 && !strings.ContainsAny(n[:1], "._-") && strings.Trim(strings.ToUpper(n), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == "" && isASCII(n)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// sameNumber is an order number as it is compared.
func sameNumber(n string) string {
	return strings.ToUpper(strings.TrimPrefix(strings.Join(strings.Fields(visible(n)), ""), "#"))
}

// Contact is an e-mail address or phone number as it is compared.
type Contact struct {
	Email string // in lower case; its plus-tag counts
	Phone string // digits, with "+" in front where the country was given
}

// maxContact bounds what a shopper types, in bytes.
const maxContact = 254

// isEmail reports whether a text is like an e-mail address, without what means
// something to a search or to a mail server.
func isEmail(s string) bool {
	name, domain, _ := strings.Cut(s, "@")
	return name != "" && len(name) <= 64 && domain != "" && len(domain) <= 190 &&
		!strings.ContainsFunc(name+domain, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("@\"'\\:(),;<>[]", r) })
}

// isPhone reports whether a text is a number of 6 to 15 digits, "+" in front or not.
func isPhone(s string) bool {
	digits := strings.TrimPrefix(s, "+")
	return len(digits) >= 6 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}

// ParseContact reads an e-mail address or phone number as a shopper types it.
// Anything else is Invalid.
func ParseContact(typed string) (Contact, error) {
	if len(typed) <= maxContact {
		if c := contactOf(typed); c != (Contact{}) {
			return c, nil
		}
	}
	return Contact{}, fault.E(fault.Invalid, "Give the e-mail address or the phone number of the order.", nil)
}

// contactOf is typed as it is compared, or nothing.
func contactOf(typed string) Contact {
	text := strings.TrimSpace(visible(typed))
	if strings.Contains(text, "@") {
		if mail := strings.ToLower(text); isEmail(mail) {
			return Contact{Email: mail}
		}
		return Contact{}
	}
	digits := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '.', '/', '(', ')', '\u2010', '\u2011', '\u2012', '\u2013':
			return -1
		}
		return r
	}, text)
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		digits = "+" + rest
	}
	if !isPhone(digits) {
		return Contact{}
	}
	return Contact{Phone: digits}
}

// visible is a text in its compatible form (Unicode NFKC), without characters that
// cannot be seen.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || r == 0 {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
}

// owns reports whether a contact is one of a candidate's. It compares with all of
// them, each in constant time.
func (c Candidate) owns(contact Contact) bool {
	found := 0
	for _, mail := range c.Emails {
		found |= same(contactOf(mail).Email, contact.Email)
	}
	for _, phone := range c.Phones {
		found |= samePhone(contactOf(phone).Phone, contact.Phone)
	}
	return found == 1
}

func same(a, b string) int {
	if a == "" || b == "" {
		return 0
	}
	return subtle.ConstantTimeCompare([]byte(a), []byte(b))
}

// leastNational is the shortest national number that may stand for one with its
// country.
const leastNational = 8

// samePhone compares two numbers of which one may lack its country: what follows
// the national prefix is the end of the other.
func samePhone(a, b string) int {
	if a == "" || b == "" || strings.HasPrefix(a, "+") == strings.HasPrefix(b, "+") {
		return same(a, b)
	}
	full, national := a, b
	if strings.HasPrefix(b, "+") {
		full, national = b, a
	}
	national, trunk := strings.CutPrefix(national, "0")
	end := len(full) - len(national)
	// A country's code has one to three digits.
	if !trunk || len(national) < leastNational || end < 2 || end > 4 {
		return same(strings.TrimPrefix(full, "+"), national)
	}
	return same(full[end:], national)
}

// match gives the one candidate that has the number and the contact, if there is
// exactly one.
func match(candidates []Candidate, number string, contact Contact) (Candidate, bool) {
	own := slices.DeleteFunc(slices.Clone(candidates), func(c Candidate) bool {
		return same(sameNumber(c.Number), number)&asInt(c.owns(contact)) == 0
	})
	if len(own) != 1 {
		return Candidate{}, false
	}
	return own[0], true
}

func asInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
