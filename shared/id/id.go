// Package id holds the typed identifiers of OmniOps. Their alphabet leaves out
// the separator of table keys, so that no identifier can reach into another
// key, and a type per kind keeps a tenant from being passed as a conversation.
package id

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"time"

	"omniops/shared/fault"
)

type (
	// Tenant names one merchant account, the controller of its shoppers' data.
	Tenant string
	// Conversation names one thread between a shopper and a shop.
	Conversation string
	// Message names one line of a transcript.
	Message string
	// Shopper names a data subject inside one tenant; it is random, and says
	// nothing about who the person is.
	Shopper string
	// Question names a question that a merchant measures answers by, in its own
	// words.
	Question string
	// Job names one piece of queued work, such as a crawl.
	Job string
	// Order names an order by the digits its shop system gave it.
	Order string
	// Verification names one attempt to prove that an order is the shopper's.
	Verification string
	// Action names one change to an order that was proposed.
	Action string
	// Subject names a person by a keyed hash of their e-mail address, phone
	// number or channel identity, within one tenant.
	Subject string
	// Request names one request that a person made about their data.
	Request string
	// Visitor names the browser that a consent was given in; it is random, made
	// with the choice and not before.
	Visitor string
	// Event names one page view or chat interaction.
	Event string
	// Account names a merchant's end of a channel, such as a WhatsApp number.
	Account string
)

// maxLength bounds an identifier, in bytes.
const maxLength = 64

// Parse checks that s is a well-formed identifier: 1 to 64 of a-z, 0-9, "-"
// and "_". Anything else is Invalid.
func Parse[T ~string](s string) (T, error) {
	if s == "" || len(s) > maxLength {
		return "", fault.E(fault.Invalid, fmt.Sprintf("An identifier has 1 to %d characters.", maxLength), nil)
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return "", fault.E(fault.Invalid, "An identifier is made of a-z, 0-9, - and _.", nil)
		}
	}
	return T(s), nil
}

// alphabet is Crockford's base 32 in lower case: no i, l, o, u.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// New makes a random identifier of 26 characters: 48 bits of time in
// milliseconds, so that identifiers sort by age, then 80 random bits. It has
// the layout of a ULID.
func New[T ~string](now time.Time) T {
	var b [16]byte
	_, _ = rand.Read(b[6:]) // documented never to fail
	ms := uint64(now.UnixMilli())
	var t [8]byte
	binary.BigEndian.PutUint64(t[:], ms)
	copy(b[:6], t[2:])
	return T(encode(b))
}

// Random makes an identifier of 26 characters that holds no time at all, for
// pseudonyms that must not tell when they were made.
func Random[T ~string]() T {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return T(encode(b))
}

// encode writes 128 bits as 26 characters of 5 bits, most significant first.
func encode(b [16]byte) string {
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	var out [26]byte
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = alphabet[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}
