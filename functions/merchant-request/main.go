// Merchant-request shows a merchant what its shoppers have asked about their data,
// with the day by which each must be answered, and takes what came of those that a
// person has to decide.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/conversation"
	"omniops/shared/identity"
	"omniops/shared/problem"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	KeyringKey    string      `env:"KEYRING_KEY_ID"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	secret := s.SessionSecret.Bytes()
	tokens, err := identity.NewTokens(secret, rt.Now)
	if err != nil {
		return nil, err
	}
	main := table.New(rt.AWS, s.Table, rt.Now)
	requests, err := rights.NewStore(main, secret)
	if err != nil {
		return nil, err
	}
	log, err := audit.New(main, secret, "merchant-request")
	if err != nil {
		return nil, err
	}
	keyring := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), s.KeyringKey)
	h := &handler{
		tokens: tokens, requests: requests, notes: rights.NewNotes(seal.NewSecrets(rt.AWS, s.SecretsKey)),
		chats: conversation.NewStore(main, keyring), keys: keyring, log: log, now: rt.Now,
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/requests", problem.Handler(h.list))
	mux.Handle("PUT /v1/merchant/requests/{request}", problem.Handler(h.settle))
	return apigw.CORS("GET, PUT", mux), nil
}
