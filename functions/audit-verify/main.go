// Audit-verify runs daily and walks every merchant's audit log. One that does not
// hold is an error, and so an alarm; the log line says at which entry.
package main

import (
	"context"
	"errors"

	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.Schedule(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context) error, error) {
	log, err := audit.New(table.New(rt.AWS, s.Table, rt.Now), s.SessionSecret.Bytes(), "audit-verify")
	if err != nil {
		return nil, err
	}
	anchors := audit.NewAnchors(table.New(rt.AWS, s.KeyTable, rt.Now))
	return func(ctx context.Context) error {
		flaws, err := log.VerifyAll(ctx, anchors)
		for _, f := range flaws {
			err = errors.Join(err, f)
		}
		return err
	}, nil
}
