package shopify

import (
	"encoding/json"
	"slices"
	"time"
)

// Mutation is one change that was asked of a store.
type Mutation struct {
	At     time.Time
	Name   string // such as "refundCreate"
	Order  string // the order's name, if it was about one
	Key    string // idempotency key
	Args   string // JSON
	Done   bool   // it changed something; false if it was refused or a repetition
	Errors []string
}

// Mutations lists what was asked of a store, oldest first.
func (s *Shopify) Mutations(domain string) []Mutation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.shops[domain].mutations)
}

// Executed lists the changes that were really made, by name; "" is all.
func (s *Shopify) Executed(domain, name string) []Mutation {
	return slices.DeleteFunc(s.Mutations(domain), func(m Mutation) bool { return !m.Done || name != "" && m.Name != name })
}

// userError is a mutation's complaint.
type userError struct {
	field         []string
	code, message string
}

func errorNodes(typ string, errors ...userError) (all []node) {
	for _, e := range errors {
		n := node{"__typename": typ, "field": nil, "message": e.message, "code": nil}
		if e.field != nil {
			n["field"] = e.field
		}
		if e.code != "" {
			n["code"] = e.code
		}
		all = append(all, n)
	}
	return all
}

func (c *call) mutations() node {
	return node{
		"orderCancel": field(c.orderCancel), "refundCreate": field(c.refundCreate), "orderUpdate": field(c.orderUpdate),
		"returnRequest": field(c.returnRequest), "returnCreate": field(c.returnCreate),
		"webhookSubscriptionCreate": field(c.webhookSubscriptionCreate), "webhookSubscriptionDelete": field(c.webhookSubscriptionDelete),
		"appUninstall": field(c.appUninstall),
	}
}

// record writes down what was asked, and what became of it.
func (c *call) record(name string, o *order, args arguments, done bool, errors ...userError) {
	m := Mutation{At: c.now(), Name: name, Key: args.text(keyArgument), Done: done}
	if o != nil {
		m.Order = o.name
	}
	text, _ := json.Marshal(args) // strings, numbers and lists of them
	m.Args = string(text)
	for _, e := range errors {
		m.Errors = append(m.Errors, e.message)
	}
	c.shop.mutations = append(c.shop.mutations, m)
	c.asked = true
}

// changed marks an order as changed and tells the app.
func (c *call) changed(o *order, topics ...string) {
	o.updatedAt = c.now()
	c.emitOrder(o, topics...)
}
