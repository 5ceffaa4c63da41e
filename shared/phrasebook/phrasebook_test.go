package phrasebook_test

import (
	"embed"
	"slices"
	"testing"

	"omniops/shared/phrasebook"
)

//go:embed testdata/good/*.json testdata/broken/*.json
var files embed.FS

type sentences struct{ Hello string }

func TestInGivesTheLanguageThatServesATagBest(t *testing.T) {
	book := phrasebook.New[sentences](files, "testdata/good")
	if got := book.Languages(); !slices.Equal(got, []string{"de", "en"}) {
		t.Errorf("languages are %q", got)
	}
	for tag, want := range map[string]string{"de": "Guten Tag", "de-AT": "Guten Tag", "DE": "Guten Tag", "en-GB": "Hello", "fr": "Hello", "": "Hello", "dex": "Hello"} {
		if got := book.In(tag).Hello; got != want {
			t.Errorf("in %q: %q, want %q", tag, got, want)
		}
	}
	if got := book.Spoken("nl-BE"); got != "en" {
		t.Errorf("nl-BE is spoken %q", got)
	}
}

func TestALanguageIsReadWhenItIsSpoken(t *testing.T) {
	book := phrasebook.New[sentences](files, "testdata/broken")
	if got := book.In("en").Hello; got != "Hello" {
		t.Errorf("%q", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a broken file passed")
		}
	}()
	book.In("de")
}
