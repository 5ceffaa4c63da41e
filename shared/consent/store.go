package consent

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// OfMerchant stands for a merchant's dashboard where a shopper has a visitor. No
// random identifier is as short.
const OfMerchant id.Visitor = "merchant"

// Store keeps receipts.
type Store struct{ table *table.Store }

// NewStore makes a Store on the main table.
func NewStore(t *table.Store) *Store { return &Store{t} }

// receiptItem is a Receipt as stored.
type receiptItem struct {
	table.Key
	N        int       `dynamodbav:"n"`
	Visitor  string    `dynamodbav:"visitor"`
	Granted  []string  `dynamodbav:"granted"`
	Version  string    `dynamodbav:"version"`
	Language string    `dynamodbav:"language"`
	Method   Method    `dynamodbav:"method"`
	Signal   Signal    `dynamodbav:"signal"`
	Evidence string    `dynamodbav:"evidence"`
	At       time.Time `dynamodbav:"at"`
	ExpireAt int64     `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes receiptItem a table.Record. A shop must be able to show that
// its shoppers agreed (GDPR Art. 7(1)), so a receipt outlives the consent.
func (receiptItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:     "consent.receipt",
		Subject:    inventory.Shopper,
		SubjectKey: "visitor",
		Fields: map[string]inventory.Category{
			"n": inventory.None, "visitor": inventory.Identifier, "granted": inventory.ActivityData, "version": inventory.None,
			"language": inventory.None, "method": inventory.ActivityData, "signal": inventory.ActivityData,
			"evidence": inventory.Identifier, "at": inventory.None, "expires_at": inventory.None,
		},
		Purpose:    inventory.LegalCompliance,
		LegalBasis: inventory.LegalObligation,
		Role:       inventory.Processor,
		Retention:  inventory.AuditRetention,
		Source:     inventory.FirstParty,
		Exported:   true,
	}
}

// merchantItem is a merchant's own Receipt as stored.
type merchantItem struct{ receiptItem }

// Inventory makes merchantItem a table.Record: for our own customers, we are the
// controller.
func (m merchantItem) Inventory() inventory.Entry {
	e := m.receiptItem.Inventory()
	e.Record, e.Subject, e.Role = "consent.merchant-receipt", inventory.Merchant, inventory.Controller
	return e
}

// Records lists what this package stores.
func Records() []table.Record { return []table.Record{receiptItem{}, merchantItem{}} }

// maxTries bounds how often a number is looked for while others take them.
const maxTries = 5

// maxReceipts bounds how often one browser may choose.
const maxReceipts = 10_000

// Decision is what a receipt is made from.
type Decision struct {
	Choices  Choices
	Version  string
	Language string
	Method   Method
	Signal   Signal
}

// wording is what a language tag may look like here.
var wording = regexp.MustCompile(`^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8}){0,3}$`)

// Record adds a receipt for a choice: Invalid for a choice that is incomplete,
// switches off what is essential, or was made on a wording that is not shown any
// more. A browser's signal turns a yes to analytics into a no.
func (s *Store) Record(ctx context.Context, t id.Tenant, v id.Visitor, d Decision) (Receipt, error) {
	audience := audienceOf(v)
	if err := d.Choices.check(audience); err != nil {
		return Receipt{}, err
	}
	if d.Version != Version {
		return Receipt{}, fault.E(fault.Invalid, "The wording has changed since. Please choose again.", nil)
	}
	if d.Method != ByBanner && d.Method != ByCentre {
		return Receipt{}, fault.E(fault.Invalid, "A choice is made in the banner or in the preference centre.", nil)
	}
	if !wording.MatchString(d.Language) {
		return Receipt{}, fault.E(fault.Invalid, "The language is a tag such as en or de-AT.", nil)
	}
	granted := d.Choices.granted()
	if d.Signal != NoSignal {
		granted = slices.DeleteFunc(granted, func(p Purpose) bool { return p == Analytics })
	}
	return s.add(ctx, t, v, func(Receipt, bool) (Receipt, error) {
		return Receipt{Granted: granted, Version: d.Version, Language: d.Language, Method: d.Method, Signal: d.Signal}, nil
	})
}

// evidence is where a request is filed, never what it says.
var evidence = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9./:#_-]{2,79}$`)

// Withdraw adds the receipt of a withdrawal that somebody asked an operator for.
// It needs to know where the request is filed: Invalid without. A visitor who
// never chose is NotFound.
func (s *Store) Withdraw(ctx context.Context, t id.Tenant, v id.Visitor, purposes []Purpose, filed string) (Receipt, error) {
	if !evidence.MatchString(filed) {
		return Receipt{}, fault.E(fault.Invalid, "Evidence is the number or address under which the request is filed, without spaces.", nil)
	}
	if len(purposes) == 0 {
		return Receipt{}, fault.E(fault.Invalid, "Say what is withdrawn.", nil)
	}
	for _, p := range purposes {
		if !slices.Contains(audienceOf(v).Purposes(), p) {
			return Receipt{}, fault.E(fault.Invalid, "That is no purpose that rests on consent.", nil)
		}
	}
	return s.add(ctx, t, v, func(last Receipt, found bool) (Receipt, error) {
		if !found {
			return Receipt{}, fault.E(fault.NotFound, "Nobody has chosen under that reference.", nil)
		}
		left := slices.DeleteFunc(slices.Clone(last.Granted), func(p Purpose) bool { return slices.Contains(purposes, p) })
		return Receipt{Granted: left, Version: last.Version, Language: last.Language, Method: ByOperator, Evidence: filed}, nil
	})
}

// add numbers a receipt after the last one and stores it where none is, so that
// no receipt is ever written over.
func (s *Store) add(ctx context.Context, t id.Tenant, v id.Visitor, next func(last Receipt, found bool) (Receipt, error)) (Receipt, error) {
	for try := 1; ; try++ {
		last, found, err := s.Current(ctx, t, v)
		if err != nil {
			return Receipt{}, err
		}
		r, err := next(last, found)
		if err != nil {
			return Receipt{}, err
		}
		if last.N >= maxReceipts {
			return Receipt{}, fault.E(fault.RateLimited, "This browser has chosen too often.", nil)
		}
		r.N, r.Visitor, r.Audience, r.At = last.N+1, v, audienceOf(v), s.table.Now().UTC()
		err = s.table.Create(ctx, t, itemOf(t, r))
		if err == nil {
			return r, nil
		}
		if fault.KindOf(err) != fault.Conflict || try == maxTries {
			return Receipt{}, fmt.Errorf("store a choice: %w", err)
		}
	}
}

// Current gives the latest receipt, and whether there is any.
func (s *Store) Current(ctx context.Context, t id.Tenant, v id.Visitor) (Receipt, bool, error) {
	items, err := s.table.Latest(ctx, t, table.Consents(t, v), 1)
	if err != nil || len(items) == 0 {
		return Receipt{}, false, err
	}
	r, err := receiptOf(items[0])
	return r, err == nil, err
}

// History gives every receipt that is kept, oldest first.
func (s *Store) History(ctx context.Context, t id.Tenant, v id.Visitor) ([]Receipt, error) {
	items, err := s.table.Earliest(ctx, t, table.Consents(t, v), 0)
	if err != nil {
		return nil, err
	}
	all := make([]Receipt, len(items))
	for i, item := range items {
		if all[i], err = receiptOf(item); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func audienceOf(v id.Visitor) Audience {
	if v == OfMerchant {
		return Merchants
	}
	return Shoppers
}

func itemOf(t id.Tenant, r Receipt) table.Record {
	period, _ := inventory.AuditRetention.Period()
	granted := make([]string, len(r.Granted))
	for i, p := range r.Granted {
		granted[i] = string(p)
	}
	item := receiptItem{
		Key: table.Consent(t, r.Visitor, r.N), N: r.N, Visitor: string(r.Visitor), Granted: granted, Version: r.Version, Language: strings.ToLower(r.Language),
		Method: r.Method, Signal: r.Signal, Evidence: r.Evidence, At: r.At, ExpireAt: r.At.Add(period).Unix(),
	}
	if r.Audience == Merchants {
		return merchantItem{item}
	}
	return item
}

func receiptOf(item table.Item) (Receipt, error) {
	var i receiptItem
	if err := item.Decode(&i); err != nil {
		return Receipt{}, err
	}
	r := Receipt{
		N: i.N, Visitor: id.Visitor(i.Visitor), Audience: audienceOf(id.Visitor(i.Visitor)), Version: i.Version, Language: i.Language,
		Method: i.Method, Signal: i.Signal, Evidence: i.Evidence, At: i.At,
	}
	for _, p := range i.Granted {
		r.Granted = append(r.Granted, Purpose(p))
	}
	return r, nil
}
