// Retention-sweep runs daily and removes what retention says is due, of every
// merchant.
package main

import (
	"context"

	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.Schedule(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context) error, error) {
	main := table.New(rt.AWS, s.Table, rt.Now)
	log, err := audit.New(main, s.SessionSecret.Bytes(), "retention-sweep")
	if err != nil {
		return nil, err
	}
	keys := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), "") // nothing is opened here
	sweeper := &rights.Sweeper{
		Tenants: tenant.NewStore(main), Chats: conversation.NewStore(main, keys), Keys: keys, Main: main, Now: rt.Now,
		Swept: func(ctx context.Context, t id.Tenant, n rights.Swept) error {
			return log.Append(ctx, t, audit.Entry{
				Actor: audit.System, Action: audit.Delete, Record: "conversation", Count: n.Rows + n.Days, Why: inventory.LegalCompliance, Before: n.Digest,
			})
		},
	}
	return func(ctx context.Context) error {
		_, err := sweeper.All(ctx)
		return err
	}, nil
}
