// Package meta speaks Meta's platforms: webhooks of Messenger, Instagram and the
// WhatsApp Cloud API, the Graph API that answers go through, the accounts a
// merchant has connected, and the deletion that people ask Meta for. Sources:
// Messenger Platform, Instagram Platform and WhatsApp Business Platform, Graph
// API v26.0, read 2026-11.
package meta

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
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
	var top struct {
		Object string            `json:"object"`
		Entry  []json.RawMessage `json:"entry"`
	}
	if err := json.Unmarshal(body, &top); err != nil {
		return Delivery{}, fmt.Errorf("%w: %w", ErrNotADelivery, clean(err))
	}
	d := &reader{app: a, object: top.Object, wanted: wanted}
	for _, raw := range top.Entry {
		d.entry(raw)
	}
	slices.SortStableFunc(d.Events, func(x, y Event) int { return x.At.Compare(y.At) })
	return d.Delivery, nil
}

// clean is a decoder's error without the value it stumbled over.
func clean(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("the field %q is a %s", wrong.Field, strings.SplitN(wrong.Value, " ", 2)[0])
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("no JSON at byte %d", syntax.Offset)
	}
	return errors.New("it cannot be decoded")
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

func (d *reader) entry(raw []byte) {
	var e struct {
		ID        text              `json:"id"`
		Messaging []json.RawMessage `json:"messaging"`
		Standby   []json.RawMessage `json:"standby"`
		Changes   []json.RawMessage `json:"changes"`
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		d.bad(raw, clean(err))
		return
	}
	kinds := map[string]channel.Kind{"page": channel.Messenger, "instagram": channel.Instagram}
	kind, threads := kinds[d.object]
	switch {
	case d.object == "whatsapp_business_account":
		for _, c := range e.Changes {
			d.change(c)
		}
	case threads:
		account, err := channel.ParseAccount(string(kind), string(e.ID))
		if err != nil {
			d.bad(raw, errors.New("the entry's id is no number"))
			return
		}
		if !d.wanted(account) {
			d.Ignored++
			return
		}
		for _, m := range e.Messaging {
			d.messaging(account, m, false)
		}
		for _, m := range e.Standby {
			d.messaging(account, m, true)
		}
		d.Ignored += len(e.Changes) // comments and the like
	default:
		d.Ignored++
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
	case e.At.Before(time.Unix(1_300_000_000, 0)) || e.At.After(time.Unix(4_000_000_000, 0)):
		d.bad(raw, errors.New("it has no plausible time"))
	default:
		c.Text = shorten(strings.ToValidUTF8(c.Text, "\uFFFD"), maxText)
		c.Of, c.Ours = shorten(c.Of, 512), shorten(c.Ours, 512)
		c.Media = c.Media[:min(len(c.Media), 10)]
		d.Events = append(d.Events, e)
	}
}

// plausible reports whether a text can be the platform's id of a person.
func plausible(person string) bool {
	if person == "" || len(person) > 160 {
		return false
	}
	return !strings.ContainsFunc(person, func(r rune) bool { return r <= ' ' || r > '~' })
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

// text is a JSON string, or a number as it is written.
type text string

// UnmarshalJSON reads a string or a number.
func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(s)
		return nil
	}
	if string(b) == "null" {
		return nil
	}
	if len(b) == 0 || b[0] != '-' && (b[0] < '0' || b[0] > '9') {
		return &json.UnmarshalTypeError{Value: "value"}
	}
	*t = text(b)
	return nil
}

// whole gives the text as a whole number, 0 if it is none.
func (t text) whole() int64 {
	n, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
