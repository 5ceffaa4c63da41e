// Merchant-approval is where a person decides about changes to orders that the
// rules leave to one.
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
	"omniops/shared/queue"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	KeyringKey    string      `env:"KEYRING_KEY_ID"`
	Tasks         string      `env:"ORDER_QUEUE_URL"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	tokens, err := identity.NewTokens(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	keys := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), s.KeyringKey)
	main := table.New(rt.AWS, s.Table, rt.Now)
	log, err := audit.New(main, s.SessionSecret.Bytes(), "merchant-approval")
	if err != nil {
		return nil, err
	}
	h := &handler{
		tokens:  tokens,
		keys:    keys,
		log:     log,
		actions: commerce.NewActions(main, keys).Noting(commerce.NewTrail(log, keys)),
		tasks:   queue.NewSender[commerce.Task](rt.AWS, s.Tasks),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/approvals", problem.Handler(h.list))
	mux.Handle("PUT /v1/merchant/approvals/{action}", problem.Handler(h.decide))
	return apigw.CORS("GET, PUT", mux), nil
}
