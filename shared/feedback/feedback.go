// Package feedback keeps what shoppers ask or say about the help they got, beside
// their conversation: for the merchant to answer, in the copy of a person's data, and
// gone when the conversation goes.
package feedback

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/mask"
	"omniops/shared/seal"
)

// Kind is what a note is.
type Kind string

// The kinds.
const (
	Enquiry Kind = "enquiry" // asks for an answer
	Opinion Kind = "opinion" // says how it was
)

// Bounds of a note.
const (
	MaxText    = 2000 // characters
	MaxPerChat = 20
)

// Note is one enquiry or opinion of a shopper.
type Note struct {
	ID     id.Message
	Chat   conversation.Ref
	Kind   Kind
	Rating int // 1 to 5; 0 where none was given
	Text   seal.Personal
	SentAt time.Time
}

// New makes a note of what a shopper sent: Invalid if that says nothing. Card numbers
// and secrets are taken out of it.
func New(kind Kind, rating int, text string) (Note, error) {
	text = strings.TrimSpace(text)
	said := strings.ContainsFunc(text, unicode.IsGraphic)
	switch {
	case kind != Enquiry && kind != Opinion:
		return Note{}, fault.E(fault.Invalid, "The kind is enquiry or opinion.", nil)
	case rating < 0 || rating > 5:
		return Note{}, fault.E(fault.Invalid, "A rating is 1 to 5.", nil)
	case kind == Enquiry && !said, !said && rating == 0:
		return Note{}, fault.E(fault.Invalid, "Say something, or rate the help you got.", nil)
	case utf8.RuneCountInString(text) > MaxText || !utf8.ValidString(text):
		return Note{}, fault.E(fault.Invalid, "A text has at most 2000 characters.", nil)
	}
	return Note{Kind: kind, Rating: rating, Text: seal.Clear(mask.Scrub(text))}, nil
}
