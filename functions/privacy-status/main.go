// Privacy-status shows how far a privacy request is, and its receipt.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/problem"
	"omniops/shared/rights"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
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
	h := &handler{tickets: tickets, requests: requests, now: rt.Now}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/privacy/requests/{request}", problem.Handler(h.show))
	return apigw.CORS("GET", mux), nil
}
