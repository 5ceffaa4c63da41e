package conversation

import (
	"context"
	"encoding/json"
	"fmt"

	"omniops/shared/fault"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// removed stands in a ledger entry where the text was that a model was sent.
const removed = "removed: a message in it was corrected or taken back"

// unsay takes what models were sent from a turn on out of a conversation's ledger,
// because the words of that turn were corrected or taken back: they are in each
// prompt since. That a model was asked, which, and how much, stays.
func (s *Store) unsay(ctx context.Context, ref Ref, turn int) error {
	answers, err := s.table.Earliest(ctx, ref.Tenant, table.Messages(ref.Tenant, ref.Conversation), 0)
	if err != nil {
		return fmt.Errorf("read messages of conversation %s: %w", ref.Conversation, err)
	}
	for _, item := range answers {
		var m messageItem
		if err := item.Decode(&m); err != nil {
			return err
		}
		if m.Turn < turn || m.Author == Shopper || m.Shopper != ref.Shopper {
			continue
		}
		changed, err := s.withoutOutbound(ctx, ref, &m.Body)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		if err := s.table.Replace(ctx, ref.Tenant, m, "id", string(m.ID)); err != nil && fault.KindOf(err) != fault.Conflict { // it is gone meanwhile
			return fmt.Errorf("clear ledger of message %s: %w", m.ID, err)
		}
	}
	late, err := s.table.Earliest(ctx, ref.Tenant, table.Ledgers(ref.Tenant, ref.Conversation), 0)
	if err != nil {
		return fmt.Errorf("read ledger of conversation %s: %w", ref.Conversation, err)
	}
	for _, item := range late {
		var l ledgerItem
		if err := item.Decode(&l); err != nil {
			return err
		}
		if l.Shopper != ref.Shopper {
			continue
		}
		changed, err := s.withoutOutbound(ctx, ref, &l.Body)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		if err := s.table.Replace(ctx, ref.Tenant, l, "sent_at", l.SentAt); err != nil && fault.KindOf(err) != fault.Conflict {
			return fmt.Errorf("clear ledger of conversation %s: %w", ref.Conversation, err)
		}
	}
	return nil
}

// withoutOutbound takes what a model was sent out of a sealed content, and reports
// whether there was any.
func (s *Store) withoutOutbound(ctx context.Context, ref Ref, body *seal.Text) (bool, error) {
	c, err := s.openContent(ctx, ref, *body, true)
	if fault.KindOf(err) == fault.NotFound && err != nil { // its day is over
		return false, nil
	}
	if err != nil || c.Ledger == nil {
		return false, err
	}
	if c.Ledger, err = unsaid(c.Ledger); err != nil {
		return false, err
	}
	*body, err = s.sealContent(ctx, ref, c)
	return err == nil, err
}

// unsaid is a ledger entry without the texts that were sent.
func unsaid(ledger json.RawMessage) (json.RawMessage, error) {
	var entry any
	if err := json.Unmarshal(ledger, &entry); err != nil {
		return nil, fmt.Errorf("decode ledger entry: %w", err)
	}
	out, err := json.Marshal(strip(entry))
	if err != nil {
		return nil, fmt.Errorf("encode ledger entry: %w", err)
	}
	return out, nil
}

// strip replaces what an entry calls outbound, at whatever depth.
func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if name == "outbound" {
				v[name] = []any{}
				v["note"] = removed
				continue
			}
			v[name] = strip(value)
		}
	case []any:
		for i := range v {
			v[i] = strip(v[i])
		}
	}
	return v
}
