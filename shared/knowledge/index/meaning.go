package index

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"

	"omniops/shared/fault"
	"omniops/shared/knowledge/passage"
)

const (
	embedBatch = 128  // texts per call of Embed
	maxSample  = 2048 // vectors that the centre is the mean of
)

// meanings writes the vectors of a site, which are far too many to be held as the
// model gives them. So the centre is taken of a sample, spread over the site, and
// each vector after that is stored as soon as it is there.
type meanings struct {
	Options
	centre  []float32
	fresh   bool        // the centre is a new one
	step    int         // every step-th passage is in the sample
	sampled [][]float32 // of a fresh centre
}

// numbers gives the number of each passage with a vector of the same model.
func (ix *Index) numbers(opts Options) map[string]int32 {
	if ix == nil || ix.dimensions == 0 || ix.model != opts.Model || opts.Embed == nil {
		return nil
	}
	at := make(map[string]int32, ix.passages.len())
	for i := range ix.passages.len() {
		r := &reader{b: ix.passages.get(i)}
		r.uint()
		at[r.string()] = int32(i)
	}
	return at
}

// newMeanings finds the centre to store vectors by. With the same centre a vector
// is stored the same again, however often a site is refreshed; so the previous
// index's stays, unless most passages are new.
func newMeanings(ctx context.Context, passages iter.Seq[passage.Passage], r *registry, opts Options) (*meanings, error) {
	m := &meanings{Options: opts, step: (len(r.pageOf) + maxSample - 1) / maxSample}
	missing := len(r.pageOf)
	for _, j := range r.reused {
		if j >= 0 {
			missing--
		}
	}
	if 2*missing <= len(r.pageOf) {
		m.centre = opts.Previous.vectors.centre
		return m, nil
	}
	m.fresh = true
	m.sampled = make([][]float32, (len(r.pageOf)+m.step-1)/m.step)
	err := m.each(ctx, passages, r, func(i int) bool { return i%m.step == 0 }, func(i int, v []float32) error {
		m.sampled[i/m.step] = v
		return nil
	})
	if err == nil {
		m.centre, err = mean(m.sampled)
	}
	return m, err
}

// mean is the centre of vectors, which have to be of one length.
func mean(all [][]float32) ([]float32, error) {
	centre := make([]float32, len(all[0]))
	for _, v := range all {
		if len(v) != len(centre) || len(v) == 0 || len(v) > maxDimensions {
			return nil, unequal()
		}
		for d, x := range v {
			centre[d] += x / float32(len(all))
		}
	}
	return centre, nil
}

var errUnequal = errors.New("vectors of one index have to be of one length")

func unequal() error {
	return fault.E(fault.Unavailable, "The embedding model gave vectors of unequal length.", errUnequal)
}

// each gives a vector of each wanted passage: the stored one of a passage that has
// not changed, and that of the model for the others.
func (m *meanings) each(ctx context.Context, passages iter.Seq[passage.Passage], r *registry, wanted func(i int) bool, yield func(i int, v []float32) error) error {
	var numbers []int
	var texts []string
	ask := func() error {
		got, err := m.Embed(ctx, texts)
		if err != nil {
			return fmt.Errorf("embed passages: %w", err)
		}
		if len(got) != len(texts) {
			return fault.E(fault.Unavailable, "The embedding model gave too few vectors.", nil)
		}
		for j, i := range numbers {
			if err := yield(i, unit(got[j])); err != nil {
				return err
			}
		}
		numbers, texts = numbers[:0], texts[:0]
		return nil
	}
	i := -1
	for p := range passages {
		if i++; !wanted(i) {
			continue
		}
		if j := r.before(i); j >= 0 {
			if err := yield(i, m.Previous.vectors.get(j)); err != nil {
				return err
			}
			continue
		}
		numbers, texts = append(numbers, i), append(texts, p.Title()+"\n\n"+p.Text)
		if len(texts) == embedBatch {
			if err := ask(); err != nil {
				return err
			}
		}
	}
	if len(texts) > 0 {
		return ask()
	}
	return nil
}

// before is the number of a passage in the previous index, or -1.
func (r *registry) before(i int) int {
	if r.reused == nil {
		return -1
	}
	return int(r.reused[i])
}

// write fills in the vectors of a blob that has room for them.
func (m *meanings) write(ctx context.Context, blob []byte, passages iter.Seq[passage.Passage], r *registry) error {
	section := func(i int) []byte {
		return blob[headerSize+int(le.Uint32(blob[tableAt+4*(i-1):])) : headerSize+int(le.Uint32(blob[tableAt+4*i:]))]
	}
	n, dimensions := len(r.pageOf), len(m.centre)
	v := vectors{
		n: n, dimensions: dimensions, words: (dimensions + 63) / 64, centre: m.centre,
		signs: section(sectionSigns), sizes: section(sectionSizes), scales: section(sectionScales),
	}
	for i, x := range m.sampled {
		v.set(i*m.step, x)
	}
	m.sampled = nil
	err := m.each(ctx, passages, r, func(i int) bool {
		if m.fresh {
			return i%m.step != 0
		}
		if j := r.before(i); j >= 0 {
			v.copy(i, &m.Previous.vectors, j)
			return false
		}
		return true
	}, func(i int, x []float32) error {
		if len(x) != dimensions {
			return unequal()
		}
		v.set(i, x)
		return nil
	})
	if err != nil {
		return err
	}
	centre := section(sectionCentre)[:0]
	for _, x := range m.centre {
		centre = le.AppendUint32(centre, math.Float32bits(x))
	}
	measureLift(&v, r.pageOf).append(centre)
	return nil
}

// set stores the i-th vector.
func (v *vectors) set(i int, x []float32) {
	for w, word := range signs(x, v.centre) {
		le.PutUint64(v.signs[8*(i*v.words+w):], word)
	}
	most, sum, squares := float32(0), float32(0), float32(0)
	for d, x := range x {
		size := abs(x - v.centre[d])
		most, sum, squares = max(most, size), sum+size, squares+size*size
	}
	step, reach := most/255, float32(0)
	if sum > 0 {
		reach = squares / sum
	}
	sizes := v.sizes[i*64*v.words:]
	for d, x := range x {
		if step > 0 {
			sizes[place(d)] = byte(min(math.RoundToEven(float64(abs(x-v.centre[d])/step)), 255))
		}
	}
	le.PutUint32(v.scales[8*i:], math.Float32bits(step))
	le.PutUint32(v.scales[8*i+4:], math.Float32bits(reach))
}

// copy stores for the i-th vector the j-th of others with the same centre.
func (v *vectors) copy(i int, of *vectors, j int) {
	for _, s := range []struct {
		to, from []byte
		size     int
	}{{v.signs, of.signs, 8 * v.words}, {v.sizes, of.sizes, 64 * v.words}, {v.scales, of.scales, 8}} {
		copy(s.to[i*s.size:(i+1)*s.size], s.from[j*s.size:])
	}
}
