// Package responder answers what comes in on Messenger, Instagram and WhatsApp:
// once, in order, on the thread it came from, through the storefront engine and
// channel.MaySend, and not at all where somebody else has the thread or the
// person does not want it.
package responder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/erasure"
	"omniops/shared/channel/meta"
	"omniops/shared/channel/notice"
	"omniops/shared/channel/outbox"
	"omniops/shared/commerce"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/notify"
	"omniops/shared/queue"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/support"
	"omniops/shared/tenant"
)

// Responder takes care of the events of channels. It is safe for concurrent use.
type Responder struct {
	*outbox.Outbox
	Engine    *support.Engine
	Deletions *erasure.Deletions
	Attempts  *queue.Sender[commerce.Attempt]                                         // to have a code sent
	Tasks     *queue.Sender[commerce.Task]                                            // to have a change carried out
	Link      func(context.Context, id.Tenant, commerce.Grant, id.Conversation) error // notes whose conversation it is
	Mail      func(context.Context, notify.Mail) error                                // to the merchant
	Rights    *rights.Counter                                                         // takes what people ask about their own data
	StatusURL string                                                                  // where the state of a deletion is shown; its code follows
	Log       *slog.Logger
}

// Handle takes care of one event. An error that another try may cure sends it back
// to the queue; any other parks it.
func (r *Responder) Handle(ctx context.Context, in channel.Inbound) error {
	if err := in.Validate(); err != nil {
		return err
	}
	content, err := r.Veil.Open(in)
	if err != nil {
		return err
	}
	account, _, err := r.Engine.Tenants.Today(ctx, in.Tenant)
	if err != nil {
		return fmt.Errorf("read account %s: %w", in.Tenant, err)
	}
	// Whoever was faster at something, such as making the day's key, has it done
	// by now; the queue would come back to it after minutes only.
	for try := 1; ; try++ {
		e := &event{Inbound: in, named: in, content: content, account: account, keep: account.ChatRetention()}
		err := r.dispatch(ctx, e)
		if fault.KindOf(err) != fault.Conflict || err == nil || try == maxConflicts {
			return err
		}
	}
}

// place finds the thread that an event belongs to: on WhatsApp a person goes by a
// number, by a lasting id, or by both.
func (r *Responder) place(ctx context.Context, e *event) (err error) {
	if e.Account.Kind != channel.WhatsApp {
		return nil
	}
	if number, both := e.content.Number(); both {
		return r.Threads.Meet(ctx, e.Tenant, e.Account, e.Thread, r.Veil.Thread(e.Tenant, e.Account, number), e.begins(), e.keep,
			func(ctx context.Context, from, to channel.Chat) error { return r.carry(ctx, e.Tenant, from, to) })
	}
	e.Thread, err = r.Threads.Lead(ctx, e.Tenant, e.Account, e.Thread)
	return err
}

// carry has what was decided in a transcript hold in another of the same person, and
// whoever proved that one is theirs has proved the other.
func (r *Responder) carry(ctx context.Context, t id.Tenant, from, to channel.Chat) error {
	decided, err := r.Engine.Conversations.Standing(ctx, t, from.Conversation)
	if err != nil {
		return err
	}
	for _, choice := range decided.Choices {
		ref := conversation.Ref{Tenant: t, Conversation: to.Conversation, Shopper: to.Shopper}
		if err := r.Engine.Conversations.Choose(ctx, ref, choice, true); err != nil {
			return err
		}
	}
	return r.Rights.Desk.Requests.Unite(ctx, t, from.Conversation, to.Conversation)
}

// maxConflicts bounds how often an event is tried at once.
const maxConflicts = 3

func (r *Responder) dispatch(ctx context.Context, e *event) error {
	if e.begins() {
		return r.once(ctx, e)
	}
	if err := r.place(ctx, e); err != nil {
		return err
	}
	switch e.Event {
	case channel.Edited, channel.Withdrawn:
		return r.follow(ctx, e)
	}
	return r.note(ctx, e)
}

// event is an Inbound at work.
type event struct {
	channel.Inbound                 // its Thread is the one that it belongs to
	named           channel.Inbound // as it came: its Thread is what the platform's name for the person makes it
	content         channel.Content
	account         tenant.Account
	keep            time.Duration
	thread          channel.Thread // as last seen
	turn            int            // of the transcript; 0 before there is one
}

// begins reports whether an event begins a thread where there is none.
func (e *event) begins() bool {
	return e.Event == channel.Message || e.Event == channel.Standby || e.Event == channel.Takeover
}

func (e *event) contact() channel.Contact {
	return channel.Contact{Person: e.content.Person, Phone: e.content.Phone}
}

func (e *event) ref() conversation.Ref {
	return conversation.Ref{Tenant: e.Tenant, Conversation: e.thread.Conversation, Shopper: e.thread.Shopper}
}

// change changes the thread of an event.
func (r *Responder) change(ctx context.Context, e *event, f func(*channel.Thread) error) error {
	thread, err := r.Threads.Change(ctx, e.Tenant, e.Account, e.Thread, e.keep, func(t *channel.Thread) error {
		if t.Into != "" {
			return errJoined
		}
		return f(t)
	})
	if err == nil {
		e.thread = thread
	}
	return err
}

// errJoined says that a thread goes on in another one since an event was placed.
var errJoined = fault.E(fault.Conflict, "This thread goes on in another one.", nil)

// once takes care of an event that has come for the first time, and of one whose
// earlier try came to nothing.
func (r *Responder) once(ctx context.Context, e *event) error {
	connection, err := r.Connections.Get(ctx, e.Tenant, e.Account)
	if fault.KindOf(err) == fault.NotFound || err == nil && !connection.Enabled {
		return nil // switched off since: dropped unread
	}
	if err != nil {
		return err
	}
	if err := r.place(ctx, e); err != nil {
		return err
	}
	claim, err := r.Threads.Claim(ctx, e.named)
	if errors.Is(err, channel.ErrDone) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := r.attend(ctx, e); err != nil {
		r.giveBack(ctx, e, claim, err)
		return err
	}
	return r.Threads.Done(ctx, e.Tenant, claim)
}

// giveBack lets a later try begin at once, and has a person look meanwhile:
// should no try succeed, one already knows.
func (r *Responder) giveBack(ctx context.Context, e *event, claim *channel.Claim, cause error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	err := r.change(ctx, e, func(t *channel.Thread) error {
		if t.Flag != channel.NoFlag || !t.ErasedAt.IsZero() && !e.At.After(t.ErasedAt) {
			return channel.ErrUnchanged
		}
		t.Raised(channel.BeingTried, r.Now())
		return nil
	})
	if !fault.KindOf(cause).Retryable() {
		return
	}
	if err := errors.Join(err, r.Threads.Release(ctx, e.Tenant, claim)); err != nil {
		r.Log.WarnContext(ctx, "give event back", "tenant", e.Tenant, "event", e.ID, "error", err)
	}
}

// errErased says that an event is older than the erasure of its thread.
var errErased = errors.New("erased")

// attend does what an event asks for.
func (r *Responder) attend(ctx context.Context, e *event) error {
	err := r.change(ctx, e, func(t *channel.Thread) error { return r.enter(ctx, e, t) })
	if errors.Is(err, errErased) {
		return r.sweep(ctx, e)
	}
	if err != nil {
		return err
	}
	if e.thread, err = r.Threads.Renew(ctx, e.Tenant, e.thread, e.keep); err != nil {
		return err
	}
	generation, flag := e.thread.Generation, e.thread.Flag
	if e.Event == channel.Takeover {
		err = r.keepOther(ctx, e)
	} else {
		err = r.turn(ctx, e)
	}
	if e.thread.Into != "" {
		return errJoined
	}
	if e.thread.Generation != generation { // erased meanwhile: what this has stored goes as well
		return errors.Join(err, r.sweep(ctx, e))
	}
	if m, calls := notice.Person(e.account, e.thread, r.Now()); calls && e.thread.Flag != flag {
		r.tell(ctx, e, m)
	}
	return err
}

// tell tells the merchant. Should that fail, the thread is flagged all the same.
func (r *Responder) tell(ctx context.Context, e *event, m notify.Mail) {
	if err := r.Mail(ctx, m); err != nil {
		r.Log.WarnContext(ctx, "the merchant is not told", "tenant", e.Tenant, "error", err)
	}
}

// sweep removes what was stored of a thread while it was being erased.
func (r *Responder) sweep(ctx context.Context, e *event) error {
	thread, err := r.Threads.Get(ctx, e.Tenant, e.Account, e.Thread)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return r.Deletions.Eraser.Sweep(ctx, e.Tenant, thread)
}

// enter notes in the thread what an event changes about it.
func (r *Responder) enter(ctx context.Context, e *event, t *channel.Thread) error {
	if !t.ErasedAt.IsZero() && !e.At.After(t.ErasedAt) {
		return errErased
	}
	switch e.Event {
	case channel.Takeover:
		by := channel.OtherApp
		if e.content.MessageID != "" { // a message, and not only the control of the thread
			by = channel.Agent
		}
		t.Take(by, channel.Later(t.HeldAt, e.opened()))
	case channel.Standby:
		t.Take(channel.OtherApp, channel.Later(t.HeldAt, e.opened()))
	}
	if e.Event.Opens(e.Account.Kind) {
		t.OpenedAt = channel.Later(t.OpenedAt, e.opened())
	}
	err := r.Threads.Remember(ctx, e.Tenant, t, e.contact(), e.keep)
	if errors.Is(err, seal.ErrNoKeys) || fault.KindOf(err) == fault.Conflict {
		return nil // with the next event; a takeover, above all, does not wait for it
	}
	return err
}

// opened is when an event happened. A platform's clock that is ahead of ours
// would keep the window open for too long.
func (e *event) opened() time.Time {
	if e.Arrived.Before(e.At) {
		return e.Arrived
	}
	return e.At
}

// note takes care of an event that changes the thread and asks for nothing.
func (r *Responder) note(ctx context.Context, e *event) error {
	var flagged bool
	err := r.change(ctx, e, func(t *channel.Thread) error {
		if t.OpenedAt.IsZero() && t.HeldBy == channel.Nobody && !e.Event.Opens(e.Account.Kind) {
			return channel.ErrUnchanged // a thread that we do not have
		}
		if !t.ErasedAt.IsZero() && !e.At.After(t.ErasedAt) {
			return channel.ErrUnchanged
		}
		switch e.Event {
		case channel.Reaction, channel.Referral:
			if !e.Event.Opens(e.Account.Kind) || !e.opened().After(t.OpenedAt) {
				return channel.ErrUnchanged
			}
			t.OpenedAt = e.opened()
			return nil
		case channel.OptedOut:
			t.NoTemplates = true
			return nil
		case channel.Handback:
			if t.HeldBy != channel.Agent && t.HeldBy != channel.OtherApp || t.HeldAt.After(e.opened()) {
				return channel.ErrUnchanged
			}
			t.HeldBy = channel.Nobody
			return nil
		case channel.Moved:
			if !t.OptedOutAt.IsZero() { // nor under the new number
				next := channel.Thread{ID: r.Veil.Thread(e.Tenant, e.Account, e.content.Phone)}
				if err := r.Threads.Suppress(ctx, e.Tenant, next, t.OptedOutAt); err != nil {
					return err
				}
			}
			return r.Threads.Remember(ctx, e.Tenant, t, e.contact(), e.keep)
		}
		flagged = r.report(e, t)
		if !flagged {
			return channel.ErrUnchanged
		}
		return nil
	})
	return err
}

// report notes what the platform says of messages of ours, and reports whether
// that is news. What it says comes in any order, and again.
func (r *Responder) report(e *event, t *channel.Thread) bool {
	to := map[channel.Event]channel.PostState{
		channel.Sent: channel.PostSent, channel.Delivered: channel.PostDelivered, channel.Read: channel.PostRead, channel.Failed: channel.PostFailed,
	}[e.Event]
	if e.Event == channel.Read && e.content.Of == "" { // all up to a time
		news := false
		for i := range t.Posts {
			p := &t.Posts[i]
			if p.State != channel.PostSending && p.At <= e.At.UnixMilli() && p.Raise(to) {
				news = true
			}
		}
		return news
	}
	name := r.Veil.Event(e.Tenant, e.Account, e.content.Of)
	post := t.PostNamed(name)
	if post == nil { // the answer to our call was lost: it is known by the name we gave it
		if of, ok := channel.ParsePostName(e.content.Ours); ok && of.Thread == e.named.Thread {
			post = t.Post(of.Event, of.Part)
		}
	}
	if post == nil {
		return false
	}
	was := post.State
	if !post.Raise(to) {
		return false
	}
	post.Name = name
	if was == channel.PostUnknown && t.Flag == channel.MaybeSent && to != channel.PostFailed && !slices.ContainsFunc(t.Posts, func(p channel.Post) bool { return p.State == channel.PostUnknown }) {
		t.Raised(channel.NoFlag, r.Now())
	}
	if to == channel.PostFailed {
		post.Code = e.content.Code
		t.Undisclosed(post)
		refusal := meta.Refusal{Code: e.content.Code}
		if refusal.Remedy(e.Account.Kind) == meta.LeaveAlone {
			t.NoTemplates = true
		}
		t.Raised(channel.NotSent, r.Now())
	}
	return true
}

// keepOther stores what somebody else wrote, for the transcript.
func (r *Responder) keepOther(ctx context.Context, e *event) error {
	if e.content.Text == "" {
		return nil
	}
	_, err := r.Engine.Conversations.Say(ctx, e.ref(), e.ID, seal.Clear(e.content.Text), e.keep)
	if errors.Is(err, seal.ErrNoKeys) { // the AI is silent all the same
		return nil
	}
	return err
}

// follow changes or empties a message that its author changed or took back.
func (r *Responder) follow(ctx context.Context, e *event) error {
	thread, err := r.Threads.Get(ctx, e.Tenant, e.Account, e.Thread)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	e.thread = thread
	if e.Event == channel.Withdrawn {
		e.content.Text = ""
	}
	err = r.Engine.Conversations.Amend(ctx, e.ref(), string(r.Veil.Event(e.Tenant, e.Account, e.content.Of)), seal.Clear(e.content.Text), e.keep)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}
