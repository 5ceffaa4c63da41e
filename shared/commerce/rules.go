package commerce

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"omniops/shared/fault"
)

// Rules say which changes to an order code may grant a verified shopper by itself.
// What they do not allow is never refused by code: a person decides.
type Rules struct {
	Version   string    `json:"version"` // changes with every edit; "default" before the first
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	Cancel    Rule      `json:"cancel"`
	Return    Rule      `json:"return"`
	Refund    Rule      `json:"refund"`
	Address   Rule      `json:"address"`
}

// Rule is when one kind of change is granted without asking a person.
type Rule struct {
	Automatic   bool     `json:"automatic"`      // false: a person decides every time
	WithinHours int      `json:"within_hours"`   // of the order or, for a return or refund, of delivery; 0 is no limit
	MaxAmount   *Money   `json:"max_amount"`     // of money given back; null is no limit
	Excluded    []string `json:"excluded_items"` // words; an item with one in its title needs a person
	PerCustomer int      `json:"per_customer"`   // in 30 days; 0 is no limit
}

// DefaultRules are a merchant's before the first edit: what costs nothing and can
// be undone is granted, money is given back by a person, but for an order that
// nobody has packed yet.
func DefaultRules() Rules {
	return Rules{
		Version: "default",
		Cancel:  Rule{Automatic: true, WithinHours: 24, PerCustomer: 3, Excluded: []string{}},
		Return:  Rule{Automatic: true, WithinHours: 30 * 24, PerCustomer: 5, Excluded: []string{}},
		Refund:  Rule{Automatic: false, WithinHours: 30 * 24, PerCustomer: 2, Excluded: []string{}},
		Address: Rule{Automatic: true, WithinHours: 24, PerCustomer: 3, Excluded: []string{}},
	}
}

// Bounds of a rule.
const (
	maxHours    = 365 * 24
	maxExcluded = 50
	maxWord     = 60 // characters
	maxTimes    = 100
)

// Validate reports the first thing that is wrong with the rules, as Invalid.
func (r Rules) Validate() error {
	for _, name := range kinds {
		rule := r.of(name)
		invalid := func(sentence string) error {
			return fault.E(fault.Invalid, fmt.Sprintf("The rule %q: %s", name, sentence), nil)
		}
		switch {
		case rule.WithinHours < 0 || rule.WithinHours > maxHours:
			return invalid("within_hours is 0 to 8760.")
		case rule.PerCustomer < 0 || rule.PerCustomer > maxTimes:
			return invalid("per_customer is 0 to 100.")
		case len(rule.Excluded) > maxExcluded:
			return invalid("at most 50 excluded_items.")
		case slices.ContainsFunc(rule.Excluded, func(w string) bool { return strings.TrimSpace(w) == "" || utf8.RuneCountInString(w) > maxWord }):
			return invalid("an excluded item has 1 to 60 characters.")
		}
		if m := rule.MaxAmount; m != nil {
			if again, err := ParseMoney(m.Decimal(), m.Currency); err != nil || again != *m || m.Minor < 0 || !isCurrency(m.Currency) {
				return invalid("max_amount is an amount in a currency of ISO 4217, such as GBP.")
			}
		}
	}
	return nil
}

// kinds lists what may be done to an order.
var kinds = []ActionKind{Cancel, ReturnRequest, RefundItems, ChangeAddress}

// of gives the rule for one kind of change; that of an unknown kind grants nothing.
func (r Rules) of(kind ActionKind) Rule {
	switch kind {
	case Cancel:
		return r.Cancel
	case ReturnRequest:
		return r.Return
	case RefundItems:
		return r.Refund
	case ChangeAddress:
		return r.Address
	}
	return Rule{}
}

// Outcome is what the rules say about a change.
type Outcome string

// The outcomes.
const (
	Allowed  Outcome = "allowed"  // code may grant it
	Approval Outcome = "approval" // a person decides
	Moot     Outcome = "moot"     // there is nothing that could be done
)

// Reason is why the rules do not allow a change.
type Reason string

// The reasons. Those of a Moot outcome come first.
const (
	AlreadyCancelled Reason = "already_cancelled"
	AlreadySent      Reason = "already_sent" // too late to cancel or to send elsewhere
	NothingSent      Reason = "nothing_sent" // nothing that could be returned
	NothingPaid      Reason = "nothing_paid"
	NothingLeft      Reason = "nothing_left" // all of it was returned or refunded before

	ByHand       Reason = "by_hand" // the merchant decides every time
	TooLate      Reason = "too_late"
	TooMuch      Reason = "too_much"
	ExcludedItem Reason = "excluded_item"
	TooOften     Reason = "too_often"
	PartlySent   Reason = "partly_sent"
	Unclear      Reason = "unclear"      // a state of the order that the rules do not know
	OutOfReach   Reason = "out_of_reach" // the shop cannot be reached, or does not let us in
)

// Verdict is what the rules say about a change, and why.
type Verdict struct {
	Outcome Outcome  `json:"outcome"`
	Reasons []Reason `json:"reasons,omitempty"`
	Version string   `json:"version"` // of the rules
}

// asked is what one wants to do to an order.
type asked struct {
	kind   ActionKind
	lines  []Line
	amount Amount // to be given back
}

// judge applies the rules. Times says how often the customer did this in the last
// 30 days.
func (r Rules) judge(o Order, a asked, times int64, now time.Time) Verdict {
	v := Verdict{Outcome: Allowed, Version: r.Version}
	if moot, ok := impossible(o, a); ok {
		v.Outcome, v.Reasons = Moot, []Reason{moot}
		return v
	}
	rule := r.of(a.kind)
	need := func(when bool, why Reason) {
		if when {
			v.Outcome, v.Reasons = Approval, append(v.Reasons, why)
		}
	}
	need(!rule.Automatic, ByHand)
	need(o.Fulfillment == UnknownFulfillment || o.Payment == UnknownPayment, Unclear)
	if a.kind == Cancel || a.kind == ChangeAddress {
		need(o.Fulfillment != Unfulfilled && o.Fulfillment != Scheduled && o.Fulfillment != UnknownFulfillment, PartlySent)
	}
	need(rule.WithinHours > 0 && now.Sub(a.since(o)) > time.Duration(rule.WithinHours)*time.Hour, TooLate)
	need(rule.MaxAmount != nil && a.amount.Shop.Minor > 0 && (a.amount.Shop.Currency != rule.MaxAmount.Currency || a.amount.Shop.Minor > rule.MaxAmount.Minor), TooMuch)
	need(slices.ContainsFunc(o.Items, func(i LineItem) bool { return a.touches(i) && rule.excludes(i.Title) }), ExcludedItem)
	need(rule.PerCustomer > 0 && times >= int64(rule.PerCustomer), TooOften)
	need(o.MoreItems && a.kind != ChangeAddress, Unclear)
	return v
}

// touches reports whether a change is about a line item; one without lines is
// about all of them.
func (a asked) touches(i LineItem) bool {
	return len(a.lines) == 0 || slices.ContainsFunc(a.lines, func(l Line) bool { return l.ID == i.ID })
}

func (r Rule) excludes(title string) bool {
	title = strings.ToLower(title)
	return slices.ContainsFunc(r.Excluded, func(w string) bool { return strings.Contains(title, strings.ToLower(strings.TrimSpace(w))) })
}

// since is when the time for a change begins: for a return or refund when the last
// parcel arrived or, as long as none has, when the last was sent. An order of which
// nothing is known counts from its making.
func (a asked) since(o Order) time.Time {
	if a.kind != ReturnRequest && a.kind != RefundItems {
		return o.PlacedAt
	}
	latest := time.Time{}
	for _, s := range o.Shipments {
		at := s.DeliveredAt
		if at.IsZero() {
			at = s.SentAt
		}
		if at.After(latest) {
			latest = at
		}
	}
	if latest.IsZero() {
		return o.PlacedAt
	}
	return latest
}

// deliveredAt is when the last parcel that has arrived did; zero if none has.
func (o Order) deliveredAt() time.Time {
	latest := time.Time{}
	for _, s := range o.Shipments {
		if s.DeliveredAt.After(latest) {
			latest = s.DeliveredAt
		}
	}
	return latest
}

// impossible says why nobody could do something to an order.
func impossible(o Order, a asked) (Reason, bool) {
	count := func(of func(LineItem) int) (n int) {
		for _, i := range o.Items {
			if a.touches(i) {
				n += of(i)
			}
		}
		return n
	}
	switch {
	case !o.CancelledAt.IsZero():
		return AlreadyCancelled, true
	case (a.kind == Cancel || a.kind == ChangeAddress) && o.Fulfillment == Fulfilled:
		return AlreadySent, true
	case a.kind == ReturnRequest && o.Fulfillment == Unfulfilled:
		return NothingSent, true
	case a.kind == ReturnRequest && count(func(i LineItem) int { return i.Returnable }) == 0:
		return NothingLeft, true
	case a.kind == RefundItems && (o.Payment == Pending || o.Payment == Authorized || o.Payment == Voided || o.Payment == Expired):
		return NothingPaid, true
	case a.kind == RefundItems && count(func(i LineItem) int { return i.Refundable }) == 0:
		return NothingLeft, true
	}
	return "", false
}

// possible lists what may be done to an order, whether by code or by a person.
func possible(o Order) []ActionKind {
	open := []ActionKind{}
	for _, k := range kinds {
		if _, moot := impossible(o, asked{kind: k}); !moot {
			open = append(open, k)
		}
	}
	return open
}
