package shopify

import (
	"regexp"
	"strings"
	"sync"

	"omniops/shared/fault"
)

// Shop is the permanent domain of a Shopify shop, such as
// kettle-and-co.myshopify.com, in lower case.
type Shop string

// shopPattern is compiled when it is first used.
var shopPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com$`)
})

// adminPage begins the address of a shop's admin, which merchants paste instead.
const adminPage = "admin.shopify.com/store/"

// ParseShop reads a shop's domain: Invalid for anything else. It takes the
// address of the shop's admin too.
func ParseShop(text string) (Shop, error) {
	s := strings.ToLower(strings.TrimSpace(text))
	s = strings.TrimSuffix(strings.TrimPrefix(s, "https://"), "/")
	if name, ok := strings.CutPrefix(s, adminPage); ok {
		name, _, _ = strings.Cut(name, "/")
		s = name + ".myshopify.com"
	}
	if len(s) > 100 || !shopPattern().MatchString(s) {
		return "", fault.E(fault.Invalid, "A shop is written like your-shop.myshopify.com.", nil)
	}
	return Shop(s), nil
}
