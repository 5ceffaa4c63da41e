// Order-lookup lets a shopper prove that an order is theirs: it takes what they
// say about it, and later the code that went to the address on the order.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
	"omniops/shared/commerce"
	"omniops/shared/commerce/proof"
	"omniops/shared/commerce/shopify"
	"omniops/shared/egress"
	"omniops/shared/problem"
	"omniops/shared/processor"
	"omniops/shared/queue"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/subject"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	KeyringKey    string      `env:"KEYRING_KEY_ID"`
	Verifications string      `env:"VERIFICATION_QUEUE_URL"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	ShopifyURL    string      `env:"SHOPIFY_BASE_URL,optional"` // empty is the shop's own address
	ShopifyID     string      `env:"SHOPIFY_CLIENT_ID,optional"`
	ShopifySecret boot.Secret `env:"SHOPIFY_CLIENT_SECRET_ARN"`
	AllowPrivate  []string    `env:"EGRESS_ALLOW_PRIVATE"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	sessions, err := webchat.NewSessions(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	app, _ := shopify.NewApp(s.ShopifyID, s.ShopifySecret.Reveal())
	main := table.New(rt.AWS, s.Table, rt.Now)
	keys := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), s.KeyringKey)
	people, err := subject.New(s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	requests, err := rights.NewStore(main, s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	shops := shopify.NewConnections(main, seal.NewSecrets(rt.AWS, s.SecretsKey))
	log, err := audit.New(main, s.SessionSecret.Bytes(), "order-lookup")
	if err != nil {
		return nil, err
	}
	trail := commerce.NewTrail(log, keys)
	h := &handler{
		sessions: sessions,
		links:    &proof.Links{People: people, Requests: requests, Shops: shops},
		verifier: commerce.NewVerifier(main, keys, s.SessionSecret.Bytes()).Noting(trail),
		actions:  commerce.NewActions(main, keys),
		attempts: queue.NewSender[commerce.Attempt](rt.AWS, s.Verifications),
		shop: shopify.NewClient(shopify.Options{
			BaseURL: s.ShopifyURL, HTTP: egress.New(egress.Options{Hosts: processor.Integrated, AllowPrivate: s.AllowPrivate}), App: app,
			Connections: shops, Now: rt.Now, Log: rt.Log,
		}),
		shops: shops,
		trail: trail,
		log:   rt.Log,
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/orders/progress", problem.Handler(h.progress))
	mux.Handle("POST /v1/orders/verify", problem.Handler(h.verify))
	mux.Handle("POST /v1/orders/confirm", problem.Handler(h.confirm))
	return apigw.CORS("GET, POST", mux), nil
}
