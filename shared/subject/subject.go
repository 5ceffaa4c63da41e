// Package subject names people by keyed hashes of what they can be reached by, so
// that a person's records are found without storing an address among them. A hash
// is of one tenant: two shops' records of one person have nothing in common.
package subject

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
)

// Hasher makes the hashes. Without the platform's secret nobody can tell whether a
// hash is of an address.
type Hasher struct{ names *seal.Signer }

// New makes a Hasher from the platform's signing secret.
func New(secret []byte) (*Hasher, error) {
	names, err := seal.NewSigner(secret, "subject")
	if err != nil {
		return nil, err
	}
	return &Hasher{names}, nil
}

// maxAddress is the longest e-mail address (RFC 5321, section 4.5.3.1.3), in bytes.
const maxAddress = 254

// OfEmail is the hash of an e-mail address in a tenant, in whatever case it is
// written: Invalid if it is none.
func (h *Hasher) OfEmail(t id.Tenant, address string) (id.Subject, error) {
	address = strings.TrimSpace(address)
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > maxAddress || !utf8.ValidString(address) {
		return "", fault.E(fault.Invalid, "That is not an e-mail address.", nil)
	}
	return h.of(t, "email", strings.ToLower(address)), nil
}

// OfPhone is the hash of a phone number in international form, +441632960123, with
// whatever stands between its digits: Invalid if it is none.
func (h *Hasher) OfPhone(t id.Tenant, number string) (id.Subject, error) {
	number = strings.TrimSpace(number)
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, number)
	if n := len(digits); !strings.HasPrefix(number, "+") || n < 7 || n > 15 || strings.Trim(number, "+0123456789 -./()") != "" {
		return "", fault.E(fault.Invalid, "That is not a phone number in international form.", nil)
	}
	return h.of(t, "phone", digits), nil
}

// OfOrder is the hash of an order, by its platform's number: of whoever placed it.
func (h *Hasher) OfOrder(t id.Tenant, order id.Order) id.Subject {
	return h.of(t, "order", string(order))
}

// OfShop is the hash of a connected shop: of all whose orders there were proved.
func (h *Hasher) OfShop(t id.Tenant, shop string) id.Subject { return h.of(t, "shop", shop) }

// Known gives the hashes of whatever is known of one person. An address that is none,
// and a number without its country, which is nobody's for certain, are left out.
func (h *Hasher) Known(t id.Tenant, email, phone string, orders ...id.Order) (all []id.Subject) {
	if s, err := h.OfEmail(t, email); err == nil {
		all = append(all, s)
	}
	if s, err := h.OfPhone(t, phone); err == nil {
		all = append(all, s)
	}
	for _, o := range orders {
		all = append(all, h.OfOrder(t, o))
	}
	return all
}

func (h *Hasher) of(t id.Tenant, kind, value string) id.Subject {
	return id.Subject(h.names.Name(string(t), kind, value))
}
