// Meta-deauthorize is what Meta calls when somebody, or a Page, removes the app: the
// tokens are gone before it answers, and everything else that came from there is
// deleted as if that had been asked for.
package main

import (
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
		now: rt.Now,
	}
	mux := http.NewServeMux()
	mux.Handle("POST /api/meta/deauthorize", problem.Handler(h.remove))
	return mux, nil
}
