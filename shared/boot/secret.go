package boot

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"omniops/shared/boot/awsapi"
	"omniops/shared/fault"
)

// Secret is a value from Secrets Manager. However it is printed, logged or
// encoded it shows only that it is one; Reveal and Bytes are the calls to grep
// for.
type Secret struct{ value *string } // a pointer: fmt prints fields of unexported structs raw

// NewSecret makes a Secret of a known value, for tests.
func NewSecret(value string) Secret { return Secret{&value} }

// Reveal gives the value.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Bytes gives a copy of the value.
func (s Secret) Bytes() []byte { return []byte(s.Reveal()) }

// String hides the value.
func (Secret) String() string { return "[secret]" }

// GoString hides the value from %#v.
func (Secret) GoString() string { return "[secret]" }

// LogValue hides the value from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// MarshalText hides the value from JSON and other encodings.
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// fetchSecret reads a secret from Secrets Manager (API version 2017-10-17).
func fetchSecret(cfg aws.Config) func(context.Context, string) (Secret, error) {
	client := awsapi.New(cfg, "Secrets Manager", "secretsmanager")
	return func(ctx context.Context, arn string) (Secret, error) {
		var out struct {
			SecretString *string
			SecretBinary []byte
		}
		err := client.JSON(ctx, "1.1", "secretsmanager.GetSecretValue", map[string]string{"SecretId": arn}, &out)
		if fault.KindOf(err) == fault.NotFound {
			err = fmt.Errorf("no such secret: %s", err.Error()) // ours to create: Internal
		}
		if err != nil {
			return Secret{}, err
		}
		if out.SecretString == nil {
			return NewSecret(string(out.SecretBinary)), nil
		}
		return NewSecret(strings.TrimSpace(*out.SecretString)), nil // consoles and files add line ends
	}
}
