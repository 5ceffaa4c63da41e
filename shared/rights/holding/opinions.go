package holding

import (
	"context"
	"strconv"

	"omniops/shared/feedback"
	"omniops/shared/rights"
)

// opinions is what a person asked and said about the help they got. It goes with the
// conversations.
func opinions(notes *feedback.Store) rights.Shelf {
	return rights.Shelf{Records: []string{"feedback.note"}, Copy: func(ctx context.Context, p rights.Person, _ string) (rights.Sheet, string, error) {
		s := rights.Sheet{Name: "feedback", Title: "What you asked and said about the help you got", Columns: []string{"conversation", "sent_at", "kind", "rating", "text"}}
		for _, ref := range p.Chats {
			all, err := notes.Of(ctx, ref, p.Keep)
			if err != nil {
				return s, "", err
			}
			for _, n := range all {
				s.Rows = append(s.Rows, []string{string(ref.Conversation), moment(n.SentAt), string(n.Kind), strconv.Itoa(n.Rating), n.Text.Reveal()})
			}
		}
		return s, "", nil
	}}
}
