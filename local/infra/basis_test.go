package infra

import (
	"slices"
	"testing"

	"omniops/shared/claim"
	"omniops/shared/inventory"
	"omniops/shared/ropa"
)

// Every function says in the template what it processes personal data for, and
// on which basis of Article 6. Nothing is built without: this test is part of the
// build. The purpose is one that some record is kept for, so that it is in the
// record of processing activities too.
func TestEveryFunctionDeclaresPurposeAndBasis(t *testing.T) {
	claim.Proves(t, "C027")
	entries, err := ropa.All()
	if err != nil {
		t.Fatal(err)
	}
	purposes := map[inventory.Purpose]bool{
		inventory.SecurityAndFraud: true, // keeping watch, which stores nothing of its own
	}
	for _, e := range entries {
		purposes[e.Purpose] = true
	}
	bases := []inventory.Basis{inventory.Contract, inventory.Consent, inventory.LegalObligation, inventory.LegitimateInterest}
	for _, f := range load(t).functions(t) {
		purpose, _ := at(f.whole, "Metadata", "Purpose").(string)
		basis, _ := at(f.whole, "Metadata", "LegalBasis").(string)
		if !purposes[inventory.Purpose(purpose)] {
			t.Errorf("%s declares the purpose %q, which no record is kept for (Metadata: { Purpose: …, LegalBasis: … })", f.id, purpose)
		}
		if !slices.Contains(bases, inventory.Basis(basis)) {
			t.Errorf("%s declares the legal basis %q, which is none of Article 6", f.id, basis)
		}
		if inventory.Purpose(purpose) == inventory.UsageAnalytics && inventory.Basis(basis) != inventory.Consent {
			t.Errorf("%s counts people without their consent", f.id)
		}
	}
}
