package processor

import (
	"testing"

	"omniops/shared/inventory"
)

func TestIntegrationsAreComplete(t *testing.T) {
	seen := map[Name]bool{}
	for _, i := range Integrations() {
		if err := i.Validate(); err != nil {
			t.Error(err)
		}
		if seen[i.Name] {
			t.Errorf("%s is listed twice", i.Name)
		}
		seen[i.Name] = true
		for _, p := range All() {
			if p.Name == i.Name {
				t.Errorf("%s is a processor and an integration", i.Name)
			}
		}
	}
	whole := Integrations()[0]
	for name, change := range map[string]func(*Integration){
		"no name": func(i *Integration) { i.Name = "" }, "no company": func(i *Integration) { i.Company = "" },
		"no purpose": func(i *Integration) { i.Purpose = "" }, "no host": func(i *Integration) { i.Hosts = nil },
		"no class": func(i *Integration) { i.Scope = nil }, "policy without TLS": func(i *Integration) { i.Policy = "http://shopify.com" },
		"secrets": func(i *Integration) { i.Scope = []inventory.Category{inventory.SecretMaterial} },
	} {
		i := whole
		change(&i)
		if i.Validate() == nil {
			t.Errorf("%s: the row passes", name)
		}
	}
}

func TestHostsOfIntegrations(t *testing.T) {
	for host, want := range map[string]bool{
		"kettle-and-co.myshopify.com": true, "KETTLE.MYSHOPIFY.COM.": true, "myshopify.com": false, "myshopify.com.evil.example": false,
		"evilmyshopify.com": false, "": false, "api.openai.com": false,
	} {
		if got := Integrated(host); got != want {
			t.Errorf("Integrated(%q) is %v", host, got)
		}
		if _, processor := ByHost(host); want && processor {
			t.Errorf("%s is a processor's", host)
		}
		if want && !Listed(host) {
			t.Errorf("%s cannot be reached", host)
		}
	}
}
