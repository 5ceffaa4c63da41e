package rights

import (
	"context"
	"slices"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
)

// maxFound is the most chats that one child can be found to have written in.
const maxFound = 50

// Asker is who has to prove an address for a request: the person it is about, or the
// guardian of a child.
func (r Request) Asker() id.Subject {
	if r.Guardian != "" || len(r.Subjects) == 0 {
		return r.Guardian
	}
	return r.Subjects[0]
}

// askers is everybody whose request it is.
func (r Request) askers() []id.Subject {
	if r.Guardian == "" {
		return r.Subjects
	}
	return append(slices.Clone(r.Subjects), r.Guardian)
}

// Likely lists the chats that somebody proved what a guardian says the child used:
// whoever decides looks at them first. Nothing is done because of it.
func (s *Store) Likely(ctx context.Context, t id.Tenant, r Request) ([]id.Conversation, error) {
	return s.About(ctx, t, Request{Subjects: r.Named})
}

// Find says which chats are the child's, of whom a guardian has written: they are
// erased. Without any, nothing is held, and the request ends. It is Conflict for any
// other request.
func (r *Request) Find(chats []id.Conversation, now time.Time) error {
	if r.Kind != Child || r.State != Waiting {
		return fault.E(fault.Conflict, "This request does not look for a child's chats.", nil)
	}
	if len(chats) > maxFound {
		return fault.E(fault.Invalid, "Up to 50 chats can be a child's.", nil)
	}
	if r.Paused() {
		r.Pauses[len(r.Pauses)-1].To = now.UTC()
	}
	r.Conversations = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(r.Conversations), chats...))))
	if len(r.Conversations)+len(r.Visitors) > 0 {
		r.State, r.CheckAt = Accepted, time.Time{}
		return nil
	}
	r.State, r.EndedAt = Done, now.UTC()
	r.Receipt = append(r.Receipt, Effect{Store: "conversation", Outcome: Nothing,
		Why: "A person at the shop has looked for your child's chats and found none. If you know more, such as the name or number they used, please ask again."})
	return nil
}
