package shopify

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/local/faults"
	"omniops/local/localtest"
	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// visit is a client on a store that executes what it is asked for.
type visit struct {
	*localtest.Cloud
	*localtest.Outside
	client *Client
}

// visitShop installs the app on the demo store.
func visitShop(t *testing.T) *visit {
	t.Helper()
	c := localtest.Start(t)
	v := &visit{Cloud: c, Outside: c.Outside(t, "")}
	store := NewConnections(table.New(c.AWS, c.Env(t, "merchant-key", "TABLE_NAME"), c.Clock.Now), seal.NewSecrets(c.AWS, c.Env(t, "merchant-key", "SECRETS_KEY_ID")))
	v.client = NewClient(Options{
		BaseURL: v.ShopifyURL, HTTP: http.DefaultClient, App: App{ClientID: sandbox.SandboxClientID, Secret: sandbox.SandboxClientSecret}, Connections: store, Now: c.Clock.Now,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Wait: func(_ context.Context, d time.Duration) error { c.Advance(d); return nil },
	})
	g, err := v.client.grant(t.Context(), Shop(sandbox.DemoShop), map[string]string{
		"client_id": sandbox.SandboxClientID, "client_secret": sandbox.SandboxClientSecret, "code": v.Shopify.Authorize(sandbox.DemoShop, Scopes()...), "expiring": "1",
	})
	must(t, err)
	if missing := Missing(g.scopes); len(missing) > 0 {
		t.Fatalf("granted %v, missing %v", g.scopes, missing)
	}
	must(t, store.connect(t.Context(), merchant, Shop(sandbox.DemoShop), g))
	return v
}

func (v *visit) find(t *testing.T, number string) id.Order {
	t.Helper()
	found, err := v.client.Find(t.Context(), commerce.Access{Tenant: merchant, Purpose: commerce.Verification}, number)
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("%s finds %v", number, found)
	}
	return found[0].ID
}

// Shopify's search finds neighbours; we do not, and ask for nothing that the
// match does not need.
func TestFindInARealSearch(t *testing.T) {
	v := visitShop(t)
	found, err := v.client.Find(t.Context(), commerce.Access{Tenant: merchant, Purpose: commerce.Verification}, "1042")
	must(t, err)
	if len(found) != 1 || found[0].Number != "#1042" || !slices.Equal(found[0].Emails, []string{"jane.doe@example.com"}) {
		t.Errorf("found %v", found)
	}
	for _, q := range v.Shopify.Queries(sandbox.DemoShop) {
		for _, f := range q.Fields {
			if strings.HasPrefix(f, "orders.") && !slices.Contains([]string{"orders.nodes.id", "orders.nodes.name", "orders.nodes.email", "orders.nodes.phone"}, f) {
				t.Errorf("%s asks for %s", q.Name, f)
			}
		}
	}
}

func TestChangesInARealStore(t *testing.T) {
	v := visitShop(t)
	action := commerce.Access{Tenant: merchant, Purpose: commerce.OrderAction}
	waiting, delivered := v.find(t, "#1057"), v.find(t, "#1019")
	before, err := v.client.Order(t.Context(), action, delivered)
	must(t, err)
	line := before.Items[0]
	for _, c := range []struct {
		name   string
		done   string // the mutation that is made
		change commerce.Change
	}{
		{"address", "orderUpdate", commerce.Change{Kind: commerce.ChangeAddress, Order: waiting, Key: "00000000-0000-4000-8000-000000000001", Address: commerce.Address{Name: "Jane Doe", Line1: "9 Mill Lane", City: "Leeds", Zip: "LS1 9ZZ", Country: "GB"}}},
		{"return", "returnRequest", commerce.Change{Kind: commerce.ReturnRequest, Order: delivered, Key: "00000000-0000-4000-8000-000000000002", Lines: []commerce.Line{{ID: line.ID, FulfilledID: line.FulfilledID, Quantity: 1}}, Reason: "Too small"}},
		{"refund", "refundCreate", commerce.Change{Kind: commerce.RefundItems, Order: delivered, Key: "00000000-0000-4000-8000-000000000003", Lines: []commerce.Line{{ID: line.ID, Quantity: 1}}, Amount: line.UnitPrice}},
		{"cancel", "orderCancel", commerce.Change{Kind: commerce.Cancel, Order: waiting, Key: "00000000-0000-4000-8000-000000000004"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, done, err := v.client.Done(t.Context(), action, c.change); err != nil || done {
				t.Fatalf("before: done %v, %v", done, err)
			}
			// The first answer is lost: nobody knows whether it was done, and then one does.
			must(t, v.Faults.Replace(faults.Rule{Service: sandbox.Service, Operation: c.done, Kind: faults.AppliedThenError, Count: 1}))
			if _, err := v.client.Do(t.Context(), action, c.change); fault.KindOf(err) != fault.Unavailable {
				t.Errorf("with the answer lost: %v", err)
			}
			v.Advance(2 * time.Second)
			if _, done, err := v.client.Done(t.Context(), action, c.change); err != nil || !done {
				t.Errorf("afterwards: done %v, %v", done, err)
			}
			_, _ = v.client.Do(t.Context(), action, c.change) // does it no second time
			if made := v.Shopify.Executed(sandbox.DemoShop, c.done); len(made) != 1 {
				t.Errorf("made %d times: %v", len(made), made)
			}
		})
	}
}

func TestTokensOfARealStore(t *testing.T) {
	v := visitShop(t)
	support := commerce.Access{Tenant: merchant, Purpose: commerce.Support}
	v.Advance(3 * time.Hour)
	v.find(t, "#1042")
	if n := v.Shopify.Counts()["refresh"]; n != 1 {
		t.Errorf("refreshed %d times", n)
	}
	v.Shopify.Switch(func(s *sandbox.Switches) { s.ProtectedData = 0 })
	if _, err := v.client.Find(t.Context(), support, "#1042"); !strings.Contains(err.Error(), commerce.ErrNoAccess.Error()) {
		t.Errorf("without approval: %v", err)
	}
	v.Shopify.Reset()
	v.Shopify.Uninstall(sandbox.DemoShop)
	if _, err := v.client.Find(t.Context(), support, "#1042"); err == nil || !strings.Contains(err.Error(), commerce.ErrDisconnected.Error()) {
		t.Errorf("after it was uninstalled: %v", err)
	}
}
