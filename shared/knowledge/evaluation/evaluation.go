// Package evaluation measures how well questions about a site are answered: by
// which pages are found for them, and by whether an answer rests on the right
// page or, where the site does not say, is withheld. It knows neither a search
// nor a model; what it measures is a function.
package evaluation

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Question is what is asked of a site, and the pages that answer it.
type Question struct {
	ID       string
	Language string // a lower-case primary subtag such as de
	Text     string
	Pages    []string // each is a right page; none when the site does not say
}

// Outcome is what came of a question.
type Outcome struct {
	// Pages are those that were found, the best first. A page that comes again
	// does not count again.
	Pages []string
	// Abstained says that no answer was given because the site does not say.
	Abstained bool
	// Shown says that what was expected was before whoever composed the answer.
	Shown bool
	// Supported says that the answer rests on what was expected.
	Supported bool
	// Stated says that the answer has the expected words.
	Stated bool
	// Text is the answer, for people to look at.
	Text string
}

// Result is a question with its outcome.
type Result struct {
	Question Question
	Outcome  Outcome
	Rank     int // of the first right page, from 1; 0 if none was found
}

// Answerable reports whether the site answers the question.
func (r Result) Answerable() bool { return len(r.Question.Pages) > 0 }

// Summary is what a set of results amounts to. Rates go from 0 to 1, and are
// NaN where there is no question that they are about.
type Summary struct {
	Questions    int // in all
	Unanswerable int // of them

	// Of answerable questions:
	NDCG             float64 // normalised discounted cumulative gain of the first ten pages
	MRR              float64 // mean of 1/rank of the first right page
	Hit3             float64 // share with a right page among the first three
	Shown            float64 // share for which what was expected could have been answered from
	Supported        float64 // share whose answer rests on what was expected
	Stated           float64 // share whose answer has the expected words
	WronglyAbstained float64 // share that got no answer

	// Of unanswerable ones:
	Abstained float64 // share that got no answer, as it should be
}

// Run asks each question in turn. An error of ask ends the run.
func Run(ctx context.Context, questions []Question, ask func(context.Context, Question) (Outcome, error)) ([]Result, error) {
	results := make([]Result, 0, len(questions))
	for _, q := range questions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		o, err := ask(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("ask question %s: %w", q.ID, err)
		}
		o.Pages = distinct(o.Pages)
		results = append(results, Result{q, o, rank(o.Pages, q.Pages)})
	}
	return results, nil
}

// Summarise sums results up.
func Summarise(results []Result) Summary {
	s := Summary{Questions: len(results)}
	for _, r := range results {
		if !r.Answerable() {
			s.Unanswerable++
			s.Abstained += one(r.Outcome.Abstained)
			continue
		}
		s.NDCG += NDCG(r.Outcome.Pages, r.Question.Pages, 10)
		if r.Rank > 0 {
			s.MRR += 1 / float64(r.Rank)
		}
		s.Hit3 += one(r.Rank > 0 && r.Rank <= 3)
		s.Shown += one(r.Outcome.Shown)
		s.Supported += one(r.Outcome.Supported)
		s.Stated += one(r.Outcome.Stated)
		s.WronglyAbstained += one(r.Outcome.Abstained)
	}
	answerable := float64(s.Questions - s.Unanswerable)
	for _, sum := range []*float64{&s.NDCG, &s.MRR, &s.Hit3, &s.Shown, &s.Supported, &s.Stated, &s.WronglyAbstained} {
		*sum /= answerable
	}
	s.Abstained /= float64(s.Unanswerable)
	return s
}

// NDCG is the normalised discounted cumulative gain of the first k pages found,
// from 0 to 1: each right page counts 1, less the later it comes, against the
// best order there could be. It is 0 when no page is right.
func NDCG(found, right []string, k int) float64 {
	right = distinct(right)
	gain, best := 0.0, 0.0
	for i, page := range distinct(found) {
		if i < k && slices.Contains(right, page) {
			gain += discount(i)
		}
	}
	for i := range min(k, len(right)) {
		best += discount(i)
	}
	if best == 0 {
		return 0
	}
	return gain / best
}

// discount is what a right page counts at a position from 0.
func discount(i int) float64 { return 1 / math.Log2(float64(i)+2) }

// rank is where the first right page stands, from 1; 0 if there is none.
func rank(found, right []string) int {
	return 1 + slices.IndexFunc(found, func(page string) bool { return slices.Contains(right, page) })
}

// distinct keeps the first of each.
func distinct(pages []string) []string {
	var list []string
	for _, p := range pages {
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
