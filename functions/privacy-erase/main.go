// Privacy-erase erases what is held about a person who has asked for it. It works
// through a queue; a request that was stopped half way goes on where it was.
package main

import (
	"context"

	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/conversation"
	"omniops/shared/inventory"
	"omniops/shared/object"
	"omniops/shared/rights"
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

func main() { boot.Queue(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context, rights.Work) error, error) {
	main, keys := table.New(rt.AWS, s.Table, rt.Now), table.New(rt.AWS, s.KeyTable, rt.Now)
	requests, err := rights.NewStore(main, s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	keyring := seal.NewKeyring(rt.AWS, keys, "") // nothing is opened here
	log, err := audit.New(main, s.SessionSecret.Bytes(), "privacy-erase")
	if err != nil {
		return nil, err
	}
	eraser := &rights.Eraser{
		Requests: requests, Ledger: rights.NewLedger(keys), Chats: conversation.NewStore(main, keyring), Keys: keyring, Now: rt.Now,
		Others: []rights.Task{rights.Copies(requests, object.NewBucket(rt.AWS, s.Bucket))},
		Erased: func(ctx context.Context, ref conversation.Ref, r rights.Request, n conversation.Cleared) error {
			return log.Append(ctx, ref.Tenant, audit.Entry{
				Actor: audit.Shopper, Action: audit.Delete, Record: "conversation", Count: n.Rows, Why: inventory.LegalCompliance,
				Before: n.Digest, Request: string(r.ID),
			})
		},
	}
	return func(ctx context.Context, w rights.Work) error { return eraser.Erase(ctx, w.Tenant, w.Request) }, nil
}
