// Merchant-feedback shows a merchant what its shoppers asked and said about the help
// they got.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/feedback"
	"omniops/shared/identity"
	"omniops/shared/problem"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	KeyringKey    string      `env:"KEYRING_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	tokens, err := identity.NewTokens(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	main := table.New(rt.AWS, s.Table, rt.Now)
	log, err := audit.New(main, s.SessionSecret.Bytes(), "merchant-feedback")
	if err != nil {
		return nil, err
	}
	keys := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), s.KeyringKey)
	h := &handler{tokens: tokens, tenants: tenant.NewStore(main), notes: feedback.NewStore(main, keys), keys: keys, log: log, now: rt.Now}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/feedback", problem.Handler(h.list))
	return apigw.CORS("GET", mux), nil
}
