// Site-refresh runs daily and queues a crawl of every site that is due, so that
// answers follow the shops' pages.
package main

import (
	"context"
	"errors"
	"fmt"

	"omniops/shared/boot"
	"omniops/shared/knowledge/library"
	"omniops/shared/queue"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table      string `env:"TABLE_NAME"`
	CrawlQueue string `env:"CRAWL_QUEUE_URL"`
}

func main() { boot.Schedule(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context) error, error) {
	sites := library.NewSites(table.New(rt.AWS, s.Table, rt.Now))
	crawls := queue.NewSender[library.Crawl](rt.AWS, s.CrawlQueue)
	return func(ctx context.Context) error {
		due, err := sites.Due(ctx)
		if err != nil {
			return err
		}
		var failed error
		for _, t := range due {
			if err := crawls.Send(ctx, string(t), library.DueCrawl(t, rt.Now()), library.NewCrawl(t, rt.Now())); err != nil {
				failed = errors.Join(failed, fmt.Errorf("queue crawl of %s: %w", t, err))
			}
		}
		return failed
	}, nil
}
