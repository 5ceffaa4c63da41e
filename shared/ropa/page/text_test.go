package page

import (
	"strings"
	"testing"
	"time"

	"omniops/shared/claim"
	"omniops/shared/consent"
	"omniops/shared/inventory"
	"omniops/shared/processor"
	"omniops/shared/ropa"
)

// free are the groups that a language may leave open: what is missing is shown in
// the words of the registry.
var free = map[string]bool{"claims": true, "of": true, "sections": true, "processor": true}

func TestEveryLanguageSaysTheSameThings(t *testing.T) {
	all, err := readTexts()
	if err != nil {
		t.Fatal(err)
	}
	english := all[Languages[0]]
	for _, language := range Languages {
		for group, texts := range english {
			for key := range texts {
				if !free[group] && all[language][group][key] == "" {
					t.Errorf("%s says nothing for %s.%s", language, group, key)
				}
			}
		}
		for group, texts := range all[language] {
			for key := range texts {
				if !free[group] && english[group][key] == "" {
					t.Errorf("%s has %s.%s, which English has not", language, group, key)
				}
			}
		}
	}
}

// Whatever the registers hold has words.
func TestEveryValueHasWords(t *testing.T) {
	all, err := readTexts()
	if err != nil {
		t.Fatal(err)
	}
	english := all["en"]
	want := func(group, key string) {
		t.Helper()
		if english[group][key] == "" {
			t.Errorf("there are no words for %s.%s", group, key)
		}
	}
	entries, err := ropa.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		want("purpose", string(e.Purpose))
		want("basis", string(e.LegalBasis))
		want("subject", string(e.Subject))
		want("source", string(e.Source))
		want("retention", string(e.Retention))
		for _, c := range e.Fields {
			if c != inventory.None {
				want("category", string(c))
			}
		}
	}
	for _, p := range processor.All() {
		want("country", string(p.Country))
		for _, u := range p.Uses {
			want("surface", string(u.Surface))
		}
		for _, m := range p.Mechanisms {
			want("mechanism", string(m))
		}
	}
	for _, s := range consent.Register() {
		want("place", string(s.Place))
		want("use", string(s.Use))
		want("about", s.About)
		want("ui", "on-"+s.On)
		if s.Until != "" {
			want("until", s.Until)
		}
	}
}

// A translation belongs to one sentence: when that changes, the sentence itself
// is shown, marked as what it is, until somebody translates it again.
func TestATranslationBelongsToItsSentence(t *testing.T) {
	p, err := New(Options{Operator: "x", Email: "a@b.example"})
	if err != nil {
		t.Fatal(err)
	}
	claims, err := claim.All()
	if err != nil {
		t.Fatal(err)
	}
	german := p.texts["de"]
	c := claims[10]
	if got := p.promise(c, german); got.Lang != "" || got.Text == c.Statement {
		t.Errorf("%s is shown as %q (%s)", c.ID, got.Text, got.Lang)
	}
	c.Statement += " And more."
	if got := p.promise(c, german); got.Lang != "en" || got.Text != c.Statement {
		t.Errorf("a sentence that has changed is shown as %q (%s)", got.Text, got.Lang)
	}
}

// A recorded run is shown with each promise it proved, by date and test; what it did
// not prove is called unproven, whatever is said to enforce it.
func TestTheLastProofIsShown(t *testing.T) {
	p, err := New(Options{Operator: "x", Email: "a@b.example"})
	if err != nil {
		t.Fatal(err)
	}
	p.proofs = claim.Proofs{At: time.Date(2026, 11, 23, 4, 5, 6, 0, time.UTC), Tests: map[string][]string{"C087": {"functions/meta-data-deletion.TestX"}}}
	for _, language := range Languages {
		body, _, err := p.Page("deletion", language)
		if err != nil {
			t.Fatal(err)
		}
		_, part, _ := strings.Cut(string(body), `<div class="promise proved" id="C087">`)
		part, _, _ = strings.Cut(part, "</details>")
		if !strings.Contains(part, "2026-11-23") || !strings.Contains(part, "<code>functions/meta-data-deletion.TestX</code>") {
			t.Errorf("%s: the last proof is not shown: %s", language, part)
		}
		if !strings.Contains(string(body), `<div class="promise unproved" id="C088">`) {
			t.Errorf("%s: what the run did not prove is not called unproven", language)
		}
	}
}
