// Meta-deletion-run carries out the deletions that people asked Meta for. It works
// through a queue, in as many legs as it takes.
package main

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/erasure"
	"omniops/shared/channel/meta"
	"omniops/shared/queue"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	Deletions     string      `env:"DELETION_QUEUE_URL"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

// spare is how much of its time a leg leaves for storing how far it came.
const spare = 10 * time.Second

func main() { boot.Queue(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context, erasure.Order) error, error) {
	veil, err := channel.NewVeil(s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	main := table.New(rt.AWS, s.Table, rt.Now)
	keyring := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), "") // it only destroys keys, for which KMS is not asked
	deletions := &erasure.Deletions{
		Eraser:      &erasure.Eraser{Table: main, Keys: keyring, Threads: channel.NewThreads(main, keyring, veil), Veil: veil, Now: rt.Now},
		Connections: meta.NewConnections(main, nil),
		Queue:       erasure.Queue(queue.NewSender[erasure.Order](rt.AWS, s.Deletions), rt.Now),
	}
	return func(ctx context.Context, o erasure.Order) error {
		until := rt.Now().Add(time.Minute)
		if deadline, ok := ctx.Deadline(); ok { // by the machine's clock; ours may be moved
			until = rt.Now().Add(time.Until(deadline) - spare)
		}
		done, err := deletions.Run(ctx, o.Code, until)
		if err != nil {
			return fmt.Errorf("carry out deletion %s: %w", o.Code, err)
		}
		if !done {
			return deletions.Queue(ctx, o)
		}
		return nil
	}, nil
}
