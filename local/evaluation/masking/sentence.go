// Package masking measures how much of what is personal the masker finds, and
// how much it leaves alone of what is not, on sentences that it draws from a
// grammar of its own in thirteen locales.
package masking

import (
	"strings"
	"unicode"

	"omniops/shared/mask"
)

// Value is something personal in a sentence.
type Value struct {
	Class mask.Class // what it should be masked as; Spelled and Birth as themselves
	Kind  string     // the row of the report
	Text  string
}

// Sentence is one text and what is personal in it.
type Sentence struct {
	Locale string
	Text   string
	Values []Value
}

// Locales gives the names of the locales, in the order of the report.
func Locales() []string {
	names := make([]string, len(locales))
	for i, l := range locales {
		names[i] = l.name
	}
	return names
}

// Sentences draws the labelled set: per locale, every form of the grammar as
// often as it takes to fill the share.
func Sentences(perLocale int) []Sentence {
	var all []Sentence
	for n, l := range locales {
		s := &source{uint64(n+1) * 1_000_003}
		forms := append(append([]string(nil), l.personal...), l.clear...)
		for i := range perLocale {
			all = append(all, l.sentence(s, forms[i%len(forms)], i))
		}
	}
	return all
}

// sentence fills a form in.
func (l *locale) sentence(s *source, form string, n int) Sentence {
	out := Sentence{Locale: l.name}
	var text strings.Builder
	given, family := pick(s, l.given), pick(s, l.family)
	for {
		before, rest, found := strings.Cut(form, "{")
		text.WriteString(before)
		if !found {
			break
		}
		slot, after, _ := strings.Cut(rest, "}")
		form = after
		filled, class, kind := l.fill(s, slot, given, family, n)
		text.WriteString(filled)
		if kind != "" {
			out.Values = append(out.Values, Value{class, kind, filled})
		}
	}
	out.Text = text.String()
	return out
}

// fill gives what a slot is filled with, and its class if that is personal.
func (l *locale) fill(s *source, slot, given, family string, n int) (filled string, class mask.Class, kind string) {
	name := given + l.joined + family
	if l.joined == "" {
		name = family + pick(s, []string{"", "", " "}) + given
		if l.name == "zh" {
			name = family + given
		}
	}
	switch slot {
	case "name":
		return name, mask.Name, "name"
	case "lower":
		return strings.ToLower(strings.Fields(given)[0] + l.joined + lastWord(family)), mask.Name, "name"
	case "first":
		return given, mask.Name, "name"
	case "last":
		return family, mask.Name, "name"
	case "addr":
		return l.address(s), mask.Postal, "address"
	case "code":
		return pick(s, l.cities)[0], mask.Postal, "address"
	case "email":
		return l.email(s, given, family, n), mask.Email, "email"
	case "spelled":
		return l.spelled(s, given, family), mask.Email, "spelled e-mail"
	case "phone":
		return s.digits(pick(s, l.phones)), mask.Phone, "phone"
	case "card":
		return s.card(), mask.Card, "card"
	case "iban":
		country := l.iban
		if country == "" {
			country = "DE"
		}
		return s.account(country), mask.BankNo, "iban"
	case "id":
		return s.national(pick(s, l.ids)), mask.Identity, "national id"
	case "birth":
		return pick(s, []string{s.digits("1#.0@.198#"), s.digits("0@/0@/199#"), s.digits("197#-0@-1#"), l.dates[1] + s.digits(" 198#")}), mask.Identity, "birth date"
	case "born":
		return s.digits("19@#年#月1#日"), mask.Identity, "birth date"
	case "secret":
		return s.secret(), mask.Secret, "secret"
	case "order":
		return s.digits(pick(s, []string{"#1###", "ORD-@####", "#@#####", "WC-@#####", "100000@###"})), "", ""
	case "sku":
		return s.digits(pick(s, []string{"KTL-17L-BRS", "SKU-@###", "TP-@##-RED", "A1@##"})), "", ""
	case "ean":
		return ean(s.digits("400638@#####")), "", ""
	case "track":
		return s.digits(pick(s, []string{"1Z999AA1012345@###", "JD01460000@#######", "00340434@###########"})), "", ""
	case "dim":
		return s.digits(pick(s, []string{"30 x 40 x 1# cm", "1,@ l", "@0 mm", "4@/4@"})), "", ""
	case "product":
		return pick(s, l.products), "", ""
	case "price":
		return pick(s, l.prices), "", ""
	case "date":
		return pick(s, l.dates), "", ""
	case "town":
		return town(pick(s, l.cities)[1]), "", ""
	}
	panic("no slot " + slot)
}

func lastWord(s string) string {
	words := strings.Fields(s)
	return words[len(words)-1]
}

// town gives the town of a line that also has its postcode.
func town(line string) string {
	var words []string
	for _, w := range strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ',' || r == '/' }) {
		if !strings.ContainsFunc(w, unicode.IsDigit) && len(w) > 2 && w != "CEP" && !strings.HasPrefix(w, "(") && strings.ToUpper(w) != w || !strings.ContainsFunc(w, func(r rune) bool { return r < 0x3000 }) {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

// ean completes an article number by its check digit.
func ean(body string) string {
	total := 0
	for i, c := range body {
		total += int(c-'0') * (1 + i%2*2)
	}
	return body + string(rune('0'+(10-total%10)%10))
}

func (l *locale) address(s *source) string {
	house := func() string { return s.digits(pick(s, []string{"@", "@#", "1@#"})) }
	a := strings.ReplaceAll(pick(s, l.addresses), "{street}", pick(s, l.streets))
	for strings.Contains(a, "{n}") {
		a = strings.Replace(a, "{n}", house(), 1)
	}
	return strings.ReplaceAll(a, "{city}", pick(s, l.cities)[1])
}

// mailbox gives the part of an address before the @.
func mailbox(s *source, given, family string) string {
	plain := func(name string) string {
		out := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, strings.ToLower(name))
		if out == "" {
			return pick(s, []string{"tanaka", "liwei", "kurt"})
		}
		return out
	}
	return plain(given) + pick(s, []string{".", "_", ""}) + plain(family) + pick(s, []string{"", "", s.digits("@#")})
}

var domains = []string{"gmail.com", "outlook.com", "example.org", "mail.example.co.uk", "gmx.de", "orange.fr", "libero.it"}

func (l *locale) email(s *source, given, family string, n int) string {
	address := mailbox(s, given, family) + "@" + pick(s, domains)
	switch n % 6 {
	case 3:
		return strings.Replace(address, "@", "＠", 1)
	case 4:
		return address[:2] + "\u200b" + address[2:]
	case 5:
		return strings.Map(func(r rune) rune { return r - '!' + '！' }, address)
	}
	return address
}

// spelled gives an address as people write it who hide it from machines.
func (l *locale) spelled(s *source, given, family string) string {
	box := mailbox(s, given, family)
	name, top, _ := strings.Cut(pick(s, []string{"gmail.com", "outlook.com", "mail.com", "example.org", "posteo.de"}), ".")
	switch s.under(7) {
	case 0:
		return box + " (at) " + name + " . " + top
	case 1:
		return box + "[at]" + name + "[dot]" + top
	case 2:
		return box + " AT " + name + " DOT " + top
	case 3:
		return box + " at " + name + " dot " + top
	case 4:
		return box + " @ " + name + " . " + top
	case 5:
		return box + "@" + name + " " + l.dot + " " + top
	}
	return box + " " + l.at + " " + name + " " + l.dot + " " + top
}

// PerLocale is how many sentences the report asks of each locale.
const PerLocale = 240
