package archtest

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite testdata/modules.golden")

// requires lists the modules go.mod requires directly.
func requires(t *testing.T) (direct []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		one, single := strings.CutPrefix(line, "require ")
		switch {
		case line == "require (":
			inside = true
		case line == ")":
			inside = false
		case (inside || single) && line != "" && !strings.HasSuffix(line, "// indirect"):
			name, _, _ := strings.Cut(one, " ")
			direct = append(direct, name)
		}
	}
	slices.Sort(direct)
	return direct
}

// A dependency is added by a line in the golden file, where a reviewer sees it.
func TestModulesAreTheOnesReviewed(t *testing.T) {
	golden := filepath.Join("testdata", "modules.golden")
	got := strings.Join(requires(t), "\n") + "\n"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("go.mod and %s differ; after review, run with -update:\n%s", golden, diff)
	}
}
