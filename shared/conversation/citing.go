package conversation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// Reliance is an answer that rests on a page, with the passages of that page that
// it cites.
type Reliance struct {
	Conversation id.Conversation
	Answer       Message
	Sources      []Source
	Shopper      id.Shopper
}

// Page is where a walk through a tenant's conversations goes on.
type Page struct {
	Day   time.Time       // UTC; the zero time is today
	After id.Conversation // of that day; empty for the first
}

// Bounds of one step of a walk, so that a request for it answers in time.
const (
	walkDays          = 31
	walkConversations = 100
)

// Citing finds answers that cite a page, in the conversations that were active last
// first: the walk ends when next is nil. Nothing older than keep is read, and
// nothing that can no longer be opened.
func (s *Store) Citing(ctx context.Context, t id.Tenant, url string, from Page, keep time.Duration) (found []Reliance, next *Page, err error) {
	now := s.now()
	oldest := now.Add(-keep)
	day := now
	if !from.Day.IsZero() && from.Day.Before(now) {
		day = from.Day.UTC()
	}
	day = day.Truncate(24 * time.Hour)
	after, left := from.After, walkConversations
	for range walkDays {
		if day.Before(oldest.Truncate(24 * time.Hour)) {
			return found, nil, nil
		}
		chats, err := s.table.Chats(ctx, t, day.Format(time.DateOnly), after, left)
		if err != nil {
			return nil, nil, fmt.Errorf("list conversations: %w", err)
		}
		for _, c := range chats {
			citing, err := s.citing(ctx, t, c, url, oldest)
			if err != nil {
				return nil, nil, err
			}
			found = append(found, citing...)
		}
		if left -= len(chats); left <= 0 {
			return found, &Page{day, chats[len(chats)-1]}, nil
		}
		day, after = day.AddDate(0, 0, -1), ""
	}
	return found, &Page{Day: day}, nil
}

// citing finds the answers of one conversation that cite a page.
func (s *Store) citing(ctx context.Context, t id.Tenant, c id.Conversation, url string, oldest time.Time) ([]Reliance, error) {
	items, err := s.table.Earliest(ctx, t, table.Thread(t, c), 0)
	if err != nil {
		return nil, fmt.Errorf("read messages of conversation %s: %w", c, err)
	}
	var found []Reliance
	for _, item := range slices.Backward(items) { // the standing is last
		switch item.Key().SK {
		case table.Standing(t, c).SK:
			standing, err := standingOf(item)
			if err != nil || !standing.Allows(inventory.KnowledgeBase) {
				return nil, err
			}
			continue
		case table.Conversation(t, c).SK:
			continue
		}
		var stored messageItem
		if err := item.Decode(&stored); err != nil {
			return nil, err
		}
		if stored.Author == Shopper || !stored.sentAt().After(oldest) {
			continue
		}
		m, err := s.open(ctx, Ref{t, c, stored.Shopper}, stored)
		if fault.KindOf(err) == fault.NotFound { // its key was destroyed: erased
			continue
		}
		if err != nil {
			return nil, err
		}
		sources := slices.DeleteFunc(slices.Clone(m.Sources), func(s Source) bool { return s.URL != url })
		if len(sources) > 0 {
			found = append(found, Reliance{c, m, sources, stored.Shopper})
		}
	}
	slices.Reverse(found)
	return found, nil
}
