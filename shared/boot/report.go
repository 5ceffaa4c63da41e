package boot

import (
	"context"

	"omniops/shared/telemetry"
)

// newReporter gives the function that reports errors.
func newReporter(getenv func(string) string) func(context.Context, *Runtime, error, telemetry.Severity) {
	return func(context.Context, *Runtime, error, telemetry.Severity) {}
}
