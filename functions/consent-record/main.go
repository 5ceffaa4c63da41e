// Consent-record keeps what shoppers choose about cookies, in a shop's banner and
// in its preference centre, and shows them what they chose.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/consent"
	"omniops/shared/problem"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	visitors, err := consent.NewVisitors(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	main := table.New(rt.AWS, s.Table, rt.Now)
	h := &handler{visitors: visitors, tenants: tenant.NewStore(main), desk: consent.NewDesk(consent.NewStore(main), rt.Now)}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/consent", problem.Handler(h.show))
	mux.Handle("POST /v1/consent", problem.Handler(h.record))
	return apigw.CORS("GET, POST", mux), nil
}
