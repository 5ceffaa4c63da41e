// Tenant-provision creates a merchant, or changes one, and queues the first crawl
// of its site. No route leads here: operators invoke it.
package main

import (
	"context"

	"omniops/shared/boot"
	"omniops/shared/identity"
	"omniops/shared/knowledge/library"
	"omniops/shared/queue"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	CrawlQueue    string      `env:"CRAWL_QUEUE_URL"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.Invoke(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context, order) (receipt, error), error) {
	tokens, err := identity.NewTokens(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	h := &handler{
		tenants: tenant.NewStore(table.New(rt.AWS, s.Table, rt.Now)),
		crawls:  queue.NewSender[library.Crawl](rt.AWS, s.CrawlQueue),
		tokens:  tokens,
		now:     rt.Now,
	}
	return h.provision, nil
}
