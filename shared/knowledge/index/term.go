package index

import (
	"encoding/binary"
	"iter"
	"maps"
	"math"
	"slices"
	"sort"
	"strings"

	"omniops/shared/knowledge/passage"
)

// The weights of BM25F: how much a word counts in each field, how strongly
// each field's length counts against it, and how soon more of the same word
// stops counting.
const (
	fieldTitle = iota
	fieldHeading
	fieldBody
	fields

	saturation = 1.2
)

var (
	fieldWeight = [fields]float64{1.6, 2.2, 1}
	fieldLength = [fields]float64{0.3, 0.4, 0.7}
)

// posting says how often a passage has a term in each field.
type posting struct {
	passage uint32
	counts  [fields]uint16
}

// postings are those of one term. They are kept encoded, because those of a large
// site are many, but for the last one while its passage is read.
type postings struct {
	encoded []byte
	n       int // encoded
	before  uint32
	last    posting
}

// once is set in the first byte of a posting whose counts are all one.
const once = 1 << fields

// close encodes the last posting: the distance from the one before, which fields
// have the term, and how often each, unless it is once.
func (p *postings) close() {
	p.encoded = binary.AppendUvarint(p.encoded, uint64(p.last.passage-p.before))
	mask, single := byte(0), byte(once)
	for f, n := range p.last.counts {
		if n > 0 {
			mask |= 1 << f
		}
		if n > 1 {
			single = 0
		}
	}
	p.encoded = append(p.encoded, mask|single)
	if single == 0 {
		for _, n := range p.last.counts {
			if n > 0 {
				p.encoded = binary.AppendUvarint(p.encoded, uint64(n))
			}
		}
	}
	p.before, p.last, p.n = p.last.passage, posting{}, p.n+1
}

// all calls yield for each encoded posting, in order.
func (p *postings) all(yield func(posting)) {
	r := reader{b: p.encoded}
	at := uint32(0)
	for range p.n {
		at += uint32(r.uint())
		one := posting{passage: at}
		mask := r.b[0]
		r.b = r.b[1:]
		for f := range one.counts {
			switch {
			case mask>>f&1 == 0:
			case mask&once != 0:
				one.counts[f] = 1
			default:
				one.counts[f] = uint16(r.uint())
			}
		}
		yield(one)
	}
}

// termTable is every term with its postings.
type termTable struct {
	number   map[string]int32
	postings []postings
	lengths  [][fields]uint32 // terms in each field of each passage
	mean     [fields]float64
}

// collectTerms analyses all passages.
func collectTerms(passages iter.Seq[passage.Passage]) *termTable {
	t := &termTable{number: map[string]int32{}}
	analyzers := map[string]*analyzer{}
	var open []int32 // terms of the passage
	i := uint32(0)
	for p := range passages {
		a := analyzers[p.Language]
		if a == nil {
			a = &analyzer{language: p.Language, stems: map[string]string{}}
			analyzers[p.Language] = a
		}
		var lengths [fields]uint32
		field := func(f int, text string) {
			a.terms(text, func(term string) {
				lengths[f]++
				n, ok := t.number[term]
				if !ok {
					n = int32(len(t.postings))
					t.number[strings.Clone(term)] = n
					t.postings = append(t.postings, postings{})
				}
				last := &t.postings[n].last
				if last.counts == [fields]uint16{} {
					last.passage = i
					open = append(open, n)
				}
				if last.counts[f] < math.MaxUint16 {
					last.counts[f]++
				}
			})
		}
		for j, s := range p.Path {
			if j == 0 {
				field(fieldTitle, s)
			} else {
				field(fieldHeading, s)
			}
		}
		field(fieldBody, p.Text)
		for _, n := range open {
			t.postings[n].close()
		}
		open = open[:0]
		t.lengths = append(t.lengths, lengths)
		i++
	}
	for _, l := range t.lengths {
		for f, n := range l {
			t.mean[f] += float64(n)
		}
	}
	for f := range t.mean {
		t.mean[f] = max(t.mean[f]/float64(max(len(t.lengths), 1)), 1)
	}
	return t
}

// frequency is how many passages have a term.
func (t *termTable) frequency(term string) int {
	if n, ok := t.number[term]; ok {
		return t.postings[n].n
	}
	return 0
}

// impact is the share of a term's weight that a posting earns, from 1 to 255.
func (t *termTable) impact(p posting) byte {
	weighted := 0.0
	for f, n := range p.counts {
		if n == 0 {
			continue
		}
		length := 1 - fieldLength[f] + fieldLength[f]*float64(t.lengths[p.passage][f])/t.mean[f]
		weighted += fieldWeight[f] * float64(n) / length
	}
	return byte(max(1, math.Round(255*weighted/(saturation+weighted))))
}

// writeTerms stores the terms in order, their postings, the order of their
// spellings from the end, by which typos are found, and the questions that the
// passages answer.
func writeTerms(out *[sections][]byte, passages iter.Seq[passage.Passage], r *registry) {
	t := collectTerms(passages)
	writeQuestions(out, passages, r.languages, t)
	names := slices.Sorted(maps.Keys(t.number))
	var terms, lists listWriter
	var rec []byte
	for _, name := range names {
		list := &t.postings[t.number[name]]
		terms.add([]byte(name))
		rec = binary.AppendUvarint(rec[:0], uint64(list.n))
		before := uint32(0)
		list.all(func(p posting) {
			rec = binary.AppendUvarint(rec, uint64(p.passage-before))
			rec = append(rec, t.impact(p))
			before = p.passage
		})
		list.encoded = nil
		lists.add(rec)
	}
	out[sectionTermAt], out[sectionTerms] = terms.offsets(), terms.data
	out[sectionPostingAt], out[sectionPostings] = lists.offsets(), lists.data
	order := make([]uint32, len(names))
	for i := range order {
		order[i] = uint32(i)
	}
	sort.Slice(order, func(a, b int) bool {
		return compareBackwards(names[order[a]], names[order[b]]) < 0
	})
	for _, n := range order {
		out[sectionBackwards] = le.AppendUint32(out[sectionBackwards], n)
	}
}
