package support

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"omniops/shared/commerce"
	"omniops/shared/knowledge/index"
)

// offered gives passages in which the records of products have the price and the
// availability that the shop's own system has now, when the question is about
// them. Without a connected shop, or while it cannot be asked, they stay as the
// pages had them.
func (e *Engine) offered(ctx context.Context, turn *Turn, read []index.Hit) []index.Hit {
	if e.Orders == nil || !asksForRecord(turn.asked) {
		return read
	}
	var handles []string
	for _, h := range read {
		if handle := handleOf(h); handle != "" && !slices.Contains(handles, handle) {
			handles = append(handles, handle)
		}
	}
	if len(handles) == 0 {
		return read
	}
	offers, err := e.Orders.Offers(ctx, turn.ask.Tenant, handles...)
	if err != nil {
		e.Log.WarnContext(ctx, "read offers", "tenant", turn.ask.Tenant, "error", err)
		return read
	}
	now := slices.Clone(read)
	for i, h := range now {
		at := slices.IndexFunc(offers, func(o commerce.Offer) bool { return o.Handle == handleOf(h) })
		if at < 0 {
			continue
		}
		o, p := offers[at], *h.Passage.Product
		p.Price, p.Currency, p.From, p.Availability = o.Price.Decimal(), o.Price.Currency, o.From, "OutOfStock"
		if o.Available {
			p.Availability = "InStock"
		}
		now[i].Passage.Product, now[i].Passage.Text = &p, p.Statement()
	}
	return now
}

// handleOf names the product whose record a passage is, as shops' addresses do:
// /products/<handle>.
func handleOf(h index.Hit) string {
	if h.Passage.Product == nil {
		return ""
	}
	u, err := url.Parse(h.Passage.URL)
	if err != nil {
		return ""
	}
	_, handle, found := strings.Cut(u.Path, "/products/")
	handle = strings.Trim(handle, "/")
	if !found || strings.Contains(handle, "/") {
		return ""
	}
	return handle
}
