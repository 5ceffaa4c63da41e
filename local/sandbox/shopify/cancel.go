package shopify

import (
	"strconv"
	"strings"
	"time"
)

// job is a cancellation on its way.
type job struct {
	id       int64
	order    *order
	at       time.Time
	looks    int
	done     bool
	failed   bool
	reason   string
	refunds  bool
	restocks bool
}

func (j *job) node() node {
	return node{"id": "gid://shopify/Job/" + jobUUID(j.id), "done": j.done}
}

func (j *job) result() node {
	n := node{"__typename": "OrderCancelJobResult", "id": gid("OrderCancelJobResult", j.id), "done": j.done, "status": "STARTED", "errors": []node{}, "order": field(func(arguments) (any, error) { return j.order.node(), nil })}
	switch {
	case j.failed:
		n["status"] = "FAILED"
		n["errors"] = errorNodes("OrderCancelUserError", userError{code: "INTERNAL_ERROR", message: "The order could not be canceled. Try again."})
	case j.done:
		n["status"] = "SUCCEEDED"
	}
	return n
}

// jobUUID writes a number in the form of a UUID.
func jobUUID(id int64) string {
	digits := strings.Repeat("0", 12) + strconv.FormatInt(id, 10)
	return "00000000-0000-4000-8000-" + digits[len(digits)-12:]
}

// jobOf finds a job and looks at it.
func (c *call) jobOf(typ, id string) *job {
	for _, j := range c.shop.jobs {
		if typ == "Job" && id == "gid://shopify/Job/"+jobUUID(j.id) || typ == "OrderCancelJobResult" && id == gid(typ, j.id) {
			c.look(j.order)
			return j
		}
	}
	return nil
}

// look carries a cancellation on: it is done once its time has come, or when it
// has been looked at often enough, for those whose clock stands still.
func (c *call) look(o *order) *order {
	if o == nil || o.cancelling == nil || o.cancelling.done {
		return o
	}
	j := o.cancelling
	if j.looks++; j.looks <= c.switches.JobLooks && c.now().Before(j.at.Add(c.switches.JobTime)) {
		return o
	}
	c.finish(o)
	return o
}

// finish ends a cancellation.
func (c *call) finish(o *order) {
	j := o.cancelling
	j.done = true
	if c.switches.CancelFails {
		j.failed, o.cancelling = true, nil
	} else {
		c.cancel(o, j)
	}
	c.keep(didFinish, c.shop, o.name)
}

// cancel does what a cancellation does.
func (c *call) cancel(o *order, j *job) {
	o.cancelledAt, o.closedAt, o.cancelReason = c.now(), c.now(), j.reason
	r := &refund{id: c.shop.next(), createdAt: c.now(), note: "Order canceled"}
	for _, l := range o.lines {
		if l.current() == 0 {
			continue
		}
		restock := "NO_RESTOCK"
		if j.restocks {
			restock = "CANCEL"
			if l.variant != nil {
				l.variant.stock += l.unsent()
			}
		}
		r.lines = append(r.lines, refundLine{c.shop.next(), l, l.current(), restock})
		l.refunded = l.quantity
	}
	if left := o.refundable(); j.refunds && left.buyer > 0 {
		r.amount = left
		r.payments = []*payment{o.giveBack(c, left)}
	}
	o.refunds = append(o.refunds, r)
	c.changed(o, "orders/cancelled", "orders/updated")
}

// giveBack makes the transaction of a refund.
func (o *order) giveBack(c *call, amount bag) *payment {
	return &payment{id: c.shop.next(), kind: "REFUND", status: "SUCCESS", gateway: o.gateway, amount: amount, at: c.now(), parent: o.sale, card: o.sale.card, network: o.sale.network, holder: o.sale.holder, approved: CanaryApproval}
}

func (c *call) orderCancel(args arguments) (any, error) {
	o := c.find(args.text("orderId"))
	method := args.object("refundMethod")
	refuse := func(e userError) (any, error) {
		c.record("orderCancel", o, args, false, e)
		plain := userError{field: e.field, message: e.message}
		return node{"job": nil, "jobResult": nil, "orderCancelUserErrors": errorNodes("OrderCancelUserError", e), "userErrors": errorNodes("UserError", plain)}, nil
	}
	sent, returning := false, false
	if o != nil {
		for _, p := range o.parcels {
			sent = sent || p.status == "SUCCESS"
		}
		for _, r := range o.returns {
			returning = returning || r.status == "OPEN" || r.status == "REQUESTED"
		}
	}
	switch {
	case o == nil:
		return refuse(userError{[]string{"orderId"}, "NOT_FOUND", "Order does not exist"})
	case !o.cancelledAt.IsZero() || o.cancelling != nil:
		return refuse(userError{[]string{"orderId"}, "INVALID", "Cannot cancel an order that has already been canceled"})
	case returning:
		return refuse(userError{[]string{"orderId"}, "INVALID", "Cannot cancel an order that has returns in progress"})
	case sent:
		return refuse(userError{[]string{"orderId"}, "INVALID", "Cannot cancel an order that has fulfilled items"})
	case method["storeCreditRefund"] != nil && o.customer == nil:
		return refuse(userError{[]string{"refundMethod", "storeCreditRefund"}, "STORE_CREDIT_REFUND_MISSING_CUSTOMER", "Store credit needs an order with a customer"})
	case len(args.text("staffNote")) > 5000:
		return refuse(userError{[]string{"staffNote"}, "INVALID", "Staff note is too long"})
	}
	j := &job{id: c.shop.next(), order: o, at: c.now(), reason: args.text("reason"), restocks: args.yes("restock"), refunds: args.yes("refund") || method.yes("originalPaymentMethodsRefund")}
	o.cancelling, c.shop.jobs[j.id] = j, j
	c.record("orderCancel", o, args, true)
	if c.switches.JobLooks == 0 {
		c.look(o)
	}
	return node{"job": j.node(), "jobResult": j.result(), "orderCancelUserErrors": []node{}, "userErrors": []node{}}, nil
}
