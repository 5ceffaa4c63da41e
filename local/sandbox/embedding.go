package sandbox

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"regexp"
	"strings"
	"unicode"
)

// embeddings answers POST /embeddings.
func (o *OpenAI) embeddings(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Model      string          `json:"model"`
		Input      json.RawMessage `json:"input"`
		Dimensions int             `json:"dimensions"`
		Format     string          `json:"encoding_format"`
	}
	if !decode(w, r, &req) {
		return
	}
	var texts []string
	if err := json.Unmarshal(req.Input, &texts); err != nil {
		var one string
		if err := json.Unmarshal(req.Input, &one); err != nil {
			badRequest(w, "'$.input' is invalid. This stand-in takes a string or a list of strings.")
			return
		}
		texts = []string{one}
	}
	native := 1536
	if strings.Contains(req.Model, "large") {
		native = 3072
	}
	if req.Dimensions == 0 {
		req.Dimensions = native
	}
	switch {
	case req.Model == "":
		badRequest(w, "you must provide a model parameter")
		return
	case len(texts) == 0 || len(texts) > 2048:
		badRequest(w, "'$.input' is invalid. It holds 1 to 2048 texts.")
		return
	case req.Dimensions < 1 || req.Dimensions > native:
		badRequest(w, fmt.Sprintf("Invalid value for 'dimensions'. It must be between 1 and %d.", native))
		return
	}
	var data []any
	total := 0
	for i, text := range texts {
		if strings.TrimSpace(text) == "" {
			badRequest(w, "'$.input' is invalid. An input cannot be an empty string.")
			return
		}
		total += (len(text) + 3) / 4
		vector := o.Embedding(text, req.Dimensions)
		var embedding any = vector
		if req.Format == "base64" {
			raw := make([]byte, 0, 4*len(vector))
			for _, v := range vector {
				raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
			}
			embedding = base64.StdEncoding.EncodeToString(raw)
		}
		data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": embedding})
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"object": "list", "data": data, "model": req.Model, "usage": map[string]int{"prompt_tokens": total, "total_tokens": total},
	})
}

// Embedding is the vector that the service gives for a text.
func (o *OpenAI) Embedding(text string, dimensions int) []float32 {
	return o.memory.vector(text, dimensions)
}

// What the parts of a text add to its direction.
const (
	meaningWeight = 1.6 // what a word means, in whichever language
	stemWeight    = 0.8 // the word itself, if it is a common one
	rareWeight    = 1.6 // one whose meaning is not known: it says the more
	smallWeight   = 0.1 // one that says nothing by itself
	pieceWeight   = 0.4 // its pieces of four letters together
	titleWeight   = 2.5 // what stands in the first line, times this
	featureWidth  = 12  // dimensions that a part adds to
)

// howLong are questions of how many days something takes, and what they ask for.
var howLong = []struct {
	asks *regexp.Regexp
	span string
}{
	{regexp.MustCompile(`(?i)\bhow long (?:do|does|will|would)\b(.*)\btake\b`), "days$1"},
	{regexp.MustCompile(`(?i)\bwie lange (?:dauert|dauern|braucht|brauchen)\b`), "Tage"},
	{regexp.MustCompile(`(?i)\bcombien de temps (?:prend|prennent|met|mettent|faut-il)\b`), "jours"},
}

// vector gives a text's direction, of length 1: each word adds what it means, its
// stem and its pieces, each to a few dimensions that its hash picks. What is said
// again adds less and less.
func (m *memory) vector(text string, dimensions int) []float32 {
	features, order := map[string]float64{}, []string(nil)
	add := func(feature string, weight float64) {
		if _, ok := features[feature]; !ok {
			order = append(order, feature)
		}
		features[feature] += weight
	}
	in := m.lexicon.detect(text, m.lexicon.languages[0])
	title, rest, ok := strings.Cut(text, "\n")
	if !ok { // a question
		title, rest = "", text
		for _, h := range howLong {
			rest = h.asks.ReplaceAllString(rest, h.span)
		}
	}
	for i, part := range []string{title, rest} {
		worth := 1.0
		if i == 0 {
			worth = titleWeight
		}
		for _, w := range split(part) {
			stem := m.lexicon.stem(w, in)
			known := m.of(stem, in)
			if in.stops[w] && len(known) == 0 {
				add(stem, worth*smallWeight)
				continue
			}
			if len(known) > 0 {
				add(stem, worth*stemWeight)
			} else {
				add(stem, worth*rareWeight)
			}
			for _, c := range known {
				add("="+c, worth*meaningWeight/math.Sqrt(float64(len(known))))
			}
			grams := pieces(w)
			for _, g := range grams {
				add("#"+g, worth*pieceWeight/math.Sqrt(float64(len(grams))))
			}
		}
	}
	v := make([]float64, dimensions)
	for _, feature := range order {
		weight := features[feature]
		if weight > 1 {
			weight = 1 + math.Log(weight)
		}
		spread(v, feature, weight)
	}
	return direction(v)
}

// pieces gives the runs of four letters of a longer word, its ends included.
func pieces(word string) []string {
	letters := []rune("^" + word + "$")
	if len(letters) < 7 || strings.ContainsFunc(word, unicode.IsDigit) {
		return nil
	}
	var out []string
	for i := 0; i+4 <= len(letters); i++ {
		out = append(out, string(letters[i:i+4]))
	}
	return out
}

// spread adds a feature to the dimensions that its hash picks.
func spread(v []float64, feature string, weight float64) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(feature)) // documented never to fail
	sum := h.Sum64()
	for range featureWidth {
		sum = sum*6364136223846793005 + 1442695040888963407
		if at := sum >> 20 % uint64(len(v)); sum>>63 == 0 {
			v[at] += weight
		} else {
			v[at] -= weight
		}
	}
}

// direction gives v with the length 1.
func direction(v []float64) []float32 {
	length := 0.0
	for _, x := range v {
		length += x * x
	}
	out := make([]float32, len(v))
	if length == 0 {
		out[0] = 1
		return out
	}
	for i, x := range v {
		out[i] = float32(x / math.Sqrt(length))
	}
	return out
}
