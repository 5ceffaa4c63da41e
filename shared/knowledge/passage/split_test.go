package passage

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var source = Source{
	URL:       "https://shop.example/pages/returns",
	Title:     "Returns",
	Language:  "en",
	CrawledAt: time.Date(2026, 10, 3, 9, 0, 0, 0, time.UTC),
}

func TestSplit(t *testing.T) {
	cases := []struct {
		name, markdown string
		want           []string // title, then text
	}{
		{"one section per heading",
			"# Returns\n\nWe are fair.\n\n## How long do I have\n\n30 days.\n\n## Where to\n\nOur depot.\n- bring the box\n- bring the slip",
			[]string{"Returns", "We are fair.", "Returns › How long do I have", "30 days.",
				"Returns › Where to", "Our depot.\n- bring the box\n- bring the slip"}},
		{"a lower heading stays below its parent",
			"## Europe\n\n### Germany\n\n3 days\n\n### France\n\n4 days\n\n## Asia\n\n9 days",
			[]string{"Returns › Europe › Germany", "3 days", "Returns › Europe › France", "4 days", "Returns › Asia", "9 days"}},
		{"a heading without text is text", "## Gift cards are final\n\n## Sale\n\nSale items too.",
			[]string{"Returns", "Gift cards are final", "Returns › Sale", "Sale items too."}},
		{"a question is not part of another", "## FAQ\n\n### Why?\n\na\n\n#### When?\n\nb\n\n#### More\n\nc",
			[]string{"Returns › FAQ › Why?", "a", "Returns › FAQ › When?", "b", "Returns › FAQ › When? › More", "c"}},
		{"a comment in code is no heading", "```\n# not this\n```", []string{"Returns", "```\n# not this\n```"}},
		{"nothing", " \n\n", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, p := range Split(source, c.markdown) {
				got = append(got, p.Title(), p.Text)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSplitRepeatsTableHead(t *testing.T) {
	table := "| Country | Days |\n| --- | --- |\n" + strings.Repeat("| A country with a rather long name | 3 working days |\n", 60)
	got := Split(source, table)
	if len(got) < 2 {
		t.Fatalf("%d passages, want several", len(got))
	}
	for _, p := range got {
		if !strings.HasPrefix(p.Text, "| Country | Days |\n| --- | --- |\n|") {
			t.Errorf("a part without its head: %q", p.Text)
		}
	}
}

func TestSplitRepeatsWhatLeadsIntoAList(t *testing.T) {
	intro := strings.Repeat("We make our kettles of steel. ", 28)
	list := strings.Repeat("- a part with a rather long name that can be bought alone\n", 40)
	got := Split(source, intro+"\n\nThese parts can be had:\n\n"+list+"\nThat is all.")
	if len(got) < 3 || strings.Contains(got[0].Text, "These parts") {
		t.Fatalf("%d passages, the first %q", len(got), got[0].Text)
	}
	for _, p := range got[1:] {
		if !strings.HasPrefix(p.Text, "These parts can be had:\n") {
			t.Errorf("a part without what leads into it: %.80q", p.Text)
		}
	}
	if last := got[len(got)-1].Text; !strings.HasSuffix(last, "\n\nThat is all.") {
		t.Errorf("the end is %q", last)
	}
}

func TestSentences(t *testing.T) {
	for line, want := range map[string][]string{
		"One. Two! Three? Four":                    {"One.", "Two!", "Three?", "Four"},
		"It takes approx. 5 days, e.g. by post.":   {"It takes approx. 5 days, e.g. by post."},
		"Kochgeschirr, z. B. Töpfe. Am 3. Mai zu.": {"Kochgeschirr, z. B. Töpfe.", "Am 3. Mai zu."},
		"Er sagte: „Gut.“ Dann ging er.":           {"Er sagte: „Gut.“", "Dann ging er."},
		"(He paid.) She left.":                     {"(He paid.)", "She left."},
		"返品できます。「本当です。」送料は無料！":                     {"返品できます。", "「本当です。」", "送料は無料！"},
		"हाँ। नहीं।":                               {"हाँ।", "नहीं।"},
		"هل تشحنون؟ نعم.":                          {"هل تشحنون؟", "نعم."},
		"Price 3.50 now.":                          {"Price 3.50 now."},
		"":                                         nil,
	} {
		if diff := cmp.Diff(want, sentences(line)); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
}

func TestIDsAreStable(t *testing.T) {
	before := Split(source, "Intro.\n\n## A\n\none\n\n## B\n\ntwo\n\n## B\n\ntwo")
	after := Split(source, "Another intro, longer.\n\n## New\n\nx\n\n## B\n\ntwo\n\n## B\n\ntwo")
	if before[2].ID != after[2].ID || before[3].ID != after[3].ID {
		t.Error("an untouched passage changed its id")
	}
	if before[2].ID == before[3].ID {
		t.Error("two passages share an id")
	}
	if before[2].Hash() != before[3].Hash() || before[1].Hash() == before[2].Hash() {
		t.Error("the content hash does not follow the text")
	}
}

// No passage is too long and no word of the page is lost, doubled or moved.
func TestSplitLaw(t *testing.T) {
	line := rapid.OneOf(
		rapid.StringMatching(`(## )?[a-zA-ZäöüßÀ-ÿ0-9.,!?;]{1,12}( [a-zA-Zäöüß0-9.,!?]{1,9}){0,80}`),
		rapid.StringMatching(`- [a-z]{1,400}`),
		rapid.StringMatching(`[あ-んア-ン一-龥。！]{1,600}`),
		rapid.Just(""),
	)
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(line, 0, 30).Draw(t, "lines")
		markdown := strings.Join(lines, "\n")
		var got, want strings.Builder
		last := []string{"Returns"}
		for _, p := range Split(source, markdown) {
			if n := Tokens(p.Text); n > MaxTokens {
				t.Fatalf("%d tokens in %q", n, p.Text)
			}
			shared := 0
			for shared < len(last) && shared < len(p.Path) && last[shared] == p.Path[shared] {
				shared++
			}
			for _, h := range p.Path[shared:] {
				got.WriteString(h)
			}
			last = p.Path
			got.WriteString(p.Text)
		}
		for _, l := range lines {
			want.WriteString(strings.TrimPrefix(l, "## "))
		}
		if diff := cmp.Diff(squeeze(want.String()), squeeze(got.String())); diff != "" {
			t.Fatal(diff)
		}
	})
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func FuzzSplit(f *testing.F) {
	f.Add("# a\n\n| b |\n| - |\n| c |")
	f.Fuzz(func(t *testing.T, markdown string) {
		for _, p := range Split(source, markdown) {
			if n := Tokens(p.Text); n > MaxTokens {
				t.Errorf("%d tokens", n)
			}
		}
	})
}
