package tenant

import (
	"context"
	"fmt"
	"slices"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// purposes are what a merchant may keep an API key for.
var purposes = []string{"openai", "anthropic", "google"}

// Key is what may be shown of a merchant's API key.
type Key struct {
	Purpose   string
	LastFour  string
	UpdatedAt time.Time
}

// Keys keeps merchants' own API keys, encrypted with KMS for one tenant and one
// purpose.
type Keys struct {
	table   *table.Store
	secrets *seal.Secrets
}

// NewKeys makes a Keys on the main table.
func NewKeys(t *table.Store, secrets *seal.Secrets) *Keys { return &Keys{t, secrets} }

// keyItem is an API key as stored.
type keyItem struct {
	table.Key
	Ciphertext []byte    `dynamodbav:"ciphertext"`
	LastFour   string    `dynamodbav:"last_four"`
	UpdatedAt  time.Time `dynamodbav:"updated_at"`
}

// Inventory makes keyItem a table.Record.
func (keyItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:  "tenant.key",
		Subject: inventory.NoSubject,
		Fields: map[string]inventory.Category{
			"ciphertext": inventory.SecretMaterial, "last_four": inventory.SecretMaterial, "updated_at": inventory.None,
		},
		Purpose:    inventory.AccountOperation,
		LegalBasis: inventory.Contract,
		Role:       inventory.Processor,
		Retention:  inventory.AccountRetention,
		Source:     inventory.FirstParty,
	}
}

// minKey is the shortest key that is taken: of a shorter one, its last four
// characters would give too much away.
const minKey = 16

// Set encrypts and stores a key: Invalid if it is not one, NotFound for an
// unknown purpose.
func (k *Keys) Set(ctx context.Context, t id.Tenant, purpose, key string) (Key, error) {
	if err := known(purpose); err != nil {
		return Key{}, err
	}
	if len(key) < minKey || slices.ContainsFunc([]byte(key), func(c byte) bool { return c <= ' ' || c > '~' }) {
		return Key{}, fault.E(fault.Invalid, fmt.Sprintf("A key has at least %d printable characters without spaces.", minKey), nil)
	}
	sealed, err := k.secrets.Seal(ctx, t, purpose, key)
	if err != nil {
		return Key{}, err
	}
	item := keyItem{
		Key: table.Secret(t, purpose), Ciphertext: sealed, LastFour: key[len(key)-4:], UpdatedAt: k.table.Now().UTC(),
	}
	if err := k.table.Put(ctx, t, item); err != nil {
		return Key{}, err
	}
	return Key{purpose, item.LastFour, item.UpdatedAt}, nil
}

// Describe says which key is set: NotFound if none is.
func (k *Keys) Describe(ctx context.Context, t id.Tenant, purpose string) (Key, error) {
	item, err := k.get(ctx, t, purpose)
	return Key{purpose, item.LastFour, item.UpdatedAt}, err
}

// Open decrypts a key for use: NotFound if none is set.
func (k *Keys) Open(ctx context.Context, t id.Tenant, purpose string) (string, error) {
	item, err := k.get(ctx, t, purpose)
	if err != nil {
		return "", err
	}
	return k.secrets.Open(ctx, t, purpose, item.Ciphertext)
}

// Remove forgets a key. Removing one that is not set is no error.
func (k *Keys) Remove(ctx context.Context, t id.Tenant, purpose string) error {
	if err := known(purpose); err != nil {
		return err
	}
	return k.table.Delete(ctx, t, table.Secret(t, purpose))
}

func (k *Keys) get(ctx context.Context, t id.Tenant, purpose string) (keyItem, error) {
	var item keyItem
	if err := known(purpose); err != nil {
		return item, err
	}
	err := k.table.Get(ctx, t, table.Secret(t, purpose), &item)
	return item, err
}

func known(purpose string) error {
	if !slices.Contains(purposes, purpose) {
		return fault.E(fault.NotFound, "There is no key of that kind.", nil)
	}
	return nil
}
