package responder

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/channel"
	"omniops/shared/fault"
	"omniops/shared/inventory"
	"omniops/shared/rights"
	"omniops/shared/support"
	"omniops/shared/wish"
)

// wish does what a person asks about their own data, or about AI in this thread, and
// for which there is no word. The
// thread is the proof of who they are, and there is no button here: what they write
// is the request.
func (r *Responder) wish(ctx context.Context, e *event, w wish.Wish, language string) error {
	turn, err := r.accept(ctx, e, language)
	if err != nil && fault.KindOf(err) != fault.RateLimited { // too many at once: a wish is obeyed all the same
		return err
	}
	if w == wish.Review && !answered(turn) { // there is no answer to look at
		return r.obey(ctx, e, turn, channel.Human, language)
	}
	reply, person, err := r.granted(ctx, e, turn, w, language)
	if err != nil {
		return err
	}
	err = r.change(ctx, e, func(t *channel.Thread) error {
		t.Language = language
		if person {
			t.Raised(channel.AskedFor, r.Now())
		}
		return nil
	})
	if err != nil {
		return err
	}
	if e.Event == channel.Standby || e.thread.HeldBy == channel.OtherApp { // which alone may write there
		return nil
	}
	if turn != nil {
		if _, err := r.Engine.Reply(ctx, turn, reply, person); err != nil {
			return err
		}
	}
	return r.deliver(ctx, e, language, channel.Notice, reply)
}

// answered reports whether there is an answer before a turn.
func answered(turn *support.Turn) bool {
	if turn == nil {
		return false
	}
	_, ok := turn.AnswerBefore()
	return ok
}

// granted does what was asked for, and gives what is said about it and whether a
// person at the shop has to look here.
func (r *Responder) granted(ctx context.Context, e *event, turn *support.Turn, w wish.Wish, language string) (reply string, person bool, err error) {
	text := wish.TextIn(language)
	switch w {
	case wish.NoAI, wish.Child:
		return fmt.Sprintf(text.Says[w], e.account.ContactEmail), true, r.Engine.Wish(ctx, e.ref(), e.account.Region, w)
	}
	spoken := rights.Spoken{Wish: w, Name: e.ID, Words: e.content.Text, Also: e.thread.Chats()[1:]}
	if w == wish.Review {
		spoken.About, _ = turn.AnswerBefore()
	}
	request, link, err := r.Rights.Take(ctx, e.ref(), e.account.Region, spoken)
	if err != nil {
		return "", false, err
	}
	if w == wish.Export {
		return fmt.Sprintf(text.Fetch, link), false, nil
	}
	return text.Says[w] + " " + fmt.Sprintf(text.Begun, request.Due.Format(time.DateOnly), link), request.State == rights.Waiting, nil
}

// keepWish keeps a wish that was done in the thread, so that the merchant sees it with the
// others.
func (r *Responder) keepWish(ctx context.Context, e *event, w wish.Wish) error {
	_, err := r.Rights.Desk.Requests.AcceptSpoken(ctx, e.ref(), e.account.Region, w, string(e.ID))
	return err
}

// known says what is known of the person, and for how long as of now.
func (r *Responder) known(ctx context.Context, e *event, speech channel.Speech) (string, error) {
	account, _, err := r.Engine.Tenants.Refresh(ctx, e.Tenant)
	if err != nil {
		return "", err
	}
	thread, err := r.Engine.Conversations.Read(ctx, e.ref(), account.Shown(r.Now()), 0)
	if err != nil {
		return "", err
	}
	reply := fmt.Sprintf(speech.Known, len(thread.Messages), int(account.ChatRetention()/inventory.Day))
	return reply, r.keepWish(ctx, e, wish.Access)
}

// forget erases the thread and says so.
func (r *Responder) forget(ctx context.Context, e *event, language string) error {
	if err := r.keepWish(ctx, e, wish.Erase); err != nil {
		return err
	}
	code, err := r.Deletions.Word(ctx, e.Tenant, e.Account, e.Thread, e.ID)
	if err != nil {
		return err
	}
	text := fmt.Sprintf(channel.SpeechIn(language).Forgotten, r.StatusURL+string(code))
	return r.farewell(ctx, e, text)
}
