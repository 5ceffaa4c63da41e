// Merchant-answer shows a merchant which past answers rest on one of the shop's
// pages, and which of those the page no longer backs.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/conversation"
	"omniops/shared/identity"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
	"omniops/shared/problem"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	Bucket        string      `env:"CONTENT_BUCKET"`
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
	log, err := audit.New(main, s.SessionSecret.Bytes(), "merchant-answer")
	if err != nil {
		return nil, err
	}
	keys := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), s.KeyringKey)
	h := &handler{
		tokens:        tokens,
		tenants:       tenant.NewStore(main),
		conversations: conversation.NewStore(main, keys),
		keys:          keys,
		log:           log,
		now:           rt.Now,
		knowledge:     library.New(object.NewBucket(rt.AWS, s.Bucket)),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/answers", problem.Handler(h.list))
	return apigw.CORS("GET", mux), nil
}
