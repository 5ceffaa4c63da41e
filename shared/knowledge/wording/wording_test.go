package wording

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSentences(t *testing.T) {
	for text, want := range map[string][]string{
		"One. Two! Three?":                                    {"One.", "Two!", "Three?"},
		"It is 30 days [1]. And 60 [2].":                      {"It is 30 days [1].", "And 60 [2]."},
		"It is 30 days. [1] And 60. [2]":                      {"It is 30 days. [1]", "And 60. [2]"},
		"It costs £39. It is new.":                            {"It costs £39.", "It is new."},
		"Am 14. Dezember geschlossen. Sonst offen.":           {"Am 14. Dezember geschlossen.", "Sonst offen."},
		"1. Empty it\n2. Ask for a label":                     {"1. Empty it", "2. Ask for a label"},
		"From 9.30 am to 5.30 p.m. on weekdays. Closed else.": {"From 9.30 am to 5.30 p.m. on weekdays.", "Closed else."},
		"Use e.g. Citric acid. Rinse.":                        {"Use e.g. Citric acid.", "Rinse."},
		"Wait… What? \"Yes.\" No.":                            {"Wait…", "What?", "\"Yes.\"", "No."},
		"これは本です。あれも。":                                         {"これは本です。", "あれも。"},
		"no end":                                              {"no end"},
		"":                                                    nil,
	} {
		if diff := cmp.Diff(want, Sentences(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// Before its end a sentence is not said to have ended where it then does not.
func TestSentenceEndIsSure(t *testing.T) {
	for _, text := range []string{
		"It is 30 days. [1] And 60. [2] Am 14. Dezember geschlossen. Sonst offen.", "Use e.g. Citric acid. Rinse! 1. Ask\n2. Go", "これは本です。あれも。[3]",
	} {
		whole, _ := SentenceEnd(text, true)
		for i := range len(text) {
			if n, ok := SentenceEnd(text[:i], false); ok && n != whole {
				t.Errorf("%q ends at %d, but %q at %d", text, whole, text[:i], n)
			}
		}
	}
}

func FuzzSentences(f *testing.F) {
	f.Add("One. [1] 2. Two… x [")
	f.Fuzz(func(t *testing.T, text string) {
		var all strings.Builder
		for rest := text; rest != ""; {
			n, ok := SentenceEnd(rest, true)
			if !ok || n <= 0 || n > len(rest) {
				t.Fatalf("%q ends at %d, %v", rest, n, ok)
			}
			all.WriteString(rest[:n])
			rest = rest[n:]
		}
		if all.String() != text {
			t.Fatalf("%q became %q", text, all.String())
		}
	})
}

func TestStems(t *testing.T) {
	for _, tc := range []struct {
		a, b, language string
		common         int
	}{
		{"You may return the kettles", "returning a kettle", "en", 2},
		{"Die Rückgabefrist", "Ihre Rückgabe", "de", 1},
		{"Les livraisons en France", "la livraison", "fr", 1},
		{"30 days", "30 jours", "en", 0},
		{"Wir versenden", "We ship", "de", 0},
		{"größe", "GROSSE", "de", 1},
	} {
		if got := Common(Stems(tc.a, tc.language), Stems(tc.b, tc.language)); got != tc.common {
			t.Errorf("%q and %q have %d words in common, want %d", tc.a, tc.b, got, tc.common)
		}
	}
	rest := Without(Stems("the red kettle costs", "en"), Stems("kettles", "en"))
	if !rest["red"] || len(rest) != 2 {
		t.Errorf("rest = %v", rest)
	}
	if !IsSmall("nicht") || IsSmall("kettle") || !slices.Equal(Words("L'eau, 2 l!"), []string{"l", "eau", "2", "l"}) {
		t.Error("small words or words")
	}
}

// However a text comes in pieces, its sentences are the same.
func TestSentencesDoNotDependOnTheCut(t *testing.T) {
	parts := []string{"approx", ".", " ", " ", "5", "14", "Dezember", "It", "it", "é", "É", "»", "”", ")", "[1]", "[", "]", "\n", "!", "…", "a.m", "no", "。", "\u00a0", "z.B"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 1, 14).Draw(t, "text"), "")
		var whole, pieces []string
		for rest := text; rest != ""; {
			n, _ := SentenceEnd(rest, true)
			whole, rest = append(whole, rest[:n]), rest[n:]
		}
		held := ""
		take := func(end bool) {
			for held != "" {
				n, ok := SentenceEnd(held, end)
				if !ok {
					return
				}
				pieces, held = append(pieces, held[:n]), held[n:]
			}
		}
		for i := range len(text) {
			held += text[i : i+1]
			take(false)
		}
		take(true)
		if !slices.Equal(whole, pieces) {
			t.Fatalf("%q: %q, in pieces %q", text, whole, pieces)
		}
	})
}
