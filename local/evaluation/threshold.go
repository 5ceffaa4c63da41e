package evaluation

import (
	"fmt"

	"omniops/shared/knowledge/evaluation"
)

// Threshold is the least that a shop's answers must reach over all languages.
type Threshold struct {
	NDCG, Hit3, MRR, Shown, Supported, Abstained float64
	WronglyAbstained                             float64 // the most
}

// Thresholds are what make eval and the tests hold each shop against: just below
// what was measured, so that nothing gets worse unseen.
var Thresholds = map[string]Threshold{
	"kettle": {NDCG: 0.76, Hit3: 0.87, MRR: 0.78, Shown: 0.77, Supported: 0.66, Abstained: 0.94, WronglyAbstained: 0.20},
	"wolle":  {NDCG: 0.83, Hit3: 0.88, MRR: 0.83, Shown: 0.79, Supported: 0.60, Abstained: 0.88, WronglyAbstained: 0.31},
	"savon":  {NDCG: 0.78, Hit3: 0.83, MRR: 0.78, Shown: 0.77, Supported: 0.62, Abstained: 0.89, WronglyAbstained: 0.27},
}

// Missed lists what a shop's answers fall short of, in words.
func (t Threshold) Missed(s evaluation.Summary) []string {
	missed := t.MissedPages(s)
	for _, m := range []struct {
		name       string
		got, least float64
	}{{"shown", s.Shown, t.Shown}, {"supported", s.Supported, t.Supported}, {"abstained", s.Abstained, t.Abstained}} {
		if !(m.got >= m.least) {
			missed = append(missed, fmt.Sprintf("%s is %.3f, at least %.3f is needed", m.name, m.got, m.least))
		}
	}
	if !(s.WronglyAbstained <= t.WronglyAbstained) {
		missed = append(missed, fmt.Sprintf("wrongly abstained is %.3f, at most %.3f is allowed", s.WronglyAbstained, t.WronglyAbstained))
	}
	return missed
}

// MissedPages is Missed for the pages found alone.
func (t Threshold) MissedPages(s evaluation.Summary) []string {
	var missed []string
	for _, m := range []struct {
		name       string
		got, least float64
	}{{"nDCG@10", s.NDCG, t.NDCG}, {"hit@3", s.Hit3, t.Hit3}, {"MRR", s.MRR, t.MRR}} {
		if !(m.got >= m.least) { // nor is a NaN enough
			missed = append(missed, fmt.Sprintf("%s is %.3f, at least %.3f is needed", m.name, m.got, m.least))
		}
	}
	return missed
}
