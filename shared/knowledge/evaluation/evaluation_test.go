package evaluation

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Positions 1, 2, 3 count 1, 1/log2(3) = 0.63093 and 1/log2(4) = 0.5.
func TestNDCG(t *testing.T) {
	for _, c := range []struct {
		name         string
		found, right string
		k            int
		want         float64
	}{
		{"the only right page is first", "a b c", "a", 10, 1},
		{"second", "b a c", "a", 10, 0.63093},
		{"third", "b c a", "a", 10, 0.5},
		{"not found", "b c", "a", 10, 0},
		{"nothing found", "", "a", 10, 0},
		{"no page is right", "a", "", 10, 0},
		{"both right pages first", "b a c", "a b", 10, 1},
		{"first and third of two", "a c b", "a b", 10, 0.91972},      // 1.5 / 1.63093
		{"second and third of three", "x a b", "a b c", 10, 0.53072}, // 1.13093 / 2.13093
		{"one of two", "a", "a b", 10, 0.61315},                      // 1 / 1.63093
		{"a page that comes again moves nothing", "b b a", "a", 10, 0.63093},
		{"past the end", "b c a", "a", 2, 0},
		{"more right pages than places", "a b", "a b c", 2, 1},
	} {
		if got := NDCG(strings.Fields(c.found), strings.Fields(c.right), c.k); math.Abs(got-c.want) > 1e-5 {
			t.Errorf("%s: %.5f, want %.5f", c.name, got, c.want)
		}
	}
}

func TestRunAndSummarise(t *testing.T) {
	questions := []Question{
		{ID: "1", Pages: []string{"/a"}},
		{ID: "2", Pages: []string{"/a"}},
		{ID: "3", Pages: []string{"/a"}},
		{ID: "4", Pages: []string{"/a"}},
		{ID: "5"},
		{ID: "6"},
	}
	outcomes := map[string]Outcome{
		"1": {Pages: []string{"/a", "/b"}, Shown: true, Supported: true, Stated: true},
		"2": {Pages: []string{"/b", "/b", "/a"}, Shown: true, Supported: true},
		"3": {Pages: []string{"/b", "/c", "/d", "/a"}, Shown: true},
		"4": {Abstained: true},
		"5": {Pages: []string{"/a"}, Abstained: true},
		"6": {Pages: []string{"/a"}},
	}
	results, err := Run(t.Context(), questions, func(_ context.Context, q Question) (Outcome, error) { return outcomes[q.ID], nil })
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 2, 4, 0, 0, 0} {
		if results[i].Rank != want {
			t.Errorf("question %s has rank %d, want %d", results[i].Question.ID, results[i].Rank, want)
		}
	}
	want := Summary{
		Questions: 6, Unanswerable: 2,
		NDCG:      0.51540, // (1 + 0.63093 + 1/log2(5) = 0.43068 + 0) / 4
		MRR:       0.4375,  // (1 + 1/2 + 1/4 + 0) / 4
		Hit3:      0.5,
		Shown:     0.75,
		Supported: 0.5, Stated: 0.25, WronglyAbstained: 0.25,
		Abstained: 0.5,
	}
	if diff := cmp.Diff(want, Summarise(results), cmpopts.EquateApprox(0, 1e-5)); diff != "" {
		t.Error(diff)
	}
}

func TestRatesOfNothingAreNoNumbers(t *testing.T) {
	s := Summarise(nil)
	if !math.IsNaN(s.NDCG) || !math.IsNaN(s.Abstained) {
		t.Errorf("rates of no questions are %+v", s)
	}
}

func TestRunStops(t *testing.T) {
	broken := errors.New("the index is gone")
	_, err := Run(t.Context(), []Question{{ID: "7"}}, func(context.Context, Question) (Outcome, error) { return Outcome{}, broken })
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "7") {
		t.Errorf("error %v does not tell which question failed and why", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, []Question{{ID: "7"}}, func(context.Context, Question) (Outcome, error) { return Outcome{}, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("a run that nobody waits for ends with %v", err)
	}
}
