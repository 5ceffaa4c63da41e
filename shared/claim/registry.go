package claim

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Claim is one published promise.
type Claim struct {
	ID         string   `json:"id"` // C001 to C160
	Section    string   `json:"section"`
	Statement  string   `json:"statement"`             // our own published wording
	Proof      Proof    `json:"proof"`                 // what kind of proof it needs
	EnforcedBy []string `json:"enforced_by,omitempty"` // packages and files that make it true; none until it is built
	Elsewhere  string   `json:"elsewhere,omitempty"`   // the repository that proves it, if not this one
}

// Proof is a kind of proof.
type Proof string

// The kinds of proof.
const (
	Test           Proof = "test"           // a test drives the real path
	Infrastructure Proof = "infrastructure" // an assertion over template.yaml
	Record         Proof = "record"         // a dated document that exists, is fresh and complete
)

//go:embed claims.json
var registry []byte

var wellFormed = regexp.MustCompile(`^C\d{3}$`)

// All lists every claim in order.
func All() ([]Claim, error) {
	var all []Claim
	if err := json.Unmarshal(registry, &all); err != nil {
		return nil, fmt.Errorf("read claim registry: %w", err)
	}
	for i, c := range all {
		if !wellFormed.MatchString(c.ID) || c.ID != fmt.Sprintf("C%03d", i+1) {
			return nil, fmt.Errorf("claim %d of the registry has id %q", i+1, c.ID)
		}
		if strings.TrimSpace(c.Statement) == "" || c.Section == "" {
			return nil, fmt.Errorf("claim %s has no statement or section", c.ID)
		}
		switch c.Proof {
		case Test, Infrastructure, Record:
		default:
			return nil, fmt.Errorf("claim %s has unknown proof %q", c.ID, c.Proof)
		}
	}
	return all, nil
}
