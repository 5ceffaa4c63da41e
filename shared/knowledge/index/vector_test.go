package index

import (
	"context"
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"omniops/shared/fault"
	"omniops/shared/knowledge/passage"
)

func TestVectorsFindWhatWordsDoNot(t *testing.T) {
	topics := func(_ context.Context, texts []string) ([][]float32, error) {
		out := make([][]float32, len(texts))
		for i, s := range texts {
			out[i] = make([]float32, 64)
			for j := range out[i] {
				out[i][j] = float32((len(s)*(j+3))%11) / 100
			}
			out[i][len(s)%64] = 1
		}
		return out, nil
	}
	ix := open(t, shop, Options{Embed: topics, Model: "topics"})
	vectors, _ := topics(t.Context(), []string{shop[3].Title() + "\n\n" + shop[3].Text})
	hits := ix.Search(Query{Text: "dessert", Language: "en", Vector: vectors[0], Limit: 1})
	if len(hits) != 1 || hits[0].Passage.ID != shop[3].ID || hits[0].Confidence < 0.99 {
		t.Errorf("found %+v", hits)
	}
	if hits := ix.Search(Query{Text: "dessert", Vector: vectors[0][:9]}); len(hits) != 0 {
		t.Errorf("a vector of another length found %v", ids(hits))
	}
}

func TestVectorsAreUsedAgain(t *testing.T) {
	asked := 0
	count := func(ctx context.Context, texts []string) ([][]float32, error) {
		asked += len(texts)
		return fakeEmbed(ctx, texts)
	}
	first := open(t, shop, Options{Embed: count, Model: "fake"})
	asked = 0
	changed := append([]passage.Passage{say("new", "New", "A new page.")}, shop[1:]...)
	second := open(t, changed, Options{Embed: count, Model: "fake", Previous: first})
	if asked != 1 {
		t.Errorf("%d texts embedded, want the new one alone", asked)
	}
	for i := 1; i < len(shop); i++ {
		a, b := first.vectors.get(i), second.vectors.get(i)
		for d := range a {
			if diff := a[d] - b[d]; diff > 0.01 || diff < -0.01 {
				t.Fatalf("vector %d drifted by %f", i, diff)
			}
		}
	}
	asked = 0
	if open(t, changed, Options{Embed: count, Model: "other", Previous: first}); asked != len(changed) {
		t.Errorf("%d texts embedded after the model changed, want all", asked)
	}
}

// Multiplying packed vectors with a packed query is multiplying the vectors as
// they are stored, whatever their length and direction.
func TestDotIsThatOfStoredVectors(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dimensions := rapid.SampledFrom([]int{1, 3, 63, 64, 65, 512, maxDimensions}).Draw(r, "dimensions")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		spiky := rapid.Bool().Draw(r, "spiky")
		draw := func() []float32 {
			v := make([]float32, dimensions)
			for d := range v {
				v[d] = float32(random.NormFloat64())
				if spiky {
					v[d] *= v[d] * v[d]
				}
			}
			return v
		}
		embed := func(_ context.Context, texts []string) (out [][]float32, err error) {
			for range texts {
				out = append(out, draw())
			}
			return out, nil
		}
		ix := open(t, shop, Options{Embed: embed, Model: "random"})
		query := unit(draw())
		fine := ix.vectors.quantise(query, &scratch{})
		for i := range shop {
			want := 0.0
			for d, x := range ix.vectors.get(i) {
				want += float64(query[d]) * float64(x-ix.vectors.centre[d])
			}
			if got := ix.vectors.dot(i, fine); math.Abs(float64(got)-want) > 1e-3 {
				r.Fatalf("dot is %f, want %f", got, want)
			}
		}
	})
}

// The nearest that are found are the nearest there are, but for a few in a
// thousand.
func TestNearestAreTheNearest(t *testing.T) {
	passages, queries := corpus(2_000)
	ix := open(t, passages, Options{Embed: topicEmbed(4), Model: "topics"})
	vectors, err := topicEmbed(5)(t.Context(), queries[:60])
	if err != nil {
		t.Fatal(err)
	}
	if got := recall(ix, vectors); got < 0.99 {
		t.Errorf("recall of the nearest ten is %.4f", got)
	}
}

// Distances are what comparing sign by sign gives, whatever the dimensions.
func TestDistances(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, words := range []int{1, 4, 5, 8, 24} {
		v := vectors{n: 50, dimensions: 64 * words, words: words}
		for range v.n * words {
			v.signs = le.AppendUint64(v.signs, r.Uint64())
		}
		query, distances := make([]uint64, words), make([]uint16, v.n)
		for i := range query {
			query[i] = r.Uint64()
		}
		counts := v.measure(query, distances, &scratch{})
		for i, got := range distances {
			want := 0
			for j, q := range query {
				want += bits.OnesCount64(q ^ le.Uint64(v.signs[8*(i*words+j):]))
			}
			if int(got) != want {
				t.Fatalf("%d words, vector %d: distance %d, want %d", words, i, got, want)
			}
			counts[got]--
		}
		for d, left := range counts {
			if left != 0 {
				t.Fatalf("%d words: %d too many at distance %d", words, left, d)
			}
		}
	}
}

// A model that was told to give vectors of another length is asked for all again.
func TestVectorsOfAnotherLength(t *testing.T) {
	asked := 0
	long := func(ctx context.Context, texts []string) ([][]float32, error) {
		asked += len(texts)
		out, err := fakeEmbed(ctx, texts)
		for i := range out {
			out[i] = append(out[i], 1)
		}
		return out, err
	}
	first := open(t, shop, Options{Embed: fakeEmbed, Model: "fake"})
	changed := append([]passage.Passage{say("new", "New", "A new page.")}, shop[1:]...)
	second := open(t, changed, Options{Embed: long, Model: "fake", Previous: first})
	if got := second.Stats().Dimensions; got != 71 || asked != 1+len(changed) {
		t.Errorf("%d dimensions after %d texts were embedded, want 71 after one and all", got, asked)
	}
}

// A model that breaks its word makes no index.
func TestVectorsThatDoNotFit(t *testing.T) {
	for name, change := range map[string]func([][]float32) [][]float32{
		"too few":        func(v [][]float32) [][]float32 { return v[1:] },
		"empty":          func(v [][]float32) [][]float32 { return make([][]float32, len(v)) },
		"unequal":        func(v [][]float32) [][]float32 { v[1] = v[1][1:]; return v },
		"much too long":  func(v [][]float32) [][]float32 { v[0] = make([]float32, maxDimensions+1); return v },
		"without vector": func([][]float32) [][]float32 { return nil },
	} {
		embed := func(ctx context.Context, texts []string) ([][]float32, error) {
			out, err := fakeEmbed(ctx, texts)
			return change(out), err
		}
		if _, err := Build(t.Context(), shop, Options{Embed: embed, Model: "fake"}); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}
