// Order-action takes a shopper's yes or no to a change that was proposed, and shows
// what came of it. It changes no order: order-execute does.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
	"omniops/shared/commerce"
	"omniops/shared/problem"
	"omniops/shared/queue"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	KeyringKey    string      `env:"KEYRING_KEY_ID"`
	Tasks         string      `env:"ORDER_QUEUE_URL"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	sessions, err := webchat.NewSessions(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	main := table.New(rt.AWS, s.Table, rt.Now)
	keys := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), s.KeyringKey)
	log, err := audit.New(main, s.SessionSecret.Bytes(), "order-action")
	if err != nil {
		return nil, err
	}
	h := &handler{
		sessions: sessions,
		actions:  commerce.NewActions(main, keys).Noting(commerce.NewTrail(log, keys)),
		verifier: commerce.NewVerifier(main, keys, s.SessionSecret.Bytes()),
		tasks:    queue.NewSender[commerce.Task](rt.AWS, s.Tasks),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/orders/actions/{action}", problem.Handler(h.show))
	mux.Handle("POST /v1/orders/actions/{action}", problem.Handler(h.decide))
	return apigw.CORS("GET, POST", mux), nil
}
