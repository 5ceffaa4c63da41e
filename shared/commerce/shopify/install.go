package shopify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/webhook"
)

const (
	stateLife = 10 * time.Minute // in which a merchant may say yes
	clockSkew = 90 * time.Second // of a callback's timestamp
)

// CallbackPath is where Shopify sends the browser back to.
const CallbackPath = "/v1/shopify/callback"

// Installs connects merchants' shops by the authorization code grant.
type Installs struct {
	client   *Client
	states   *seal.Signer
	queries  *webhook.Query
	callback string // our address that Shopify sends the browser to
}

// NewInstalls makes an Installs. The callback is the address that is registered
// with Shopify; secret is the platform's signing secret; signedBy are the app's
// secrets, of which Shopify signs with one: the client's own if none is given.
func NewInstalls(c *Client, secret []byte, callback string, signedBy ...[]byte) (*Installs, error) {
	states, err := seal.NewSigner(secret, "shopify-install")
	if err != nil {
		return nil, err
	}
	if len(signedBy) == 0 {
		signedBy = [][]byte{[]byte(c.app.Secret)}
	}
	return &Installs{c, states, webhook.NewQuery(signedBy...), callback}, nil
}

// state is what a merchant's visit to Shopify is bound to.
type state struct {
	Tenant  id.Tenant `json:"t"`
	Shop    Shop      `json:"s"`
	Expires int64     `json:"e"` // Unix seconds
}

// Begin gives the address at which a merchant allows us into a shop.
func (i *Installs) Begin(t id.Tenant, shop Shop) (string, error) {
	token, err := i.states.Sign(state{t, shop, i.client.now().Add(stateLife).Unix()})
	if err != nil {
		return "", err
	}
	base := "https://" + string(shop)
	if i.client.base != "" {
		base = i.client.base
	}
	q := url.Values{
		"client_id": {i.client.app.ClientID}, "scope": {strings.Join(Scopes(), ",")}, "redirect_uri": {i.callback}, "state": {token},
		"grant_options[]": {""},
	}
	if i.client.base != "" { // a browser sends no Host of our choice
		q.Set("shop", string(shop))
	}
	return base + "/admin/oauth/authorize?" + q.Encode(), nil
}

// Finish checks what Shopify sent the browser back with, exchanges the code, and
// stores the connection. An owner who said no is Forbidden, and so is a scope that
// was not granted; a shop that another merchant has connected is a Conflict, and so
// is a second one.
func (i *Installs) Finish(ctx context.Context, query url.Values) (id.Tenant, Shop, error) {
	failed := func(why string) (id.Tenant, Shop, error) {
		return "", "", fault.E(fault.Unauthenticated, "This link is not valid any more. Please start again.", errors.New(why))
	}
	one := func(name string) string {
		if len(query[name]) != 1 {
			return ""
		}
		return query.Get(name)
	}
	shop, err := ParseShop(one("shop"))
	if err != nil || string(shop) != one("shop") {
		return failed("no shop")
	}
	var s state
	if err := i.states.Verify(one("state"), &s); err != nil || s.Tenant == "" || s.Shop != shop || i.client.now().Unix() >= s.Expires {
		return failed("the state is not ours, of another shop, or too old")
	}
	if one("error") != "" { // a no needs no signature: nothing comes of it
		return "", "", fault.E(fault.Forbidden, fmt.Sprintf("OmniOps was not allowed into %s, so nothing was connected. "+
			"If that was a mistake, begin to connect the shop again and choose Install.", shop), errors.New("the owner said no"))
	}
	if err := i.queries.Check(query); err != nil {
		return failed("the signature does not match")
	}
	sent, err := strconv.ParseInt(one("timestamp"), 10, 64)
	if skew := i.client.now().Sub(time.Unix(sent, 0)).Abs(); err != nil || skew > clockSkew {
		return failed("the timestamp is not of now")
	}
	code := one("code")
	if code == "" || len(code) > 256 {
		return failed("no code")
	}
	conn, err := i.client.connections.Get(ctx, s.Tenant)
	if err != nil {
		return "", "", err
	}
	if err := conn.Admits(shop); err != nil { // before tokens are made that nobody keeps
		return "", "", err
	}
	g, err := i.client.grant(ctx, shop, map[string]string{
		"client_id": i.client.app.ClientID, "client_secret": i.client.app.Secret, "code": code, "expiring": "1",
	})
	if errors.Is(err, errToken) {
		return failed("the code is not accepted")
	}
	if err != nil {
		return "", "", err
	}
	if missing := Missing(g.scopes); len(missing) > 0 {
		return "", "", fault.E(fault.Forbidden, "Shopify did not grant everything that is needed: "+strings.Join(missing, ", ")+".", nil)
	}
	if err := i.client.connections.connect(ctx, s.Tenant, shop, g); err != nil {
		return "", "", fmt.Errorf("connect %s: %w", s.Tenant, err)
	}
	return s.Tenant, shop, nil
}

// shopFacts reads how the shop writes its order numbers.
var shopFacts = operation{"ShopFacts", `query ShopFacts {
  shop { id myshopifyDomain orderNumberFormatPrefix orderNumberFormatSuffix }
}`}

// Learn reads what is needed of the shop itself.
func (c *Client) Learn(ctx context.Context, t id.Tenant) error {
	var got struct {
		Shop *struct {
			Prefix string `json:"orderNumberFormatPrefix"`
			Suffix string `json:"orderNumberFormatSuffix"`
		}
	}
	a := commerce.Access{Tenant: t, Purpose: commerce.CatalogueSync}
	if err := c.permit(ctx, a, "read shop", toMaintain); err != nil {
		return err
	}
	if err := c.call(ctx, a, shopFacts, nil, &got); err != nil {
		return err
	}
	if got.Shop == nil || len(got.Shop.Prefix)+len(got.Shop.Suffix) > 100 {
		return nil
	}
	return c.connections.note(ctx, t, map[string]any{"prefix": got.Shop.Prefix, "suffix": got.Shop.Suffix})
}

// appUninstall removes us from a shop.
var appUninstall = operation{"Uninstall", `mutation Uninstall { appUninstall { userErrors { field message } } }`}

// Leave ends a merchant's connection: our tokens are gone when it returns, and
// Shopify was told, if it could be reached.
func (c *Client) Leave(ctx context.Context, t id.Tenant) error {
	conn, err := c.connections.Get(ctx, t)
	if err != nil || conn.State == Disconnected {
		return err
	}
	var pair tokens
	if conn.State == Connected { // best effort: a connection without good tokens just ends
		pair, err = c.connections.open(ctx, t, conn.item.Tokens)
		if err != nil {
			c.log.WarnContext(ctx, "the shop is not told that it was disconnected", "tenant", string(t), "error", err)
		}
	}
	if err := c.connections.Disconnect(ctx, t, time.Time{}); err != nil {
		return err
	}
	if pair.Access == "" {
		return nil
	}
	if _, err := c.post(ctx, conn.Shop, appUninstall, pair.Access, []byte(`{"query":`+strconv.Quote(appUninstall.text)+`,"operationName":"Uninstall"}`)); err != nil {
		c.log.WarnContext(ctx, "the shop was not told that it was disconnected", "tenant", string(t), "error", err)
	}
	return nil
}
