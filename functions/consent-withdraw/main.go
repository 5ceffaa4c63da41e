// Consent-withdraw records that somebody withdrew their consent by contacting
// us. No route leads here: operators invoke it.
package main

import (
	"context"

	"omniops/shared/boot"
	"omniops/shared/consent"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table string `env:"TABLE_NAME"`
}

func main() { boot.Invoke(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context, order) (receipt, error), error) {
	h := &handler{consent.NewStore(table.New(rt.AWS, s.Table, rt.Now))}
	return h.withdraw, nil
}
