// Policy-page serves the public pages: privacy policy, cookies, processors, AI
// and the data that is held. They are made from what this build runs on.
package main

import (
	"context"
	"net/http"

	"omniops/shared/boot"
	"omniops/shared/problem"
	"omniops/shared/ropa/page"
	"omniops/web"
)

// settings is everything this function reads from its environment.
type settings struct {
	Operator string `env:"OPERATOR_NAME"`
	Email    string `env:"PRIVACY_EMAIL"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, _ *boot.Runtime, s settings) (http.Handler, error) {
	pages, err := page.New(page.Options{Operator: s.Operator, Email: s.Email, Tokens: web.Tokens})
	if err != nil {
		return nil, err
	}
	h := &handler{pages: pages}
	mux := http.NewServeMux()
	mux.Handle("GET /privacy/{page}", problem.Handler(h.show))
	return mux, nil
}
