// Merchant-consent keeps what a merchant chooses in the dashboard's preference
// centre, and shows it.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/consent"
	"omniops/shared/identity"
	"omniops/shared/problem"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	tokens, err := identity.NewTokens(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	h := &handler{tokens, consent.NewDesk(consent.NewStore(table.New(rt.AWS, s.Table, rt.Now)), rt.Now)}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/consent", problem.Handler(h.show))
	mux.Handle("POST /v1/merchant/consent", problem.Handler(h.record))
	return apigw.CORS("GET, POST", mux), nil
}
