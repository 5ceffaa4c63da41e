// Package consent keeps what people agreed to: receipts that are added and never
// changed, the register of everything the product stores in a browser, and the
// browser signals that speak for a person who has not been asked.
package consent

import (
	"fmt"
	"slices"

	"omniops/shared/fault"
)

// Purpose is something that is done only with consent (GDPR Art. 6(1)(a)).
type Purpose string

// The purposes that need consent.
const (
	Analytics Purpose = "analytics" // counting page views and chat interactions
	Marketing Purpose = "marketing" // news about the product, to merchants
)

// Essential is the name under which a choice may mention what cannot be chosen.
const Essential Purpose = "essential"

// Audience is who is asked.
type Audience string

// The audiences.
const (
	Shoppers  Audience = "shopper"
	Merchants Audience = "merchant"
)

// Purposes lists what an audience is asked about.
func (a Audience) Purposes() []Purpose {
	if a == Merchants {
		return []Purpose{Analytics, Marketing}
	}
	return []Purpose{Analytics}
}

// Choices says yes or no to each purpose.
type Choices map[Purpose]bool

// check refuses choices that leave a purpose of the audience open, name another,
// or try to switch off what is essential: all Invalid.
func (c Choices) check(a Audience) error {
	for p, yes := range c {
		if p == Essential {
			if !yes {
				return fault.E(fault.Invalid, "Essential storage cannot be switched off: without it neither the chat nor your choice could be kept.", nil)
			}
			continue
		}
		if !slices.Contains(a.Purposes(), p) {
			return fault.E(fault.Invalid, "That is not a purpose you are asked about.", nil)
		}
	}
	for _, p := range a.Purposes() {
		if _, said := c[p]; !said {
			return fault.E(fault.Invalid, fmt.Sprintf("The choice says nothing about %s.", p), nil)
		}
	}
	return nil
}

// granted lists what was agreed to, in order.
func (c Choices) granted() []Purpose {
	var list []Purpose
	for p, yes := range c {
		if yes && p != Essential {
			list = append(list, p)
		}
	}
	slices.Sort(list)
	return list
}
