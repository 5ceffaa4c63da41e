// Erasure-replay erases again, in a main table that was restored from a backup, what
// has been erased since the backup was taken. Operators invoke it before anything
// reads the table; no route leads here.
package main

import (
	"context"
	"time"

	"omniops/shared/boot"
	"omniops/shared/fault"
	"omniops/shared/object"
	"omniops/shared/rights/holding"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	Bucket        string      `env:"CONTENT_BUCKET"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

// order says which table was restored, and from when.
type order struct {
	Table string    `json:"table"` // empty for the table in use
	Since time.Time `json:"since"` // when the backup was taken
}

// receipt says how many conversations and browsers were erased again.
type receipt struct {
	Conversations int `json:"conversations"`
}

func main() { boot.Invoke(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context, order) (receipt, error), error) {
	keys := table.New(rt.AWS, s.KeyTable, rt.Now)
	return func(ctx context.Context, o order) (receipt, error) {
		if o.Since.IsZero() || o.Since.After(rt.Now()) {
			return receipt{}, fault.E(fault.Invalid, "Say when the backup was taken: since.", nil)
		}
		if o.Table == "" {
			o.Table = s.Table
		}
		main := table.New(rt.AWS, o.Table, rt.Now)
		eraser, err := holding.Places{
			Main: main, Keys: keys, Ring: seal.NewKeyring(rt.AWS, keys, ""), // nothing is opened here
			Bucket: object.NewBucket(rt.AWS, s.Bucket), Secret: s.SessionSecret.Bytes(), Now: rt.Now,
		}.Eraser()
		if err != nil {
			return receipt{}, err
		}
		n, err := eraser.Replay(ctx, o.Since)
		return receipt{n}, err
	}, nil
}
