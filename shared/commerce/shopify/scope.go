package shopify

import (
	"slices"
	"strings"
)

// grants lists what the privacy policy says we read of a shop, and the scopes
// that each needs. The shop's own facts need none, and fulfilments come with
// their orders.
var grants = []struct {
	data   string
	scopes []string
}{
	{"store", nil},
	{"catalogue", []string{"read_products"}},
	{"customer", []string{"read_customers"}},
	{"order", []string{"read_orders", "write_orders"}},
	{"fulfilment", []string{"read_orders"}},
	{"return", []string{"read_returns", "write_returns"}},
	{"refund", []string{"write_orders"}},
}

// Scopes are the permissions that a merchant is asked for, and no others.
func Scopes() []string {
	var all []string
	for _, g := range grants {
		all = append(all, g.scopes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Missing gives the scopes that were not granted. Leave to write is leave to
// read, and an answer may leave the latter out.
func Missing(granted []string) []string {
	return slices.DeleteFunc(Scopes(), func(s string) bool {
		object, reads := strings.CutPrefix(s, "read_")
		return slices.Contains(granted, s) || reads && slices.Contains(granted, "write_"+object)
	})
}

// splitScopes reads a list as Shopify writes it.
func splitScopes(list string) []string {
	var out []string
	for s := range strings.SplitSeq(list, ",") {
		if s = strings.TrimSpace(s); s != "" && len(s) <= 64 && len(out) < 100 {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
