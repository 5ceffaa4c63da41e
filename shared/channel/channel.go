// Package channel is what Messenger, Instagram and WhatsApp have in common: what
// comes in, what may go out, and the one rule that decides it. It knows no
// platform's format; channel/meta does.
package channel

import (
	"fmt"
	"strings"

	"omniops/shared/fault"
	"omniops/shared/id"
)

// Kind names a channel.
type Kind string

// The channels.
const (
	Messenger Kind = "messenger"
	Instagram Kind = "instagram"
	WhatsApp  Kind = "whatsapp"
)

// Kinds lists the channels.
func Kinds() []Kind { return []Kind{Messenger, Instagram, WhatsApp} }

// Account is a merchant's end of a channel: a Page, an Instagram professional
// account or a WhatsApp phone number, by the platform's own number for it.
type Account struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id"`
}

// String is the account as it stands in keys: "whatsapp-1234".
func (a Account) String() string { return string(a.Kind) + "-" + a.ID }

// maxAccount bounds the number of an account, in digits.
const maxAccount = 32

// ParseAccount checks a channel and an account's number: Invalid if there is no
// such channel, or if the number is not made of digits.
func ParseAccount(kind, number string) (Account, error) {
	a := Account{Kind(kind), number}
	switch a.Kind {
	case Messenger, Instagram, WhatsApp:
	default:
		return Account{}, fault.E(fault.Invalid, "The channel is messenger, instagram or whatsapp.", nil)
	}
	if number == "" || len(number) > maxAccount || strings.Trim(number, "0123456789") != "" {
		return Account{}, fault.E(fault.Invalid, fmt.Sprintf("An account is a number of 1 to %d digits.", maxAccount), nil)
	}
	return a, nil
}

// Key is the account as a typed part of a table's key.
func (a Account) Key() id.Account { return id.Account(a.String()) }

// MaxText is how long one message may be on a channel, and whether that is
// counted in bytes and not in characters.
func (k Kind) MaxText() (limit int, bytes bool) {
	switch k {
	case Instagram:
		return 1000, true
	case Messenger:
		return 2000, false
	default:
		return 4096, false
	}
}
