package meta

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"omniops/shared/channel"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// State is whether a connection can be used.
type State string

// The states.
const (
	Connected    State = "connected"
	Reconnect    State = "reconnect" // Meta refuses the token: the merchant must log in again
	Disconnected State = "disconnected"
)

// Connection is an account that a merchant has connected.
type Connection struct {
	Tenant      id.Tenant
	Account     channel.Account
	Name        string     // of the Page, the Instagram account or the number, as the merchant knows it
	Through     string     // the Page or number that messages are sent through
	Business    string     // the WhatsApp business account
	State       State      //
	Enabled     bool       // the merchant wants the agent here
	User        id.Subject // who logged in, as a keyed hash
	Scopes      []string   // granted
	ConnectedAt time.Time
	ExpiresAt   time.Time // of the token; zero if it does not expire
	Template    string    // an approved WhatsApp template, by its name; empty for none
	LateTag     bool      // Meta has granted the tag for people

	TemplateLanguage string // as Meta writes it, such as en_US

	ciphertext []byte
}

// Usable reports whether messages may be read and sent.
func (c Connection) Usable() bool { return c.State == Connected && c.Enabled }

// purpose is what tokens are sealed for.
const purpose = "meta"

// connectionItem is a Connection as stored.
type connectionItem struct {
	table.Key
	table.Due
	Kind        channel.Kind `dynamodbav:"kind"`
	Number      string       `dynamodbav:"number"`
	Name        string       `dynamodbav:"name"`
	Through     string       `dynamodbav:"through"`
	Business    string       `dynamodbav:"business,omitempty"`
	State       State        `dynamodbav:"state"`
	Enabled     bool         `dynamodbav:"enabled"`
	User        id.Subject   `dynamodbav:"user"`
	Scopes      []string     `dynamodbav:"scopes"`
	ConnectedAt time.Time    `dynamodbav:"connected_at"`
	TokenEnds   int64        `dynamodbav:"token_ends"`         // Unix seconds; 0 if never
	Template    string       `dynamodbav:"template,omitempty"` // name and language, with a space between
	LateTag     bool         `dynamodbav:"late_tag"`
	Ciphertext  []byte       `dynamodbav:"ciphertext,omitempty"` // the token, under KMS for this tenant and purpose
}

// Inventory makes connectionItem a table.Record.
func (connectionItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "meta.connection", Subject: inventory.Merchant, SubjectKey: "PK",
		Fields: map[string]inventory.Category{
			"kind": inventory.BusinessData, "number": inventory.BusinessData, "name": inventory.BusinessData, "through": inventory.BusinessData,
			"business": inventory.BusinessData, "state": inventory.None, "enabled": inventory.None, "user": inventory.Identifier,
			"scopes": inventory.None, "connected_at": inventory.BusinessData, "token_ends": inventory.None, "template": inventory.BusinessData,
			"late_tag": inventory.None, "ciphertext": inventory.SecretMaterial, "due_pk": inventory.None, "due_sk": inventory.None,
		},
		Purpose:    inventory.AccountOperation,
		LegalBasis: inventory.Contract,
		Role:       inventory.Processor,
		Retention:  inventory.AccountRetention,
		Source:     inventory.FromMeta,
		Exported:   true,
	}
}

// accountItem finds the tenant of an account.
type accountItem struct {
	table.Key
	Tenant id.Tenant `dynamodbav:"tenant"`
}

// Inventory makes accountItem a table.Record.
func (accountItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "meta.account", Subject: inventory.NoSubject,
		Fields:     map[string]inventory.Category{"tenant": inventory.BusinessData},
		Purpose:    inventory.AccountOperation,
		LegalBasis: inventory.Contract,
		Role:       inventory.Processor,
		Retention:  inventory.AccountRetention,
		Source:     inventory.FromMeta,
	}
}

// Connections keeps the accounts that merchants have connected.
type Connections struct {
	table   *table.Store
	secrets *seal.Secrets // nil where no token is opened

	mu     sync.Mutex
	opened map[[sha256.Size]byte]opened // tokens by their ciphertext
	owners map[channel.Account]owner
}

type opened struct {
	token string
	until time.Time
}

type owner struct {
	tenant id.Tenant // empty when nobody has the account enabled
	until  time.Time
}

const (
	tokenFor  = 5 * time.Minute // how long an opened token is kept in memory
	ownerFor  = 5 * time.Second // how long the webhook believes whose an account is
	maxCached = 1024
)

// NewConnections makes a Connections on the main table.
func NewConnections(t *table.Store, secrets *seal.Secrets) *Connections {
	return &Connections{table: t, secrets: secrets, opened: map[[sha256.Size]byte]opened{}, owners: map[channel.Account]owner{}}
}

// Save connects an account, or connects it again, with a token: Conflict if it
// belongs to another merchant.
func (s *Connections) Save(ctx context.Context, c Connection, token string) error {
	sealed, err := s.secrets.Seal(ctx, c.Tenant, purpose, token)
	if err != nil {
		return err
	}
	c.ciphertext, c.State = sealed, Connected
	lookup := accountItem{Key: table.ChannelAccount(c.Account.Key()), Tenant: c.Tenant}
	err = s.table.Create(ctx, c.Tenant, lookup)
	if fault.KindOf(err) == fault.Conflict {
		who, err := s.TenantOf(ctx, c.Account)
		if err != nil {
			return err
		}
		if who != c.Tenant {
			return fault.E(fault.Conflict, "This account is connected to another shop.", nil)
		}
	} else if err != nil {
		return err
	}
	if err := s.link(ctx, c); err != nil {
		return err
	}
	return s.table.Put(ctx, c.Tenant, itemOf(c))
}

// Get reads one connection: NotFound if there is none.
func (s *Connections) Get(ctx context.Context, t id.Tenant, a channel.Account) (Connection, error) {
	var item connectionItem
	if err := s.table.Get(ctx, t, table.Connection(t, a.Key()), &item); err != nil {
		return Connection{}, fmt.Errorf("read connection %s: %w", a, err)
	}
	return connectionOf(t, item), nil
}

// List gives a merchant's connections.
func (s *Connections) List(ctx context.Context, t id.Tenant) ([]Connection, error) {
	items, err := s.table.Earliest(ctx, t, table.Connections(t), 0)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	all := make([]Connection, 0, len(items))
	for _, i := range items {
		var item connectionItem
		if err := i.Decode(&item); err != nil {
			return nil, err
		}
		all = append(all, connectionOf(t, item))
	}
	return all, nil
}

// ErrDisconnected says that an account's token is gone.
var ErrDisconnected = errors.New("disconnected")

// Token gives the token of a connection that was just read: ErrDisconnected if it
// has none.
func (s *Connections) Token(ctx context.Context, c Connection) (string, error) {
	if len(c.ciphertext) == 0 || c.State == Disconnected {
		return "", ErrDisconnected
	}
	name := sha256.Sum256(c.ciphertext)
	now := s.table.Now()
	s.mu.Lock()
	known, ok := s.opened[name]
	s.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.token, nil
	}
	token, err := s.secrets.Open(ctx, c.Tenant, purpose, c.ciphertext)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.opened) >= maxCached {
		clear(s.opened)
	}
	s.opened[name] = opened{token, now.Add(tokenFor)}
	return token, nil
}

// Owner gives the merchant for whom an account is connected and enabled: NotFound
// if there is none. It may be some seconds behind.
func (s *Connections) Owner(ctx context.Context, a channel.Account) (id.Tenant, error) {
	now := s.table.Now()
	s.mu.Lock()
	known, ok := s.owners[a]
	s.mu.Unlock()
	if !ok || !now.Before(known.until) {
		t, err := s.owner(ctx, a)
		if err != nil {
			return "", err
		}
		known = owner{t, now.Add(ownerFor)}
		s.mu.Lock()
		if len(s.owners) >= maxCached {
			clear(s.owners)
		}
		s.owners[a] = known
		s.mu.Unlock()
	}
	if known.tenant == "" {
		return "", fault.E(fault.NotFound, "Nobody has this account enabled.", nil)
	}
	return known.tenant, nil
}

func (s *Connections) owner(ctx context.Context, a channel.Account) (id.Tenant, error) {
	t, err := s.TenantOf(ctx, a)
	if fault.KindOf(err) == fault.NotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	c, err := s.Get(ctx, t, a)
	if fault.KindOf(err) == fault.NotFound || err == nil && (!c.Enabled || c.State == Disconnected) {
		return "", nil
	}
	return t, err
}

// TenantOf gives the merchant that an account belongs to.
func (s *Connections) TenantOf(ctx context.Context, a channel.Account) (id.Tenant, error) {
	var item accountItem
	if err := s.table.Lookup(ctx, table.ChannelAccount(a.Key()), &item); err != nil {
		return "", err
	}
	return item.Tenant, nil
}

// Notice is how long before a token ends the merchant is told.
const Notice = 7 * 24 * time.Hour

// EndsSoon reports whether the merchant should log in again.
func (c Connection) EndsSoon(now time.Time) bool {
	return c.State == Connected && !c.ExpiresAt.IsZero() && !now.Before(c.ExpiresAt.Add(-Notice))
}

// Ending lists the connections whose tokens end within Notice, or have ended in
// the last days.
func (s *Connections) Ending(ctx context.Context) ([]Connection, error) {
	var ending []Connection
	for day := -14; day <= 0; day++ {
		found, err := s.table.TokensDue(ctx, s.table.Now().UTC().AddDate(0, 0, day).Format(time.DateOnly))
		if err != nil {
			return nil, fmt.Errorf("list tokens that end: %w", err)
		}
		for _, one := range found {
			tenant, account, _ := strings.Cut(one, " ")
			kind, number, _ := strings.Cut(account, "-")
			c, err := s.Get(ctx, id.Tenant(tenant), channel.Account{Kind: channel.Kind(kind), ID: number})
			if fault.KindOf(err) == fault.NotFound {
				continue
			}
			if err != nil {
				return nil, err
			}
			if c.EndsSoon(s.table.Now()) {
				ending = append(ending, c)
			}
		}
	}
	return ending, nil
}

// SetState notes that Meta refuses the token, or accepts it again.
func (s *Connections) SetState(ctx context.Context, c Connection, state State) error {
	return s.table.Set(ctx, c.Tenant, itemOf(c), map[string]any{"state": state})
}

// SetEnabled switches the agent on or off for an account.
func (s *Connections) SetEnabled(ctx context.Context, c Connection, enabled bool) error {
	return s.table.Set(ctx, c.Tenant, itemOf(c), map[string]any{"enabled": enabled})
}

// Disconnect removes the token of an account, at once; what else is known of it
// stays until Remove.
func (s *Connections) Disconnect(ctx context.Context, c Connection) error {
	c.State, c.ciphertext = Disconnected, nil
	return s.table.Put(ctx, c.Tenant, itemOf(c))
}

// Remove forgets an account, so that it can be connected anew, by whomever.
func (s *Connections) Remove(ctx context.Context, t id.Tenant, a channel.Account) error {
	if err := s.table.Delete(ctx, t, table.Connection(t, a.Key())); err != nil {
		return err
	}
	owner, err := s.TenantOf(ctx, a)
	if fault.KindOf(err) == fault.NotFound || err == nil && owner != t {
		return nil
	}
	if err != nil {
		return err
	}
	return s.table.Delete(ctx, t, table.ChannelAccount(a.Key()))
}

// Forget is Remove, and forgets as well that somebody connected the account.
func (s *Connections) Forget(ctx context.Context, t id.Tenant, a channel.Account) error {
	c, err := s.Get(ctx, t, a)
	if fault.KindOf(err) == fault.NotFound {
		return s.Remove(ctx, t, a)
	}
	if err != nil {
		return err
	}
	if err := s.unlink(ctx, c); err != nil {
		return err
	}
	return s.Remove(ctx, t, a)
}

func entryOf(c Connection) string {
	return string(c.Tenant) + " " + string(c.Account.Kind) + " " + c.Account.ID
}

func itemOf(c Connection) connectionItem {
	item := connectionItem{
		Key: table.Connection(c.Tenant, c.Account.Key()), Kind: c.Account.Kind, Number: c.Account.ID, Name: c.Name, Through: c.Through,
		Business: c.Business, State: c.State, Enabled: c.Enabled, User: c.User, Scopes: c.Scopes, ConnectedAt: c.ConnectedAt.UTC(),
		Template: strings.TrimSpace(c.Template + " " + c.TemplateLanguage), LateTag: c.LateTag, Ciphertext: c.ciphertext,
	}
	if !c.ExpiresAt.IsZero() {
		item.TokenEnds = c.ExpiresAt.Unix()
		if c.State != Disconnected {
			item.Due = table.TokenDue(c.Tenant, c.Account.Key(), c.ExpiresAt.Add(-Notice).UTC().Format(time.DateOnly))
		}
	}
	return item
}

func connectionOf(t id.Tenant, item connectionItem) Connection {
	c := Connection{
		Tenant: t, Account: channel.Account{Kind: item.Kind, ID: item.Number}, Name: item.Name, Through: item.Through, Business: item.Business,
		State: item.State, Enabled: item.Enabled, User: item.User, Scopes: item.Scopes, ConnectedAt: item.ConnectedAt,
		LateTag: item.LateTag, ciphertext: item.Ciphertext,
	}
	c.Template, c.TemplateLanguage, _ = strings.Cut(item.Template, " ")
	if item.TokenEnds > 0 {
		c.ExpiresAt = time.Unix(item.TokenEnds, 0).UTC()
	}
	return c
}
