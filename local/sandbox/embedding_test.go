package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/local/faults"
	"omniops/local/sandbox"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/page"
	"omniops/shared/knowledge/passage"
)

// embedder asks the stand-in for vectors of 512 dimensions.
func embedder(t *testing.T) index.Embed {
	model := sandbox.NewOpenAI(faults.New(1), time.Now, 0)
	return func(_ context.Context, texts []string) ([][]float32, error) {
		body, err := json.Marshal(map[string]any{"model": "text-embedding-3-small", "input": texts, "dimensions": 512})
		if err != nil {
			return nil, err
		}
		r := httptest.NewRequest(http.MethodPost, "/openai/v1/embeddings", bytes.NewReader(body))
		r.Header.Set("Authorization", "Bearer k")
		w := httptest.NewRecorder()
		model.ServeHTTP(w, r)
		var reply struct {
			Data []struct{ Embedding []float32 }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil {
			return nil, err
		}
		var out [][]float32
		for _, d := range reply.Data {
			out = append(out, d.Embedding)
		}
		return out, nil
	}
}

// kettles makes an index of the demo shop's pages in one language, with vectors.
func kettles(t *testing.T, embed index.Embed, language string) *index.Index {
	t.Helper()
	files, err := filepath.Glob("../../shared/knowledge/testdata/kettle/*.html")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d pages, %v", len(files), err)
	}
	var all []passage.Passage
	for _, file := range files {
		html, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		content, err := page.Extract("https://shop.example/"+strings.TrimSuffix(filepath.Base(file), ".html"), html)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range content.Passages(time.Unix(0, 0)) {
			if p.Language == language {
				all = append(all, p)
			}
		}
	}
	blob, err := index.Build(t.Context(), all, index.Options{Embed: embed, Model: "stand-in"})
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index.Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func TestMeaningCrossesLanguages(t *testing.T) {
	embed := embedder(t)
	ix := kettles(t, embed, "en")
	vector := func(text string) []float32 {
		v, err := embed(t.Context(), []string{text})
		if err != nil || len(v) != 1 {
			t.Fatal(len(v), err)
		}
		return v[0]
	}
	for _, tc := range []struct {
		language, question, page string
		sure                     float64 // confidence, at least
	}{
		{"de", "Wie lange kann ich einen Wasserkocher zurückgeben?", "returns", 0.7},
		{"de", "Was kostet der Versand nach Deutschland?", "shipping", 0.7},
		{"de", "Wie entkalke ich den Kessel?", "faq", 0.1},
		{"de", "Wie lange gilt die Garantie?", "warranty", 0},
		{"fr", "Combien de jours pour retourner une bouilloire ?", "returns", 0.2},
		{"fr", "Combien coûte la livraison ?", "shipping", 0.5},
		{"fr", "Quelle est la durée de la garantie ?", "warranty", 0.1},
	} {
		hits := ix.Search(index.Query{Text: tc.question, Language: tc.language, Vector: vector(tc.question), Limit: 3})
		at := slices.IndexFunc(hits, func(h index.Hit) bool { return filepath.Base(h.Passage.URL) == tc.page })
		if at < 0 || hits[at].Confidence < tc.sure {
			t.Errorf("%s finds %+v", tc.question, hits)
		}
		words := ix.Search(index.Query{Text: tc.question, Language: tc.language})
		if !ix.Unsure(words) {
			t.Errorf("words alone settle %s: %v", tc.question, words[0])
		}
	}
	for _, question := range []string{
		"Do you sell bicycles?", "What is the capital of Peru?", "Can I adopt a penguin?", "Is your chocolate vegan?",
		"Who won the football yesterday?", "Can you recommend a laptop for gaming?", "Are there jobs in marketing?",
		"Do you buy second-hand furniture?", "What shoe size should I choose?", "Is the carpet available in purple?",
		"How tall is Mount Everest?", "Do you have a loyalty programme?", "Do you have student discounts?",
		"Verkaufen Sie Fahrräder?", "Wie ist das Wetter morgen in Berlin?", "Avez-vous des chaussures de randonnée ?",
	} {
		for _, h := range ix.Search(index.Query{Text: question, Vector: vector(question)}) {
			if h.Confidence >= 0.4 {
				t.Errorf("%s: %.2f in %s", question, h.Confidence, h.Passage.Text)
			}
		}
	}
}
