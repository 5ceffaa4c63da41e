// Shopify-sync does what is to be done about connected shops: it handles what they
// tell us, reads their products page by page, and looks after their connections.
package main

import (
	"cmp"
	"context"
	"slices"

	"omniops/shared/boot"
	"omniops/shared/commerce/shopify"
	"omniops/shared/egress"
	"omniops/shared/id"
	"omniops/shared/processor"
	"omniops/shared/queue"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
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
	Domain        string      `env:"DOMAIN_NAME"`
	AllowPrivate  []string    `env:"EGRESS_ALLOW_PRIVATE"`
}

func main() { boot.Queue(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context, shopify.Work) error, error) {
	main := table.New(rt.AWS, s.Table, rt.Now)
	requests, err := rights.NewStore(main, s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	app, _ := shopify.NewApp(s.ClientID, s.ClientSecret.Reveal())
	worker := &shopify.Worker{
		Client: shopify.NewClient(shopify.Options{
			BaseURL: s.BaseURL, HTTP: egress.New(egress.Options{Hosts: processor.Integrated, AllowPrivate: s.AllowPrivate}), App: app,
			Connections: shopify.NewConnections(main, seal.NewSecrets(rt.AWS, s.SecretsKey)), Now: rt.Now, Log: rt.Log,
		}),
		Catalogue: shopify.NewCatalogue(main),
		Queue:     shopify.NewQueue(queue.NewSender[shopify.Work](rt.AWS, s.Queue)),
		Table:     main,
		Address:   "https://" + s.Domain + "/api/shopify/webhook",
		Accept:    accept(requests),
		Now:       rt.Now,
		Log:       rt.Log,
	}
	return worker.Do, nil
}

// accept keeps a request of the privacy law as one of the person's rights, which
// the worker of these carries out. Shopify's own number of it makes a second
// delivery the same request.
func accept(requests *rights.Store) func(context.Context, id.Tenant, shopify.Event) error {
	return func(ctx context.Context, t id.Tenant, e shopify.Event) error {
		r := rights.Request{
			Kind: rights.Access, Source: rights.FromShopify, SourceID: cmp.Or(e.Request, e.Key), Law: rights.ShopifyTerms,
			Subjects: e.Subjects, Received: e.ReceivedAt,
		}
		switch e.Topic {
		case shopify.Redact:
			r.Kind = rights.Erase
		case shopify.ShopRedact:
			return acceptShop(ctx, requests, t, r)
		}
		_, err := requests.Accept(ctx, t, r)
		return err
	}
}

// perRequest is how many conversations one request for erasure names.
const perRequest = 200

// acceptShop keeps requests for the erasure of all conversations in which an order of
// a shop was proved. Their links to the shop go last, so that one that is cut short
// finds the same ones again.
func acceptShop(ctx context.Context, requests *rights.Store, t id.Tenant, r rights.Request) error {
	all, err := requests.About(ctx, t, r)
	if err != nil {
		return err
	}
	event, shops := r.SourceID, r.Subjects
	r.Kind, r.Subjects = rights.Erase, nil
	for some := range slices.Chunk(all, perRequest) {
		r.SourceID, r.Conversations = event+"|"+string(some[0]), some
		if _, err := requests.Accept(ctx, t, r); err != nil {
			return err
		}
	}
	for _, s := range shops {
		if _, err := requests.Unlink(ctx, t, s); err != nil {
			return err
		}
	}
	return nil
}
