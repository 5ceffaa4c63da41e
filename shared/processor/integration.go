package processor

import (
	"errors"
	"fmt"
	"net/url"
	"slices"

	"omniops/shared/inventory"
)

// Integration is an outside system that a merchant connects: it holds the
// merchant's own data under the merchant's own contract, and is no processor of
// ours. Only what the merchant allowed is read and written there.
type Integration struct {
	Name    Name
	Company string // as published
	Hosts   []string
	Scope   []inventory.Category // what is exchanged with it
	Purpose string               // as published
	Policy  string               // URL of its privacy policy
}

// The integrations.
const (
	Shopify Name = "shopify"
	Meta    Name = "meta"
)

// Integrations is the product's register of integrations. What is not in it, and
// no processor, cannot be reached.
func Integrations() []Integration {
	return []Integration{
		{
			Name:    Shopify,
			Company: "Shopify",
			Hosts:   []string{"*.myshopify.com"},
			Scope:   []inventory.Category{inventory.ContactDetail, inventory.CommercialData, inventory.PublicContent, inventory.BusinessData},
			Purpose: "Finds the orders of shoppers who have proved that these are theirs, carries out what the merchant's rules allow, and reads the products of the shop.",
			Policy:  "https://www.shopify.com/legal/privacy",
		},
		{
			Name:    Meta,
			Company: "Meta Platforms",
			Hosts:   []string{"graph.facebook.com", "graph.instagram.com"},
			Scope:   []inventory.Category{inventory.Identifier, inventory.ContactDetail, inventory.MessageContent, inventory.BusinessData},
			Purpose: "Carries the messages between shoppers and the shop on Messenger, Instagram and WhatsApp, on the threads in which shoppers wrote.",
			Policy:  "https://www.facebook.com/privacy/policy/",
		},
	}
}

// Serves reports whether host is one of the integration's.
func (i Integration) Serves(host string) bool { return serves(i.Hosts, host) }

// Validate reports what the row leaves open.
func (i Integration) Validate() error {
	var errs []error
	miss := func(missing bool, what string) {
		if missing {
			errs = append(errs, fmt.Errorf("integration %q: %s", i.Name, what))
		}
	}
	miss(i.Name == "", "no name")
	miss(i.Company == "", "no company")
	miss(i.Purpose == "", "no purpose")
	miss(len(i.Hosts) == 0, "no host")
	miss(len(i.Scope) == 0, "no class of data")
	miss(slices.Contains(i.Scope, inventory.SecretMaterial), "secrets")
	policy, err := url.Parse(i.Policy)
	miss(err != nil || policy.Scheme != "https" || policy.Host == "", "no https address of its policy")
	return errors.Join(errs...)
}

// Integrated reports whether a host belongs to an integration whose row is valid.
func Integrated(host string) bool {
	return slices.ContainsFunc(Integrations(), func(i Integration) bool { return i.Serves(host) && i.Validate() == nil })
}
