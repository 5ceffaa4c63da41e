package secrets

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

func secretFile(dir string) string { return filepath.Join(dir, "secrets.json") }

// load reads the secrets in dir by ARN; there need not be any.
func load(dir string) (map[string]secret, error) {
	if dir == "" {
		return nil, nil
	}
	text, err := os.ReadFile(secretFile(dir))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []secret
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", secretFile(dir), err)
	}
	found := map[string]secret{}
	for _, s := range list {
		if len(s.Versions) > len(stages) {
			return nil, fmt.Errorf("%s: %s has %d versions", secretFile(dir), s.ARN, len(s.Versions))
		}
		found[s.ARN] = s
	}
	return found, nil
}

// save replaces the file by the secrets that a call has put. Only its owner
// can read it.
func save(dir string, all map[string]secret) error {
	if dir == "" {
		return nil
	}
	list := []secret{}
	for _, arn := range slices.Sorted(maps.Keys(all)) {
		if all[arn].Put {
			list = append(list, all[arn])
		}
	}
	text, err := json.MarshalIndent(list, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	next := secretFile(dir) + ".new"
	if err := os.WriteFile(next, text, 0o600); err != nil {
		return err
	}
	return os.Rename(next, secretFile(dir))
}
