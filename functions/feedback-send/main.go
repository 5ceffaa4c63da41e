// Feedback-send takes what a shopper asks or says about the help they got, for the
// merchant to read.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
	"omniops/shared/feedback"
	"omniops/shared/problem"
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
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	sessions, err := webchat.NewSessions(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	main := table.New(rt.AWS, s.Table, rt.Now)
	keys := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), s.KeyringKey)
	h := &handler{sessions: sessions, tenants: tenant.NewStore(main), notes: feedback.NewStore(main, keys)}
	mux := http.NewServeMux()
	mux.Handle("POST /v1/feedback", problem.Handler(h.send))
	return apigw.CORS("POST", mux), nil
}
