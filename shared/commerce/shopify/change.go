package shopify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// The operations of changes. (Reference of 2026-10, read 2026-11-24.)
var (
	orderState = operation{"OrderState", `query OrderState($id: ID!) {
  order(id: $id) { id cancelledAt displayFulfillmentStatus
    totalRefundedSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
    shippingAddress { name address1 address2 city provinceCode zip countryCodeV2 }
    refunds(first: 50) { note totalRefundedSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } } }
    returns(first: 20, reverse: true) { nodes { name status returnLineItems(first: 10) { nodes { customerNote } } } } }
}`}
	returnRequest = operation{"ReturnRequest", `mutation ReturnRequest($input: ReturnRequestInput!) {
  returnRequest(input: $input) { return { id name status } userErrors { field message code } }
}`}
	orderUpdate = operation{"OrderUpdate", `mutation OrderUpdate($input: OrderInput!) {
  orderUpdate(input: $input) { order { id } userErrors { field message } }
}`}
)

// Do carries out a granted change. What is refused for good is Invalid, what does
// not fit the order any more a Conflict; Unavailable says that it may have been
// done or not, which Done tells.
func (c *Client) Do(ctx context.Context, a commerce.Access, change commerce.Change) (commerce.Receipt, error) {
	if err := c.permit(ctx, a, "change order", toChange); err != nil {
		return commerce.Receipt{}, err
	}
	if err := check(change); err != nil {
		return commerce.Receipt{}, err
	}
	switch change.Kind {
	case commerce.Cancel:
		return c.cancel(ctx, a, change)
	case commerce.RefundItems:
		return c.refund(ctx, a, change)
	case commerce.ReturnRequest:
		return c.requestReturn(ctx, a, change)
	default: // an address: check knows no other
		return c.readdress(ctx, a, change)
	}
}

// Done reports whether a change has been carried out already: by its key in the
// note of what it made, or by the order being as it should be.
func (c *Client) Done(ctx context.Context, a commerce.Access, change commerce.Change) (commerce.Receipt, bool, error) {
	if err := c.permit(ctx, a, "look for a change", toChange); err != nil {
		return commerce.Receipt{}, false, err
	}
	if err := check(change); err != nil {
		return commerce.Receipt{}, false, err
	}
	now, err := c.state(ctx, a, change.Order)
	if err != nil {
		return commerce.Receipt{}, false, err
	}
	receipt, done, err := now.shows(change)
	return receipt, done, err
}

// check refuses a change that is not complete.
func check(change commerce.Change) error {
	bad := func(why string) error {
		return fault.E(fault.Invalid, "That is no change to an order.", errors.New(why))
	}
	if !digits(string(change.Order)) || len(change.Key) < 16 || len(change.Key) > 64 || strings.Trim(change.Key, "0123456789abcdefABCDEF-") != "" {
		return bad("no order or key")
	}
	for _, l := range change.Lines {
		if !digits(l.ID) || l.Quantity < 1 || change.Kind == commerce.ReturnRequest && !digits(l.FulfilledID) {
			return bad("a line without an item or a number")
		}
	}
	switch change.Kind {
	case commerce.Cancel:
		return nil
	case commerce.RefundItems:
		if len(change.Lines) == 0 || change.Amount.Shop.Minor <= 0 || change.Amount.Buyer.Minor <= 0 {
			return bad("a refund of nothing")
		}
	case commerce.ReturnRequest:
		if len(change.Lines) == 0 {
			return bad("a return of nothing")
		}
	case commerce.ChangeAddress:
		if at := change.Address; at.Name == "" || at.Line1 == "" || at.City == "" || len(at.Country) != 2 {
			return bad("an address without a name, a street, a city or a country")
		}
	default:
		return bad("an unknown kind")
	}
	return nil
}

// note is what is written with a change: who made it, and the key by which it is
// found again.
func note(key string) string { return "OmniOps " + key }

// orderNow is how far an order has been changed.
type orderNow struct {
	CancelledAt *time.Time
	Fulfillment *string   `json:"displayFulfillmentStatus"`
	Refunded    *moneySet `json:"totalRefundedSet"`
	Address     *struct {
		Name, Address1, Address2, City, ProvinceCode, Zip *string
		Country                                           *string `json:"countryCodeV2"`
	} `json:"shippingAddress"`
	Refunds []struct {
		Note  *string
		Total moneySet `json:"totalRefundedSet"`
	}
	Returns struct {
		Nodes []struct {
			Name, Status string
			Lines        struct {
				Nodes []struct {
					Note *string `json:"customerNote"`
				}
			} `json:"returnLineItems"`
		}
	}
}

func (c *Client) state(ctx context.Context, a commerce.Access, order id.Order) (orderNow, error) {
	var got struct{ Order *orderNow }
	if err := c.call(ctx, a, orderState, map[string]any{"id": gid("Order", string(order))}, &got); err != nil {
		return orderNow{}, err
	}
	if got.Order == nil {
		return orderNow{}, notFound()
	}
	return *got.Order, nil
}

// shows reports whether an order shows that a change was made.
func (o orderNow) shows(change commerce.Change) (commerce.Receipt, bool, error) {
	switch change.Kind {
	case commerce.Cancel:
		paid, err := amount(o.Refunded)
		return commerce.Receipt{Amount: paid}, o.CancelledAt != nil, err
	case commerce.RefundItems:
		for _, r := range o.Refunds {
			if strings.Contains(text(r.Note), change.Key) {
				paid, err := amount(&r.Total)
				return commerce.Receipt{Amount: paid}, true, err
			}
		}
	case commerce.ReturnRequest:
		for _, r := range o.Returns.Nodes {
			for _, l := range r.Lines.Nodes {
				if strings.Contains(text(l.Note), change.Key) {
					return commerce.Receipt{Reference: r.Name}, true, nil
				}
			}
		}
	case commerce.ChangeAddress:
		at, want := o.Address, change.Address
		return commerce.Receipt{}, at != nil && same(at.Name, want.Name) && same(at.Address1, want.Line1) && same(at.Address2, want.Line2) &&
			same(at.City, want.City) && same(at.Zip, want.Zip) && same(at.Country, want.Country) &&
			(want.Province == "" || same(at.ProvinceCode, want.Province)), nil
	}
	return commerce.Receipt{}, false, nil
}

// same reports whether a line of an address is as it should be, spaces aside.
func same(is *string, should string) bool {
	return strings.Join(strings.Fields(text(is)), " ") == strings.Join(strings.Fields(should), " ")
}

// maxNote is the longest note of a customer with a return, in characters.
const maxNote = 300

// requestReturn asks the merchant to take goods back: nothing happens until the
// merchant approves.
func (c *Client) requestReturn(ctx context.Context, a commerce.Access, change commerce.Change) (commerce.Receipt, error) {
	now, err := c.state(ctx, a, change.Order)
	if err != nil {
		return commerce.Receipt{}, err
	}
	if receipt, done, err := now.shows(change); done || err != nil { // there is no key to repeat it under
		return receipt, err
	}
	tag := "[" + note(change.Key) + "]"
	said := strings.TrimSpace(change.Reason)
	for utf8.RuneCountInString(said)+1+len(tag) > maxNote {
		_, size := utf8.DecodeLastRuneInString(said)
		said = said[:len(said)-size]
	}
	lines := make([]map[string]any, len(change.Lines))
	for i, l := range change.Lines {
		lines[i] = map[string]any{
			"fulfillmentLineItemId": gid("FulfillmentLineItem", l.FulfilledID), "quantity": l.Quantity, "customerNote": strings.TrimSpace(said + " " + tag),
		}
	}
	var got struct {
		ReturnRequest *struct {
			Return *struct{ Name string }
			Errors userErrors `json:"userErrors"`
		}
	}
	input := map[string]any{"orderId": gid("Order", string(change.Order)), "returnLineItems": lines}
	if err := c.call(ctx, a, returnRequest, map[string]any{"input": input}, &got); err != nil {
		return commerce.Receipt{}, err
	}
	if got.ReturnRequest == nil {
		return commerce.Receipt{}, doubtful("return", nil)
	}
	if err := got.ReturnRequest.Errors.err(); err != nil {
		return commerce.Receipt{}, err
	}
	if got.ReturnRequest.Return == nil {
		return commerce.Receipt{}, doubtful("return", nil)
	}
	return commerce.Receipt{Reference: got.ReturnRequest.Return.Name}, nil
}

// readdress changes where an order goes that has not been sent. Doing it twice is
// doing it once.
func (c *Client) readdress(ctx context.Context, a commerce.Access, change commerce.Change) (commerce.Receipt, error) {
	now, err := c.state(ctx, a, change.Order)
	if err != nil {
		return commerce.Receipt{}, err
	}
	if receipt, done, err := now.shows(change); done || err != nil {
		return receipt, err
	}
	if state := known(fulfillments, now.Fulfillment, commerce.UnknownFulfillment); now.CancelledAt != nil ||
		state != commerce.Unfulfilled && state != commerce.OnHold && state != commerce.Scheduled {
		return commerce.Receipt{}, fault.E(fault.Conflict, "The order is on its way already.", nil)
	}
	first, last := split(change.Address.Name)
	address := map[string]any{
		"firstName": first, "lastName": last, "address1": change.Address.Line1, "address2": change.Address.Line2,
		"city": change.Address.City, "zip": change.Address.Zip, "countryCode": change.Address.Country,
	}
	if change.Address.Province != "" {
		address["provinceCode"] = change.Address.Province
	}
	var got struct {
		OrderUpdate *struct {
			Errors userErrors `json:"userErrors"`
		}
	}
	input := map[string]any{"id": gid("Order", string(change.Order)), "shippingAddress": address}
	if err := c.call(ctx, a, orderUpdate, map[string]any{"input": input}, &got); err != nil {
		return commerce.Receipt{}, err
	}
	if got.OrderUpdate == nil {
		return commerce.Receipt{}, doubtful("address", nil)
	}
	return commerce.Receipt{}, got.OrderUpdate.Errors.err()
}

// split takes a name apart at its last space, as Shopify puts it together.
func split(name string) (first, last string) {
	name = strings.Join(strings.Fields(name), " ")
	if i := strings.LastIndexByte(name, ' '); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

// doubtful is the error for a change of which nobody knows whether it was made.
func doubtful(what string, cause error) error {
	return fault.After(fault.Unavailable, unclear, 5*time.Second, fmt.Errorf("%s: %w", what, errors.Join(errors.New("it may have been done"), cause)))
}

// userErrors are a shop's reasons not to make a change.
type userErrors []struct {
	Field   []string
	Message string
	Code    *string
}

// err is what the reasons mean; their texts may repeat what was asked, so only the
// codes and fields are kept.
func (u userErrors) err() error {
	if len(u) == 0 {
		return nil
	}
	code := clip(text(u[0].Code))
	cause := fmt.Errorf("user error %q at %q", code, clip(strings.Join(u[0].Field, ".")))
	switch code {
	case "NOT_FOUND":
		return fault.E(fault.NotFound, "There is no such order.", cause)
	case "INTERNAL_ERROR":
		return doubtful("change", cause)
	case "INVALID_STATE", "NOT_EDITABLE":
		return fault.E(fault.Conflict, "The order does not allow this any more.", cause)
	case "IDEMPOTENCY_CONCURRENT_REQUEST":
		return fault.After(fault.Unavailable, unclear, 5*time.Second, cause)
	}
	return fault.E(fault.Invalid, refused, cause)
}
