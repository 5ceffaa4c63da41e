package shopify

import (
	"fmt"
	"strings"
	"time"
)

// payload is an order as webhooks show it: far more than an app needs to know.
func (o *order) payload() map[string]any {
	var items, refunds []map[string]any
	for _, l := range o.lines {
		items = append(items, map[string]any{
			"id": l.id, "title": l.title, "variant_title": optional(l.choice), "sku": l.sku, "quantity": l.quantity, "current_quantity": l.current(), "price": decimal(l.price, currency), "vendor": l.vendor,
		})
	}
	for _, r := range o.refunds {
		refunds = append(refunds, map[string]any{"id": r.id, "created_at": stamp(r.createdAt), "note": optional(r.note)})
	}
	m := map[string]any{
		"id": o.id, "admin_graphql_api_id": gid("Order", o.id), "name": o.name, "number": o.number - 1000, "order_number": o.number, "email": optional(o.email), "contact_email": optional(o.email), "phone": optional(o.phone),
		"created_at": stamp(o.createdAt), "updated_at": stamp(o.updatedAt), "processed_at": stamp(o.createdAt), "cancelled_at": stamp(o.cancelledAt), "closed_at": stamp(o.closedAt), "cancel_reason": optional(strings.ToLower(o.cancelReason)),
		"financial_status": strings.ToLower(o.financial()), "fulfillment_status": fulfilled(o.fulfillment()), "currency": currency, "presentment_currency": o.currency,
		"total_price": decimal(o.total().shop, currency), "note": optional(o.note), "tags": strings.Join(o.tags, ", "), "test": o.test,
		"browser_ip": CanaryIP, "client_details": map[string]any{"browser_ip": CanaryIP, "user_agent": CanaryAgent, "session_hash": CanarySession, "accept_language": o.locale},
		"token": CanaryToken, "cart_token": CanaryToken, "checkout_token": CanaryToken, "order_status_url": o.statusPage(),
		"payment_details":       map[string]any{"credit_card_bin": CanaryBIN, "credit_card_number": "•••• •••• •••• " + CanaryCard, "credit_card_name": fullName(o.billTo.first, o.billTo.last), "credit_card_company": "Visa"},
		"payment_gateway_names": []string{o.gateway}, "line_items": items, "refunds": refunds,
		"shipping_address": o.shipTo.payload(), "billing_address": o.billTo.payload(),
	}
	if c := o.customer; c != nil {
		m["customer"] = map[string]any{"id": c.id, "admin_graphql_api_id": gid("Customer", c.id), "email": optional(c.email), "phone": optional(c.phone), "first_name": c.first, "last_name": c.last}
	}
	return m
}

func fulfilled(status string) any {
	switch status {
	case "FULFILLED":
		return "fulfilled"
	case "PARTIALLY_FULFILLED":
		return "partial"
	}
	return nil
}

func (a *address) payload() map[string]any {
	return map[string]any{
		"first_name": a.first, "last_name": a.last, "name": fullName(a.first, a.last), "address1": a.line1, "address2": optional(a.line2), "city": a.city, "zip": a.zip, "country": a.country, "country_code": a.iso, "phone": optional(a.phone),
	}
}

func (p *product) payload() map[string]any {
	var variants []map[string]any
	for _, v := range p.variants {
		variants = append(variants, map[string]any{"id": v.id, "admin_graphql_api_id": gid("ProductVariant", v.id), "title": v.title, "sku": v.sku, "price": decimal(v.price, currency), "inventory_quantity": v.stock})
	}
	return map[string]any{
		"id": p.id, "admin_graphql_api_id": gid("Product", p.id), "title": p.title, "handle": p.handle, "body_html": p.html, "vendor": p.vendor, "product_type": p.kind, "status": strings.ToLower(p.status),
		"tags": strings.Join(p.tags, ", "), "created_at": stamp(p.createdAt), "updated_at": stamp(p.updatedAt), "variants": variants,
	}
}

func (p *shop) payload() map[string]any {
	return map[string]any{
		"id": p.id, "name": p.name, "email": p.email, "domain": strings.TrimPrefix(p.storefront, "https://"), "myshopify_domain": p.domain, "shop_owner": p.owner, "currency": currency, "iana_timezone": p.zone,
		"plan_name": strings.ToLower(p.plan), "checkout_api_supported": true, "phone": fmt.Sprintf("0163296%04d", p.id%10000),
	}
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}
