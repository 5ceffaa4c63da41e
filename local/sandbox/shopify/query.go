package shopify

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// call is one operation on one store. The service is locked meanwhile.
type call struct {
	*Shopify
	shop     *shop
	context  context.Context
	searches []searchReport
	asked    bool // for a change, in vain or not
}

// searchReport tells what was made of a search.
type searchReport struct {
	Path     []string  `json:"path"`
	Query    string    `json:"query"`
	Warnings []warning `json:"warnings"`
}

func (c *call) queries() node {
	return node{
		"orders":   field(c.orders),
		"order":    field(func(args arguments) (any, error) { return c.look(c.find(args.text("id"))).node(), nil }),
		"products": field(c.products),
		"product":  field(func(args arguments) (any, error) { return c.product(args.text("id")).node(), nil }),
		"productByHandle": field(func(args arguments) (any, error) {
			i := slices.IndexFunc(c.shop.products, func(p *product) bool { return p.handle == args.text("handle") })
			if i < 0 {
				return nil, nil
			}
			return c.shop.products[i].node(), nil
		}),
		"shop": c.shop.node(),
		"job": field(func(args arguments) (any, error) {
			j := c.jobOf("Job", args.text("id"))
			if j == nil {
				return nil, nil
			}
			return j.node(), nil
		}),
		"node":                   field(c.node),
		"return":                 field(func(args arguments) (any, error) { return c.goodsReturn(args.text("id")), nil }),
		"returnableFulfillments": field(c.returnables),
		"returnReasonDefinitions": field(func(args arguments) (any, error) {
			var all []entry
			for _, r := range c.shop.reasons {
				all = append(all, entry{strconv.FormatInt(r.id, 10), r.node})
			}
			return connection("ReturnReasonDefinition", all)(args)
		}),
		"webhookSubscriptions": field(c.webhookSubscriptions),
		"currentAppInstallation": field(func(arguments) (any, error) {
			var scopes []node
			for _, one := range c.shop.scopes {
				scopes = append(scopes, node{"handle": one, "description": scopeNames[one]})
			}
			return node{"__typename": "AppInstallation", "id": gid("AppInstallation", c.shop.id), "accessScopes": scopes}, nil
		}),
	}
}

// search picks what a query's text matches.
func (c *call) search(path, text string, fields []string) matcher {
	m, warnings := searchQuery(text, fields)
	if len(warnings) > 0 {
		c.searches = append(c.searches, searchReport{[]string{path}, text, warnings})
	}
	return m
}

func (c *call) orders(args arguments) (any, error) {
	matches := c.search("orders", args.text("query"), orderFields)
	var found []*order
	for _, o := range c.shop.visible(c.shop.scopes, c.now()) {
		if matches(o.document()) {
			found = append(found, o)
		}
	}
	sortOrders(found, args.text("sortKey"))
	var all []entry
	for _, o := range found {
		all = append(all, entry{strconv.FormatInt(o.id, 10), o.node})
	}
	return connection("Order", all)(args)
}

func (c *call) products(args arguments) (any, error) {
	matches := c.search("products", args.text("query"), productFields)
	found := slices.DeleteFunc(slices.Clone(c.shop.products), func(p *product) bool { return !matches(p.document()) })
	slices.SortStableFunc(found, func(a, b *product) int {
		switch args.text("sortKey") {
		case "UPDATED_AT":
			return a.updatedAt.Compare(b.updatedAt)
		case "CREATED_AT":
			return a.createdAt.Compare(b.createdAt)
		case "TITLE":
			return strings.Compare(a.title, b.title)
		}
		return int(a.id - b.id)
	})
	var all []entry
	for _, p := range found {
		all = append(all, entry{strconv.FormatInt(p.id, 10), p.node})
	}
	return connection("Product", all)(args)
}

// find gives an order that the app may see, or nil.
func (c *call) find(id string) *order {
	o := c.shop.orderByGID(id)
	if o == nil || !slices.Contains(c.shop.visible(c.shop.scopes, c.now()), o) {
		return nil
	}
	return o
}

func (c *call) product(id string) *product {
	n, ok := parseGID("Product", id)
	i := slices.IndexFunc(c.shop.products, func(p *product) bool { return ok && p.id == n })
	if i < 0 {
		return nil
	}
	return c.shop.products[i]
}

func (c *call) goodsReturn(id string) node {
	n, ok := parseGID("Return", id)
	for _, o := range c.shop.visible(c.shop.scopes, c.now()) {
		for _, r := range o.returns {
			if ok && r.id == n {
				return o.returnNode(r)
			}
		}
	}
	return nil
}

// node looks an object up by its global id.
func (c *call) node(args arguments) (any, error) {
	id := args.text("id")
	typ, _, _ := strings.Cut(strings.TrimPrefix(id, "gid://shopify/"), "/")
	switch typ {
	case "Order":
		return c.look(c.find(id)).node(), nil
	case "Product":
		return c.product(id).node(), nil
	case "Return":
		return c.goodsReturn(id), nil
	case "OrderCancelJobResult":
		if j := c.jobOf(typ, id); j != nil {
			return j.result(), nil
		}
	}
	return nil, nil
}

// returnables are the parcels of which something may still be sent back.
func (c *call) returnables(args arguments) (any, error) {
	o := c.find(args.text("orderId"))
	var all []entry
	if o != nil && o.cancelledAt.IsZero() {
		for _, p := range o.parcels {
			var lines []entry
			for _, l := range p.lines {
				if n := o.returnable(l); n > 0 && p.status == "SUCCESS" && l.line.shipped() {
					lines = append(lines, entry{strconv.FormatInt(l.id, 10), func() node {
						return node{"quantity": n, "fulfillmentLineItem": o.parcelLineNode(l)}
					}})
				}
			}
			if len(lines) > 0 {
				all = append(all, entry{strconv.FormatInt(p.id, 10), func() node {
					return node{
						"__typename": "ReturnableFulfillment", "id": gid("ReturnableFulfillment", p.id), "fulfillment": o.parcelNode(p),
						"returnableFulfillmentLineItems": connection("ReturnableFulfillmentLineItem", lines),
					}
				}})
			}
		}
	}
	return connection("ReturnableFulfillment", all)(args)
}

// Counts gives how often each operation was carried out, by its first field;
// "accessToken" and "refresh" count the exchanges of tokens.
func (s *Shopify) Counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts)
}

// Queries lists the operations carried out on a store, oldest first.
func (s *Shopify) Queries(domain string) []Query {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.shops[domain].queries)
}
