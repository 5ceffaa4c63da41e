package mask

import (
	"strings"
	"testing"
)

// TestPhrases holds that every phrase is found, as what it was listed, and that
// it is written as a text's words are once they are folded.
func TestPhrases(t *testing.T) {
	l, n := phrases(), 0
	for _, c := range cues {
		for phrase := range strings.SplitSeq(c.phrases, ",") {
			phrase = strings.TrimSpace(phrase)
			n++
			if phrase == "" || l[phrase]&c.tells != c.tells {
				t.Errorf("%q tells %b", phrase, l[phrase])
			}
			for _, word := range strings.Fields(phrase) {
				var buffer [longestWord]byte
				if got := string(fold(&buffer, word)); got != word {
					t.Errorf("%q is folded to %q", word, got)
				}
			}
		}
	}
	if n < 2000 || l["zzzz"] != 0 || l[""] != 0 {
		t.Errorf("%d phrases", n)
	}
}

// BenchmarkPhrases makes the list of phrases, as the first message of an instance does.
func BenchmarkPhrases(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		build()
	}
}
