// Package canary gives values to plant in a source record, such as a shop's
// order or a request's headers, and finds them in what was sent to somebody
// who must not see them, however they are written there.
package canary

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// Canary is one planted value.
type Canary struct {
	Claim string // the promise that it never leaves
	Name  string // the field it is planted in
	Value string
}

// Cage is the canaries of one test. Their values occur nowhere else.
type Cage []Canary

// Payment gives what a record holds about how somebody paid (C058). Some look
// like what they are, which masking would catch; the others tell only by the
// field they are in, so nothing but leaving the field out keeps them.
func Payment() Cage {
	return Cage{
		{"C058", "card_number", "5168 4412 2363 0172"},
		{"C058", "last_four", unlike("9")},
		{"C058", "card_brand", word("brand")},
		{"C058", "cardholder", word("holder")},
		{"C058", "gateway", word("gateway")},
		{"C058", "authorization", word("authorization")},
		{"C058", "receipt", word("receipt")},
		{"C058", "iban", "DE75512108001245126199"},
	}
}

// Secrets gives one value of each class of secret (C059).
func Secrets() Cage {
	return Cage{
		{"C059", "access_token", "shpat_" + digits(16)},
		{"C059", "refresh_token", "shprt_" + digits(16)},
		{"C059", "shared_secret", "shpss_" + digits(16)},
		{"C059", "webhook_secret", "whsec_" + digits(16)},
		{"C059", "model_key", "sk-proj-" + digits(16)},
		{"C059", "internal_token", word("internal")},
	}
}

// Client gives what a shopper's browser tells of itself (C060).
func Client() Cage {
	return Cage{
		{"C060", "ip", "198.51.100.217"},
		{"C060", "browser_ip", "2001:db8:77:cafe::217"},
		{"C060", "user_agent", "Mozilla/5.0 (" + word("system") + ") " + word("browser") + "/77.0"},
		{"C060", "accept_language", word("language")},
		{"C060", "session_hash", word("session")},
		{"C060", "landing_site", word("landing")},
	}
}

// All gives every canary.
func All() Cage { return slices.Concat(Payment(), Secrets(), Client()) }

// Value gives the value for a field; it is empty if there is none.
func (c Cage) Value(name string) string {
	for _, k := range c {
		if k.Name == name {
			return k.Value
		}
	}
	return ""
}

// Record gives the canaries as the fields of a JSON object.
func (c Cage) Record() map[string]string {
	fields := make(map[string]string, len(c))
	for _, k := range c {
		fields[k.Name] = k.Value
	}
	return fields
}

// Seen gives the canaries that a body shows: as they are, inside JSON, in a URL,
// in base 64 or 16, without their separators, or in another case.
func (c Cage) Seen(body []byte) []Canary {
	var seen []Canary
	folded, bare := bytes.ToLower(body), strip(string(body))
	for _, k := range c {
		quoted, _ := json.Marshal(k.Value)
		forms := []string{
			k.Value, strings.Trim(string(quoted), `"`), url.QueryEscape(k.Value), url.PathEscape(k.Value), hex.EncodeToString([]byte(k.Value)),
		}
		// What stands before it shifts a value in base 64 by none, one or two
		// bytes; the signs that neighbours share are left off.
		for shift := range 3 {
			encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + k.Value))
			forms = append(forms, encoded[(shift*8+5)/6:len(encoded)-1])
		}
		found := slices.ContainsFunc(forms, func(form string) bool { return bytes.Contains(folded, []byte(strings.ToLower(form))) })
		if plain := strip(k.Value); !found && len(plain) >= 8 {
			found = strings.Contains(bare, plain)
		}
		if found {
			seen = append(seen, k)
		}
	}
	return seen
}

// T is the part of *testing.T that Check uses.
type T interface {
	Helper()
	Errorf(format string, args ...any)
}

// Check reports each canary that one of the bodies shows. It is an error to
// check nothing.
func (c Cage) Check(t T, bodies ...[]byte) {
	t.Helper()
	if len(bodies) == 0 {
		t.Errorf("nothing was sent, so nothing is proved")
	}
	for i, body := range bodies {
		for _, k := range c.Seen(body) {
			t.Errorf("%s: the value of %s is in body %d", k.Claim, k.Name, i)
		}
	}
}

// strip leaves only small letters and digits.
func strip(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// digits gives n random bytes in base 16, with a letter and a digit.
func digits(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // documented never to fail
	b[0] = 0xa7
	return hex.EncodeToString(b)
}

// word gives a value that nothing about it tells what it is.
func word(name string) string {
	const alphabet = "bcdfghjklmnpqrstvwxz"
	b := make([]byte, 8)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return "canary-" + name + "-" + string(b)
}

// unlike gives a short number that no other field of a test is likely to hold.
func unlike(first string) string {
	b := make([]byte, 3)
	_, _ = rand.Read(b)
	out := first
	for _, v := range b {
		out += string(rune('0' + v%10))
	}
	return "canary " + out
}
