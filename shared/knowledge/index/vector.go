package index

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

const maxDimensions = 4096

// vectors are stored as their differences from a centre: one bit per dimension
// for the sign, and one byte for the size. They are found in three steps: the
// signs of all are compared with those of the query; the signs of the candidates
// are weighed by the query's sizes; the finalists are multiplied with the query.
type vectors struct {
	n, dimensions int
	words         int // of 64 bits
	signs         []byte
	sizes         []byte
	scales        []byte // two numbers for each vector: see step and reach
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
	if len(v.signs) != v.n*8*v.words || len(v.sizes) != v.n*64*v.words || len(v.scales) != 8*v.n ||
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

// place is where the size of a dimension is stored: of each eight, the even ones
// come first, so that neighbours are half a word apart.
func place(d int) int { return d&^7 | d&1<<2 | d&7>>1 }

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// get is the i-th vector, as exactly as it is stored.
func (v *vectors) get(i int) []float32 {
	out := make([]float32, v.dimensions)
	v.read(i, out)
	return out
}

// read is get into out.
func (v *vectors) read(i int, out []float32) {
	step := v.step(i)
	sizes := v.sizes[i*64*v.words:]
	for d := range out {
		x := float32(sizes[place(d)]) * step
		if v.signs[i*8*v.words+d/8]>>(d%8)&1 == 0 {
			x = -x
		}
		out[d] = v.centre[d] + x
	}
}

// step is what the sizes of the i-th vector are multiplied by.
func (v *vectors) step(i int) float32 { return math.Float32frombits(le.Uint32(v.scales[8*i:])) }

// reach is what the signs of the i-th vector are multiplied by when they stand for
// the vector: then the product of the vector with them is that with itself.
func (v *vectors) reach(i int) float32 { return math.Float32frombits(le.Uint32(v.scales[8*i+4:])) }

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
	candidates, finalists := v.effort(limit)
	cut, have := 0, int32(0)
	for ; cut < len(counts) && have < int32(candidates); cut++ {
		have += counts[cut]
	}
	near := s.candidates[:0]
	fine := v.quantise(query, s)
	for i, d := range distances {
		if int(d) < cut {
			near = append(near, ranked{i, v.estimate(i, fine)})
		}
	}
	s.candidates = near
	near = leading(near, finalists)
	for _, r := range near { // lets the memory fetch them side by side
		for at := r.passage * 64 * v.words; at < (r.passage+1)*64*v.words; at += 64 {
			s.touched += v.sizes[at]
		}
	}
	for i := range near {
		near[i].score = v.dot(near[i].passage, fine)
	}
	near = leading(near, limit)
	slices.SortFunc(near, byScore)
	return near
}

// effort is how many vectors to weigh by their signs, and of those how many to
// compare exactly. A small index can afford more, a large one needs more.
func (v *vectors) effort(limit int) (candidates, finalists int) {
	return limit + 256 + v.n/200, limit + max(40+v.n/400, 160-v.n/50)
}

// byScore orders the best first.
func byScore(a, b ranked) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.passage, b.passage))
}

// leading moves the n best to the front, in any order, and gives those.
func leading(all []ranked, n int) []ranked {
	if n >= len(all) {
		return all
	}
	best := all[:n]
	for i := n/2 - 1; i >= 0; i-- {
		sink(best, i)
	}
	for i := n; n > 0 && i < len(all); i++ {
		if all[i].score > best[0].score {
			best[0], all[i] = all[i], best[0]
			sink(best, 0)
		}
	}
	return best
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

// signed is a query quantised, with every way to sign a few of its dimensions at
// a time.
type signed struct {
	pairs [][4]int64  // two dimensions, the first in the upper half
	sums  [][16]int32 // of four dimensions
}

// quantise prepares a query for multiplication with stored vectors.
func (v *vectors) quantise(query []float32, s *scratch) signed {
	n := 16 * v.words
	if cap(s.signed.sums) < n {
		s.signed = signed{make([][4]int64, 2*n), make([][16]int32, n)}
	}
	s.signed = signed{s.signed.pairs[:2*n], s.signed.sums[:n]}
	for g := range n {
		var q [4]int64
		for j := range q {
			if d := 4*g + j; d < len(query) {
				q[j] = int64(math.RoundToEven(float64(query[d]) * fineScale))
			}
		}
		for j := range 2 {
			a, b := q[2*j], q[2*j+1]
			s.signed.pairs[2*g+j] = [4]int64{-a<<32 - b, a<<32 - b, -a<<32 + b, a<<32 + b}
		}
		low := [4]int64{-q[0] - q[1], q[0] - q[1], q[1] - q[0], q[0] + q[1]}
		high := [4]int64{-q[2] - q[3], q[2] - q[3], q[3] - q[2], q[2] + q[3]}
		for way := range s.signed.sums[g] {
			s.signed.sums[g][way] = int32(low[way&3] + high[way>>2])
		}
	}
	return s.signed
}

// estimate is nearly what dot is, from the signs of the i-th vector alone.
func (v *vectors) estimate(i int, query signed) float32 {
	signs := v.signs[i*8*v.words:]
	sum := int64(0)
	for sums := query.sums; len(sums) >= 16; sums = sums[16:] {
		bits, q := le.Uint64(signs), (*[16][16]int32)(sums)
		part := q[0][bits&15] + q[1][bits>>4&15] + q[2][bits>>8&15] + q[3][bits>>12&15]
		part += q[4][bits>>16&15] + q[5][bits>>20&15] + q[6][bits>>24&15] + q[7][bits>>28&15]
		part += q[8][bits>>32&15] + q[9][bits>>36&15] + q[10][bits>>40&15] + q[11][bits>>44&15]
		part += q[12][bits>>48&15] + q[13][bits>>52&15] + q[14][bits>>56&15] + q[15][bits>>60]
		sum += int64(part)
		signs = signs[8:]
	}
	return float32(sum) * v.reach(i) / fineScale
}

// lanes are the two sizes of a word that are multiplied at a time.
const lanes = 0xff_0000_00ff

// dot multiplies the i-th vector's difference from the centre with a query. The
// product of two packed pairs has the sum of both products in its upper half.
func (v *vectors) dot(i int, query signed) float32 {
	sizes := v.sizes[i*64*v.words:]
	signs := v.signs[i*8*v.words:]
	sum := int64(0)
	for pairs := query.pairs; len(pairs) >= 32; pairs = pairs[32:] {
		bits, part := le.Uint64(signs), int64(0)
		for g := range 8 {
			q, m := (*[4][4]int64)(pairs[4*g:]), le.Uint64(sizes[8*g:])
			part += q[0][bits&3]*int64(m&lanes) + q[1][bits>>2&3]*int64(m>>8&lanes) +
				q[2][bits>>4&3]*int64(m>>16&lanes) + q[3][bits>>6&3]*int64(m>>24&lanes)
			bits >>= 8
		}
		sum += part >> 32
		sizes, signs = sizes[64:], signs[8:]
	}
	return float32(sum) * v.step(i) / fineScale
}
