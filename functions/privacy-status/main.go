// Privacy-status shows how far a privacy request is, and its receipt, and takes what the
// shop has asked its person to tell.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/problem"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	tickets, err := rights.NewTickets(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	requests, err := rights.NewStore(table.New(rt.AWS, s.Table, rt.Now), s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	h := &handler{tickets: tickets, requests: requests, notes: rights.NewNotes(seal.NewSecrets(rt.AWS, s.SecretsKey)), now: rt.Now}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/privacy/requests/{request}", problem.Handler(h.show))
	mux.Handle("PUT /v1/privacy/requests/{request}", problem.Handler(h.answer))
	return apigw.CORS("GET, PUT", mux), nil
}
