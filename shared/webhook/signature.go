// Package webhook checks the signatures of what other platforms send: each an
// HMAC-SHA256, compared in constant time. Two secrets may hold at once, so that
// one can be changed for another without a gap.
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/url"
	"slices"
	"strings"

	"omniops/shared/fault"
)

// Signature checks the signature of a raw body in one header.
type Signature struct {
	secrets [][]byte
	spell   func([]byte) string
	read    func(string) string
}

// NewBase64 makes a Signature as Shopify and WooCommerce write it: standard
// base64, padded. Empty secrets do not count.
func NewBase64(secrets ...[]byte) *Signature {
	return &Signature{given(secrets), base64.StdEncoding.EncodeToString, func(header string) string { return header }}
}

// NewHex makes a Signature as Meta writes it: "sha256=" and lower-case hex. Digits
// in upper case are the same digits. Empty secrets do not count.
func NewHex(secrets ...[]byte) *Signature {
	return &Signature{given(secrets), func(sum []byte) string { return "sha256=" + hex.EncodeToString(sum) }, lowerDigits}
}

// NewBase64URL makes a Signature as Meta writes it in a signed request: base64 for
// addresses, without padding, which may follow. Empty secrets do not count.
func NewBase64URL(secrets ...[]byte) *Signature {
	return &Signature{given(secrets), base64.RawURLEncoding.EncodeToString, func(tag string) string { return strings.TrimRight(tag, "=") }}
}

// Sign gives what the first secret signs a body with, for those who play a
// platform's part; empty without a secret.
func (s *Signature) Sign(body []byte) string {
	if len(s.secrets) == 0 {
		return ""
	}
	return s.spell(sum(s.secrets[0], func(mac hash.Hash) { mac.Write(body) }))
}

// Check is nil for exactly the header that one of the secrets signs for the body,
// and Unauthenticated for any other.
func (s *Signature) Check(header string, body []byte) error {
	good := false
	header = s.read(header)
	for _, secret := range s.secrets {
		want := s.spell(sum(secret, func(mac hash.Hash) { mac.Write(body) }))
		good = same(header, want) || good // every secret is tried, whatever the first says
	}
	if !good {
		return refused()
	}
	return nil
}

// Query checks the signature that Shopify adds to the query of an address.
type Query struct{ secrets [][]byte }

// NewQuery makes a Query. Empty secrets do not count.
func NewQuery(secrets ...[]byte) *Query { return &Query{given(secrets)} }

// Check is nil for a query whose hmac one of the secrets signs, and
// Unauthenticated for any other. A name that is there twice is not signed by
// Shopify. (Authorization code grant, read 2026-11-24.)
func (q *Query) Check(query url.Values) error {
	if len(query["hmac"]) != 1 {
		return refused()
	}
	message, ok := signed(query)
	good := false
	for _, secret := range q.secrets {
		want := hex.EncodeToString(sum(secret, func(mac hash.Hash) { mac.Write([]byte(message)) }))
		good = hmac.Equal([]byte(query.Get("hmac")), []byte(want)) || good
	}
	if !ok || !good {
		return refused()
	}
	return nil
}

// signed is what the signature of a query covers: every other value, decoded and
// encoded anew, sorted by name.
func signed(query url.Values) (message string, ok bool) {
	var names []string
	for name, values := range query {
		if name == "hmac" || name == "signature" {
			continue
		}
		if len(values) != 1 {
			return "", false
		}
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escape(name) + "=" + escape(query.Get(name)))
	}
	return b.String(), true
}

// escape is form encoding with a space as %20.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// sum is the HMAC-SHA256 of what is written.
func sum(secret []byte, write func(hash.Hash)) []byte {
	mac := hmac.New(sha256.New, secret)
	write(mac)
	return mac.Sum(nil)
}

// lowerDigits writes the digits A to F in lower case.
func lowerDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'F' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// same compares in constant time.
func same(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }

func given(secrets [][]byte) [][]byte {
	return slices.DeleteFunc(slices.Clone(secrets), func(s []byte) bool { return len(s) == 0 })
}

func refused() error { return fault.E(fault.Unauthenticated, "The signature does not match.", nil) }
