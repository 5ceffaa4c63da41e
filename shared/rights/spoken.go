package rights

import (
	"context"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/tenant"
	"omniops/shared/wish"
)

// spoken says what became of a wish that was done when it was spoken.
var spoken = map[Kind]Effect{
	Access: {Store: "conversation", Outcome: Provided, Count: 1, Why: "What is held was said in the thread, and a copy of it was offered."},
	Erase:  {Store: "conversation", Outcome: Erased, Count: 1, Why: "The messages of this thread and what was stored about them were erased when it was asked."},
	NoAI:   {Store: "conversation", Outcome: Changed, Count: 1, Why: carried[NoAI]},
}

// AcceptSpoken keeps a wish that was done when it was spoken, so that the merchant
// sees it with the others. The same wish in the same chat is one request, unless
// each has a name of its own. The chat of a child is erased a day later: until then
// it is paused, and a parent may write to the shop.
func (s *Store) AcceptSpoken(ctx context.Context, ref conversation.Ref, region tenant.Region, w wish.Wish, name string) (id.Request, error) {
	r := Request{
		Kind: Kind(w), Source: FromShopper, SourceID: "spoken|" + string(ref.Conversation) + "|" + name, Law: LawOf(region),
		Conversations: []id.Conversation{ref.Conversation}, Shopper: ref.Shopper,
	}
	if r.Kind == Child {
		r.SourceID, r.Law, r.CheckAt = "age|"+string(ref.Conversation), ChildRule, s.table.Now().Add(guardianFor).UTC()
	}
	if effect, done := spoken[r.Kind]; done {
		r.State, r.EndedAt, r.Receipt = Done, s.table.Now().UTC(), []Effect{effect}
	}
	return s.Accept(ctx, ref.Tenant, r)
}

// Counter takes what a person asks for where there is neither a form nor a button: in
// a thread, which is the proof of who they are.
type Counter struct {
	Desk    *Desk
	Tickets *Tickets
	Notes   *Notes
	Pages   string // where the public pages are
}

// Spoken is a wish as it was spoken.
type Spoken struct {
	Wish  wish.Wish
	Name  id.Message        // of the message it was spoken in: the same again is the same request
	Words string            // what was written, for the person at the shop who decides
	About id.Message        // the answer that a person is to look at
	Also  []id.Conversation // earlier transcripts of the same person
}

// Take keeps a wish as a request about the chat it was spoken in and begins with it.
// The link lets its holder follow the request, and fetch the copy that was asked for.
func (c *Counter) Take(ctx context.Context, ref conversation.Ref, region tenant.Region, w Spoken) (r Request, link string, err error) {
	r = Request{
		Kind: Kind(w.Wish), Source: FromShopper, SourceID: "spoken|" + string(ref.Conversation) + "|" + string(w.Name), Law: LawOf(region),
		Conversations: append([]id.Conversation{ref.Conversation}, w.Also...), Shopper: ref.Shopper, Message: w.About,
	}
	if r.first() == Waiting {
		if r.Note, err = c.Notes.Seal(ctx, ref.Tenant, w.Words); err != nil {
			return r, "", err
		}
	}
	requests := c.Desk.Requests
	name, err := requests.Accept(ctx, ref.Tenant, r)
	if err != nil {
		return r, "", err
	}
	if r, err = requests.Get(ctx, ref.Tenant, name); err != nil {
		return r, "", err
	}
	if r.State == Accepted || r.State == Waiting {
		started, err := c.Desk.Start(ctx, ref.Tenant, r)
		if err != nil {
			return r, "", err
		}
		r = started
	}
	ticket, err := c.Tickets.Issue(ref.Tenant, name, true)
	if err != nil {
		return r, "", err
	}
	return r, c.Pages + "/v1/privacy/requests#" + string(name) + "." + ticket, nil
}

// guardianFor is how long a parent has to step in before a child's chat is erased.
const guardianFor = 24 * time.Hour

// AcceptWish is AcceptSpoken for what the storefront engine does itself.
func (s *Store) AcceptWish(ctx context.Context, ref conversation.Ref, region tenant.Region, w wish.Wish) error {
	_, err := s.AcceptSpoken(ctx, ref, region, w, "")
	return err
}
