package boot

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// newAWS makes the SDK's configuration from the environment alone, which is all
// a Lambda function has. config.LoadDefaultConfig would also look for profile
// files, SSO and the instance metadata service, and costs a third more start-up
// time just by being linked in.
func newAWS(lookup func(string) (string, bool)) aws.Config {
	getenv := func(name string) string {
		value, _ := lookup(name)
		return value
	}
	cfg := aws.Config{
		Region:           getenv("AWS_REGION"),
		HTTPClient:       newHTTPClient(),
		RetryMode:        aws.RetryModeStandard,
		RetryMaxAttempts: 2, // one retry: a caller or a queue tries again above us
		ConfigSources:    []any{endpoints(getenv)},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			c := aws.Credentials{
				AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
				SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
				SessionToken:    getenv("AWS_SESSION_TOKEN"),
				Source:          "environment",
			}
			if !c.HasKeys() {
				return c, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
			}
			return c, nil
		}),
	}
	if url := getenv("AWS_ENDPOINT_URL"); url != "" && getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") != "true" {
		cfg.BaseEndpoint = &url
	}
	return cfg
}

// endpoints answers the SDK's question for a service's own endpoint:
// AWS_ENDPOINT_URL_<SERVICE>, as its configuration loader would.
type endpoints func(string) string

// GetServiceBaseEndpoint gives the endpoint set for the service, if one is.
func (getenv endpoints) GetServiceBaseEndpoint(_ context.Context, sdkID string) (string, bool, error) {
	url := getenv("AWS_ENDPOINT_URL_" + strings.ReplaceAll(strings.ToUpper(sdkID), " ", "_"))
	return url, url != "", nil
}

// GetIgnoreConfiguredEndpoints tells whether to use AWS's own endpoints anyway.
func (getenv endpoints) GetIgnoreConfiguredEndpoints(context.Context) (value, found bool, err error) {
	s := getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
	return s == "true", s != "", nil
}

// newHTTPClient makes the client for AWS: TLS 1.3, no proxy, no redirects, and
// enough idle connections that parallel calls of one request find one each.
func newHTTPClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS13},
			TLSHandshakeTimeout:   2 * time.Second,
			ResponseHeaderTimeout: 10 * time.Second,
			IdleConnTimeout:       90 * time.Second,
			MaxIdleConns:          64,
			MaxIdleConnsPerHost:   64,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
