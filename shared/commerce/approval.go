package commerce

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/table"
)

// Pended is an action that is a person's to decide, with whose it is.
type Pended struct {
	Task
	Details  Action
	Attempts int    // at carrying it out
	Mark     string // stands in the shop system's note of what it may have made; empty before the first attempt
}

// Approvals gives the actions that wait for the merchant, oldest first: for a yes or a
// no, or to be told whether they were done.
func (s *Actions) Approvals(ctx context.Context, t id.Tenant) ([]Pended, error) {
	items, err := s.table.Earliest(ctx, t, table.Approvals(t), 0)
	if err != nil {
		return nil, fmt.Errorf("read approvals: %w", err)
	}
	var all []Pended
	for _, item := range items {
		w, _, err := s.waiting(ctx, t, item)
		if fault.KindOf(err) == fault.NotFound { // erased
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(Rulings(w.Details.State)) > 0 {
			all = append(all, w)
		}
	}
	return all, nil
}

// Approval finds an action that waited for the merchant: NotFound if there is none.
func (s *Actions) Approval(ctx context.Context, t id.Tenant, a id.Action) (Pended, error) {
	item, err := s.table.GetItem(ctx, t, table.Approval(t, a))
	if err != nil {
		return Pended{}, err
	}
	w, _, err := s.waiting(ctx, t, item)
	return w, err
}

func (s *Actions) waiting(ctx context.Context, t id.Tenant, item table.Item) (Pended, details, error) {
	var stored approvalItem
	if err := item.Decode(&stored); err != nil {
		return Pended{}, details{}, err
	}
	_, name, _ := strings.Cut(item.Key().SK, "#")
	task := Task{conversation.Ref{Tenant: t, Conversation: stored.Conversation, Shopper: stored.Shopper}, id.Action(name)}
	found, d, err := s.open(ctx, task.Ref, task.Action)
	if err != nil {
		return Pended{}, details{}, err
	}
	p := Pended{Task: task, Details: s.view(found, d), Attempts: found.Attempts}
	if d.License != nil && found.Attempts > 0 {
		p.Mark = d.License.Key
	}
	return p, d, nil
}

// list puts an action where the merchant sees what waits for a person, unless the
// same is waiting there already: then it is joined to that.
func (s *Actions) list(ctx context.Context, task Task, item actionItem, d *details) error {
	same := sameness(item.Order, item.Kind, d.Lines)
	first, err := s.asked(ctx, task.Tenant, same, d.Address)
	if err != nil {
		return err
	}
	if first != nil && first.Action != task.Action {
		d.Joined, d.Receipt = &first.Task, say(d.Language, alreadyAsked)
		return nil
	}
	return s.point(ctx, task, item, same)
}

// point puts an action into the merchant's list.
func (s *Actions) point(ctx context.Context, task Task, item actionItem, same string) error {
	err := s.table.Put(ctx, task.Tenant, approvalItem{table.Approval(task.Tenant, task.Action), task.Conversation, task.Shopper, same, item.ExpireAt})
	if err != nil {
		return fmt.Errorf("store approval of %s: %w", task.Action, err)
	}
	return nil
}

// alreadyAsked names the sentence for who asks again for what waits for a person.
const alreadyAsked = "already_asked"

// asked finds the action that waits for a person, is being carried out after one
// agreed, or may have been, and asks for the same; nil if there is none.
func (s *Actions) asked(ctx context.Context, t id.Tenant, same string, to *Address) (*Pended, error) {
	items, err := s.table.Earliest(ctx, t, table.Approvals(t), 0)
	if err != nil {
		return nil, fmt.Errorf("read approvals: %w", err)
	}
	for _, item := range items {
		var stored approvalItem
		if err := item.Decode(&stored); err != nil {
			return nil, err
		}
		if stored.Same != same {
			continue
		}
		w, d, err := s.waiting(ctx, t, item)
		if fault.KindOf(err) == fault.NotFound && err != nil { // erased
			continue
		}
		if err != nil {
			return nil, err
		}
		open := slices.Contains([]State{Waiting, Approved, Running, Unknown}, w.Details.State)
		if open && (to == nil) == (d.Address == nil) && (to == nil || *to == *d.Address) {
			return &w, nil
		}
	}
	return nil, nil
}

// sameness is the same for the same change to the same items of an order.
func sameness(o id.Order, kind ActionKind, lines []Line) string {
	sum := sha256.Sum256(fmt.Append(nil, o, "|", kind, "|", lines))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// followed gives an action as it is shown: one that was joined to another is as far
// as that one.
func (s *Actions) followed(ctx context.Context, item actionItem, d details) (Action, error) {
	a := s.view(item, d)
	if d.Joined == nil {
		return a, nil
	}
	first, its, err := s.open(ctx, d.Joined.Ref, d.Joined.Action)
	if fault.KindOf(err) == fault.NotFound && err != nil { // erased, and nobody decides any more
		a.State, a.Receipt = Lapsed, ""
		return a, nil
	}
	if err != nil {
		return Action{}, err
	}
	if first.State != Waiting {
		a.State, a.Receipt = first.State, its.Receipt
	}
	return a, nil
}
