// Meta-connect has a merchant connect Pages, Instagram accounts and WhatsApp
// numbers, and disconnect them.
package main

import (
	"cmp"
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/egress"
	"omniops/shared/identity"
	"omniops/shared/problem"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
	AppID         string      `env:"META_APP_ID,optional"` // without, nobody can connect anything
	AppSecret     boot.Secret `env:"META_APP_SECRET_ARN"`
	GraphBaseURL  string      `env:"META_GRAPH_BASE_URL"`
	LoginURL      string      `env:"META_LOGIN_URL"`
	API           string      `env:"API_BASE_URL,optional"`
	Domain        string      `env:"DOMAIN_NAME"`
	AllowPrivate  []string    `env:"EGRESS_ALLOW_PRIVATE"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	veil, err := channel.NewVeil(s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	signer, err := seal.NewSigner(s.SessionSecret.Bytes(), "meta-login")
	if err != nil {
		return nil, err
	}
	tokens, err := identity.NewTokens(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	main, secrets := table.New(rt.AWS, s.Table, rt.Now), seal.NewSecrets(rt.AWS, s.SecretsKey)
	outside := egress.New(egress.Options{Hosts: meta.Listed, AllowPrivate: s.AllowPrivate})
	h := &handler{tokens: tokens, now: rt.Now, logins: &meta.Logins{
		Table: main, Secrets: secrets, Connections: meta.NewConnections(main, secrets), Veil: veil, Signer: signer,
		Graph: meta.NewGraph(s.GraphBaseURL, s.AppID, s.AppSecret.Reveal(), outside),
		AppID: s.AppID, DialogURL: s.LoginURL, ReturnURL: cmp.Or(s.API, "https://"+s.Domain) + "/v1/meta/callback", Now: rt.Now,
	}}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/meta", problem.Handler(h.show))
	mux.Handle("POST /v1/merchant/meta/logins", problem.Handler(h.begin))
	mux.Handle("PUT /v1/merchant/meta/accounts/{channel}/{account}", problem.Handler(h.connect))
	mux.Handle("DELETE /v1/merchant/meta/accounts/{channel}/{account}", problem.Handler(h.disconnect))
	return apigw.CORS("GET, POST, PUT, DELETE", mux), nil
}
