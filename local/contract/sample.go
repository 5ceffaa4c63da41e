package contract

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"omniops/local/localtest"
)

// Sample reads an event of the folder events, such as health/get.json, into v.
func Sample(t testing.TB, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(localtest.Root(t), "events", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("events/%s: %v", name, err)
	}
}
