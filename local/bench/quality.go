package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"omniops/local/evaluation"
	"omniops/local/sandbox"
	quality "omniops/shared/knowledge/evaluation"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/passage"
)

// What P12 is measured with.
const (
	depth           = 10 // passages that are looked at
	embedDimensions = 512
	embedModel      = "stand-in"
	fewestLabels    = 300
)

// ranking is one way to search, and how well it did.
type ranking struct {
	name   string
	search func(evaluation.Question) []passage.Passage
	all    grade
	by     map[string]grade // by site, language, and whether that is the pages'
}

// grade adds up how well questions were answered.
type grade struct{ n, ndcg, mrr float64 }

func (g grade) plus(o grade) grade { return grade{g.n + o.n, g.ndcg + o.ndcg, g.mrr + o.mrr} }

// means are nDCG@10 and the mean reciprocal rank.
func (g grade) means() (ndcg, mrr float64) { return g.ndcg / g.n, g.mrr / g.n }

// quality is P12: how well questions find the pages that answer them, against
// plain BM25 on the same passages. Both give ten passages, which count as the
// pages they stand on.
func (b *bench) quality() ([]Result, error) {
	r := Result{
		ID: "P12", Unit: "x/x(nDCG@10/MRR,hybrid/BM25)", Target: ">=1.05", Floor: "-", Moonshot: ">=1.15",
		Numbers: map[string]float64{},
	}
	model := sandbox.NewOpenAI(nil, func() time.Time { return time.Time{} }, 0)
	var totals []*ranking
	labelled, unanswerable := 0, 0
	for _, site := range evaluation.Sites() {
		b.say("asking about " + site)
		rankings, main, err := b.rankings(site, model)
		if err != nil {
			return nil, err
		}
		if totals == nil {
			totals = rankings
		}
		for _, q := range evaluation.Questions(site) {
			if q.Unanswerable {
				unanswerable++
				continue
			}
			labelled++
			for i, k := range rankings {
				g := judge(k.search(q), q.Pages)
				t := totals[i]
				t.all = t.all.plus(g)
				kind := "other languages"
				if q.Language == main {
					kind = "the pages' language"
				}
				for _, part := range []string{site, site + "/" + q.Language, kind} {
					t.by[part] = t.by[part].plus(g)
				}
			}
		}
	}
	plain, hybrid := totals[0], totals[len(totals)-1]
	for _, k := range totals {
		ndcg, mrr := k.all.means()
		r.note("%s: nDCG@10 %.3f, MRR %.3f", k.name, ndcg, mrr)
		r.Numbers["ndcg_"+k.name], r.Numbers["mrr_"+k.name] = ndcg, mrr
	}
	for part, g := range plain.by {
		a, _ := g.means()
		h, _ := hybrid.by[part].means()
		r.Numbers["ndcg_bm25_"+part], r.Numbers["ndcg_hybrid_"+part] = a, h
	}
	parts := make([]string, 0, len(plain.by))
	for part := range plain.by {
		parts = append(parts, part)
	}
	slices.Sort(parts)
	for _, part := range parts {
		r.note("%s: %g questions, nDCG@10 BM25 %.3f, hybrid %.3f", part, plain.by[part].n, r.Numbers["ndcg_bm25_"+part], r.Numbers["ndcg_hybrid_"+part])
	}
	r.note("%d labelled questions, %d more that no page answers; vectors are the stand-in's, which knows words by a list and has no weights", labelled, unanswerable)
	ndcg, mrr := plain.all.means()
	hn, hm := hybrid.all.means()
	r.Value, r.Ratio = fmt.Sprintf("%.3f/%.3f", hn/ndcg, hm/mrr), times(hn/ndcg)
	r.atLeast("nDCG@10 of hybrid over BM25", hn/ndcg, 1.05, 1.15)
	r.atLeast("MRR of hybrid over BM25", hm/mrr, 1.05, 1.15)
	r.atLeast("labelled questions", float64(labelled), fewestLabels, fewestLabels)
	return []Result{r}, nil
}

// rankings are the ways to search one site, plain BM25 first and hybrid last;
// main is the language of most of its pages.
func (b *bench) rankings(site string, model *sandbox.OpenAI) (list []*ranking, main string, err error) {
	passages, err := evaluation.Passages(b.ctx, site)
	if err != nil {
		return nil, "", err
	}
	embed := func(_ context.Context, texts []string) ([][]float32, error) {
		out := make([][]float32, len(texts))
		for i, text := range texts {
			out[i] = model.Embedding(text, embedDimensions)
		}
		return out, nil
	}
	blob, err := index.Build(b.ctx, passages, index.Options{Embed: embed, Model: embedModel})
	if err != nil {
		return nil, "", err
	}
	ix, err := index.Open(blob)
	if err != nil {
		return nil, "", err
	}
	plain := newBM25(passages)
	ask := func(q evaluation.Question, vector []float32) []index.Hit {
		return ix.Search(index.Query{Text: q.Text, Language: q.Language, Vector: vector, Limit: depth})
	}
	of := func(hits []index.Hit) []passage.Passage {
		var out []passage.Passage
		for _, h := range hits {
			out = append(out, h.Passage)
		}
		return out
	}
	meaning := func(q evaluation.Question) []float32 { return model.Embedding(q.Text, embedDimensions) }
	list = []*ranking{
		{name: "BM25", search: func(q evaluation.Question) []passage.Passage { return plain.search(q.Text, depth) }},
		{name: "words", search: func(q evaluation.Question) []passage.Passage { return of(ask(q, nil)) }},
		{name: "vectors", search: func(q evaluation.Question) []passage.Passage {
			return of(ix.Search(index.Query{Vector: meaning(q), Limit: depth}))
		}},
		{name: "unsure", search: func(q evaluation.Question) []passage.Passage {
			hits := ask(q, nil)
			if ix.Unsure(hits) {
				hits = ask(q, meaning(q))
			}
			return of(hits)
		}},
		{name: "hybrid", search: func(q evaluation.Question) []passage.Passage { return of(ask(q, meaning(q))) }},
	}
	for _, k := range list {
		k.by = map[string]grade{}
	}
	return list, ix.Stats().Languages[0], nil
}

// judge grades the passages found for a question by the pages they stand on.
func judge(found []passage.Passage, right []string) grade {
	var pages []string
	for _, p := range found {
		if path := evaluation.PathOf(p.URL); !slices.Contains(pages, path) {
			pages = append(pages, path)
		}
	}
	g := grade{n: 1, ndcg: quality.NDCG(pages, right, depth)}
	if at := slices.IndexFunc(pages, func(p string) bool { return slices.Contains(right, p) }); at >= 0 {
		g.mrr = 1 / float64(at+1)
	}
	return g
}

// atLeast gates the result: a value below the target is a FAIL.
func (r *Result) atLeast(name string, value, target, moonshot float64) {
	if !(value >= target) { // NaN fails
		r.Reasons = append(r.Reasons, fmt.Sprintf("%s is %s, the target is %s", name, number(value), number(target)))
	}
	if !(value >= moonshot) {
		r.short = true
	}
}
