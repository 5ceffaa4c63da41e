package evaluation

import (
	"slices"
	"strings"
	"testing"

	"omniops/local/localtest"
	"omniops/shared/claim"
	"omniops/shared/knowledge/evaluation"
	"omniops/shared/knowledge/passage"
)

// least is how many questions a shop must have, in all and per language.
var least = map[string]struct {
	all, unanswerable int
	language          map[string]int
}{
	"kettle": {130, 20, map[string]int{"en": 70, "de": 30, "fr": 30}},
	"wolle":  {85, 15, map[string]int{"en": 8, "de": 70, "fr": 8}},
	"savon":  {85, 15, map[string]int{"en": 8, "de": 8, "fr": 70}},
}

func TestEveryQuestionIsAnsweredWhereItSays(t *testing.T) {
	ids := map[string]bool{}
	for _, site := range Sites() {
		texts := map[string]bool{}
		all, err := Passages(t.Context(), site)
		if err != nil {
			t.Fatal(err)
		}
		pages := map[string]string{}
		for _, p := range all {
			path := PathOf(p.URL)
			pages[path] += strings.ToLower(p.Title() + "\n" + p.Text + "\n")
		}
		list := Questions(site)
		unanswerable, language := 0, map[string]int{}
		for _, q := range list {
			language[q.Language]++
			if ids[q.ID] || texts[q.Text] || !strings.HasPrefix(q.ID, site+"-") || strings.TrimSpace(q.Text) == "" {
				t.Errorf("%s %q: the name or the text is there twice, or not as it should be", q.ID, q.Text)
			}
			ids[q.ID], texts[q.Text] = true, true
			if q.Unanswerable {
				unanswerable++
				if len(q.Pages)+len(q.Answers) > 0 {
					t.Errorf("%s cannot be answered, and has an answer", q.ID)
				}
				continue
			}
			if len(q.Pages) == 0 || len(q.Answers) == 0 {
				t.Errorf("%s has no page or no answer", q.ID)
			}
			stands := false
			for _, path := range q.Pages {
				text, ok := pages[path]
				if !ok {
					t.Errorf("%s: the shop has no page %s", q.ID, path)
				}
				stands = stands || slices.ContainsFunc(q.Answers, func(a string) bool { return strings.Contains(text, strings.ToLower(a)) })
			}
			if !stands {
				t.Errorf("%s %q: none of %q stands on %v", q.ID, q.Text, q.Answers, q.Pages)
			}
		}
		want := least[site]
		if len(list) < want.all || unanswerable < want.unanswerable {
			t.Errorf("%s has %d questions, %d of them unanswerable; want %d and %d", site, len(list), unanswerable, want.all, want.unanswerable)
		}
		for l, n := range want.language {
			if language[l] < n {
				t.Errorf("%s has %d questions in %s, want %d", site, language[l], l, n)
			}
		}
	}
}

func TestPassages(t *testing.T) {
	all, err := Passages(t.Context(), "kettle")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/returns", "/delivery", "/products/harbour-electric-kettle", "/guides/hobs"} {
		if !slices.ContainsFunc(all, func(p passage.Passage) bool { return PathOf(p.URL) == path }) {
			t.Errorf("no passage of %s among %d", path, len(all))
		}
	}
	if _, err := Passages(t.Context(), "nowhere"); err == nil {
		t.Error("a shop that is not there has passages")
	}
}

// Answers rest on the pages that hold them, and where no page does, there is
// none: for as many of the questions as the thresholds say.
func TestAnswersAreGrounded(t *testing.T) {
	claim.Proves(t, "C039")
	for _, site := range Sites() {
		t.Run(site, func(t *testing.T) {
			shop, err := Open(t.Context(), localtest.Root(t), site)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := shop.Close(); err != nil {
					t.Error(err)
				}
			}()
			results, err := shop.Run(t.Context(), shop.Ask)
			if err != nil {
				t.Fatal(err)
			}
			threshold, ok := Thresholds[site]
			if !ok || threshold.NDCG == 0 || threshold.Abstained == 0 {
				t.Errorf("the thresholds are %+v", threshold)
			}
			for _, m := range threshold.Missed(evaluation.Summarise(results)) {
				t.Error(m)
			}
		})
	}
}

// A run that fell short anywhere is told so.
func TestThreshold(t *testing.T) {
	enough := evaluation.Summary{NDCG: 0.5, Hit3: 0.5, MRR: 0.5, Shown: 0.5, Supported: 0.5, Abstained: 0.5, WronglyAbstained: 0.5}
	at := Threshold{NDCG: 0.5, Hit3: 0.5, MRR: 0.5, Shown: 0.5, Supported: 0.5, Abstained: 0.5, WronglyAbstained: 0.5}
	if missed := at.Missed(enough); len(missed) > 0 {
		t.Errorf("what reaches the threshold misses %q", missed)
	}
	short := evaluation.Summary{NDCG: 0.4, Hit3: 0.4, MRR: 0.4, Shown: 0.4, Supported: 0.4, Abstained: 0.4, WronglyAbstained: 0.6}
	if missed := at.Missed(short); len(missed) != 7 {
		t.Errorf("what falls short everywhere misses %q", missed)
	}
	if missed := at.Missed(evaluation.Summarise(nil)); len(missed) != 7 {
		t.Errorf("a run without questions misses %q", missed)
	}
}
