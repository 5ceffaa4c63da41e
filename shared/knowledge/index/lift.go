package index

import (
	"math"
	"slices"

	"omniops/shared/knowledge/passage"
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

// measureLift compares some of the vectors with all others.
func measureLift(all [][]float32, centre []float32, passages []passage.Passage) lift {
	step := max(len(all)/maxProbes, 1)
	var sum, squares, same float64
	var nearest []float32
	pairs, probes := 0, 0
	for i := 0; i < len(all); i += step {
		usual, most, found := dot(all[i], centre), float32(0), false
		same += 1 - float64(usual)
		probes++
		for j, v := range all {
			if passages[i].URL == passages[j].URL {
				continue
			}
			above := dot(all[i], v) - usual
			sum += float64(above)
			squares += float64(above) * float64(above)
			pairs++
			most, found = max(most, above), true
		}
		if found {
			nearest = append(nearest, most)
		}
	}
	l := lift{same: float32(same / float64(probes))}
	if pairs > 0 {
		slices.Sort(nearest)
		middle := sum / float64(pairs)
		l.spread, l.near = float32(math.Sqrt(squares/float64(pairs)-middle*middle)), nearest[len(nearest)/2]
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
