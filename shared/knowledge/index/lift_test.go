package index

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"omniops/shared/knowledge/passage"
)

// manner gives vectors of texts "topic own": what all texts of a model share,
// their topic and something of their own, mixed as told.
func manner(shared, topic, own float64) Embed {
	direction := func(seed string) []float64 {
		sum := sha256.Sum256([]byte(seed))
		r := rand.New(rand.NewPCG(le.Uint64(sum[:]), le.Uint64(sum[8:])))
		v := make([]float64, 256)
		for d := range v {
			v[d] = r.NormFloat64()
		}
		return v
	}
	return func(_ context.Context, texts []string) ([][]float32, error) {
		var out [][]float32
		for _, text := range texts {
			text = text[strings.LastIndexByte(text, '\n')+1:]
			about, _, _ := strings.Cut(text, " ")
			v := make([]float32, 256)
			a, b, c := direction("shared"), direction(about), direction(text)
			for d := range v {
				v[d] = float32(shared*a[d] + topic*b[d] + own*c[d])
			}
			out = append(out, v)
		}
		return out, nil
	}
}

// Whether a model puts all texts into one corner or spreads them out, what has
// nothing to do with the site stays below the confidence of an answer.
func TestConfidenceFitsAnyModel(t *testing.T) {
	var site []passage.Passage
	for i := range 120 {
		site = append(site, say(strconv.Itoa(i), "Page", fmt.Sprintf("topic-%d text-%d", i/4, i)))
	}
	for name, m := range map[string]struct{ shared, topic, own float64 }{
		"nothing in common":  {0, 1, 0.7},
		"something":          {0.6, 1, 0.7},
		"all in one corner":  {3, 1, 0.7},
		"topics barely show": {1, 0.8, 0.9},
	} {
		t.Run(name, func(t *testing.T) {
			embed := manner(m.shared, m.topic, m.own)
			ix := open(t, site, Options{Embed: embed, Model: name})
			best := func(text string) Hit {
				vectors, err := embed(t.Context(), []string{text})
				if err != nil {
					t.Fatal(err)
				}
				return ix.Search(Query{Vector: vectors[0], Limit: 1})[0]
			}
			for i := range 30 {
				about := fmt.Sprintf("topic-%d", i)
				if h := best(about + " question"); !strings.HasPrefix(h.Passage.Text, about+" ") || h.Confidence < 0.4 {
					t.Errorf("%s: %.2f in %s", about, h.Confidence, h.Passage.Text)
				}
				about = fmt.Sprintf("elsewhere-%d", i)
				if h := best(about + " question"); h.Confidence >= 0.35 {
					t.Errorf("%s: %.2f in %s", about, h.Confidence, h.Passage.Text)
				}
			}
		})
	}
}
