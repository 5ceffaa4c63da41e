// Merchant-question keeps the questions that a merchant measures its shop's
// answers by, with the pages that should answer them, and runs them on the index
// in use.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/identity"
	"omniops/shared/knowledge/evaluation"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
	"omniops/shared/problem"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	Bucket        string      `env:"CONTENT_BUCKET"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	tokens, err := identity.NewTokens(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	main := table.New(rt.AWS, s.Table, rt.Now)
	h := &handler{
		tokens:    tokens,
		tenants:   tenant.NewStore(main),
		questions: evaluation.NewStore(main),
		knowledge: library.New(object.NewBucket(rt.AWS, s.Bucket)),
		now:       rt.Now,
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/questions", problem.Handler(h.list))
	mux.Handle("PUT /v1/merchant/questions/{question}", problem.Handler(h.set))
	mux.Handle("DELETE /v1/merchant/questions/{question}", problem.Handler(h.remove))
	mux.Handle("POST /v1/merchant/questions/evaluation", problem.Handler(h.evaluate))
	return apigw.CORS("GET, PUT, DELETE, POST", mux), nil
}
