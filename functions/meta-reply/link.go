package main

import (
	"context"
	"fmt"

	"omniops/shared/commerce"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/subject"
)

// links keeps whose conversation it is, as far as a person has proved it.
type links struct {
	subjects *subject.Hasher
	store    *rights.Store
}

// note notes that whoever is reached by a contact is in a conversation, so that
// what they ask about their data finds it.
func (l *links) note(ctx context.Context, t id.Tenant, c commerce.Contact, chat id.Conversation) error {
	who, err := l.subjects.OfEmail(t, c.Email)
	if c.Email == "" {
		who, err = l.subjects.OfPhone(t, c.Phone)
	}
	if err != nil { // a number without its country is nobody's for certain
		return nil
	}
	if err := l.store.Link(ctx, t, who, chat); err != nil {
		return fmt.Errorf("link conversation %s: %w", chat, err)
	}
	return nil
}
