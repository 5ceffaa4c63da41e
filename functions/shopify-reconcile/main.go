// Shopify-reconcile runs daily and queues a look after every connected shop: its
// subscriptions are made again if they are missing, its tokens are kept fresh, and
// products that changed are read.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"omniops/shared/boot"
	"omniops/shared/commerce/shopify"
	"omniops/shared/queue"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table string `env:"TABLE_NAME"`
	Queue string `env:"SHOP_QUEUE_URL"`
}

func main() { boot.Schedule(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context) error, error) {
	connections := shopify.NewConnections(table.New(rt.AWS, s.Table, rt.Now), nil)
	work := shopify.NewQueue(queue.NewSender[shopify.Work](rt.AWS, s.Queue))
	return func(ctx context.Context) error {
		due, err := connections.Due(ctx)
		if err != nil {
			return err
		}
		today := rt.Now().UTC().Format(time.DateOnly)
		var failed error
		for _, t := range due {
			if err := work.Check(ctx, t, today, false); err != nil {
				failed = errors.Join(failed, fmt.Errorf("queue check of %s: %w", t, err))
			}
		}
		return failed
	}, nil
}
