package seal

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/table"
)

// Pseudonym is a name of a data subject for the audit log that follows from their
// own key: once that is destroyed, nobody can tell whose it is. It is empty for a
// subject without a key, who has said nothing yet or was erased.
func (k *Keyring) Pseudonym(ctx context.Context, t id.Tenant, s id.Shopper) (string, error) {
	name := table.SubjectKey(t, s)
	key := []byte(nil)
	if c, ok := k.cached(name); ok {
		key = c.key
	}
	if key == nil {
		found, err := k.read(ctx, t, opening, []table.Key{name, table.TenantKey(t)})
		if err != nil {
			return "", err
		}
		tenantKey, err := k.tenantKey(ctx, t, found[table.TenantKey(t)], opening)
		if err == nil {
			key, err = k.innerKey(ctx, t, tenantKey, name, found[name], 0, opening)
		}
		if fault.KindOf(err) == fault.NotFound && err != nil {
			return "", nil
		}
		if err != nil {
			return "", fmt.Errorf("make pseudonym: %w", err)
		}
	}
	out, err := hkdf.Key(sha256.New, key, nil, "omniops pseudonym v1|"+string(t)+"|"+string(s), 16)
	if err != nil {
		return "", err
	}
	return names.EncodeToString(out), nil
}
