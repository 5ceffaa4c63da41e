package page

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/knowledge/passage"
)

// shopPages are pages in the manner of shop platforms and of plain HTML. Their
// first line is a comment with the page's path.
func shopPages(t testing.TB) map[string]string {
	t.Helper()
	names, err := filepath.Glob("testdata/shops/*.html")
	if err != nil || len(names) < 20 {
		t.Fatal(names, err)
	}
	pages := map[string]string{}
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages[name] = string(source)
	}
	return pages
}

func shopAddress(source string) string {
	line, _, _ := strings.Cut(source, "\n")
	return "https://shop.example" + strings.TrimSuffix(strings.TrimPrefix(line, "<!-- "), " -->")
}

// The products of a page are those in the JSON beside it, which is written by
// hand from what a shopper would see. The text beside it shows what remains.
func TestShops(t *testing.T) {
	for name, source := range shopPages(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			c, err := Extract(shopAddress(source), []byte(source))
			if err != nil {
				t.Fatal(err)
			}
			golden, err := os.ReadFile(strings.TrimSuffix(name, ".html") + ".json")
			if err != nil {
				t.Fatal(err)
			}
			want := []passage.Product{}
			if err := json.Unmarshal(golden, &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, append([]passage.Product{}, c.Products...)); diff != "" {
				t.Error(diff)
			}
			text := strings.TrimSuffix(name, ".html") + ".md"
			if *update {
				if err := os.WriteFile(text, []byte(c.Text+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			said, err := os.ReadFile(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(said), c.Text+"\n"); diff != "" {
				t.Error(diff)
			}
		})
	}
}
