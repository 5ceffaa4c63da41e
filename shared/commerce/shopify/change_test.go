package shopify

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// changing is an order that changes are made to.
type changing struct {
	cancelled   bool
	refunds     []any
	returns     []any
	address     map[string]any
	fulfillment string
	times       map[string]int // mutations
}

// world makes the bench's shop one with a single order, which mutations change.
func (b *bench) world(t *testing.T) *changing {
	t.Helper()
	b.connect(t, merchant)
	o := &changing{times: map[string]int{}, fulfillment: "UNFULFILLED", address: map[string]any{
		"name": "Jane Doe", "address1": "1 High Street", "city": "Leeds", "zip": "LS1 1AA", "countryCodeV2": "GB",
	}}
	set := func(s string) map[string]any {
		return map[string]any{"shopMoney": map[string]any{"amount": s, "currencyCode": "GBP"}, "presentmentMoney": map[string]any{"amount": s, "currencyCode": "GBP"}}
	}
	b.script("OrderState", func(sandbox.Request) (int, any) {
		refunded, at := "0.00", any(nil)
		if o.cancelled {
			refunded, at = "38.50", "2026-11-24T09:30:00Z"
		}
		return http.StatusOK, map[string]any{"order": map[string]any{
			"id": "gid://shopify/Order/7", "cancelledAt": at, "displayFulfillmentStatus": o.fulfillment, "totalRefundedSet": set(refunded),
			"shippingAddress": o.address, "refunds": o.refunds, "returns": nodes(o.returns...),
		}}
	})
	b.script("Cancel", func(r sandbox.Request) (int, any) {
		o.times["cancel"]++
		return http.StatusOK, map[string]any{"orderCancel": map[string]any{
			"jobResult": map[string]any{"id": "gid://shopify/OrderCancelJobResult/1", "done": false, "status": "STARTED", "errors": []any{}}, "orderCancelUserErrors": []any{},
		}}
	})
	looks := 0
	b.script("CancelState", func(sandbox.Request) (int, any) {
		if looks++; looks == 3 {
			o.cancelled = true
		}
		return http.StatusOK, map[string]any{"node": map[string]any{"id": "gid://shopify/OrderCancelJobResult/1", "done": o.cancelled, "status": "SUCCEEDED", "errors": []any{}}}
	})
	b.answer("Suggest", map[string]any{"order": map[string]any{"id": "gid://shopify/Order/7", "suggestedRefund": map[string]any{
		"amountSet":             set("19.25"),
		"suggestedTransactions": []any{map[string]any{"amountSet": set("19.25"), "gateway": "shopify_payments", "kind": "SUGGESTED_REFUND", "parentTransaction": map[string]any{"id": "gid://shopify/OrderTransaction/9"}}},
	}}})
	b.script("Refund", func(r sandbox.Request) (int, any) {
		o.times["refund"]++
		o.refunds = append(o.refunds, map[string]any{"note": r.Variables["input"].(map[string]any)["note"], "totalRefundedSet": set("19.25")})
		return http.StatusOK, map[string]any{"refundCreate": map[string]any{"refund": map[string]any{"id": "gid://shopify/Refund/1", "totalRefundedSet": set("19.25")}, "userErrors": []any{}}}
	})
	b.script("ReturnRequest", func(r sandbox.Request) (int, any) {
		o.times["return"]++
		lines := r.Variables["input"].(map[string]any)["returnLineItems"].([]any)
		if said := lines[0].(map[string]any)["customerNote"].(string); utf8.RuneCountInString(said) > maxNote {
			t.Errorf("the note has %d characters", utf8.RuneCountInString(said))
		}
		o.returns = append(o.returns, map[string]any{"name": "#1042-R1", "status": "REQUESTED", "returnLineItems": nodes(map[string]any{"customerNote": lines[0].(map[string]any)["customerNote"]})})
		return http.StatusOK, map[string]any{"returnRequest": map[string]any{"return": map[string]any{"id": "gid://shopify/Return/1", "name": "#1042-R1", "status": "REQUESTED"}, "userErrors": []any{}}}
	})
	b.script("OrderUpdate", func(r sandbox.Request) (int, any) {
		o.times["address"]++
		in := r.Variables["input"].(map[string]any)["shippingAddress"].(map[string]any)
		o.address = map[string]any{
			"name": strings.TrimSpace(fmt.Sprint(in["firstName"], " ", in["lastName"])), "address1": in["address1"], "address2": in["address2"],
			"city": in["city"], "zip": in["zip"], "countryCodeV2": in["countryCode"],
		}
		return http.StatusOK, map[string]any{"orderUpdate": map[string]any{"order": map[string]any{"id": "gid://shopify/Order/7"}, "userErrors": []any{}}}
	})
	return o
}

var (
	cancellation = commerce.Change{Kind: commerce.Cancel, Order: "7", Key: key}
	refunding    = commerce.Change{Kind: commerce.RefundItems, Order: "7", Key: key, Lines: []commerce.Line{{ID: "11", Quantity: 1}}, Amount: pounds(1925)}
	returning    = commerce.Change{Kind: commerce.ReturnRequest, Order: "7", Key: key, Lines: []commerce.Line{{ID: "11", FulfilledID: "21", Quantity: 1}}, Reason: strings.Repeat("ü", 290)}
	moving       = commerce.Change{Kind: commerce.ChangeAddress, Order: "7", Key: key, Address: commerce.Address{Name: "Jane  Q Doe", Line1: "2 Low Street", City: "York", Zip: "YO1 1AA", Country: "GB"}}
)

// Each change is found by Done once it was made, and made a second time at most
// where the shop's system itself honours the key.
func TestAChangeIsMadeOnceAndFoundAgain(t *testing.T) {
	for name, c := range map[string]struct {
		change commerce.Change
		want   commerce.Receipt
	}{
		"cancel":  {cancellation, commerce.Receipt{Amount: pounds(3850)}},
		"refund":  {refunding, commerce.Receipt{Amount: pounds(1925)}},
		"return":  {returning, commerce.Receipt{Reference: "#1042-R1"}},
		"address": {moving, commerce.Receipt{}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			o := b.world(t)
			if _, done, err := b.client.Done(t.Context(), action(merchant), c.change); done || err != nil {
				t.Errorf("done before: %v, %v", done, err)
			}
			got, err := b.client.Do(t.Context(), action(merchant), c.change)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
			if receipt, done, err := b.client.Done(t.Context(), action(merchant), c.change); !done || err != nil || receipt != c.want {
				t.Errorf("done after: %+v, %v, %v", receipt, done, err)
			}
			if name != "refund" { // whose key Shopify honours
				if again, err := b.client.Do(t.Context(), action(merchant), c.change); err != nil || again != c.want {
					t.Errorf("again: %+v, %v", again, err)
				}
			}
			if o.times[name] != 1 {
				t.Errorf("%d mutations", o.times[name])
			}
			if _, err := b.client.Do(t.Context(), action(rival), c.change); !errors.Is(err, commerce.ErrDisconnected) {
				t.Errorf("another merchant: %v", err)
			}
		})
	}
}

func TestARefundIsExactlyWhatWasGranted(t *testing.T) {
	b := newBench(t)
	o := b.world(t)
	for _, minor := range []int64{1924, 1926, 100000} {
		change := refunding
		change.Amount.Shop.Minor = minor
		_, err := b.client.Do(t.Context(), action(merchant), change)
		wantKind(t, err, fault.Conflict)
	}
	other := refunding
	other.Amount.Buyer.Currency = "EUR"
	_, err := b.client.Do(t.Context(), action(merchant), other)
	wantKind(t, err, fault.Conflict)
	if o.times["refund"] != 0 {
		t.Errorf("%d refunds", o.times["refund"])
	}
	b.asked()
	_, err = b.client.Do(t.Context(), action(merchant), refunding)
	must(t, err)
	all := b.sent()
	sent := all[len(all)-1]
	want := map[string]any{
		"key": key, "input": map[string]any{
			"orderId": "gid://shopify/Order/7", "currency": "GBP", "note": "OmniOps " + key, "notify": true,
			"refundLineItems": []any{map[string]any{"lineItemId": "gid://shopify/LineItem/11", "quantity": 1.0, "restockType": "NO_RESTOCK"}},
			"transactions":    []any{map[string]any{"orderId": "gid://shopify/Order/7", "parentId": "gid://shopify/OrderTransaction/9", "amount": "19.25", "gateway": "shopify_payments", "kind": "REFUND"}},
		},
	}
	if diff := cmp.Diff(want, sent.Variables); diff != "" || !strings.Contains(sent.Query, "@idempotent(key: $key)") {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if money, err := b.client.Refundable(t.Context(), support(merchant), "7", refunding.Lines); err != nil || money != pounds(1925) {
		t.Errorf("refundable %v, %v", money, err)
	}
}

func TestAnOrderOnItsWayKeepsItsAddress(t *testing.T) {
	b := newBench(t)
	o := b.world(t)
	for _, state := range []string{"FULFILLED", "PARTIALLY_FULFILLED", "IN_PROGRESS", "PENDING_FULFILLMENT", "SOMETHING_NEW"} {
		o.fulfillment = state
		_, err := b.client.Do(t.Context(), action(merchant), moving)
		wantKind(t, err, fault.Conflict)
	}
	if o.times["address"] != 0 {
		t.Errorf("%d changes", o.times["address"])
	}
}

func TestRefusalsAndDoubts(t *testing.T) {
	userError := func(code any) []any {
		return []any{map[string]any{"field": []string{"orderId"}, "message": "jane@example.com is a secret", "code": code}}
	}
	for name, c := range map[string]struct {
		operation string
		change    commerce.Change
		answer    any
		want      fault.Kind
	}{
		"cancel not permitted":  {"Cancel", cancellation, map[string]any{"orderCancel": map[string]any{"orderCancelUserErrors": userError("NO_REFUND_PERMISSION")}}, fault.Invalid},
		"cancel unknown order":  {"Cancel", cancellation, map[string]any{"orderCancel": map[string]any{"orderCancelUserErrors": userError("NOT_FOUND")}}, fault.NotFound},
		"cancel internal":       {"Cancel", cancellation, map[string]any{"orderCancel": map[string]any{"orderCancelUserErrors": userError("INTERNAL_ERROR")}}, fault.Unavailable},
		"cancel without answer": {"Cancel", cancellation, map[string]any{"orderCancel": nil}, fault.Unavailable},
		"cancel fails later":    {"CancelState", cancellation, map[string]any{"node": map[string]any{"done": true, "status": "FAILED", "errors": userError("INVALID")}}, fault.Invalid},
		"cancel never ends":     {"CancelState", cancellation, map[string]any{"node": map[string]any{"id": "gid://shopify/OrderCancelJobResult/1", "done": false, "status": "STARTED"}}, fault.Unavailable},
		"refund refused":        {"Refund", refunding, map[string]any{"refundCreate": map[string]any{"userErrors": userError(nil)}}, fault.Invalid},
		"refund without answer": {"Refund", refunding, map[string]any{"refundCreate": map[string]any{"userErrors": []any{}}}, fault.Unavailable},
		"nothing to refund":     {"Suggest", refunding, map[string]any{"order": map[string]any{"suggestedRefund": nil}}, fault.Conflict},
		"return of the unsent":  {"ReturnRequest", returning, map[string]any{"returnRequest": map[string]any{"userErrors": userError("INVALID_STATE")}}, fault.Conflict},
		"address refused":       {"OrderUpdate", moving, map[string]any{"orderUpdate": map[string]any{"userErrors": userError(nil)}}, fault.Invalid},
		"no such order":         {"OrderState", cancellation, map[string]any{"order": nil}, fault.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.world(t)
			b.answer(c.operation, c.answer)
			_, err := b.client.Do(t.Context(), action(merchant), c.change)
			wantKind(t, err, c.want)
			if strings.Contains(err.Error(), "jane") {
				t.Errorf("the error repeats what the shop said: %v", err)
			}
		})
	}
	// A connection that breaks after the mutation left is a doubt, not a refusal.
	b := newBench(t)
	o := b.world(t)
	b.script("Cancel", func(sandbox.Request) (int, any) {
		o.times["cancel"]++
		o.cancelled = true
		return http.StatusBadGateway, nil
	})
	_, err := b.client.Do(t.Context(), action(merchant), cancellation)
	wantKind(t, err, fault.Unavailable)
	if receipt, done, err := b.client.Done(t.Context(), action(merchant), cancellation); !done || err != nil || receipt.Amount != pounds(3850) {
		t.Errorf("%+v, %v, %v", receipt, done, err)
	}
	if o.times["cancel"] != 1 {
		t.Errorf("%d mutations", o.times["cancel"])
	}
}

func TestChangesThatAreNotComplete(t *testing.T) {
	b := newBench(t)
	b.world(t)
	for name, change := range map[string]commerce.Change{
		"no kind":              {Order: "7", Key: key},
		"no order":             {Kind: commerce.Cancel, Key: key},
		"an order of letters":  {Kind: commerce.Cancel, Order: id.Order("7x"), Key: key},
		"no key":               {Kind: commerce.Cancel, Order: "7"},
		"a key of words":       {Kind: commerce.Cancel, Order: "7", Key: "this is not a key at all"},
		"a refund of nothing":  {Kind: commerce.RefundItems, Order: "7", Key: key, Amount: pounds(1)},
		"a refund of no money": {Kind: commerce.RefundItems, Order: "7", Key: key, Lines: refunding.Lines},
		"a negative refund":    {Kind: commerce.RefundItems, Order: "7", Key: key, Lines: refunding.Lines, Amount: pounds(-1)},
		"no line":              {Kind: commerce.ReturnRequest, Order: "7", Key: key},
		"an unsent line":       {Kind: commerce.ReturnRequest, Order: "7", Key: key, Lines: refunding.Lines},
		"none of a line":       {Kind: commerce.RefundItems, Order: "7", Key: key, Amount: pounds(1), Lines: []commerce.Line{{ID: "1"}}},
		"no address":           {Kind: commerce.ChangeAddress, Order: "7", Key: key},
	} {
		_, err := b.client.Do(t.Context(), action(merchant), change)
		if fault.KindOf(err) != fault.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := b.client.Done(t.Context(), action(merchant), change); fault.KindOf(err) != fault.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if asked := b.asked(); len(asked) != 0 {
		t.Errorf("asked %q", slices.Compact(asked))
	}
}
