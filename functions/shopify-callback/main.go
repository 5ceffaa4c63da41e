// Shopify-callback is where Shopify sends a merchant's browser back to when it has
// allowed us into the shop: it checks that, and connects the shop.
package main

import (
	"cmp"
	"context"
	"net/http"

	"omniops/shared/boot"
	"omniops/shared/commerce/shopify"
	"omniops/shared/egress"
	"omniops/shared/processor"
	"omniops/shared/queue"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	Queue         string      `env:"SHOP_QUEUE_URL"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
	ClientID      string      `env:"SHOPIFY_CLIENT_ID,optional"` // without, no shop is connected
	ClientSecret  boot.Secret `env:"SHOPIFY_CLIENT_SECRET_ARN"`
	BaseURL       string      `env:"SHOPIFY_BASE_URL,optional"`
	API           string      `env:"API_BASE_URL,optional"`
	Domain        string      `env:"DOMAIN_NAME"`
	AllowPrivate  []string    `env:"EGRESS_ALLOW_PRIVATE"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	main := table.New(rt.AWS, s.Table, rt.Now)
	app, secrets := shopify.NewApp(s.ClientID, s.ClientSecret.Reveal())
	connections := shopify.NewConnections(main, seal.NewSecrets(rt.AWS, s.SecretsKey))
	client := shopify.NewClient(shopify.Options{
		BaseURL: s.BaseURL, HTTP: egress.New(egress.Options{Hosts: processor.Integrated, AllowPrivate: s.AllowPrivate}), App: app,
		Connections: connections, Now: rt.Now, Log: rt.Log,
	})
	installs, err := shopify.NewInstalls(client, s.SessionSecret.Bytes(), cmp.Or(s.API, "https://"+s.Domain)+shopify.CallbackPath, secrets...)
	if err != nil {
		return nil, err
	}
	h := &handler{
		tenants:     tenant.NewStore(main),
		connections: connections,
		installs:    installs,
		work:        shopify.NewQueue(queue.NewSender[shopify.Work](rt.AWS, s.Queue)),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+shopify.CallbackPath, h.finish)
	return mux, nil
}
