// Meta-webhook accepts the deliveries of WhatsApp, Messenger and Instagram,
// checks their signature and queues each event for the responder.
package main

import (
	"context"
	"net/http"

	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/problem"
	"omniops/shared/queue"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table          string      `env:"TABLE_NAME"`
	Inbound        string      `env:"META_QUEUE_URL"`
	Quarantine     string      `env:"META_QUARANTINE_URL"`
	AppID          string      `env:"META_APP_ID,optional"`
	AppSecret      boot.Secret `env:"META_APP_SECRET_ARN"`
	AppSecretSpare boot.Secret `env:"META_APP_SECRET_SPARE_ARN"` // the one before, or the next, while it is being changed
	VerifyToken    boot.Secret `env:"META_VERIFY_TOKEN_ARN"`
	SessionSecret  boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	veil, err := channel.NewVeil(s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	h := &handler{
		app:         meta.App{ID: s.AppID},
		secrets:     meta.NewSecrets(s.AppSecret.Reveal(), s.AppSecretSpare.Reveal()),
		verifyToken: s.VerifyToken.Reveal(),
		connections: meta.NewConnections(table.New(rt.AWS, s.Table, rt.Now), nil),
		veil:        veil,
		inbound:     queue.NewSender[channel.Inbound](rt.AWS, s.Inbound),
		quarantine:  queue.NewSender[quarantined](rt.AWS, s.Quarantine),
		now:         rt.Now,
	}
	mux := http.NewServeMux()
	mux.Handle("GET /api/meta/webhook", problem.Handler(h.verify))
	mux.Handle("POST /api/meta/webhook", problem.Handler(h.receive))
	return mux, nil
}
