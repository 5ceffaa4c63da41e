package shopify

import (
	"encoding/json"
	"strings"
	"testing"
)

const orderFind = `query OrderFind($q: String!) {
  orders(first: 3, query: $q, sortKey: PROCESSED_AT, reverse: true) { nodes { id name email phone processedAt } }
}`

const orderDetail = `query OrderDetail($id: ID!) {
  order(id: $id) {
    id legacyResourceId name email phone createdAt processedAt updatedAt cancelledAt cancelReason closed test
    displayFinancialStatus displayFulfillmentStatus returnStatus refundable statusPageUrl customerLocale
    currentTotalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
    totalRefundedSet { shopMoney { amount currencyCode } }
    customer { id displayName defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } }
    shippingAddress { name address1 address2 city provinceCode zip countryCodeV2 phone }
    fulfillments(first: 5) {
      id name status displayStatus createdAt inTransitAt deliveredAt estimatedDeliveryAt
      trackingInfo(first: 3) { company number url }
      fulfillmentLineItems(first: 10) { nodes { id quantity lineItem { id title } } }
    }
    lineItems(first: 25) {
      nodes { id title variantTitle sku quantity currentQuantity refundableQuantity unfulfilledQuantity
              discountedUnitPriceSet { shopMoney { amount currencyCode } } product { id handle } variant { id } }
      pageInfo { hasNextPage endCursor }
    }
    returns(first: 3) { nodes { id name status createdAt closedAt totalQuantity
      returnLineItems(first: 10) { nodes { id quantity refundableQuantity returnReasonNote
        returnReasonDefinition { id handle name }
        ... on ReturnLineItem { fulfillmentLineItem { id lineItem { id title } } } } } } }
    refunds(first: 3) { id createdAt note totalRefundedSet { shopMoney { amount currencyCode } }
      refundLineItems(first: 10) { nodes { quantity restockType lineItem { id title } } } }
  }
}`

const productsQuery = `query Products($q: String, $after: String) {
  products(first: 10, after: $after, query: $q, sortKey: UPDATED_AT) {
    nodes { id title handle status vendor productType tags descriptionHtml onlineStoreUrl totalInventory tracksInventory updatedAt
      priceRangeV2 { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
      options { name values }
      featuredMedia { preview { image { url altText } } }
      variants(first: 20) { nodes { id title sku price compareAtPrice availableForSale inventoryQuantity selectedOptions { name value } } } }
    pageInfo { hasNextPage endCursor }
  }
}`

// The published operations cost what they are known to cost, and every order, in
// whatever state, can be shown.
func TestPublishedOperations(t *testing.T) {
	w := start(t)
	found := w.ask(orderFind, map[string]any{"q": "name:'#1042' AND email:'jane.doe@example.com'"})
	if found.Ext.Cost.Requested != 5 || at(found.Data, "orders", "nodes", 0, "name") != "#1042" {
		t.Fatalf("OrderFind: cost %d, %v", found.Ext.Cost.Requested, found)
	}
	w.Switch(func(s *Switches) { s.Bucket, s.Restore = 1_000_000, 1000 })
	states := map[string]bool{}
	for _, o := range w.shops[DemoShop].orders {
		got := w.ask(orderDetail, map[string]any{"id": gid("Order", o.id)})
		if got.Ext.Cost.Requested != 473 || got.Errors != nil {
			t.Fatalf("OrderDetail of %s: cost %d, errors %v", o.name, got.Ext.Cost.Requested, got.Errors)
		}
		if at(got.Data, "order", "name") == o.name {
			for _, f := range []string{"displayFinancialStatus", "displayFulfillmentStatus", "returnStatus"} {
				states[at(got.Data, "order", f).(string)] = true
			}
			if s, ok := at(got.Data, "order", "fulfillments", 0, "displayStatus").(string); ok {
				states["parcel "+s] = true
			}
		}
	}
	for _, must := range strings.Fields("AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED FULFILLED FULFILLMENT_NOT_REQUIRED IN_PROGRESS ON_HOLD OPEN PARTIALLY_FULFILLED PENDING_FULFILLMENT REQUEST_DECLINED RESTOCKED SCHEDULED UNFULFILLED INSPECTION_COMPLETE NO_RETURN RETURNED RETURN_FAILED RETURN_REQUESTED") {
		if !states[must] {
			t.Errorf("no visible order is %s", must)
		}
	}
	for _, s := range w.schema.Types["FulfillmentDisplayStatus"].EnumValues {
		if !states["parcel "+s.Name] {
			t.Errorf("no visible parcel is %s", s.Name)
		}
	}
	products := w.ask(productsQuery, nil)
	if products.Ext.Cost.Requested != 502 || products.Errors != nil {
		t.Errorf("Products: cost %d, errors %v", products.Ext.Cost.Requested, products.Errors)
	}
	if text, _ := json.Marshal(products.Data); !strings.Contains(string(text), "harbour-electric-kettle") {
		t.Errorf("products: %s", text)
	}
}
