package seal_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"omniops/local/faults"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
)

func TestSecretsOpenForTheirTenantAndPurposeOnly(t *testing.T) {
	b := newBench(t)
	keyID := b.Env(t, "merchant-key", "SECRETS_KEY_ID")
	s := seal.NewSecrets(b.AWS, keyID)
	const secret = "sk-live-a-merchants-own-key"
	out, err := s.Seal(t.Context(), shop, "openai", secret)
	must(t, err)
	if bytes.Contains(out, []byte(secret[:8])) {
		t.Error("the ciphertext holds the secret")
	}
	got, err := s.Open(t.Context(), shop, "openai", out)
	if err != nil || got != secret {
		t.Errorf("opened %q, %v", got, err)
	}
	for name, other := range map[string]struct {
		tenant  id.Tenant
		purpose string
	}{"another tenant": {rival, "openai"}, "another purpose": {shop, "google"}, "neither": {"", ""}} {
		t.Run(name, func(t *testing.T) {
			got, err := s.Open(t.Context(), other.tenant, other.purpose, out)
			wantKind(t, err, fault.NotFound)
			if got != "" {
				t.Errorf("opened %q", got)
			}
		})
	}
	changed := bytes.Clone(out)
	changed[len(changed)-1] ^= 1
	_, err = s.Open(t.Context(), shop, "openai", changed)
	wantKind(t, err, fault.NotFound)

	// It is KMS itself that refuses without the context.
	_, err = b.kms.Decrypt(t.Context(), &kms.DecryptInput{KeyId: &keyID, CiphertextBlob: out})
	if _, refused := errors.AsType[*kmstypes.InvalidCiphertextException](err); !refused {
		t.Errorf("KMS without the context: %v", err)
	}
	// The key that wraps the text keys is another.
	other := b.keyID
	_, err = b.kms.Decrypt(t.Context(), &kms.DecryptInput{
		KeyId: &other, CiphertextBlob: out, EncryptionContext: map[string]string{"tenant": "shop", "purpose": "secret:openai"},
	})
	if err == nil {
		t.Error("the key ring's key opens a merchant's secret")
	}
}

func TestSecretsThatCannotBeSealed(t *testing.T) {
	b := newBench(t)
	s := seal.NewSecrets(b.AWS, b.Env(t, "merchant-key", "SECRETS_KEY_ID"))
	for _, secret := range []string{"", strings.Repeat("x", seal.MaxSecret+1)} {
		_, err := s.Seal(t.Context(), shop, "openai", secret)
		wantKind(t, err, fault.Invalid)
	}
	longest := strings.Repeat("x", seal.MaxSecret)
	out, err := s.Seal(t.Context(), shop, "openai", longest)
	must(t, err)

	must(t, b.Faults.Replace(faults.Rule{Service: "kms", Kind: faults.Error}))
	_, sealing := s.Seal(t.Context(), shop, "openai", longest)
	_, opening := s.Open(t.Context(), shop, "openai", out)
	for _, err := range []error{sealing, opening} {
		wantKind(t, err, fault.Unavailable)
		if !errors.Is(err, seal.ErrNoKeys) {
			t.Errorf("error %v, want ErrNoKeys", err)
		}
	}
	b.Faults.Clear()
	if got, err := s.Open(t.Context(), shop, "openai", out); err != nil || got != longest {
		t.Errorf("opened %d bytes, %v", len(got), err)
	}
}
