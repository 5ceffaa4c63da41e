package tabletest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"omniops/shared/inventory"
)

// publish has the tests of record types write what shared/ropa publishes:
//
//	go test -run TestRecords ./shared/… -publish
var publish = flag.Bool("publish", false, "write the inventory entries that shared/ropa publishes")

// checkPublished fails unless shared/ropa/entries holds exactly this entry: the
// Article 30 record and the public pages are made from those files, so that a
// record type that is not among them cannot be merged.
func checkPublished(t *testing.T, entry inventory.Entry) {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "shared", "ropa", "entries", entry.Record+".json")
	want, err := json.MarshalIndent(entry, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *publish {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("what is published of %s is not what it declares (run its package's tests with -publish, and review the change): %v", entry.Record, err)
	}
}

// moduleRoot finds the folder of go.mod above the test's.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, statErr := os.Stat(filepath.Join(dir, "go.mod")); statErr == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", os.ErrNotExist
		}
		dir = parent
	}
	return "", err
}
