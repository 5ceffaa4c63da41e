package rights

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
)

// Eraser erases a person's records. It may be stopped anywhere and started again:
// each step is harmless to repeat.
//
// What is erased is unreadable everywhere once its subject's key is destroyed, in
// backups too; removing the rows is housekeeping. A turn that was under way may
// still add a row, which nobody can find, so after settleFor everything is looked
// over once more before the receipt is written.
type Eraser struct {
	Requests *Store
	Ledger   *Ledger
	Chats    *conversation.Store
	Keys     *seal.Keyring
	Shelves  []Shelf                                                  // all others, each of which may fail by itself; package holding lists them
	Erased   func(context.Context, id.Tenant, Request, Removed) error // is told of each; nil is not
	Now      func() time.Time
}

// Removed is what an erasure took from one place.
type Removed struct {
	Record string
	Count  int
	Digest string // of what was there, as stored; empty where that is not known
}

// settleFor is longer than any function runs, and than any instance remembers a key.
const settleFor = 10 * time.Minute

// Erase carries out a request for erasure. When it is done but for the second look,
// it gives no error and the request is Checking; call it again after settleFor.
func (e *Eraser) Erase(ctx context.Context, t id.Tenant, name id.Request) error {
	r, err := e.Requests.Get(ctx, t, name)
	if err != nil {
		return err
	}
	if r.Kind != Erase && r.Kind != Child {
		return fault.E(fault.Invalid, "This request is not one for erasure.", nil)
	}
	if !r.State.Open() || r.State == Waiting || e.Now().Before(r.CheckAt) { // not proved or decided yet, or ended, or not due
		return nil
	}
	about, err := e.Requests.About(ctx, t, r)
	if err != nil {
		return err
	}
	if len(about) > len(r.Conversations) { // a try after a failure, and the second look, must find them without their links
		r, err = e.Requests.Change(ctx, t, name, func(now *Request) error {
			now.Conversations = about
			return nil
		})
		if err != nil {
			return err
		}
	}
	effects, err := e.pass(ctx, t, r)
	if err != nil {
		return fmt.Errorf("erase for request %s: %w", name, err)
	}
	first := r.State != Checking
	_, err = e.Requests.Change(ctx, t, name, func(now *Request) error {
		now.Receipt = merge(r.Receipt, effects)
		if first {
			now.State, now.CheckAt = Checking, e.Now().Add(settleFor).UTC()
			return nil
		}
		now.State, now.EndedAt = Done, e.Now().UTC()
		now.Receipt = append(now.Receipt, e.kept(*now)...)
		return nil
	})
	return err
}

// pass erases everything once. Every store gets its turn, whatever becomes of the
// others; what fails leaves enough behind for the next try to find the rest.
func (e *Eraser) pass(ctx context.Context, t id.Tenant, r Request) ([]Effect, error) {
	p, err := person(ctx, e.Chats, t, r)
	if err != nil {
		return nil, err
	}
	for _, v := range r.Visitors {
		if err := e.Ledger.writeVisitor(ctx, t, v, r); err != nil {
			return nil, err
		}
	}
	for _, ref := range p.Chats {
		if err := e.Ledger.write(ctx, ref, r); err != nil {
			return nil, err
		}
	}
	effects, rows, err := e.bury(ctx, p)
	if err != nil {
		return nil, err
	}
	effects = append([]Effect{{Store: "conversation", Outcome: Erased, Count: rows,
		Why: "Messages, answers and what the AI was sent: their key is destroyed, and they are deleted."}}, effects...)
	for _, who := range r.Subjects { // the last, so that a try after a failure finds what is left
		if err := e.Requests.markErased(ctx, t, who, e.Now()); err != nil {
			return nil, err
		}
		if _, err := e.Requests.Unlink(ctx, t, who); err != nil { // from before links had a way back
			return nil, err
		}
	}
	return effects, nil
}

// bury ends a person's conversations, so that nobody reads or adds to them; has
// put aside what must stay; destroys their keys; and removes what is left, the
// conversations last, because the way to all else leads through them.
func (e *Eraser) bury(ctx context.Context, p Person) (effects []Effect, rows int, failed error) {
	for _, ref := range p.Chats {
		failed = cmp.Or(failed, e.Chats.Bury(ctx, ref))
	}
	for _, s := range e.Shelves {
		if s.Keep == nil {
			continue
		}
		kept, err := s.Keep(ctx, p)
		effects = append(effects, kept...)
		failed = cmp.Or(failed, named(s, err))
	}
	if failed != nil { // the keys are still needed for what must stay
		return nil, 0, failed
	}
	for _, ref := range p.Chats {
		failed = cmp.Or(failed, e.Keys.DestroySubject(ctx, ref.Tenant, ref.Shopper))
	}
	for _, s := range e.Shelves {
		if s.Erase == nil {
			continue
		}
		removed, err := s.Erase(ctx, p)
		failed = cmp.Or(failed, named(s, err))
		effects = append(effects, removed...)
		for _, n := range removed {
			if n.Outcome == Erased && n.Count > 0 {
				failed = cmp.Or(failed, e.tell(ctx, p, Removed{Record: n.Store, Count: n.Count}))
			}
		}
	}
	if failed != nil {
		return nil, 0, failed
	}
	links := 0
	for _, ref := range p.Chats {
		n, err := e.Requests.loosen(ctx, ref.Tenant, ref.Conversation)
		links += n
		failed = cmp.Or(failed, err)
	}
	effects = append(effects, Effect{Store: "rights.link", Outcome: Erased, Count: links, Why: "What tied the conversations to a proved address, account or order."})
	if failed != nil {
		return nil, 0, failed
	}
	for _, ref := range p.Chats {
		cleared, err := e.Chats.Clear(ctx, ref.Tenant, ref.Conversation)
		rows += cleared.Rows
		if err == nil {
			err = e.tell(ctx, p, Removed{"conversation", cleared.Rows, cleared.Digest})
		}
		failed = cmp.Or(failed, err)
	}
	return effects, rows, failed
}

func (e *Eraser) tell(ctx context.Context, p Person, n Removed) error {
	if e.Erased == nil {
		return nil
	}
	return e.Erased(ctx, p.Tenant, p.Request, n)
}

// named says which store failed.
func named(s Shelf, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", strings.Join(s.Records, ", "), err)
}

// kept is what an erasure leaves, why, and until when.
func (e *Eraser) kept(r Request) []Effect {
	period, _ := inventory.AuditRetention.Period()
	until := r.Received.Add(period).Truncate(time.Second).UTC()
	ledger := e.Now().Add(period).Truncate(time.Second).UTC()
	all := []Effect{
		{"rights.request", Kept, 1, "This request and its receipt, without your address: we must be able to show that we answered it (GDPR Art. 5(2), 17(3)(b)).", until},
		{"rights.erasure", Kept, len(r.Conversations), "Random identifiers, so that a restored backup is erased again (GDPR Art. 17(3)(b)).", ledger},
		{"audit.entry", Kept, 0, "That somebody's records were read or changed, and when; whose can no longer be told (GDPR Art. 17(3)(b)).", ledger},
		{"shop", Kept, 0, "Orders and invoices in the shop's own systems are the shop's to keep, as tax law has it (GDPR Art. 17(3)(b)). Ask the shop.", time.Time{}},
	}
	if len(r.Subjects) > 0 {
		all = append(all, Effect{"rights.erased", Kept, len(r.Subjects), "That your records were erased, by a hash of the address that was proved, so that they are not kept when a shop system sends them again (GDPR Art. 17(3)(b)).", ledger})
	}
	return all
}

// merge adds the effects of the second look to those of the first. What neither found
// anything of was not erased: nothing of it was held.
func merge(first, second []Effect) []Effect {
	all := slices.Clone(first)
	for _, s := range second {
		if s.Outcome == Erased && s.Count == 0 {
			s.Outcome, s.Why = Nothing, "Nothing of this kind was held about you."
		}
		i := slices.IndexFunc(all, func(f Effect) bool { return f.Store == s.Store && (f.Outcome == Kept) == (s.Outcome == Kept) })
		switch {
		case i < 0:
			all = append(all, s)
		case s.Outcome == Kept, all[i].Outcome == Nothing: // seen again, or seen at last
			all[i] = s
		default:
			all[i].Count += s.Count
		}
	}
	return all
}
