package shopify

import (
	"testing"
	"time"

	"omniops/local/faults"
)

func TestBucketLeaksByTheClock(t *testing.T) {
	w := start(t)
	const dear = `{ orders(first: 100) { nodes { id lineItems(first: 7) { nodes { id } } } } }` // 2 + 100 × (1 + 2 + 7)
	first := w.ask(dear, nil)
	if first.Ext.Cost.Requested != 1002 || first.code() != "MAX_COST_EXCEEDED" {
		// The cost is told with the error only.
		if first.code() != "MAX_COST_EXCEEDED" {
			t.Fatalf("a query over the limit answers %v", first)
		}
	}
	w.Switch(func(s *Switches) { s.Bucket = 600 })
	const big = `{ orders(first: 100) { nodes { id lineItems(first: 2) { nodes { id } } } } }` // 2 + 100 × 5
	one := w.ask(big, nil)
	if one.Errors != nil || one.Ext.Cost.Requested != 502 || *one.Ext.Cost.Actual > 502 || *one.Ext.Cost.Actual < 300 {
		t.Fatalf("first: %+v %v", one.Ext.Cost, one.Errors)
	}
	left := one.Ext.Cost.Status["currentlyAvailable"]
	if left != float64(600-*one.Ext.Cost.Actual) {
		t.Errorf("after %d points %v are left of 600", *one.Ext.Cost.Actual, left)
	}
	two := w.ask(big, nil)
	if two.Status != 200 || two.code() != "THROTTLED" || two.Data != nil || two.Ext.Cost.Actual != nil || two.Ext.Cost.Requested != 502 {
		t.Fatalf("second: %+v", two)
	}
	wait := (502 - two.Ext.Cost.Status["currentlyAvailable"]) / two.Ext.Cost.Status["restoreRate"]
	w.advance(time.Duration(wait * float64(time.Second)))
	if three := w.ask(big, nil); three.Errors != nil {
		t.Errorf("after the wait that was told: %v", three.Errors)
	}
}

func TestFaults(t *testing.T) {
	w := start(t)
	cancel := map[string]any{"id": w.id("#1057")}
	const mutation = `mutation($id: ID!) { orderCancel(orderId: $id, reason: CUSTOMER, restock: true, refundMethod: {originalPaymentMethodsRefund: true}) { job { id } orderCancelUserErrors { code } } }`
	for _, c := range []struct {
		name   string
		kind   faults.Kind
		status int
		code   string
		done   int
	}{
		{"throttled", faults.Throttle, 200, "THROTTLED", 0},
		{"failed", faults.Error, 200, "INTERNAL_SERVER_ERROR", 0},
		{"done, and the answer lost", faults.AppliedThenError, 502, "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := w.faults.Replace(faults.Rule{Service: Service, Operation: "orderCancel", Kind: c.kind, Count: 1}); err != nil {
				t.Fatal(err)
			}
			got := w.ask(mutation, cancel)
			if got.Status != c.status || got.code() != c.code || len(w.Executed(DemoShop, "orderCancel")) != c.done {
				t.Errorf("answered %d %q, %d done", got.Status, got.code(), len(w.Executed(DemoShop, "orderCancel")))
			}
		})
	}
}
