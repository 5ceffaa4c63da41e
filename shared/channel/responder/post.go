package responder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/fault"
	"omniops/shared/telemetry"
)

// message is one message of ours in answer to an event.
type message struct {
	part      int
	text      string
	purpose   channel.Purpose
	discloses string // the language in which it is the disclosure
}

// outgoing is the message as the rule sees it. All that this package sends is the
// AI's.
func (m message) outgoing(a channel.Account) channel.Outgoing {
	return channel.Outgoing{Account: a, Author: channel.AI, Form: channel.Free, Purpose: m.purpose, Discloses: m.discloses != ""}
}

// contextOf is what is known of a thread at this moment.
func contextOf(t channel.Thread, c meta.Connection, now time.Time) channel.Context {
	return channel.Context{
		Now: now, Account: t.Account, Connected: c.Usable() && c.Account == t.Account, OpenedAt: t.OpenedAt, OptedOut: t.OptedOutAt,
		TakenOver: t.Held(now), Disclosed: len(t.Disclosed) > 0, Template: c.Template != "" && !t.NoTemplates, LateTag: c.LateTag,
	}
}

// tries is how often a message is sent that the platform refuses for the moment.
const tries = 3

// post sends a message, unless it was sent before, or may not be sent. It reports
// whether the next part may follow.
//
// The message is recorded in the thread before it leaves, in one write with the
// decision that it may: whoever takes the thread over before that write stops it,
// and a worker that dies after it leaves a record that says so. Such a message is
// never sent again, because it may have arrived; a person is told instead.
func (r *Responder) post(ctx context.Context, e *event, m message) (bool, error) {
	connection, err := r.Connections.Get(ctx, e.Tenant, e.Account)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return false, err
	}
	var decision channel.Decision
	var before *channel.PostState
	err = r.change(ctx, e, func(t *channel.Thread) error {
		decision, before = channel.Decision{}, nil
		if t.Generation != e.thread.Generation { // erased meanwhile
			decision = channel.Decision{Reason: channel.NeverWrote}
			return channel.ErrUnchanged
		}
		if p := t.Post(e.ID, m.part); p != nil {
			state := p.State
			before = &state
			if p.Raise(channel.PostUnknown) { // an earlier try died while it was on its way
				t.Raised(channel.MaybeSent, r.Now())
				return nil
			}
			return channel.ErrUnchanged
		}
		if decision = channel.MaySend(m.outgoing(e.Account), contextOf(*t, connection, r.Now())); !decision.Allowed() {
			if decision.Reason == channel.HasPerson || decision.Reason == channel.LeftAlone || t.Flag == channel.NotSent {
				return channel.ErrUnchanged // as it should be
			}
			t.Raised(channel.NotSent, r.Now())
			return nil
		}
		t.Add(channel.Post{Event: e.ID, Part: m.part, State: channel.PostSending, At: r.Now().UnixMilli()})
		if m.discloses != "" {
			t.Disclosed = append(slices.Clone(t.Disclosed), m.discloses)
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	if before != nil {
		return *before != channel.PostRefused && *before != channel.PostFailed, nil
	}
	if !decision.Allowed() {
		telemetry.Note(ctx, "denied", string(decision.Reason))
		return false, nil
	}
	name, err := r.send(ctx, e, connection, m)
	return r.outcome(ctx, e, connection, m, name, err)
}

// send hands a message to the platform, and again while that is busy.
func (r *Responder) send(ctx context.Context, e *event, c meta.Connection, m message) (string, error) {
	token, err := r.Connections.Token(ctx, c)
	if err != nil {
		return "", err
	}
	note := meta.Note{To: e.contact(), Text: m.text, Ours: channel.PostName{Thread: e.Thread, Event: e.ID, Part: m.part}.String()}
	for try := 1; ; try++ {
		name, err := r.Graph.Send(ctx, c, token, note)
		refusal, refused := errors.AsType[*meta.Refusal](err)
		if !refused || refusal.Remedy(e.Account.Kind) != meta.TryAgain || try == tries {
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

// outcome records what became of a message.
func (r *Responder) outcome(ctx context.Context, e *event, c meta.Connection, m message, name string, sent error) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second) // it happened, whatever becomes of this call
	defer cancel()
	state, flag, remedy, code := channel.PostSent, channel.NoFlag, meta.Remedy(""), 0
	var again error
	refusal, refused := errors.AsType[*meta.Refusal](sent)
	switch {
	case sent == nil:
	case refused:
		remedy, code = refusal.Remedy(e.Account.Kind), refusal.Code
		state, flag = channel.PostRefused, channel.NotSent
	case errors.Is(sent, meta.ErrDisconnected):
		state, flag = channel.PostRefused, channel.NotSent
	case errors.Is(sent, meta.ErrMaybeDone):
		state, flag = channel.PostUnknown, channel.MaybeSent
	default: // it never left
		remedy, state = meta.TryAgain, channel.PostRefused
	}
	if remedy == meta.TryAgain {
		again = fault.E(fault.Unavailable, "The platform cannot be reached.", sent)
	}
	err := r.change(ctx, e, func(t *channel.Thread) error {
		p := t.Post(e.ID, m.part)
		if p == nil {
			return channel.ErrUnchanged
		}
		if remedy == meta.TryAgain { // it did not arrive: the next try starts anew
			t.Posts = slices.DeleteFunc(t.Posts, func(q channel.Post) bool { return q.Event == e.ID && q.Part == m.part })
			if m.discloses != "" {
				t.Disclosed = slices.DeleteFunc(t.Disclosed, func(l string) bool { return l == m.discloses })
			}
			return nil
		}
		p.Raise(state)
		p.Code = code
		if name != "" {
			p.Name = r.Veil.Event(e.Tenant, e.Account, name)
		}
		if flag != channel.NoFlag {
			t.Raised(flag, r.Now())
		}
		switch remedy {
		case meta.BeSilent:
			t.HeldBy, t.HeldAt = channel.OtherApp, r.Now()
		case meta.LeaveAlone:
			t.NoTemplates = true
		}
		return nil
	})
	if remedy == meta.LogInAgain {
		err = errors.Join(err, r.Connections.SetState(ctx, c, meta.Reconnect))
	}
	if err != nil {
		// It has been sent, or may have been: the next try sees "sending" and does
		// not send it again.
		return false, fmt.Errorf("record a message: %w", err)
	}
	if sent != nil && again == nil {
		telemetry.Note(ctx, "refused", sent.Error())
	}
	return sent == nil, again
}

// showTyping shows that an answer is being written. It is a courtesy: whether it
// works is no matter.
func (r *Responder) showTyping(ctx context.Context, e *event) {
	connection, err := r.Connections.Get(ctx, e.Tenant, e.Account)
	if err != nil || !channel.MaySend(message{purpose: channel.Answer, discloses: "-"}.outgoing(e.Account), contextOf(e.thread, connection, r.Now())).Allowed() {
		return
	}
	token, err := r.Connections.Token(ctx, connection)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := r.Graph.Typing(ctx, connection, token, e.contact(), e.content.MessageID); err != nil {
		r.Log.DebugContext(ctx, "typing is not shown", "tenant", e.Tenant, "error", err)
	}
}

// farewell tells a person that they are forgotten. The thread, which would record
// it, is gone: what is sent here is sent once or not at all.
func (r *Responder) farewell(ctx context.Context, e *event, text string) error {
	connection, err := r.Connections.Get(ctx, e.Tenant, e.Account)
	if err != nil {
		return nil
	}
	last := e.thread
	last.OptedOutAt = time.Time{}
	m := message{text: text, purpose: channel.Notice, discloses: "-"}
	if !channel.MaySend(m.outgoing(e.Account), contextOf(last, connection, r.Now())).Allowed() {
		return nil
	}
	token, err := r.Connections.Token(ctx, connection)
	if err != nil {
		return nil
	}
	if _, err := r.Graph.Send(ctx, connection, token, meta.Note{To: e.contact(), Text: m.text, Ours: string(e.ID)}); err != nil {
		r.Log.WarnContext(ctx, "the farewell was not sent", "tenant", e.Tenant, "error", err)
	}
	return nil
}
