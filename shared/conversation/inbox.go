package conversation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// Listed is a conversation as an inbox lists it: what it is about, and the latest
// that was said.
type Listed struct {
	Ref
	Head Head
	Last Message
	AI   bool // a model may be asked here
}

// Mark is where a walk through an inbox goes on: behind a conversation of a day, by
// when the latest was said in it.
type Mark struct {
	Day   time.Time // UTC; the zero time is today
	At    time.Time // zero for the day's beginning
	After id.Conversation
}

// Bounds of one step of the walk. Within a day, conversations are in the order of
// their latest message as long as there are no more than inboxDay.
const (
	inboxDays = 31
	inboxDay  = 1000
	inboxWays = 32 // are read at once
)

// Inbox lists up to limit conversations of a tenant, those that a shopper wrote in
// last first: the walk ends when next is nil. Nothing older than keep is listed,
// nothing that can no longer be opened, and nothing whose person restricted it.
func (s *Store) Inbox(ctx context.Context, t id.Tenant, from Mark, limit int, keep time.Duration) (found []Listed, next *Mark, err error) {
	now := s.now()
	oldest := now.Add(-keep)
	at := from
	if at.Day.IsZero() || at.Day.After(now) {
		at = Mark{Day: now}
	}
	at.Day = at.Day.UTC().Truncate(24 * time.Hour)
	for range inboxDays {
		if at.Day.Before(oldest.Truncate(24 * time.Hour)) {
			return found, nil, nil
		}
		day, err := s.day(ctx, t, at.Day, keep)
		if err != nil {
			return nil, nil, err
		}
		for _, l := range day {
			if !l.behind(at) {
				continue
			}
			if len(found) == limit {
				return found, &at, nil
			}
			found = append(found, l)
			at.At, at.After = l.Last.SentAt, l.Conversation
		}
		at = Mark{Day: at.Day.AddDate(0, 0, -1)}
	}
	return found, &at, nil
}

// behind reports whether a conversation comes after a place in its day.
func (l Listed) behind(m Mark) bool {
	return m.At.IsZero() || l.Last.SentAt.Before(m.At) || l.Last.SentAt.Equal(m.At) && l.Conversation > m.After
}

// day lists the conversations whose shopper last wrote on a day, the latest first.
func (s *Store) day(ctx context.Context, t id.Tenant, day time.Time, keep time.Duration) ([]Listed, error) {
	chats, err := s.table.Chats(ctx, t, day.Format(time.DateOnly), "", inboxDay)
	if err != nil {
		return nil, fmt.Errorf("list conversations: %w", err)
	}
	all := make([]*Listed, len(chats))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(inboxWays)
	for i, c := range chats {
		group.Go(func() (err error) {
			all[i], err = s.listed(groupCtx, t, c, keep)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var found []Listed
	for _, l := range all {
		if l != nil {
			found = append(found, *l)
		}
	}
	slices.SortFunc(found, func(a, b Listed) int {
		return cmp.Or(b.Last.SentAt.Compare(a.Last.SentAt), cmp.Compare(a.Conversation, b.Conversation))
	})
	return found, nil
}

// listed reads a conversation as far as an inbox shows it: nil if it is not to be
// shown.
func (s *Store) listed(ctx context.Context, t id.Tenant, c id.Conversation, keep time.Duration) (*Listed, error) {
	items, err := s.table.Latest(ctx, t, table.Thread(t, c), 3) // what its person has asked for, the head, the last line
	if err != nil {
		return nil, fmt.Errorf("read conversation %s: %w", c, err)
	}
	shopper, err := ownerOf(items)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	ref := Ref{t, c, shopper}
	thread, err := s.assemble(ctx, ref, items, keep)
	if err != nil || len(thread.Messages) == 0 || !thread.Standing.Allows(inventory.CustomerSupport) {
		return nil, err
	}
	return &Listed{ref, thread.Head, thread.Messages[0], thread.Standing.AllowsAI()}, nil
}
