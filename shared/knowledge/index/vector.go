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
	candidates    = 64  // vectors compared exactly, at least
)

// vectors are stored as their differences from a centre: one bit per dimension
// for the sign, to find candidates by, and one byte for the size, with which they
// are ranked.
type vectors struct {
	n, dimensions int
	words         int // of 64 bits
	signs         []byte
	sizes         []byte
	scales        []byte // what the sizes of one vector are multiplied by
	centre        []float32
	scale         lift
}

func openVectors(section *[sections][]byte, n, dimensions int) (vectors, error) {
	v := vectors{n: n, dimensions: dimensions, words: (dimensions + 63) / 64,
		signs: section[sectionSigns], sizes: section[sectionSizes], scales: section[sectionScales]}
	if dimensions == 0 {
		v.n = 0
	}
	centre := section[sectionCentre]
	if len(v.signs) != v.n*8*v.words || len(v.sizes) != v.n*64*v.words || len(v.scales) != 4*v.n ||
		dimensions == 0 && len(centre) != 0 || dimensions > 0 && len(centre) != 4*dimensions+liftSize {
		return vectors{}, errCorrupt
	}
	v.centre = make([]float32, dimensions)
	for d := range v.centre {
		v.centre[d] = math.Float32frombits(le.Uint32(centre[4*d:]))
	}
	if dimensions > 0 {
		v.scale = openLift(centre[4*dimensions:])
	}
	return v, nil
}

// writeVectors embeds the passages and stores the vectors.
func writeVectors(ctx context.Context, out *[sections][]byte, passages []passage.Passage, opts Options) (dimensions int, err error) {
	all, centre := opts.Previous.reuse(passages, opts.Model)
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
	if 2*len(missing) > len(all) || len(centre) != dimensions {
		centre = mean(all)
	}
	for _, x := range centre {
		out[sectionCentre] = le.AppendUint32(out[sectionCentre], math.Float32bits(x))
	}
	out[sectionCentre] = measureLift(all, centre, passages).append(out[sectionCentre])
	for _, v := range all {
		for _, word := range signs(v, centre) {
			out[sectionSigns] = le.AppendUint64(out[sectionSigns], word)
		}
		most := float32(0)
		for d, x := range v {
			most = max(most, abs(x-centre[d]))
		}
		scale := most / 255
		for d, x := range v {
			size := byte(0)
			if scale > 0 {
				size = byte(min(math.RoundToEven(float64(abs(x-centre[d])/scale)), 255))
			}
			out[sectionSizes] = append(out[sectionSizes], size)
		}
		out[sectionSizes] = append(out[sectionSizes], make([]byte, (64-dimensions%64)%64)...)
		out[sectionScales] = le.AppendUint32(out[sectionScales], math.Float32bits(scale))
	}
	return dimensions, nil
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// mean is the centre of vectors of equal length.
func mean(all [][]float32) []float32 {
	centre := make([]float32, len(all[0]))
	for _, v := range all {
		for d, x := range v {
			centre[d] += x / float32(len(all))
		}
	}
	return centre
}

// reuse gives the stored vectors of passages that are in the index already, nil
// for the others, and the centre. With the same centre a vector is stored the
// same again, however often a site is refreshed.
func (ix *Index) reuse(passages []passage.Passage, model string) (all [][]float32, centre []float32) {
	all = make([][]float32, len(passages))
	if ix == nil || ix.dimensions == 0 || ix.model != model {
		return all, nil
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
	return all, ix.vectors.centre
}

// get is the i-th vector, as exactly as it is stored.
func (v *vectors) get(i int) []float32 {
	scale := v.step(i)
	out := make([]float32, v.dimensions)
	for d, size := range v.sizes[i*64*v.words:][:v.dimensions] {
		x := float32(size) * scale
		if v.signs[i*8*v.words+d/8]>>(d%8)&1 == 0 {
			x = -x
		}
		out[d] = v.centre[d] + x
	}
	return out
}

func (v *vectors) step(i int) float32 { return math.Float32frombits(le.Uint32(v.scales[4*i:])) }

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
	scale := 1 / math.Sqrt(sum)
	for i, x := range v {
		out[i] = float32(float64(x) * scale)
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
// closest first, with the lift of their cosine over the usual one.
func (v *vectors) nearest(query []float32, limit int, s *scratch) []ranked {
	if v.dimensions == 0 || len(query) != v.dimensions || v.n == 0 {
		return nil
	}
	query = unit(query)
	distances := s.distances(v.n)
	counts := v.measure(signs(query, v.centre), distances, s)
	want := int32(max(candidates+v.n/400, 4*candidates-v.n/50) + limit) // a small index can afford more
	cut, have := 0, int32(0)
	for ; cut < len(counts) && have < want; cut++ {
		have += counts[cut]
	}
	near := s.candidates[:0]
	fine := v.quantise(query, s)
	for i, d := range distances {
		if int(d) < cut {
			near = append(near, ranked{i, v.dot(i, fine)})
		}
	}
	s.candidates = near
	slices.SortFunc(near, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.passage, b.passage))
	})
	return near[:min(limit, len(near))]
}

// measure fills in how many signs of each vector differ from the query's, and
// counts the vectors at each distance.
func (v *vectors) measure(query []uint64, distances []uint16, s *scratch) (counts []int32) {
	if cap(s.counts) < 64*v.words+1 {
		s.counts = make([]int32, 64*v.words+1)
	}
	counts = s.counts[:64*v.words+1]
	clear(counts)
	if len(query) == 8 {
		measure512((*[8]uint64)(query), v.signs, distances, counts)
		return counts
	}
	signs := v.signs
	for i := range distances {
		n, q := 0, query
		for ; len(q) >= 4; q = q[4:] {
			a, b := (*[4]uint64)(q), (*[32]byte)(signs)
			n += bits.OnesCount64(a[0]^le.Uint64(b[0:])) + bits.OnesCount64(a[1]^le.Uint64(b[8:])) +
				bits.OnesCount64(a[2]^le.Uint64(b[16:])) + bits.OnesCount64(a[3]^le.Uint64(b[24:]))
			signs = signs[32:]
		}
		for _, w := range q {
			n += bits.OnesCount64(w ^ le.Uint64(signs))
			signs = signs[8:]
		}
		distances[i] = uint16(n)
		counts[n]++
	}
	return counts
}

// measure512 does the same for 512 dimensions, which is what is common.
func measure512(query *[8]uint64, signs []byte, distances []uint16, counts []int32) {
	q0, q1, q2, q3, q4, q5, q6, q7 := query[0], query[1], query[2], query[3], query[4], query[5], query[6], query[7]
	for i := range distances {
		b := (*[64]byte)(signs[64*i:])
		n := bits.OnesCount64(q0^le.Uint64(b[0:])) + bits.OnesCount64(q1^le.Uint64(b[8:])) +
			bits.OnesCount64(q2^le.Uint64(b[16:])) + bits.OnesCount64(q3^le.Uint64(b[24:])) +
			bits.OnesCount64(q4^le.Uint64(b[32:])) + bits.OnesCount64(q5^le.Uint64(b[40:])) +
			bits.OnesCount64(q6^le.Uint64(b[48:])) + bits.OnesCount64(q7^le.Uint64(b[56:]))
		distances[i] = uint16(n)
		counts[n]++
	}
}

// fineScale is how finely a query is quantised. Its length being one, the sum of
// 64 products with sizes stays below 8 * 255 * fineScale, within 31 bits.
const fineScale = 1 << 19

// signed is a query quantised, four dimensions at a time, with each of the
// sixteen ways to sign them.
type signed [][16][4]int32

// quantise prepares a query for multiplication with stored vectors.
func (v *vectors) quantise(query []float32, s *scratch) signed {
	groups := 16 * v.words
	if cap(s.signed) < groups {
		s.signed = make(signed, groups)
	}
	s.signed = s.signed[:groups]
	for g := range s.signed {
		for j := range 4 {
			x := int32(0)
			if d := 4*g + j; d < len(query) {
				x = int32(math.RoundToEven(float64(query[d]) * fineScale))
			}
			for way := range int32(16) {
				minus := way>>j&1 - 1
				s.signed[g][way][j] = (x ^ minus) - minus
			}
		}
	}
	return s.signed
}

// dot multiplies the i-th vector's difference from the centre with a query.
func (v *vectors) dot(i int, query signed) float32 {
	sizes := v.sizes[i*64*v.words:]
	signs := v.signs[i*8*v.words:]
	sum := int64(0)
	for ; len(query) >= 16; query = query[16:] {
		bits, part := le.Uint64(signs), int32(0)
		for g := range 16 {
			q, m := &query[g][bits&15], (*[4]byte)(sizes[4*g:])
			part += q[0]*int32(m[0]) + q[1]*int32(m[1]) + q[2]*int32(m[2]) + q[3]*int32(m[3])
			bits >>= 4
		}
		sum += int64(part)
		sizes, signs = sizes[64:], signs[8:]
	}
	return float32(sum) * v.step(i) / fineScale
}
