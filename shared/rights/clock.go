package rights

import (
	"slices"
	"time"

	"omniops/shared/fault"
	"omniops/shared/inventory"
)

// A due date is the last day on which an answer is in time: midnight UTC at its
// beginning. It follows from the day the request arrived on where the person is, so
// each clock takes that place. What depends on weekends or public holidays, which
// may only add days, is not counted: we are never late by a calendar we do not know.

const (
	ccpaDays  = 45 // Cal. Civ. Code § 1798.130(a)(2); calendar days, 11 CCR § 7021(b)
	termsDays = 30 // Shopify's mandatory webhooks; Meta's data deletion callback
	childDays = 3  // "promptly" (COPPA, 16 CFR § 312.5(c)(1)); our own figure
)

// Pause is a time during which the person was waited for, such as for the
// information that tells which of several people they are.
type Pause struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"`
}

// Due is the last day on which a request that arrived at a time in a place is
// answered in time. Only the United Kingdom's clock stops while a person is
// waited for (UK GDPR Art. 12A, as inserted by the Data (Use and Access) Act 2025);
// for every other law pauses count for nothing.
func Due(law Law, received time.Time, place *time.Location, pauses ...Pause) time.Time {
	first := dateIn(received, place)
	switch law {
	case CCPA:
		return first.AddDate(0, 0, ccpaDays)
	case ShopifyTerms, MetaTerms:
		return first.AddDate(0, 0, termsDays)
	case ChildRule:
		return first.AddDate(0, 0, childDays)
	case UKGDPR:
		return addMonths(first, 1).AddDate(0, 0, paused(pauses, place))
	}
	return addMonths(first, 1)
}

// Extended is the last day after an extension: two further months under the GDPR
// (Art. 12(3)), 45 further days under the CCPA (§ 1798.130(a)(2)). The other
// clocks cannot be extended. The person must be told before the first day ends.
//
// "Two further months" may count from the arrival or from the end of the first
// month; where these differ, it is the earlier.
func Extended(law Law, received time.Time, place *time.Location, pauses ...Pause) time.Time {
	first := dateIn(received, place)
	due := Due(law, received, place, pauses...)
	switch law {
	case CCPA:
		return due.AddDate(0, 0, ccpaDays)
	case GDPR, UKGDPR:
		stopped := 0
		if law == UKGDPR {
			stopped = paused(pauses, place)
		}
		return earlier(addMonths(first, 3), addMonths(addMonths(first, 1), 2)).AddDate(0, 0, stopped)
	}
	return due
}

// dateIn is the date at a time in a place, as midnight UTC.
func dateIn(at time.Time, place *time.Location) time.Time {
	y, m, d := at.In(place).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// addMonths is the same day of a later month or, where that has none, its last
// (Regulation (EEC, Euratom) No 1182/71, Art. 3(2)(c)).
func addMonths(date time.Time, n int) time.Time {
	y, m, d := date.Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(y, m+time.Month(n), min(d, last), 0, 0, 0, 0, time.UTC)
}

// paused counts the whole days that were waited: a day on which the person answers
// is ours again. Days that two pauses share count once.
func paused(pauses []Pause, place *time.Location) (days int) {
	counted := map[time.Time]bool{}
	for _, p := range pauses {
		to := dateIn(p.To, place)
		for day := dateIn(p.From, place); day.Before(to); day = day.AddDate(0, 0, 1) {
			if !counted[day] {
				counted[day] = true
				days++
			}
		}
	}
	return days
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// place is where a request under a law is taken to arrive when no better is known:
// the westernmost place where the law holds, so that the date is the person's or
// the day before.
func place(law Law) *time.Location {
	switch law {
	case CCPA:
		return time.FixedZone("California", -8*60*60) // winter and summer
	case UKGDPR:
		return time.UTC
	}
	return time.FixedZone("Martinique", -4*60*60)
}

// DueAt is the last day for a request as things are at a time: while the person is
// waited for, under a law whose clock stops, it moves with the days.
func (r Request) DueAt(now time.Time) time.Time {
	if len(r.Pauses) == 0 && r.ExtendedAt.IsZero() {
		return r.Due
	}
	pauses := slices.Clone(r.Pauses)
	if r.Paused() {
		pauses[len(pauses)-1].To = now
	}
	if !r.ExtendedAt.IsZero() {
		return Extended(r.Law, r.Received, place(r.Law), pauses...)
	}
	return Due(r.Law, r.Received, place(r.Law), pauses...)
}

// Paused reports whether the person is waited for.
func (r Request) Paused() bool { return len(r.Pauses) > 0 && r.Pauses[len(r.Pauses)-1].To.IsZero() }

// Ask has the person tell something that the shop needs to know first: Conflict if
// they are waited for already. What is asked is encrypted by Notes.
func (r *Request) Ask(asked []byte, now time.Time) error {
	if r.Paused() {
		return fault.E(fault.Conflict, "The person has been asked, and has not answered yet.", nil)
	}
	r.Asked, r.Answer, r.Pauses = asked, nil, append(r.Pauses, Pause{From: now.UTC()})
	return nil
}

// Resume goes on after the person has answered, on whichever way: Conflict if nobody
// asked.
func (r *Request) Resume(answer []byte, now time.Time) error {
	if !r.Paused() {
		return fault.E(fault.Conflict, "Nothing is asked about this request.", nil)
	}
	r.Pauses[len(r.Pauses)-1].To = now.UTC()
	r.Answer, r.Due = answer, r.DueAt(now)
	return nil
}

// Extend takes more time, as the law allows: Conflict if it does not, or if the person
// cannot be told any more before the time is over.
func (r *Request) Extend(now time.Time) error {
	longer := *r
	longer.ExtendedAt = now.UTC()
	due := r.DueAt(now)
	if !longer.DueAt(now).After(due) {
		return fault.E(fault.Conflict, "The time for this request cannot be extended further.", nil)
	}
	if now.UTC().Truncate(inventory.Day).After(due) {
		return fault.E(fault.Conflict, "It is too late to extend the time: the person must be told before it ends.", nil)
	}
	longer.Due = longer.DueAt(now)
	*r = longer
	r.Receipt = append(slices.Clone(r.Receipt), Effect{Store: "rights.request", Outcome: Changed, Until: r.Due,
		Why: "Your request is complex, so the shop takes longer than usual, as the law allows (GDPR Art. 12(3))."})
	return nil
}
