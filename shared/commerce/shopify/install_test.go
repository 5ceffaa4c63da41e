package shopify

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/claim"
	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// What a merchant is asked for is what the policy lists, and no more (C021).
func TestScopesAreThePolicys(t *testing.T) {
	claim.Proves(t, "C021")
	var data []string
	for _, g := range grants {
		data = append(data, g.data)
		for _, s := range g.scopes {
			if !slices.Contains(Scopes(), s) {
				t.Errorf("%s is not asked for", s)
			}
		}
	}
	if want := []string{"store", "catalogue", "customer", "order", "fulfilment", "return", "refund"}; !slices.Equal(data, want) {
		t.Errorf("the policy's list is %q, ours %q", want, data)
	}
	want := []string{"read_customers", "read_orders", "read_products", "read_returns", "write_orders", "write_returns"}
	if !slices.Equal(Scopes(), want) {
		t.Errorf("asked for are %q, want %q", Scopes(), want)
	}
	b := newBench(t)
	i, err := NewInstalls(b.client, []byte(strings.Repeat("s", 32)), "https://api.test/v1/shopify/callback")
	must(t, err)
	b.client.base = ""
	address, err := i.Begin(merchant, store)
	must(t, err)
	u, err := url.Parse(address)
	must(t, err)
	q := u.Query()
	if u.Scheme != "https" || u.Host != string(store) || u.Path != "/admin/oauth/authorize" || q.Get("scope") != strings.Join(want, ",") ||
		q.Get("client_id") != app.ClientID || q.Get("redirect_uri") != "https://api.test/v1/shopify/callback" || q.Get("grant_options[]") != "" {
		t.Errorf("the merchant is sent to %s", address)
	}
}

func TestMissingScopes(t *testing.T) {
	for name, c := range map[string]struct{ granted, want []string }{
		"all":                     {Scopes(), nil},
		"writing implies reading": {[]string{"read_customers", "read_products", "write_orders", "write_returns"}, nil},
		"more":                    {append(Scopes(), "read_inventory"), nil},
		"none":                    {nil, Scopes()},
		"reading alone":           {[]string{"read_customers", "read_products", "read_orders", "read_returns"}, []string{"write_orders", "write_returns"}},
	} {
		if got := Missing(c.granted); !slices.Equal(got, c.want) {
			t.Errorf("%s: missing %q, want %q", name, got, c.want)
		}
	}
}

func TestShops(t *testing.T) {
	for text, want := range map[string]Shop{
		"kettle-and-co.myshopify.com": store, " HTTPS://Kettle-And-Co.myshopify.com/ ": store, "https://admin.shopify.com/store/kettle-and-co/orders": store,
		"admin.shopify.com/store/kettle-and-co": store,
		"":                                      "", "kettle-and-co": "", "kettle.example": "", "-x.myshopify.com": "", "x.y.myshopify.com": "", "x.myshopify.com.evil.example": "",
		"evil.example/x.myshopify.com": "", "x.myshopify.com/../": "", "x.myshopify.com:443": "", "x#.myshopify.com": "", "user@x.myshopify.com": "", "kettle.myshopify.com\n": "kettle.myshopify.com",
	} {
		got, err := ParseShop(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
}

// The law: what is read as a shop is its permanent domain, and is read as itself.
func FuzzParseShop(f *testing.F) {
	f.Add("kettle-and-co.myshopify.com")
	f.Add("https://admin.shopify.com/store/x/y")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseShop(text)
		if err != nil {
			return
		}
		u, bad := url.Parse("https://" + string(s) + "/admin")
		again, err := ParseShop(string(s))
		if err != nil || again != s || bad != nil || u.Host != string(s) || u.Path != "/admin" || !strings.HasSuffix(u.Host, ".myshopify.com") || strings.ContainsAny(string(s), "#/@:") {
			t.Fatalf("%q is read as %q", text, s)
		}
	})
}

func TestWhatComesBackIsChecked(t *testing.T) {
	b := newBench(t)
	resign := func(change func(url.Values)) func(url.Values) {
		return func(q url.Values) { change(q); b.Shopify.Sign(q) }
	}
	set := func(name, value string) func(url.Values) { return func(q url.Values) { q.Set(name, value) } }
	other, err := NewInstalls(b.client, []byte(strings.Repeat("another secret ", 3)), "https://api.test/")
	must(t, err)
	foreign, err := other.Begin(merchant, store)
	must(t, err)
	forged, err := url.Parse(foreign)
	must(t, err)
	for name, change := range map[string]func(url.Values){
		"another shop":          resign(set("shop", "evil.myshopify.com")),
		"no shop":               resign(func(q url.Values) { q.Del("shop") }),
		"a shop that is none":   resign(set("shop", "kettle-and-co.myshopify.com.evil.example")),
		"a shop in upper case":  resign(set("shop", "KETTLE-AND-CO.myshopify.com")),
		"no state":              resign(func(q url.Values) { q.Del("state") }),
		"a state of our making": resign(set("state", forged.Query().Get("state"))),
		"a state in clear":      resign(set("state", `{"t":"rival","s":"kettle-and-co.myshopify.com","e":9999999999}`)),
		"no signature":          func(q url.Values) { q.Del("hmac") },
		"a damaged signature":   func(q url.Values) { q.Set("hmac", "0"+q.Get("hmac")[1:]) },
		"another code":          set("code", "stolen-code"),
		"an old timestamp":      resign(set("timestamp", "1700000000")),
		"no timestamp":          resign(func(q url.Values) { q.Del("timestamp") }),
		"a code that is none":   resign(set("code", "bad-code")),
		"no code":               resign(func(q url.Values) { q.Del("code") }),
		"a value twice":         func(q url.Values) { q.Add("shop", string(store)) },
	} {
		t.Run(name, func(t *testing.T) {
			b.asked()
			_, _, err := b.install(t, merchant, store, change)
			wantKind(t, err, fault.Unauthenticated)
			if asked := b.asked(); len(asked) != 0 && name != "a code that is none" {
				t.Errorf("asked %q", asked)
			}
			conn, err := b.connections.Get(t.Context(), merchant)
			if err != nil || conn.State != Disconnected {
				t.Errorf("%+v, %v", conn, err)
			}
		})
	}
	// Ten minutes later the merchant begins again.
	_, _, err = b.install(t, merchant, store, func(q url.Values) {
		b.Advance(stateLife)
		q.Set("timestamp", "1795513200")
		b.Shopify.Sign(q)
	})
	wantKind(t, err, fault.Unauthenticated)
}

func TestAnInstallation(t *testing.T) {
	b := newBench(t)
	name, shop, err := b.install(t, merchant, store, func(url.Values) {})
	if err != nil || name != merchant || shop != store {
		t.Fatalf("%s, %s, %v", name, shop, err)
	}
	if got := b.sent()[0].Ask; got["code"] == "" || got["expiring"] != "1" || got["client_id"] != app.ClientID || b.sent()[0].Shop != string(store) {
		t.Errorf("asked for tokens with %v", got)
	}
	conn, err := b.connections.Get(t.Context(), merchant)
	if err != nil || conn.State != Connected || conn.Shop != store || len(Missing(conn.Scopes)) != 0 || !conn.InstalledAt.Equal(b.Clock.Now()) {
		t.Errorf("%+v, %v", conn, err)
	}
	owner, err := b.connections.Owner(t.Context(), store)
	if err != nil || owner.Tenant != merchant || !owner.Connected {
		t.Errorf("%+v, %v", owner, err)
	}
	// Too little was granted: the earlier connection stays as it is.
	_, _, err = b.install(t, merchant, store, func(url.Values) {}, "read_products")
	wantKind(t, err, fault.Forbidden)
	if conn, err := b.connections.Get(t.Context(), merchant); err != nil || conn.State != Connected || len(Missing(conn.Scopes)) != 0 {
		t.Errorf("%+v, %v", conn, err)
	}
	if strings.Contains(b.log.String(), "shpat_") || strings.Contains(b.log.String(), "shprt_") {
		t.Error("the log holds a token")
	}
}

// A merchant who has a shop does not lose it to a second one, whichever of two
// visits to Shopify ends first, and is told how to go on.
func TestASecondShopIsRefused(t *testing.T) {
	for name, state := range map[string]func(*bench){
		"connected": func(*bench) {},
		"to be connected again": func(b *bench) {
			b.Shopify.Revoke(string(store))
			_ = b.find(t, b.client) // notices it
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.connect(t, merchant)
			state(b)
			before, err := b.connections.Get(t.Context(), merchant)
			must(t, err)
			b.asked()
			_, _, err = b.install(t, merchant, sandbox.OtherShop, func(url.Values) {})
			wantKind(t, err, fault.Conflict)
			if asked := b.asked(); len(asked) != 0 { // no tokens are asked for that nobody keeps
				t.Errorf("asked %q", asked)
			}
			g, err := b.client.grant(t.Context(), sandbox.OtherShop, map[string]string{
				"client_id": app.ClientID, "client_secret": app.Secret, "code": b.Shopify.Authorize(sandbox.OtherShop, Scopes()...), "expiring": "1",
			})
			must(t, err)
			wantKind(t, b.connections.connect(t.Context(), merchant, sandbox.OtherShop, g), fault.Conflict) // the other visit came first
			if now, err := b.connections.Get(t.Context(), merchant); err != nil || now.Shop != store || now.State != before.State || now.item.Version != before.item.Version {
				t.Errorf("%s, %s, %v", now.Shop, now.State, err)
			}
			if owner, err := b.connections.Owner(t.Context(), sandbox.OtherShop); err != nil || owner.Connected {
				t.Errorf("the refused shop: %+v, %v", owner, err)
			}
			must(t, b.client.Leave(t.Context(), merchant))
			_, _, err = b.install(t, merchant, sandbox.OtherShop, func(url.Values) {})
			must(t, err)
		})
	}
}

func TestAShopBelongsToOneMerchant(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	_, _, err := b.install(t, rival, store, func(url.Values) {})
	wantKind(t, err, fault.Conflict)
	if conn, err := b.connections.Get(t.Context(), rival); err != nil || conn.State != Disconnected {
		t.Errorf("%+v, %v", conn, err)
	}
	b.answer("OrderFind", map[string]any{"orders": nodes()})
	if _, err := b.client.Find(t.Context(), verification(rival), "1"); !errors.Is(err, commerce.ErrDisconnected) {
		t.Errorf("error %v", err)
	}
	must(t, b.client.Leave(t.Context(), merchant))
	b.connect(t, rival)
	owner, err := b.connections.Owner(t.Context(), store)
	if err != nil || owner.Tenant != rival || !owner.Connected || !slices.Equal(owner.Former, []id.Tenant{merchant}) {
		t.Errorf("%+v, %v", owner, err)
	}
	must(t, b.connections.Disconnect(t.Context(), rival, time.Time{}))
	b.connect(t, merchant) // it may come back
	if owner, err := b.connections.Owner(t.Context(), store); err != nil || owner.Tenant != merchant || !slices.Equal(owner.Former, []id.Tenant{rival}) {
		t.Errorf("%+v, %v", owner, err)
	}
}
