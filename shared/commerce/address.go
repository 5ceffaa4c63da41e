package commerce

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"

	"omniops/shared/fault"
)

// Address is where an order goes. It is a person's, so it does not show itself in
// a log or an error.
type Address struct {
	Name     string `json:"name"`
	Line1    string `json:"line1"`
	Line2    string `json:"line2,omitempty"`
	City     string `json:"city"`
	Province string `json:"province,omitempty"`
	Zip      string `json:"zip"`
	Country  string `json:"country"` // ISO 3166-1 alpha-2
}

// The most characters that a line of an address has, and a postcode. What is longer
// is asked for again: a carrier reads what is left of a line that was cut as another
// address.
const (
	maxAddressLine = 120
	maxZip         = 40
)

const hiddenAddress = "[address]"

// String hides the address.
func (Address) String() string { return hiddenAddress }

// LogValue hides the address.
func (Address) LogValue() slog.Value { return slog.StringValue(hiddenAddress) }

// Reveal is the whole address in one line, for those who may read it: its shopper
// and the merchant who sends the order there.
func (a Address) Reveal() string {
	var parts []string
	for _, part := range []string{a.Name, a.Line1, a.Line2, a.City, a.Province, a.Zip, a.Country} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// printed drops what could make an address look like another to who decides on it:
// marks that turn the direction of a text, and controls.
func printed(r rune) rune {
	const joiner, nonJoiner = '\u200d', '\u200c' // are part of how some languages are written
	if unicode.Is(unicode.Cf, r) && r != joiner && r != nonJoiner || unicode.IsControl(r) && !unicode.IsSpace(r) {
		return -1
	}
	return r
}

// checked gives an address that a shopper typed without needless space. One that is
// not complete, or has a part that is too long, is Invalid; nothing of it is cut.
func checked(a *Address) (*Address, error) {
	if a == nil {
		return nil, fault.E(fault.Invalid, "Give the new address.", nil)
	}
	line := func(s string) string { return strings.Join(strings.Fields(strings.Map(printed, s)), " ") }
	c := Address{line(a.Name), line(a.Line1), line(a.Line2), line(a.City), line(a.Province), line(a.Zip), strings.ToUpper(line(a.Country))}
	if c.Name == "" || c.Line1 == "" || c.City == "" || len(c.Country) != 2 || strings.Trim(c.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return nil, fault.E(fault.Invalid, "An address has a name, a street, a town and a country such as GB.", nil)
	}
	for _, part := range []struct {
		name, text string
		most       int
	}{
		{"name", c.Name, maxAddressLine}, {"line1", c.Line1, maxAddressLine}, {"line2", c.Line2, maxAddressLine},
		{"city", c.City, maxAddressLine}, {"province", c.Province, maxAddressLine}, {"zip", c.Zip, maxZip},
	} {
		if utf8.RuneCountInString(part.text) > part.most {
			return nil, fault.E(fault.Invalid, fmt.Sprintf("The part %q of the address has at most %d characters.", part.name, part.most), nil)
		}
	}
	return &c, nil
}
