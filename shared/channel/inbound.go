package channel

import (
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
)

// Event is what happened on a channel.
type Event string

// The events. Those from Sent to Failed are about a message of ours.
const (
	Message   Event = "message"   // a person wrote, or tapped what stands for words
	Reaction  Event = "reaction"  // a person reacted to a message
	Referral  Event = "referral"  // a person opened the thread through a link or an advertisement
	Edited    Event = "edited"    // a person changed a message
	Withdrawn Event = "withdrawn" // a person took a message back
	Moved     Event = "moved"     // a person has another number now
	OptedOut  Event = "opted-out" // a person asked the platform not to be written to
	Takeover  Event = "takeover"  // somebody else answered: a person in the inbox, or another app
	Handback  Event = "handback"  // the thread is ours again
	Standby   Event = "standby"   // a person wrote while another app has the thread
	Sent      Event = "sent"
	Delivered Event = "delivered"
	Read      Event = "read"
	Failed    Event = "failed"
)

// Opens reports whether an event begins the 24 hours in which a shop may answer
// freely. On WhatsApp only a message does.
func (e Event) Opens(on Kind) bool {
	switch e {
	case Message, Standby:
		return true
	case Reaction, Referral:
		return on != WhatsApp
	}
	return false
}

// Inbound is one event on its way through the queue. All that names a person or
// was written by one is sealed.
type Inbound struct {
	Tenant  id.Tenant       `json:"tenant"`
	Account Account         `json:"account"`
	Thread  id.Conversation `json:"thread"` // account and person, as a keyed hash
	ID      id.Message      `json:"id"`     // of the event, as a keyed hash of the platform's own
	Event   Event           `json:"event"`
	At      time.Time       `json:"at"`             // the platform's clock
	Arrived time.Time       `json:"arrived"`        // ours
	Content []byte          `json:"content"`        // a Content, sealed
	Wish    bool            `json:"wish,omitempty"` // a person asks to be left alone or forgotten
}

// Content is the part of an event that names a person or was written by one.
type Content struct {
	Person    string   `json:"person"`          // whom to answer, by the platform's id for this account
	Phone     string   `json:"phone,omitempty"` // of WhatsApp, if the person shows it
	MessageID string   `json:"message_id"`      // the platform's
	Of        string   `json:"of,omitempty"`    // the message that the event is about
	Ours      string   `json:"ours,omitempty"`  // the name we gave to the message that the event is about
	Text      string   `json:"text,omitempty"`  // words, or the title of what was tapped
	Media     []string `json:"media,omitempty"` // kinds of attachments
	Code      int      `json:"code,omitempty"`  // why a message of ours failed
}

// Validate reports what makes an event unfit for work, as Invalid.
func (in Inbound) Validate() error {
	_, err := ParseAccount(string(in.Account.Kind), in.Account.ID)
	if err != nil {
		return err
	}
	for _, part := range []string{string(in.Tenant), string(in.Thread), string(in.ID)} {
		if _, err := id.Parse[id.Message](part); err != nil {
			return err
		}
	}
	switch in.Event {
	case Message, Reaction, Referral, Edited, Withdrawn, Moved, OptedOut, Takeover, Handback, Standby, Sent, Delivered, Read, Failed:
	default:
		return fault.E(fault.Invalid, "There is no such event.", nil)
	}
	if in.At.IsZero() || in.Arrived.IsZero() {
		return fault.E(fault.Invalid, "The event has no time.", nil)
	}
	return nil
}

// Group is the part of the queue in which events follow each other. What
// somebody else did, and the wish to be left alone or forgotten, overtakes the
// person's own messages: an answer that is being written must hear of it.
func (in Inbound) Group() string {
	if in.Wish {
		return string(in.Thread) + "-owner"
	}
	switch in.Event {
	case Takeover, Handback:
		return string(in.Thread) + "-owner"
	case Sent, Delivered, Read, Failed:
		return string(in.Thread) + "-status"
	}
	return string(in.Thread)
}
