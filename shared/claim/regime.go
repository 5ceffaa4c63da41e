package claim

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed regimes.json
var regimes []byte

// Regimes gives the provisions that a claim answers to, by its id, such as "GDPR
// Art. 7(3)". Every claim has at least one.
func Regimes() (map[string][]string, error) {
	var all map[string][]string
	if err := json.Unmarshal(regimes, &all); err != nil {
		return nil, fmt.Errorf("read regimes of claims: %w", err)
	}
	return all, nil
}
