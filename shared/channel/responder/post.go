package responder

import (
	"context"
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/channel/notice"
	"omniops/shared/channel/outbox"
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

// post sends a message, unless it was sent before, or may not be sent. It reports
// whether the next part may follow.
func (r *Responder) post(ctx context.Context, e *event, m message) (bool, error) {
	to := outbox.To{Tenant: e.Tenant, Thread: e.thread, Contact: e.contact(), Keep: e.keep}
	sent, err := r.Send(ctx, &to, outbox.Line{
		Event: e.ID, Part: m.part, Text: m.text, Author: channel.AI, Form: channel.Free, Purpose: m.purpose, Discloses: m.discloses, Turn: e.turn,
	})
	e.thread = to.Thread
	if err != nil {
		return false, err
	}
	if !sent.Decision.Allowed() {
		telemetry.Note(ctx, "denied", string(sent.Decision.Reason))
	}
	if sent.LogIn != nil {
		r.tell(ctx, e, notice.LogIn(e.account, *sent.LogIn, r.Now()))
	}
	if sent.Cause != nil {
		telemetry.Note(ctx, "refused", sent.Cause.Error())
	}
	return sent.Follows(), nil
}

// showTyping shows that an answer is being written. It is a courtesy: whether it
// works is no matter.
func (r *Responder) showTyping(ctx context.Context, e *event) {
	connection, err := r.Connections.Get(ctx, e.Tenant, e.Account)
	if err != nil || !channel.MaySend(message{purpose: channel.Answer, discloses: "-"}.outgoing(e.Account), outbox.Known(e.thread, connection, r.Now())).Allowed() {
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
	if !channel.MaySend(m.outgoing(e.Account), outbox.Known(last, connection, r.Now())).Allowed() {
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
