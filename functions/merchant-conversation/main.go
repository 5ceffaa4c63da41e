// Merchant-conversation is where people at a shop watch its conversations on every
// channel, answer in them, take them over from the AI, stop it and give them back.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/desk"
	"omniops/shared/channel/meta"
	"omniops/shared/channel/outbox"
	"omniops/shared/conversation"
	"omniops/shared/egress"
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
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
	GraphBaseURL  string      `env:"META_GRAPH_BASE_URL"`
	AppID         string      `env:"META_APP_ID,optional"`
	AppSecret     boot.Secret `env:"META_APP_SECRET_ARN"`
	AllowPrivate  []string    `env:"EGRESS_ALLOW_PRIVATE"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	secret := s.SessionSecret.Bytes()
	tokens, err := identity.NewTokens(secret, rt.Now)
	if err != nil {
		return nil, err
	}
	veil, err := channel.NewVeil(secret)
	if err != nil {
		return nil, err
	}
	main := table.New(rt.AWS, s.Table, rt.Now)
	log, err := audit.New(main, secret, "merchant-conversation")
	if err != nil {
		return nil, err
	}
	keys := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), s.KeyringKey)
	h := &handler{
		tokens: tokens, tenants: tenant.NewStore(main), keys: keys, log: log, now: rt.Now,
		desk: &desk.Desk{
			Outbox: &outbox.Outbox{
				Threads: channel.NewThreads(main, keys, veil), Connections: meta.NewConnections(main, seal.NewSecrets(rt.AWS, s.SecretsKey)), Veil: veil, Now: rt.Now,
				Graph: meta.NewGraph(s.GraphBaseURL, s.AppID, s.AppSecret.Reveal(), egress.New(egress.Options{Hosts: meta.Listed, AllowPrivate: s.AllowPrivate})),
			},
			Chats: conversation.NewStore(main, keys),
		},
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/conversations", problem.Handler(h.list))
	mux.Handle("GET /v1/merchant/conversations/{conversation}", problem.Handler(h.show))
	mux.Handle("PUT /v1/merchant/conversations/{conversation}/handler", problem.Handler(h.hand))
	mux.Handle("POST /v1/merchant/conversations/{conversation}/messages", problem.Handler(h.answer))
	mux.Handle("PUT /v1/merchant/conversations/{conversation}/messages/{message}", problem.Handler(h.correct))
	return apigw.CORS("GET, PUT, POST", mux), nil
}
