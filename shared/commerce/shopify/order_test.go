package shopify

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// detailOf is an order in full, as the shop answers; lines go over several pages.
const detailOf = `{
 "order": {
  "id": "gid://shopify/Order/7", "name": "#1042", "email": "jane@example.com", "phone": null,
  "processedAt": "2026-11-20T10:00:00Z", "cancelledAt": null, "closed": false,
  "displayFinancialStatus": "PARTIALLY_REFUNDED", "displayFulfillmentStatus": "PARTIALLY_FULFILLED",
  "totalReceivedSet": {"shopMoney": {"amount": "51.00", "currencyCode": "GBP"}, "presentmentMoney": {"amount": "61.20", "currencyCode": "EUR"}},
  "totalRefundedSet": {"shopMoney": {"amount": "12.5", "currencyCode": "GBP"}, "presentmentMoney": {"amount": "15.0", "currencyCode": "EUR"}},
  "customer": {"id": "gid://shopify/Customer/3", "displayName": "Jane Doe", "defaultEmailAddress": {"emailAddress": "jane@example.com"}, "defaultPhoneNumber": {"phoneNumber": "+441234567"}},
  "shippingAddress": {"name": "Jane Doe", "address1": "1 High Street", "address2": null, "city": "Leeds", "zip": "LS1 1AA", "phone": null},
  "fulfillments": [
   {"displayStatus": "IN_TRANSIT", "status": "SUCCESS", "createdAt": "2026-11-21T09:00:00Z", "inTransitAt": "2026-11-21T12:00:00+01:00", "deliveredAt": null, "estimatedDeliveryAt": "2026-11-25T00:00:00Z",
    "trackingInfo": [{"company": "Royal Mail", "number": "RM1", "url": "https://track.example/RM1"}]},
   {"displayStatus": "TELEPORTED", "status": "SUCCESS", "createdAt": "2026-11-22T09:00:00Z", "inTransitAt": null, "deliveredAt": null, "estimatedDeliveryAt": null,
    "trackingInfo": [{"company": null, "number": null, "url": "javascript:alert(1)"}]}
  ],
  "lineItems": {"nodes": [
   {"id": "gid://shopify/LineItem/11", "title": "Kettle", "variantTitle": "Green", "quantity": 3, "currentQuantity": 2, "refundableQuantity": 2, "unfulfilledQuantity": 0, "product": {"id": "gid://shopify/Product/5"}}
  ], "pageInfo": {"hasNextPage": false, "endCursor": null}},
  "returns": {"nodes": [{"name": "#1042-R1", "status": "REQUESTED", "createdAt": "2026-11-23T09:00:00Z", "totalQuantity": 1,
   "returnLineItems": {"nodes": [{"returnReasonNote": "", "customerNote": "It leaks [OmniOps 0b8f2f0e-9d1c-4a7c-9f57-0f3a5b1c2d3e]"}]}}]},
  "refunds": [{"createdAt": "2026-11-22T10:00:00Z", "note": "OmniOps x", "totalRefundedSet": {"shopMoney": {"amount": "12.50", "currencyCode": "GBP"}, "presentmentMoney": {"amount": "15.00", "currencyCode": "EUR"}},
   "refundLineItems": {"nodes": [{"quantity": 1, "lineItem": {"id": "gid://shopify/LineItem/11"}}]}}]
 },
 "returnableFulfillments": {"nodes": [{"returnableFulfillmentLineItems": {"nodes": [
  {"quantity": 1, "fulfillmentLineItem": {"id": "gid://shopify/FulfillmentLineItem/21", "lineItem": {"id": "gid://shopify/LineItem/11"}}}
 ]}}]}
}`

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// both is an amount of a shop in pounds whose buyer paid in euros.
func both(pence, cents int64) commerce.Amount {
	return commerce.Amount{Shop: commerce.Money{Minor: pence, Currency: "GBP"}, Buyer: commerce.Money{Minor: cents, Currency: "EUR"}}
}

// pounds is an amount that was paid in the shop's own currency.
func pounds(pence int64) commerce.Amount {
	paid := commerce.Money{Minor: pence, Currency: "GBP"}
	return commerce.Amount{Shop: paid, Buyer: paid}
}

func TestAnOrderIsReadAsCommerceHasIt(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	b.answer("OrderDetail", json.RawMessage(detailOf))
	got, err := b.client.Order(t.Context(), support(merchant), "7")
	want := commerce.Order{
		ID: "7", Customer: "3", Number: "#1042", PlacedAt: at("2026-11-20T10:00:00Z"), Payment: commerce.PartiallyRefunded,
		Fulfillment: commerce.PartiallyFulfilled, Paid: both(5100, 6120), Refunded: both(1250, 1500),
		Items: []commerce.LineItem{{
			ID: "11", FulfilledID: "21", Title: "Kettle", Variant: "Green", Quantity: 3, Refunded: 1, Refundable: 2, Returnable: 1, ProductID: "5",
		}},
		Shipments: []commerce.Shipment{
			{Status: "in_transit", Carrier: "Royal Mail", Number: "RM1", URL: "https://track.example/RM1", SentAt: at("2026-11-21T11:00:00Z"), EstimatedAt: at("2026-11-25T00:00:00Z")},
			{Status: "unknown", SentAt: at("2026-11-22T09:00:00Z")},
		},
		Returns: []commerce.Return{{Name: "#1042-R1", Status: "requested", CreatedAt: at("2026-11-23T09:00:00Z"), Quantity: 1, Notes: []string{"It leaks [OmniOps " + key + "]"}}},
		Refunds: []commerce.Refund{{CreatedAt: at("2026-11-22T10:00:00Z"), Amount: both(1250, 1500), Note: "OmniOps x"}},
		Email:   "jane@example.com", Personal: []string{"jane@example.com", "Jane Doe", "+441234567", "1 High Street", "Leeds", "LS1 1AA"},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	_, err = b.client.Order(t.Context(), support(rival), "7")
	if !errors.Is(err, commerce.ErrDisconnected) {
		t.Errorf("another merchant: %v", err)
	}
}

func TestStatesThatCameSinceAreUnknown(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	var d map[string]map[string]any
	must(t, json.Unmarshal([]byte(detailOf), &d))
	d["order"]["displayFinancialStatus"], d["order"]["displayFulfillmentStatus"] = "HAGGLED", nil
	b.answer("OrderDetail", d)
	got, err := b.client.Order(t.Context(), support(merchant), "7")
	if err != nil || got.Payment != commerce.UnknownPayment || got.Fulfillment != commerce.UnknownFulfillment {
		t.Errorf("%v: %q, %q", err, got.Payment, got.Fulfillment)
	}
}

func TestALargeOrderIsReadToAHundredLines(t *testing.T) {
	for name, c := range map[string]struct {
		lines, want int
		more        bool
	}{"sixty": {60, 60, false}, "a hundred": {100, 100, false}, "more": {130, 100, true}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.connect(t, merchant)
			page := func(from int) map[string]any {
				var lines []any
				for i := from; i < min(from+25, c.lines); i++ {
					lines = append(lines, map[string]any{"id": fmt.Sprintf("gid://shopify/LineItem/%d", i), "title": "x", "currentQuantity": 1})
				}
				return map[string]any{"nodes": lines, "pageInfo": map[string]any{"hasNextPage": from+25 < c.lines, "endCursor": fmt.Sprint(from + 25)}}
			}
			b.answer("OrderDetail", map[string]any{"order": map[string]any{"id": "gid://shopify/Order/7", "name": "#1", "processedAt": "2026-11-20T10:00:00Z", "lineItems": page(0)}})
			b.script("OrderLines", func(r sandbox.Request) (int, any) {
				var from int
				_, _ = fmt.Sscan(r.Variables["after"].(string), &from)
				return http.StatusOK, map[string]any{"order": map[string]any{"lineItems": page(from)}}
			})
			got, err := b.client.Order(t.Context(), support(merchant), "7")
			if err != nil || len(got.Items) != c.want || got.MoreItems != c.more {
				t.Errorf("%d lines, more %v, %v", len(got.Items), got.MoreItems, err)
			}
		})
	}
}

func TestOrdersThatAreNotThere(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	b.answer("OrderDetail", map[string]any{"order": nil})
	for _, order := range []string{"8", "", "7'", "gid://shopify/Order/7", "999999999999999999999"} {
		_, err := b.client.Order(t.Context(), support(merchant), id.Order(order))
		wantKind(t, err, fault.NotFound)
	}
	b.answer("OrderDetail", json.RawMessage(detailOf)) // of another order
	_, err := b.client.Order(t.Context(), support(merchant), "8")
	wantKind(t, err, fault.NotFound)
}

func TestAShopThatCannotAnswer(t *testing.T) {
	for status, want := range map[int]fault.Kind{
		402: fault.Forbidden, 404: fault.Forbidden, 423: fault.Forbidden, 429: fault.RateLimited, 500: fault.Unavailable, 503: fault.Unavailable, 302: fault.Unavailable,
	} {
		b := newBench(t)
		b.connect(t, merchant)
		b.script("OrderDetail", func(sandbox.Request) (int, any) { return status, nil })
		_, err := b.client.Order(t.Context(), support(merchant), "7")
		if status == 429 { // it waits a little by itself
			b.asked()
		}
		wantKind(t, err, want)
	}
}
