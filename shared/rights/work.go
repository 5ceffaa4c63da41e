package rights

import (
	"context"
	"fmt"
	"strconv"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/queue"
)

// Work names a request that a worker is to carry out.
type Work struct {
	Tenant  id.Tenant  `json:"tenant"`
	Request id.Request `json:"request"`
}

// first is the state in which a request begins: a worker's, or a person's at the
// shop. What a guardian has erased of a child is known when they ask from the child's
// chat; otherwise somebody has to look for it.
func (r Request) first() State {
	switch {
	case r.Kind == Correct, r.Kind == Object, r.Kind == HumanReview, r.Kind == Complaint:
		return Waiting
	case r.Kind == Child && len(r.Conversations) == 0:
		return Waiting
	}
	return Accepted
}

// choices are the kinds that are carried out by a conversation's standing alone.
var choices = map[Kind]conversation.Choice{
	Restrict: conversation.Restricted, Object: conversation.Objected, OptOut: conversation.OptedOut,
	Limit: conversation.Limited, NoAI: conversation.NoAI, Child: conversation.Paused,
}

// Desk starts the work on requests: choices take effect at once, and what takes
// longer is queued.
type Desk struct {
	Requests *Store
	Chats    *conversation.Store
	Erasures *queue.Sender[Work]
	Exports  *queue.Sender[Work]
	Letters  *Letters // nil where privacy-resume sends them
}

// Start begins with a request that is accepted. It may be done again.
func (d *Desk) Start(ctx context.Context, t id.Tenant, r Request) (Request, error) {
	if choice, ok := choices[r.Kind]; ok {
		n, err := d.choose(ctx, t, r, choice)
		if err != nil {
			return r, err
		}
		if r.first() == Accepted && r.Kind != Child {
			return d.Requests.Change(ctx, t, r.ID, func(now *Request) error {
				now.State, now.EndedAt = Done, d.Requests.table.Now().UTC()
				now.Receipt = []Effect{{Store: "conversation", Outcome: Changed, Count: n, Why: carried[r.Kind]}}
				return nil
			})
		}
	}
	switch {
	case r.State == Waiting:
		return r, nil
	case r.Kind == Erase, r.Kind == Child:
		return r, d.send(ctx, d.Erasures, t, r)
	case r.Kind == Access, r.Kind == Export:
		return r, d.send(ctx, d.Exports, t, r)
	}
	return r, nil
}

// Pause has no model asked any more in the chat that a guardian asks from, whose
// address is not proved yet: the session is proof enough for that.
func (d *Desk) Pause(ctx context.Context, t id.Tenant, r Request) error {
	if r.Kind != Child {
		return nil
	}
	_, err := d.choose(ctx, t, r, choices[Child])
	return err
}

// carried says what became of a choice.
var carried = map[Kind]string{
	Restrict: "The conversations are kept but not used: not answered from, not shown to the shop, not analysed.",
	OptOut:   "Noted. Personal data is neither sold nor shared, for anybody.",
	Limit:    "The conversations are used for answering you and for nothing else.",
	NoAI:     "No AI is asked any more in these conversations. People answer.",
}

// choose makes a choice for all conversations of a request.
func (d *Desk) choose(ctx context.Context, t id.Tenant, r Request, choice conversation.Choice) (n int, err error) {
	all, err := d.Requests.About(ctx, t, r)
	if err != nil {
		return 0, err
	}
	for _, c := range all {
		shopper, err := d.Chats.Owner(ctx, t, c)
		if fault.KindOf(err) == fault.NotFound && r.Shopper != "" { // nothing was said yet
			shopper, err = r.Shopper, nil
		}
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return n, err
		}
		if err := d.Chats.Choose(ctx, conversation.Ref{Tenant: t, Conversation: c, Shopper: shopper}, choice, true); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// send queues a request for its worker. Each state is work of its own.
func (d *Desk) send(ctx context.Context, to *queue.Sender[Work], t id.Tenant, r Request) error {
	once := string(r.ID) + "-" + string(r.State) + "-" + strconv.FormatInt(r.CheckAt.Unix(), 36)
	if err := to.Send(ctx, string(r.ID), once, Work{t, r.ID}); err != nil {
		return fmt.Errorf("queue request %s: %w", r.ID, err)
	}
	return nil
}

// write sends the letters that a request calls for.
func (d *Desk) write(ctx context.Context, t id.Tenant, r Request) error {
	if d.Letters == nil {
		return nil
	}
	return d.Letters.Send(ctx, t, r)
}

// Resume starts whatever waits, of all tenants: what could not be queued, and what
// is to be looked at again; and sends the letters that are owed. One that fails does not keep the others back.
func (d *Desk) Resume(ctx context.Context) error {
	waiting, err := d.Requests.table.RequestsWaiting(ctx)
	if err != nil {
		return fmt.Errorf("list waiting requests: %w", err)
	}
	var failed error
	for _, w := range waiting {
		r, err := d.Requests.Get(ctx, w.Tenant, w.Request)
		if fault.KindOf(err) == fault.NotFound { // expired; the index follows
			continue
		}
		if err == nil && r.State.worked() && !d.Requests.table.Now().Before(r.CheckAt) {
			r, err = d.Start(ctx, w.Tenant, r)
		}
		if err == nil {
			err = d.write(ctx, w.Tenant, r)
		}
		if err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}
