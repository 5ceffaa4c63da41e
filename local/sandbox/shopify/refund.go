package shopify

import (
	"encoding/json"
	"fmt"
	"strconv"

	"omniops/local/faults"
)

// keyArgument is where the key of @idempotent is found among the arguments.
const keyArgument = "@idempotent"

// attempt is what an idempotency key was used for.
type attempt struct {
	args   string // JSON
	refund *refund
	order  *order
}

func (c *call) refundCreate(args arguments) (any, error) {
	key, given := args[keyArgument].(string)
	if !given || key == "" || len(key) > 255 {
		return nil, &problem{code: "BAD_REQUEST", message: "The @idempotent directive is required for this mutation but was not provided."}
	}
	in := args.object("input")
	o := c.find(in.text("orderId"))
	refuse := func(errors ...userError) (any, error) {
		c.record("refundCreate", o, args, false, errors...)
		return node{"refund": nil, "order": o.node(), "userErrors": errorNodes("UserError", errors...)}, nil
	}
	if faults.Conflicted(c.context) {
		return refuse(userError{message: "A request with this idempotency key is still being processed (IDEMPOTENCY_CONCURRENT_REQUEST)."})
	}
	text, _ := json.Marshal(in) // strings, numbers and lists of them
	if before := c.shop.keys[key]; before != nil {
		if before.args != string(text) {
			return refuse(userError{message: "This idempotency key was used with other parameters (IDEMPOTENCY_KEY_PARAMETER_MISMATCH)."})
		}
		c.record("refundCreate", o, args, false)
		return node{"refund": before.order.refundNode(before.refund), "order": before.order.node(), "userErrors": []node{}}, nil
	}
	if o == nil {
		return refuse(userError{field: []string{"orderId"}, message: "Order does not exist"})
	}
	r, errors := c.refundOf(o, in)
	if len(errors) > 0 {
		return refuse(errors...)
	}
	for _, l := range r.lines {
		l.line.refunded += l.quantity
		if (l.restock == "RETURN" || l.restock == "CANCEL") && l.line.variant != nil {
			l.line.variant.stock += l.quantity
		}
	}
	o.refunds = append(o.refunds, r)
	c.shop.keys[key] = &attempt{string(text), r, o}
	c.record("refundCreate", o, args, true)
	c.changed(o, "refunds/create", "orders/updated")
	return node{"refund": o.refundNode(r), "order": o.node(), "userErrors": []node{}}, nil
}

// refundOf checks an input and makes the refund, without doing it.
func (c *call) refundOf(o *order, in arguments) (*refund, []userError) {
	r := &refund{id: c.shop.next(), createdAt: c.now(), note: in.text("note")}
	var errors []userError
	complain := func(message string, field ...string) {
		errors = append(errors, userError{field: field, message: message})
	}
	if o.currency != currency && in.text("currency") == "" {
		complain("Currency must be specified for multi-currency orders", "currency")
	} else if given := in.text("currency"); given != "" && given != o.currency {
		complain("Currency must match the order's presentment currency", "currency")
	}
	asked := map[*line]int{}
	for i, one := range in.objects("refundLineItems") {
		at := strconv.Itoa(i)
		l, quantity, restock := o.line(one.text("lineItemId")), one.count("quantity", 0), one.text("restockType")
		if restock == "" {
			restock = "NO_RESTOCK"
		}
		switch {
		case l == nil:
			complain("Line item does not exist", "refundLineItems", at, "lineItemId")
			continue
		case quantity < 1:
			complain("Quantity must be greater than 0", "refundLineItems", at, "quantity")
		case asked[l]+quantity > l.refusable():
			complain("Quantity cannot refund more items than were purchased", "refundLineItems", at, "quantity")
		case (restock == "RETURN" || restock == "CANCEL") && one.text("locationId") == "":
			complain("Location must be specified when restocking", "refundLineItems", at, "locationId")
		}
		asked[l] += quantity
		r.lines = append(r.lines, refundLine{c.shop.next(), l, quantity, restock})
	}
	var sum int64
	for i, one := range in.objects("transactions") {
		at := strconv.Itoa(i)
		minor, ok := minorOf(one["amount"], o.currency)
		switch {
		case one.text("orderId") != gid("Order", o.id):
			complain("Order of the transaction must be the refunded order", "transactions", at, "orderId")
		case one.text("kind") != "REFUND":
			complain("Kind is not a valid transaction", "transactions", at, "kind")
		case o.sale == nil || one.text("parentId") != gid("OrderTransaction", o.sale.id):
			complain("Parent transaction is invalid", "transactions", at, "parentId")
		case one.text("gateway") != o.gateway:
			complain("Gateway does not match the parent transaction", "transactions", at, "gateway")
		case !ok || minor <= 0:
			complain("Amount must be greater than 0", "transactions", at, "amount")
		default:
			sum += minor
			r.payments = append(r.payments, o.giveBack(c, o.bagOfBuyer(minor)))
		}
	}
	if left := o.refundable(); sum > left.buyer {
		complain(fmt.Sprintf("Refund amount %s exceeds the refundable amount of %s", decimal(sum, o.currency), decimal(left.buyer, o.currency)), "transactions")
	}
	for _, p := range r.payments {
		r.amount = r.amount.plus(p.amount)
	}
	if len(r.lines) == 0 && len(r.payments) == 0 && len(errors) == 0 {
		complain("Refund must have line items, shipping or transactions")
	}
	return r, errors
}
