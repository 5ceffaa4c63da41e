package responder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"omniops/shared/channel"
	"omniops/shared/commerce"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/support"
	"omniops/shared/wish"
)

// language is the one to answer a message in: its own where it tells, else that
// of the thread so far, else the shop's.
func (e *event) language() string {
	fallback := e.thread.Language
	if fallback == "" {
		fallback = e.account.Language
	}
	return channel.Spoken(support.LanguageOf(e.content.Text, fallback))
}

// turn answers what a person wrote.
func (r *Responder) turn(ctx context.Context, e *event) error {
	language := e.language()
	word, spoken := channel.WordOf(e.content.Text, language)
	if word == channel.Again && !e.awaits(r.Now()) {
		word = channel.NoWord // the AI answers here, or it is not the person's to say
	}
	if word != channel.NoWord {
		return r.word(ctx, e, word, spoken)
	}
	if asked, spoken := wish.Of(e.content.Text, language); asked != wish.None {
		return r.wish(ctx, e, asked, spoken)
	}
	if strings.ContainsFunc(e.content.Text, unicode.IsGraphic) {
		if taken, err := r.orders(ctx, e); taken || err != nil {
			return err
		}
		return r.answer(ctx, e, language)
	}
	// A picture or a voice: a person at the shop can look at it in the platform's
	// own inbox.
	if len(e.content.Media) == 0 || e.silent(r.Now()) {
		return r.flag(ctx, e, channel.OnlyMedia)
	}
	return errors.Join(r.flag(ctx, e, channel.OnlyMedia), r.deliver(ctx, e, language, channel.Answer, channel.SpeechIn(language).OnlyText))
}

// silent reports whether the AI has nothing to say here, whatever is written.
func (e *event) silent(now time.Time) bool {
	return e.thread.Held(now) || !e.thread.OptedOutAt.IsZero() || e.Event == channel.Standby
}

// awaits reports whether a person was asked for here, and is waited for.
func (e *event) awaits(now time.Time) bool {
	return e.thread.HeldBy == channel.Awaited && e.thread.Held(now)
}

func (r *Responder) flag(ctx context.Context, e *event, f channel.Flag) error {
	return r.change(ctx, e, func(t *channel.Thread) error {
		if t.Flag == f {
			return channel.ErrUnchanged
		}
		t.Raised(f, r.Now())
		return nil
	})
}

// accept stores what a person wrote as the next turn of the transcript.
func (r *Responder) accept(ctx context.Context, e *event, language string) (*support.Turn, error) {
	text := e.content.Text
	if utf8.RuneCountInString(text) > support.MaxMessage {
		text = string([]rune(text)[:support.MaxMessage])
	}
	turn, err := r.Engine.Accept(ctx, support.Ask{
		Ref: e.ref(), Domain: e.Account.String(), Language: language, Text: text, IdempotencyKey: string(e.ID),
		InThread: e.inThread(language),
	})
	if err == nil {
		e.turn = turn.Number()
	}
	return turn, err
}

// admit stores what a person wrote, and gives the turn to answer it in. It gives
// none when the AI has nothing to say here, or has said that this is too much.
func (r *Responder) admit(ctx context.Context, e *event, language string) (*support.Turn, error) {
	turn, err := r.accept(ctx, e, language)
	switch {
	case err != nil && fault.KindOf(err) == fault.RateLimited:
		return nil, errors.Join(r.flag(ctx, e, channel.TooManyOnce), r.deliver(ctx, e, language, channel.Answer, channel.SpeechIn(language).TooMany))
	case err != nil:
		return nil, err
	case e.silent(r.Now()):
		return nil, nil // it is in the transcript, for whoever has the thread
	}
	return turn, nil
}

// answer has the engine answer, and sends what it says.
func (r *Responder) answer(ctx context.Context, e *event, language string) error {
	turn, err := r.admit(ctx, e, language)
	if turn == nil || err != nil {
		return err
	}
	if e.thread.Order.Event == e.ID { // an earlier try had come as far as to ask for something
		turn.Resume(e.thread.Order.Question)
	}
	return r.converse(ctx, e, turn, language)
}

// converse has the engine answer an accepted message, and sends what it says.
func (r *Responder) converse(ctx context.Context, e *event, turn *support.Turn, language string) error {
	r.showTyping(ctx, e)
	var said strings.Builder
	var sources support.Sources
	var order string
	var proof, proposed bool
	var unnoted error
	err := r.Engine.Answer(ctx, turn, func(ev support.Event) error {
		switch ev := ev.(type) {
		case support.Token:
			said.WriteString(ev.Text)
		case support.Sources:
			sources = ev
		case support.Verify:
			proof = true
		case support.Proposal: // before the answer is stored, and so not told again
			proposed = true
			unnoted = r.step(ctx, e, channel.OrderStep{Question: turn.Answers(), Action: id.Action(ev.ID)})
		case support.Order:
			order = "\n\n" + brief(channel.SpeechIn(language).Order, commerce.Summary(ev))
		}
		return nil
	})
	if err = errors.Join(err, unnoted); err != nil {
		return err
	}
	answer := strings.TrimSpace(said.String())
	if proof || strings.HasSuffix(answer, e.inThread(language).Prove) { // said now, or in an earlier try
		instead, err := r.asked(ctx, e, language, turn.Answers())
		if err != nil {
			return err
		}
		answer = cmp.Or(instead, answer)
	}
	reminder, err := r.reminder(ctx, e, language)
	if err != nil {
		return err
	}
	if proposed { // it says which order, and how it is answered comes last
		order = ""
	}
	text := answer + sourceList(language, sources.Sources) + order + reminder
	if err := r.deliver(ctx, e, language, channel.Answer, text); err != nil {
		return err
	}
	return r.change(ctx, e, func(t *channel.Thread) error {
		before := *t
		t.Language = language
		switch {
		case sources.Handoff:
			t.Raised(channel.Unanswered, r.Now())
		case t.Flag == channel.BeingTried:
			t.Raised(channel.NoFlag, r.Now())
		case before.Language == language:
			return channel.ErrUnchanged
		}
		return nil
	})
}

// sourceList names the pages an answer rests on, as a thread can show them.
func sourceList(language string, sources []conversation.Source) string {
	if len(sources) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n\n" + channel.SpeechIn(language).Sources)
	for _, s := range sources {
		fmt.Fprintf(&b, "\n[%d] %s", s.N, s.URL)
	}
	return b.String()
}

// word does what a word asks for, without a model.
func (r *Responder) word(ctx context.Context, e *event, word channel.Word, language string) error {
	if word == channel.Forget {
		return r.forget(ctx, e, language)
	}
	turn, err := r.accept(ctx, e, language)
	if err != nil && fault.KindOf(err) != fault.RateLimited { // too many at once: a word is obeyed all the same
		return err
	}
	return r.obey(ctx, e, turn, word, language)
}

// obey does what a word asks for that is accepted as a turn, or without one.
func (r *Responder) obey(ctx context.Context, e *event, turn *support.Turn, word channel.Word, language string) error {
	speech := channel.SpeechIn(language)
	contact := e.account.ContactEmail
	reply, purpose := "", channel.Notice
	err := r.change(ctx, e, func(t *channel.Thread) error {
		t.Language = language
		switch word {
		case channel.Stop:
			reply = speech.Stopped
			if t.OptedOutAt.IsZero() {
				t.OptedOutAt = r.Now()
			}
			return r.Threads.Suppress(ctx, e.Tenant, *t, t.OptedOutAt)
		case channel.Start:
			reply, t.OptedOutAt = speech.Started, time.Time{}
			return r.Threads.Welcome(ctx, e.Tenant, t.Names()...)
		case channel.Human:
			reply = fmt.Sprintf(speech.Human, contact)
			t.Raised(channel.AskedFor, r.Now())
			switch {
			case !t.Held(r.Now()):
				t.Take(channel.Awaited, r.Now())
			case t.HeldBy != channel.Awaited:
				purpose = channel.Answer // a person has the thread: they see it, and the AI says nothing
			}
		case channel.Again:
			reply = speech.Started
			if t.HeldBy == channel.Awaited {
				t.HeldBy = channel.Nobody
			}
			if t.Flag == channel.AskedFor {
				t.Raised(channel.NoFlag, r.Now())
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if word == channel.Know {
		if reply, err = r.known(ctx, e, speech); err != nil {
			return err
		}
	}
	if e.Event == channel.Standby || e.thread.HeldBy == channel.OtherApp { // which alone may write there
		return nil
	}
	if turn != nil && (purpose == channel.Notice || !e.thread.Held(r.Now())) {
		if _, err := r.Engine.Reply(ctx, turn, reply, word == channel.Human); err != nil {
			return err
		}
	}
	return r.deliver(ctx, e, language, purpose, reply)
}

// deliver sends a text in as many messages as the channel needs, after the
// disclosure if the person has not had it in this language.
func (r *Responder) deliver(ctx context.Context, e *event, language string, purpose channel.Purpose, text string) error {
	disclosure := fmt.Sprintf(channel.SpeechIn(language).Disclosure, e.account.Name)
	parts := channel.Split(e.Account.Kind, text)
	if len(parts) == 0 {
		return nil
	}
	// The disclosure is part 0 whether or not it is sent, so that the others keep
	// their numbers in every try.
	if !slices.Contains(e.thread.Disclosed, language) || e.thread.Post(e.ID, 0) != nil {
		sent, err := r.post(ctx, e, message{part: 0, text: disclosure, purpose: purpose, discloses: language})
		if err != nil || !sent {
			return err
		}
	}
	for n, part := range parts {
		sent, err := r.post(ctx, e, message{part: n + 1, text: part, purpose: purpose})
		if err != nil || !sent {
			return err
		}
	}
	return nil
}
