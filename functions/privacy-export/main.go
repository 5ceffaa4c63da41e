// Privacy-export makes the copy of their data that a person has asked for. It works
// through a queue; a copy that was stopped half way goes on where it was.
package main

import (
	"context"
	"runtime/debug"

	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/conversation"
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
	Bucket        string      `env:"CONTENT_BUCKET"`
	KeyringKey    string      `env:"KEYRING_KEY_ID"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

// gcPercent keeps the memory of a long copy small.
const gcPercent = 30

func main() {
	debug.SetGCPercent(gcPercent)
	boot.Queue(build)
}

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context, rights.Work) error, error) {
	main := table.New(rt.AWS, s.Table, rt.Now)
	log, err := audit.New(main, s.SessionSecret.Bytes(), "privacy-export")
	if err != nil {
		return nil, err
	}
	keys := table.New(rt.AWS, s.KeyTable, rt.Now)
	keyring := seal.NewKeyring(rt.AWS, keys, s.KeyringKey)
	exporter, err := holding.Places{
		Main: main, Keys: keys, Ring: keyring, Bucket: object.NewBucket(rt.AWS, s.Bucket),
		Notes: rights.NewNotes(seal.NewSecrets(rt.AWS, s.SecretsKey)), Secret: s.SessionSecret.Bytes(), Now: rt.Now,
	}.Exporter()
	if err != nil {
		return nil, err
	}
	exporter.Read = func(ctx context.Context, ref conversation.Ref, r rights.Request, n int) error {
		entry := audit.Entry{Actor: audit.Shopper, Action: audit.Read, Record: "conversation.message", Count: n, Why: inventory.LegalCompliance, Request: string(r.ID)}
		who, err := keyring.Pseudonym(ctx, ref.Tenant, ref.Shopper)
		if err != nil {
			return err
		}
		if who != "" {
			entry.Subjects = []string{who}
		}
		return log.Append(ctx, ref.Tenant, entry)
	}
	return func(ctx context.Context, w rights.Work) error { return exporter.Export(ctx, w.Tenant, w.Request) }, nil
}
