// Meta-check runs daily: it orders deletions again that are not done, tells
// somebody about those that are late, and notes which tokens end soon.
package main

import (
	"context"
	"errors"
	"fmt"

	"omniops/shared/boot"
	"omniops/shared/channel/erasure"
	"omniops/shared/channel/meta"
	"omniops/shared/queue"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table     string `env:"TABLE_NAME"`
	Deletions string `env:"DELETION_QUEUE_URL"`
}

func main() { boot.Schedule(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context) error, error) {
	main := table.New(rt.AWS, s.Table, rt.Now)
	connections := meta.NewConnections(main, nil)
	deletions := &erasure.Deletions{
		Eraser: &erasure.Eraser{Table: main, Now: rt.Now}, Connections: connections,
		Queue: erasure.Queue(queue.NewSender[erasure.Order](rt.AWS, s.Deletions), rt.Now),
	}
	return func(ctx context.Context) error {
		return errors.Join(checkDeletions(ctx, rt, deletions), checkTokens(ctx, rt, connections))
	}, nil
}

// checkDeletions counts what is late; the alarms are on the counts.
func checkDeletions(ctx context.Context, rt *boot.Runtime, deletions *erasure.Deletions) error {
	open, err := deletions.Open(ctx)
	if err != nil {
		return err
	}
	late, critical := 0, 0
	var failed error
	for _, d := range open {
		age := rt.Now().Sub(d.AskedAt)
		switch {
		case age >= erasure.Critical:
			critical++
			fallthrough
		case age >= erasure.Late:
			late++
			rt.Log.ErrorContext(ctx, "a deletion is not done", "deletion", d.Code, "days", int(age.Hours()/24), "due", d.DueAt)
		}
		if err := deletions.Queue(ctx, erasure.Order{Code: d.Code}); err != nil {
			failed = errors.Join(failed, fmt.Errorf("order deletion %s: %w", d.Code, err))
		}
	}
	rt.Metrics.Count("DeletionsLate", late)
	rt.Metrics.Count("DeletionsCritical", critical)
	return failed
}

// checkTokens has merchants log in again before their tokens end.
func checkTokens(ctx context.Context, rt *boot.Runtime, connections *meta.Connections) error {
	ending, err := connections.Ending(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, c := range ending {
		rt.Log.WarnContext(ctx, "a token ends soon", "tenant", c.Tenant, "account", c.Account.String(), "ends", c.ExpiresAt)
		if !rt.Now().Before(c.ExpiresAt) {
			failed = errors.Join(failed, connections.SetState(ctx, c, meta.Reconnect))
		}
	}
	rt.Metrics.Count("TokensEnding", len(ending))
	return failed
}
