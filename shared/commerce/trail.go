package commerce

import (
	"context"
	"fmt"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/conversation"
	"omniops/shared/inventory"
	"omniops/shared/seal"
)

// Trail notes in the audit log who has looked at whose order, proved it, or decided
// about it. One that is nil notes nothing.
type Trail struct {
	log  *audit.Log
	keys *seal.Keyring
}

// NewTrail makes a Trail in a function's audit log.
func NewTrail(log *audit.Log, keys *seal.Keyring) *Trail { return &Trail{log, keys} }

// Looked notes that orders of a shopper were shown to them.
func (t *Trail) Looked(ctx context.Context, ref conversation.Ref, orders int) error {
	return t.note(ctx, ref, audit.Entry{Actor: audit.Shopper, Action: audit.Read, Record: "commerce.order", Count: orders})
}

// proved notes that a shopper has proved that an order is theirs.
func (t *Trail) proved(ctx context.Context, ref conversation.Ref) error {
	return t.note(ctx, ref, audit.Entry{Actor: audit.Shopper, Action: audit.Write, Record: "commerce.grant", Count: 1})
}

// decided notes that an action has gone from one state to the next.
func (t *Trail) decided(ctx context.Context, ref conversation.Ref, item actionItem, was State, by string) error {
	if t == nil {
		return nil
	}
	actor := audit.System
	switch by {
	case "shopper":
		actor = audit.Shopper
	case "merchant":
		actor = audit.Merchant
	}
	e := audit.Entry{Actor: actor, Action: audit.Write, Record: "commerce.action", Count: 1}
	var err error
	if was != "" {
		if e.Before, err = t.log.Hash([]string{item.SK, string(was)}); err != nil {
			return err
		}
	}
	if e.After, err = t.log.Hash([]string{item.SK, string(item.State)}); err != nil {
		return err
	}
	return t.note(ctx, ref, e)
}

func (t *Trail) note(ctx context.Context, ref conversation.Ref, e audit.Entry) error {
	if t == nil {
		return nil
	}
	who, err := t.keys.Pseudonym(ctx, ref.Tenant, ref.Shopper)
	if err != nil {
		return err
	}
	if who != "" {
		e.Subjects = []string{who}
	}
	e.Why, e.Request = inventory.CustomerSupport, apigw.RequestID(ctx)
	if err := t.log.Append(ctx, ref.Tenant, e); err != nil {
		return fmt.Errorf("note what was done with an order: %w", err)
	}
	return nil
}
