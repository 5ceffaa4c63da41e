// Package processor is the register of everybody outside OmniOps who may
// receive data: who they are, where they process, for which surface, which
// classes of data, and under which transfer mechanism. The egress client, the
// model router, the policy page and the data processing agreement all read
// this one list.
package processor

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"omniops/shared/inventory"
)

// Name identifies a processor in code, logs and ledgers.
type Name string

// The processors.
const (
	OpenAI     Name = "openai"
	Anthropic  Name = "anthropic"
	Google     Name = "google"
	AWS        Name = "aws"
	Cloudflare Name = "cloudflare"
	Sentry     Name = "sentry"
	Resend     Name = "resend"
)

// Surface is a part of the product that hands data to processors.
type Surface string

// The surfaces.
const (
	CustomerChat      Surface = "customer-chat"      // replies to shoppers
	MerchantAssistant Surface = "merchant-assistant" // replies to signed-in merchants
	Embeddings        Surface = "embeddings"         // vectors for search
	ErrorMonitoring   Surface = "error-monitoring"
	Email             Surface = "email"
	Hosting           Surface = "hosting"  // storage, computing, keys
	Delivery          Surface = "delivery" // content delivery, protection from floods
)

// Use is one surface on which a processor is used.
type Use struct {
	Surface Surface
	// Rank orders the processors of a surface: 1 is asked first, the others
	// only when those before them cannot be reached.
	Rank    int
	Classes []inventory.Category // what the processor may receive there
}

// Processor is one row of the register.
type Processor struct {
	Name       Name
	Company    string // as published
	Country    Country
	Purpose    string // as published
	Hosts      []string
	Mechanisms []Mechanism
	Uses       []Use
	Policy     string // URL of its privacy policy
}

// Use gives how the processor is used on a surface, if it is.
func (p Processor) Use(s Surface) (Use, bool) {
	i := slices.IndexFunc(p.Uses, func(u Use) bool { return u.Surface == s })
	if i < 0 {
		return Use{}, false
	}
	return p.Uses[i], true
}

// Serves reports whether host is one of the processor's. A listed host that
// begins with "*." stands for every name below it.
func (p Processor) Serves(host string) bool { return serves(p.Hosts, host) }

func serves(hosts []string, host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return slices.ContainsFunc(hosts, func(listed string) bool {
		if suffix, wild := strings.CutPrefix(listed, "*"); wild {
			return len(host) > len(suffix) && strings.HasSuffix(host, suffix)
		}
		return host == listed
	})
}

// Validate reports what the row leaves open. A processor with an incomplete
// row, or without a mechanism that holds for its country, is not used.
func (p Processor) Validate() error {
	var errs []error
	miss := func(missing bool, what string) {
		if missing {
			errs = append(errs, fmt.Errorf("processor %q: %s", p.Name, what))
		}
	}
	miss(p.Name == "", "no name")
	miss(p.Company == "", "no company")
	miss(p.Country == "", "no country")
	miss(p.Purpose == "", "no purpose")
	policy, err := url.Parse(p.Policy)
	miss(err != nil || policy.Scheme != "https" || policy.Host == "", "no https address of its policy")
	miss(len(p.Uses) == 0, "no surface")
	for _, u := range p.Uses {
		miss(u.Surface == "" || u.Rank < 1, "a use without a surface or a rank")
		miss(len(u.Classes) == 0, fmt.Sprintf("no class of data on %s", u.Surface))
		miss(u.Surface != Hosting && slices.Contains(u.Classes, inventory.SecretMaterial),
			fmt.Sprintf("secrets on %s", u.Surface))
	}
	for _, m := range p.Mechanisms {
		miss(!m.holds(p.Country), fmt.Sprintf("%s does not hold for %s", m, p.Country))
	}
	for _, r := range []Region{UnitedKingdom, EuropeanEconomicArea} {
		miss(p.Country != "" && !p.MayTransfer(r), fmt.Sprintf("no mechanism for data from %s", r))
	}
	return errors.Join(errs...)
}

// Register is a list of processors.
type Register []Processor

// Validate reports what the rows leave open, and what they contradict.
func (r Register) Validate() error {
	var errs []error
	type place struct {
		surface Surface
		rank    int
	}
	names, places := map[Name]bool{}, map[place]bool{}
	for _, p := range r {
		errs = append(errs, p.Validate())
		if names[p.Name] {
			errs = append(errs, fmt.Errorf("processor %q is listed twice", p.Name))
		}
		names[p.Name] = true
		for _, u := range p.Uses {
			at := place{u.Surface, u.Rank}
			if places[at] {
				errs = append(errs, fmt.Errorf("two processors have rank %d on %s", u.Rank, u.Surface))
			}
			places[at] = true
		}
	}
	return errors.Join(errs...)
}

// Chain gives the processors of a surface, first choice first: the order in
// which the router asks and in which the policy names them. Rows that are not
// valid are left out.
func (r Register) Chain(s Surface) []Processor {
	var chain []Processor
	for _, p := range r {
		if _, used := p.Use(s); used && p.Validate() == nil {
			chain = append(chain, p)
		}
	}
	slices.SortFunc(chain, func(a, b Processor) int {
		ua, _ := a.Use(s)
		ub, _ := b.Use(s)
		return cmp.Compare(ua.Rank, ub.Rank)
	})
	return chain
}

// Allowed gives the part of a surface's chain that may receive a class of data
// that originates in a tenant's region.
func (r Register) Allowed(s Surface, class inventory.Category, from Region) []Processor {
	return slices.DeleteFunc(r.Chain(s), func(p Processor) bool {
		use, _ := p.Use(s)
		return !slices.Contains(use.Classes, class) || !p.MayTransfer(from)
	})
}

// ByHost finds the processor a host belongs to. Rows that are not valid are
// not found.
func (r Register) ByHost(host string) (Processor, bool) {
	for _, p := range r {
		if p.Serves(host) && p.Validate() == nil {
			return p, true
		}
	}
	return Processor{}, false
}

// Validate checks the product's own register.
func Validate() error { return All().Validate() }

// Chain is Register.Chain of the product's own register.
func Chain(s Surface) []Processor { return All().Chain(s) }

// Allowed is Register.Allowed of the product's own register.
func Allowed(s Surface, class inventory.Category, from Region) []Processor {
	return All().Allowed(s, class, from)
}

// ByHost is Register.ByHost of the product's own register.
func ByHost(host string) (Processor, bool) { return All().ByHost(host) }

// Listed reports whether a host belongs to a processor or an integration at all:
// what the egress client asks before it connects.
func Listed(host string) bool {
	_, listed := ByHost(host)
	return listed || Integrated(host)
}
