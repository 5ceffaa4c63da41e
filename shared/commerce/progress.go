package commerce

import (
	"context"
	"fmt"
	"strings"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/table"
)

// Progress is what is under way with orders in a conversation, so that whoever comes
// back to it can go on.
type Progress struct {
	Verification id.Verification // that awaits its code; empty if none does
	CodeEnds     time.Time       // when the code ends to be good
	Grants       []Grant         // the orders that are proved
}

// Progress gives what a conversation's shopper has under way.
func (v *Verifier) Progress(ctx context.Context, ref conversation.Ref) (Progress, error) {
	var p Progress
	var err error
	if p.Grants, err = v.Grants(ctx, ref); err != nil {
		return p, err
	}
	items, err := v.table.Latest(ctx, ref.Tenant, table.Verifications(ref.Tenant, ref.Conversation), 1)
	if err != nil {
		return p, fmt.Errorf("read verifications: %w", err)
	}
	for _, item := range items {
		var last verificationItem
		if err := item.Decode(&last); err != nil {
			return p, err
		}
		if last.Shopper == ref.Shopper && last.State == waiting {
			p.Verification, p.CodeEnds = id.Verification(strings.TrimPrefix(item.Key().SK, table.Verification(ref.Tenant, ref.Conversation, "").SK)), time.Unix(last.ExpireAt, 0).UTC()
		}
	}
	return p, nil
}

// maxRecent is how many of a conversation's actions are shown to who comes back.
const maxRecent = 5

// Recent names the latest actions of a conversation's shopper, oldest first.
func (s *Actions) Recent(ctx context.Context, ref conversation.Ref) ([]id.Action, error) {
	items, err := s.table.Latest(ctx, ref.Tenant, table.Actions(ref.Tenant, ref.Conversation), maxRecent)
	if err != nil {
		return nil, fmt.Errorf("read actions: %w", err)
	}
	recent := []id.Action{}
	for _, item := range items {
		var a actionItem
		if err := item.Decode(&a); err != nil {
			return nil, err
		}
		if a.Shopper == ref.Shopper {
			recent = append([]id.Action{id.Action(strings.TrimPrefix(item.Key().SK, table.Action(ref.Tenant, ref.Conversation, "").SK))}, recent...)
		}
	}
	return recent, nil
}
