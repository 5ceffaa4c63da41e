package index

import (
	"math"
	"slices"
)

// lift is how cosines lie in an index. Models differ in the cosines they give
// to texts that have nothing to do with each other, and so do sites: so the cosine
// of a question and a passage is measured by how far it lies above that of the
// question and the passages on average, and that in turn by how far passages lie
// above it among themselves.
type lift struct {
	spread float32 // standard deviation of the lift of passages of different pages
	near   float32 // lift of the nearest passage of another page: the median
	same   float32 // lift of a passage over itself, on average
}

const (
	liftSize  = 12 // bytes
	maxProbes = 64 // passages that are compared with all others
)

// What lift gives which confidence. A question lies further from what answers it
// than passages about one thing do from each other.
const (
	leastChance = 1.2 // spreads that anything has, however its passages cluster
	mostChance  = 2.6 // spreads that the best of many passages has by chance
	nearChance  = 0.6 // of what near passages share, unless chance gives less
	farAbove    = 1.2 // spreads beyond all that for a full match, at least
	nearFull    = 0.8 // of what near passages share for a full match, at least
	certain     = 0.9 // of what a passage shares with itself is always a full match
)

// measureLift compares some of the vectors with all others, as they are stored.
func measureLift(v *vectors, pageOf []uint32) lift {
	type probe struct {
		passage     int
		vector      []float32
		usual, most float32
		found       bool
	}
	var probes []probe
	var sum, squares, same float64
	for i := 0; i < v.n; i += max(v.n/maxProbes, 1) {
		p := probe{passage: i, vector: v.get(i)}
		p.usual = dot(p.vector, v.centre)
		same += 1 - float64(p.usual)
		probes = append(probes, p)
	}
	pairs := 0
	other := make([]float32, v.dimensions)
	for j := range v.n {
		v.read(j, other)
		for k := range probes {
			p := &probes[k]
			if pageOf[p.passage] == pageOf[j] {
				continue
			}
			above := dot(p.vector, other) - p.usual
			sum += float64(above)
			squares += float64(above) * float64(above)
			pairs++
			p.most, p.found = max(p.most, above), true
		}
	}
	l := lift{same: float32(same / float64(len(probes)))}
	if pairs > 0 {
		var nearest []float32
		for _, p := range probes {
			if p.found {
				nearest = append(nearest, p.most)
			}
		}
		slices.Sort(nearest)
		middle := sum / float64(pairs)
		l.spread, l.near = float32(math.Sqrt(max(squares/float64(pairs)-middle*middle, 0))), nearest[len(nearest)/2]
	}
	return l
}

func dot(a, b []float32) float32 {
	sum := float32(0)
	for d, x := range a {
		sum += x * b[d]
	}
	return sum
}

// confidence is what the lift of a passage over a question's usual cosine is
// worth.
func (l lift) confidence(above float32) float64 {
	spread, near := float64(l.spread), float64(l.near)
	none := max(leastChance*spread, min(mostChance*spread, nearChance*near))
	full := max(none+farAbove*spread, nearFull*near)
	full = max(min(full, certain*float64(l.same)), 0.05)
	none = min(none, full/2)
	if share := (float64(above) - none) / (full - none); share > 0 { // not so for what a damaged index gives
		return min(share, 1)
	}
	return 0
}

func (l lift) append(b []byte) []byte {
	b = le.AppendUint32(b, math.Float32bits(l.spread))
	b = le.AppendUint32(b, math.Float32bits(l.near))
	return le.AppendUint32(b, math.Float32bits(l.same))
}

func openLift(b []byte) lift {
	at := func(i int) float32 { return math.Float32frombits(le.Uint32(b[4*i:])) }
	return lift{at(0), at(1), at(2)}
}
