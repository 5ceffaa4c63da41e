// Analytics-collect counts page views and chat interactions of those who agreed
// to it, and of nobody else.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/consent"
	"omniops/shared/consent/analytics"
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
	h := &handler{visitors: visitors, tenants: tenant.NewStore(main), receipts: consent.NewStore(main), events: analytics.NewStore(main), now: rt.Now}
	mux := http.NewServeMux()
	mux.Handle("POST /v1/analytics", problem.Handler(h.collect))
	return apigw.CORS("POST", mux), nil
}
