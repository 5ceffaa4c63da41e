package shopify

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"omniops/local/faults"
	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/commerce"
	"omniops/shared/fault"
)

// find asks for an order, which is answered with none.
func (b *bench) find(t *testing.T, c *Client) error {
	t.Helper()
	_, err := c.Find(t.Context(), verification(merchant), "1042")
	return err
}

func (b *bench) refreshes() (n int) {
	for _, r := range b.sent() {
		if r.Ask["grant_type"] == "refresh_token" {
			n++
		}
	}
	return n
}

func TestTokensAreRenewedBeforeTheyEnd(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	b.answer("OrderFind", map[string]any{"orders": nodes()})
	must(t, b.find(t, b.client))
	if n := b.refreshes(); n != 0 {
		t.Errorf("%d renewals at first", n)
	}
	b.Advance(56 * time.Minute)
	must(t, b.find(t, b.client))
	must(t, b.find(t, b.client))
	if n := b.refreshes(); n != 1 {
		t.Errorf("%d renewals", n)
	}
	b.Advance(60 * 24 * time.Hour)
	must(t, b.find(t, b.client))
	if n := b.refreshes(); n != 2 {
		t.Errorf("%d renewals", n)
	}
}

// A refresh token is good once: of many instances at once, one renews, and the
// others use what it got.
func TestOneInstanceRenews(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	b.answer("OrderFind", map[string]any{"orders": nodes()})
	b.Advance(59 * time.Minute)
	var group sync.WaitGroup
	for range 12 {
		c := b.newClient(NewConnections(b.table, b.connections.secrets)) // an instance of its own
		c.wait = wait                                                    // for the other
		group.Go(func() {
			if err := b.find(t, c); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := b.refreshes(); n != 1 {
		t.Errorf("%d renewals", n)
	}
	conn, err := b.connections.Get(t.Context(), merchant)
	if err != nil || conn.State != Connected {
		t.Errorf("%+v, %v", conn, err)
	}
}

// The instance that renewed may die before it let go.
func TestALeaseRunsOut(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	b.answer("OrderFind", map[string]any{"orders": nodes()})
	conn, err := b.connections.Get(t.Context(), merchant)
	must(t, err)
	b.Advance(2 * time.Hour)
	leased := conn.item
	leased.LeaseUntil, leased.Version = b.Clock.Now().Add(lease), leased.Version+1
	must(t, b.table.Replace(t.Context(), merchant, leased, "version", conn.item.Version))
	wantKind(t, b.find(t, b.client), fault.Unavailable) // it waited five seconds
	b.Advance(lease)
	must(t, b.find(t, b.client))
}

// The new pair is stored before it is used, or it would be lost with the instance.
func TestTheNewPairIsStoredFirst(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	b.Advance(2 * time.Hour)
	old, err := b.connections.Get(t.Context(), merchant)
	must(t, err)
	before, err := b.connections.open(t.Context(), merchant, old.item.Tokens)
	must(t, err)
	stored := false
	b.script("OrderFind", func(r sandbox.Request) (int, any) {
		conn, err := NewConnections(b.table, b.connections.secrets).Get(t.Context(), merchant)
		if err == nil {
			pair, err := NewConnections(b.table, b.connections.secrets).open(t.Context(), merchant, conn.item.Tokens)
			stored = err == nil && pair.Access == r.Token && pair != before
		}
		return http.StatusOK, map[string]any{"orders": nodes()}
	})
	must(t, b.find(t, b.client))
	if !stored {
		t.Error("the token that was used is not the stored one")
	}
}

func TestATokenThatIsNotTakenIsRenewedOnce(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	b.answer("OrderFind", map[string]any{"orders": nodes()})
	b.Shopify.Expire(string(store))
	must(t, b.find(t, b.client))
	if asked := b.asked(); !slices.Equal(asked, []string{"OrderFind", "/admin/oauth/access_token", "OrderFind"}) {
		t.Errorf("asked %q", asked)
	}
	// Neither is taken: the merchant must connect again, and nothing more is tried.
	b.Shopify.Revoke(string(store))
	if err := b.find(t, b.client); !errors.Is(err, commerce.ErrDisconnected) {
		t.Errorf("error %v", err)
	}
	b.asked()
	if err := b.find(t, b.client); !errors.Is(err, commerce.ErrDisconnected) {
		t.Errorf("error %v", err)
	}
	if asked := b.asked(); len(asked) != 0 {
		t.Errorf("asked %q", asked)
	}
	conn, err := b.connections.Get(t.Context(), merchant)
	if err != nil || conn.State != Reconnect || len(conn.item.Tokens) != 0 {
		t.Errorf("%+v, %v", conn, err)
	}
	b.connect(t, merchant) // the merchant does
	must(t, b.find(t, b.client))
}

// Scenario 46: a disconnect takes effect at once, also on an instance that has used
// the tokens a moment ago.
func TestADisconnectTakesEffectAtOnce(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	b.answer("OrderFind", map[string]any{"orders": nodes()})
	told := ""
	b.script("Uninstall", func(r sandbox.Request) (int, any) {
		told = r.Token
		return http.StatusOK, map[string]any{"appUninstall": map[string]any{"userErrors": []any{}}}
	})
	must(t, b.find(t, b.client))
	before, err := b.connections.Get(t.Context(), merchant)
	must(t, err)
	other := b.newClient(NewConnections(b.table, b.connections.secrets))
	must(t, other.Leave(t.Context(), rival))
	must(t, other.Leave(t.Context(), merchant))
	b.asked()
	if err := b.find(t, b.client); !errors.Is(err, commerce.ErrDisconnected) || fault.KindOf(err) != fault.Forbidden {
		t.Errorf("error %v", err)
	}
	if asked := b.asked(); len(asked) != 0 || told == "" {
		t.Errorf("asked %q; Shopify was told with %q", asked, told)
	}
	conn, err := b.connections.Get(t.Context(), merchant)
	if err != nil || conn.State != Disconnected || len(conn.item.Tokens) != 0 || conn.item.DuePK != "" {
		t.Errorf("%+v, %v", conn, err)
	}
	item, err := b.table.GetItem(t.Context(), merchant, conn.item.Key)
	must(t, err)
	var raw connectionItem
	must(t, item.Decode(&raw))
	if bytes.Contains(raw.Tokens, before.item.Tokens) {
		t.Error("the ciphertext is still there")
	}
	must(t, other.Leave(t.Context(), merchant)) // once more is no error
}

func TestLeavingWithoutShopify(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	b.script("Uninstall", func(sandbox.Request) (int, any) { return http.StatusInternalServerError, nil })
	must(t, b.client.Leave(t.Context(), merchant))
	conn, err := b.connections.Get(t.Context(), merchant)
	if err != nil || conn.State != Disconnected {
		t.Errorf("%+v, %v", conn, err)
	}
}

func TestWithoutItsServices(t *testing.T) {
	for _, service := range []string{"dynamodb", "kms"} {
		b := newBench(t)
		b.connect(t, merchant)
		b.answer("OrderFind", map[string]any{"orders": nodes()})
		c := b.newClient(NewConnections(b.table, b.connections.secrets))
		must(t, b.Faults.Replace(faults.Rule{Service: service, Kind: faults.Error}))
		wantKind(t, b.find(t, c), fault.Unavailable)
		b.Faults.Clear()
		must(t, b.find(t, c))
	}
}

// A pair that could not be stored is lost: the old one is worth nothing any more,
// and the merchant is asked to connect again instead of being left in a loop.
func TestAPairThatCouldNotBeStored(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	b.answer("OrderFind", map[string]any{"orders": nodes()})
	b.Advance(2 * time.Hour)
	must(t, b.Faults.Replace(faults.Rule{Service: "kms", Operation: "Encrypt", Kind: faults.Error}))
	wantKind(t, b.find(t, b.client), fault.Unavailable)
	b.Faults.Clear()
	b.Advance(lease)
	if err := b.find(t, b.client); !errors.Is(err, commerce.ErrDisconnected) {
		t.Errorf("error %v", err)
	}
}
