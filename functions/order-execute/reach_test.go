package main

import (
	"strings"
	"testing"
	"time"

	"omniops/local/faults"
	"omniops/local/localtest/storetest"
	"omniops/local/sandbox/shopify"
	"omniops/shared/commerce"
	client "omniops/shared/commerce/shopify"
	"omniops/shared/fault"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// disconnect ends the merchant's connection to the shop.
func (b *bench) disconnect(t *testing.T) {
	t.Helper()
	const f = "order-execute"
	connections := client.NewConnections(table.New(b.AWS, b.Env(t, f, "TABLE_NAME"), b.Clock.Now), seal.NewSecrets(b.AWS, b.Env(t, f, "SECRETS_KEY_ID")))
	if err := connections.Disconnect(t.Context(), shop, time.Time{}); err != nil {
		t.Fatal(err)
	}
}

// letters counts the letters to an address that hold a text.
func (b *bench) letters(to, text string) (n int) {
	for _, m := range b.Mail.Messages(to) {
		if strings.Contains(m.Text, text) {
			n++
		}
	}
	return n
}

// Scenario 46: a shop that is lost between the shopper's yes and the change is not
// the end of it. Nothing is changed, both sides are told, a person decides, and once
// the shop is connected again it is done, once.
func TestScenario46AYesOutlivesTheConnection(t *testing.T) {
	for name, lose := range map[string]func(*testing.T, *bench){
		"disconnected":       func(t *testing.T, b *bench) { b.disconnect(t) },
		"uninstalled":        func(_ *testing.T, b *bench) { b.Shopify.Uninstall(shopify.DemoShop) },
		"token revoked":      func(_ *testing.T, b *bench) { b.Shopify.Revoke(shopify.DemoShop) },
		"orders not allowed": func(_ *testing.T, b *bench) { b.Shopify.Switch(func(s *shopify.Switches) { s.ProtectedData = 0 }) },
		"down for long": func(t *testing.T, b *bench) {
			if err := b.Faults.Replace(faults.Rule{Service: "shopify", Kind: faults.Error, Rate: 1}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.automatic(t)
			task := b.confirmed(t, notSent, commerce.Wish{Kind: commerce.Cancel}, nil)
			var before shopify.Switches
			b.Shopify.Switch(func(s *shopify.Switches) { before = *s })
			lose(t, b)
			for range 20 { // the queue's tries, a minute apart
				if err := b.carry(t.Context(), task); err == nil {
					break
				} else if !fault.KindOf(err).Retryable() {
					t.Fatalf("parked: %v", err)
				}
				b.Advance(time.Minute)
			}
			a := b.get(t, task)
			if a.State != commerce.Waiting || !strings.Contains(a.Receipt, "nothing has been changed") {
				t.Fatalf("in the end: %+v", a)
			}
			if n := b.done("orderCancel"); n != 0 {
				t.Errorf("cancelled %d times", n)
			}
			for range 2 { // delivered again
				if err := b.carry(t.Context(), task); err != nil {
					t.Fatal(err)
				}
			}
			if shopper, merchant := b.letters("jane.doe@example.com", "nothing has been changed"), b.letters("help@shop.example", string(task.Action)); shopper != 1 || merchant != 1 {
				t.Errorf("%d letters to the shopper, %d to the merchant", shopper, merchant)
			}
			waiting, err := b.actions.Approvals(t.Context(), shop)
			if err != nil || len(waiting) != 1 || waiting[0].Action != task.Action {
				t.Fatalf("the merchant's list: %+v, %v", waiting, err)
			}
			last := waiting[0].Details.Decisions[len(waiting[0].Details.Decisions)-1]
			if last.Verdict == nil || len(last.Verdict.Reasons) != 1 || last.Verdict.Reasons[0] != commerce.OutOfReach || last.Inputs != nil {
				t.Errorf("the record says %+v", last)
			}

			if err := b.Faults.Replace(); err != nil {
				t.Fatal(err)
			}
			b.Shopify.Switch(func(s *shopify.Switches) { *s = before })
			storetest.Connect(t, b.Cloud, b.Outside, storetest.Client(t, b.Cloud, b.Outside, "order-execute"), shop, shopify.DemoShop)
			if _, err := b.actions.Rule(t.Context(), b.ref, task.Action, commerce.Approve); err != nil {
				t.Fatal(err)
			}
			if _, err := b.run(t, task); err != nil {
				t.Fatal(err)
			}
			if a := b.get(t, task); a.State != commerce.Done || b.done("orderCancel") != 1 {
				t.Errorf("connected again: made %d times, %+v", b.done("orderCancel"), a)
			}
		})
	}
}

// A change that may have been made before the shop was lost is not called undone.
func TestAnAttemptBeforeTheShopWasLost(t *testing.T) {
	b := newBench(t)
	b.automatic(t)
	task := b.confirmed(t, notSent, commerce.Wish{Kind: commerce.Cancel}, nil)
	if err := b.Faults.Replace(faults.Rule{Service: "shopify", Operation: "orderCancel", Kind: faults.AppliedThenError, Count: 1, Rate: 1}); err != nil {
		t.Fatal(err)
	}
	if err := b.carry(t.Context(), task); err == nil || !fault.KindOf(err).Retryable() {
		t.Fatalf("the answer was lost: %v", err)
	}
	b.disconnect(t)
	if err := b.carry(t.Context(), task); err == nil || fault.KindOf(err).Retryable() {
		t.Errorf("in the end: %v", err) // parked, and an alarm goes off
	}
	if a := b.get(t, task); a.State != commerce.Unknown || !strings.Contains(a.Receipt, "cannot tell") {
		t.Errorf("in the end: %+v", a)
	}
	if shopper, merchant := b.letters("jane.doe@example.com", "cannot tell"), b.letters("help@shop.example", string(task.Action)); shopper != 1 || merchant != 1 {
		t.Errorf("%d letters to the shopper, %d to the merchant", shopper, merchant)
	}
}

// What the merchant decides while the shop is lost reaches the shopper too.
func TestARefusalNeedsNoShop(t *testing.T) {
	b := newBench(t)
	b.automatic(t)
	task := b.confirmed(t, notSent, commerce.Wish{Kind: commerce.Cancel}, nil)
	b.disconnect(t)
	if err := b.carry(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	if _, err := b.actions.Rule(t.Context(), b.ref, task.Action, commerce.Refuse); err != nil {
		t.Fatal(err)
	}
	if err := b.carry(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	if a := b.get(t, task); a.State != commerce.Refused || b.letters("jane.doe@example.com", a.Receipt) != 1 {
		t.Errorf("refused: %+v", a)
	}
}
