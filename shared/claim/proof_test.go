package claim_test

import (
	"strings"
	"testing"

	"omniops/shared/claim"
	"omniops/shared/claim/mark"
)

// TestNoClaimIsAnOrphan holds that a claim which names what enforces it is
// marked by a test, that a marked claim exists, and that it says what enforces
// it. Whether the marked tests pass is make claims' to say.
func TestNoClaimIsAnOrphan(t *testing.T) {
	claim.Proves(t, "C001")
	claims, err := claim.All()
	if err != nil {
		t.Fatal(err)
	}
	marks, err := mark.Find("../..")
	if err != nil {
		t.Fatal(err)
	}
	proofs := map[string][]string{}
	for _, m := range marks {
		proofs[m.Claim] = append(proofs[m.Claim], m.File)
		if !strings.HasPrefix(m.Test, "Test") {
			t.Errorf("%s marks %s in %s, which a run does not find: mark it in the test itself", m.File, m.Claim, m.Test)
		}
	}
	known := map[string]claim.Claim{}
	for _, c := range claims {
		known[c.ID] = c
		if len(c.EnforcedBy) > 0 && len(proofs[c.ID]) == 0 {
			t.Errorf("%s is enforced by %s, but no test proves it", c.ID, strings.Join(c.EnforcedBy, ", "))
		}
	}
	for id, files := range proofs {
		if c, ok := known[id]; !ok {
			t.Errorf("%s: proves unknown claim %q", strings.Join(files, ", "), id)
		} else if len(c.EnforcedBy) == 0 {
			t.Errorf("%s proves %s, which does not say what enforces it", strings.Join(files, ", "), id)
		}
	}
	regimes, err := claim.Regimes()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range claims {
		if len(regimes[c.ID]) == 0 {
			t.Errorf("%s answers to no provision", c.ID)
		}
	}
	if len(regimes) != len(claims) {
		t.Errorf("%d claims have provisions, there are %d", len(regimes), len(claims))
	}
	if _, err := claim.LastProofs(); err != nil {
		t.Error(err)
	}
	for _, regime := range []string{"GDPR", "CCPA", "AI Act"} {
		if !strings.Contains(known["C001"].Statement, regime) {
			t.Errorf("C001 does not name the %s", regime)
		}
	}
}
