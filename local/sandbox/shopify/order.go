package shopify

import (
	"strconv"
	"time"
)

// order is what somebody bought.
type order struct {
	shop         *shop
	id           int64
	number       int
	name         string
	email, phone string    // either may be empty
	customer     *customer // nil for a guest
	createdAt    time.Time
	updatedAt    time.Time
	cancelledAt  time.Time
	closedAt     time.Time
	cancelReason string
	test         bool
	note         string
	locale       string
	confirmation string
	tags         []string
	currency     string // the buyer's
	shipTo       *address
	billTo       *address
	lines        []*line
	delivery     int64  // minor, the store's currency
	payment      string // as it was paid: PAID, PENDING, AUTHORIZED, EXPIRED, PARTIALLY_PAID, VOIDED
	hold         string // fulfilment status while nothing has been sent; "" is UNFULFILLED
	outcome      string // return status that its returns do not tell; "" is none
	gateway      string
	sale         *payment // nil until something was paid
	parcels      []*parcel
	returns      []*goodsReturn
	refunds      []*refund
	cancelling   *job
}

// line is a number of one variant.
type line struct {
	id       int64
	product  *product // nil if it has been deleted
	variant  *variant
	title    string
	choice   string // of the variant, empty if there is none
	sku      string
	vendor   string
	quantity int
	refunded int
	sent     int
	price    int64 // minor, the store's currency
	gift     string
}

func (l *line) current() int   { return l.quantity - l.refunded }
func (l *line) unsent() int    { return max(0, l.current()-l.sent) }
func (l *line) shipped() bool  { return l.product == nil || !l.product.needsNoShipping }
func (l *line) refusable() int { return l.quantity - l.refunded }

// parcel is a fulfillment.
type parcel struct {
	id                                                          int64
	name, status, display                                       string
	createdAt, updatedAt, inTransitAt, deliveredAt, estimatedAt time.Time
	company, tracking, url                                      string
	lines                                                       []*parcelLine
}

type parcelLine struct {
	id       int64
	line     *line
	quantity int
}

// goodsReturn is goods on their way back, or asked to be.
type goodsReturn struct {
	id                              int64
	name, status                    string // status CANCELED, CLOSED, DECLINED, OPEN or REQUESTED
	createdAt, closedAt, approvedAt time.Time
	lines                           []*returnLine
}

type returnLine struct {
	id           int64
	of           *parcelLine
	quantity     int
	refunded     int
	reason       *reason
	note         string
	customerNote string
}

// refund is money or goods, or both, given back.
type refund struct {
	id        int64
	createdAt time.Time
	note      string
	amount    bag
	lines     []refundLine
	payments  []*payment
	of        *goodsReturn
}

type refundLine struct {
	id       int64
	line     *line
	quantity int
	restock  string
}

// payment is a transaction.
type payment struct {
	id       int64
	kind     string // SALE, AUTHORIZATION, REFUND, VOID
	status   string
	gateway  string
	amount   bag
	at       time.Time
	parent   *payment
	card     string // last four
	network  string
	holder   string
	approved string // authorisation code, a canary
}

func (o *order) each(minor int64) bag { return bagOf(minor, o.currency) }

// subtotal is what the lines cost, now or as ordered.
func (o *order) subtotal(current bool) (sum bag) {
	for _, l := range o.lines {
		n := l.quantity
		if current {
			n = l.current()
		}
		sum = sum.plus(o.each(l.price).times(n))
	}
	return sum
}

func (o *order) total() bag { return o.subtotal(false).plus(o.each(o.delivery)) }

func (o *order) paid() (sum bag) {
	if o.sale != nil && o.sale.kind == "SALE" {
		sum = o.sale.amount
	}
	return sum
}

func (o *order) refunded() (sum bag) {
	for _, r := range o.refunds {
		sum = sum.plus(r.amount)
	}
	return sum
}

func (o *order) refundable() bag { return o.paid().minus(o.refunded()) }

// bagOfBuyer turns an amount that is given back, in the buyer's currency, into both.
func (o *order) bagOfBuyer(minor int64) bag {
	left := o.refundable()
	if minor == left.buyer {
		return left
	}
	rate := rates[o.currency]
	return bag{(minor*100 + rate/2) / rate, minor}
}

func (o *order) financial() string {
	switch paid, back := o.paid(), o.refunded(); {
	case paid.buyer > 0 && back.buyer >= paid.buyer:
		return "REFUNDED"
	case back.buyer > 0:
		return "PARTIALLY_REFUNDED"
	case !o.cancelledAt.IsZero() && paid.buyer == 0:
		return "VOIDED"
	}
	return o.payment
}

func (o *order) fulfillment() string {
	sent, open, needs := 0, 0, false
	for _, l := range o.lines {
		sent += l.sent
		open += l.unsent()
		needs = needs || l.shipped()
	}
	switch {
	case !needs:
		return "FULFILLMENT_NOT_REQUIRED"
	case sent == 0 && o.hold != "":
		return o.hold
	case sent == 0:
		return "UNFULFILLED"
	case open > 0:
		return "PARTIALLY_FULFILLED"
	}
	return "FULFILLED"
}

func (o *order) returnStatus() string {
	if o.outcome != "" {
		return o.outcome
	}
	status := "NO_RETURN"
	for _, r := range o.returns {
		switch r.status {
		case "REQUESTED":
			return "RETURN_REQUESTED"
		case "OPEN":
			status = "IN_PROGRESS"
		case "CLOSED":
			if status == "NO_RETURN" {
				status = "RETURNED"
			}
		}
	}
	return status
}

// returnable is how many of a parcel's line may still be sent back.
func (o *order) returnable(p *parcelLine) int {
	n := p.quantity
	for _, r := range o.returns {
		if r.status == "CANCELED" || r.status == "DECLINED" {
			continue
		}
		for _, l := range r.lines {
			if l.of == p {
				n -= l.quantity
			}
		}
	}
	return max(0, min(n, p.line.refusable()))
}

func (o *order) parcelLine(id int64) *parcelLine {
	for _, p := range o.parcels {
		for _, l := range p.lines {
			if l.id == id && p.status == "SUCCESS" {
				return l
			}
		}
	}
	return nil
}

func (o *order) line(gidText string) *line {
	id, ok := parseGID("LineItem", gidText)
	for _, l := range o.lines {
		if ok && l.id == id {
			return l
		}
	}
	return nil
}

var orderFields = []string{
	"id", "name", "email", "phone", "customer_id", "created_at", "updated_at", "processed_at", "financial_status", "fulfillment_status", "return_status",
	"status", "tag", "sku", "test", "confirmation_number", "order_number", "gateway",
}

// document is what a search looks at.
func (o *order) document() document {
	state := "open"
	switch {
	case !o.cancelledAt.IsZero():
		state = "cancelled"
	case !o.closedAt.IsZero():
		state = "closed"
	}
	d := document{
		text: map[string][]string{"name": {o.name}, "email": {o.email}, "phone": {o.phone}, "tag": o.tags, "confirmation_number": {o.confirmation}, "order_number": {strconv.Itoa(o.number)}, "gateway": {o.gateway}},
		exact: map[string]string{
			"id": strconv.FormatInt(o.id, 10), "financial_status": o.financial(), "fulfillment_status": o.fulfillment(), "return_status": o.returnStatus(),
			"test": strconv.FormatBool(o.test), "status": state, "customer_id": "",
		},
		when:     map[string]time.Time{"created_at": o.createdAt, "updated_at": o.updatedAt, "processed_at": o.createdAt},
		anywhere: []string{o.name, o.email, o.phone, o.confirmation, fullName(o.shipTo.first, o.shipTo.last), o.shipTo.line1, o.shipTo.city, o.shipTo.zip},
	}
	if o.customer != nil {
		d.exact["customer_id"] = strconv.FormatInt(o.customer.id, 10)
		d.anywhere = append(d.anywhere, o.customer.name())
	}
	for _, l := range o.lines {
		d.text["sku"] = append(d.text["sku"], l.sku)
		d.anywhere = append(d.anywhere, l.sku, l.title)
	}
	return d
}
