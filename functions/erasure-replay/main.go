// Erasure-replay erases again, in a main table that was restored from a backup, what
// has been erased since the backup was taken. Operators invoke it before anything
// reads the table; no route leads here.
package main

import (
	"context"
	"time"

	"omniops/shared/boot"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

// order says which table was restored, and from when.
type order struct {
	Table string    `json:"table"` // empty for the table in use
	Since time.Time `json:"since"` // when the backup was taken
}

// receipt says how many conversations were erased again.
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
		requests, err := rights.NewStore(main, s.SessionSecret.Bytes())
		if err != nil {
			return receipt{}, err
		}
		keyring := seal.NewKeyring(rt.AWS, keys, "") // nothing is opened here
		n, err := rights.Replay(ctx, rights.NewLedger(keys), conversation.NewStore(main, keyring), keyring, requests, o.Since)
		return receipt{n}, err
	}, nil
}
