package evaluation

import "testing"

func TestPassages(t *testing.T) {
	all, err := Passages(t.Context(), "kettle")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range all {
		seen[PathOf(p.URL)] = true
	}
	for _, path := range []string{"/returns", "/delivery", "/products/harbour-electric-kettle", "/guides/hobs"} {
		if !seen[path] {
			t.Errorf("no passage of %s among %d", path, len(all))
		}
	}
	if _, err := Passages(t.Context(), "nowhere"); err == nil {
		t.Error("a shop that is not there has passages")
	}
}
