package rights

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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
	Others   []Task                                                                       // other stores, each of which may fail by itself
	Erased   func(context.Context, conversation.Ref, Request, conversation.Cleared) error // is told of each conversation; nil is not
	Now      func() time.Time
}

// Task erases what one store holds about the people and conversations of a request.
// Done again, it finds nothing.
type Task struct {
	Record string
	Erase  func(context.Context, id.Tenant, Request) ([]Effect, error)
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
	if !r.State.Open() || e.Now().Before(r.CheckAt) { // not proved yet, or ended, or not due
		return nil
	}
	r.Conversations, err = e.Requests.About(ctx, t, r)
	if err != nil {
		return err
	}
	effects, err := e.pass(ctx, t, r)
	if err != nil {
		return fmt.Errorf("erase for request %s: %w", name, err)
	}
	first := r.State != Checking
	_, err = e.Requests.Change(ctx, t, name, func(now *Request) error {
		now.Conversations = r.Conversations // the second look must find them without their links
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
// others.
func (e *Eraser) pass(ctx context.Context, t id.Tenant, r Request) ([]Effect, error) {
	rows := 0
	var failed error
	for _, c := range r.Conversations {
		n, err := e.conversation(ctx, t, c, r)
		rows += n.Rows
		failed = cmp.Or(failed, err)
	}
	effects := []Effect{{Store: "conversation", Outcome: Erased, Count: rows,
		Why: "Messages, answers and what the AI was sent: their key is destroyed, and they are deleted."}}
	for _, task := range e.Others {
		found, err := task.Erase(ctx, t, r)
		effects = append(effects, found...)
		if err != nil {
			failed = cmp.Or(failed, fmt.Errorf("%s: %w", task.Record, err))
		}
	}
	if failed != nil { // links stay, so that the next try finds what is left
		return nil, failed
	}
	links := 0
	for _, who := range r.Subjects {
		if err := e.Requests.markErased(ctx, t, who, e.Now()); err != nil {
			return nil, err
		}
		n, err := e.Requests.Unlink(ctx, t, who)
		if err != nil {
			return nil, err
		}
		links += n
	}
	return append(effects, Effect{Store: "rights.link", Outcome: Erased, Count: links,
		Why: "What tied the conversations to a proved address or account."}), nil
}

// conversation erases one conversation: the ledger first, so that a backup cannot
// bring it back; then the mark that ends it; then its key; then its rows.
func (e *Eraser) conversation(ctx context.Context, t id.Tenant, c id.Conversation, r Request) (n conversation.Cleared, err error) {
	shopper, err := e.Chats.Owner(ctx, t, c)
	if fault.KindOf(err) == fault.NotFound { // nothing is left of it
		return n, nil
	}
	if err != nil {
		return n, err
	}
	ref := conversation.Ref{Tenant: t, Conversation: c, Shopper: shopper}
	if err := e.Ledger.write(ctx, ref, r); err != nil {
		return n, err
	}
	if n, err = bury(ctx, e.Chats, e.Keys, ref); err == nil && e.Erased != nil {
		err = e.Erased(ctx, ref, r, n)
	}
	return n, err
}

// bury ends a conversation, destroys its key, and removes its rows.
func bury(ctx context.Context, chats *conversation.Store, keys *seal.Keyring, ref conversation.Ref) (conversation.Cleared, error) {
	if err := chats.Bury(ctx, ref); err != nil {
		return conversation.Cleared{}, err
	}
	if err := keys.DestroySubject(ctx, ref.Tenant, ref.Shopper); err != nil {
		return conversation.Cleared{}, err
	}
	return chats.Clear(ctx, ref.Tenant, ref.Conversation)
}

// kept is what an erasure leaves, why, and until when.
func (e *Eraser) kept(r Request) []Effect {
	period, _ := inventory.AuditRetention.Period()
	until := r.Received.Add(period).Truncate(time.Second).UTC()
	ledger := e.Now().Add(period).Truncate(time.Second).UTC()
	return []Effect{
		{"rights.request", Kept, 1, "This request and its receipt, without your address: we must be able to show that we answered it (GDPR Art. 5(2), 17(3)(b)).", until},
		{"rights.erasure", Kept, len(r.Conversations), "Random identifiers, so that a restored backup is erased again (GDPR Art. 17(3)(b)).", ledger},
		{"audit.entry", Kept, 0, "That somebody's records were read or changed, and when; whose can no longer be told (GDPR Art. 17(3)(b)).", ledger},
		{"shop", Kept, 0, "Orders and invoices in the shop's own systems are the shop's to keep, as tax law has it (GDPR Art. 17(3)(b)). Ask the shop.", time.Time{}},
	}
}

// merge adds the effects of the second look to those of the first.
func merge(first, second []Effect) []Effect {
	all := slices.Clone(first)
	for _, s := range second {
		i := slices.IndexFunc(all, func(f Effect) bool { return f.Store == s.Store && f.Outcome == s.Outcome })
		if i < 0 {
			all = append(all, s)
			continue
		}
		all[i].Count += s.Count
	}
	return all
}
