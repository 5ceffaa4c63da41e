package rights

import (
	"context"
	"fmt"
	"slices"

	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// linkItem says that a conversation is a person's.
type linkItem struct {
	table.Key
	Subject      id.Subject      `dynamodbav:"subject"`
	Conversation id.Conversation `dynamodbav:"conversation"`
	ExpireAt     int64           `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes linkItem a table.Record.
func (linkItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:     "rights.link",
		Subject:    inventory.Shopper,
		SubjectKey: "subject",
		Fields: map[string]inventory.Category{
			"subject": inventory.Identifier, "conversation": inventory.Identifier, "expires_at": inventory.None,
		},
		Purpose:    inventory.LegalCompliance,
		LegalBasis: inventory.LegalObligation, // GDPR Art. 11(2), 12(2): to find what a request is about
		Role:       inventory.Processor,
		Retention:  inventory.ChatRetention,
		Source:     inventory.FirstParty,
		Exported:   true,
	}
}

// Link says that a conversation is a person's, who has just proved the address,
// number or account that the subject is a hash of. Say it again whenever it is
// proved again: a link is kept as long as a chat.
func (s *Store) Link(ctx context.Context, t id.Tenant, who id.Subject, c id.Conversation) error {
	period, _ := inventory.ChatRetention.Period()
	err := s.table.Put(ctx, t, linkItem{
		Key: table.SubjectLink(t, who, c), Subject: who, Conversation: c, ExpireAt: s.table.Now().Add(period).Unix(),
	})
	if err != nil {
		return fmt.Errorf("link conversation %s: %w", c, err)
	}
	return nil
}

// Linked lists the conversations that are a person's.
func (s *Store) Linked(ctx context.Context, t id.Tenant, who id.Subject) ([]id.Conversation, error) {
	items, err := s.table.Earliest(ctx, t, table.SubjectLinks(t, who), 0)
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	var found []id.Conversation
	for _, item := range items {
		var l linkItem
		if err := item.Decode(&l); err != nil {
			return nil, err
		}
		found = append(found, l.Conversation)
	}
	return found, nil
}

// Unlink forgets which conversations are a person's.
func (s *Store) Unlink(ctx context.Context, t id.Tenant, who id.Subject) (int, error) {
	return s.table.DeleteRange(ctx, t, table.SubjectLinks(t, who))
}

// About lists the conversations that a request is about: those it names, and those
// of its subjects.
func (s *Store) About(ctx context.Context, t id.Tenant, r Request) ([]id.Conversation, error) {
	all := slices.Clone(r.Conversations)
	for _, who := range r.Subjects {
		linked, err := s.Linked(ctx, t, who)
		if err != nil {
			return nil, err
		}
		all = append(all, linked...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
