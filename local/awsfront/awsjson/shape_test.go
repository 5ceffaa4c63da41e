package awsjson

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func TestPlain(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.UTC)
	for want, out := range map[string]any{
		`{}`: &sqs.ReceiveMessageOutput{},
		`{"Messages":[{"Attributes":{"MessageGroupId":"g"},"Body":""}]}`: &sqs.ReceiveMessageOutput{Messages: []sqstypes.Message{
			{Body: aws.String(""), Attributes: map[string]string{"MessageGroupId": "g"}}}},
		`{"KeyMetadata":{"CreationDate":1772366400.5,"KeyId":"k","KeyState":"Enabled","MultiRegion":false}}`: &kms.DescribeKeyOutput{
			KeyMetadata: &kmstypes.KeyMetadata{KeyId: aws.String("k"), CreationDate: &at, KeyState: "Enabled", MultiRegion: aws.Bool(false)}},
		`{"Plaintext":"AAE="}`:                        &kms.DecryptOutput{Plaintext: []byte{0, 1}},
		`{"VersionIdsToStages":{"1":["AWSCURRENT"]}}`: &secretsmanager.DescribeSecretOutput{VersionIdsToStages: map[string][]string{"1": {"AWSCURRENT"}}},
	} {
		got, err := json.Marshal(plain(out))
		if err != nil || string(got) != want {
			t.Errorf("%T is %s, %v, want %s", out, got, err, want)
		}
	}
}
