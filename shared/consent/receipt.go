package consent

import (
	"slices"
	"time"

	"omniops/shared/id"
	"omniops/shared/inventory"
)

// Version names the wording that people are shown when they choose. It changes
// with the wording; a test compares the two.
const Version = "2026-11-24"

// Life is how long a yes counts. After that the person is asked again.
const Life = 180 * inventory.Day

// Method is how a choice was made.
type Method string

// The methods.
const (
	ByBanner   Method = "banner"
	ByCentre   Method = "preference-centre"
	ByOperator Method = "operator" // recorded for somebody who contacted us
)

// Receipt is one choice: what was agreed to, in which wording, when and how. It
// is written once. The choice holds until the next one.
type Receipt struct {
	N        int // counts up from 1 for each visitor
	Visitor  id.Visitor
	Audience Audience
	Granted  []Purpose // what was agreed to; everything else was refused
	Version  string    // of the wording
	Language string    // of the wording
	Method   Method
	Signal   Signal    // what the browser said at the time
	Evidence string    // where an operator filed the request; empty for any other method
	At       time.Time // UTC
}

// Allows reports whether the receipt, as a person's latest, is a live consent to
// a purpose.
func (r Receipt) Allows(p Purpose, now time.Time) bool {
	return slices.Contains(r.Granted, p) && !now.Before(r.At) && now.Before(r.At.Add(Life))
}

// Interval is a time in which consent to a purpose was live. What happened
// within it stays lawful (GDPR Art. 7(3)), whatever came later.
type Interval struct {
	From, To time.Time // To is the first moment it no longer was
	Receipt  int       // the number of the receipt it rests on
}

// Intervals gives the times in which a purpose was agreed to, from all receipts
// of one visitor in order. An interval that is still open ends when the yes runs
// out.
func Intervals(receipts []Receipt, p Purpose) []Interval {
	var all []Interval
	for i, r := range receipts {
		if !slices.Contains(r.Granted, p) {
			continue
		}
		to := r.At.Add(Life)
		if i+1 < len(receipts) && receipts[i+1].At.Before(to) {
			to = receipts[i+1].At
		}
		all = append(all, Interval{r.At, to, r.N})
	}
	return all
}
