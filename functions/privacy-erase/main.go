// Privacy-erase erases what is held about a person who has asked for it. It works
// through a queue; a request that was stopped half way goes on where it was.
package main

import (
	"context"

	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/object"
	"omniops/shared/rights"
	"omniops/shared/rights/holding"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	KeyringKey    string      `env:"KEYRING_KEY_ID"`
	Bucket        string      `env:"CONTENT_BUCKET"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.Queue(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context, rights.Work) error, error) {
	main, keys := table.New(rt.AWS, s.Table, rt.Now), table.New(rt.AWS, s.KeyTable, rt.Now)
	eraser, err := holding.Places{
		Main: main, Keys: keys, Ring: seal.NewKeyring(rt.AWS, keys, s.KeyringKey), Bucket: object.NewBucket(rt.AWS, s.Bucket), Secret: s.SessionSecret.Bytes(), Now: rt.Now,
	}.Eraser()
	if err != nil {
		return nil, err
	}
	log, err := audit.New(main, s.SessionSecret.Bytes(), "privacy-erase")
	if err != nil {
		return nil, err
	}
	eraser.Erased = func(ctx context.Context, t id.Tenant, r rights.Request, n rights.Removed) error {
		return log.Append(ctx, t, audit.Entry{
			Actor: audit.Shopper, Action: audit.Delete, Record: n.Record, Count: n.Count, Why: inventory.LegalCompliance, Before: n.Digest, Request: string(r.ID),
		})
	}
	return func(ctx context.Context, w rights.Work) error { return eraser.Erase(ctx, w.Tenant, w.Request) }, nil
}
