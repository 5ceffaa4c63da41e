// Package outbox sends messages on Messenger, Instagram and WhatsApp, whoever writes
// them: each is put to channel.MaySend and recorded in one write before it leaves,
// and none that may have left is sent again.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// Outbox sends messages. It is safe for concurrent use.
type Outbox struct {
	Threads     *channel.Threads
	Connections *meta.Connections
	Graph       *meta.Graph
	Veil        *channel.Veil
	Now         func() time.Time
}

// To is a thread that messages are sent on.
type To struct {
	Tenant  id.Tenant
	Thread  channel.Thread // as last seen
	Contact channel.Contact
	Keep    time.Duration // how long the thread is kept after a change
}

// Line is one message that is to be sent: a part of what is said in answer to an
// event.
type Line struct {
	Event     id.Message
	Part      int
	Text      string
	Author    channel.Author
	Form      channel.Form
	Purpose   channel.Purpose
	Discloses string // the language in which it is the disclosure
	Turn      int    // of the transcript, where one is known
}

// Outgoing is the message as the rule sees it.
func (l Line) Outgoing(a channel.Account) channel.Outgoing {
	return channel.Outgoing{Account: a, Author: l.Author, Form: l.Form, Purpose: l.Purpose, Discloses: l.Discloses != ""}
}

// Known is what is known of a thread at a moment, as the rule sees it.
func Known(t channel.Thread, c meta.Connection, now time.Time) channel.Context {
	return channel.Context{
		Now: now, Account: t.Account, Connected: c.Usable() && c.Account == t.Account, OpenedAt: t.OpenedAt, OptedOut: t.OptedOutAt,
		TakenOver: t.Held(now), Disclosed: len(t.Disclosed) > 0, Template: c.Template != "" && !t.NoTemplates, LateTag: c.LateTag,
	}
}

// Sending is what became of a line.
type Sending struct {
	Decision channel.Decision
	State    channel.PostState // as recorded; empty when it may not be sent
	Before   bool              // an earlier try had recorded it: it was not sent now
	LogIn    *meta.Connection  // Meta refused its token: the merchant must log in again; else nil
	Cause    error             // why the platform did not take it; nil when it did
}

// Follows reports whether the part behind this one may be sent.
func (s Sending) Follows() bool {
	return s.Decision.Allowed() && s.Cause == nil && s.State != channel.PostRefused && s.State != channel.PostFailed
}

// tries is how often a message is sent that the platform refuses for the moment.
const tries = 3

// Send sends a line, unless it was sent before, or may not be sent. An error may go
// away with another try, which then begins anew or finds what was recorded.
//
// The line is recorded in the thread before it leaves, in one write with the
// decision that it may: whoever takes the thread over before that write stops it,
// and a worker that dies after it leaves a record that says so. Such a line is
// never sent again, because it may have arrived; a person is told instead. In the
// same write a person who writes takes the thread over.
func (o *Outbox) Send(ctx context.Context, to *To, l Line) (Sending, error) {
	account := to.Thread.Account
	connection, err := o.Connections.Get(ctx, to.Tenant, account)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return Sending{}, err
	}
	var s Sending
	err = o.change(ctx, to, func(t *channel.Thread) error {
		s = Sending{}
		if t.Generation != to.Thread.Generation { // erased meanwhile
			s.Decision = channel.Decision{Reason: channel.NeverWrote, Next: channel.WaitForThem}
			return channel.ErrUnchanged
		}
		if p := t.Post(l.Event, l.Part); p != nil {
			s.State, s.Before = p.State, true
			if p.Raise(channel.PostUnknown) { // an earlier try died while it was on its way
				t.Raised(channel.MaybeSent, o.Now())
				return nil
			}
			return channel.ErrUnchanged
		}
		if s.Decision = channel.MaySend(l.Outgoing(account), Known(*t, connection, o.Now())); !s.Decision.Allowed() {
			return denied(t, l, s.Decision.Reason, o.Now())
		}
		t.Add(channel.Post{Event: l.Event, Part: l.Part, State: channel.PostSending, At: o.Now().UnixMilli(), Turn: l.Turn, Discloses: l.Discloses})
		if l.Discloses != "" {
			t.Disclosed = append(slices.Clone(t.Disclosed), l.Discloses)
		}
		if l.Author == channel.Person {
			t.Take(channel.Agent, o.Now())
			t.Raised(channel.NoFlag, o.Now())
		}
		return nil
	})
	if err != nil || s.Before || !s.Decision.Allowed() {
		return s, err
	}
	name, err := o.hand(ctx, to, connection, l)
	return o.outcome(ctx, to, connection, l, name, err)
}

// denied flags a thread in which the AI may not say what it has to say, unless that
// is as it should be. A person is told at once, and needs no flag.
func denied(t *channel.Thread, l Line, why channel.Reason, now time.Time) error {
	if l.Author == channel.Person || why == channel.HasPerson || why == channel.LeftAlone || t.Flag == channel.NotSent {
		return channel.ErrUnchanged
	}
	t.Raised(channel.NotSent, now)
	return nil
}

// change changes the thread, and keeps what it is then.
func (o *Outbox) change(ctx context.Context, to *To, f func(*channel.Thread) error) error {
	thread, err := o.Threads.Change(ctx, to.Tenant, to.Thread.Account, to.Thread.ID, to.Keep, f)
	if err == nil {
		to.Thread = thread
	}
	return err
}

// hand hands a line to the platform, and again while that is busy.
func (o *Outbox) hand(ctx context.Context, to *To, c meta.Connection, l Line) (string, error) {
	token, err := o.Connections.Token(ctx, c)
	if err != nil {
		return "", err
	}
	note := meta.Note{To: to.Contact, Text: l.Text, Late: l.Form == channel.HumanTag, Ours: channel.PostName{Thread: to.Thread.ID, Event: l.Event, Part: l.Part}.String()}
	if l.Form == channel.Template {
		note.Template, note.Language = c.Template, c.TemplateLanguage
	}
	for try := 1; ; try++ {
		name, err := o.Graph.Send(ctx, c, token, note)
		refusal, refused := errors.AsType[*meta.Refusal](err)
		if !refused || refusal.Remedy(c.Account.Kind) != meta.TryAgain || try == tries {
			return name, err
		}
		timer := time.NewTimer(250 * time.Millisecond << try)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return name, err
		}
	}
}

// outcome records what became of a line.
func (o *Outbox) outcome(ctx context.Context, to *To, c meta.Connection, l Line, name string, sent error) (Sending, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second) // it happened, whatever becomes of this call
	defer cancel()
	state, flag, remedy, code := channel.PostSent, channel.NoFlag, meta.Remedy(""), 0
	refusal, refused := errors.AsType[*meta.Refusal](sent)
	switch {
	case sent == nil:
	case refused:
		remedy, code = refusal.Remedy(c.Account.Kind), refusal.Code
		state, flag = channel.PostRefused, channel.NotSent
	case errors.Is(sent, meta.ErrDisconnected):
		state, flag = channel.PostRefused, channel.NotSent
	case errors.Is(sent, meta.ErrMaybeDone):
		state, flag = channel.PostUnknown, channel.MaybeSent
	default: // it never left
		remedy, state = meta.TryAgain, channel.PostRefused
	}
	err := o.change(ctx, to, func(t *channel.Thread) error {
		p := t.Post(l.Event, l.Part)
		if p == nil {
			return channel.ErrUnchanged
		}
		if remedy == meta.TryAgain { // it did not arrive: the next try starts anew
			t.Undisclosed(p)
			t.Posts = slices.DeleteFunc(t.Posts, func(q channel.Post) bool { return q.Event == l.Event && q.Part == l.Part })
			return nil
		}
		p.Raise(state)
		p.Code = code
		if state == channel.PostRefused {
			t.Undisclosed(p)
		}
		if name != "" {
			p.Name = o.Veil.Event(to.Tenant, c.Account, name)
		}
		if flag != channel.NoFlag {
			t.Raised(flag, o.Now())
		}
		switch remedy {
		case meta.BeSilent:
			t.Take(channel.OtherApp, o.Now())
		case meta.LeaveAlone:
			t.NoTemplates = true
		}
		return nil
	})
	if remedy == meta.LogInAgain {
		err = errors.Join(err, o.Connections.SetState(ctx, c, meta.Reconnect))
	}
	if err != nil {
		// It has been sent, or may have been: the next try sees "sending" and does
		// not send it again.
		return Sending{}, fmt.Errorf("record a message: %w", err)
	}
	if remedy == meta.TryAgain {
		return Sending{}, fault.E(fault.Unavailable, "The platform cannot be reached.", sent)
	}
	s := Sending{State: state, Cause: sent}
	if remedy == meta.LogInAgain {
		s.LogIn = &c
	}
	return s, nil
}
