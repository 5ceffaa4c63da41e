package responder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"omniops/shared/channel"
	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/support"
)

// orders takes a message that belongs to a proof or a change under way: a number
// and a contact, a code, a yes or a no. No model is asked. It reports whether there
// was such a thing; all else is for the engine.
func (r *Responder) orders(ctx context.Context, e *event) (bool, error) {
	step, now := e.thread.Order, r.Now()
	if !step.Open(now) || e.silent(now) {
		return false, nil
	}
	language := e.settled()
	speech := channel.SpeechIn(language).Order
	if step.Event == e.ID { // an earlier try of this very message came this far
		if step.Verification == "" || step.Action != "" {
			return false, nil
		}
		return true, r.say(ctx, e, language, speech.CodeSent)
	}
	text := e.content.Text
	if yes, known := channel.YesOrNo(text, language); known && step.Action != "" {
		return true, r.decide(ctx, e, language, yes)
	}
	if code, ok := codeIn(text); ok && step.Verification != "" {
		return true, r.confirm(ctx, e, language, code)
	}
	if step.Action != "" {
		return false, nil
	}
	if claimed, ok := claimIn(text); ok {
		claimed.Language = language
		return true, r.begin(ctx, e, language, claimed)
	}
	if halfClaim(text) {
		return true, r.say(ctx, e, language, speech.Prove)
	}
	return false, nil
}

// settled is the language of a thread so far, for messages that are not in any: a
// number, an address, a code.
func (e *event) settled() string {
	if e.thread.Language != "" {
		return channel.Spoken(e.thread.Language)
	}
	return e.language()
}

// inThread is what the engine says in a thread instead of pointing to forms. Who
// says in the question itself what proof begins with is not asked for it.
func (e *event) inThread(language string) *support.InThread {
	speech := channel.SpeechIn(language).Order
	words := &support.InThread{Prove: speech.Prove, Confirm: speech.Confirm, ByPerson: speech.ByPerson}
	if _, ok := claimIn(e.content.Text); ok {
		words.Prove = speech.CodeSent
	}
	return words
}

// asked does what the engine has said in an answer, which asks for proof: it waits
// for a claim or, where the question holds one, begins with it. It gives what is to
// be said instead, if anything.
func (r *Responder) asked(ctx context.Context, e *event, language string, question int) (string, error) {
	if e.thread.Order.Event == e.ID { // in an earlier try
		return "", nil
	}
	claimed, ok := claimIn(e.content.Text)
	if !ok {
		return "", r.step(ctx, e, channel.OrderStep{Question: question})
	}
	claimed.Language = language
	err := r.claim(ctx, e, claimed, question)
	if sentence := turnedDown(e, language, err); sentence != "" {
		return sentence, nil
	}
	return "", err
}

// turnedDown says why no code is sent, where that has nothing to do with the order.
func turnedDown(e *event, language string, err error) string {
	switch {
	case errors.Is(err, commerce.ErrDisconnected):
		text := support.TextIn(language)
		return text.OrdersClosed + " " + fmt.Sprintf(text.Contact, e.account.ContactEmail)
	case err != nil && fault.KindOf(err) == fault.RateLimited:
		return fmt.Sprintf(channel.SpeechIn(language).Order.TooOften, e.account.ContactEmail)
	}
	return ""
}

// claim has a code sent to the e-mail address on the order that somebody claims, if
// it is theirs: RateLimited past a limit, ErrDisconnected where no code would come.
func (r *Responder) claim(ctx context.Context, e *event, claimed commerce.Claimed, question int) error {
	connected, err := r.Engine.Orders.Connected(ctx, e.Tenant)
	if err == nil && !connected {
		err = commerce.ErrDisconnected
	}
	if err != nil {
		return err
	}
	// A network address is what many share and few can change; here that is the
	// person's account, which outlives what they have erased.
	attempt, ends, err := r.Engine.Orders.Verifier.Begin(ctx, e.ref(), claimed, string(e.Thread))
	if err != nil {
		return err
	}
	if err := r.Attempts.Send(ctx, string(attempt.Conversation), string(attempt.ID), attempt); err != nil {
		return fmt.Errorf("queue verification %s: %w", attempt.ID, err)
	}
	return r.step(ctx, e, channel.OrderStep{Question: question, Verification: attempt.ID, CodeEnds: ends.Unix()})
}

// step notes what a person is asked for in answer to an event.
func (r *Responder) step(ctx context.Context, e *event, s channel.OrderStep) error {
	s.Event = e.ID
	return r.at(ctx, e, s.After(e.thread.Order, r.Now()))
}

// at notes where a person is with an order.
func (r *Responder) at(ctx context.Context, e *event, s channel.OrderStep) error {
	return r.change(ctx, e, func(t *channel.Thread) error {
		if t.Generation != e.thread.Generation || t.Order == s {
			return channel.ErrUnchanged
		}
		t.Order = s
		return nil
	})
}

// say answers a message with a sentence of ours.
func (r *Responder) say(ctx context.Context, e *event, language, sentence string) error {
	turn, err := r.admit(ctx, e, language)
	if turn == nil || err != nil {
		return err
	}
	return r.reply(ctx, e, turn, language, sentence)
}

// reply answers an accepted message with a sentence of ours, or with what it was
// answered before.
func (r *Responder) reply(ctx context.Context, e *event, turn *support.Turn, language, sentence string) error {
	said, err := r.Engine.Reply(ctx, turn, sentence, false)
	if err != nil {
		return err
	}
	return r.deliver(ctx, e, language, channel.Answer, said.Text.Reveal())
}

// begin answers a claim. What is said, and when, is the same whether or not there is
// such an order.
func (r *Responder) begin(ctx context.Context, e *event, language string, claimed commerce.Claimed) error {
	turn, err := r.admit(ctx, e, language)
	if turn == nil || err != nil {
		return err
	}
	speech := channel.SpeechIn(language).Order
	err = r.claim(ctx, e, claimed, e.thread.Order.Question)
	if err == nil {
		return r.reply(ctx, e, turn, language, speech.CodeSent)
	}
	if sentence := turnedDown(e, language, err); sentence != "" {
		return r.reply(ctx, e, turn, language, sentence)
	}
	return err
}

// confirm takes a code, and answers what was asked before it with the order.
func (r *Responder) confirm(ctx context.Context, e *event, language, code string) error {
	turn, err := r.admit(ctx, e, language)
	if turn == nil || err != nil {
		return err
	}
	step, speech := e.thread.Order, channel.SpeechIn(language).Order
	if !step.AwaitsCode(r.Now()) {
		return r.reply(ctx, e, turn, language, speech.CodeWrong)
	}
	grant, err := r.Engine.Orders.Verifier.Confirm(ctx, commerce.Attempt{Ref: e.ref(), ID: step.Verification}, code)
	switch {
	case err == nil:
		for _, chat := range e.thread.Chats() {
			err = errors.Join(err, r.Link(ctx, e.Tenant, grant, chat))
		}
	case fault.KindOf(err) == fault.RateLimited:
		return r.reply(ctx, e, turn, language, fmt.Sprintf(speech.TooOften, e.account.ContactEmail))
	case fault.KindOf(err) == fault.Forbidden:
		var before bool
		if before, err = r.confirmed(ctx, e, step); err == nil && !before {
			return r.reply(ctx, e, turn, language, speech.CodeWrong)
		}
	}
	if err != nil {
		return err
	}
	if turn.Resume(step.Question) {
		err = r.converse(ctx, e, turn, language)
	} else {
		err = r.reply(ctx, e, turn, language, speech.Proved)
	}
	if err != nil || e.thread.Order != step { // the answer asks for something itself
		return err
	}
	return r.at(ctx, e, step.Proved())
}

// confirmed reports whether an earlier try of this event, which did not get to the
// end, used the code up: an order was granted since it was asked for.
func (r *Responder) confirmed(ctx context.Context, e *event, step channel.OrderStep) (bool, error) {
	grants, err := r.Engine.Orders.Verifier.Grants(ctx, e.ref())
	began := time.Unix(step.CodeEnds, 0).Add(-commerce.CodeLife)
	return slices.ContainsFunc(grants, func(g commerce.Grant) bool { return !g.Ends().Before(began.Add(commerce.GrantLife)) }), err
}

// decide takes a yes or a no to a proposal. What has been decided is not decided
// again.
func (r *Responder) decide(ctx context.Context, e *event, language string, yes bool) error {
	turn, err := r.admit(ctx, e, language)
	if turn == nil || err != nil {
		return err
	}
	step, speech := e.thread.Order, channel.SpeechIn(language).Order
	grants, err := r.Engine.Orders.Verifier.Grants(ctx, e.ref())
	if err != nil {
		return err
	}
	a, carryOut, err := r.Engine.Orders.Actions.Decide(ctx, e.ref(), step.Action, commerce.Answer{Confirm: yes}, grants)
	switch kind := fault.KindOf(err); {
	case err == nil:
	case kind == fault.NotFound: // erased
		return r.reply(ctx, e, turn, language, speech.Lapsed)
	case kind == fault.Forbidden: // the proof has run out
		if err := r.step(ctx, e, channel.OrderStep{Question: step.Question}); err != nil {
			return err
		}
		return r.reply(ctx, e, turn, language, speech.Prove)
	default:
		return err
	}
	if carryOut {
		if err := r.Tasks.Send(ctx, string(a.Order), string(a.ID), commerce.Task{Ref: e.ref(), Action: a.ID}); err != nil {
			return fmt.Errorf("queue action %s: %w", a.ID, err)
		}
	}
	return r.reply(ctx, e, turn, language, outcome(speech, a))
}

// outcome is what a person is told of an action that they have decided on.
func outcome(speech channel.OrderSpeech, a commerce.Action) string {
	switch a.State {
	case commerce.Declined:
		return speech.Declined
	case commerce.Lapsed:
		return speech.Lapsed
	case commerce.Done, commerce.Failed, commerce.Refused, commerce.Unknown:
		return a.Receipt
	}
	return speech.Underway
}

// reminder repeats a proposal behind an answer to something else, so that a yes
// that follows can mean nothing but that. A proposal that is past being decided is
// forgotten.
func (r *Responder) reminder(ctx context.Context, e *event, language string) (string, error) {
	step := e.thread.Order
	if step.Action == "" || step.Event == e.ID {
		return "", nil
	}
	a, err := r.Engine.Orders.Actions.Get(ctx, e.ref(), step.Action)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return "", err
	}
	if err != nil || a.State != commerce.Proposed {
		step.Action = ""
		if !step.AwaitsCode(r.Now()) {
			step = channel.OrderStep{}
		}
		return "", r.at(ctx, e, step)
	}
	return "\n\n" + a.Text + " " + channel.SpeechIn(language).Order.Confirm, nil
}

// brief is an order in a few words: its number, how far it is, and where its
// parcels are followed.
func brief(s channel.OrderSpeech, o commerce.Summary) string {
	text := fmt.Sprintf(s.Summary, o.Number)
	if state := s.States[stateOf(o)]; state != "" {
		text += ": " + state
	}
	for _, p := range o.Shipments {
		if p.TrackingURL != "" && p.Status != "delivered" {
			text += "\n" + fmt.Sprintf(s.Track, p.TrackingURL)
		}
	}
	return text
}

// stateOf is how far an order is, in a word of channel.OrderSpeech.States, or nothing when
// none of them says it.
func stateOf(o commerce.Summary) string {
	all := func(status string) bool {
		return len(o.Shipments) > 0 && !slices.ContainsFunc(o.Shipments, func(p commerce.ShipmentSummary) bool { return p.Status != status })
	}
	some := func(status string) bool {
		return slices.ContainsFunc(o.Shipments, func(p commerce.ShipmentSummary) bool { return p.Status == status })
	}
	switch {
	case o.Status == "cancelled":
		return "cancelled"
	case o.Fulfillment == commerce.PartiallyFulfilled:
		return "partly"
	case all("delivered"):
		return "delivered"
	case some("out_for_delivery"):
		return "out_for_delivery"
	case o.Fulfillment == commerce.Fulfilled:
		return "sent"
	case o.Fulfillment == commerce.Unfulfilled, o.Fulfillment == commerce.InProgress, o.Fulfillment == commerce.OnHold, o.Fulfillment == commerce.Scheduled:
		return "waiting"
	}
	return ""
}
