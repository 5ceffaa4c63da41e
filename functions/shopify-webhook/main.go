// Shopify-webhook takes what connected shops tell us: it checks the signature,
// finds whose shop it is, and queues the event's numbers.
package main

import (
	"context"
	"net/http"

	"omniops/shared/boot"
	"omniops/shared/commerce/shopify"
	"omniops/shared/problem"
	"omniops/shared/queue"
	"omniops/shared/subject"
	"omniops/shared/table"
	"omniops/shared/webhook"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	Queue         string      `env:"SHOP_QUEUE_URL"`
	ClientSecret  boot.Secret `env:"SHOPIFY_CLIENT_SECRET_ARN"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	people, err := subject.New(s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	_, secrets := shopify.NewApp("", s.ClientSecret.Reveal())
	h := &handler{
		signature: webhook.NewBase64(secrets...),
		owners:    shopify.NewOwners(shopify.NewConnections(table.New(rt.AWS, s.Table, rt.Now), nil), rt.Now),
		people:    people,
		work:      shopify.NewQueue(queue.NewSender[shopify.Work](rt.AWS, s.Queue)),
		now:       rt.Now,
	}
	mux := http.NewServeMux()
	mux.Handle("POST /api/shopify/webhook", problem.Handler(h.receive))
	return mux, nil
}
