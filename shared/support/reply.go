package support

import (
	"context"

	"omniops/shared/conversation"
	"omniops/shared/seal"
	"omniops/shared/tenant"
)

// Account is the merchant that an accepted turn belongs to.
func (t *Turn) Account() tenant.Account { return t.account }

// Asked is what the shopper wrote, as it is kept.
func (t *Turn) Asked() string { return t.asked }

// Number is the turn's place in the transcript, from 1.
func (t *Turn) Number() int { return t.number }

// Reply answers an accepted turn with a given text instead of a composed one,
// such as what a channel says to a word that needs no model. A turn that has been
// answered before keeps its answer.
func (e *Engine) Reply(ctx context.Context, turn *Turn, text string, handoff bool) (conversation.Message, error) {
	ctx, cancel := detached(ctx)
	defer cancel()
	if turn.replay {
		answered, err := e.await(ctx, turn)
		if err != nil {
			return conversation.Message{}, err
		}
		if answered != nil {
			return *answered, nil
		}
	}
	return e.keep(ctx, turn, conversation.Answer{Message: conversation.Message{
		Turn: turn.number, Author: conversation.Assistant, Text: seal.Clear(text), Handoff: handoff, State: conversation.Complete,
	}})
}

// Resume has the turn answered as what the shopper asked in an earlier one, such as
// when this one holds the code that was missing. It reports whether that question is
// still there to be answered.
func (t *Turn) Resume(of int) bool {
	before, ok := t.thread.Question(of)
	if !ok || of >= t.number {
		return false
	}
	t.of, t.asked = of, before.Text.Reveal()
	return true
}

// Answers is the turn whose question is answered.
func (t *Turn) Answers() int {
	if t.of > 0 {
		return t.of
	}
	return t.number
}
