package processor

import (
	"strings"
	"testing"

	"omniops/shared/claim"
	"omniops/shared/inventory"
)

func TestListedIsValid(t *testing.T) {
	if err := Validate(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []Name{OpenAI, Anthropic, Google, AWS, Cloudflare, Sentry, Resend} {
		found := 0
		for _, p := range All() {
			if p.Name == name {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s has %d rows", name, found)
		}
	}
}

func names(chain []Processor) string {
	var out []string
	for _, p := range chain {
		out = append(out, string(p.Name))
	}
	return strings.Join(out, " ")
}

func TestChain(t *testing.T) {
	for surface, want := range map[Surface]string{
		CustomerChat:      "openai anthropic google",
		MerchantAssistant: "anthropic google",
		Embeddings:        "openai",
		ErrorMonitoring:   "sentry",
		Email:             "resend",
		Hosting:           "aws",
		Delivery:          "cloudflare",
		"":                "",
	} {
		if got := names(Chain(surface)); got != want {
			t.Errorf("Chain(%q) = %q, want %q", surface, got, want)
		}
	}
}

// TestProcessorsAsPublished proves, for the rows the policy names, where each
// processes, what for, and under which mechanisms data goes there.
func TestProcessorsAsPublished(t *testing.T) {
	claim.Proves(t, "C120", "C121", "C122", "C126")
	for name, surface := range map[Name]Surface{
		Anthropic: MerchantAssistant, OpenAI: CustomerChat, Google: CustomerChat, Sentry: ErrorMonitoring,
	} {
		for _, region := range []Region{UnitedKingdom, EuropeanEconomicArea, Elsewhere} {
			class := inventory.MessageContent
			if surface == ErrorMonitoring {
				class = inventory.Identifier
			}
			found := false
			for _, p := range Allowed(surface, class, region) {
				if p.Name == name {
					found = true
					if p.Country != UnitedStates {
						t.Errorf("%s processes in %s", name, p.Country)
					}
				}
			}
			if !found {
				t.Errorf("%s may not receive %s from %s", name, class, region)
			}
		}
	}
}

func TestAllowedByClass(t *testing.T) {
	for _, class := range []inventory.Category{
		inventory.SecretMaterial, inventory.DeviceData, inventory.ContactDetail, inventory.Identifier, "unheard-of", "",
	} {
		for _, surface := range []Surface{CustomerChat, MerchantAssistant, Embeddings} {
			if got := names(Allowed(surface, class, UnitedKingdom)); got != "" {
				t.Errorf("%s may receive %q on %s", got, class, surface)
			}
		}
	}
}

// row is a complete row of a processor in the United States.
func row(change func(*Processor)) Processor {
	p := Processor{
		Name: "acme", Company: "Acme", Country: UnitedStates, Purpose: "Tests.",
		Hosts: []string{"api.acme.example"}, Mechanisms: []Mechanism{SCC, IDTA},
		Uses:   []Use{{CustomerChat, 1, []inventory.Category{inventory.MessageContent}}},
		Policy: "https://acme.example/privacy",
	}
	change(&p)
	return p
}

func TestIncompleteRowIsNotUsed(t *testing.T) {
	claim.Proves(t, "C118")
	for name, change := range map[string]func(*Processor){
		"no mechanism":             func(p *Processor) { p.Mechanisms = nil },
		"adequacy does not hold":   func(p *Processor) { p.Mechanisms = []Mechanism{SCC, IDTA, EUAdequacy} },
		"unknown mechanism":        func(p *Processor) { p.Mechanisms = append(p.Mechanisms, "handshake") },
		"no country":               func(p *Processor) { p.Country = "" },
		"no purpose":               func(p *Processor) { p.Purpose = "" },
		"no company":               func(p *Processor) { p.Company = "" },
		"no policy":                func(p *Processor) { p.Policy = "" },
		"policy without TLS":       func(p *Processor) { p.Policy = "http://acme.example/privacy" },
		"no class":                 func(p *Processor) { p.Uses[0].Classes = nil },
		"secrets outside hosting":  func(p *Processor) { p.Uses[0].Classes = []inventory.Category{inventory.SecretMaterial} },
		"no rank":                  func(p *Processor) { p.Uses[0].Rank = 0 },
		"no surface":               func(p *Processor) { p.Uses = nil },
		"global without mechanism": func(p *Processor) { p.Country, p.Mechanisms = Global, nil },
	} {
		t.Run(name, func(t *testing.T) {
			p := row(change)
			if p.Validate() == nil {
				t.Fatal("the row passes")
			}
			r := Register{p}
			if got := names(r.Allowed(CustomerChat, inventory.MessageContent, UnitedKingdom)); got != "" {
				t.Errorf("the row is used on the surface")
			}
			if _, found := r.ByHost("api.acme.example"); found {
				t.Errorf("the row's host may be called")
			}
		})
	}
	if err := row(func(*Processor) {}).Validate(); err != nil {
		t.Fatalf("the unchanged row: %v", err)
	}
}

func TestTransfers(t *testing.T) {
	claim.Proves(t, "C119")
	for _, c := range []struct {
		name       string
		country    Country
		mechanisms []Mechanism
		uk, eea    bool
	}{
		{"US, clauses only", UnitedStates, []Mechanism{SCC}, false, true},
		{"US, UK agreement only", UnitedStates, []Mechanism{IDTA}, true, false},
		{"US, UK addendum", UnitedStates, []Mechanism{SCC, UKAddendum}, true, true},
		{"US, adequacy claimed", UnitedStates, []Mechanism{EUAdequacy, UKAdequacy}, false, false},
		{"US, nothing", UnitedStates, nil, false, false},
		{"Germany, nothing", "DE", nil, false, true},
		{"Germany, adequacy", "DE", []Mechanism{UKAdequacy}, true, true},
		{"Britain, nothing", Britain, nil, true, false},
		{"Britain, adequacy", Britain, []Mechanism{EUAdequacy}, true, true},
		{"Japan, adequacy", "JP", []Mechanism{EUAdequacy, UKAdequacy}, true, true},
		{"global, adequacy", Global, []Mechanism{EUAdequacy, UKAdequacy}, false, false},
		{"global, contracts", Global, []Mechanism{SCC, IDTA}, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := row(func(p *Processor) { p.Country, p.Mechanisms = c.country, c.mechanisms })
			if got := p.MayTransfer(UnitedKingdom); got != c.uk {
				t.Errorf("from the UK: %v", got)
			}
			if got := p.MayTransfer(EuropeanEconomicArea); got != c.eea {
				t.Errorf("from the EEA: %v", got)
			}
			if got := p.MayTransfer(Elsewhere); got != (c.uk && c.eea) {
				t.Errorf("from elsewhere: %v", got)
			}
			if !c.uk && names(Register{p}.Allowed(CustomerChat, inventory.MessageContent, UnitedKingdom)) != "" {
				t.Error("a UK tenant's messages may go there")
			}
		})
	}
}

func TestByHost(t *testing.T) {
	for host, want := range map[string]Name{
		"api.openai.com":                    OpenAI,
		"API.OpenAI.com.":                   OpenAI,
		"o1.ingest.us.sentry.io":            Sentry,
		"dynamodb.eu-west-2.amazonaws.com":  AWS,
		"api.openai.com.evil.example":       "",
		"evilapi.openai.com":                "",
		".ingest.sentry.io":                 "",
		"ingest.sentry.io":                  "",
		"s3.us-east-1.amazonaws.com":        "",
		"":                                  "",
		"169.254.169.254":                   "",
		"generativelanguage.googleapis.com": Google,
	} {
		p, found := ByHost(host)
		if Listed(host) != found {
			t.Errorf("Listed(%q) = %v", host, !found)
		}
		if p.Name != want || found != (want != "") {
			t.Errorf("ByHost(%q) = %q, %v; want %q", host, p.Name, found, want)
		}
	}
}

func TestRegisterContradictions(t *testing.T) {
	twice := Register{row(func(*Processor) {}), row(func(*Processor) {})}
	err := twice.Validate()
	if err == nil || !strings.Contains(err.Error(), "listed twice") || !strings.Contains(err.Error(), "rank 1") {
		t.Errorf("Validate = %v", err)
	}
}
