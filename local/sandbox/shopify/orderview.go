package shopify

import (
	"slices"
	"strconv"
)

// statusPage holds a key that opens the order to whoever has it.
func (o *order) statusPage() string {
	return o.shop.storefront + "/" + strconv.FormatInt(o.shop.id, 10) + "/orders/" + CanaryToken + "/authenticate?key=" + CanaryStatusKey
}

func (o *order) node() node {
	if o == nil {
		return nil
	}
	shopBuyer := func(b bag) node { return b.node(currency, o.currency) }
	var lines, returns []entry
	for _, l := range o.lines {
		lines = append(lines, entry{strconv.FormatInt(l.id, 10), func() node { return o.lineNode(l) }})
	}
	for _, r := range o.returns {
		returns = append(returns, entry{strconv.FormatInt(r.id, 10), func() node { return o.returnNode(r) }})
	}
	var parcels, refunds, payments []node
	for _, p := range o.parcels {
		parcels = append(parcels, o.parcelNode(p))
	}
	for _, r := range o.refunds {
		refunds = append(refunds, o.refundNode(r))
	}
	if o.sale != nil {
		payments = append(payments, o.paymentNode(o.sale))
	}
	for _, r := range o.refunds {
		for _, p := range r.payments {
			payments = append(payments, o.paymentNode(p))
		}
	}
	var attributes []node
	for _, l := range o.lines {
		if l.gift != "" {
			attributes = append(attributes, node{"key": "Gift message", "value": l.gift})
		}
	}
	return node{
		"__typename": "Order", "id": gid("Order", o.id), "legacyResourceId": strconv.FormatInt(o.id, 10), "name": o.name, "number": o.number,
		"email": optional(o.email), "phone": optional(o.phone), "createdAt": o.createdAt, "processedAt": o.createdAt, "updatedAt": o.updatedAt,
		"cancelledAt": o.cancelledAt, "cancelReason": optional(o.cancelReason), "closed": !o.closedAt.IsZero(), "closedAt": o.closedAt, "test": o.test,
		"note": optional(o.note), "tags": o.tags, "confirmationNumber": optional(o.confirmation),
		"displayFinancialStatus": o.financial(), "displayFulfillmentStatus": o.fulfillment(), "returnStatus": o.returnStatus(),
		"refundable": o.refundable().buyer > 0, "fullyPaid": o.paid().buyer >= o.total().buyer,
		"statusPageUrl": o.statusPage(), "customerLocale": optional(o.locale), "currencyCode": currency, "presentmentCurrencyCode": o.currency,
		"currentTotalPriceSet": shopBuyer(o.subtotal(true).plus(o.each(o.delivery))), "currentSubtotalPriceSet": shopBuyer(o.subtotal(true)),
		"totalPriceSet": shopBuyer(o.total()), "totalShippingPriceSet": shopBuyer(o.each(o.delivery)), "totalReceivedSet": shopBuyer(o.paid()), "totalRefundedSet": shopBuyer(o.refunded()),
		"customer": o.customer.node(), "shippingAddress": o.shipTo.node(), "billingAddress": o.billTo.node(),
		"fulfillments": few(parcels), "refunds": few(refunds), "transactions": few(payments),
		"lineItems": connection("LineItem", lines), "returns": connection("Return", returns),
		"suggestedRefund":     field(func(args arguments) (any, error) { return o.suggest(args) }),
		"paymentGatewayNames": []string{o.gateway}, "clientIp": CanaryIP, "customAttributes": attributes, "requiresShipping": o.fulfillment() != "FULFILLMENT_NOT_REQUIRED",
	}
}

func (o *order) lineNode(l *line) node {
	var choice any
	name := l.title
	if l.choice != "" {
		choice, name = l.choice, l.title+" - "+l.choice
	}
	var attributes []node
	if l.gift != "" {
		attributes = append(attributes, node{"key": "Gift message", "value": l.gift})
	}
	unit := o.each(l.price)
	n := node{
		"__typename": "LineItem", "id": gid("LineItem", l.id), "title": l.title, "name": name, "variantTitle": choice, "sku": optional(l.sku), "vendor": optional(l.vendor),
		"quantity": l.quantity, "currentQuantity": l.current(), "refundableQuantity": l.refusable(), "unfulfilledQuantity": l.unsent(), "fulfillableQuantity": l.unsent(),
		"discountedUnitPriceSet": unit.node(currency, o.currency), "originalUnitPriceSet": unit.node(currency, o.currency),
		"discountedTotalSet": unit.times(l.quantity).node(currency, o.currency),
		"product":            nil, "variant": nil, "customAttributes": attributes, "requiresShipping": l.shipped(), "isGiftCard": l.product != nil && l.product.needsNoShipping,
	}
	if l.product != nil {
		n["product"] = field(func(arguments) (any, error) { return l.product.node(), nil })
		n["variant"] = field(func(arguments) (any, error) { return l.product.variantNode(l.variant), nil })
	}
	return n
}

func (o *order) parcelNode(p *parcel) node {
	var lines []entry
	quantity := 0
	for _, l := range p.lines {
		quantity += l.quantity
		lines = append(lines, entry{strconv.FormatInt(l.id, 10), func() node { return o.parcelLineNode(l) }})
	}
	var tracking []node
	if p.tracking != "" {
		tracking = append(tracking, node{"company": optional(p.company), "number": p.tracking, "url": optional(p.url)})
	}
	return node{
		"__typename": "Fulfillment", "id": gid("Fulfillment", p.id), "legacyResourceId": strconv.FormatInt(p.id, 10), "name": p.name, "status": p.status, "displayStatus": optional(p.display),
		"createdAt": p.createdAt, "updatedAt": p.updatedAt, "inTransitAt": p.inTransitAt, "deliveredAt": p.deliveredAt, "estimatedDeliveryAt": p.estimatedAt,
		"trackingInfo": few(tracking), "fulfillmentLineItems": connection("FulfillmentLineItem", lines), "totalQuantity": quantity,
		"order": field(func(arguments) (any, error) { return o.node(), nil }),
	}
}

func (o *order) parcelLineNode(l *parcelLine) node {
	return node{"__typename": "FulfillmentLineItem", "id": gid("FulfillmentLineItem", l.id), "quantity": l.quantity, "lineItem": o.lineNode(l.line)}
}

func (o *order) returnNode(r *goodsReturn) node {
	var lines []entry
	quantity := 0
	for _, l := range r.lines {
		quantity += l.quantity
		lines = append(lines, entry{strconv.FormatInt(l.id, 10), func() node {
			return node{
				"__typename": "ReturnLineItem", "id": gid("ReturnLineItem", l.id), "quantity": l.quantity, "refundableQuantity": l.quantity - l.refunded, "refundedQuantity": l.refunded,
				"returnReasonNote": l.note, "returnReasonDefinition": l.reason.node(), "customerNote": optional(l.customerNote), "fulfillmentLineItem": o.parcelLineNode(l.of),
			}
		}})
	}
	return node{
		"__typename": "Return", "id": gid("Return", r.id), "name": r.name, "status": r.status, "createdAt": r.createdAt, "closedAt": r.closedAt, "requestApprovedAt": r.approvedAt,
		"totalQuantity": quantity, "returnLineItems": connection("ReturnLineItemType", lines), "order": field(func(arguments) (any, error) { return o.node(), nil }),
	}
}

func (o *order) refundNode(r *refund) node {
	var lines, payments []entry
	for _, l := range r.lines {
		lines = append(lines, entry{strconv.FormatInt(l.id, 10), func() node { return o.refundLineNode(l) }})
	}
	for _, p := range r.payments {
		payments = append(payments, entry{strconv.FormatInt(p.id, 10), func() node { return o.paymentNode(p) }})
	}
	n := node{
		"__typename": "Refund", "id": gid("Refund", r.id), "legacyResourceId": strconv.FormatInt(r.id, 10), "createdAt": r.createdAt, "updatedAt": r.createdAt, "note": optional(r.note),
		"totalRefundedSet": r.amount.node(currency, o.currency), "refundLineItems": connection("RefundLineItem", lines), "transactions": connection("OrderTransaction", payments),
		"order": field(func(arguments) (any, error) { return o.node(), nil }), "return": nil,
	}
	if r.of != nil {
		n["return"] = field(func(arguments) (any, error) { return o.returnNode(r.of), nil })
	}
	return n
}

func (o *order) refundLineNode(l refundLine) node {
	unit := o.each(l.line.price)
	return node{
		"__typename": "RefundLineItem", "id": gid("RefundLineItem", l.id), "quantity": l.quantity, "restockType": l.restock, "restocked": l.restock == "RETURN" || l.restock == "CANCEL",
		"lineItem": o.lineNode(l.line), "priceSet": unit.node(currency, o.currency), "subtotalSet": unit.times(l.quantity).node(currency, o.currency),
	}
}

func (o *order) paymentNode(p *payment) node {
	if p == nil {
		return nil
	}
	n := node{
		"__typename": "OrderTransaction", "id": gid("OrderTransaction", p.id), "kind": p.kind, "status": p.status, "gateway": optional(p.gateway),
		"amountSet": p.amount.node(currency, o.currency), "createdAt": p.at, "processedAt": p.at, "test": o.test, "parentTransaction": o.paymentNode(p.parent),
		"paymentId": optional(CanaryPayment), "authorizationCode": optional(p.approved), "paymentDetails": nil,
	}
	if p.card != "" {
		n["paymentDetails"] = node{
			"__typename": "CardPaymentDetails", "bin": CanaryBIN, "company": p.network, "name": p.holder, "number": "•••• •••• •••• " + p.card, "expirationMonth": 4, "expirationYear": 2029,
		}
	}
	return n
}

// suggest is what a refund of some lines would give back.
func (o *order) suggest(args arguments) (any, error) {
	var sum bag
	var lines []node
	add := func(l *line, quantity int, restock string) {
		sum = sum.plus(o.each(l.price).times(quantity))
		lines = append(lines, o.refundLineNode(refundLine{id: l.id, line: l, quantity: quantity, restock: restock}))
	}
	full := args.yes("suggestFullRefund")
	if full {
		for _, l := range o.lines {
			if l.refusable() > 0 {
				add(l, l.refusable(), "NO_RESTOCK")
			}
		}
	}
	for _, in := range args.objects("refundLineItems") {
		l := o.line(in.text("lineItemId"))
		quantity := in.count("quantity", 0)
		if l == nil {
			return nil, &problem{code: "NOT_FOUND", message: "Line item does not exist"}
		}
		if quantity < 0 || quantity > l.refusable() {
			return nil, &problem{code: "BAD_REQUEST", message: "Quantity cannot refund more items than were purchased"}
		}
		restock := in.text("restockType")
		if restock == "" {
			restock = "NO_RESTOCK"
		}
		if !full {
			add(l, quantity, restock)
		}
	}
	subtotal := sum
	if full || args.yes("refundShipping") {
		sum = sum.plus(o.each(o.delivery))
	}
	most := o.refundable()
	if sum.buyer > most.buyer {
		sum = most
	}
	n := node{
		"amountSet": sum.node(currency, o.currency), "maximumRefundableSet": most.node(currency, o.currency), "subtotalSet": subtotal.node(currency, o.currency),
		"suggestedTransactions": []node{}, "refundLineItems": lines,
	}
	if o.sale != nil && sum.buyer > 0 {
		n["suggestedTransactions"] = []node{{
			"amountSet": sum.node(currency, o.currency), "gateway": o.gateway, "kind": "SUGGESTED_REFUND", "parentTransaction": o.paymentNode(o.sale),
		}}
	}
	return n, nil
}

// sortOrders sorts orders for a query's sort key, ascending.
func sortOrders(all []*order, key string) {
	slices.SortStableFunc(all, func(a, b *order) int {
		switch key {
		case "UPDATED_AT":
			return a.updatedAt.Compare(b.updatedAt)
		case "ORDER_NUMBER":
			return a.number - b.number
		case "ID":
			return int(a.id - b.id)
		}
		return a.createdAt.Compare(b.createdAt)
	})
}
