package commerce

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// ParseRules reads rules as a merchant sends them: as Get gives them, with or
// without their version and time. Every field of every rule must be there, as one
// that is missing would lift a limit that nobody spoke of. Anything else is Invalid.
func ParseRules(body []byte) (Rules, error) {
	var in struct {
		Version   string                     `json:"version"`
		UpdatedAt *time.Time                 `json:"updated_at"` // ours to say
		Cancel    map[string]json.RawMessage `json:"cancel"`
		Return    map[string]json.RawMessage `json:"return"`
		Refund    map[string]json.RawMessage `json:"refund"`
		Address   map[string]json.RawMessage `json:"address"`
	}
	if err := apigw.Unmarshal(body, &in); err != nil {
		return Rules{}, err
	}
	r := Rules{Version: in.Version}
	for _, sent := range []struct {
		kind   ActionKind
		fields map[string]json.RawMessage
		rule   *Rule
	}{{Cancel, in.Cancel, &r.Cancel}, {ReturnRequest, in.Return, &r.Return}, {RefundItems, in.Refund, &r.Refund}, {ChangeAddress, in.Address, &r.Address}} {
		if sent.fields == nil {
			return Rules{}, fault.E(fault.Invalid, fmt.Sprintf("The rule %q is missing.", sent.kind), nil)
		}
		if err := sent.rule.fill(string(sent.kind), sent.fields); err != nil {
			return Rules{}, err
		}
	}
	return r, r.Validate()
}

// fill reads the fields of one rule, all of which must be there.
func (r *Rule) fill(rule string, fields map[string]json.RawMessage) error {
	for _, f := range []struct {
		name     string
		into     any
		nullable bool
	}{
		{"automatic", &r.Automatic, false}, {"within_hours", &r.WithinHours, false}, {"max_amount", nil, true},
		{"excluded_items", &r.Excluded, false}, {"per_customer", &r.PerCustomer, false},
	} {
		value, ok := fields[f.name]
		if !ok {
			return fault.E(fault.Invalid, fmt.Sprintf("The field \"%s.%s\" is missing.", rule, f.name), nil)
		}
		delete(fields, f.name)
		null := bytes.Equal(bytes.TrimSpace(value), []byte("null"))
		var err error
		switch {
		case f.nullable && null:
		case f.nullable:
			r.MaxAmount, err = parseLimit(value)
		case null:
			err = fault.E(fault.Invalid, "", nil)
		default:
			err = json.Unmarshal(value, f.into)
		}
		if err != nil {
			return fault.E(fault.Invalid, fmt.Sprintf("The field \"%s.%s\" has a value of the wrong type.", rule, f.name), nil) // not logged: it is the caller's text
		}
	}
	if len(fields) > 0 {
		return fault.E(fault.Invalid, fmt.Sprintf("The rule %q has a field that is not known here.", rule), nil)
	}
	return nil
}

// parseLimit reads an amount, of which both parts must be there.
func parseLimit(value json.RawMessage) (*Money, error) {
	var in struct {
		Minor    *int64  `json:"minor"`
		Currency *string `json:"currency"`
	}
	if err := apigw.Unmarshal(value, &in); err != nil {
		return nil, err
	}
	if in.Minor == nil || in.Currency == nil {
		return nil, fault.E(fault.Invalid, "An amount has a number and a currency.", nil)
	}
	return &Money{*in.Minor, *in.Currency}, nil
}

// RuleBook keeps merchants' rules.
type RuleBook struct{ table *table.Store }

// NewRuleBook makes a RuleBook on the main table.
func NewRuleBook(main *table.Store) *RuleBook { return &RuleBook{main} }

// rulesItem is Rules as stored.
type rulesItem struct {
	table.Key
	Rules string `dynamodbav:"rules"` // as JSON
}

// Inventory makes rulesItem a table.Record.
func (rulesItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "commerce.rules", Subject: inventory.Merchant, SubjectKey: "PK",
		Fields:  map[string]inventory.Category{"rules": inventory.BusinessData},
		Purpose: inventory.CustomerSupport, LegalBasis: inventory.Contract, Role: inventory.Controller,
		Retention: inventory.AccountRetention, Source: inventory.FirstParty, Exported: true,
	}
}

// Get gives a merchant's rules, or the default ones.
func (b *RuleBook) Get(ctx context.Context, t id.Tenant) (Rules, error) {
	r, _, err := b.read(ctx, t)
	return r, err
}

// read gives a merchant's rules, and as they are stored: empty for the default ones.
func (b *RuleBook) read(ctx context.Context, t id.Tenant) (Rules, string, error) {
	var item rulesItem
	err := b.table.Get(ctx, t, table.OrderRules(t), &item)
	if fault.KindOf(err) == fault.NotFound {
		return DefaultRules(), "", nil
	}
	if err != nil {
		return Rules{}, "", fmt.Errorf("read rules of %s: %w", t, err)
	}
	var r Rules
	if err := json.Unmarshal([]byte(item.Rules), &r); err != nil {
		return Rules{}, "", fmt.Errorf("decode rules of %s: %w", t, err)
	}
	for _, rule := range []*Rule{&r.Cancel, &r.Return, &r.Refund, &r.Address} {
		if rule.Excluded == nil { // stored before it had to be a list
			rule.Excluded = []string{}
		}
	}
	return r, item.Rules, nil
}

// Set stores a merchant's rules under a new version: Invalid if something is wrong
// with them. Rules that name the version they were made from are a Conflict when
// another is in force by then.
func (b *RuleBook) Set(ctx context.Context, t id.Tenant, r Rules) (Rules, error) {
	if err := r.Validate(); err != nil {
		return Rules{}, err
	}
	from := r.Version
	r.UpdatedAt = b.table.Now().UTC().Truncate(time.Second)
	r.Version = string(id.New[id.Job](r.UpdatedAt))
	encoded, err := json.Marshal(r)
	if err != nil {
		return Rules{}, fmt.Errorf("encode rules of %s: %w", t, err)
	}
	item := rulesItem{table.OrderRules(t), string(encoded)}
	if from == "" {
		err = b.table.Put(ctx, t, item)
	} else {
		err = b.replace(ctx, t, item, from)
	}
	if fault.KindOf(err) == fault.Conflict && err != nil {
		return Rules{}, fault.E(fault.Conflict, "The rules have been changed since. Read them again.", err)
	}
	if err != nil {
		return Rules{}, fmt.Errorf("store rules of %s: %w", t, err)
	}
	return r, nil
}

// replace stores rules over those of a version: Conflict if these are not in force.
func (b *RuleBook) replace(ctx context.Context, t id.Tenant, item rulesItem, from string) error {
	now, stored, err := b.read(ctx, t)
	switch {
	case err != nil:
		return err
	case now.Version != from:
		return fault.E(fault.Conflict, "", nil)
	case stored == "":
		return b.table.Create(ctx, t, item)
	}
	return b.table.Replace(ctx, t, item, "rules", stored)
}
