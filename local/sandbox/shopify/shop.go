package shopify

import (
	"slices"
	"strings"
	"time"
)

// shop is one store.
type shop struct {
	id         int64
	domain     string // .myshopify.com
	name       string
	email      string
	owner      string
	storefront string // its own address
	zone       string
	plan       string
	prefix     string // of order names
	products   []*product
	customers  []*customer
	crowd      int      // of these, those who buy by chance
	orders     []*order // oldest first
	reasons    []*reason
	policies   []node

	installed     bool
	scopes        []string
	bucket        bucket
	subscriptions []*subscription
	hook          string // where webhooks went before the app was removed
	keys          map[string]*attempt
	jobs          map[int64]*job
	mutations     []Mutation
	queries       []Query
	serial        int64
}

// currency is the store's own; both sell in pounds.
const currency = "GBP"

// next is an id that no other object of the store has.
func (p *shop) next() int64 {
	p.serial++
	return p.id*10_000_000 + p.serial
}

// reason is why goods are sent back.
type reason struct {
	id           int64
	handle, name string
}

func (r *reason) node() node {
	if r == nil {
		return nil
	}
	return node{"__typename": "ReturnReasonDefinition", "id": gid("ReturnReasonDefinition", r.id), "handle": r.handle, "name": r.name, "deleted": false}
}

func (p *shop) order(id int64) *order {
	i := slices.IndexFunc(p.orders, func(o *order) bool { return o.id == id })
	if i < 0 {
		return nil
	}
	return p.orders[i]
}

func (p *shop) orderByGID(text string) *order {
	id, ok := parseGID("Order", text)
	if !ok {
		return nil
	}
	return p.order(id)
}

// named gives the order with exactly this name.
func (p *shop) named(name string) *order {
	i := slices.IndexFunc(p.orders, func(o *order) bool { return o.name == name })
	if i < 0 {
		return nil
	}
	return p.orders[i]
}

// visible are the orders that an app sees: the last 60 days, unless it may see all.
func (p *shop) visible(holder []string, now time.Time) (all []*order) {
	for _, o := range p.orders {
		if slices.Contains(holder, "read_all_orders") || o.createdAt.After(now.Add(-60*24*time.Hour)) {
			all = append(all, o)
		}
	}
	return all
}

func (p *shop) node() node {
	return node{
		"id": gid("Shop", p.id), "name": p.name, "myshopifyDomain": p.domain, "email": p.email, "contactEmail": p.email, "shopOwnerName": p.owner,
		"currencyCode": currency, "ianaTimezone": p.zone, "url": p.storefront,
		"primaryDomain": node{"id": gid("Domain", p.id), "host": strings.TrimPrefix(p.storefront, "https://"), "url": p.storefront, "sslEnabled": true},
		"plan":          node{"publicDisplayName": p.plan, "shopifyPlus": false, "partnerDevelopment": false},
		"shopPolicies":  p.policies, "orderNumberFormatPrefix": p.prefix, "orderNumberFormatSuffix": "",
	}
}
