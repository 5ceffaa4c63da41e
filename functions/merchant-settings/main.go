// Merchant-settings shows and changes how long a merchant's chats are kept.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/identity"
	"omniops/shared/problem"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	tokens, err := identity.NewTokens(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	main := table.New(rt.AWS, s.Table, rt.Now)
	log, err := audit.New(main, s.SessionSecret.Bytes(), "merchant-settings")
	if err != nil {
		return nil, err
	}
	keys := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), "") // nothing is opened here
	tenants := tenant.NewStore(main)
	h := &handler{tokens: tokens, tenants: tenants, sweeper: &rights.Sweeper{Tenants: tenants, Keys: keys, Main: main, Now: rt.Now}, log: log}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/settings", problem.Handler(h.show))
	mux.Handle("PUT /v1/merchant/settings", problem.Handler(h.change))
	return apigw.CORS("GET, PUT", mux), nil
}
