package index

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"math"
	"slices"
	"sort"
	"time"

	"omniops/shared/fault"
	"omniops/shared/knowledge/passage"
)

// Embed turns texts into vectors of equal length, in order.
type Embed func(ctx context.Context, texts []string) ([][]float32, error)

// Options say how an index is built. The zero value searches by words alone.
type Options struct {
	// Embed gives vectors to search by meaning as well; nil does without.
	Embed Embed
	// Model names what Embed uses; vectors of different models do not mix.
	Model string
	// Previous is an earlier index of the same site, whose vectors are used
	// again for passages that did not change. It may be nil.
	Previous *Index
}

// The weights of BM25F: how much a word counts in each field, how strongly
// each field's length counts against it, and how soon more of the same word
// stops counting.
const (
	fieldTitle = iota
	fieldHeading
	fieldBody
	fields

	saturation = 1.2
	maxLimit   = 1 << 22 // passages
)

var (
	fieldWeight = [fields]float64{1.6, 2.2, 1}
	fieldLength = [fields]float64{0.3, 0.4, 0.7}
)

// pageKey is what the passages of one page share.
type pageKey struct {
	url, language string
	crawledAt     int64
}

// Build makes an index of a site's passages. The same passages give the same
// bytes. Passages with equal ids, texts beyond 256 KiB and more than four million
// passages are fault.Invalid; an error of Embed is passed on.
func Build(ctx context.Context, passages []passage.Passage, opts Options) ([]byte, error) {
	if err := checkPassages(passages); err != nil {
		return nil, err
	}
	var out [sections][]byte
	pages, pageOf := writePages(&out, passages)
	languages := byFrequency(passages)
	writePassages(&out, passages, pageOf)
	terms := collectTerms(passages)
	writeTerms(&out, terms)
	writeQuestions(&out, passages, languages, terms)
	dimensions := 0
	if opts.Embed != nil && len(passages) > 0 {
		var err error
		if dimensions, err = writeVectors(ctx, &out, passages, opts); err != nil {
			return nil, err
		}
	}
	meta := binary.AppendUvarint(nil, uint64(len(passages)))
	meta = binary.AppendUvarint(meta, uint64(pages))
	meta = binary.AppendUvarint(meta, uint64(dimensions))
	meta = appendString(meta, opts.Model)
	meta = binary.AppendUvarint(meta, uint64(len(languages)))
	for _, l := range languages {
		meta = appendString(meta, l)
	}
	out[sectionMeta] = meta
	return assemble(&out)
}

// checkPassages refuses what the format cannot hold.
func checkPassages(passages []passage.Passage) error {
	if len(passages) > maxLimit {
		return fault.E(fault.Invalid, "The website has too many passages.", nil)
	}
	seen := make(map[string]bool, len(passages))
	for _, p := range passages {
		size := len(p.Text)
		for _, s := range p.Path {
			size += len(s)
		}
		if r := p.Product; r != nil {
			size += len(r.Name) + len(r.SKU) + len(r.Price) + len(r.Currency) + len(r.Availability) + len(r.URL)
		}
		if size > maxText-1024 || len(p.URL) > maxText {
			return fault.E(fault.Invalid, "A passage is too long.", fmt.Errorf("passage %s: %d bytes", p.ID, size))
		}
		if seen[p.ID] {
			return fault.E(fault.Invalid, "Two passages have the same id.", fmt.Errorf("passage %s twice", p.ID))
		}
		seen[p.ID] = true
	}
	return nil
}

// assemble puts the sections behind a header.
func assemble(out *[sections][]byte) ([]byte, error) {
	size := headerSize
	for _, s := range out {
		size += len(s)
	}
	if size > math.MaxUint32 {
		return nil, fault.E(fault.Invalid, "The website is too large for one index.", nil)
	}
	blob := make([]byte, headerSize, size)
	copy(blob, magic)
	for i, s := range out {
		blob = append(blob, s...)
		le.PutUint32(blob[tableAt+4*i:], uint32(len(blob)-headerSize))
	}
	sum := sha256.Sum256(blob[headerSize:])
	copy(blob[versionAt:], sum[:versionSize])
	le.PutUint32(blob[8:], crc32.Checksum(blob[checkedFrom:], castagnoli))
	return blob, nil
}

// writePages stores what passages of one page share once.
func writePages(out *[sections][]byte, passages []passage.Passage) (count int, pageOf []int) {
	numbers := map[pageKey]int{}
	pageOf = make([]int, len(passages))
	var list listWriter
	for i, p := range passages {
		key := pageKey{p.URL, p.Language, p.CrawledAt.Unix()}
		n, ok := numbers[key]
		if !ok {
			n = len(numbers)
			numbers[key] = n
			rec := binary.AppendVarint(nil, key.crawledAt)
			rec = appendString(rec, key.language)
			list.add(append(rec, key.url...))
		}
		pageOf[i] = n
	}
	out[sectionPageAt], out[sectionPages] = list.offsets(), list.data
	return len(numbers), pageOf
}

// writePassages stores each passage and the words they are made of.
func writePassages(out *[sections][]byte, passages []passage.Passage, pageOf []int) {
	var coder wordCoder
	for _, p := range passages {
		coder.count(p.Text)
		for _, s := range p.Path {
			coder.count(s)
		}
	}
	words := coder.list()
	out[sectionWordAt], out[sectionWords] = words.offsets(), words.data
	var list listWriter
	for i, p := range passages {
		rec := binary.AppendUvarint(nil, uint64(pageOf[i]))
		rec = appendString(rec, p.ID)
		rec = binary.AppendUvarint(rec, uint64(len(p.Path)))
		for _, s := range p.Path {
			rec = coder.append(rec, s)
		}
		list.add(appendProduct(coder.append(rec, p.Text), p))
	}
	out[sectionPassageAt], out[sectionPassages] = list.offsets(), list.data
}

// byFrequency lists the languages of the passages, the most frequent first.
func byFrequency(passages []passage.Passage) []string {
	counts := map[string]int{}
	for _, p := range passages {
		counts[p.Language]++
	}
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
}

// posting says that a passage has a term.
type posting struct {
	passage uint32
	counts  [fields]uint16
}

// termTable is every term with its postings.
type termTable struct {
	postings map[string][]posting
	lengths  [][fields]int // terms in each field of each passage
	mean     [fields]float64
}

// collectTerms analyses all passages.
func collectTerms(passages []passage.Passage) *termTable {
	t := &termTable{postings: map[string][]posting{}, lengths: make([][fields]int, len(passages))}
	analyzers := map[string]*analyzer{}
	for i, p := range passages {
		a := analyzers[p.Language]
		if a == nil {
			a = &analyzer{language: p.Language, stems: map[string]string{}}
			analyzers[p.Language] = a
		}
		field := func(f int, text string) {
			a.terms(text, func(term string) {
				t.lengths[i][f]++
				list := t.postings[term]
				if len(list) == 0 || list[len(list)-1].passage != uint32(i) {
					list = append(list, posting{passage: uint32(i)})
					t.postings[term] = list
				}
				if c := &list[len(list)-1].counts[f]; *c < math.MaxUint16 {
					*c++
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
	}
	for _, l := range t.lengths {
		for f, n := range l {
			t.mean[f] += float64(n)
		}
	}
	for f := range t.mean {
		t.mean[f] = max(t.mean[f]/float64(max(len(passages), 1)), 1)
	}
	return t
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

// writeTerms stores the terms in order, their postings, and the order of their
// spellings from the end, by which typos are found.
func writeTerms(out *[sections][]byte, t *termTable) {
	names := slices.Sorted(maps.Keys(t.postings))
	var terms, lists listWriter
	for _, name := range names {
		list := t.postings[name]
		terms.add([]byte(name))
		rec := binary.AppendUvarint(nil, uint64(len(list)))
		before := uint32(0)
		for _, p := range list {
			rec = binary.AppendUvarint(rec, uint64(p.passage-before))
			rec = append(rec, t.impact(p))
			before = p.passage
		}
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

// crawledAt undoes what pageKey does to a time.
func crawledAt(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
