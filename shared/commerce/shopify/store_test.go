package shopify

import (
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/local/faults"
	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// number gives the id of the order with a number.
func (b *bench) number(t *testing.T, number string) id.Order {
	t.Helper()
	found, err := b.client.Find(t.Context(), verification(merchant), number)
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("%s finds %v", number, found)
	}
	return found[0].ID
}

// Shopify's search finds neighbours; we do not, and ask for nothing that the
// match does not need.
func TestFindInARealSearch(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	found, err := b.client.Find(t.Context(), verification(merchant), "1042")
	must(t, err)
	if len(found) != 1 || found[0].Number != "#1042" || !slices.Equal(found[0].Emails, []string{"jane.doe@example.com"}) {
		t.Errorf("found %v", found)
	}
	for _, q := range b.Shopify.Queries(sandbox.DemoShop) {
		for _, f := range q.Fields {
			if strings.HasPrefix(f, "orders.") && !slices.Contains([]string{"orders.nodes.id", "orders.nodes.name", "orders.nodes.email", "orders.nodes.phone"}, f) {
				t.Errorf("%s asks for %s", q.Name, f)
			}
		}
	}
}

func TestChangesInARealStore(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	action := action(merchant)
	waiting, delivered := b.number(t, "#1057"), b.number(t, "#1019")
	before, err := b.client.Order(t.Context(), action, delivered)
	must(t, err)
	line := before.Items[0]
	back, err := b.client.Refundable(t.Context(), action, delivered, []commerce.Line{{ID: line.ID, Quantity: 1}})
	must(t, err)
	for _, c := range []struct {
		name   string
		done   string // the mutation that is made
		change commerce.Change
	}{
		{"address", "orderUpdate", commerce.Change{Kind: commerce.ChangeAddress, Order: waiting, Key: "00000000-0000-4000-8000-000000000001", Address: commerce.Address{Name: "Jane Doe", Line1: "9 Mill Lane", City: "Leeds", Zip: "LS1 9ZZ", Country: "GB"}}},
		{"return", "returnRequest", commerce.Change{Kind: commerce.ReturnRequest, Order: delivered, Key: "00000000-0000-4000-8000-000000000002", Lines: []commerce.Line{{ID: line.ID, FulfilledID: line.FulfilledID, Quantity: 1}}, Reason: "Too small"}},
		{"refund", "refundCreate", commerce.Change{Kind: commerce.RefundItems, Order: delivered, Key: "00000000-0000-4000-8000-000000000003", Lines: []commerce.Line{{ID: line.ID, Quantity: 1}}, Amount: back}},
		{"cancel", "orderCancel", commerce.Change{Kind: commerce.Cancel, Order: waiting, Key: "00000000-0000-4000-8000-000000000004"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, done, err := b.client.Done(t.Context(), action, c.change); err != nil || done {
				t.Fatalf("before: done %v, %v", done, err)
			}
			// The first answer is lost: nobody knows whether it was done, and then one does.
			must(t, b.Faults.Replace(faults.Rule{Service: sandbox.Service, Operation: c.done, Kind: faults.AppliedThenError, Count: 1}))
			if _, err := b.client.Do(t.Context(), action, c.change); fault.KindOf(err) != fault.Unavailable {
				t.Errorf("with the answer lost: %v", err)
			}
			b.Advance(2 * time.Second)
			if _, done, err := b.client.Done(t.Context(), action, c.change); err != nil || !done {
				t.Errorf("afterwards: done %v, %v", done, err)
			}
			_, _ = b.client.Do(t.Context(), action, c.change) // does it no second time
			if made := b.Shopify.Executed(sandbox.DemoShop, c.done); len(made) != 1 {
				t.Errorf("made %d times: %v", len(made), made)
			}
		})
	}
}

func TestTokensOfARealStore(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	support := support(merchant)
	b.Advance(3 * time.Hour)
	b.number(t, "#1042")
	if n := b.Shopify.Counts()["refresh"]; n != 1 {
		t.Errorf("refreshed %d times", n)
	}
	b.Shopify.Switch(func(s *sandbox.Switches) { s.ProtectedData = 0 })
	if _, err := b.client.Find(t.Context(), support, "#1042"); !strings.Contains(err.Error(), commerce.ErrNoAccess.Error()) {
		t.Errorf("without approval: %v", err)
	}
	b.Shopify.Reset()
	b.Shopify.Uninstall(sandbox.DemoShop)
	if _, err := b.client.Find(t.Context(), support, "#1042"); err == nil || !strings.Contains(err.Error(), commerce.ErrDisconnected.Error()) {
		t.Errorf("after it was uninstalled: %v", err)
	}
}
