package support

import (
	"context"
	"fmt"

	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/tenant"
	"omniops/shared/wish"
)

// What a shopper asks about their own data is answered by code, without a model, in
// ten languages (package wish). What takes a decision begins with a button of the
// widget, which asks for it with the session (functions/privacy-request); here is
// only said what it does.

// Privacy offers a shopper what they asked for about their data: the widget shows a
// button that asks for a request of this kind.
type Privacy struct {
	Kind    wish.Wish  `json:"kind"` // as POST /v1/privacy/requests calls it
	Button  string     `json:"button"`
	Message id.Message `json:"message_id,omitempty"` // the answer that a person is to look at
}

// rightsTurn answers a message about the shopper's own data, or one to which no
// model may be asked. It gives nil for any other.
func (e *Engine) rightsTurn(ctx context.Context, turn *Turn, out *listener) (*conversation.Message, error) {
	say := func(text string) *conversation.Message {
		out.send(Token{text})
		return &conversation.Message{Author: conversation.Assistant, Text: seal.Clear(text), State: conversation.Complete}
	}
	handoff := func(text string) *conversation.Message {
		m := say(fmt.Sprintf(text, turn.account.ContactEmail))
		m.Handoff = true
		return m
	}
	language := LanguageOf(turn.asked, turn.ask.Language)
	asked, spoken := wish.Of(turn.asked, language)
	if asked != wish.None {
		language = spoken
	}
	text := wish.TextIn(language)
	switch asked {
	case wish.None:
		return refused(turn, text, say, handoff), nil
	case wish.Human:
		if m := refused(turn, text, say, handoff); m != nil {
			return m, nil
		}
		return handoff(text.Says[asked]), nil
	case wish.NoAI, wish.Child:
		if err := e.Wish(ctx, turn.ask.Ref, turn.account.Region, asked); err != nil {
			return nil, err
		}
		return handoff(text.Says[asked]), nil
	case wish.Access:
		out.send(Privacy{Kind: asked, Button: text.Get})
		return say(fmt.Sprintf(text.Says[asked], len(turn.thread.Messages)+1, turn.ask.Domain, int(turn.account.ChatRetention()/inventory.Day))), nil
	case wish.Export:
		out.send(Privacy{Kind: asked, Button: text.Get})
		return say(text.Says[asked]), nil
	case wish.Erase:
		out.send(Privacy{Kind: asked, Button: text.Wipe})
		return say(text.Says[asked]), nil
	case wish.Review:
		answer, ok := turn.AnswerBefore()
		if !ok {
			return handoff(text.Says[wish.Human]), nil
		}
		out.send(Privacy{Kind: asked, Button: text.Ask, Message: answer})
	default:
		out.send(Privacy{Kind: asked, Button: text.Ask})
	}
	return say(text.Says[asked] + " " + text.Press), nil
}

// refused answers where no model may be asked, and gives nil where one may.
func refused(turn *Turn, text wish.Text, say, handoff func(string) *conversation.Message) *conversation.Message {
	standing := turn.thread.Standing
	switch {
	case standing.Has(conversation.Attended) && !standing.Has(conversation.Paused) && !standing.Has(conversation.Restricted):
		return say(text.Attended)
	case standing.Has(conversation.Paused):
		return handoff(text.Says[wish.Child])
	case standing.Has(conversation.Restricted):
		return handoff(text.Restricted)
	case !standing.AllowsAI():
		return handoff(text.WithoutAI)
	}
	return nil
}

// choices are the wishes that hold from the moment they are spoken.
var choices = map[wish.Wish]conversation.Choice{wish.NoAI: conversation.NoAI, wish.Child: conversation.Paused}

// Wish does what holds from the moment it is spoken: no AI in the chat, or a pause
// for the chat of a child. It is kept as a request as well.
func (e *Engine) Wish(ctx context.Context, ref conversation.Ref, region tenant.Region, w wish.Wish) error {
	if err := e.Conversations.Choose(ctx, ref, choices[w], true); err != nil {
		return err
	}
	if e.Wished == nil {
		return nil
	}
	return e.Wished(ctx, ref, region, w)
}

// AnswerBefore is the latest answer before this turn.
func (t *Turn) AnswerBefore() (id.Message, bool) {
	for n := t.number - 1; n > 0; n-- {
		if m, ok := t.thread.Answer(n); ok {
			return m.ID, true
		}
	}
	return "", false
}
