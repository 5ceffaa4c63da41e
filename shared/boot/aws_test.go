package boot

import (
	"crypto/tls"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"omniops/shared/boot/awsapi"
	"omniops/shared/claim"
)

// The SDK's own loader is the oracle for what the environment means.
func TestEnvironmentMeansWhatTheSDKSays(t *testing.T) {
	for name, vars := range map[string]map[string]string{
		"AWS":         {},
		"one for all": {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
		"one each":    {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:9"},
		"one alone":   {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000"},
		"switched off": {
			"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000",
			"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, unset := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"} {
				t.Setenv(unset, "")
			}
			vars["AWS_REGION"], vars["AWS_ACCESS_KEY_ID"], vars["AWS_SECRET_ACCESS_KEY"], vars["AWS_SESSION_TOKEN"] = "eu-west-2", "AKID", "secret", "token"
			vars["AWS_CONFIG_FILE"], vars["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null", "/dev/null"
			for name, value := range vars {
				t.Setenv(name, value)
			}
			want, err := config.LoadDefaultConfig(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := newAWS(environment(vars))
			if got.Region != want.Region {
				t.Errorf("region %q, want %q", got.Region, want.Region)
			}
			a, err := got.Credentials.Retrieve(t.Context())
			b, _ := want.Credentials.Retrieve(t.Context())
			if err != nil || a.AccessKeyID != b.AccessKeyID || a.SecretAccessKey != b.SecretAccessKey || a.SessionToken != b.SessionToken {
				t.Errorf("credentials %v, %v", a, err)
			}
			base := func(cfg aws.Config) [2]string {
				d, s := dynamodb.NewFromConfig(cfg).Options().BaseEndpoint, secretsmanager.NewFromConfig(cfg).Options().BaseEndpoint
				return [2]string{aws.ToString(d), aws.ToString(s)}
			}
			if base(got) != base(want) {
				t.Errorf("endpoints %q, want %q", base(got), base(want))
			}
			url, custom := awsapi.New(got, "Secrets Manager", "secretsmanager").Endpoint()
			if wanted := base(want)[1]; custom != (wanted != "") || custom && url != wanted || !custom && url != "https://secretsmanager.eu-west-2.amazonaws.com" {
				t.Errorf("our own client: %q, %v, want %q", url, custom, wanted)
			}
		})
	}
}

func TestNoCredentialsIsAnError(t *testing.T) {
	if _, err := newAWS(environment(nil)).Credentials.Retrieve(t.Context()); err == nil {
		t.Error("credentials from nowhere")
	}
}

func TestCallsToAWSUseTLS13(t *testing.T) {
	claim.Proves(t, "C091")
	if got := newHTTPClient().Transport.(*http.Transport).TLSClientConfig.MinVersion; got != tls.VersionTLS13 {
		t.Errorf("TLS floor %#x", got)
	}
}
