// Merchant-key keeps the API keys that a merchant gives us to act with elsewhere.
// They can be set, replaced and removed; never read back.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/identity"
	"omniops/shared/problem"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	tokens, err := identity.NewTokens(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	h := &handler{
		tokens: tokens,
		keys:   tenant.NewKeys(table.New(rt.AWS, s.Table, rt.Now), seal.NewSecrets(rt.AWS, s.SecretsKey)),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/keys/{purpose}", problem.Handler(h.show))
	mux.Handle("PUT /v1/merchant/keys/{purpose}", problem.Handler(h.set))
	mux.Handle("DELETE /v1/merchant/keys/{purpose}", problem.Handler(h.remove))
	return apigw.CORS("GET, PUT, DELETE", mux), nil
}
