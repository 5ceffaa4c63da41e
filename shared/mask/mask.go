// Package mask takes personal data out of text before the text leaves us, and
// puts it back into what returns. It knows data by its shape: e-mail addresses,
// phone numbers, payment cards, bank accounts, credentials, network addresses,
// browser strings, insurance numbers. Order numbers, article numbers, prices,
// dates and product names have other shapes and stay.
//
// Names, postal addresses and addresses that are spelled out have no shape. In a
// person's own words they are found by the words beside them, in twelve languages,
// and what is known about the person is masked as it is. A shop's pages keep the
// names and places that they are about.
//
// A value becomes a placeholder such as [email_1], the same one wherever the
// value occurs in the texts of one Masker. Cards and secrets become [card] and
// [secret] for good: nothing puts them back.
package mask

import (
	"strconv"
	"strings"
)

// Class is a kind of personal data that has a shape.
type Class string

// The classes. Each is also the word in its placeholders.
const (
	Email     Class = "email"
	Phone     Class = "phone"
	Card      Class = "card" // payment cards and their security codes
	BankNo    Class = "iban"
	Token     Class = "token"  // random strings and the values of URL parameters named for a credential
	Secret    Class = "secret" // credentials known by their prefix
	Address   Class = "ip"
	Browser   Class = "browser"   // user-agent strings
	Insurance Class = "insurance" // US social security, UK national insurance
	Name      Class = "name"      // of a person
	Postal    Class = "address"   // where somebody lives, or a part of it
	Identity  Class = "id"        // other national numbers, passports, dates of birth
)

// restorable lists the classes whose placeholders are numbered and restored.
const restorable = " email phone iban token ip browser insurance name address id "

// lasting reports whether values of the class are never restored.
func (c Class) lasting() bool { return c == Card || c == Secret }

// Masker replaces personal data by placeholders and remembers what each one
// stands for. It serves the texts of one request to a model, and one goroutine
// at a time.
type Masker struct {
	values  map[string]string  // placeholder to value
	holders map[string]string  // value to placeholder
	last    map[Class]int      // the highest number in use
	taken   map[string]bool    // placeholders that the texts themselves contain
	knows   map[string][]known // values to mask by their first word
	known   map[string]bool    // these values
	vouched bool               // whether some were given, and not learnt from a text
	wholes  []known            // values to mask without regard to words
	tokens  []token            // of the text at hand
}

// New makes a Masker that knows no values yet.
func New() *Masker {
	return &Masker{
		values: map[string]string{}, holders: map[string]string{},
		last: map[Class]int{}, taken: map[string]bool{},
	}
}

// Reserve keeps every placeholder that a text already contains from standing
// for a value. Somebody who types "[email_1]" is thereby never shown another
// text's address. Call it with all texts before the first Mask.
func (m *Masker) Reserve(texts ...string) {
	for _, s := range texts {
		for i := strings.IndexByte(s, '['); i >= 0; {
			if n := placeholderAt(s[i:]); n > 0 {
				m.taken[s[i:i+n]] = true
			}
			j := strings.IndexByte(s[i+1:], '[')
			if j < 0 {
				break
			}
			i += 1 + j
		}
	}
}

// Mask replaces the personal data in s, a person's own words. Masking twice
// changes nothing more, and Restore gives s back but for cards and secrets.
func (m *Masker) Mask(s string) string { return m.mask(s, words) }

// MaskRecord replaces the personal data in s, a text that code of ours wrote
// about the person who asks: what has a shape, and what is known.
func (m *Masker) MaskRecord(s string) string { return m.mask(s, record) }

// MaskPage replaces the personal data in s, a text that anybody may read. The
// names and places in it are its subject and stay, unless they are known to be
// those of the person who asks.
func (m *Masker) MaskPage(s string) string { return m.mask(s, page) }

// Names gives how many values the Masker knows. Once it has grown, texts masked
// before may show one of them, and masking them again takes it out.
func (m *Masker) Names() int { return len(m.known) }

// origin is who wrote a text.
type origin uint8

const (
	words  origin = iota // a person
	record               // code of ours
	page                 // a shop, for everybody
)

func (m *Masker) mask(s string, from origin) string {
	m.Reserve(s)
	// A placeholder is a boundary that the value was not, so that taking one
	// value out can show another. Each round leaves less text outside of
	// placeholders, which ends the loop.
	for {
		masked := m.replaceKnown(replace(s, m.placeholder), from)
		if from == words {
			masked = m.replaceSpoken(masked)
		}
		if masked == s {
			return s
		}
		s = masked
	}
}

// Restore puts the values back where s has their placeholders.
func (m *Masker) Restore(s string) string {
	if len(m.values) == 0 || strings.IndexByte(s, '[') < 0 {
		return s
	}
	var out strings.Builder
	r := m.Restorer()
	r.Write(&out, []byte(s))
	r.Flush(&out)
	return out.String()
}

// placeholder gives what stands for a value, a new one at its first occurrence.
func (m *Masker) placeholder(c Class, value string) string {
	if c.lasting() {
		return "[" + string(c) + "]"
	}
	key := string(c) + " " + value
	if held, known := m.holders[key]; known {
		return held
	}
	for {
		m.last[c]++
		held := "[" + string(c) + "_" + strconv.Itoa(m.last[c]) + "]"
		if !m.taken[held] {
			m.holders[key], m.values[held] = held, value
			if c == Name {
				m.learn(value)
			}
			return held
		}
	}
}

// Scrub takes payment cards and secrets out of a text for good. Everything a
// person types passes through it before it is stored.
func Scrub(s string) string {
	return replace(s, func(c Class, value string) string {
		if c.lasting() {
			return "[" + string(c) + "]"
		}
		return value
	})
}

// Find reports the first class of personal data that s shows in clear.
func Find(s string) (Class, bool) {
	found, ok := next(s, 0)
	return found.class, ok
}

// replace rewrites each match of s. It returns s itself if nothing changed.
func replace(s string, with func(Class, string) string) string {
	var out strings.Builder
	done := 0
	for {
		found, ok := next(s, done)
		if !ok {
			break
		}
		out.WriteString(s[done:found.start])
		out.WriteString(with(found.class, s[found.start:found.end]))
		done = found.end
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}

// longest bounds a placeholder in bytes; numbers have at most six digits.
const longest = len("[insurance_999999]")

// placeholderAt gives the length of the placeholder that s begins with, or 0.
func placeholderAt(s string) int {
	end := strings.IndexByte(s[:min(len(s), longest)], ']')
	if end < 0 || s[0] != '[' {
		return 0
	}
	name, number, _ := strings.Cut(s[1:end], "_")
	if number == "" {
		if Class(name).lasting() && end == len(name)+1 {
			return end + 1
		}
		return 0
	}
	if name == "" || !strings.Contains(restorable, " "+name+" ") || number[0] == '0' {
		return 0
	}
	for _, d := range []byte(number) {
		if d < '0' || d > '9' {
			return 0
		}
	}
	return end + 1
}
