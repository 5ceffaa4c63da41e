package seal

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"omniops/shared/boot/awsapi"
)

// KMSKey is one symmetric KMS key. (AWS KMS API 2014-11-01, JSON 1.1; four
// operations, so that no function links the SDK's client.)
type KMSKey struct {
	api *awsapi.Client
	id  string
}

// NewKMSKey gives access to the key with an id or ARN.
func NewKMSKey(cfg aws.Config, id string) *KMSKey {
	return &KMSKey{api: awsapi.New(cfg, "KMS", "kms"), id: id}
}

// encryption is the encryption context: what a ciphertext is bound to. It is
// written in clear to AWS's own log, so it names a tenant and a purpose only.
type encryption map[string]string

// request has the fields of all operations; []byte travels as base 64.
type request struct {
	KeyID             string     `json:"KeyId"`
	KeySpec           string     `json:",omitempty"`
	Plaintext         []byte     `json:",omitempty"`
	CiphertextBlob    []byte     `json:",omitempty"`
	EncryptionContext encryption `json:",omitempty"`
}

// response has the fields that we read.
type response struct {
	Plaintext      []byte
	CiphertextBlob []byte
	KeyMetadata    struct{ KeyState string }
}

func (k *KMSKey) call(ctx context.Context, operation string, in request) (response, error) {
	var out response
	in.KeyID = k.id
	err := k.api.JSON(ctx, "1.1", "TrentService."+operation, in, &out)
	return out, err
}

// encrypt seals up to MaxSecret bytes.
func (k *KMSKey) encrypt(ctx context.Context, plain []byte, bound encryption) ([]byte, error) {
	out, err := k.call(ctx, "Encrypt", request{Plaintext: plain, EncryptionContext: bound})
	return out.CiphertextBlob, err
}

// decrypt opens what encrypt or dataKey sealed for the same context.
func (k *KMSKey) decrypt(ctx context.Context, sealed []byte, bound encryption) ([]byte, error) {
	out, err := k.call(ctx, "Decrypt", request{CiphertextBlob: sealed, EncryptionContext: bound})
	return out.Plaintext, err
}

// dataKey makes a key of 256 bits, in clear and sealed.
func (k *KMSKey) dataKey(ctx context.Context, bound encryption) (plain, sealed []byte, err error) {
	out, err := k.call(ctx, "GenerateDataKey", request{KeySpec: "AES_256", EncryptionContext: bound})
	return out.Plaintext, out.CiphertextBlob, err
}

// Check fails unless the key can be used.
func (k *KMSKey) Check(ctx context.Context) error {
	out, err := k.call(ctx, "DescribeKey", request{})
	if err != nil {
		return err
	}
	if state := out.KeyMetadata.KeyState; state != "Enabled" {
		return fmt.Errorf("the key is %q", state)
	}
	return nil
}

// wrongContext reports whether KMS refused a ciphertext as not being of this key
// and context.
func wrongContext(err error) bool {
	e, ok := errors.AsType[*awsapi.Error](err)
	return ok && e.Code == "InvalidCiphertextException"
}
