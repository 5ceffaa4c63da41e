package shopify

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// lineFields are what is read of a line item.
const lineFields = `nodes { id title variantTitle quantity currentQuantity refundableQuantity unfulfilledQuantity product { id } }
  pageInfo { hasNextPage endCursor }`

// orderDetail reads one order, for a shopper who is verified.
var orderDetail = operation{"OrderDetail", `query OrderDetail($id: ID!) {
  order(id: $id) {
    id name email phone processedAt cancelledAt closed displayFinancialStatus displayFulfillmentStatus
    totalReceivedSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
    totalRefundedSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
    customer { id displayName defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } }
    shippingAddress { name address1 address2 city zip phone }
    fulfillments(first: 10) { displayStatus status createdAt inTransitAt deliveredAt estimatedDeliveryAt trackingInfo(first: 3) { company number url } }
    lineItems(first: 25) { ` + lineFields + ` }
    returns(first: 5) { nodes { name status createdAt totalQuantity returnLineItems(first: 10) { nodes { returnReasonNote customerNote } } } }
    refunds(first: 5) { createdAt note totalRefundedSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
      refundLineItems(first: 10) { nodes { quantity lineItem { id } } } }
  }
  returnableFulfillments(orderId: $id, first: 5) {
    nodes { returnableFulfillmentLineItems(first: 25) { nodes { quantity fulfillmentLineItem { id lineItem { id } } } } }
  }
}`}

// orderLines reads more line items of an order.
var orderLines = operation{"OrderLines", `query OrderLines($id: ID!, $after: String) {
  order(id: $id) { lineItems(first: 25, after: $after) { ` + lineFields + ` } }
}`}

// maxLines is how many line items of an order are read.
const maxLines = 100

// moneySet is an amount in the shop's own currency and in the buyer's, which
// Shopify calls presentment.
type moneySet struct {
	Shop  money `json:"shopMoney"`
	Buyer money `json:"presentmentMoney"`
}

type money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currencyCode"`
}

func (m money) parse() (commerce.Money, error) { return commerce.ParseMoney(m.Amount, m.Currency) }

type lineNode struct {
	ID           string
	Title        string
	VariantTitle *string
	Quantity     int
	Current      int `json:"currentQuantity"`
	Refundable   int `json:"refundableQuantity"`
	Unfulfilled  int `json:"unfulfilledQuantity"`
	Product      *struct{ ID string }
}

type linePage struct {
	Nodes    []lineNode
	PageInfo struct {
		HasNextPage bool
		EndCursor   *string
	}
}

type orderNode struct {
	ID          string
	Name        string
	Email       *string
	Phone       *string
	ProcessedAt time.Time
	CancelledAt *time.Time
	Closed      bool
	Payment     *string   `json:"displayFinancialStatus"`
	Fulfillment *string   `json:"displayFulfillmentStatus"`
	Received    *moneySet `json:"totalReceivedSet"`
	Refunded    *moneySet `json:"totalRefundedSet"`
	Customer    *struct {
		ID          string
		DisplayName string
		contact
	}
	Address *struct {
		Name, Address1, Address2, City, Zip, Phone *string
	} `json:"shippingAddress"`
	Fulfillments []struct {
		DisplayStatus       *string
		Status              string
		CreatedAt           time.Time
		InTransitAt         *time.Time
		DeliveredAt         *time.Time
		EstimatedDeliveryAt *time.Time
		TrackingInfo        []struct{ Company, Number, URL *string }
	}
	LineItems linePage
	Returns   struct {
		Nodes []struct {
			Name          string
			Status        string
			CreatedAt     time.Time
			TotalQuantity int
			Lines         struct {
				Nodes []struct {
					Reason   string  `json:"returnReasonNote"`
					Customer *string `json:"customerNote"`
				}
			} `json:"returnLineItems"`
		}
	}
	Refunds []struct {
		CreatedAt *time.Time
		Note      *string
		Total     moneySet `json:"totalRefundedSet"`
		Lines     struct {
			Nodes []struct {
				Quantity int
				Item     struct{ ID string } `json:"lineItem"`
			}
		} `json:"refundLineItems"`
	}
}

// returnable is a number of a fulfilled line that may be sent back.
type returnable struct {
	Quantity int
	Line     struct {
		ID   string
		Item struct{ ID string } `json:"lineItem"`
	} `json:"fulfillmentLineItem"`
}

type detail struct {
	Order      *orderNode
	Returnable *struct {
		Nodes []struct {
			Lines struct{ Nodes []returnable } `json:"returnableFulfillmentLineItems"`
		}
	} `json:"returnableFulfillments"`
}

// Order reads one order: NotFound if there is none.
func (c *Client) Order(ctx context.Context, a commerce.Access, order id.Order) (commerce.Order, error) {
	if err := c.permit(ctx, a, "read order", toRead); err != nil {
		return commerce.Order{}, err
	}
	return c.order(ctx, a, order)
}

func (c *Client) order(ctx context.Context, a commerce.Access, order id.Order) (commerce.Order, error) {
	if !digits(string(order)) {
		return commerce.Order{}, notFound()
	}
	conn, err := c.connection(ctx, a.Tenant)
	if err != nil {
		return commerce.Order{}, err
	}
	var got detail
	if err := c.callWith(ctx, a, conn, orderDetail, map[string]any{"id": gid("Order", string(order))}, &got); err != nil {
		return commerce.Order{}, c.noted(ctx, a.Tenant, conn, err)
	}
	if got.Order == nil || number("Order", got.Order.ID) != string(order) {
		return commerce.Order{}, notFound()
	}
	for page := got.Order.LineItems; page.PageInfo.HasNextPage && page.PageInfo.EndCursor != nil && len(got.Order.LineItems.Nodes) < maxLines; {
		var next struct{ Order *struct{ LineItems linePage } }
		if err := c.callWith(ctx, a, conn, orderLines, map[string]any{"id": got.Order.ID, "after": *page.PageInfo.EndCursor}, &next); err != nil {
			return commerce.Order{}, err
		}
		if next.Order == nil || len(next.Order.LineItems.Nodes) == 0 {
			break
		}
		page = next.Order.LineItems
		got.Order.LineItems.Nodes = append(got.Order.LineItems.Nodes, page.Nodes...)
		got.Order.LineItems.PageInfo = page.PageInfo
	}
	out, err := got.order()
	if err != nil {
		return commerce.Order{}, fault.After(fault.Unavailable, unclear, time.Minute, err)
	}
	return out, c.noted(ctx, a.Tenant, conn, nil)
}

// order is what was read as commerce has it.
func (d *detail) order() (commerce.Order, error) {
	n := d.Order
	out := commerce.Order{
		ID: id.Order(number("Order", n.ID)), Number: n.Name, PlacedAt: n.ProcessedAt.UTC(), CancelledAt: moment(n.CancelledAt), Closed: n.Closed,
		Payment: known(payments, n.Payment, commerce.UnknownPayment), Fulfillment: known(fulfillments, n.Fulfillment, commerce.UnknownFulfillment),
		MoreItems: n.LineItems.PageInfo.HasNextPage, Personal: n.personal(),
	}
	out.Email = text(n.Email)
	if n.Customer != nil {
		out.Customer = number("Customer", n.Customer.ID)
		if out.Email == "" && n.Customer.Email != nil {
			out.Email = n.Customer.Email.Address
		}
	}
	var err error
	if out.Paid, err = amount(n.Received); err != nil {
		return out, err
	}
	if out.Refunded, err = amount(n.Refunded); err != nil {
		return out, err
	}
	back := map[string]int{} // refunded, by line
	for _, r := range n.Refunds {
		for _, l := range r.Lines.Nodes {
			back[l.Item.ID] += l.Quantity
		}
	}
	for _, l := range n.LineItems.Nodes[:min(len(n.LineItems.Nodes), maxLines)] {
		refunded := min(back[l.ID], l.Quantity)
		if l.Quantity > 0 && l.Current <= 0 && refunded == 0 { // taken off the order
			continue
		}
		item := commerce.LineItem{
			ID: number("LineItem", l.ID), Title: l.Title, Variant: text(l.VariantTitle), Quantity: min(max(l.Current, 0)+refunded, l.Quantity), Refunded: refunded, Refundable: max(l.Refundable, 0),
			Unfulfilled: max(l.Unfulfilled, 0),
		}
		if l.Product != nil {
			item.ProductID = number("Product", l.Product.ID)
		}
		d.returnable(&item, l.ID)
		out.Items = append(out.Items, item)
	}
	for _, f := range n.Fulfillments {
		out.Shipments = append(out.Shipments, shipment(f.DisplayStatus, f.Status, f.CreatedAt, f.InTransitAt, f.EstimatedDeliveryAt, f.DeliveredAt))
		if len(f.TrackingInfo) > 0 {
			t, s := f.TrackingInfo[0], &out.Shipments[len(out.Shipments)-1]
			s.Carrier, s.Number, s.URL = text(t.Company), text(t.Number), https(text(t.URL))
		}
	}
	for _, r := range n.Returns.Nodes {
		back := commerce.Return{Name: r.Name, Status: lower(returnStatuses, r.Status), CreatedAt: r.CreatedAt.UTC(), Quantity: r.TotalQuantity}
		for _, l := range r.Lines.Nodes {
			back.Notes = append(back.Notes, slices.DeleteFunc([]string{l.Reason, text(l.Customer)}, func(s string) bool { return s == "" })...)
		}
		out.Returns = append(out.Returns, back)
	}
	for _, r := range n.Refunds {
		paid, err := amount(&r.Total)
		if err != nil {
			return out, err
		}
		out.Refunds = append(out.Refunds, commerce.Refund{CreatedAt: moment(r.CreatedAt), Amount: paid, Note: text(r.Note)})
	}
	return out, nil
}

// returnable fills in how many of a line may be sent back, by the fulfilled line
// that has the most of them.
func (d *detail) returnable(item *commerce.LineItem, lineID string) {
	if d.Returnable == nil {
		return
	}
	most := 0
	for _, f := range d.Returnable.Nodes {
		for _, l := range f.Lines.Nodes {
			if l.Line.Item.ID != lineID || l.Quantity < 1 {
				continue
			}
			if l.Quantity > most {
				most, item.FulfilledID, item.Returnable = l.Quantity, number("FulfillmentLineItem", l.Line.ID), l.Quantity
			}
		}
	}
}

// personal are the customer's own name, address, e-mail and phone.
func (n *orderNode) personal() []string {
	all := []*string{n.Email, n.Phone}
	if n.Customer != nil {
		all = append(all, &n.Customer.DisplayName)
		if n.Customer.Email != nil {
			all = append(all, &n.Customer.Email.Address)
		}
		if n.Customer.Phone != nil {
			all = append(all, &n.Customer.Phone.Number)
		}
	}
	if a := n.Address; a != nil {
		all = append(all, a.Name, a.Address1, a.Address2, a.City, a.Zip, a.Phone)
	}
	var out []string
	for _, s := range all {
		if s := strings.TrimSpace(text(s)); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func shipment(display *string, status string, created time.Time, transit, estimated, delivered *time.Time) commerce.Shipment {
	if display == nil {
		display = &status
	}
	s := commerce.Shipment{Status: lower(shipmentStatuses, *display), SentAt: moment(transit), EstimatedAt: moment(estimated), DeliveredAt: moment(delivered)}
	if s.SentAt.IsZero() {
		s.SentAt = created.UTC()
	}
	return s
}

// amount is an amount in both currencies; none is zero.
func amount(m *moneySet) (commerce.Amount, error) {
	if m == nil {
		return commerce.Amount{}, nil
	}
	shop, err := m.Shop.parse()
	if err != nil {
		return commerce.Amount{}, err
	}
	buyer, err := m.Buyer.parse()
	return commerce.Amount{Shop: shop, Buyer: buyer}, err
}

// The states that Shopify had names for when this was written. A name that came
// since is unknown, never an error. (Reference of 2026-10, read 2026-11-24.)
var (
	payments = map[string]commerce.Payment{
		"PENDING": commerce.Pending, "AUTHORIZED": commerce.Authorized, "PAID": commerce.Paid, "PARTIALLY_PAID": commerce.PartiallyPaid,
		"PARTIALLY_REFUNDED": commerce.PartiallyRefunded, "REFUNDED": commerce.Refunded, "VOIDED": commerce.Voided, "EXPIRED": commerce.Expired,
	}
	fulfillments = map[string]commerce.Fulfillment{
		"UNFULFILLED": commerce.Unfulfilled, "OPEN": commerce.Unfulfilled, "PENDING_FULFILLMENT": commerce.InProgress,
		"REQUEST_DECLINED": commerce.Unfulfilled, "IN_PROGRESS": commerce.InProgress, "ON_HOLD": commerce.OnHold, "SCHEDULED": commerce.Scheduled,
		"PARTIALLY_FULFILLED": commerce.PartiallyFulfilled, "FULFILLED": commerce.Fulfilled, "RESTOCKED": commerce.Restocked,
		"FULFILLMENT_NOT_REQUIRED": commerce.NotRequired,
	}
	returnStatuses   = []string{"requested", "open", "closed", "declined", "canceled"}
	shipmentStatuses = []string{
		"attempted_delivery", "canceled", "carrier_picked_up", "confirmed", "delayed", "delivered", "failure", "fulfilled", "in_transit",
		"label_printed", "label_purchased", "label_voided", "marked_as_fulfilled", "not_delivered", "out_for_delivery", "picked_up",
		"ready_for_pickup", "submitted",
	}
)

// unknown is a state that Shopify had no name for when this was written.
const unknown = "unknown"

func known[T ~string](names map[string]T, name *string, other T) T {
	if state, ok := names[text(name)]; ok {
		return state
	}
	return other
}

// lower is a state in our spelling, or unknown.
func lower(states []string, state string) string {
	if s := strings.ToLower(state); slices.Contains(states, s) {
		return s
	}
	return unknown
}

// text is a text that may be missing.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// moment is a time that may be missing, in UTC.
func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// https is an address that may be shown as a link; any other is none. On this
// machine, where the local cloud has its shop, plain HTTP will do.
func https(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || len(address) > 2048 || u.Scheme != "https" && !(u.Scheme == "http" && u.Hostname() == "127.0.0.1") {
		return ""
	}
	return u.String()
}
