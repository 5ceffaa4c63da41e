package seal

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// Keyring seals and opens personal text. Each text is encrypted under a key
// derived from its tenant's key of that day and its data subject's key; both are
// random, wrapped by the tenant's key, and that one by KMS. Destroying a day's
// or a subject's key makes the text unreadable everywhere, backups included.
//
// Keys are remembered for cacheFor, so that a warm turn asks neither DynamoDB
// nor KMS; another instance may therefore read a destroyed key's text for that
// long, if it can still find it. It is safe for concurrent use.
type Keyring struct {
	keys *table.Store
	kms  *KMSKey

	mu      sync.Mutex
	cache   map[table.Key]cached
	derived derived // the last one: a conversation's texts come one after another
}

// derived is a key that was made of two others.
type derived struct {
	day, subject []byte
	of           struct {
		tenant  id.Tenant
		subject id.Shopper
		day     day
	}
	key subjectDayKey
}

// cached is a key in clear and when it must be read again.
type cached struct {
	key     []byte // nil: there was none when it was looked for
	expires int64  // Unix seconds; 0 never
	until   time.Time
}

// use is what a key is wanted for.
type use int

const (
	ahead   use = iota // Seal may want it soon
	opening            // it must exist
	sealing            // it is made if it does not exist, and kept as long as its text
)

const (
	cacheFor = 5 * time.Minute
	cacheMax = 4096 // keys; the whole cache is dropped when it is full
)

// NewKeyring makes a Keyring whose wrapped keys are in the given table and whose
// tenant keys are wrapped by the KMS key keyID.
func NewKeyring(cfg aws.Config, keys *table.Store, keyID string) *Keyring {
	return &Keyring{keys: keys, kms: NewKMSKey(cfg, keyID), cache: map[table.Key]cached{}}
}

// wrappedKey is a key as stored.
type wrappedKey struct {
	table.Key
	Wrapped  []byte `dynamodbav:"wrapped"`
	ExpireAt int64  `dynamodbav:"expires_at,omitempty"` // Unix seconds; DynamoDB TTL
}

// Inventory makes wrappedKey a table.Record. A subject key is a pseudonym's, and
// goes when the subject does; it is part of the key ring, not of an export.
func (wrappedKey) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:  "seal.key",
		Subject: inventory.NoSubject,
		Fields: map[string]inventory.Category{
			"wrapped":    inventory.SecretMaterial,
			"expires_at": inventory.None,
		},
		Purpose:    inventory.SecurityAndFraud,
		LegalBasis: inventory.LegalObligation, // GDPR Art. 32: security of processing
		Role:       inventory.Processor,
		Retention:  inventory.KeyRetention,
		Source:     inventory.FirstParty,
	}
}

// Prepare reads the keys that Seal needs today for a subject, as far as they
// exist, so that they need not be waited for then. It makes none: whoever is
// refused afterwards leaves no trace.
func (k *Keyring) Prepare(ctx context.Context, t id.Tenant, s id.Shopper) error {
	_, err := k.textKey(ctx, t, s, dayOf(k.keys.Now()), ahead)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// Seal encrypts personal text of a tenant's data subject under today's key.
// It is Unavailable when the keys cannot be reached; there is no fallback.
func (k *Keyring) Seal(ctx context.Context, t id.Tenant, s id.Shopper, plain Personal) (Text, error) {
	d := dayOf(k.keys.Now())
	key, err := k.textKey(ctx, t, s, d, sealing)
	if err != nil {
		return nil, fmt.Errorf("seal text: %w", err)
	}
	return sealText(key, d, []byte(plain.Reveal())), nil
}

// Open decrypts what Seal made for the same tenant and subject: NotFound when
// its day's or its subject's key has been destroyed.
func (k *Keyring) Open(ctx context.Context, t id.Tenant, s id.Shopper, sealed Text) (Personal, error) {
	d, err := sealedDay(sealed)
	if err != nil {
		return Personal{}, err
	}
	key, err := k.textKey(ctx, t, s, d, opening)
	if err != nil {
		return Personal{}, fmt.Errorf("open text: %w", err)
	}
	plain, err := openText(key, sealed)
	if err != nil {
		return Personal{}, err
	}
	return Clear(string(plain)), nil
}

// DestroySubject destroys a data subject's key, and with it all text about them.
func (k *Keyring) DestroySubject(ctx context.Context, t id.Tenant, s id.Shopper) error {
	return k.destroy(ctx, t, table.SubjectKey(t, s))
}

// DestroyDay destroys a tenant's key of the UTC day that holds at, and with it
// all text sealed on that day.
func (k *Keyring) DestroyDay(ctx context.Context, t id.Tenant, at time.Time) error {
	return k.destroy(ctx, t, table.DayKey(t, dayOf(at).String()))
}

func (k *Keyring) destroy(ctx context.Context, t id.Tenant, key table.Key) error {
	err := k.keys.Delete(ctx, t, key)
	k.mu.Lock()
	delete(k.cache, key) // after the key itself, or a reader in between would put it back
	k.derived = derived{}
	k.mu.Unlock()
	if err != nil {
		return fmt.Errorf("destroy key: %w", err)
	}
	return nil
}

// textKey derives the key of one subject's text of one day.
func (k *Keyring) textKey(ctx context.Context, t id.Tenant, s id.Shopper, d day, want use) (subjectDayKey, error) {
	// A key goes when all that was sealed under it has gone: a day's after the
	// retention, a subject's after that of the last day it was used on.
	period, _ := inventory.ChatRetention.Period()
	expires := d.start().Add(inventory.Day + period).Unix()
	var keys [2][]byte
	var unknown []table.Key // what must be read; the tenant's key opens the others
	names := [2]table.Key{table.DayKey(t, d.String()), table.SubjectKey(t, s)}
	complete := true
	for i, name := range names {
		c, ok := k.cached(name)
		switch {
		case ok && c.key != nil && (want != sealing || c.expires >= expires):
			keys[i] = c.key
			continue
		case ok && c.key == nil && want == sealing: // it is made; if another did so first, that is noticed
		default:
			unknown = append(unknown, name)
		}
		complete = false
	}
	if complete {
		return k.derive(keys, t, s, d)
	}
	if _, ok := k.cached(table.TenantKey(t)); !ok {
		unknown = append(unknown, table.TenantKey(t))
	}
	found, err := k.read(ctx, t, want, unknown)
	if err != nil {
		return subjectDayKey{}, err
	}
	tenantKey, err := k.tenantKey(ctx, t, found[table.TenantKey(t)], want)
	if err != nil {
		return subjectDayKey{}, err
	}
	var missing error
	for i, name := range names {
		if keys[i] != nil {
			continue
		}
		keys[i], err = k.innerKey(ctx, t, tenantKey, name, found[name], expires, want)
		if want == ahead && fault.KindOf(err) == fault.NotFound {
			missing, err = err, nil
		}
		if err != nil {
			return subjectDayKey{}, err
		}
	}
	if missing != nil {
		return subjectDayKey{}, missing
	}
	return k.derive(keys, t, s, d)
}

// derive gives the key that a day's and a subject's make together.
func (k *Keyring) derive(keys [2][]byte, t id.Tenant, s id.Shopper, d day) (subjectDayKey, error) {
	var wanted derived
	wanted.day, wanted.subject = keys[0], keys[1]
	wanted.of.tenant, wanted.of.subject, wanted.of.day = t, s, d
	k.mu.Lock()
	last := k.derived
	k.mu.Unlock()
	if last.of == wanted.of && bytes.Equal(last.day, wanted.day) && bytes.Equal(last.subject, wanted.subject) {
		return last.key, nil
	}
	var err error
	if wanted.key, err = textKey(keys[0], keys[1], t, s, d); err != nil {
		return subjectDayKey{}, err
	}
	k.mu.Lock()
	k.derived = wanted
	k.mu.Unlock()
	return wanted.key, nil
}

// read reads keys as stored. What is read ahead may be a moment old.
func (k *Keyring) read(ctx context.Context, t id.Tenant, want use, names []table.Key) (map[table.Key]table.Item, error) {
	found := map[table.Key]table.Item{}
	if len(names) == 0 {
		return found, nil
	}
	from := k.keys
	if want == ahead {
		from = from.Eventual()
	}
	items, err := from.GetAll(ctx, t, names...)
	for i, item := range items {
		found[names[i]] = item
	}
	return found, err
}

// tenantKey opens the tenant's key through KMS, or makes it.
func (k *Keyring) tenantKey(ctx context.Context, t id.Tenant, item table.Item, want use) ([]byte, error) {
	name := table.TenantKey(t)
	if c, ok := k.cached(name); ok {
		return c.key, nil
	}
	bound := encryption{"tenant": string(t), "purpose": "keyring"}
	if item.Exists() {
		var stored wrappedKey
		if err := item.Decode(&stored); err != nil {
			return nil, err
		}
		plain, err := k.kms.decrypt(ctx, stored.Wrapped, bound)
		if key, ok := k.overdue(name); ok && err != nil { // a warm instance goes on without KMS
			return k.remember(name, key, 0), nil
		}
		if err != nil {
			return nil, unavailable("decrypt tenant key", err)
		}
		return k.remember(name, plain, 0), nil
	}
	if want != sealing {
		return nil, destroyed()
	}
	plain, wrapped, err := k.kms.dataKey(ctx, bound)
	if err != nil {
		return nil, unavailable("generate tenant key", err)
	}
	err = k.keys.Create(ctx, t, wrappedKey{Key: name, Wrapped: wrapped})
	if fault.KindOf(err) == fault.Conflict { // another turn made it first
		return k.reread(ctx, t, name, func(item table.Item) ([]byte, error) { return k.tenantKey(ctx, t, item, opening) })
	}
	if err != nil {
		return nil, err
	}
	return k.remember(name, plain, 0), nil
}

// innerKey opens a key that the tenant's key wraps, or makes it. To seal with a
// key that would go before expires, in Unix seconds, is to keep it until then: a
// Conflict if it was destroyed meanwhile.
func (k *Keyring) innerKey(ctx context.Context, t id.Tenant, tenantKey []byte, name table.Key, item table.Item, expires int64, want use) ([]byte, error) {
	label := name.PK + "|" + name.SK
	if item.Exists() {
		var stored wrappedKey
		if err := item.Decode(&stored); err != nil {
			return nil, err
		}
		key, err := unwrap(tenantKey, stored.Wrapped, label)
		if err != nil {
			return nil, err
		}
		if was := stored.ExpireAt; want == sealing && was < expires {
			stored.ExpireAt = expires
			if err := k.keys.Replace(ctx, t, stored, "expires_at", was); err != nil {
				return nil, err
			}
		}
		return k.remember(name, key, stored.ExpireAt), nil
	}
	if want == ahead {
		k.remember(name, nil, 0)
	}
	if want != sealing {
		return nil, destroyed()
	}
	key := make([]byte, keySize)
	_, _ = rand.Read(key)
	wrapped, err := wrap(tenantKey, key, label)
	if err != nil {
		return nil, err
	}
	err = k.keys.Create(ctx, t, wrappedKey{Key: name, Wrapped: wrapped, ExpireAt: expires})
	if fault.KindOf(err) == fault.Conflict {
		return k.reread(ctx, t, name, func(item table.Item) ([]byte, error) {
			return k.innerKey(ctx, t, tenantKey, name, item, expires, opening)
		})
	}
	if err != nil {
		return nil, err
	}
	return k.remember(name, key, expires), nil
}

// reread opens a key that somebody else made a moment ago.
func (k *Keyring) reread(ctx context.Context, t id.Tenant, name table.Key, open func(table.Item) ([]byte, error)) ([]byte, error) {
	found, err := k.read(ctx, t, opening, []table.Key{name})
	if err != nil {
		return nil, err
	}
	return open(found[name])
}

func (k *Keyring) cached(name table.Key) (cached, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, ok := k.cache[name]
	return c, ok && k.keys.Now().Before(c.until)
}

// overdue gives a key that should have been read again.
func (k *Keyring) overdue(name table.Key) ([]byte, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, ok := k.cache[name]
	return c.key, ok
}

func (k *Keyring) remember(name table.Key, key []byte, expires int64) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.cache) >= cacheMax {
		clear(k.cache)
	}
	k.cache[name] = cached{key, expires, k.keys.Now().Add(cacheFor)}
	return key
}

func destroyed() error {
	return fault.E(fault.NotFound, "This text has been erased.", errors.New("its key does not exist"))
}

// ErrNoKeys is in every error that comes from KMS not answering, or refusing.
// Nothing can be sealed or opened then; everything else still works.
var ErrNoKeys = errors.New("the key service is not available")

func unavailable(doing string, err error) error {
	return fault.After(fault.Unavailable, "Messages cannot be kept safely right now.", 5*time.Second,
		fmt.Errorf("%s: %w: %w", doing, ErrNoKeys, err))
}

// DestroyDays destroys a tenant's keys of all UTC days that ended at a time or
// before, and gives how many these were.
func (k *Keyring) DestroyDays(ctx context.Context, t id.Tenant, ended time.Time) (int, error) {
	today := dayOf(ended) // has not ended, unless its last moment is meant; its key stays
	n, err := k.keys.DeleteRange(ctx, t, table.DayKeys(t, (today-1).String()))
	k.mu.Lock()
	for name := range k.cache { // after the keys themselves, as in destroy
		if table.IsDayKey(name, t) && name.SK <= table.DayKey(t, (today-1).String()).SK {
			delete(k.cache, name)
		}
	}
	k.derived = derived{}
	k.mu.Unlock()
	if err != nil {
		return n, fmt.Errorf("destroy keys: %w", err)
	}
	return n, nil
}
