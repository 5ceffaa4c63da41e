// Package seal encrypts what must not be readable in a stolen table or a
// backup: personal text, under keys that can be destroyed one day or one person
// at a time, and merchants' secrets, under KMS.
package seal

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

// Personal is text about a person, in clear. It hides itself from logs, errors
// and JSON; Reveal is the only way to read it, and easy to search for.
//
// The text is behind a pointer, of which fmt prints the address where it cannot
// call String: in an unexported field, or for a verb such as %d.
type Personal struct{ text *string }

// Clear wraps personal text.
func Clear(text string) Personal { return Personal{&text} }

// Reveal gives the text itself.
func (p Personal) Reveal() string {
	if p.text == nil {
		return ""
	}
	return *p.text
}

// String says how long the text is, not what it says.
func (p Personal) String() string {
	return fmt.Sprintf("[personal text, %d bytes]", len(p.Reveal()))
}

// GoString is String, for %#v.
func (p Personal) GoString() string { return p.String() }

// LogValue is String, for slog.
func (p Personal) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalJSON refuses: an answer that shows personal text says so with Reveal.
func (p Personal) MarshalJSON() ([]byte, error) {
	return nil, errors.New("personal text is not encoded without Reveal")
}

var _ json.Marshaler = Personal{}

// Text is sealed personal text as stored.
type Text []byte

// String hides even the ciphertext from logs.
func (t Text) String() string { return fmt.Sprintf("[sealed text, %d bytes]", len(t)) }

// LogValue is String, for slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }
