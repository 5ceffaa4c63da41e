// Shopify-install connects a merchant's Shopify shop, shows how it is connected,
// and disconnects it.
package main

import (
	"cmp"
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/commerce/shopify"
	"omniops/shared/egress"
	"omniops/shared/identity"
	"omniops/shared/problem"
	"omniops/shared/processor"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
	ClientID      string      `env:"SHOPIFY_CLIENT_ID,optional"` // without, no shop can be connected
	BaseURL       string      `env:"SHOPIFY_BASE_URL,optional"`
	API           string      `env:"API_BASE_URL,optional"`
	Domain        string      `env:"DOMAIN_NAME"`
	AllowPrivate  []string    `env:"EGRESS_ALLOW_PRIVATE"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	tokens, err := identity.NewTokens(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	main := table.New(rt.AWS, s.Table, rt.Now)
	connections := shopify.NewConnections(main, seal.NewSecrets(rt.AWS, s.SecretsKey))
	client := shopify.NewClient(shopify.Options{
		BaseURL: s.BaseURL, HTTP: egress.New(egress.Options{Hosts: processor.Integrated, AllowPrivate: s.AllowPrivate}),
		App:         shopify.App{ClientID: s.ClientID},
		Connections: connections, Now: rt.Now, Log: rt.Log,
	})
	installs, err := shopify.NewInstalls(client, s.SessionSecret.Bytes(), cmp.Or(s.API, "https://"+s.Domain)+shopify.CallbackPath)
	if err != nil {
		return nil, err
	}
	h := &handler{
		tokens:      tokens,
		tenants:     tenant.NewStore(main),
		connections: connections,
		catalogue:   shopify.NewCatalogue(main),
		client:      client,
		installs:    installs,
		ready:       s.ClientID != "" && s.ClientID != "unset",
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/shopify", problem.Handler(h.show))
	mux.Handle("DELETE /v1/merchant/shopify", problem.Handler(h.disconnect))
	mux.Handle("POST /v1/merchant/shopify/installs", problem.Handler(h.begin))
	return apigw.CORS("GET, DELETE, POST", mux), nil
}
