package commerce

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// State is how far a change to an order is.
type State string

// The states. From one that is final nothing leads on.
const (
	Proposed  State = "proposed"  // shown to the shopper, who has not said yes
	Declined  State = "declined"  // final: the shopper said no
	Lapsed    State = "expired"   // final: nobody said anything in time
	Confirmed State = "confirmed" // the shopper said yes
	Waiting   State = "approval"  // a person decides
	Approved  State = "approved"  // a person said yes
	Refused   State = "refused"   // final: a person said no
	Running   State = "running"   // granted, and being carried out
	Done      State = "done"      // final
	Failed    State = "failed"    // final: the shop system would not, or there was nothing to do
	Unknown   State = "unknown"   // final for code: a person finds out whether it was done, and says so
)

// Times and bounds of an action.
const (
	proposalLife = 10 * time.Minute
	maxReason    = 200 // characters
	maxAttempts  = 3   // at carrying out, before a person finds out
	tallyIn      = 30 * 24 * time.Hour
)

// Action is a change to an order on its way from a proposal to a receipt.
type Action struct {
	ID        id.Action
	Kind      ActionKind
	State     State
	Order     id.Order
	Text      string   // what would be done, in plain words
	Address   *Address // of a change of address that was confirmed
	Receipt   string   // what came of it, in plain words; empty before
	ExpiresAt time.Time
	Decisions []Decision
}

// Decision is one step of an action: who decided what, on which ground.
type Decision struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"` // shopper, rules, merchant or shop
	State   State     `json:"state"`
	Verdict *Verdict  `json:"verdict,omitempty"`
	Inputs  *Inputs   `json:"inputs,omitempty"`
}

// Inputs are the facts a verdict rests on.
type Inputs struct {
	Fulfillment Fulfillment `json:"fulfillment"`
	Payment     Payment     `json:"payment"`
	PlacedAt    time.Time   `json:"placed_at"`
	DeliveredAt time.Time   `json:"delivered_at,omitzero"` // none has arrived
	CountedFrom time.Time   `json:"counted_from"`          // when the time for the change began
	Amount      Money       `json:"amount"`                // in the shop's currency, in which it is judged
	Buyer       Money       `json:"buyer_amount"`          // in the buyer's, as the shopper was told
	Times       int64       `json:"times_in_30_days"`
}

func inputs(o Order, a asked, times int64) *Inputs {
	return &Inputs{o.Fulfillment, o.Payment, o.PlacedAt, o.deliveredAt(), a.since(o), a.amount.Shop, a.amount.Buyer, times}
}

// license is what a change is carried out under: single-use, and for exactly this
// customer, order, amount, rule version and idempotency key.
type license struct {
	Customer string    `json:"customer"`
	Order    id.Order  `json:"order"`
	Amount   Amount    `json:"amount"`
	Rules    string    `json:"rules"`
	By       string    `json:"by"`
	Key      string    `json:"key"`
	At       time.Time `json:"at"`
}

// details is the part of an action that is sealed.
type details struct {
	Number    string     `json:"number"`
	Lines     []Line     `json:"lines,omitempty"`
	Items     string     `json:"items,omitempty"` // the lines in words
	Amount    Amount     `json:"amount,omitzero"`
	Address   *Address   `json:"address,omitempty"`
	Reason    string     `json:"reason,omitempty"`
	Language  string     `json:"language"`
	Text      string     `json:"text"`
	ByPerson  bool       `json:"by_person,omitempty"` // as the rules were when it was proposed
	Receipt   string     `json:"receipt,omitempty"`
	Mail      string     `json:"mail,omitempty"`   // the customer's address on the order, to tell them what came of it
	Joined    *Task      `json:"joined,omitempty"` // waits for a person and asks for the same
	License   *license   `json:"license,omitempty"`
	Counted   bool       `json:"counted,omitempty"` // as granted, once
	Decisions []Decision `json:"decisions"`
}

// Wish is what a model proposes. Its items are the titles of an order's; it says
// nothing of whose the order is, and nothing of money.
type Wish struct {
	Kind   ActionKind `json:"kind"`
	Items  []WishItem `json:"items"`
	Reason string     `json:"reason"`
}

// WishItem is a number of one item.
type WishItem struct {
	Title    string `json:"title"`
	Quantity int    `json:"quantity"`
}

// Actions keeps changes to orders from their proposal to their receipt. It is safe
// for concurrent use.
type Actions struct {
	table *table.Store
	keys  *seal.Keyring
	rules *RuleBook
	trail *Trail
}

// NewActions makes an Actions on the main table.
func NewActions(main *table.Store, keys *seal.Keyring) *Actions {
	return &Actions{main, keys, NewRuleBook(main), nil}
}

// Noting gives Actions that note every step in the audit log.
func (s *Actions) Noting(t *Trail) *Actions {
	noting := *s
	noting.trail = t
	return &noting
}

// ErrWhichItems says that a wish does not tell which of the order's items it is
// about.
var ErrWhichItems = errors.New("which items is open")

// Propose writes down what a shopper could confirm. The order is one that the
// conversation has proved. What could not be done by anybody has the state Failed,
// and what waits for a person already Waiting; both say so, and nothing is stored of
// them. A wish that names no item of the order is
// Invalid, and so is one of several items that names none (ErrWhichItems).
func (s *Actions) Propose(ctx context.Context, ref conversation.Ref, shop Platform, o Order, w Wish, language string, keep time.Duration) (Action, error) {
	a, items, err := wish(o, w)
	if err != nil {
		return Action{}, err
	}
	if _, moot := impossible(o, a); a.kind == RefundItems && !moot {
		if a.amount, err = shop.Refundable(ctx, Access{ref.Tenant, Support}, o.ID, a.lines); err != nil {
			return Action{}, fmt.Errorf("work out refund: %w", err)
		}
	}
	now := s.table.Now().UTC()
	rules, err := s.rules.Get(ctx, ref.Tenant)
	if err != nil {
		return Action{}, err
	}
	times, err := s.times(ctx, ref.Tenant, a.kind, o)
	if err != nil {
		return Action{}, err
	}
	v := rules.judge(o, a, times, now)
	if v.Outcome == Moot {
		return Action{Kind: a.kind, State: Failed, Order: o.ID, Receipt: say(language, string(v.Reasons[0]), o.Number)}, nil
	}
	if a.kind != ChangeAddress { // where to is not known yet
		first, err := s.asked(ctx, ref.Tenant, sameness(o.ID, a.kind, a.lines), nil)
		if err != nil {
			return Action{}, err
		}
		if first != nil && (v.Outcome == Approval || first.Details.State == Unknown) {
			return Action{Kind: a.kind, State: Waiting, Order: o.ID, Receipt: say(language, alreadyAsked)}, nil
		}
	}
	d := details{
		Number: o.Number, Lines: a.lines, Items: items, Amount: a.amount, Reason: shortened(w.Reason, maxReason), Language: language, Mail: o.Email,
		ByPerson: v.Outcome == Approval,
		Decisions: []Decision{{
			At: now, By: "rules", State: Proposed, Verdict: &v, Inputs: inputs(o, a, times),
		}},
	}
	d.Text = d.words(language, a.kind)
	item := actionItem{
		Key: table.Action(ref.Tenant, ref.Conversation, id.New[id.Action](now)), Shopper: ref.Shopper, Order: o.ID, Kind: a.kind, State: Proposed,
		Until: now.Add(proposalLife).Truncate(time.Second).Unix(), ExpireAt: now.Add(keep).Unix(),
	}
	if item.Body, err = s.seal(ctx, ref, d); err != nil {
		return Action{}, err
	}
	if err := s.table.Create(ctx, ref.Tenant, item); err != nil {
		return Action{}, fmt.Errorf("store proposal: %w", err)
	}
	if err := s.trail.decided(ctx, ref, item, "", "rules"); err != nil {
		return Action{}, err
	}
	return s.view(item, d), nil
}

// wish makes of a model's words what is asked of an order: lines that it has, and
// for a cancellation, an amount.
func wish(o Order, w Wish) (asked, string, error) {
	a := asked{kind: w.Kind}
	if !slices.Contains(kinds, w.Kind) {
		return a, "", fault.E(fault.Invalid, "There is no such action.", nil)
	}
	switch w.Kind {
	case Cancel:
		a.amount = o.Paid.less(o.Refunded)
		return a, "", nil
	case ChangeAddress:
		return a, "", nil
	}
	left := func(i LineItem) int {
		if w.Kind == RefundItems {
			return i.Refundable
		}
		return i.Returnable
	}
	open := slices.DeleteFunc(slices.Clone(o.Items), func(i LineItem) bool { return left(i) == 0 })
	if len(w.Items) == 0 && len(open) > 1 {
		return a, "", fault.E(fault.Invalid, "Say which items.", ErrWhichItems)
	}
	wanted := w.Items
	if len(wanted) == 0 {
		for _, i := range open {
			wanted = append(wanted, WishItem{i.Title, left(i)})
		}
	}
	var words []string
	for _, want := range wanted {
		at := slices.IndexFunc(o.Items, func(i LineItem) bool { return named(i, want.Title) && left(i) > 0 })
		if at < 0 {
			at = slices.IndexFunc(o.Items, func(i LineItem) bool { return named(i, want.Title) })
		}
		if at < 0 {
			return a, "", fault.E(fault.Invalid, "The order has no such item.", ErrWhichItems)
		}
		i := o.Items[at]
		n := min(max(want.Quantity, 1), max(left(i), 1))
		if slices.ContainsFunc(a.lines, func(l Line) bool { return l.ID == i.ID }) {
			continue
		}
		a.lines = append(a.lines, Line{i.ID, i.FulfilledID, n})
		words = append(words, fmt.Sprintf("%d × %s", n, clip(i.Title)))
	}
	return a, strings.Join(words, ", "), nil
}

// named reports whether a line item is the one that a title names.
func named(i LineItem, title string) bool {
	title = clip(title)
	return title != "" && (strings.EqualFold(clip(i.Title), title) || strings.EqualFold(clip(i.Title+", "+i.Variant), title) || strings.EqualFold(clip(i.Title+" "+i.Variant), title))
}

// words says to the shopper, in a language, what an action would do.
func (d details) words(language string, kind ActionKind) string {
	return d.wording(language, kind, d.Amount.Buyer.In)
}

// merchantWords says it to the merchant, in English.
func (d details) merchantWords(kind ActionKind) string {
	return d.wording("en", kind, d.Amount.Both)
}

func (d details) wording(language string, kind ActionKind, amount func(language string) string) string {
	switch {
	case kind == Cancel && d.Amount.Buyer.Minor > 0:
		return say(language, "cancel_paid", d.Number, amount(language))
	case kind == ChangeAddress && d.Address != nil:
		return say(language, "address_to", d.Number, d.Address.Reveal())
	}
	return say(language, string(kind), d.Number, d.Items, amount(language))
}

// Get reads an action of a conversation: NotFound if there is none, or it is
// another's.
func (s *Actions) Get(ctx context.Context, ref conversation.Ref, a id.Action) (Action, error) {
	item, d, err := s.open(ctx, ref, a)
	if err != nil {
		return Action{}, err
	}
	return s.followed(ctx, item, d)
}

// Answer is a shopper's yes or no to a proposal.
type Answer struct {
	Confirm bool
	Address *Address // of a change of address
}

// Decide takes a shopper's answer, and reports whether the action is now to be
// carried out. An action that is past being decided is given as it is: the second
// yes changes nothing. A yes needs the order to be proved still: Forbidden.
func (s *Actions) Decide(ctx context.Context, ref conversation.Ref, a id.Action, answer Answer, grants []Grant) (Action, bool, error) {
	item, d, err := s.open(ctx, ref, a)
	if err != nil {
		return Action{}, false, err
	}
	view := s.view(item, d)
	if view.State != Proposed {
		return view, item.State == Confirmed && answer.Confirm, nil // it may not have been queued
	}
	next := Declined
	if answer.Confirm {
		next = Confirmed
		if !slices.ContainsFunc(grants, func(g Grant) bool { return g.Order == item.Order }) {
			return Action{}, false, fault.E(fault.Forbidden, "Prove first that the order is yours.", nil)
		}
		if item.Kind == ChangeAddress {
			if d.Address, err = checked(answer.Address); err != nil {
				return Action{}, false, err
			}
			d.Text = d.words(d.Language, item.Kind)
		}
	}
	d.decided(s.table.Now(), "shopper", next, nil)
	stored, err := s.move(ctx, ref, item, next, d)
	if fault.KindOf(err) == fault.Conflict { // the other tab was faster
		again, err := s.Get(ctx, ref, a)
		return again, false, err
	}
	if err != nil {
		return Action{}, false, err
	}
	return s.view(stored, d), next == Confirmed, nil
}

// Ruling is what a person says of an action that is theirs to decide.
type Ruling string

// The rulings: on what waits for a person, and on what nobody knows the end of.
const (
	Approve    Ruling = "approve"
	Refuse     Ruling = "refuse"
	WasDone    Ruling = "done"
	WasNotDone Ruling = "not_done"
)

// rulings says what a ruling is on, and what it leads to.
var rulings = map[Ruling]struct{ from, to State }{
	Approve: {Waiting, Approved}, Refuse: {Waiting, Refused}, WasDone: {Unknown, Done}, WasNotDone: {Unknown, Failed},
}

// Rulings gives what a person may say of an action in a state; nothing where it is
// not theirs to decide.
func Rulings(state State) []Ruling {
	var open []Ruling
	for _, r := range []Ruling{Approve, Refuse, WasDone, WasNotDone} {
		if rulings[r].from == state {
			open = append(open, r)
		}
	}
	return open
}

// Rule takes a person's ruling on an action: Conflict when it is not theirs to decide
// any more, or never was in this way; Invalid when there is no such ruling. The same
// ruling once more changes nothing. Execute takes it from there: nothing is carried
// out but what was approved.
func (s *Actions) Rule(ctx context.Context, ref conversation.Ref, a id.Action, ruling Ruling) (Action, error) {
	r, known := rulings[ruling]
	if !known {
		return Action{}, fault.E(fault.Invalid, "The decision is approve or refuse; or, where nobody knows whether it was done, done or not_done.", nil)
	}
	item, d, err := s.open(ctx, ref, a)
	if err != nil {
		return Action{}, err
	}
	last := d.Decisions[len(d.Decisions)-1]
	if item.State == r.to && last.By == "merchant" { // said before, but perhaps not queued
		return s.view(item, d), nil
	}
	switch {
	case item.State == Waiting, item.State == Unknown:
		if item.State != r.from {
			return Action{}, fault.E(fault.Conflict, "This request does not wait for that decision.", nil)
		}
	default:
		return Action{}, fault.E(fault.Conflict, "This request has been decided already.", nil)
	}
	switch ruling {
	case Refuse:
		d.Receipt = say(d.Language, "refused")
	case WasDone:
		d.Receipt = say(d.Language, "settled_done")
	case WasNotDone:
		d.Receipt = say(d.Language, "settled_not_done")
	}
	d.decided(s.table.Now(), "merchant", r.to, nil)
	if item, err = s.move(ctx, ref, item, r.to, d); err != nil {
		return Action{}, err
	}
	return s.view(item, d), nil
}

// decided adds a step to an action's record.
func (d *details) decided(at time.Time, by string, next State, v *Verdict) {
	d.Decisions = append(d.Decisions, Decision{At: at.UTC().Truncate(time.Millisecond), By: by, State: next, Verdict: v})
}

// view is an action as it is shown.
func (s *Actions) view(item actionItem, d details) Action {
	_, name, _ := strings.Cut(item.SK, "#")
	a := Action{
		ID: id.Action(name), Kind: item.Kind, State: item.State, Order: item.Order, Text: d.Text, Address: d.Address, Receipt: d.Receipt,
		ExpiresAt: time.Unix(item.Until, 0).UTC(), Decisions: d.Decisions,
	}
	if a.State == Proposed && !s.table.Now().Before(a.ExpiresAt) {
		a.State = Lapsed
	}
	if a.State == Proposed && d.ByPerson { // asks the shopper, and nobody later
		a.Text += " " + say(d.Language, "by_person")
	}
	return a
}

// open reads an action: NotFound if there is none, or it is another shopper's.
func (s *Actions) open(ctx context.Context, ref conversation.Ref, a id.Action) (actionItem, details, error) {
	var item actionItem
	var d details
	found, err := s.table.GetAll(ctx, ref.Tenant, table.Action(ref.Tenant, ref.Conversation, a))
	if err != nil {
		return item, d, fmt.Errorf("read action %s: %w", a, err)
	}
	missing := fault.E(fault.NotFound, "There is no such request.", nil)
	if !found[0].Exists() {
		return item, d, missing
	}
	if err := found[0].Decode(&item); err != nil {
		return item, d, err
	}
	if item.Shopper != ref.Shopper {
		return actionItem{}, d, missing
	}
	body, err := s.keys.Open(ctx, ref.Tenant, ref.Shopper, item.Body)
	if err != nil {
		return item, d, err
	}
	if err := json.Unmarshal([]byte(body.Reveal()), &d); err != nil {
		return item, d, fmt.Errorf("decode action %s: %w", a, err)
	}
	return item, d, nil
}

// move stores an action's next state over the one that was read: Conflict if it
// has moved meanwhile.
func (s *Actions) move(ctx context.Context, ref conversation.Ref, item actionItem, next State, d details) (actionItem, error) {
	was := item.State
	item.State = next
	var err error
	if item.Body, err = s.seal(ctx, ref, d); err != nil {
		return item, err
	}
	if err := s.table.Replace(ctx, ref.Tenant, item, "state", was); err != nil {
		return item, fmt.Errorf("move action from %s to %s: %w", was, next, err)
	}
	if was == next { // an attempt was noted
		return item, nil
	}
	return item, s.trail.decided(ctx, ref, item, was, d.Decisions[len(d.Decisions)-1].By)
}

func (s *Actions) seal(ctx context.Context, ref conversation.Ref, d details) (seal.Text, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("encode action: %w", err)
	}
	return s.keys.Seal(ctx, ref.Tenant, ref.Shopper, seal.Clear(string(body)))
}

// newKey makes an idempotency key: a random UUID (RFC 9562, version 4).
func newKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
