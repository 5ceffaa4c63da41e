package meta

import (
	"slices"

	"omniops/shared/processor"
)

// Listed reports whether a host is one of Meta's that calls go to.
func Listed(host string) bool {
	return slices.ContainsFunc(processor.Integrations(), func(i processor.Integration) bool {
		return i.Name == processor.Meta && i.Serves(host) && i.Validate() == nil
	})
}
