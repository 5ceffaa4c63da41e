// Merchant-site is a merchant's hold on what the agent knows: which website is
// read, how far the reading is, reading it again now, and forgetting it.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/identity"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
	"omniops/shared/problem"
	"omniops/shared/queue"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	Bucket        string      `env:"CONTENT_BUCKET"`
	CrawlQueue    string      `env:"CRAWL_QUEUE_URL"`
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
		tokens:  tokens,
		tenants: tenant.NewStore(main),
		sites:   library.NewSites(main),
		library: library.New(object.NewBucket(rt.AWS, s.Bucket)),
		crawls:  queue.NewSender[library.Crawl](rt.AWS, s.CrawlQueue),
		now:     rt.Now,
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/site", problem.Handler(h.show))
	mux.Handle("PUT /v1/merchant/site", problem.Handler(h.register))
	mux.Handle("DELETE /v1/merchant/site", problem.Handler(h.forget))
	mux.Handle("POST /v1/merchant/site/crawls", problem.Handler(h.read))
	return apigw.CORS("GET, PUT, DELETE, POST", mux), nil
}
