package seal

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"omniops/shared/fault"
	"omniops/shared/id"
)

// MaxSecret is the longest secret that can be sealed, in bytes: the limit of
// KMS Encrypt with a symmetric key.
const MaxSecret = 4096

// Secrets encrypts merchants' API keys and tokens with KMS. The ciphertext opens
// only for the tenant and the purpose it was made for.
type Secrets struct {
	kms   *kms.Client
	keyID string
}

// NewSecrets makes a Secrets that uses the KMS key keyID.
func NewSecrets(cfg aws.Config, keyID string) *Secrets {
	return &Secrets{kms: kms.NewFromConfig(cfg), keyID: keyID}
}

// Seal encrypts a secret of a tenant for one purpose: Invalid if it is empty or
// longer than MaxSecret, Unavailable if KMS is.
func (s *Secrets) Seal(ctx context.Context, t id.Tenant, purpose, secret string) ([]byte, error) {
	if secret == "" || len(secret) > MaxSecret {
		return nil, fault.E(fault.Invalid, fmt.Sprintf("A key has 1 to %d characters.", MaxSecret), nil)
	}
	out, err := s.kms.Encrypt(ctx, &kms.EncryptInput{KeyId: &s.keyID, Plaintext: []byte(secret), EncryptionContext: secretContext(t, purpose)})
	if err != nil {
		return nil, unavailable("encrypt secret", err)
	}
	return out.CiphertextBlob, nil
}

// Open decrypts what Seal made for the same tenant and purpose. A ciphertext of
// another is NotFound.
func (s *Secrets) Open(ctx context.Context, t id.Tenant, purpose string, sealed []byte) (string, error) {
	out, err := s.kms.Decrypt(ctx, &kms.DecryptInput{KeyId: &s.keyID, CiphertextBlob: sealed, EncryptionContext: secretContext(t, purpose)})
	if _, wrong := errors.AsType[*kmstypes.InvalidCiphertextException](err); wrong {
		return "", fault.E(fault.NotFound, "There is no such key.", err)
	}
	if err != nil {
		return "", unavailable("decrypt secret", err)
	}
	return string(out.Plaintext), nil
}

func secretContext(t id.Tenant, purpose string) map[string]string {
	return map[string]string{"tenant": string(t), "purpose": "secret:" + purpose}
}
