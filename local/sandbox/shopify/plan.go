package shopify

import (
	"fmt"
	"time"
)

// plan brings an order into a state, as far as its age allows.
type plan func(p *shop, o *order, now time.Time)

// plans are the states that orders are in, all those the API has names for.
var plans = []plan{
	delivering("DELIVERED", 3*day), delivering("IN_TRANSIT", day), delivering("OUT_FOR_DELIVERY", 2*day), waiting("PAID", ""),
	delivering("DELIVERED", 2*day), partly, returning("REQUESTED", ""), returning("OPEN", ""), returning("CLOSED", ""), returning("DECLINED", ""),
	returning("CANCELED", ""), returning("CLOSED", "RETURN_FAILED"), returning("OPEN", "INSPECTION_COMPLETE"),
	refunding(false), refunding(true), cancelled(true), cancelled(false),
	waiting("PENDING", ""), waiting("AUTHORIZED", "ON_HOLD"), waiting("EXPIRED", "SCHEDULED"), waiting("PARTIALLY_PAID", "IN_PROGRESS"), waiting("PAID", "PENDING_FULFILLMENT"),
	waiting("PAID", "OPEN"), waiting("PAID", "REQUEST_DECLINED"), waiting("PAID", "RESTOCKED"), giftCard,
	delivering("ATTEMPTED_DELIVERY", 2*day), delivering("DELAYED", 4*day), delivering("READY_FOR_PICKUP", 2*day), delivering("LABEL_PRINTED", time.Hour),
	delivering("CONFIRMED", time.Hour), delivering("CARRIER_PICKED_UP", 6*time.Hour), delivering("FAILURE", 5*day), delivering("NOT_DELIVERED", 5*day), delivering("PICKED_UP", 3*day),
	delivering("LABEL_PURCHASED", time.Hour), delivering("LABEL_VOIDED", time.Hour), delivering("MARKED_AS_FULFILLED", time.Hour), delivering("SUBMITTED", time.Hour),
	delivering("FULFILLED", time.Hour), delivering("CANCELED", time.Hour),
}

// arrangements are the orders that people and tests know by number.
var arrangements = map[int]plan{
	1019: func(p *shop, o *order, now time.Time) { // Jane's, delivered, and within the time for returns
		o.createdAt = now.Add(-9 * day)
		o.contains("KC-201", 1, "KC-480", 2)
		delivering("DELIVERED", 3*day)(p, o, now)
	},
	janesOrder: func(p *shop, o *order, now time.Time) { // Jane's, on its way
		o.contains("KC-101", 1, "KC-401", 2)
		delivering("IN_TRANSIT", day)(p, o, now)
	},
	1057: func(p *shop, o *order, now time.Time) { // Jane's, not yet sent, with a note that gives orders
		o.contains("KC-301", 2, "KC-402", 1)
		o.note = notes[4]
		waiting("PAID", "")(p, o, now)
	},
	1043: func(p *shop, o *order, now time.Time) { // John's, at Jane's address
		o.contains("KC-303", 1)
		delivering("IN_TRANSIT", day)(p, o, now)
	},
	1061: func(p *shop, o *order, now time.Time) { // Lena's, who paid in euros: delivered, and one article refunded
		o.createdAt = now.Add(-9 * day)
		o.contains("KC-201", 2, "KC-480", 1)
		delivering("DELIVERED", 3*day)(p, o, now)
		o.refundSome(now.Add(-2*day), "One was chipped", o.lines[1], 1)
	},
	1062: func(p *shop, o *order, now time.Time) { // Lena's, not yet sent
		o.createdAt = now.Add(-2 * time.Hour)
		o.contains("KC-301", 1)
		waiting("PAID", "")(p, o, now)
	},
	1058: func(p *shop, o *order, now time.Time) { // John's, not yet sent
		o.contains("KC-112", 1)
		waiting("PAID", "")(p, o, now)
	},
}

// contains replaces what was bought, by SKU and quantity.
func (o *order) contains(what ...any) {
	o.lines, o.note, o.tags, o.test = nil, "", nil, false
	for i := 0; i < len(what); i += 2 {
		for _, a := range o.shop.products {
			for _, v := range a.variants {
				if v.sku == what[i] {
					o.add(a, v, what[i+1].(int))
				}
			}
		}
	}
	o.delivery = 395
	if o.subtotal(false).shop >= 5000 {
		o.delivery = 0
	}
}

// pay charges a card.
func (o *order) pay(kind string, amount bag) {
	o.sale = &payment{
		id: o.shop.next(), kind: kind, status: "SUCCESS", gateway: o.gateway, amount: amount, at: o.createdAt, card: CanaryCard, network: "Visa",
		holder: fullName(o.billTo.first, o.billTo.last), approved: CanaryApproval,
	}
}

func waiting(payment, hold string) plan {
	return func(_ *shop, o *order, _ time.Time) {
		o.payment, o.hold = payment, hold
		switch payment {
		case "PAID":
			o.pay("SALE", o.total())
		case "PARTIALLY_PAID":
			total := o.total()
			o.pay("SALE", bag{total.shop / 2, total.buyer / 2})
		case "AUTHORIZED", "EXPIRED":
			o.pay("AUTHORIZATION", o.total())
		}
	}
}

// send puts lines into a parcel. share is how many of each, 0 is all that are left.
func (o *order) send(at time.Time, display string, share int) *parcel {
	n := len(o.parcels) + 1
	f := &parcel{
		id: o.shop.next(), name: fmt.Sprintf("%s-F%d", o.name, n), status: "SUCCESS", display: display, createdAt: at, updatedAt: at, company: "Royal Mail",
		tracking: fmt.Sprintf("ZZ%09dGB", o.id%1_000_000_000), url: fmt.Sprintf("https://track.example/ZZ%09dGB", o.id%1_000_000_000),
	}
	for _, l := range o.lines {
		quantity := l.unsent()
		if share > 0 {
			quantity = min(quantity, share)
		}
		if quantity == 0 || !l.shipped() {
			continue
		}
		l.sent += quantity
		f.lines = append(f.lines, &parcelLine{o.shop.next(), l, quantity})
	}
	o.parcels = append(o.parcels, f)
	return f
}

// delivering sends everything; took is how long the parcel has been in this state
// after it was sent at the earliest.
func delivering(display string, took time.Duration) plan {
	return func(_ *shop, o *order, now time.Time) {
		o.pay("SALE", o.total())
		sent := o.createdAt.Add(20 * time.Hour)
		if sent.Add(took).After(now) { // too young to have come so far
			return
		}
		f := o.send(sent, display, 0)
		f.estimatedAt = sent.Add(4 * day).Truncate(day)
		switch display {
		case "CANCELED":
			f.status = "CANCELLED"
			for _, l := range f.lines {
				l.line.sent -= l.quantity
			}
		case "FAILURE":
			f.status = "FAILURE"
		case "DELIVERED", "PICKED_UP":
			f.inTransitAt, f.deliveredAt = sent.Add(8*time.Hour), sent.Add(took)
			f.updatedAt = f.deliveredAt
		case "IN_TRANSIT", "OUT_FOR_DELIVERY", "ATTEMPTED_DELIVERY", "DELAYED", "READY_FOR_PICKUP", "NOT_DELIVERED":
			f.inTransitAt, f.updatedAt = sent.Add(8*time.Hour), sent.Add(took)
		}
	}
}

func partly(_ *shop, o *order, now time.Time) {
	o.lines[0].quantity++
	o.pay("SALE", o.total())
	if sent := o.createdAt.Add(20 * time.Hour); sent.Before(now) {
		o.send(sent, "IN_TRANSIT", 1).inTransitAt = sent.Add(time.Hour)
	}
}

func giftCard(p *shop, o *order, _ time.Time) {
	for _, a := range p.products {
		if a.needsNoShipping {
			o.lines = nil
			o.add(a, a.variants[1], 1)
			o.delivery = 0
		}
	}
	o.pay("SALE", o.total())
}

// returning delivers, and has part of it sent back.
func returning(status, outcome string) plan {
	return func(p *shop, o *order, now time.Time) {
		delivering("DELIVERED", 3*day)(p, o, now)
		if len(o.parcels) == 0 {
			return
		}
		asked := o.parcels[0].deliveredAt.Add(30 * time.Hour)
		if asked.Add(7 * time.Hour).After(now) {
			return
		}
		l := o.parcels[0].lines[0]
		r := &goodsReturn{id: p.next(), name: o.name + "-R1", status: status, createdAt: asked, lines: []*returnLine{{
			id: p.next(), of: l, quantity: 1, reason: p.reasons[int(o.id)%len(p.reasons)], customerNote: "It is smaller than I thought.",
		}}}
		o.outcome = outcome
		if status != "REQUESTED" && status != "DECLINED" {
			r.approvedAt = asked.Add(2 * time.Hour)
		}
		if status == "CLOSED" || status == "DECLINED" || status == "CANCELED" {
			r.closedAt = asked.Add(5 * time.Hour)
		}
		o.returns = append(o.returns, r)
		if status == "CLOSED" && outcome == "" {
			r.lines[0].refunded = 1
			o.refundSome(asked.Add(6*time.Hour), "Returned", l.line, 1).of = r
		}
	}
}

// refundSome gives back some of a line and its money.
func (o *order) refundSome(at time.Time, note string, l *line, quantity int) *refund {
	amount := o.each(l.price).times(quantity)
	if left := o.refundable(); amount.buyer > left.buyer {
		amount = left
	}
	r := &refund{id: o.shop.next(), createdAt: at, note: note, amount: amount, lines: []refundLine{{o.shop.next(), l, quantity, "NO_RESTOCK"}}}
	r.payments = []*payment{{id: o.shop.next(), kind: "REFUND", status: "SUCCESS", gateway: o.gateway, amount: amount, at: at, parent: o.sale, card: CanaryCard, network: "Visa", holder: o.sale.holder, approved: CanaryApproval}}
	l.refunded += quantity
	o.refunds = append(o.refunds, r)
	return r
}

// refunding gives money back for one article, or for all of them.
func refunding(all bool) plan {
	return func(p *shop, o *order, now time.Time) {
		delivering("DELIVERED", 2*day)(p, o, now)
		at := o.createdAt.Add(4 * day)
		if at.After(now) {
			return
		}
		if !all {
			o.lines[0].quantity++
			o.sale.amount = o.total()
			o.refundSome(at, "One was chipped", o.lines[0], 1)
			return
		}
		for _, l := range o.lines {
			o.refundSome(at, "Goodwill", l, l.quantity)
		}
		last := o.refunds[len(o.refunds)-1]
		left := o.refundable() // the delivery
		last.amount = last.amount.plus(left)
		last.payments[0].amount = last.amount
	}
}

// cancelled ends an order before it was sent.
func cancelled(paid bool) plan {
	return func(p *shop, o *order, now time.Time) {
		o.cancelledAt = o.createdAt.Add(10 * time.Hour)
		if o.cancelledAt.After(now) {
			o.cancelledAt = o.createdAt.Add(5 * time.Minute)
		}
		o.closedAt, o.cancelReason, o.payment = o.cancelledAt, "CUSTOMER", "VOIDED"
		if !paid {
			return
		}
		o.payment = "PAID"
		o.pay("SALE", o.total())
		refunding := o.refundable()
		r := &refund{id: p.next(), createdAt: o.cancelledAt, note: "Order canceled", amount: refunding}
		for _, l := range o.lines {
			r.lines = append(r.lines, refundLine{p.next(), l, l.quantity, "CANCEL"})
			l.refunded = l.quantity
		}
		r.payments = []*payment{{id: p.next(), kind: "REFUND", status: "SUCCESS", gateway: o.gateway, amount: refunding, at: o.cancelledAt, parent: o.sale, card: CanaryCard, network: "Visa", holder: o.sale.holder, approved: CanaryApproval}}
		o.refunds = append(o.refunds, r)
	}
}

// settleTimes makes an order as new as the last thing that happened to it, and
// closes it if that was long ago.
func (o *order) settleTimes(now time.Time) {
	latest := func(t time.Time) {
		if t.After(o.updatedAt) {
			o.updatedAt = t
		}
	}
	latest(o.createdAt)
	latest(o.cancelledAt)
	for _, p := range o.parcels {
		latest(p.updatedAt)
	}
	for _, r := range o.returns {
		latest(r.createdAt)
		latest(r.closedAt)
	}
	for _, r := range o.refunds {
		latest(r.createdAt)
	}
	if o.closedAt.IsZero() && o.fulfillment() == "FULFILLED" && o.updatedAt.Before(now.Add(-20*day)) {
		o.closedAt = o.updatedAt
	}
}
