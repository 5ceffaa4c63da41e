// Order-execute carries out the changes to orders that shoppers have confirmed, each
// once, as far as the merchant's rules or the merchant allow. It alone may write to
// a shop.
package main

import (
	"context"

	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/commerce"
	"omniops/shared/commerce/shopify"
	"omniops/shared/egress"
	"omniops/shared/notify"
	"omniops/shared/processor"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	KeyringKey    string      `env:"KEYRING_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	ShopifyURL    string      `env:"SHOPIFY_BASE_URL,optional"` // empty is the shop's own address
	ShopifyID     string      `env:"SHOPIFY_CLIENT_ID,optional"`
	ShopifySecret boot.Secret `env:"SHOPIFY_CLIENT_SECRET_ARN"`
	AllowPrivate  []string    `env:"EGRESS_ALLOW_PRIVATE"`
	MailURL       string      `env:"RESEND_BASE_URL"`
	MailKey       boot.Secret `env:"RESEND_API_KEY_ARN"`
	MailFrom      string      `env:"MAIL_FROM"`
}

func main() { boot.Queue(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context, commerce.Task) error, error) {
	app, _ := shopify.NewApp(s.ShopifyID, s.ShopifySecret.Reveal())
	main := table.New(rt.AWS, s.Table, rt.Now)
	keys := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), s.KeyringKey)
	outside := egress.New(egress.Options{Hosts: processor.Listed, AllowPrivate: s.AllowPrivate})
	log, err := audit.New(main, s.SessionSecret.Bytes(), "order-execute")
	if err != nil {
		return nil, err
	}
	h := &handler{
		tenants: tenant.NewStore(main),
		actions: commerce.NewActions(main, keys).Noting(commerce.NewTrail(log, keys)),
		mailer:  notify.NewMailer(s.MailURL, s.MailKey.Reveal(), s.MailFrom, outside),
		shop: shopify.NewClient(shopify.Options{
			BaseURL: s.ShopifyURL, HTTP: egress.New(egress.Options{Hosts: processor.Integrated, AllowPrivate: s.AllowPrivate}), App: app,
			Connections: shopify.NewConnections(main, seal.NewSecrets(rt.AWS, s.SecretsKey)), Now: rt.Now, Log: rt.Log,
		}),
	}
	return h.carry, nil
}
