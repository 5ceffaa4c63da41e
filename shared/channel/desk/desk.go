// Package desk is where people at a shop watch conversations, answer in them, take
// them over from the AI and give them back. It serves every channel, the widget's
// chats among them.
package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/channel/outbox"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/mask"
	"omniops/shared/seal"
)

// Desk is the desk of every merchant. It is safe for concurrent use.
type Desk struct {
	*outbox.Outbox
	Chats *conversation.Store
}

// Chat is a conversation as a person at the shop has it before them.
type Chat struct {
	conversation.Ref
	Thread  *channel.Thread // nil for a chat of the widget
	Content conversation.Thread
}

// Open reads a conversation: NotFound if there is none, or if its person wants it to
// be kept and not used.
func (d *Desk) Open(ctx context.Context, t id.Tenant, chat id.Conversation, keep time.Duration) (Chat, error) {
	shopper, err := d.Chats.Owner(ctx, t, chat)
	if err != nil {
		return Chat{}, err
	}
	c := Chat{Ref: conversation.Ref{Tenant: t, Conversation: chat, Shopper: shopper}}
	if c.Content, err = d.Chats.Read(ctx, c.Ref, keep, 0); err != nil {
		return Chat{}, err
	}
	if len(c.Content.Messages) == 0 || !c.Content.Standing.Allows(inventory.CustomerSupport) {
		return Chat{}, fault.E(fault.NotFound, "There is nothing here.", nil)
	}
	thread, err := d.Threads.Of(ctx, t, chat)
	if fault.KindOf(err) == fault.NotFound {
		return c, nil
	}
	c.Thread = &thread
	return c, err
}

// Handler is who answers in a conversation.
type Handler string

// The handlers.
const (
	AI       Handler = "ai"
	Person   Handler = "person"    // somebody at the shop
	OtherApp Handler = "other-app" // which has control of the thread, by the platform's word
	Nobody   Handler = "nobody"    // the AI is stopped
)

// Handler says who answers now and, where that ends by itself, when.
func (c Chat) Handler(now time.Time) (Handler, time.Time) {
	return handler(c.Thread, c.Content.Standing.AllowsAI(), now)
}

// HandlerOf is Chat.Handler for a conversation of a list.
func HandlerOf(l conversation.Listed, thread *channel.Thread, now time.Time) (Handler, time.Time) {
	return handler(thread, l.AI, now)
}

func handler(thread *channel.Thread, ai bool, now time.Time) (Handler, time.Time) {
	if thread == nil || !thread.Held(now) {
		if ai {
			return AI, time.Time{}
		}
		return Person, time.Time{}
	}
	switch thread.HeldBy {
	case channel.Agent, channel.Awaited:
		return Person, thread.HeldUntil()
	case channel.Stopped:
		return Nobody, time.Time{}
	}
	return OtherApp, time.Time{}
}

// Hand gives a conversation to a person at the shop, back to the AI, or to nobody:
// then the AI says nothing until it is given back. On a channel this holds for what
// the AI is about to send as well; in a chat of the widget, from the next message on.
func (d *Desk) Hand(ctx context.Context, c *Chat, to Handler, keep time.Duration) error {
	if to != AI && to != Person && to != Nobody {
		return fault.E(fault.Invalid, "The handler is ai, person or nobody.", nil)
	}
	if c.Thread == nil {
		if err := d.Chats.Choose(ctx, c.Ref, conversation.Attended, to != AI); err != nil {
			return err
		}
		standing, err := d.Chats.Standing(ctx, c.Tenant, c.Conversation)
		c.Content.Standing = standing
		return err
	}
	thread, err := d.Threads.Change(ctx, c.Tenant, c.Thread.Account, c.Thread.ID, keep, func(t *channel.Thread) error {
		if !t.Has(c.Conversation) { // erased meanwhile
			return fault.E(fault.NotFound, "There is nothing here.", nil)
		}
		t.HeldBy, t.HeldAt = map[Handler]channel.Holder{AI: channel.Nobody, Person: channel.Agent, Nobody: channel.Stopped}[to], d.Now()
		if t.Flag != channel.MaybeSent && t.Flag != channel.NotSent {
			t.Raised(channel.NoFlag, d.Now()) // somebody has looked
		}
		return nil
	})
	if err == nil {
		c.Thread = &thread
	}
	return err
}

// Answer is what a person at the shop writes.
type Answer struct {
	Text string
	Form channel.Form
	Key  string // the client's: the same for the same answer
}

// MaxAnswer is the longest answer, in characters.
const MaxAnswer = 4000

// Answer stores what a person writes, sends it where the conversation is, and takes
// it over. What channel.MaySend denies is Forbidden, with its reason and the next
// step, and nothing is stored. The same key again is the same answer.
func (d *Desk) Answer(ctx context.Context, c *Chat, a Answer, keep time.Duration) (conversation.Message, outbox.Sending, error) {
	name := d.name(*c, a.Key)
	if c.Thread == nil {
		if a.Form != channel.Free {
			return conversation.Message{}, outbox.Sending{}, refused(channel.Decision{Reason: channel.NoSuchForm, Next: channel.WriteFreely})
		}
		if err := d.Hand(ctx, c, Person, keep); err != nil {
			return conversation.Message{}, outbox.Sending{}, err
		}
		m, err := d.Chats.Say(ctx, c.Ref, name, seal.Clear(mask.Scrub(a.Text)), keep)
		return m, outbox.Sending{State: channel.PostSent}, err
	}
	connection, err := d.Connections.Get(ctx, c.Tenant, c.Thread.Account)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return conversation.Message{}, outbox.Sending{}, err
	}
	lines := d.lines(*c.Thread, connection, name, a)
	if c.Thread.Post(name, 1) == nil { // else an earlier try came further than this
		if decision := channel.MaySend(lines[0].Outgoing(c.Thread.Account), outbox.Known(*c.Thread, connection, d.Now())); !decision.Allowed() {
			return conversation.Message{}, outbox.Sending{}, refused(decision)
		}
	}
	contact, err := d.Threads.Contact(ctx, c.Tenant, *c.Thread)
	if err != nil {
		return conversation.Message{}, outbox.Sending{}, err
	}
	said, err := d.Chats.Say(ctx, c.Ref, name, seal.Clear(mask.Scrub(a.Text)), keep)
	if err != nil {
		return conversation.Message{}, outbox.Sending{}, err
	}
	to := outbox.To{Tenant: c.Tenant, Thread: *c.Thread, Contact: contact, Keep: keep}
	var sent outbox.Sending
	for _, l := range lines {
		if sent, err = d.Send(ctx, &to, l); err != nil || !sent.Follows() {
			break
		}
	}
	c.Thread = &to.Thread
	if err == nil && !sent.Decision.Allowed() {
		err = refused(sent.Decision)
	}
	return said, sent, err
}

// lines are the messages that an answer takes. A template's words are the
// platform's: the answer's go into the transcript only.
func (d *Desk) lines(t channel.Thread, c meta.Connection, name id.Message, a Answer) []outbox.Line {
	parts := channel.Split(t.Account.Kind, a.Text)
	if a.Form == channel.Template {
		parts = []string{c.Template}
	}
	var lines []outbox.Line
	for i, p := range parts {
		lines = append(lines, outbox.Line{Event: name, Part: i + 1, Text: p, Author: channel.Person, Form: a.Form, Purpose: channel.Answer})
	}
	return lines
}

// name is the id of the answer that came with a key.
func (d *Desk) name(c Chat, key string) id.Message {
	return d.Veil.Answer(c.Tenant, c.Conversation, key)
}

// Verdict is whether a person may send a form now.
type Verdict struct {
	Form     channel.Form
	Decision channel.Decision
}

// Verdicts says for each form whether a person may send it now, and until when a free
// message can be sent: the zero time where that does not end.
func (d *Desk) Verdicts(ctx context.Context, c Chat) ([]Verdict, time.Time, error) {
	if c.Thread == nil {
		return []Verdict{{Form: channel.Free}}, time.Time{}, nil
	}
	connection, err := d.Connections.Get(ctx, c.Tenant, c.Thread.Account)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, time.Time{}, err
	}
	var all []Verdict
	for _, f := range []channel.Form{channel.Free, channel.Template, channel.HumanTag} {
		m := outbox.Line{Author: channel.Person, Form: f, Purpose: channel.Answer}.Outgoing(c.Thread.Account)
		all = append(all, Verdict{f, channel.MaySend(m, outbox.Known(*c.Thread, connection, d.Now()))})
	}
	if c.Thread.OpenedAt.IsZero() {
		return all, time.Time{}, nil
	}
	return all, c.Thread.OpenedAt.Add(channel.Window), nil
}

// Correct puts other words in the place of what the AI or a person at the shop said.
// From then on a model sees the new ones only; what was sent to the shopper on a
// channel stays as it is there. A shopper's own words are Forbidden.
func (d *Desk) Correct(ctx context.Context, c Chat, name id.Message, text string) error {
	for _, m := range c.Content.Messages {
		if m.ID != name {
			continue
		}
		if m.Author == conversation.Shopper {
			return fault.E(fault.Forbidden, "A shopper's own words are not changed here.", nil)
		}
		return d.Chats.Correct(ctx, c.Tenant, c.Conversation, name, seal.Clear(text))
	}
	return fault.E(fault.NotFound, "There is no such message.", nil)
}

// refused is a denial as an error, in a sentence for a person.
func refused(d channel.Decision) error {
	return fault.Refused(fault.Forbidden, sentences[d.Reason], string(d.Reason), string(d.Next))
}

// sentences say why a message may not be sent.
var sentences = map[channel.Reason]string{
	channel.Disconnected:  "The account is not connected, or its channel is switched off.",
	channel.LeftAlone:     "This person asked to be left alone.",
	channel.NoSuchForm:    "This channel has no such kind of message.",
	channel.NoTemplate:    "There is no template that Meta has approved.",
	channel.NeverWrote:    "This person has not written here, or has had it erased.",
	channel.WindowClosed:  "This person last wrote too long ago for such a message.",
	channel.TagNotGranted: "Meta has not granted the shop the tag for late answers.",
}

// Undelivered is what the platform's refusal of an answer means, as an error; nil when
// it took the answer or may have.
func Undelivered(on channel.Kind, s outbox.Sending) error {
	if s.Cause == nil || s.State == channel.PostUnknown {
		return nil
	}
	refusal, ok := errors.AsType[*meta.Refusal](s.Cause)
	if !ok {
		return refused(channel.Decision{Reason: channel.Disconnected, Next: channel.Reconnect})
	}
	switch refusal.Remedy(on) {
	case meta.LogInAgain:
		return refused(channel.Decision{Reason: channel.Disconnected, Next: channel.Reconnect})
	case meta.TooLate:
		return refused(channel.Decision{Reason: channel.WindowClosed, Next: channel.WaitForThem})
	}
	return fault.Refused(fault.Forbidden, fmt.Sprintf("Meta did not take the message (code %d).", refusal.Code), "not-taken", string(channel.WaitForThem))
}
