// Package erasure forgets what came from Meta: one thread when its person asks
// for it, or everything of the accounts that somebody connected when Meta says
// that they are gone.
package erasure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Eraser erases threads.
type Eraser struct {
	Table   *table.Store
	Keys    *seal.Keyring
	Threads *channel.Threads
	Veil    *channel.Veil
	Now     func() time.Time
}

// tombstone is how long it is known that a thread was erased: longer than a late
// delivery may come.
const tombstone = 10 * 24 * time.Hour

// Thread erases a thread: its state first, so that work under way sees it, then
// the keys, so that nothing of it can be read anywhere, then the transcript. What
// the person writes later begins a new transcript, in which what they wished holds:
// no messages, no AI.
func (e *Eraser) Thread(ctx context.Context, t id.Tenant, a channel.Account, thread id.Conversation) error {
	now := e.Now()
	before, err := e.Threads.Get(ctx, t, a, thread)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if err == nil {
		chats := conversation.NewStore(e.Table, e.Keys)
		goesOn := conversation.Ref{Tenant: t, Conversation: e.Veil.Conversation(thread, before.Generation+1), Shopper: e.Veil.Shopper(thread, before.Generation+1)}
		if err := chats.Carry(ctx, t, before.Conversation, goesOn); err != nil {
			return err
		}
	}
	until := now.Add(tombstone)
	state, err := e.Threads.Change(ctx, t, a, thread, tombstone, func(s *channel.Thread) error {
		next := s.Generation + 1
		if own := e.Veil.Conversation(thread, s.Generation); s.Conversation != own { // taken over from the thread of a number
			s.Joined = append(slices.Clone(s.Joined), channel.Chat{Conversation: s.Conversation, Shopper: s.Shopper})
		}
		*s = s.Emptied(now)
		for n := range s.Numbers {
			s.Numbers[n].Until = until.Unix()
		}
		s.Generation, s.Conversation, s.Shopper = next, e.Veil.Conversation(thread, next), e.Veil.Shopper(thread, next)
		return nil
	})
	if err != nil {
		return fmt.Errorf("empty thread %s: %w", thread, err)
	}
	if err := e.Threads.Point(ctx, t, state, state.Numbers, tombstone); err != nil {
		return err
	}
	return e.Sweep(ctx, t, state)
}

// Sweep removes what is left of a thread from before its last erasure.
func (e *Eraser) Sweep(ctx context.Context, t id.Tenant, state channel.Thread) error {
	gone := slices.Clone(state.Joined)
	for g := range state.Generation {
		gone = append(gone, channel.Chat{Conversation: e.Veil.Conversation(state.ID, g), Shopper: e.Veil.Shopper(state.ID, g)})
	}
	for _, chat := range gone {
		if err := e.Keys.DestroySubject(ctx, t, chat.Shopper); err != nil {
			return err
		}
		if _, err := e.Table.DeleteRange(ctx, t, table.Whole(t, chat.Conversation)); err != nil {
			return fmt.Errorf("erase conversation %s: %w", chat.Conversation, err)
		}
		if _, err := e.Table.DeleteRange(ctx, t, table.ChannelPlaces(t, chat.Conversation)); err != nil {
			return fmt.Errorf("erase conversation %s: %w", chat.Conversation, err)
		}
	}
	return nil
}

// Account erases all threads of an account, as many as there is time for: it is
// done when it says so. What it has done, it need not do again.
func (e *Eraser) Account(ctx context.Context, t id.Tenant, a channel.Account, since, until time.Time) (erased int, done bool, err error) {
	threads, err := e.Threads.All(ctx, t, a)
	if err != nil {
		return 0, false, err
	}
	for _, s := range threads {
		if s.Into != "" { // of a number: what it held goes with the thread it leads to
			continue
		}
		if !e.Now().Before(until) {
			return erased, false, nil
		}
		erase := func() error { return e.Thread(ctx, t, a, s.ID) }
		if !s.ErasedAt.Before(since) && s.OpenedAt.IsZero() { // emptied in an earlier leg, which may have ended there
			erase = func() error { return e.Sweep(ctx, t, s) }
		}
		if err := erase(); err != nil {
			return erased, false, err
		}
		erased++
	}
	if _, err := e.Table.DeleteRange(ctx, t, table.ChannelThreads(t, a.Key())); err != nil {
		return erased, false, fmt.Errorf("forget threads of %s: %w", a, err)
	}
	return erased, true, nil
}

// entry is an account of a merchant as deletions list it.
func entry(t id.Tenant, a channel.Account) string {
	return string(t) + " " + string(a.Kind) + " " + a.ID
}

func parseEntry(s string) (id.Tenant, channel.Account, error) {
	parts := strings.Fields(s)
	if len(parts) != 3 {
		return "", channel.Account{}, errors.New("an entry that names no account")
	}
	t, err := id.Parse[id.Tenant](parts[0])
	if err != nil {
		return "", channel.Account{}, err
	}
	a, err := channel.ParseAccount(parts[1], parts[2])
	return t, a, err
}

// disconnect takes the token of an account away.
func disconnect(ctx context.Context, connections *meta.Connections, t id.Tenant, a channel.Account) error {
	c, err := connections.Get(ctx, t, a)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return connections.Disconnect(ctx, c)
}
