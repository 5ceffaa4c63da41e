package shopify

import (
	"strings"
	"testing"
	"time"

	"omniops/local/faults"
)

const cancelMutation = `mutation($id: ID!) { orderCancel(orderId: $id, reason: CUSTOMER, restock: true, refundMethod: {originalPaymentMethodsRefund: true}, staffNote: "n") {
  job { id done } jobResult { id done status errors { code } order { cancelledAt } } orderCancelUserErrors { field message code } } }`

const orderStateQuery = `query($id: ID!) { order(id: $id) { cancelledAt cancelReason displayFinancialStatus displayFulfillmentStatus returnStatus
  totalRefundedSet { shopMoney { amount } } lineItems(first: 10) { nodes { id title quantity currentQuantity refundableQuantity unfulfilledQuantity } }
  shippingAddress { name address1 city zip countryCodeV2 } returns(first: 5) { nodes { name status } } refunds(first: 5) { note } } }`

func TestCancelIsAJobAndNotIdempotent(t *testing.T) {
	w := start(t)
	id := map[string]any{"id": w.id("#1057")}
	got := w.ask(cancelMutation, id)
	job, _ := at(got.Data, "orderCancel", "job", "id").(string)
	result, _ := at(got.Data, "orderCancel", "jobResult", "id").(string)
	if at(got.Data, "orderCancel", "jobResult", "status") != "STARTED" || at(got.Data, "orderCancel", "job", "done") != false || at(got.Data, "orderCancel", "jobResult", "order", "cancelledAt") != nil {
		t.Fatalf("cancel answers %v %v", got.Data, got.Errors)
	}
	again := w.ask(cancelMutation, id)
	if at(again.Data, "orderCancel", "orderCancelUserErrors", 0, "code") != "INVALID" || at(again.Data, "orderCancel", "job") != nil {
		t.Errorf("a second one answers %v", again.Data)
	}
	w.advance(2 * time.Second)
	poll := w.ask(`query($job: ID!, $result: ID!) { job(id: $job) { done } node(id: $result) { id ... on OrderCancelJobResult { status done order { cancelledAt } } } }`, map[string]any{"job": job, "result": result})
	if at(poll.Data, "job", "done") != true || at(poll.Data, "node", "status") != "SUCCEEDED" || at(poll.Data, "node", "order", "cancelledAt") != "2026-11-24T09:30:02Z" {
		t.Errorf("polled %v %v", poll.Data, poll.Errors)
	}
	state := w.ask(orderStateQuery, id)
	if at(state.Data, "order", "displayFinancialStatus") != "REFUNDED" || at(state.Data, "order", "cancelReason") != "CUSTOMER" || at(state.Data, "order", "lineItems", "nodes", 0, "currentQuantity") != 0.0 {
		t.Errorf("after it %v", state.Data)
	}
	if n := len(w.Executed(DemoShop, "")); n != 1 {
		t.Errorf("%d changes were made", n)
	}
}

func TestCancelForThoseWhoseClockStands(t *testing.T) {
	w := start(t)
	id := map[string]any{"id": w.id("#1057")}
	w.ask(cancelMutation, id)
	if got := w.ask(orderStateQuery, id); at(got.Data, "order", "cancelledAt") != nil {
		t.Errorf("cancelled at the first look")
	}
	if got := w.ask(orderStateQuery, id); at(got.Data, "order", "cancelledAt") == nil {
		t.Errorf("not cancelled at the second look")
	}
}

func TestCancelRefused(t *testing.T) {
	w := start(t)
	for name, c := range map[string]struct{ order, code string }{
		"fulfilled":    {w.id("#1042"), "INVALID"},
		"not there":    {"gid://shopify/Order/1", "NOT_FOUND"},
		"another's":    {gid("Order", w.shops[OtherShop].orders[0].id), "NOT_FOUND"},
		"not an order": {"gid://shopify/Product/1", "NOT_FOUND"},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.ask(cancelMutation, map[string]any{"id": c.order})
			if at(got.Data, "orderCancel", "orderCancelUserErrors", 0, "code") != c.code {
				t.Errorf("answered %v %v", got.Data, got.Errors)
			}
		})
	}
	w.Switch(func(s *Switches) { s.CancelFails = true })
	got := w.ask(cancelMutation, map[string]any{"id": w.id("#1058")})
	w.advance(2 * time.Second)
	poll := w.ask(`query($id: ID!) { node(id: $id) { ... on OrderCancelJobResult { status errors { code } } } }`, map[string]any{"id": at(got.Data, "orderCancel", "jobResult", "id")})
	if at(poll.Data, "node", "status") != "FAILED" || at(poll.Data, "node", "errors", 0, "code") != "INTERNAL_ERROR" {
		t.Errorf("a job that fails shows %v", poll.Data)
	}
}

const refundMutation = `mutation($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) {
  refund { id totalRefundedSet { presentmentMoney { amount currencyCode } } } order { displayFinancialStatus } userErrors { field message } } }`

// refundInput is what a refund of one of the first line takes.
func refundInput(w *world, order string) map[string]any {
	w.t.Helper()
	line := at(w.ask(orderStateQuery, map[string]any{"id": order}).Data, "order", "lineItems", "nodes", 0, "id")
	items := []any{map[string]any{"lineItemId": line, "quantity": 1, "restockType": "NO_RESTOCK"}}
	got := w.ask(`query($id: ID!, $items: [RefundLineItemInput!]) { order(id: $id) { presentmentCurrencyCode suggestedRefund(refundLineItems: $items, refundShipping: false) {
	  maximumRefundableSet { shopMoney { amount } } suggestedTransactions { amountSet { presentmentMoney { amount currencyCode } } gateway kind parentTransaction { id } } } } }`, map[string]any{"id": order, "items": items})
	s := at(got.Data, "order", "suggestedRefund", "suggestedTransactions", 0)
	if s == nil {
		w.t.Fatalf("no suggestion: %v %v", got.Data, got.Errors)
	}
	return map[string]any{
		"orderId": order, "currency": at(got.Data, "order", "presentmentCurrencyCode"), "note": "n", "refundLineItems": items,
		"transactions": []any{map[string]any{"orderId": order, "parentId": at(s, "parentTransaction", "id"), "amount": at(s, "amountSet", "presentmentMoney", "amount"), "gateway": at(s, "gateway"), "kind": "REFUND"}},
	}
}

func TestRefundIsIdempotent(t *testing.T) {
	w := start(t)
	order := w.id("#1042")
	input := refundInput(w, order)
	first := w.ask(refundMutation, map[string]any{"input": input, "key": "k1"})
	if at(first.Data, "refundCreate", "refund", "totalRefundedSet", "presentmentMoney", "amount") != "89.00" || at(first.Data, "refundCreate", "order", "displayFinancialStatus") != "PARTIALLY_REFUNDED" {
		t.Fatalf("refund: %v %v", first.Data, first.Errors)
	}
	same := w.ask(refundMutation, map[string]any{"input": input, "key": "k1"})
	if at(same.Data, "refundCreate", "refund", "id") != at(first.Data, "refundCreate", "refund", "id") {
		t.Errorf("the same key again: %v", same.Data)
	}
	input["note"] = "other"
	other := w.ask(refundMutation, map[string]any{"input": input, "key": "k1"})
	if text, _ := at(other.Data, "refundCreate", "userErrors", 0, "message").(string); !strings.Contains(text, "PARAMETER_MISMATCH") {
		t.Errorf("the same key with other arguments: %v", other.Data)
	}
	if err := w.faults.Replace(faults.Rule{Service: Service, Operation: "refundCreate", Kind: faults.Conflict, Count: 1}); err != nil {
		t.Fatal(err)
	}
	running := w.ask(refundMutation, map[string]any{"input": input, "key": "k2"})
	if text, _ := at(running.Data, "refundCreate", "userErrors", 0, "message").(string); !strings.Contains(text, "CONCURRENT_REQUEST") {
		t.Errorf("while it runs: %v", running.Data)
	}
	more := w.ask(refundMutation, map[string]any{"input": input, "key": "k3"})
	if text, _ := at(more.Data, "refundCreate", "userErrors", 0, "message").(string); !strings.Contains(text, "cannot refund more") {
		t.Errorf("more than was bought: %v", more.Data)
	}
	bare := w.ask(`mutation($input: RefundInput!) { refundCreate(input: $input) { refund { id } userErrors { message } } }`, map[string]any{"input": input})
	if bare.code() != "BAD_REQUEST" {
		t.Errorf("without the directive: %v", bare.Errors)
	}
	if n := len(w.Executed(DemoShop, "refundCreate")); n != 1 {
		t.Errorf("%d refunds were made", n)
	}
}

func TestRefundInAnotherCurrency(t *testing.T) {
	w := start(t)
	var order *order
	for _, o := range w.shops[DemoShop].orders {
		if o.currency == "JPY" && o.refundable().buyer > 0 && len(o.refunds) == 0 && o.createdAt.After(w.now().Add(-50*day)) {
			order = o
		}
	}
	input := refundInput(w, gid("Order", order.id))
	delete(input, "currency")
	got := w.ask(refundMutation, map[string]any{"input": input, "key": "a"})
	if text, _ := at(got.Data, "refundCreate", "userErrors", 0, "message").(string); !strings.Contains(text, "Currency must be specified") {
		t.Errorf("without a currency: %v", got.Data)
	}
	input["currency"] = "JPY"
	got = w.ask(refundMutation, map[string]any{"input": input, "key": "b"})
	if at(got.Data, "refundCreate", "refund", "totalRefundedSet", "presentmentMoney", "currencyCode") != "JPY" {
		t.Errorf("in yen: %v %v", got.Data, got.Errors)
	}
}

func TestReturnRequest(t *testing.T) {
	w := start(t)
	order := w.id("#1019")
	got := w.ask(`query($id: ID!) { returnableFulfillments(orderId: $id, first: 5) { nodes { id fulfillment { id name } returnableFulfillmentLineItems(first: 25) { nodes { quantity fulfillmentLineItem { id lineItem { title } } } } } }
	  returnReasonDefinitions(first: 50) { nodes { id handle name deleted } } }`, map[string]any{"id": order})
	line := at(got.Data, "returnableFulfillments", "nodes", 0, "returnableFulfillmentLineItems", "nodes", 1)
	reason := at(got.Data, "returnReasonDefinitions", "nodes", 0, "id")
	if at(line, "quantity") != 2.0 || reason == nil {
		t.Fatalf("returnable: %v %v", got.Data, got.Errors)
	}
	ask := func(quantity int, note string) any {
		input := map[string]any{"orderId": order, "returnLineItems": []any{map[string]any{
			"fulfillmentLineItemId": at(line, "fulfillmentLineItem", "id"), "quantity": quantity, "returnReasonDefinitionId": reason, "customerNote": note,
		}}}
		out := w.ask(`mutation($input: ReturnRequestInput!) { returnRequest(input: $input) { return { id name status } userErrors { field message code } } }`, map[string]any{"input": input})
		if out.Errors != nil {
			t.Fatal(out.Errors)
		}
		return out.Data["returnRequest"]
	}
	if out := ask(3, ""); at(out, "userErrors", 0, "code") != "INVALID" {
		t.Errorf("more than there are: %v", out)
	}
	if out := ask(1, strings.Repeat("é", 301)); at(out, "userErrors", 0, "code") != "TOO_LONG" {
		t.Errorf("a long note: %v", out)
	}
	if out := ask(1, strings.Repeat("é", 300)); at(out, "return", "name") != "#1019-R1" || at(out, "return", "status") != "REQUESTED" {
		t.Errorf("a request: %v", out)
	}
	if out := ask(1, ""); at(out, "return", "name") != "#1019-R2" {
		t.Errorf("it has no key, so a second one is made: %v", out)
	}
	if out := ask(1, ""); at(out, "userErrors", 0, "code") != "INVALID" {
		t.Errorf("when all are asked for: %v", out)
	}
	w.AnswerReturns(DemoShop, "#1019", true)
	if got := w.ask(orderStateQuery, map[string]any{"id": order}); at(got.Data, "order", "returnStatus") != "IN_PROGRESS" {
		t.Errorf("approved: %v", got.Data)
	}
}

func TestChangeOfAddress(t *testing.T) {
	w := start(t)
	order := w.id("#1057")
	update := func(address map[string]any) any {
		out := w.ask(`mutation($input: OrderInput!) { orderUpdate(input: $input) { order { shippingAddress { name address1 city zip countryCodeV2 } } userErrors { field message } } }`,
			map[string]any{"input": map[string]any{"id": order, "shippingAddress": address}})
		if out.Errors != nil {
			t.Fatal(out.Errors)
		}
		return out.Data["orderUpdate"]
	}
	if out := update(map[string]any{"address1": " ", "zip": ""}); at(out, "userErrors", 0, "field", 1) != "address1" || at(out, "userErrors", 1, "field", 1) != "zip" {
		t.Errorf("a bad address: %v", out)
	}
	out := update(map[string]any{"firstName": "Jane", "lastName": "Doe", "address1": "9 Mill Lane", "city": "Lahti", "zip": "15110", "countryCode": "FI"})
	if at(out, "order", "shippingAddress", "city") != "Lahti" || at(out, "order", "shippingAddress", "countryCodeV2") != "FI" {
		t.Errorf("a good address: %v", out)
	}
}
