// Package figure reads the figures in a text: amounts of money, durations,
// sizes, dates, times of day, telephone numbers, product codes. It compares them
// across notations and languages, so that "1.299,00 €" is "EUR 1299", "thirty
// days" are "30 Tage", and "2 pm" is "14 Uhr".
package figure

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// Kind says what a figure measures.
type Kind int

// The kinds.
const (
	Plain       Kind = iota // a number of which the text does not say what it measures
	Money                   // in Unit, an ISO 4217 code
	Duration                // in seconds
	Months                  // longer durations, in months
	Percent                 //
	Temperature             // in Unit, C or F
	Length                  // in millimetres
	Weight                  // in grams
	Volume                  // in millilitres
	Power                   // in watts
	Voltage                 // in volts
	Other                   // a physical unit that is named in Unit
	Clock                   // a time of day, in minutes after midnight
	Date                    // year*10000 + month*100 + day, with 0 for what is not said
	Phone                   // Unit holds the digits
	Email                   // Unit holds the address
	Host                    // a web site; Unit holds its name
	Code                    // a product code or the like; Unit holds its letters and digits
)

// Reading is one meaning of a figure.
type Reading struct {
	Kind    Kind
	Value   float64
	Unit    string
	written float64 // the number as it stands there, before its unit
}

// Figure is one figure of a text.
type Figure struct {
	From, To int // where it stands, in bytes
	// Readings are what it can mean: "1.299" is one number in London and
	// another in Berlin. There is always one.
	Readings []Reading
	// Free says that a word such as "free" stands for it.
	Free bool
	// Vague says that it was read from an article, as in "a year".
	Vague bool
}

// Is reports whether a figure can be of a kind.
func (f Figure) Is(k Kind) bool {
	return slices.ContainsFunc(f.Readings, func(r Reading) bool { return r.Kind == k })
}

// Supports reports whether a claim says what f, the evidence, does. A number
// without a unit may be any number that is the same.
func (f Figure) Supports(claim Figure) bool {
	for _, c := range claim.Readings {
		for _, e := range f.Readings {
			if e.supports(c) {
				return true
			}
		}
	}
	return false
}

// Same reports whether two figures say the same.
func (f Figure) Same(other Figure) bool { return f.Supports(other) && other.Supports(f) }

func (r Reading) supports(claim Reading) bool {
	switch {
	case r.Kind == Plain && claim.measured() || claim.Kind == Plain && r.measured():
		return equal(r.written, claim.written)
	case r.Kind != claim.Kind:
		return false
	case r.Kind == Date:
		return sameDate(int(r.Value), int(claim.Value))
	case r.Kind == Phone:
		return samePhone(r.Unit, claim.Unit)
	case r.Kind == Host:
		return strings.TrimPrefix(r.Unit, "www.") == strings.TrimPrefix(claim.Unit, "www.")
	}
	return r.Unit == claim.Unit && equal(r.Value, claim.Value)
}

// measured reports whether a number of the kind can stand without its unit, as
// in a table whose heading names it.
func (r Reading) measured() bool {
	return r.Kind <= Other
}

func equal(a, b float64) bool {
	return math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b), 1e-3)
}

func sameDate(evidence, claim int) bool {
	part := func(of, div, mod int) int { return of / div % mod }
	for _, p := range [][2]int{{10000, 1e5}, {100, 100}, {1, 100}} {
		said := part(claim, p[0], p[1])
		if said != 0 && said != part(evidence, p[0], p[1]) {
			return false
		}
	}
	return true
}

func samePhone(a, b string) bool {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) > len(b) {
		a, b = b, a
	}
	return len(a) >= 6 && strings.HasSuffix(b, a)
}

// Fold gives the letters and digits of a code in upper case.
func Fold(code string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, code)
}
