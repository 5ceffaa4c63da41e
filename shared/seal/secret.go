package seal

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"omniops/shared/fault"
	"omniops/shared/id"
)

// MaxSecret is the longest secret that can be sealed, in bytes: the limit of
// KMS Encrypt with a symmetric key.
const MaxSecret = 4096

// Secrets encrypts merchants' API keys and tokens with KMS. The ciphertext opens
// only for the tenant and the purpose it was made for.
type Secrets struct{ kms *KMSKey }

// NewSecrets makes a Secrets that uses the KMS key keyID.
func NewSecrets(cfg aws.Config, keyID string) *Secrets {
	return &Secrets{NewKMSKey(cfg, keyID)}
}

// Seal encrypts a secret of a tenant for one purpose: Invalid if it is empty or
// longer than MaxSecret, Unavailable if KMS is.
func (s *Secrets) Seal(ctx context.Context, t id.Tenant, purpose, secret string) ([]byte, error) {
	if secret == "" || len(secret) > MaxSecret {
		return nil, fault.E(fault.Invalid, fmt.Sprintf("A key has 1 to %d characters.", MaxSecret), nil)
	}
	sealed, err := s.kms.encrypt(ctx, []byte(secret), secretContext(t, purpose))
	if err != nil {
		return nil, unavailable("encrypt secret", err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for the same tenant and purpose. A ciphertext of
// another is NotFound.
func (s *Secrets) Open(ctx context.Context, t id.Tenant, purpose string, sealed []byte) (string, error) {
	plain, err := s.kms.decrypt(ctx, sealed, secretContext(t, purpose))
	if wrongContext(err) {
		return "", fault.E(fault.NotFound, "There is no such key.", err)
	}
	if err != nil {
		return "", unavailable("decrypt secret", err)
	}
	return string(plain), nil
}

func secretContext(t id.Tenant, purpose string) encryption {
	return encryption{"tenant": string(t), "purpose": "secret:" + purpose}
}
