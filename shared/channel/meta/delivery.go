// Package meta speaks Meta's platforms: webhooks of Messenger, Instagram and the
// WhatsApp Cloud API, the Graph API that answers go through, the accounts a
// merchant has connected, and the deletion that people ask Meta for. Sources:
// Messenger Platform, Instagram Platform and WhatsApp Business Platform, Graph
// API v26.0, read 2026-11.
package meta

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"omniops/shared/channel"
)

// Event is one thing that a delivery reports, in clear.
type Event struct {
	Account channel.Account
	Kind    channel.Event
	Name    string    // the platform's own, or made of what makes it unique
	At      time.Time // the platform's clock
	Content channel.Content
}

// Malformed is a part of a delivery that could not be read.
type Malformed struct {
	Object string // what the delivery is about, such as "page"
	Raw    []byte
	Reason error // names a field, never a value
}

// Delivery is what one webhook call holds for the accounts that want it.
type Delivery struct {
	Events    []Event // by the platform's time
	Malformed []Malformed
	Ignored   int // entries of unknown accounts and events that nobody needs
}

// ErrNotADelivery says that a body is no delivery at all.
var ErrNotADelivery = errors.New("not a delivery")

// App tells our own messages from those of others.
type App struct{ ID string }

// maxText bounds the words of one event, in bytes; the platforms' own limits are
// well below.
const maxText = 16 << 10

// Parse reads a delivery. What belongs to an account that wanted refuses is left
// unread. A part that cannot be read does not hold up the others.
func (a App) Parse(body []byte, wanted func(channel.Account) bool) (Delivery, error) {
	s := &scanner{b: body}
	d := &reader{app: a, wanted: wanted}
	if s.peek() != '{' {
		return Delivery{}, ErrNotADelivery
	}
	entries := -1
	s.object(func(key string) {
		switch key {
		case "object":
			d.object = s.text()
		case "entry":
			entries = s.pass()
		default:
			s.skip()
		}
	})
	if s.peek() != 0 || s.i < len(body) { // it goes on after the object
		s.broken = true
	}
	if err := s.err(); err != nil {
		return Delivery{}, fmt.Errorf("%w: %w", ErrNotADelivery, err)
	}
	if entries < 0 {
		return Delivery{}, nil
	}
	in := s.at(entries, "entry")
	in.each(d.entry)
	if err := in.err(); err != nil {
		return Delivery{}, fmt.Errorf("%w: %w", ErrNotADelivery, err)
	}
	if len(d.Events) > 1 {
		slices.SortStableFunc(d.Events, func(x, y Event) int { return x.At.Compare(y.At) })
	}
	return d.Delivery, nil
}

// reader reads the entries of a delivery.
type reader struct {
	Delivery
	app    App
	object string
	wanted func(channel.Account) bool
}

func (d *reader) bad(raw []byte, err error) {
	d.Malformed = append(d.Malformed, Malformed{d.object, raw, err})
}

// entry reads one entry: first whose it is, and then, if that is wanted, the rest.
func (d *reader) entry(raw []byte, s *scanner) {
	if s.peek() != '{' {
		d.bad(raw, errors.New("the entry is no object"))
		return
	}
	var id text
	messaging, standby, changes := -1, -1, -1
	s.object(func(key string) {
		switch key {
		case "id":
			id = s.number()
		case "messaging":
			messaging = s.pass()
		case "standby":
			standby = s.pass()
		case "changes":
			changes = s.pass()
		default:
			s.skip()
		}
	})
	if err := s.err(); err != nil {
		d.bad(raw, err)
		return
	}
	var kind channel.Kind
	switch d.object {
	case "whatsapp_business_account":
		d.list(raw, s, changes, "changes", d.change)
		return
	case "page":
		kind = channel.Messenger
	case "instagram":
		kind = channel.Instagram
	default:
		d.Ignored++
		return
	}
	account, err := channel.ParseAccount(string(kind), string(id))
	if err != nil {
		d.bad(raw, errors.New("the entry's id is no number"))
		return
	}
	if !d.wanted(account) {
		d.Ignored++
		return
	}
	d.list(raw, s, messaging, "messaging", func(raw []byte, in *scanner) { d.messaging(account, raw, in, false) })
	d.list(raw, s, standby, "standby", func(raw []byte, in *scanner) { d.messaging(account, raw, in, true) })
	if changes >= 0 { // comments and the like
		d.Ignored++
	}
}

// list reads the items of a list that was passed over; place is negative if there
// is none.
func (d *reader) list(raw []byte, s *scanner, place int, name string, item func([]byte, *scanner)) {
	if place < 0 {
		return
	}
	in := s.at(place, name)
	in.each(item)
	if err := in.err(); err != nil {
		d.bad(raw, err)
	}
}

// add keeps an event that is complete.
func (d *reader) add(raw []byte, e Event) {
	c := &e.Content
	switch {
	case !plausible(c.Person):
		d.bad(raw, errors.New("it names nobody"))
	case e.Name == "" || len(e.Name) > 512:
		d.bad(raw, errors.New("it has no name"))
	case e.At.Before(earliest) || e.At.After(latest):
		d.bad(raw, errors.New("it has no plausible time"))
	default:
		c.Text = shorten(strings.ToValidUTF8(c.Text, "\uFFFD"), maxText)
		c.Of, c.Ours, c.MessageID = valid(c.Of), valid(c.Ours), valid(c.MessageID)
		c.Media = c.Media[:min(len(c.Media), 10)]
		d.Events = append(d.Events, e)
	}
}

// earliest and latest bound the times that are plausible.
var earliest, latest = time.Unix(1_300_000_000, 0), time.Unix(4_000_000_000, 0)

// valid is an id that the platform gave, cut to a bound.
func valid(id string) string { return shorten(strings.ToValidUTF8(id, "\uFFFD"), 512) }

// plausible reports whether a text can be the platform's id of a person.
func plausible(person string) bool {
	if person == "" || len(person) > 160 {
		return false
	}
	for i := range len(person) {
		if person[i] <= ' ' || person[i] > '~' {
			return false
		}
	}
	return true
}

// shorten cuts a text to at most n bytes, at a whole character.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}
