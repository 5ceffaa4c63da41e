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
	if err == nil {
		err = s.table.Put(ctx, t, linkedItem{Key: table.Linked(t, c, who), Subject: who, ExpireAt: s.table.Now().Add(period).Unix()})
	}
	if err != nil {
		return fmt.Errorf("link conversation %s: %w", c, err)
	}
	return nil
}

// linkedItem is the way back from a conversation to whose it is, by which an erasure
// finds every link.
type linkedItem struct {
	table.Key
	Subject  id.Subject `dynamodbav:"subject"`
	ExpireAt int64      `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes linkedItem a table.Record.
func (linkedItem) Inventory() inventory.Entry {
	e := linkItem{}.Inventory()
	e.Record, e.Fields, e.Exported = "rights.linked", map[string]inventory.Category{"subject": inventory.Identifier, "expires_at": inventory.None}, false // the link says it
	return e
}

// loosen removes the links of a conversation from all whose it is, and gives how many
// these were.
func (s *Store) loosen(ctx context.Context, t id.Tenant, c id.Conversation) (int, error) {
	items, err := s.table.Earliest(ctx, t, table.LinkedAll(t, c), 0)
	if err != nil {
		return 0, fmt.Errorf("read whose conversation %s is: %w", c, err)
	}
	for _, item := range items {
		var l linkedItem
		if err := item.Decode(&l); err != nil {
			return 0, err
		}
		if err := s.table.Delete(ctx, t, table.SubjectLink(t, l.Subject, c)); err != nil {
			return 0, fmt.Errorf("unlink conversation %s: %w", c, err)
		}
	}
	return s.table.DeleteRange(ctx, t, table.LinkedAll(t, c))
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

// Unite has two conversations of one person be whoever's either was proved to be.
func (s *Store) Unite(ctx context.Context, t id.Tenant, one, other id.Conversation) error {
	for _, way := range [][2]id.Conversation{{one, other}, {other, one}} {
		items, err := s.table.Earliest(ctx, t, table.LinkedAll(t, way[0]), 0)
		if err != nil {
			return fmt.Errorf("read whose conversation %s is: %w", way[0], err)
		}
		for _, item := range items {
			var l linkedItem
			if err := item.Decode(&l); err != nil {
				return err
			}
			if err := s.Link(ctx, t, l.Subject, way[1]); err != nil {
				return err
			}
		}
	}
	return nil
}
