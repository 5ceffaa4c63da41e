// Merchant-rule holds a merchant's rules for changes to orders: what the agent may
// grant a verified shopper by itself, and what a person decides.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/commerce"
	"omniops/shared/identity"
	"omniops/shared/problem"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	tokens, err := identity.NewTokens(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	main := table.New(rt.AWS, s.Table, rt.Now)
	log, err := audit.New(main, s.SessionSecret.Bytes(), "merchant-rule")
	if err != nil {
		return nil, err
	}
	h := &handler{tokens: tokens, log: log, rules: commerce.NewRuleBook(main)}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/rules", problem.Handler(h.show))
	mux.Handle("PUT /v1/merchant/rules", problem.Handler(h.set))
	return apigw.CORS("GET, PUT", mux), nil
}
