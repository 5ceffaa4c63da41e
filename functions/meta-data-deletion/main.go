// Meta-data-deletion is what Meta calls when somebody who connected an account
// wants their data deleted: their tokens are gone before it answers, the rest
// goes within minutes, and at the latest within 30 days.
package main

import (
	"cmp"
	"context"
	"net/http"

	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/erasure"
	"omniops/shared/channel/meta"
	"omniops/shared/problem"
	"omniops/shared/queue"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table          string      `env:"TABLE_NAME"`
	Deletions      string      `env:"DELETION_QUEUE_URL"`
	AppSecret      boot.Secret `env:"META_APP_SECRET_ARN"`
	AppSecretSpare boot.Secret `env:"META_APP_SECRET_SPARE_ARN"`
	SessionSecret  boot.Secret `env:"SESSION_SECRET_ARN"`
	API            string      `env:"API_BASE_URL,optional"`
	Domain         string      `env:"DOMAIN_NAME"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	veil, err := channel.NewVeil(s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	main := table.New(rt.AWS, s.Table, rt.Now)
	orders := queue.NewSender[erasure.Order](rt.AWS, s.Deletions)
	h := &handler{
		secrets: meta.NewSecrets(s.AppSecret.Reveal(), s.AppSecretSpare.Reveal()),
		deletions: &erasure.Deletions{
			Eraser:      &erasure.Eraser{Table: main, Veil: veil, Now: rt.Now},
			Connections: meta.NewConnections(main, nil),
			Queue:       erasure.Queue(orders, rt.Now),
		},
		statusURL: cmp.Or(s.API, "https://"+s.Domain) + "/meta/deletion/",
		now:       rt.Now,
	}
	mux := http.NewServeMux()
	mux.Handle("POST /api/meta/data-deletion", problem.Handler(h.ask))
	return mux, nil
}
