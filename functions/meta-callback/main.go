// Meta-callback is where Meta sends a merchant's browser after logging in.
package main

import (
	"cmp"
	"context"
	"net/http"

	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/egress"
	"omniops/shared/problem"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
	AppID         string      `env:"META_APP_ID,optional"` // without, nobody can log in
	AppSecret     boot.Secret `env:"META_APP_SECRET_ARN"`
	GraphBaseURL  string      `env:"META_GRAPH_BASE_URL"`
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
	main, secrets := table.New(rt.AWS, s.Table, rt.Now), seal.NewSecrets(rt.AWS, s.SecretsKey)
	outside := egress.New(egress.Options{Hosts: meta.Listed, AllowPrivate: s.AllowPrivate})
	h := &handler{logins: &meta.Logins{
		Table: main, Secrets: secrets, Connections: meta.NewConnections(main, secrets), Veil: veil, Signer: signer,
		Graph: meta.NewGraph(s.GraphBaseURL, s.AppID, s.AppSecret.Reveal(), outside),
		AppID: s.AppID, ReturnURL: cmp.Or(s.API, "https://"+s.Domain) + "/v1/meta/callback", Now: rt.Now,
	}}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/meta/callback", problem.Handler(h.finish))
	return mux, nil
}
