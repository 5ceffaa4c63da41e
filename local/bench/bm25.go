package main

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"

	"omniops/shared/knowledge/passage"
)

// The parameters of BM25, as most engines ship them.
const (
	bm25K1 = 1.2
	bm25B  = 0.75
)

// bm25 is the plain search that ours is measured against: one field of title and
// text, lower-cased, without stop words, stemmed by the page's language.
type bm25 struct {
	passages []passage.Passage
	terms    []map[string]int // of each passage, with their counts
	lengths  []float64
	mean     float64
	having   map[string]float64 // passages with a term
}

func newBM25(passages []passage.Passage) *bm25 {
	b := &bm25{passages: passages, having: map[string]float64{}}
	for _, p := range passages {
		counts, length := map[string]int{}, 0.0
		for _, term := range plainTerms(p.Title()+"\n"+p.Text, p.Language) {
			counts[term]++
			length++
		}
		for term := range counts {
			b.having[term]++
		}
		b.terms, b.lengths = append(b.terms, counts), append(b.lengths, length)
		b.mean += length / float64(len(passages))
	}
	return b
}

// search gives the best passages. The question is stemmed as each passage was,
// which favours questions in another language than the page's.
func (b *bm25) search(question string, limit int) []passage.Passage {
	type scored struct {
		passage int
		score   float64
	}
	asked := map[string][]string{}
	var found []scored
	for i, p := range b.passages {
		terms, ok := asked[p.Language]
		if !ok {
			terms = plainTerms(question, p.Language)
			slices.Sort(terms)
			terms = slices.Compact(terms)
			asked[p.Language] = terms
		}
		score := 0.0
		for _, term := range terms {
			tf := float64(b.terms[i][term])
			if tf == 0 {
				continue
			}
			n := b.having[term]
			idf := math.Log(1 + (float64(len(b.passages))-n+0.5)/(n+0.5))
			score += idf * tf * (bm25K1 + 1) / (tf + bm25K1*(1-bm25B+bm25B*b.lengths[i]/b.mean))
		}
		if score > 0 {
			found = append(found, scored{i, score})
		}
	}
	slices.SortStableFunc(found, func(x, y scored) int { return cmp.Compare(y.score, x.score) })
	var out []passage.Passage
	for _, f := range found[:min(limit, len(found))] {
		out = append(out, b.passages[f.passage])
	}
	return out
}

// plainLanguage is what plain search knows of a language.
type plainLanguage struct {
	stem  func(*snowballstem.Env) bool
	stops map[string]bool
}

var plainLanguages = map[string]plainLanguage{
	"en": {english.Stem, set("a about after all am an and any are as at be been before being but by can could did do does doing for from had has have having he her here him his how i if in into is it its just me more most my no nor not of off on once only or other our out over own she should so some such than that the their them then there these they this those through to too under until up very was we were what when where which while who whom why will with would you your yours")},
	"de": {german.Stem, set("aber alle als also am an auch auf aus bei bin bis bist da damit das dass dein dem den der des dessen die dies diese dieser dieses doch dort du durch ein eine einem einen einer eines er es euch euer für hab habe haben hat hatte hier ich ihm ihn ihr ihre im in ist ja jede jedem jeden jeder jedes kann kannst können könnt machen mein meine mich mir mit muss nach nicht noch nun nur ob oder ohne sehr sein seine sich sie sind so soll sondern um und uns unser unter vom von vor wann war waren warum was weil welche welchem welchen welcher welches wenn wer werde werden wie wieder will wir wird wo zu zum zur über")},
	"fr": {french.Stem, set("ai as au aux avec avez avons c ce ces cet cette d dans de des du elle en es est et eu eux il ils j je l la le les leur leurs lui m ma mais me même mes moi mon n ne nos notre nous on ont ou où par pas pour qu que quel quelle quelles quels qui s sa se ses si son sont sur t ta te tes toi ton tu un une vos votre vous y à été être")},
}

func set(words string) map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		all[w] = true
	}
	return all
}

// plainTerms gives the terms of a text.
func plainTerms(text, language string) []string {
	in := plainLanguages[language]
	var terms []string
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if in.stops[w] {
			continue
		}
		if in.stem != nil {
			env := snowballstem.NewEnv(w)
			in.stem(env)
			w = env.Current()
		}
		terms = append(terms, w)
	}
	return terms
}
