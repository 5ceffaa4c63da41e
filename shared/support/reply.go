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
