package shopify

import (
	"fmt"
	"slices"
	"strconv"
)

// Longest notes, in characters.
const (
	maxCustomerNote = 300
	maxReasonNote   = 255
)

func (c *call) returnRequest(args arguments) (any, error) {
	return c.sendBack("returnRequest", "input", args, "REQUESTED", "returns/request")
}

func (c *call) returnCreate(args arguments) (any, error) {
	return c.sendBack("returnCreate", "returnInput", args, "OPEN", "returns/approve")
}

// sendBack makes a return, asked for or approved.
func (c *call) sendBack(name, input string, args arguments, status, topic string) (any, error) {
	in := args.object(input)
	o := c.find(in.text("orderId"))
	refuse := func(errors ...userError) (any, error) {
		c.record(name, o, args, false, errors...)
		return node{"return": nil, "userErrors": errorNodes("ReturnUserError", errors...)}, nil
	}
	if o == nil {
		return refuse(userError{[]string{input, "orderId"}, "NOT_FOUND", "Order does not exist"})
	}
	if !o.cancelledAt.IsZero() {
		return refuse(userError{[]string{input, "orderId"}, "INVALID_STATE", "The order has been canceled"})
	}
	r := &goodsReturn{id: c.shop.next(), name: fmt.Sprintf("%s-R%d", o.name, len(o.returns)+1), status: status, createdAt: c.now()}
	if status == "OPEN" {
		r.approvedAt = c.now()
	}
	var errors []userError
	asked := map[*parcelLine]int{}
	for i, one := range in.objects("returnLineItems") {
		at := []string{input, "returnLineItems", strconv.Itoa(i)}
		complain := func(code, message, what string) {
			errors = append(errors, userError{append(slices.Clone(at), what), code, message})
		}
		id, _ := parseGID("FulfillmentLineItem", one.text("fulfillmentLineItemId"))
		l, quantity := o.parcelLine(id), one.count("quantity", 0)
		why, known := c.reason(one)
		switch {
		case l == nil:
			complain("NOT_FOUND", "Fulfillment line item does not exist", "fulfillmentLineItemId")
			continue
		case quantity < 1:
			complain("GREATER_THAN", "Quantity must be greater than 0", "quantity")
		case asked[l]+quantity > o.returnable(l):
			complain("INVALID", "Return line item has an invalid quantity.", "quantity")
		case !known:
			complain("NOT_FOUND", "Return reason definition does not exist", "returnReasonDefinitionId")
		case len([]rune(one.text("customerNote"))) > maxCustomerNote:
			complain("TOO_LONG", fmt.Sprintf("Customer note is too long (maximum is %d characters)", maxCustomerNote), "customerNote")
		case len([]rune(one.text("returnReasonNote"))) > maxReasonNote:
			complain("TOO_LONG", fmt.Sprintf("Return reason note is too long (maximum is %d characters)", maxReasonNote), "returnReasonNote")
		}
		asked[l] += quantity
		r.lines = append(r.lines, &returnLine{id: c.shop.next(), of: l, quantity: quantity, reason: why, note: one.text("returnReasonNote"), customerNote: one.text("customerNote")})
	}
	if len(errors) == 0 && len(r.lines) == 0 {
		errors = append(errors, userError{[]string{input, "returnLineItems"}, "BLANK", "Return line items can't be blank"})
	}
	if len(errors) > 0 {
		return refuse(errors...)
	}
	o.outcome = ""
	o.returns = append(o.returns, r)
	c.record(name, o, args, true)
	c.changed(o, topic, "orders/updated")
	return node{"return": o.returnNode(r), "userErrors": []node{}}, nil
}

// reason finds why something comes back, which need not be said: a definition, or a
// reason of before, which is shown as the last one.
func (c *call) reason(in arguments) (r *reason, known bool) {
	if id := in.text("returnReasonDefinitionId"); id != "" {
		n, ok := parseGID("ReturnReasonDefinition", id)
		i := slices.IndexFunc(c.shop.reasons, func(r *reason) bool { return ok && r.id == n })
		if i < 0 {
			return nil, false
		}
		return c.shop.reasons[i], true
	}
	if in.text("returnReason") != "" {
		return c.shop.reasons[len(c.shop.reasons)-1], true
	}
	return nil, true
}
