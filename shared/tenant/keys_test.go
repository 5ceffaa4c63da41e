package tenant_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"omniops/local/faults"
	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/tenant"
)

const secret = "sk-live-0123456789-WXYZ"

func (b *bench) keys(t *testing.T) (*tenant.Keys, string) {
	keyID := b.Env(t, "merchant-key", "SECRETS_KEY_ID")
	return tenant.NewKeys(b.table, seal.NewSecrets(b.AWS, keyID)), keyID
}

// items gives every item of the table as DynamoDB holds it.
func (b *bench) items(t *testing.T) []map[string]types.AttributeValue {
	t.Helper()
	out, err := dynamodb.NewFromConfig(b.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &b.name})
	must(t, err)
	return out.Items
}

func TestMerchantsKeysAreEncryptedForOneTenantAndPurpose(t *testing.T) {
	claim.Proves(t, "C095")
	b := newBench(t)
	keys, keyID := b.keys(t)
	ctx := t.Context()
	shown, err := keys.Set(ctx, "fern", "openai", secret)
	want := tenant.Key{Purpose: "openai", LastFour: "WXYZ", UpdatedAt: b.Clock.Now()}
	if err != nil || shown != want {
		t.Errorf("set shows %+v, %v; want %+v", shown, err, want)
	}
	if shown, err = keys.Describe(ctx, "fern", "openai"); err != nil || shown != want {
		t.Errorf("described as %+v, %v; want %+v", shown, err, want)
	}

	// What is stored is a ciphertext of KMS, and the last four characters.
	items := b.items(t)
	if len(items) != 1 {
		t.Fatalf("%d items are stored", len(items))
	}
	sealed := items[0]["ciphertext"].(*types.AttributeValueMemberB).Value
	for name, value := range items[0] {
		raw := fmt.Sprintf("%s", value)
		if b, ok := value.(*types.AttributeValueMemberB); ok {
			raw = string(b.Value)
		}
		if strings.Contains(raw, secret[:8]) || strings.Contains(raw, secret[len(secret)-5:]) {
			t.Errorf("%s holds the key in clear", name)
		}
	}
	direct := kms.NewFromConfig(b.AWS)
	context := map[string]string{"tenant": "fern", "purpose": "secret:openai"}
	out, err := direct.Decrypt(ctx, &kms.DecryptInput{KeyId: &keyID, CiphertextBlob: sealed, EncryptionContext: context})
	if err != nil || !bytes.Equal(out.Plaintext, []byte(secret)) {
		t.Errorf("KMS with the context: %v", err)
	}
	for _, context := range []map[string]string{
		nil, {"tenant": "moss", "purpose": "secret:openai"}, {"tenant": "fern", "purpose": "secret:google"}, {"tenant": "fern"},
	} {
		_, err := direct.Decrypt(ctx, &kms.DecryptInput{KeyId: &keyID, CiphertextBlob: sealed, EncryptionContext: context})
		if _, refused := errors.AsType[*kmstypes.InvalidCiphertextException](err); !refused {
			t.Errorf("KMS with the context %v: %v", context, err)
		}
	}

	// An item that is copied to another tenant or purpose is worth nothing there.
	for _, to := range []struct {
		tenant  id.Tenant
		purpose string
	}{{"moss", "openai"}, {"fern", "google"}} {
		copied := items[0]
		copied["PK"] = &types.AttributeValueMemberS{Value: "T#" + string(to.tenant)}
		copied["SK"] = &types.AttributeValueMemberS{Value: "SECRET#" + to.purpose}
		_, err := dynamodb.NewFromConfig(b.AWS).PutItem(ctx, &dynamodb.PutItemInput{TableName: &b.name, Item: copied})
		must(t, err)
		got, err := keys.Open(ctx, to.tenant, to.purpose)
		wantKind(t, err, fault.NotFound)
		if got != "" {
			t.Errorf("opened %q", got)
		}
	}
	if got, err := keys.Open(ctx, "fern", "openai"); err != nil || got != secret {
		t.Errorf("opened %q, %v", got, err)
	}
}

func TestMerchantsKeysBelongToOneTenant(t *testing.T) {
	b := newBench(t)
	keys, _ := b.keys(t)
	ctx := t.Context()
	_, err := keys.Set(ctx, "fern", "openai", secret)
	must(t, err)
	absent := func(shop id.Tenant, purpose string) {
		t.Helper()
		shown, err := keys.Describe(ctx, shop, purpose)
		wantKind(t, err, fault.NotFound)
		if shown.LastFour != "" {
			t.Errorf("shows %q", shown.LastFour)
		}
		_, err = keys.Open(ctx, shop, purpose)
		wantKind(t, err, fault.NotFound)
	}
	absent("fern-2", "openai")
	absent("fern", "google")
	must(t, keys.Remove(ctx, "fern-2", "openai"))
	if got, err := keys.Open(ctx, "fern", "openai"); err != nil || got != secret {
		t.Errorf("opened %q, %v", got, err)
	}

	b.Advance(time.Minute)
	shown, err := keys.Set(ctx, "fern", "openai", "sk-live-another-key-1234")
	if err != nil || shown.LastFour != "1234" || !shown.UpdatedAt.Equal(b.Clock.Now()) {
		t.Errorf("set shows %+v, %v", shown, err)
	}
	must(t, keys.Remove(ctx, "fern", "openai"))
	must(t, keys.Remove(ctx, "fern", "openai"))
	absent("fern", "openai")
	if n := len(b.items(t)); n != 0 {
		t.Errorf("%d items are left", n)
	}
}

func TestKeysThatAreNotTaken(t *testing.T) {
	b := newBench(t)
	keys, _ := b.keys(t)
	ctx := t.Context()
	for _, key := range []string{"", "sk-short", strings.Repeat("k", 15), "sk-live with a space", "sk-live-ünïcode-key", "sk-live-line\nbreak-in-it", strings.Repeat("k", seal.MaxSecret+1)} {
		_, err := keys.Set(ctx, "fern", "openai", key)
		wantKind(t, err, fault.Invalid)
	}
	for _, purpose := range []string{"", "shopify", "OPENAI", "openai#x", "openai/../google"} {
		_, set := keys.Set(ctx, "fern", purpose, secret)
		_, shown := keys.Describe(ctx, "fern", purpose)
		_, opened := keys.Open(ctx, "fern", purpose)
		for _, err := range []error{set, shown, opened, keys.Remove(ctx, "fern", purpose)} {
			wantKind(t, err, fault.NotFound)
		}
	}
	must(t, b.Faults.Replace(faults.Rule{Service: "kms", Kind: faults.Error}))
	_, err := keys.Set(ctx, "fern", "openai", secret)
	wantKind(t, err, fault.Unavailable)
	if n := len(b.items(t)); n != 0 {
		t.Errorf("%d items are stored", n)
	}
}
