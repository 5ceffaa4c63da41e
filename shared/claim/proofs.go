package claim

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"time"
)

// Proofs is what one run of every test proved. The public pages show it.
type Proofs struct {
	At    time.Time           `json:"at,omitzero"`     // when the run ended, UTC; zero if none was recorded
	Tests map[string][]string `json:"tests,omitempty"` // the tests that passed, by claim
}

//go:embed proofs.json
var proofs []byte

// LastProofs gives the run that was recorded before this build was made; `make
// proofs` records one. There may be none, and the pages then say so.
func LastProofs() (Proofs, error) {
	var p Proofs
	if err := json.Unmarshal(proofs, &p); err != nil {
		return Proofs{}, fmt.Errorf("read recorded proofs: %w", err)
	}
	return p, nil
}
