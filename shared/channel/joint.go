package channel

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
)

// WhatsApp names a person by a lasting id, by a phone number, or by both, as it
// likes. The thread of a person who has a lasting id is that of the id; a number that
// came with it leads there, until it comes with somebody else's.

// Number is a phone number that leads to a thread.
type Number struct {
	Thread id.Conversation `json:"t"` // what the thread of the number alone is called: a keyed hash
	Until  int64           `json:"u"` // Unix seconds: how long it leads there; 0 while that is not settled
}

// Chat is a transcript, and whose it is.
type Chat struct {
	Conversation id.Conversation `json:"c"`
	Shopper      id.Shopper      `json:"s"`
}

// Number gives the phone number that comes along with a person's lasting id, if one
// does.
func (c Content) Number() (number string, ok bool) {
	return c.Phone, c.Phone != "" && c.Person != c.Phone && strings.Trim(c.Person, "0123456789") != ""
}

// Names are all names of a thread: its own, and those of the numbers that lead to it.
func (t Thread) Names() []id.Conversation {
	names := []id.Conversation{t.ID}
	for _, n := range t.Numbers {
		names = append(names, n.Thread)
	}
	return names
}

// Has reports whether a transcript is of the thread: the one that it goes on in, or
// an earlier one of the same person.
func (t Thread) Has(chat id.Conversation) bool {
	return t.Conversation == chat || slices.ContainsFunc(t.Joined, func(c Chat) bool { return c.Conversation == chat })
}

// Chats are the transcripts of the thread, the one that it goes on in first.
func (t Thread) Chats() []id.Conversation {
	all := []id.Conversation{t.Conversation}
	for _, c := range t.Joined {
		if !slices.Contains(all, c.Conversation) {
			all = append(all, c.Conversation)
		}
	}
	return all
}

// join adds transcripts of the same person.
func (t *Thread) join(chats ...Chat) {
	for _, c := range chats {
		if c.Conversation != t.Conversation && !slices.Contains(t.Joined, c) {
			t.Joined = append(slices.Clone(t.Joined), c)
		}
	}
}

// number notes that a number leads to the thread, and until when.
func (t *Thread) number(n id.Conversation, until time.Time) {
	t.Numbers = slices.DeleteFunc(slices.Clone(t.Numbers), func(known Number) bool { return known.Thread == n })
	t.Numbers = append(t.Numbers, Number{n, 0})
	if !until.IsZero() {
		t.Numbers[len(t.Numbers)-1].Until = until.Unix()
	}
}

// absorb makes a thread hold what is so of another of the same person. What the
// person wished in either holds; of whoever has it, the stricter; the rest is that of
// the later.
func (t *Thread) absorb(other Thread) {
	same := t.Conversation == other.Conversation
	if t.version == "" { // it begins with this: the other goes on in it
		begun := *t
		*t = other
		t.ID, t.Generation, t.Numbers, t.version = begun.ID, begun.Generation, begun.Numbers, ""
		t.Joined = slices.Clone(other.Joined)
		t.OptedOutAt = Later(begun.OptedOutAt, other.OptedOutAt)
		return
	}
	t.join(other.Joined...)
	t.join(Chat{other.Conversation, other.Shopper})
	t.OpenedAt, t.OptedOutAt, t.ErasedAt = Later(t.OpenedAt, other.OpenedAt), Later(t.OptedOutAt, other.OptedOutAt), Later(t.ErasedAt, other.ErasedAt)
	t.NoTemplates = t.NoTemplates || other.NoTemplates
	if other.HeldBy != Nobody && t.HeldBy != Stopped && (t.HeldBy == Nobody || other.HeldBy == Stopped || other.HeldAt.After(t.HeldAt)) {
		t.HeldBy, t.HeldAt = other.HeldBy, other.HeldAt
	}
	if t.Flag == NoFlag {
		t.Flag, t.FlaggedAt = other.Flag, other.FlaggedAt
	}
	for _, language := range other.Disclosed {
		if !slices.Contains(t.Disclosed, language) {
			t.Disclosed = append(slices.Clone(t.Disclosed), language)
		}
	}
	if t.Language == "" {
		t.Language = other.Language
	}
	t.Posts = slices.Clone(t.Posts)
	for _, p := range other.Posts {
		if !same {
			p.Turn = 0 // of another transcript
		}
		if known := t.Post(p.Event, p.Part); known != nil {
			known.Raise(p.State)
			continue
		}
		t.Posts = append(t.Posts, p)
	}
	slices.SortStableFunc(t.Posts, func(a, b Post) int { return int(a.At - b.At) })
	t.Posts = t.Posts[max(0, len(t.Posts)-maxPosts):]
}

// Later is the later of two times.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// leads is how long a number leads to a thread that is kept for a time: never shorter
// than a delivery may be late.
func leads(keep time.Duration) time.Duration { return max(keep, remembered+inventory.Day) }

// Lead gives the thread that a name leads to: another one's, if it is that of a
// number whose person is known by a lasting id, else its own.
func (s *Threads) Lead(ctx context.Context, t id.Tenant, a Account, name id.Conversation) (id.Conversation, error) {
	thread, err := s.Get(ctx, t, a, name)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return "", err
	}
	if err == nil && thread.Into != "" {
		return thread.Into, nil
	}
	return name, nil
}

// Carry has what was decided in a transcript hold in another of the same person.
type Carry func(ctx context.Context, from, to Chat) error

// Meet has the thread of a lasting id be that of a number too, which came along with
// it. What was said and wished under the number alone goes on in it: the transcript
// itself, where the id is new, else beside the id's own. A number that led to somebody
// else brings nothing of theirs. Unless something is begun here, nobody's number is
// not noted.
func (s *Threads) Meet(ctx context.Context, t id.Tenant, a Account, name, number id.Conversation, begun bool, keep time.Duration, carry Carry) error {
	known, err := s.Get(ctx, t, a, name)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if slices.ContainsFunc(known.Numbers, func(n Number) bool { return n.Thread == number && n.Until > 0 }) {
		return nil
	}
	for range maxChanges {
		was, err := s.state(ctx, t, a, number)
		if err != nil {
			return err
		}
		switch {
		case was.Into == name:
		case was.Into != "":
			if was, err = s.leave(ctx, t, a, was, keep); err != nil {
				return err
			}
		case was.version == "" && was.OptedOutAt.IsZero() && !begun && known.version == "":
			return nil
		case was.version != "":
			if err := s.take(ctx, t, a, name, was, keep, carry); err != nil {
				return err
			}
		}
		err = s.point(ctx, t, was, name, keep)
		if fault.KindOf(err) == fault.Conflict && err != nil {
			continue // somebody changed it: what they did is taken over as well
		}
		if err != nil {
			return err
		}
		return s.settle(ctx, t, a, name, was, keep)
	}
	return fault.E(fault.Conflict, "This thread keeps changing.", nil)
}

// state reads a thread, or begins it.
func (s *Threads) state(ctx context.Context, t id.Tenant, a Account, thread id.Conversation) (Thread, error) {
	state, err := s.Get(ctx, t, a, thread)
	if fault.KindOf(err) != fault.NotFound || err == nil {
		return state, err
	}
	state = Thread{ID: thread, Account: a, Conversation: s.veil.Conversation(thread, 0), Shopper: s.veil.Shopper(thread, 0)}
	state.OptedOutAt, err = s.suppressed(ctx, t, thread)
	return state, err
}

// take has a thread hold what is so of that of a number.
func (s *Threads) take(ctx context.Context, t id.Tenant, a Account, name id.Conversation, was Thread, keep time.Duration, carry Carry) error {
	for g := range was.Generation { // what may still come of these is to be erased with the rest
		was.join(Chat{s.veil.Conversation(was.ID, g), s.veil.Shopper(was.ID, g)})
	}
	state, err := s.Change(ctx, t, a, name, keep, func(now *Thread) error {
		now.absorb(was)
		now.number(was.ID, time.Time{})
		return nil
	})
	if err != nil {
		return err
	}
	if was.Conversation != state.Conversation {
		if err := carry(ctx, Chat{was.Conversation, was.Shopper}, Chat{state.Conversation, state.Shopper}); err != nil {
			return err
		}
	}
	at := state // where the transcript of the number is found from now on
	at.Conversation, at.Shopper = was.Conversation, was.Shopper
	return s.locate(ctx, t, at, keep)
}

// leave has a number no longer lead to somebody who had it before.
func (s *Threads) leave(ctx context.Context, t id.Tenant, a Account, was Thread, keep time.Duration) (Thread, error) {
	_, err := s.Change(ctx, t, a, was.Into, keep, func(theirs *Thread) error {
		kept := slices.DeleteFunc(slices.Clone(theirs.Numbers), func(n Number) bool { return n.Thread == was.ID })
		if theirs.version == "" || len(kept) == len(theirs.Numbers) {
			return ErrUnchanged
		}
		theirs.Numbers = kept
		return nil
	})
	if err != nil {
		return was, err
	}
	was.OptedOutAt = time.Time{}
	return was, s.Welcome(ctx, t, was.ID)
}

// point has the thread of a number lead to another from now on. Whoever is at work on
// it sees that, and begins anew where it leads.
func (s *Threads) point(ctx context.Context, t id.Tenant, was Thread, to id.Conversation, keep time.Duration) error {
	next := was.Generation
	if was.Into == "" {
		next++
	}
	item, err := itemOf(t, Thread{
		ID: was.ID, Account: was.Account, Generation: next, Conversation: s.veil.Conversation(was.ID, next), Shopper: s.veil.Shopper(was.ID, next),
		Into: to, version: string(id.Random[id.Message]()),
	}, s.table.Now().Add(leads(keep)))
	if err != nil {
		return err
	}
	if was.version == "" {
		return s.table.Create(ctx, t, item)
	}
	return s.table.Replace(ctx, t, item, "version", was.version)
}

// settle notes that a number leads here, and has the wish of either name be both's.
func (s *Threads) settle(ctx context.Context, t id.Tenant, a Account, name id.Conversation, was Thread, keep time.Duration) error {
	state, err := s.Change(ctx, t, a, name, keep, func(now *Thread) error {
		now.OptedOutAt = Later(now.OptedOutAt, was.OptedOutAt)
		now.number(was.ID, s.table.Now().Add(leads(keep)))
		return nil
	})
	if err != nil || state.OptedOutAt.IsZero() {
		return err
	}
	return s.Suppress(ctx, t, state, state.OptedOutAt)
}

// Renew has the numbers of a thread lead to it for as long as it is kept, once a day.
func (s *Threads) Renew(ctx context.Context, t id.Tenant, state Thread, keep time.Duration) (Thread, error) {
	until := s.table.Now().Add(leads(keep))
	due := slices.DeleteFunc(slices.Clone(state.Numbers), func(n Number) bool { return n.Until > until.Add(-inventory.Day).Unix() })
	if len(due) == 0 {
		return state, nil
	}
	if err := s.Point(ctx, t, state, due, keep); err != nil {
		return state, err
	}
	return s.Change(ctx, t, state.Account, state.ID, keep, func(now *Thread) error {
		for _, n := range due {
			now.number(n.Thread, until)
		}
		return nil
	})
}

// Point has numbers lead to a thread for as long as something is kept from now on,
// unless they lead to somebody else by now.
func (s *Threads) Point(ctx context.Context, t id.Tenant, state Thread, numbers []Number, keep time.Duration) error {
	for _, n := range numbers {
		was, err := s.state(ctx, t, state.Account, n.Thread)
		if err == nil && was.Into == state.ID {
			err = s.point(ctx, t, was, state.ID, keep)
		}
		if err != nil && fault.KindOf(err) != fault.Conflict { // somebody else has just done it
			return fmt.Errorf("keep a number of thread %s: %w", state.ID, err)
		}
	}
	return nil
}
