package shopify

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// The operations of a refund.
var (
	suggested = operation{"Suggest", `query Suggest($id: ID!, $items: [RefundLineItemInput!]) {
  order(id: $id) { id suggestedRefund(refundLineItems: $items, refundShipping: false) {
    amountSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
    suggestedTransactions { amountSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
      gateway kind parentTransaction { id } } } }
}`}
	refundCreate = operation{"Refund", `mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id totalRefundedSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } } }
    userErrors { field message }
  }
}`}
)

// suggestion is what Shopify would give back for some lines.
type suggestion struct {
	Amount       moneySet `json:"amountSet"`
	Transactions []struct {
		Amount  moneySet `json:"amountSet"`
		Gateway *string
		Parent  *struct{ ID string } `json:"parentTransaction"`
	} `json:"suggestedTransactions"`
}

func (c *Client) suggest(ctx context.Context, a commerce.Access, order id.Order, items []map[string]any) (suggestion, error) {
	var got struct {
		Order *struct{ SuggestedRefund *suggestion }
	}
	if err := c.call(ctx, a, suggested, map[string]any{"id": gid("Order", string(order)), "items": items}, &got); err != nil {
		return suggestion{}, err
	}
	if got.Order == nil {
		return suggestion{}, notFound()
	}
	if got.Order.SuggestedRefund == nil {
		return suggestion{}, fault.E(fault.Conflict, "Nothing of this order can be refunded.", nil)
	}
	return *got.Order.SuggestedRefund, nil
}

// Refundable is what the shop's system would give back for some lines of an order,
// taxes and discounts counted, without shipping. A refund must be granted for
// exactly this.
func (c *Client) Refundable(ctx context.Context, a commerce.Access, order id.Order, lines []commerce.Line) (commerce.Amount, error) {
	if err := c.permit(ctx, a, "price a refund", toRead); err != nil {
		return commerce.Amount{}, err
	}
	s, err := c.suggest(ctx, a, order, refundItems(lines))
	if err != nil {
		return commerce.Amount{}, err
	}
	return amount(&s.Amount)
}

func refundItems(lines []commerce.Line) []map[string]any {
	items := make([]map[string]any, len(lines))
	for i, l := range lines {
		items[i] = map[string]any{"lineItemId": gid("LineItem", l.ID), "quantity": l.Quantity, "restockType": "NO_RESTOCK"}
	}
	return items
}

// refund gives exactly the granted amount back to the original methods.
func (c *Client) refund(ctx context.Context, a commerce.Access, change commerce.Change) (commerce.Receipt, error) {
	items := refundItems(change.Lines)
	s, err := c.suggest(ctx, a, change.Order, items)
	if err != nil {
		return commerce.Receipt{}, err
	}
	offered, err := amount(&s.Amount)
	if err != nil {
		return commerce.Receipt{}, fault.After(fault.Unavailable, unclear, time.Minute, err)
	}
	if offered != change.Amount || len(s.Transactions) == 0 {
		return commerce.Receipt{}, fault.E(fault.Conflict, "The amount that can be refunded has changed.", fmt.Errorf("granted %v, suggested %v", change.Amount, offered))
	}
	order := gid("Order", string(change.Order))
	input := map[string]any{"orderId": order, "note": note(change.Key), "notify": true, "refundLineItems": items}
	var transactions []map[string]any
	for _, t := range s.Transactions {
		paid := t.Amount.Buyer
		if t.Parent == nil || t.Gateway == nil {
			return commerce.Receipt{}, fault.E(fault.Conflict, "This order was not paid in a way that can be refunded.", nil)
		}
		input["currency"] = paid.Currency
		transactions = append(transactions, map[string]any{
			"orderId": order, "parentId": t.Parent.ID, "amount": paid.Amount, "gateway": *t.Gateway, "kind": "REFUND",
		})
	}
	input["transactions"] = transactions
	var got struct {
		RefundCreate *struct {
			Refund *struct {
				Total moneySet `json:"totalRefundedSet"`
			}
			Errors userErrors `json:"userErrors"`
		}
	}
	if err := c.call(ctx, a, refundCreate, map[string]any{"input": input, "key": change.Key}, &got); err != nil {
		return commerce.Receipt{}, err
	}
	if got.RefundCreate == nil {
		return commerce.Receipt{}, doubtful("refund", nil)
	}
	if err := got.RefundCreate.Errors.err(); err != nil {
		return commerce.Receipt{}, err
	}
	if got.RefundCreate.Refund == nil {
		return commerce.Receipt{}, doubtful("refund", nil)
	}
	paid, err := amount(&got.RefundCreate.Refund.Total)
	if err != nil {
		return commerce.Receipt{}, doubtful("refund", err)
	}
	return commerce.Receipt{Amount: paid}, nil
}
