package commerce

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/table"
)

// Task names an action that is to be carried out. It is what a worker is sent.
type Task struct {
	conversation.Ref
	Action id.Action
}

// Told is a letter about what came of an action.
type Told struct {
	Shopper bool   // goes to the customer, else to the merchant
	To      string // the customer's address; empty for the merchant
	Subject string
	Text    string
	Key     string // the same for the same letter
}

// Execute carries an action on from where it is: what a shopper confirmed is judged
// once more by the rules, on the order as it is now, and is granted or passed on to
// a person; what is granted is carried out once. It is to be called again after an
// error that may pass, and until then nothing is lost; called twice, it does
// nothing twice. It gives the letters about where the action is then, the same ones
// every time; they are to be sent, with an error or without.
func (s *Actions) Execute(ctx context.Context, task Task, shop Platform) ([]Told, error) {
	item, d, err := s.open(ctx, task.Ref, task.Action)
	if fault.KindOf(err) == fault.NotFound { // erased meanwhile
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if item.State == Proposed || item.State == Declined {
		return nil, nil
	}
	if item.State == Confirmed || item.State == Approved {
		order, err := shop.Order(ctx, Access{task.Tenant, OrderAction}, item.Order)
		switch {
		case err == nil:
			item, d, err = s.grant(ctx, task, item, d, order)
		case s.passes(d, err):
			return nil, fmt.Errorf("read order of action %s: %w", task.Action, err)
		default:
			item, d, err = s.strand(ctx, task, item, d, err)
		}
		if err != nil {
			return nil, err
		}
	}
	if item.State == Running { // now, or since an attempt that did not end well
		if item, d, err = s.carryOut(ctx, task, item, d, shop); err != nil {
			return nil, err
		}
	}
	told := letters(task, item, d)
	if item.State == Unknown { // parked, so that an operator's alarm goes off too
		return told, fault.E(fault.Invalid, "", fmt.Errorf("action %s is unsettled after %d attempts", task.Action, item.Attempts))
	}
	return told, nil
}

// letters says what is to be told of an action, to the customer's address and to
// the merchant.
func letters(task Task, item actionItem, d details) []Told {
	key := fmt.Sprintf("%s-%s-%d", task.Action, item.State, len(d.Decisions)) // it may wait for a person twice
	shopper := Told{Shopper: true, To: d.Mail, Subject: say(d.Language, "subject_action", d.Number), Text: d.Text + "\n\n" + d.Receipt, Key: key}
	merchant := func(sentence, why string) Told {
		return Told{Subject: say("en", "subject_approval", d.Number), Text: say("en", sentence, d.Number, d.merchantWords(item.Kind), why, task.Action), Key: key + "-merchant"}
	}
	switch item.State {
	case Done, Failed, Refused:
		return []Told{shopper}
	case Unknown:
		return []Told{shopper, merchant("mail_unknown", "")}
	case Waiting:
		if d.Joined != nil {
			return nil
		}
		v := d.Decisions[len(d.Decisions)-1].Verdict
		switch {
		case v == nil:
			return []Told{merchant("mail_approval", "")}
		case slices.Contains(v.Reasons, OutOfReach): // it was said to be under way
			return []Told{shopper, merchant("mail_out_of_reach", "")}
		}
		return []Told{merchant("mail_approval", reasons(*v))}
	}
	return nil
}

// grant judges an action by the order as it is now. It gives the action in its next
// state: Running with a license, Waiting for a person, or Failed.
func (s *Actions) grant(ctx context.Context, task Task, item actionItem, d details, o Order) (actionItem, details, error) {
	now := s.table.Now().UTC()
	rules, err := s.rules.Get(ctx, task.Tenant)
	if err != nil {
		return item, d, err
	}
	times, err := s.times(ctx, task.Tenant, item.Kind, o)
	if err != nil {
		return item, d, err
	}
	a := asked{item.Kind, d.Lines, d.Amount}
	v := rules.judge(o, a, times, now)
	by := "rules"
	if item.State == Approved {
		by = "merchant"
		if v.Outcome == Approval { // the person knew
			v = Verdict{Outcome: Allowed, Version: v.Version}
		}
	}
	if v.Outcome == Allowed && !unchanged(o, a) { // not what the shopper said yes to
		v = Verdict{Outcome: Approval, Reasons: []Reason{Unclear}, Version: v.Version}
	}
	if v.Outcome == Allowed && by == "rules" { // the same may have been done already, and nobody knows
		first, err := s.asked(ctx, task.Tenant, sameness(item.Order, item.Kind, d.Lines), d.Address)
		if err != nil {
			return item, d, err
		}
		if first != nil && first.Action != task.Action && first.Details.State == Unknown {
			v = Verdict{Outcome: Approval, Reasons: []Reason{Unclear}, Version: v.Version}
		}
	}
	next := Running
	switch v.Outcome {
	case Moot:
		next, d.Receipt = Failed, say(d.Language, string(v.Reasons[0]), d.Number)
	case Approval:
		next, d.Receipt = Waiting, say(d.Language, "passed_on")
		if err := s.list(ctx, task, item, &d); err != nil {
			return item, d, err
		}
	default:
		d.License = &license{customerOf(o), o.ID, d.Amount, v.Version, by, newKey(), now}
	}
	d.Mail = o.Email
	counted := d.Counted || next != Running
	d.Counted = d.Counted || next == Running
	d.decided(now, "rules", next, &v)
	d.Decisions[len(d.Decisions)-1].Inputs = inputs(o, a, times)
	if item, err = s.move(ctx, task.Ref, item, next, d); err != nil {
		return item, d, err
	}
	if !counted {
		if err := s.tally(ctx, task.Tenant, item.Kind, o); err != nil {
			return item, d, err
		}
	}
	return item, d, nil
}

// unchanged reports whether an order still has what a change is about, and a
// cancellation still gives back what was said.
func unchanged(o Order, a asked) bool {
	if a.kind == Cancel {
		now, _, err := wish(o, Wish{Kind: Cancel})
		return err == nil && now.amount == a.amount
	}
	for _, l := range a.lines {
		at := slices.IndexFunc(o.Items, func(i LineItem) bool { return i.ID == l.ID })
		if at < 0 || a.kind == RefundItems && o.Items[at].Refundable < l.Quantity || a.kind == ReturnRequest && o.Items[at].Returnable < l.Quantity {
			return false
		}
	}
	return true
}

// reasons says to the merchant why the rules leave a change to a person.
func reasons(v Verdict) string {
	var words []string
	for _, r := range v.Reasons {
		words = append(words, say("en", "why_"+string(r)))
	}
	return strings.Join(words, "; ")
}

// carryOut does what is licensed, unless it has been done, and gives the action in
// the state it has then. An error is one that may pass.
func (s *Actions) carryOut(ctx context.Context, task Task, item actionItem, d details, shop Platform) (actionItem, details, error) {
	l := d.License
	if l == nil || l.Order != item.Order {
		return item, d, fmt.Errorf("action %s runs without a license", task.Action) // a bug, or tampering
	}
	change := Change{Kind: item.Kind, Order: l.Order, Key: l.Key, Lines: d.Lines, Amount: l.Amount, Reason: d.Reason}
	if d.Address != nil {
		change.Address = *d.Address
	}
	access := Access{task.Tenant, OrderAction}
	receipt, done, err := Receipt{}, false, error(nil)
	if item.Attempts > 0 || item.Kind == Cancel {
		if receipt, done, err = shop.Done(ctx, access, change); err != nil {
			return s.unanswered(ctx, task, item, d, err)
		}
	}
	if !done {
		// Noted before, so that an attempt that ends with this process is counted.
		item.Attempts++
		if item, err = s.move(ctx, task.Ref, item, Running, d); err != nil {
			return item, d, err
		}
		receipt, err = shop.Do(ctx, access, change)
	}
	switch {
	case err == nil:
		d.Receipt = receiptText(d, item.Kind, receipt)
		return s.end(ctx, task, item, d, Done)
	case fault.KindOf(err).Retryable() && item.Attempts < maxAttempts:
		return item, d, fmt.Errorf("carry out action %s: %w", task.Action, err)
	case fault.KindOf(err).Retryable(), outOfReach(err) && item.Attempts > 1:
		return s.end(ctx, task, item, d, Unknown)
	case outOfReach(err): // the shop turned us away: nothing was changed
		return s.strand(ctx, task, item, d, err)
	}
	return s.end(ctx, task, item, d, Failed) // the shop system will not
}

// end moves an action to what came of carrying it out.
func (s *Actions) end(ctx context.Context, task Task, item actionItem, d details, next State) (actionItem, details, error) {
	if next != Done {
		d.Receipt = say(d.Language, string(next))
	}
	if next == Unknown { // before the move, so that none is ever left unlisted
		if err := s.point(ctx, task, item, sameness(item.Order, item.Kind, d.Lines)); err != nil {
			return item, d, err
		}
	}
	d.decided(s.table.Now(), "shop", next, nil)
	item, err := s.move(ctx, task.Ref, item, next, d)
	return item, d, err
}

// receiptText is what a shopper is told of a change that was carried out.
func receiptText(d details, kind ActionKind, r Receipt) string {
	switch {
	case kind == Cancel && d.Amount.Buyer.Minor > 0:
		return say(d.Language, "done_cancel_paid", d.Number, d.Amount.Buyer.In(d.Language))
	case kind == RefundItems:
		return say(d.Language, "done_refund", d.Number, r.Amount.Buyer.In(d.Language))
	case kind == ChangeAddress && d.Address != nil:
		return say(d.Language, "done_address", d.Number, d.Address.Reveal())
	}
	return say(d.Language, "done_"+string(kind), d.Number, r.Reference)
}

// times says how often an order's customer was granted a kind of change in this
// span of 30 days.
func (s *Actions) times(ctx context.Context, t id.Tenant, kind ActionKind, o Order) (int64, error) {
	item := s.tallyOf(t, kind, o)
	found, err := s.table.GetAll(ctx, t, item.Key)
	if err != nil {
		return 0, fmt.Errorf("read tally: %w", err)
	}
	if found[0].Exists() {
		if err := found[0].Decode(&item); err != nil {
			return 0, err
		}
	}
	return item.Times, nil
}

func (s *Actions) tally(ctx context.Context, t id.Tenant, kind ActionKind, o Order) error {
	if _, err := s.table.Add(ctx, t, s.tallyOf(t, kind, o), "times", 1); err != nil {
		return fmt.Errorf("count action: %w", err)
	}
	return nil
}

func (s *Actions) tallyOf(t id.Tenant, kind ActionKind, o Order) tallyItem {
	began := s.table.Now().Truncate(tallyIn)
	return tallyItem{Key: table.Counter(t, "action-"+string(kind), customerOf(o), began.Unix()), ExpireAt: began.Add(tallyIn + 24*time.Hour).Unix()}
}

// customerOf names an order's customer by a hash: that of the platform's number
// or, for a guest, of the address.
func customerOf(o Order) string {
	who := "customer|" + o.Customer
	if o.Customer == "" {
		who = "guest|" + strings.ToLower(o.Email)
	}
	sum := sha256.Sum256([]byte(who))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}
