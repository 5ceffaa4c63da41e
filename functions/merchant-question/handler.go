package main

import (
	"context"
	"math"
	"net/http"
	"slices"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/knowledge/evaluation"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/library"
	"omniops/shared/tenant"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 16 << 10

type handler struct {
	tokens    *identity.Tokens
	tenants   *tenant.Store
	questions *evaluation.Store
	knowledge *library.Library
	now       func() time.Time
}

// questionView is a question as a merchant sees it.
type questionView struct {
	Question  id.Question `json:"question"`
	Language  string      `json:"language"`
	Text      string      `json:"text"`
	Pages     []string    `json:"pages"`
	UpdatedAt time.Time   `json:"updated_at"`
}

func newQuestionView(k evaluation.Kept) questionView {
	return questionView{k.ID, k.Language, k.Text, append([]string{}, k.Pages...), k.UpdatedAt}
}

// list shows all of the merchant's questions.
func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	all, err := h.questions.List(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	view := struct {
		Questions []questionView `json:"questions"`
	}{[]questionView{}}
	for _, k := range all {
		view.Questions = append(view.Questions, newQuestionView(k))
	}
	return apigw.WriteJSON(w, http.StatusOK, view)
}

// set keeps a question, over any of the same name.
func (h *handler) set(w http.ResponseWriter, r *http.Request) error {
	who, question, err := h.named(r)
	if err != nil {
		return err
	}
	var in struct {
		Language string   `json:"language"`
		Text     string   `json:"text"`
		Pages    []string `json:"pages"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	k, err := h.questions.Put(r.Context(), who, evaluation.Kept{ID: question, Language: in.Language, Text: in.Text, Pages: in.Pages})
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, newQuestionView(k))
}

// remove forgets a question.
func (h *handler) remove(w http.ResponseWriter, r *http.Request) error {
	who, question, err := h.named(r)
	if err != nil {
		return err
	}
	if err := h.questions.Remove(r.Context(), who, question); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// named gives who asks, and the question that the path names.
func (h *handler) named(r *http.Request) (id.Tenant, id.Question, error) {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return "", "", err
	}
	question, err := id.Parse[id.Question](r.PathValue("question"))
	if question == "evaluation" {
		return "", "", fault.E(fault.Invalid, "A question is not called evaluation, which runs them all.", nil)
	}
	return who.Tenant, question, err
}

// Confidence from which a page counts as speaking of what is asked, and how many
// passages are looked at for ten pages.
const (
	speaksOf = 0.35
	deep     = 40
)

// failureView is a question that the site's search did not do right.
type failureView struct {
	Question id.Question `json:"question"`
	Text     string      `json:"text"`
	Reason   string      `json:"reason"` // not_found, low_rank, not_sure, should_abstain
	Pages    []string    `json:"pages"`
	Found    []string    `json:"found"` // the first ten
}

// evaluationView is what a run amounts to. A rate of no question is null.
type evaluationView struct {
	EvaluatedAt      time.Time     `json:"evaluated_at"`
	IndexVersion     string        `json:"index_version"`
	Questions        int           `json:"questions"`
	Unanswerable     int           `json:"unanswerable"`
	NDCG             *float64      `json:"ndcg_10"`
	MRR              *float64      `json:"mrr"`
	Hit3             *float64      `json:"hit_3"`
	WronglyAbstained *float64      `json:"abstained_wrongly"`
	Abstained        *float64      `json:"abstained_rightly"`
	Failures         []failureView `json:"failures"`
}

// evaluate looks all of the merchant's questions up in the index in use. No model
// is asked.
func (h *handler) evaluate(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	account, err := h.tenants.Get(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	kept, err := h.questions.List(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	ix, err := h.knowledge.Index(r.Context(), who.Tenant, account.IndexVersion)
	if fault.KindOf(err) == fault.NotFound {
		return fault.E(fault.NotFound, "The site has not been read yet.", err)
	}
	if err != nil {
		return err
	}
	questions := make([]evaluation.Question, len(kept))
	for i, k := range kept {
		questions[i] = evaluation.Question{ID: string(k.ID), Language: k.Language, Text: k.Text, Pages: k.Pages}
	}
	results, err := evaluation.Run(r.Context(), questions, func(_ context.Context, q evaluation.Question) (evaluation.Outcome, error) {
		return look(ix, q), nil
	})
	if err != nil {
		return err
	}
	s := evaluation.Summarise(results)
	view := evaluationView{
		EvaluatedAt: h.now().UTC(), IndexVersion: account.IndexVersion, Questions: s.Questions, Unanswerable: s.Unanswerable,
		NDCG: rate(s.NDCG), MRR: rate(s.MRR), Hit3: rate(s.Hit3), WronglyAbstained: rate(s.WronglyAbstained), Abstained: rate(s.Abstained),
		Failures: []failureView{},
	}
	for _, result := range results {
		if reason := reasonOf(result); reason != "" {
			found := result.Outcome.Pages
			view.Failures = append(view.Failures, failureView{
				id.Question(result.Question.ID), result.Question.Text, reason,
				append([]string{}, result.Question.Pages...), append([]string{}, found[:min(10, len(found))]...),
			})
		}
	}
	return apigw.WriteJSON(w, http.StatusOK, view)
}

// look looks a question up by its words.
func look(ix *index.Index, q evaluation.Question) evaluation.Outcome {
	hits := ix.Search(index.Query{Text: q.Text, Language: q.Language, Limit: deep})
	o := evaluation.Outcome{Abstained: !slices.ContainsFunc(hits, func(hit index.Hit) bool { return hit.Confidence >= speaksOf })}
	for _, hit := range hits {
		path, err := evaluation.PathOf(hit.Passage.URL)
		if err != nil {
			path = hit.Passage.URL // of no question's page
		}
		o.Pages = append(o.Pages, path)
	}
	return o
}

// reasonOf says what is wrong with a result; nothing if it is right.
func reasonOf(r evaluation.Result) string {
	switch {
	case !r.Answerable() && !r.Outcome.Abstained:
		return "should_abstain"
	case !r.Answerable():
		return ""
	case r.Rank == 0:
		return "not_found"
	case r.Rank > 3:
		return "low_rank"
	case r.Outcome.Abstained:
		return "not_sure"
	}
	return ""
}

// rate is a rate as JSON has it.
func rate(f float64) *float64 {
	if math.IsNaN(f) {
		return nil
	}
	return &f
}
