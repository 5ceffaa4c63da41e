package index

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"omniops/shared/fault"
	"omniops/shared/knowledge/passage"
)

const (
	maxDimensions = 4096
	embedBatch    = 128 // texts per call of Embed
)

// vectors are stored twice: one bit per dimension, the sign of its distance from
// the mean, to find candidates by; and one signed byte, to rank those by.
type vectors struct {
	n, dimensions int
	words         int // of 64 bits
	bits          []byte
	bytes         []byte
	scales        []byte
	centre        []byte
}

func openVectors(section *[sections][]byte, n, dimensions int) (vectors, error) {
	v := vectors{n: n, dimensions: dimensions, words: (dimensions + 63) / 64,
		bits: section[sectionBits], bytes: section[sectionBytes], scales: section[sectionScales], centre: section[sectionCentre]}
	if dimensions == 0 {
		n = 0
	}
	if len(v.bits) != n*8*v.words || len(v.bytes) != n*dimensions || len(v.scales) != 4*n || len(v.centre) != 4*dimensions {
		return vectors{}, errCorrupt
	}
	return v, nil
}

// writeVectors embeds the passages and stores the vectors.
func writeVectors(ctx context.Context, out *[sections][]byte, passages []passage.Passage, opts Options) (dimensions int, err error) {
	all := opts.Previous.reuse(passages, opts.Model)
	var missing []int
	for i := range all {
		if all[i] == nil {
			missing = append(missing, i)
		}
	}
	for chunk := range slices.Chunk(missing, embedBatch) {
		texts := make([]string, len(chunk))
		for j, i := range chunk {
			texts[j] = passages[i].Title() + "\n\n" + passages[i].Text
		}
		got, err := opts.Embed(ctx, texts)
		if err != nil {
			return 0, fmt.Errorf("embed passages: %w", err)
		}
		if len(got) != len(texts) {
			return 0, fault.E(fault.Unavailable, "The embedding model gave too few vectors.", nil)
		}
		for j, i := range chunk {
			all[i] = unit(got[j])
		}
	}
	dimensions = len(all[0])
	for _, v := range all {
		if len(v) != dimensions || dimensions == 0 || dimensions > maxDimensions {
			return 0, fault.E(fault.Unavailable, "The embedding model gave vectors of unequal length.", nil)
		}
	}
	centre := make([]float32, dimensions)
	for _, v := range all {
		for d, x := range v {
			centre[d] += x / float32(len(all))
		}
	}
	for _, x := range centre {
		out[sectionCentre] = le.AppendUint32(out[sectionCentre], math.Float32bits(x))
	}
	for _, v := range all {
		for _, word := range signs(v, centre) {
			out[sectionBits] = le.AppendUint64(out[sectionBits], word)
		}
		most := float32(0)
		for _, x := range v {
			most = max(most, float32(math.Abs(float64(x))))
		}
		scale := most / 127
		for _, x := range v {
			b := float64(0)
			if scale > 0 {
				b = math.RoundToEven(float64(x / scale))
			}
			out[sectionBytes] = append(out[sectionBytes], byte(int8(b)))
		}
		out[sectionScales] = le.AppendUint32(out[sectionScales], math.Float32bits(scale))
	}
	return dimensions, nil
}

// reuse gives the stored vectors of passages that are in the index already, and
// nil for the others.
func (ix *Index) reuse(passages []passage.Passage, model string) [][]float32 {
	all := make([][]float32, len(passages))
	if ix == nil || ix.dimensions == 0 || ix.model != model {
		return all
	}
	at := make(map[string]int, ix.passages.len())
	for i := range ix.passages.len() {
		r := &reader{b: ix.passages.get(i)}
		r.uint()
		at[r.string()] = i
	}
	for i, p := range passages {
		if j, ok := at[p.ID]; ok {
			all[i] = ix.vectors.get(j)
		}
	}
	return all
}

// get is the i-th vector, as exactly as it is stored.
func (v *vectors) get(i int) []float32 {
	scale := math.Float32frombits(le.Uint32(v.scales[4*i:]))
	out := make([]float32, v.dimensions)
	for d, b := range v.bytes[i*v.dimensions : (i+1)*v.dimensions] {
		out[d] = float32(int8(b)) * scale
	}
	return out
}

// unit scales a vector to length one.
func unit(v []float32) []float32 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	out := make([]float32, len(v))
	if sum == 0 || math.IsInf(sum, 0) || math.IsNaN(sum) {
		return out
	}
	for i, x := range v {
		out[i] = float32(float64(x) / math.Sqrt(sum))
	}
	return out
}

// signs is one bit per dimension: whether it is above the centre.
func signs(v, centre []float32) []uint64 {
	out := make([]uint64, (len(v)+63)/64)
	for d, x := range v {
		if x > centre[d] {
			out[d/64] |= 1 << (d % 64)
		}
	}
	return out
}

// ranked is a passage and how well it fits.
type ranked struct {
	passage int
	score   float32
}

// nearest gives the passages whose vectors are closest to the query's, the
// closest first, with their cosine.
func (v *vectors) nearest(query []float32, limit int, s *scratch) []ranked {
	if v.dimensions == 0 || len(query) != v.dimensions || v.n == 0 {
		return nil
	}
	query = unit(query)
	centre := make([]float32, v.dimensions)
	for d := range centre {
		centre[d] = math.Float32frombits(le.Uint32(v.centre[4*d:]))
	}
	q := signs(query, centre)
	distances := s.distances(v.n)
	counts := make([]int32, 64*v.words+1)
	row := 8 * v.words
	for i := range distances {
		b := v.bits[i*row : i*row+row]
		n := 0
		for _, w := range q {
			n += bits.OnesCount64(w ^ le.Uint64(b))
			b = b[8:]
		}
		distances[i] = uint16(n)
		counts[n]++
	}
	want := int32(min(v.n, max(20*limit, v.n/50)))
	cut, have := 0, int32(0)
	for ; cut < len(counts) && have < want; cut++ {
		have += counts[cut]
	}
	candidates := make([]ranked, 0, have)
	fine := quantise(query)
	for i, d := range distances {
		if int(d) < cut {
			candidates = append(candidates, ranked{i, v.cosine(i, fine)})
		}
	}
	slices.SortFunc(candidates, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.passage, b.passage))
	})
	return candidates[:min(limit, len(candidates))]
}

// fineScale is how finely a query is quantised: 127 times it, times the largest
// dimension count, stays within 32 bits.
const fineScale = 4000

func quantise(v []float32) []int32 {
	out := make([]int32, len(v))
	for i, x := range v {
		out[i] = int32(math.RoundToEven(float64(x) * fineScale))
	}
	return out
}

// cosine ranks the i-th vector against a quantised query.
func (v *vectors) cosine(i int, query []int32) float32 {
	b := v.bytes[i*v.dimensions : (i+1)*v.dimensions]
	query = query[:len(b)]
	var s0, s1, s2, s3 int32
	j := 0
	for ; j+4 <= len(b); j += 4 {
		s0 += query[j] * int32(int8(b[j]))
		s1 += query[j+1] * int32(int8(b[j+1]))
		s2 += query[j+2] * int32(int8(b[j+2]))
		s3 += query[j+3] * int32(int8(b[j+3]))
	}
	for ; j < len(b); j++ {
		s0 += query[j] * int32(int8(b[j]))
	}
	scale := math.Float32frombits(le.Uint32(v.scales[4*i:]))
	return float32(s0+s1+s2+s3) * scale / fineScale
}
