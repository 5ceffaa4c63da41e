package holding

import (
	"context"

	"omniops/shared/conversation"
	"omniops/shared/rights"
)

// ledgers is what models were sent for answers that are not among the messages. It
// goes with the conversations.
func ledgers(chats *conversation.Store) rights.Shelf {
	return rights.Shelf{Records: []string{"conversation.ai-ledger"}, Copy: func(ctx context.Context, p rights.Person, _ string) (rights.Sheet, string, error) {
		s := rights.Sheet{Name: "also-sent-to-ai", Title: "What an AI was sent for answers that you did not get", Columns: []string{"conversation", "sent_at", "sent_to_ai"}}
		for _, ref := range p.Chats {
			all, err := chats.LateLedger(ctx, ref, p.Keep)
			if err != nil {
				return s, "", err
			}
			for _, l := range all {
				s.Rows = append(s.Rows, []string{string(ref.Conversation), moment(l.Sent), l.Ledger.Reveal()})
			}
		}
		return s, "", nil
	}}
}
