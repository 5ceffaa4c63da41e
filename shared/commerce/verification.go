package commerce

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
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

// Times of a verification.
const (
	CodeLife  = 10 * time.Minute // how long a code is good
	GrantLife = 30 * time.Minute // how long a proved order may be asked about
)

// Verifier proves that an order is a shopper's own: a code goes to the address on
// the order, and whoever has the code may see it.
//
// A request is only written down and queued (Begin); a worker looks for the order
// and has the code sent (Match). So the answer, and the time it takes, are the
// same for an order that is the shopper's, for another's, and for none. It is safe
// for concurrent use.
type Verifier struct {
	table    *table.Store
	keys     *seal.Keyring
	counters counters
	secret   []byte
	trail    *Trail
}

// NewVerifier makes a Verifier on the main table, whose codes are made with the
// platform's signing secret.
func NewVerifier(main *table.Store, keys *seal.Keyring, secret []byte) *Verifier {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("omniops order code v1"))
	return &Verifier{table: main, keys: keys, counters: counters{main}, secret: mac.Sum(nil)}
}

// Noting gives a Verifier that notes every proof in the audit log.
func (v *Verifier) Noting(t *Trail) *Verifier {
	noting := *v
	noting.trail = t
	return &noting
}

// Claimed is what a shopper says about an order.
type Claimed struct {
	Number   string  // as ParseNumber gives it
	Contact  Contact // as ParseContact gives it
	Language string  // of the session
}

// Attempt names a verification under way. It is what a worker is sent.
type Attempt struct {
	conversation.Ref
	ID id.Verification
}

// form is the part of a verification that is sealed.
type form struct {
	Number   string  `json:"number"`
	Contact  Contact `json:"contact"`
	Language string  `json:"language,omitempty"`
}

// Begin writes down what a shopper claims: RateLimited past a limit. The address
// is the network's, and only counted.
func (v *Verifier) Begin(ctx context.Context, ref conversation.Ref, c Claimed, address string) (Attempt, time.Time, error) {
	if err := v.counters.left(ctx, ref.Tenant, perShop, "all"); err != nil {
		return Attempt{}, time.Time{}, err
	}
	takes := []struct {
		limits []limit
		who    string
	}{
		{perSession, string(ref.Conversation)},
		{perAddress, v.hash(ref.Tenant, "address", address)},
		{perClaim, v.hash(ref.Tenant, "claim", string(ref.Conversation)+"|"+c.Number)},
	}
	for _, t := range takes {
		for _, l := range t.limits {
			if err := v.counters.take(ctx, ref.Tenant, l, t.who); err != nil {
				return Attempt{}, time.Time{}, err
			}
		}
	}
	body, err := json.Marshal(form{c.Number, c.Contact, c.Language})
	if err != nil {
		return Attempt{}, time.Time{}, fmt.Errorf("encode verification: %w", err)
	}
	sealed, err := v.keys.Seal(ctx, ref.Tenant, ref.Shopper, seal.Clear(string(body)))
	if err != nil {
		return Attempt{}, time.Time{}, err
	}
	a := Attempt{ref, id.New[id.Verification](v.table.Now())}
	ends := v.table.Now().Add(CodeLife).Truncate(time.Second)
	err = v.table.Create(ctx, ref.Tenant, verificationItem{
		Key: table.Verification(ref.Tenant, ref.Conversation, a.ID), Shopper: ref.Shopper,
		Body: sealed, State: waiting, ExpireAt: ends.Unix(),
	})
	if err != nil {
		return Attempt{}, time.Time{}, fmt.Errorf("store verification: %w", err)
	}
	return a, ends, nil
}

// Letter is a code on its way to the address on an order.
type Letter struct {
	To       string
	Number   string // of the order, as the shop writes it
	Code     string // as it is shown: "1234 5678"
	Language string // of the session; empty if unknown
}

// Match looks for the order of a verification. When there is exactly one with that
// number and contact, it gives the letter to its e-mail address; ok is false when
// there is nothing to send. Doing it again gives the same letter.
func (v *Verifier) Match(ctx context.Context, a Attempt, shop Platform) (l Letter, ok bool, err error) {
	item, f, err := v.open(ctx, a)
	if fault.KindOf(err) == fault.NotFound { // run out, or erased
		return Letter{}, false, nil
	}
	if err != nil {
		return Letter{}, false, err
	}
	found, err := shop.Find(ctx, Access{a.Tenant, Verification}, f.Number)
	if err != nil {
		return Letter{}, false, fmt.Errorf("find order: %w", err)
	}
	own, ok := match(found, f.Number, f.Contact)
	if !ok || item.State == used {
		return Letter{}, false, nil
	}
	// The code goes to the order's own address, never to one that was typed.
	mail := slices.IndexFunc(own.Emails, func(m string) bool { return contactOf(m).Email != "" })
	if mail < 0 {
		return Letter{}, false, nil
	}
	if item.Order != own.ID {
		send := false
		if item.Issue, send, err = v.issue(ctx, a.Tenant, own.ID); err != nil {
			return Letter{}, false, err
		}
		item.Order, item.Quiet = own.ID, !send
		err := v.table.Replace(ctx, a.Tenant, item, "state", waiting)
		if fault.KindOf(err) == fault.Conflict { // used meanwhile, or run out
			return Letter{}, false, nil
		}
		if err != nil {
			return Letter{}, false, fmt.Errorf("store match: %w", err)
		}
	}
	if item.Quiet {
		return Letter{}, false, nil
	}
	code := v.code(a.Tenant, item.Order, item.Issue)
	return Letter{contactOf(own.Emails[mail]).Email, own.Number, code[:4] + " " + code[4:], f.Language}, true, nil
}

// Confirm checks a code and, when it is right, grants the order it was sent for to
// the conversation. A wrong, late, used or made-up one is Forbidden, all alike.
func (v *Verifier) Confirm(ctx context.Context, a Attempt, code string) (Grant, error) {
	code = strings.Join(strings.Fields(visible(code)), "")
	if len(code) != codeLength || strings.Trim(code, "0123456789") != "" {
		return Grant{}, fault.E(fault.Invalid, "The code has 8 digits.", nil)
	}
	if err := v.counters.left(ctx, a.Tenant, perShop, "all"); err != nil {
		return Grant{}, err
	}
	if err := v.counters.take(ctx, a.Tenant, perCode, string(a.Conversation)+string(a.ID)); err != nil {
		return Grant{}, err
	}
	item, f, err := v.open(ctx, a)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return Grant{}, err
	}
	right := subtle.ConstantTimeCompare([]byte(v.code(a.Tenant, item.Order, item.Issue)), []byte(code))
	if right&asInt(item.Order != "")&asInt(item.State == waiting) == 0 {
		return Grant{}, v.wrong(ctx, a.Tenant)
	}
	item.State = used
	if err := v.table.Replace(ctx, a.Tenant, item, "state", waiting); err != nil {
		if fault.KindOf(err) == fault.Conflict { // the same code at the same moment
			return Grant{}, v.wrong(ctx, a.Tenant)
		}
		return Grant{}, fmt.Errorf("use code: %w", err)
	}
	if first, err := v.spend(ctx, a.Tenant, item.Order, item.Issue); err != nil {
		return Grant{}, err
	} else if !first { // it had been sent for another claim too, which was faster
		return Grant{}, v.wrong(ctx, a.Tenant)
	}
	ends := v.table.Now().Add(GrantLife).Truncate(time.Second)
	err = v.table.Put(ctx, a.Tenant, grantItem{
		Key: table.OrderGrant(a.Tenant, a.Conversation, item.Order), Shopper: a.Shopper, ExpireAt: ends.Unix(),
	})
	if err != nil {
		return Grant{}, fmt.Errorf("grant order: %w", err)
	}
	if err := v.trail.proved(ctx, a.Ref); err != nil {
		return Grant{}, err
	}
	return Grant{Order: item.Order, Contact: f.Contact, ends: ends}, nil
}

// wrong counts a wrong code.
func (v *Verifier) wrong(ctx context.Context, t id.Tenant) error {
	if err := v.counters.take(ctx, t, perShop, "all"); err != nil && fault.KindOf(err) != fault.RateLimited {
		return err
	}
	return fault.E(fault.Forbidden, "The code is not right, or is no longer valid.", nil)
}

// Grant is a conversation's right to one order, for a while.
type Grant struct {
	Order   id.Order
	Contact Contact // what the shopper proved; empty when the grant was read back
	ends    time.Time
}

// Ends is when the right ends.
func (g Grant) Ends() time.Time { return g.ends }

// Grants gives the orders that the shopper of a conversation has proved, the one
// that is valid longest first.
func (v *Verifier) Grants(ctx context.Context, ref conversation.Ref) ([]Grant, error) {
	items, err := v.table.Earliest(ctx, ref.Tenant, table.OrderGrants(ref.Tenant, ref.Conversation), 0)
	if err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}
	var grants []Grant
	for _, item := range items {
		var g grantItem
		if err := item.Decode(&g); err != nil {
			return nil, err
		}
		if g.Shopper != ref.Shopper {
			continue
		}
		order, ok := strings.CutPrefix(item.Key().SK, table.OrderGrant(ref.Tenant, ref.Conversation, "").SK)
		if ok {
			grants = append(grants, Grant{Order: id.Order(order), ends: time.Unix(g.ExpireAt, 0).UTC()})
		}
	}
	slices.SortStableFunc(grants, func(a, b Grant) int { return b.ends.Compare(a.ends) })
	return grants, nil
}

// open reads a verification and what was claimed: NotFound when it has run out, or
// is another shopper's.
func (v *Verifier) open(ctx context.Context, a Attempt) (verificationItem, form, error) {
	var item verificationItem
	var f form
	found, err := v.table.GetAll(ctx, a.Tenant, table.Verification(a.Tenant, a.Conversation, a.ID))
	if err != nil {
		return item, f, fmt.Errorf("read verification: %w", err)
	}
	missing := fault.E(fault.NotFound, "There is nothing here.", nil)
	if !found[0].Exists() {
		return item, f, missing
	}
	if err := found[0].Decode(&item); err != nil {
		return item, f, err
	}
	if item.Shopper != a.Shopper {
		return verificationItem{}, f, missing
	}
	body, err := v.keys.Open(ctx, a.Tenant, a.Shopper, item.Body)
	if err != nil {
		return item, f, err
	}
	if err := json.Unmarshal([]byte(body.Reveal()), &f); err != nil {
		return item, f, fmt.Errorf("decode verification: %w", err)
	}
	return item, f, nil
}
