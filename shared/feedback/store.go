package feedback

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Store keeps notes in their conversation's partition, sealed with its keys, so that
// whatever ends the conversation ends them.
type Store struct {
	table *table.Store
	keys  *seal.Keyring
	chats *conversation.Store
}

// NewStore makes a Store on the main table.
func NewStore(t *table.Store, keys *seal.Keyring) *Store {
	return &Store{t, keys, conversation.NewStore(t, keys)}
}

// item is a Note as stored.
type item struct {
	table.Key
	table.Due
	ID       id.Message `dynamodbav:"id"`
	Shopper  id.Shopper `dynamodbav:"shopper"`
	Kind     Kind       `dynamodbav:"kind"`
	Rating   int        `dynamodbav:"rating,omitempty"`
	Body     seal.Text  `dynamodbav:"body"`       // opens only with the tenant's and the subject's keys
	SentAt   int64      `dynamodbav:"sent_at"`    // Unix milliseconds
	ExpireAt int64      `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes item a table.Record.
func (item) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "feedback.note", Subject: inventory.Shopper, SubjectKey: "shopper",
		Fields: map[string]inventory.Category{
			"id": inventory.Identifier, "shopper": inventory.Identifier, "kind": inventory.None, "rating": inventory.ActivityData,
			"body": inventory.MessageContent, "sent_at": inventory.None, "expires_at": inventory.None, "due_pk": inventory.None, "due_sk": inventory.Identifier,
		},
		Purpose:    inventory.CustomerSupport,
		LegalBasis: inventory.Contract, // GDPR Art. 6(1)(b), the merchant's; we process on its behalf
		Role:       inventory.Processor,
		Retention:  inventory.ChatRetention,
		Source:     inventory.FirstParty,
		Exported:   true,
	}
}

// Add keeps a note beside its conversation for as long as that would be kept:
// NotFound when the conversation was erased, RateLimited when it has too many.
func (s *Store) Add(ctx context.Context, ref conversation.Ref, n Note, keep time.Duration) (Note, error) {
	thread, err := s.chats.Read(ctx, ref, keep, 1)
	if err != nil {
		return Note{}, err
	}
	if thread.Standing.Erased() {
		return Note{}, fault.E(fault.NotFound, "This conversation has been deleted.", nil)
	}
	others, err := s.table.Latest(ctx, ref.Tenant, table.FeedbackOf(ref.Tenant, ref.Conversation), MaxPerChat)
	if err != nil {
		return Note{}, fmt.Errorf("count feedback of %s: %w", ref.Conversation, err)
	}
	if len(others) >= MaxPerChat {
		return Note{}, fault.E(fault.RateLimited, "That is a lot of feedback for one conversation. Please write in the chat.", nil)
	}
	n.Chat, n.SentAt = ref, s.table.Now().UTC().Truncate(time.Millisecond)
	n.ID = id.New[id.Message](n.SentAt)
	body, err := s.keys.Seal(ctx, ref.Tenant, ref.Shopper, n.Text)
	if err != nil {
		return Note{}, err
	}
	stored := item{
		Key: table.Feedback(ref.Tenant, ref.Conversation, n.ID), Due: table.FeedbackGiven(ref.Tenant, ref.Conversation, n.ID, n.SentAt.Format(time.DateOnly)),
		ID: n.ID, Shopper: ref.Shopper, Kind: n.Kind, Rating: n.Rating, Body: body, SentAt: n.SentAt.UnixMilli(), ExpireAt: n.SentAt.Add(keep).Unix(),
	}
	if err := s.table.Create(ctx, ref.Tenant, stored); err != nil {
		return Note{}, fmt.Errorf("store feedback of %s: %w", ref.Conversation, err)
	}
	return n, nil
}

// Of lists the notes of one conversation, the oldest first, that are not older than
// keep and can be opened.
func (s *Store) Of(ctx context.Context, ref conversation.Ref, keep time.Duration) ([]Note, error) {
	items, err := s.table.Earliest(ctx, ref.Tenant, table.FeedbackOf(ref.Tenant, ref.Conversation), MaxPerChat)
	if err != nil {
		return nil, fmt.Errorf("read feedback of %s: %w", ref.Conversation, err)
	}
	return s.open(ctx, ref.Tenant, ref.Conversation, items, keep)
}

// open reads the notes of one conversation.
func (s *Store) open(ctx context.Context, t id.Tenant, c id.Conversation, items []table.Item, keep time.Duration) ([]Note, error) {
	oldest := s.table.Now().Add(-keep)
	var notes []Note
	for _, one := range items {
		var stored item
		if err := one.Decode(&stored); err != nil {
			return nil, err
		}
		at := time.UnixMilli(stored.SentAt).UTC()
		if !at.After(oldest) {
			continue
		}
		text, err := s.keys.Open(ctx, t, stored.Shopper, stored.Body)
		if fault.KindOf(err) == fault.NotFound { // its key was destroyed: erased
			continue
		}
		if err != nil {
			return nil, err
		}
		notes = append(notes, Note{ID: stored.ID, Chat: conversation.Ref{Tenant: t, Conversation: c, Shopper: stored.Shopper}, Kind: stored.Kind, Rating: stored.Rating, Text: text, SentAt: at})
	}
	return notes, nil
}

// maxPerDay is how many notes of a day are listed.
const maxPerDay = 500

// On lists what a merchant's shoppers sent on a day, the latest first, but for what
// is older than keep, erased, or whose person has restricted it.
func (s *Store) On(ctx context.Context, t id.Tenant, day time.Time, keep time.Duration) ([]Note, error) {
	given, err := s.table.FeedbackOn(ctx, t, day.UTC().Format(time.DateOnly), maxPerDay)
	if err != nil {
		return nil, fmt.Errorf("list feedback: %w", err)
	}
	var notes []Note
	allowed := map[id.Conversation]bool{}
	for _, g := range given {
		stored, err := s.table.GetItem(ctx, t, table.Feedback(t, g.Conversation, g.ID))
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read feedback %s: %w", g.ID, err)
		}
		one, err := s.open(ctx, t, g.Conversation, []table.Item{stored}, keep)
		if err != nil {
			return nil, err
		}
		if len(one) == 0 {
			continue
		}
		may, known := allowed[g.Conversation]
		if !known {
			thread, err := s.chats.Read(ctx, one[0].Chat, keep, 1)
			if err != nil {
				return nil, err
			}
			may = thread.Standing.Allows(inventory.CustomerSupport)
			allowed[g.Conversation] = may
		}
		if may {
			notes = append(notes, one[0])
		}
	}
	slices.SortFunc(notes, func(a, b Note) int { return cmp.Compare(b.ID, a.ID) })
	return notes, nil
}
