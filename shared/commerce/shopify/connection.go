package shopify

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// State is how a merchant's shop is connected.
type State string

// The states.
const (
	Disconnected State = "disconnected" // no shop, or no longer
	Connected    State = "connected"
	Reconnect    State = "reconnect" // Shopify does not take our token any more: the merchant must connect again
)

// OrderAccess is whether a connected shop shows us its orders.
type OrderAccess string

// The kinds of access; empty until an order was asked for.
const (
	OrdersShown  OrderAccess = "ok"
	OrdersHidden OrderAccess = "no_access"
)

// Connection is a merchant's connection to a shop.
type Connection struct {
	Shop        Shop
	State       State
	Scopes      []string // as granted
	InstalledAt time.Time
	Orders      OrderAccess

	prefix, suffix string // of the shop's order numbers
	item           connectionItem
}

const (
	purpose  = "shopify"   // of the sealed tokens
	kind     = "shopify"   // of the integration's key
	maxTries = 5           // of a conditional write
	maxKnown = 64          // tokens remembered in clear
	maxOld   = 8           // merchants remembered that had a shop before
	early    = time.Minute // before a token ends when no call begins with it
)

// Connections keeps merchants' connections, their tokens encrypted with KMS for
// one tenant.
type Connections struct {
	table   *table.Store
	secrets *seal.Secrets

	mu    sync.Mutex
	known map[[sha256.Size]byte]tokens // by ciphertext
}

// NewConnections makes a Connections on the main table.
func NewConnections(t *table.Store, secrets *seal.Secrets) *Connections {
	return &Connections{table: t, secrets: secrets, known: map[[sha256.Size]byte]tokens{}}
}

// tokens are what a shop is reached with. The refresh token is good once.
type tokens struct {
	Access  string `json:"a"`
	Refresh string `json:"r"`
}

// connectionItem is a Connection as stored.
type connectionItem struct {
	table.Key
	table.Due
	Shop        string      `dynamodbav:"shop"`
	State       State       `dynamodbav:"state"`
	Scopes      []string    `dynamodbav:"scopes,omitempty"`
	Tokens      []byte      `dynamodbav:"tokens,omitempty"` // ciphertext; none when disconnected
	ExpiresAt   time.Time   `dynamodbav:"token_until"`      // of the access token
	LeaseUntil  time.Time   `dynamodbav:"lease_until"`      // until then one instance alone renews the tokens
	RefreshedAt time.Time   `dynamodbav:"refreshed_at"`
	InstalledAt time.Time   `dynamodbav:"installed_at"`
	Prefix      string      `dynamodbav:"prefix"` // of the shop's order numbers
	Suffix      string      `dynamodbav:"suffix"`
	Orders      OrderAccess `dynamodbav:"orders"`
	Version     int         `dynamodbav:"version"` // counts changes of the tokens and the state
}

// Inventory makes connectionItem a table.Record.
func (connectionItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:  "commerce.connection",
		Subject: inventory.NoSubject,
		Fields: map[string]inventory.Category{
			"due_pk": inventory.None, "due_sk": inventory.BusinessData,
			"shop": inventory.BusinessData, "state": inventory.BusinessData, "scopes": inventory.BusinessData,
			"tokens": inventory.SecretMaterial, "token_until": inventory.None, "lease_until": inventory.None,
			"refreshed_at": inventory.None, "installed_at": inventory.BusinessData, "prefix": inventory.BusinessData,
			"suffix": inventory.BusinessData, "orders": inventory.BusinessData, "version": inventory.None,
		},
		Purpose:    inventory.AccountOperation,
		LegalBasis: inventory.Contract,
		Role:       inventory.Processor,
		Retention:  inventory.AccountRetention,
		Source:     inventory.FromShopify,
	}
}

// shopItem finds the tenant of a shop.
type shopItem struct {
	table.Key
	Tenant id.Tenant   `dynamodbav:"tenant"` // the last that connected it
	Holder id.Tenant   `dynamodbav:"holder"` // the same while it is connected, else empty
	Former []id.Tenant `dynamodbav:"former,omitempty"`
}

// Inventory makes shopItem a table.Record.
func (shopItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:  "commerce.shop",
		Subject: inventory.NoSubject,
		Fields: map[string]inventory.Category{
			"tenant": inventory.BusinessData, "holder": inventory.BusinessData, "former": inventory.BusinessData,
		},
		Purpose:    inventory.AccountOperation,
		LegalBasis: inventory.Contract,
		Role:       inventory.Processor,
		Retention:  inventory.AccountRetention,
		Source:     inventory.FromShopify,
	}
}

// Owner is whose a shop is.
type Owner struct {
	Tenant    id.Tenant
	Connected bool
	Former    []id.Tenant // who had it connected before
}

// Get reads a merchant's connection as it is now; without one it is Disconnected.
func (c *Connections) Get(ctx context.Context, t id.Tenant) (Connection, error) {
	var item connectionItem
	err := c.table.Get(ctx, t, table.Integration(t, kind), &item)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return Connection{State: Disconnected}, nil
	}
	if err != nil {
		return Connection{}, fmt.Errorf("read connection of %s: %w", t, err)
	}
	return connectionOf(item), nil
}

func connectionOf(i connectionItem) Connection {
	return Connection{
		Shop: Shop(i.Shop), State: i.State, Scopes: i.Scopes, InstalledAt: i.InstalledAt, Orders: i.Orders,
		prefix: i.Prefix, suffix: i.Suffix, item: i,
	}
}

// Owner finds whose a shop is: NotFound if nobody ever connected it.
func (c *Connections) Owner(ctx context.Context, shop Shop) (Owner, error) {
	item, err := c.shop(ctx, shop)
	return Owner{item.Tenant, item.Holder != "", item.Former}, err
}

func (c *Connections) shop(ctx context.Context, shop Shop) (shopItem, error) {
	key, err := table.Shop(string(shop))
	if err != nil {
		return shopItem{}, err
	}
	var item shopItem
	if err := c.table.Lookup(ctx, key, &item); err != nil {
		return shopItem{}, fmt.Errorf("find tenant of shop: %w", err)
	}
	return item, nil
}

// grant is what Shopify gave for a code or a refresh token.
type grant struct {
	tokens
	scopes []string
	lasts  time.Duration // of the access token
}

// connect stores a fresh grant. A shop that another merchant has connected is a
// Conflict, and so is a second shop of one merchant.
func (c *Connections) connect(ctx context.Context, t id.Tenant, shop Shop, g grant) error {
	sealed, err := c.seal(ctx, t, g.tokens)
	if err != nil {
		return err
	}
	if err := c.claim(ctx, t, shop); err != nil {
		return err
	}
	now := c.table.Now().UTC()
	var refused error
	_, err = c.change(ctx, t, func(i *connectionItem) (bool, error) {
		if refused = connectionOf(*i).Admits(shop); refused != nil {
			return false, refused
		}
		*i = connectionItem{
			Key: i.Key, Due: table.ShopDue(t, day(now, 1)), Shop: string(shop), State: Connected, Scopes: g.scopes, Tokens: sealed,
			ExpiresAt: now.Add(g.lasts), RefreshedAt: now, InstalledAt: now, Version: i.Version,
		}
		return true, nil
	})
	if refused != nil {
		return errors.Join(refused, c.free(ctx, t, shop)) // it was claimed in vain
	}
	return err
}

// Admits is a Conflict while another shop is connected: a merchant has one, and it is
// not given up in passing.
func (c Connection) Admits(shop Shop) error {
	if c.Shop == "" || c.Shop == shop || c.State == Disconnected || c.State == "" {
		return nil
	}
	return fault.E(fault.Conflict, fmt.Sprintf("%s is connected already, and one shop can be. Disconnect it first, then connect %s.", c.Shop, shop), nil)
}

// claim makes a tenant the holder of a shop.
func (c *Connections) claim(ctx context.Context, t id.Tenant, shop Shop) error {
	key, err := table.Shop(string(shop))
	if err != nil {
		return err
	}
	item := shopItem{Key: key, Tenant: t, Holder: t}
	err = c.table.Create(ctx, t, item)
	if err == nil || fault.KindOf(err) != fault.Conflict {
		return err
	}
	before, err := c.shop(ctx, shop)
	if err != nil {
		return err
	}
	if before.Holder == t {
		return nil
	}
	taken := fault.E(fault.Conflict, "This shop is connected to another account. Disconnect it there first.", nil)
	if before.Holder != "" {
		return taken
	}
	item.Former = slices.DeleteFunc(append(before.Former, before.Tenant), func(f id.Tenant) bool { return f == t })
	slices.Sort(item.Former)
	item.Former = slices.Compact(item.Former)
	item.Former = item.Former[max(0, len(item.Former)-maxOld):]
	if err := c.table.Replace(ctx, t, item, "holder", ""); err != nil {
		if fault.KindOf(err) == fault.Conflict {
			return taken
		}
		return err
	}
	return nil
}

// free lets another merchant connect a shop of a tenant.
func (c *Connections) free(ctx context.Context, t id.Tenant, shop Shop) error {
	item, err := c.shop(ctx, shop)
	if err != nil || item.Holder != t {
		return ignore(err, fault.NotFound)
	}
	item.Holder = ""
	return ignore(c.table.Replace(ctx, t, item, "holder", string(t)), fault.Conflict)
}

// Disconnect ends a connection at once: its tokens are gone, and what the shop
// sends is no longer acted on. With a time, only a connection that was made before
// then ends.
func (c *Connections) Disconnect(ctx context.Context, t id.Tenant, before time.Time) error {
	var shop Shop
	changed, err := c.change(ctx, t, func(i *connectionItem) (bool, error) {
		shop = Shop(i.Shop)
		if i.Shop == "" || !before.IsZero() && before.Before(i.InstalledAt) {
			return false, nil
		}
		*i = connectionItem{Key: i.Key, Shop: i.Shop, State: Disconnected, InstalledAt: i.InstalledAt, Version: i.Version}
		return true, nil
	})
	if err != nil || !changed {
		return err
	}
	return c.free(ctx, t, shop)
}

// forget removes the record of a connection that has ended.
func (c *Connections) forget(ctx context.Context, t id.Tenant) error {
	return c.table.Delete(ctx, t, table.Integration(t, kind))
}

// forgetShop removes the look-up of a shop.
func (c *Connections) forgetShop(ctx context.Context, t id.Tenant, shop Shop) error {
	key, err := table.Shop(string(shop))
	if err != nil {
		return err
	}
	return c.table.Delete(ctx, t, key)
}

// change rewrites a connection, again if it changed meanwhile, unless f says that
// there is nothing to change; and reports whether it did. Its version counts the
// changes.
func (c *Connections) change(ctx context.Context, t id.Tenant, f func(*connectionItem) (bool, error)) (bool, error) {
	for try := 1; ; try++ {
		now, err := c.Get(ctx, t)
		if err != nil {
			return false, err
		}
		item := now.item
		fresh := item.PK == ""
		item.Key = table.Integration(t, kind)
		was := item.Version
		if change, err := f(&item); err != nil || !change {
			return false, err
		}
		item.Version = was + 1
		if fresh {
			err = c.table.Create(ctx, t, item)
		} else {
			err = c.table.Replace(ctx, t, item, "version", was)
		}
		if err == nil || fault.KindOf(err) != fault.Conflict || try == maxTries {
			return err == nil, err
		}
	}
}

// note stores facts about a connection that have nothing to do with its tokens.
func (c *Connections) note(ctx context.Context, t id.Tenant, facts map[string]any) error {
	return ignore(c.table.Set(ctx, t, connectionItem{Key: table.Integration(t, kind)}, facts), fault.NotFound)
}

func (c *Connections) seal(ctx context.Context, t id.Tenant, pair tokens) ([]byte, error) {
	text, err := json.Marshal(pair)
	if err != nil {
		return nil, fmt.Errorf("encode tokens: %w", err)
	}
	return c.secrets.Seal(ctx, t, purpose, string(text))
}

// open decrypts the tokens of a connection, once for each ciphertext.
func (c *Connections) open(ctx context.Context, t id.Tenant, sealed []byte) (tokens, error) {
	// The tenant is part of what the ciphertext opens for.
	sum := sha256.Sum256(append([]byte(string(t)+"#"), sealed...))
	c.mu.Lock()
	pair, ok := c.known[sum]
	c.mu.Unlock()
	if ok {
		return pair, nil
	}
	text, err := c.secrets.Open(ctx, t, purpose, sealed)
	if err != nil {
		return tokens{}, fmt.Errorf("open tokens of %s: %w", t, err)
	}
	if err := json.Unmarshal([]byte(text), &pair); err != nil {
		return tokens{}, fmt.Errorf("decode tokens of %s: %w", t, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) >= maxKnown {
		clear(c.known)
	}
	c.known[sum] = pair
	return pair, nil
}

// ignore gives err, or nil if it is of a kind.
func ignore(err error, k fault.Kind) error {
	if err != nil && fault.KindOf(err) == k {
		return nil
	}
	return err
}

// day is a date so many days after a time, written 2006-01-02.
func day(t time.Time, after int) string { return t.UTC().AddDate(0, 0, after).Format(time.DateOnly) }
