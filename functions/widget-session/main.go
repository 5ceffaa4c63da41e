// Widget-session starts and renews a shopper's session with the chat widget, and
// tells the widget how to look and what to disclose.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
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
	sessions, err := webchat.NewSessions(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	h := &handler{
		sessions: sessions,
		tenants:  tenant.NewStore(table.New(rt.AWS, s.Table, rt.Now)),
	}
	mux := http.NewServeMux()
	mux.Handle("POST /v1/sessions", problem.Handler(h.start))
	return apigw.CORS("POST", mux), nil
}
