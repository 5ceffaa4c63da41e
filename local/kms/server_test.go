package kms

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"omniops/local/clock"
	"omniops/local/faults"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// bench is a server with one key, "keyring", its clock and the SDK's client.
type bench struct {
	*testing.T
	server *Server
	clock  *clock.Clock
	client *api.Client
	rules  *faults.Set
}

func newBench(t *testing.T, dir string) *bench {
	t.Helper()
	b := &bench{T: t, clock: clock.Fixed(start), rules: faults.New(1)}
	server, err := New(Options{Dir: dir, Now: b.clock.Now, Faults: b.rules})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Ensure("keyring", "alias/keyring"); err != nil {
		t.Fatal(err)
	}
	b.server = server
	front := httptest.NewServer(server)
	t.Cleanup(func() { front.Close(); server.Close() })
	b.client = api.New(api.Options{
		Region:       "eu-west-2",
		BaseEndpoint: &front.URL,
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		Retryer:      aws.NopRetryer{},
	})
	return b
}

func (b *bench) encrypt(text string, context map[string]string) []byte {
	b.Helper()
	out, err := b.client.Encrypt(b.Context(), &api.EncryptInput{KeyId: aws.String("keyring"), Plaintext: []byte(text), EncryptionContext: context})
	if err != nil {
		b.Fatal(err)
	}
	return out.CiphertextBlob
}

func (b *bench) decrypt(ciphertext []byte, context map[string]string) (string, error) {
	b.Helper()
	out, err := b.client.Decrypt(b.Context(), &api.DecryptInput{CiphertextBlob: ciphertext, EncryptionContext: context})
	if err != nil {
		return "", err
	}
	return string(out.Plaintext), nil
}

func (b *bench) wantPlaintext(ciphertext []byte, context map[string]string, want string) {
	b.Helper()
	if got, err := b.decrypt(ciphertext, context); err != nil || got != want {
		b.Fatalf("decrypted %q, %v, want %q", got, err, want)
	}
}

// code is the code that the SDK reads from a failure.
func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

func TestNamesOfAKey(t *testing.T) {
	b := newBench(t, "")
	want := &types.KeyMetadata{
		AWSAccountId: aws.String("000000000000"), Arn: aws.String("arn:aws:kms:eu-west-2:000000000000:key/keyring"),
		CreationDate: &start, CustomerMasterKeySpec: "SYMMETRIC_DEFAULT", Description: aws.String(""), Enabled: true,
		EncryptionAlgorithms: []types.EncryptionAlgorithmSpec{"SYMMETRIC_DEFAULT"}, KeyId: aws.String("keyring"),
		KeyManager: "CUSTOMER", KeySpec: "SYMMETRIC_DEFAULT", KeyState: "Enabled", KeyUsage: "ENCRYPT_DECRYPT",
		MultiRegion: aws.Bool(false), Origin: "AWS_KMS",
	}
	for _, name := range []string{"keyring", ARN("keyring"), "alias/keyring", aliasARN("alias/keyring")} {
		out, err := b.client.DescribeKey(t.Context(), &api.DescribeKeyInput{KeyId: &name})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.KeyMetadata, cmpopts.IgnoreUnexported(types.KeyMetadata{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if err := b.server.Ensure("no good!"); err == nil {
		t.Error("a key with a bad ID was made")
	}
}

func TestContextBinds(t *testing.T) {
	b := newBench(t, "")
	shop := map[string]string{"tenant": "shop", "purpose": "openai"}
	secret := b.encrypt("sk-123", shop)
	b.wantPlaintext(secret, map[string]string{"purpose": "openai", "tenant": "shop"}, "sk-123")
	for name, context := range map[string]map[string]string{
		"none":         nil,
		"other tenant": {"tenant": "shop2", "purpose": "openai"},
		"other case":   {"Tenant": "shop", "purpose": "openai"},
		"one less":     {"tenant": "shop"},
		"one more":     {"tenant": "shop", "purpose": "openai", "x": ""},
	} {
		var invalid *types.InvalidCiphertextException
		if got, err := b.decrypt(secret, context); !errors.As(err, &invalid) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestDataKeys(t *testing.T) {
	b := newBench(t, "")
	context := map[string]string{"tenant": "shop"}
	out, err := b.client.GenerateDataKey(t.Context(), &api.GenerateDataKeyInput{KeyId: aws.String("alias/keyring"), KeySpec: types.DataKeySpecAes256, EncryptionContext: context})
	if err != nil || len(out.Plaintext) != 32 || *out.KeyId != ARN("keyring") {
		t.Fatalf("%+v, %v", out, err)
	}
	b.wantPlaintext(out.CiphertextBlob, context, string(out.Plaintext))

	wrapped, err := b.client.GenerateDataKeyWithoutPlaintext(t.Context(), &api.GenerateDataKeyWithoutPlaintextInput{KeyId: aws.String("keyring"), NumberOfBytes: aws.Int32(64)})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := b.decrypt(wrapped.CiphertextBlob, nil); err != nil || len(got) != 64 {
		t.Errorf("data key of %d bytes, %v", len(got), err)
	}
	random, err := b.client.GenerateRandom(t.Context(), &api.GenerateRandomInput{NumberOfBytes: aws.Int32(24)})
	if err != nil || len(random.Plaintext) != 24 || bytes.Equal(random.Plaintext, make([]byte, 24)) {
		t.Errorf("random %+v, %v", random, err)
	}
}

func TestRotationAndReEncryption(t *testing.T) {
	b := newBench(t, "")
	context := map[string]string{"tenant": "shop"}
	old := b.encrypt("before", context)
	if _, err := b.client.RotateKeyOnDemand(t.Context(), &api.RotateKeyOnDemandInput{KeyId: aws.String("keyring")}); err != nil {
		t.Fatal(err)
	}
	b.wantPlaintext(old, context, "before")
	b.wantPlaintext(b.encrypt("after", context), context, "after")

	if err := b.server.Ensure("other"); err != nil {
		t.Fatal(err)
	}
	moved, err := b.client.ReEncrypt(t.Context(), &api.ReEncryptInput{CiphertextBlob: old, SourceEncryptionContext: context,
		DestinationKeyId: aws.String("other"), DestinationEncryptionContext: map[string]string{"tenant": "new"}})
	if err != nil || *moved.SourceKeyId != ARN("keyring") || *moved.KeyId != ARN("other") {
		t.Fatalf("%+v, %v", moved, err)
	}
	b.wantPlaintext(moved.CiphertextBlob, map[string]string{"tenant": "new"}, "before")
	if _, err := b.client.Decrypt(t.Context(), &api.DecryptInput{CiphertextBlob: moved.CiphertextBlob, KeyId: aws.String("keyring"),
		EncryptionContext: map[string]string{"tenant": "new"}}); code(err) != "IncorrectKeyException" {
		t.Errorf("decrypted under the wrong key: %v", err)
	}
}

func TestDisableAndDelete(t *testing.T) {
	b := newBench(t, "")
	name := aws.String("keyring")
	secret := b.encrypt("x", nil)
	mustDo := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	wantCode := func(want string) {
		t.Helper()
		if _, err := b.decrypt(secret, nil); code(err) != want {
			t.Errorf("decrypt: %v, want %s", err, want)
		}
	}
	mustDo(b.client.DisableKey(t.Context(), &api.DisableKeyInput{KeyId: name}))
	wantCode("DisabledException")
	mustDo(b.client.EnableKey(t.Context(), &api.EnableKeyInput{KeyId: name}))
	b.wantPlaintext(secret, nil, "x")

	schedule := func() {
		t.Helper()
		out, err := b.client.ScheduleKeyDeletion(t.Context(), &api.ScheduleKeyDeletionInput{KeyId: name, PendingWindowInDays: aws.Int32(7)})
		if err != nil || !out.DeletionDate.Equal(b.clock.Now().AddDate(0, 0, 7)) {
			t.Fatalf("%+v, %v", out, err)
		}
	}
	schedule()
	wantCode("KMSInvalidStateException")
	if _, err := b.client.EnableKey(t.Context(), &api.EnableKeyInput{KeyId: name}); code(err) != "KMSInvalidStateException" {
		t.Errorf("enabled while pending deletion: %v", err)
	}
	mustDo(b.client.CancelKeyDeletion(t.Context(), &api.CancelKeyDeletionInput{KeyId: name}))
	wantCode("DisabledException")

	schedule()
	b.clock.SetOffset(7 * 24 * time.Hour)
	wantCode("AccessDeniedException")
	for _, gone := range []string{"keyring", "alias/keyring"} {
		var missing *types.NotFoundException
		if _, err := b.client.Encrypt(t.Context(), &api.EncryptInput{KeyId: &gone, Plaintext: []byte("x")}); !errors.As(err, &missing) {
			t.Errorf("encrypted under %s: %v", gone, err)
		}
	}
	// A new key of the same name is another key.
	if err := b.server.Ensure("keyring"); err != nil {
		t.Fatal(err)
	}
	wantCode("InvalidCiphertextException")
}

func TestMAC(t *testing.T) {
	b := newBench(t, "")
	made, err := b.client.CreateKey(t.Context(), &api.CreateKeyInput{KeySpec: types.KeySpecHmac256, KeyUsage: types.KeyUsageTypeGenerateVerifyMac})
	if err != nil {
		t.Fatal(err)
	}
	id := made.KeyMetadata.KeyId
	mac, err := b.client.GenerateMac(t.Context(), &api.GenerateMacInput{KeyId: id, MacAlgorithm: types.MacAlgorithmSpecHmacSha256, Message: []byte("m")})
	if err != nil {
		t.Fatal(err)
	}
	verify := func(message string) error {
		_, err := b.client.VerifyMac(t.Context(), &api.VerifyMacInput{KeyId: id, MacAlgorithm: types.MacAlgorithmSpecHmacSha256, Message: []byte(message), Mac: mac.Mac})
		return err
	}
	if err := verify("m"); err != nil {
		t.Error(err)
	}
	if err := verify("n"); code(err) != "KMSInvalidMacException" {
		t.Errorf("another message: %v", err)
	}
}

func TestFailures(t *testing.T) {
	b := newBench(t, "")
	name := aws.String("keyring")
	for what, c := range map[string]struct {
		code string
		call func(context.Context) error
	}{
		"no such key": {"NotFoundException", func(ctx context.Context) error {
			_, err := b.client.Encrypt(ctx, &api.EncryptInput{KeyId: aws.String("nowhere"), Plaintext: []byte("x")})
			return err
		}},
		"no such alias": {"NotFoundException", func(ctx context.Context) error {
			_, err := b.client.DescribeKey(ctx, &api.DescribeKeyInput{KeyId: aws.String("alias/nowhere")})
			return err
		}},
		"4097 bytes": {"ValidationException", func(ctx context.Context) error {
			_, err := b.client.Encrypt(ctx, &api.EncryptInput{KeyId: name, Plaintext: make([]byte, 4097)})
			return err
		}},
		"data key of no size": {"ValidationException", func(ctx context.Context) error {
			_, err := b.client.GenerateDataKey(ctx, &api.GenerateDataKeyInput{KeyId: name})
			return err
		}},
		"garbage": {"InvalidCiphertextException", func(ctx context.Context) error {
			_, err := b.client.Decrypt(ctx, &api.DecryptInput{CiphertextBlob: []byte("garbage")})
			return err
		}},
		"MAC with an encryption key": {"InvalidKeyUsageException", func(ctx context.Context) error {
			_, err := b.client.GenerateMac(ctx, &api.GenerateMacInput{KeyId: name, MacAlgorithm: types.MacAlgorithmSpecHmacSha256, Message: []byte("m")})
			return err
		}},
		"RSA key": {"UnsupportedOperationException", func(ctx context.Context) error {
			_, err := b.client.CreateKey(ctx, &api.CreateKeyInput{KeySpec: types.KeySpecRsa2048})
			return err
		}},
		"alias twice": {"AlreadyExistsException", func(ctx context.Context) error {
			_, err := b.client.CreateAlias(ctx, &api.CreateAliasInput{AliasName: aws.String("alias/keyring"), TargetKeyId: name})
			return err
		}},
		"deletion tomorrow": {"ValidationException", func(ctx context.Context) error {
			_, err := b.client.ScheduleKeyDeletion(ctx, &api.ScheduleKeyDeletionInput{KeyId: name, PendingWindowInDays: aws.Int32(1)})
			return err
		}},
	} {
		t.Run(what, func(t *testing.T) {
			if err := c.call(t.Context()); code(err) != c.code {
				t.Errorf("got %v, want code %s", err, c.code)
			}
		})
	}
}

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, dir)
	secret := b.encrypt("x", nil)
	if _, err := b.client.CreateAlias(t.Context(), &api.CreateAliasInput{AliasName: aws.String("alias/second"), TargetKeyId: aws.String("keyring")}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(keyFile(dir)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file %v, %v", info, err)
	}

	b = newBench(t, dir)
	b.wantPlaintext(secret, nil, "x")
	if _, err := b.client.DescribeKey(t.Context(), &api.DescribeKeyInput{KeyId: aws.String("alias/second")}); err != nil {
		t.Error(err)
	}
	for _, damaged := range []string{"{", `{"keys":{"keyring":{"id":"keyring","material":["AAAA"]}}}`} {
		if err := os.WriteFile(keyFile(dir), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := New(Options{Dir: dir}); err == nil {
			t.Errorf("opened the key file %s", damaged)
		}
	}
}

func TestUnsignedIsRefused(t *testing.T) {
	b := newBench(t, "")
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"NumberOfBytes":1}`))
	r.Header.Set("X-Amz-Target", "TrentService.GenerateRandom")
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "MissingAuthenticationToken") {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestFaultsAndCalls(t *testing.T) {
	b := newBench(t, "")
	in := &api.EncryptInput{KeyId: aws.String("keyring"), Plaintext: []byte("x")}
	for kind, want := range map[faults.Kind]string{faults.Throttle: "ThrottlingException", faults.Error: "KMSInternalException"} {
		if err := b.rules.Replace(faults.Rule{Service: "kms", Kind: kind, Count: 1}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.client.Encrypt(t.Context(), in); code(err) != want {
			t.Errorf("%s: %v, want %s", kind, err, want)
		}
	}
	if got := b.server.Calls(); got["Encrypt"] != 2 {
		t.Errorf("calls %v", got)
	}
}
