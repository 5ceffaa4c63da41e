package consent

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A receipt names the wording by its version, so the words may not change without
// it: testdata keeps the version and the hash of the words that belong together.
func TestTheWordingHasItsVersion(t *testing.T) {
	words, err := os.ReadFile(filepath.Join("..", "..", "web", "consent", "strings.ts"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(words), `export const version = "`+Version+`";`) {
		t.Errorf("the banner does not show version %s", Version)
	}
	got := fmt.Sprintf("%s %x\n", Version, sha256.Sum256(words))
	path := filepath.Join("testdata", "wording.golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || string(want) != got {
		t.Errorf("the words have changed: give them a new version in web/consent/strings.ts and in receipt.go, then run with -update (%v)", err)
	}
}

func TestTheBannerKnowsTheRegister(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "web", "consent", "choice.ts"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`choiceCookie = "` + ChoiceCookie + `"`, `visitCookie = "` + VisitCookie + `"`,
		fmt.Sprintf("life = %d * 86400", int(Life.Hours()/24)), fmt.Sprintf("visitLife = %d * 60", int(visitLife.Minutes())),
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the banner does not say %s", want)
		}
	}
}
