// Site-crawl reads one merchant's website and makes it what the agent answers
// from. It works through a queue, one crawl of a tenant at a time.
package main

import (
	"context"

	"omniops/shared/boot"
	"omniops/shared/id"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/ingest"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table        string   `env:"TABLE_NAME"`
	Bucket       string   `env:"CONTENT_BUCKET"`
	AllowPrivate []string `env:"CRAWL_ALLOW_PRIVATE"`
}

func main() { boot.Queue(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context, library.Crawl) error, error) {
	main := table.New(rt.AWS, s.Table, rt.Now)
	limits := crawl.Limits{}
	if len(s.AllowPrivate) > 0 { // our own machine need not be spared
		limits.Rate = 200
	}
	reader := &ingest.Reader{
		Client:  crawl.NewClient(s.AllowPrivate, nil),
		Tenants: tenant.NewStore(main),
		Sites:   library.NewSites(main),
		Library: library.New(object.NewBucket(rt.AWS, s.Bucket)),
		Limits:  limits,
		Now:     rt.Now,
		Log:     rt.Log,
	}
	return func(ctx context.Context, order library.Crawl) error {
		if _, err := id.Parse[id.Tenant](string(order.Tenant)); err != nil {
			return err // Invalid: no other try would help
		}
		return reader.Read(ctx, order)
	}, nil
}
