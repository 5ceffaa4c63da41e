package index

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"maps"
	"math"
	"slices"
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

const maxLimit = 1 << 22 // passages

// pageKey is what the passages of one page share.
type pageKey struct {
	url, language string
	crawledAt     int64
}

// Build makes an index of a site's passages; see BuildFrom.
func Build(ctx context.Context, passages []passage.Passage, opts Options) ([]byte, error) {
	return BuildFrom(ctx, slices.Values(passages), opts)
}

// BuildFrom makes an index of a site's passages, which it goes through several
// times, and of which it keeps none: the passages of a large site need not be in
// memory. The same passages give the same bytes. Passages with equal ids, texts
// beyond 256 KiB and more than four million passages are fault.Invalid; an error
// of Embed is passed on.
func BuildFrom(ctx context.Context, passages iter.Seq[passage.Passage], opts Options) ([]byte, error) {
	blob, err := build(ctx, passages, opts)
	if errors.Is(err, errUnequal) && opts.Previous != nil { // by now the model gives others
		opts.Previous = nil
		return build(ctx, passages, opts)
	}
	return blob, err
}

func build(ctx context.Context, passages iter.Seq[passage.Passage], opts Options) ([]byte, error) {
	var out [sections][]byte
	r, err := register(&out, passages, opts)
	if err != nil {
		return nil, err
	}
	writePassages(&out, passages, r)
	writeTerms(&out, passages, r)
	meta := binary.AppendUvarint(nil, uint64(len(r.pageOf)))
	meta = binary.AppendUvarint(meta, uint64(r.pages))
	dimensions := 0
	var m *meanings
	if opts.Embed != nil && len(r.pageOf) > 0 {
		if m, err = newMeanings(ctx, passages, r, opts); err != nil {
			return nil, err
		}
		dimensions = len(m.centre)
	}
	meta = binary.AppendUvarint(meta, uint64(dimensions))
	meta = appendString(meta, opts.Model)
	meta = binary.AppendUvarint(meta, uint64(len(r.languages)))
	for _, l := range r.languages {
		meta = appendString(meta, l)
	}
	out[sectionMeta] = meta
	blob, err := assemble(&out, len(r.pageOf), dimensions)
	if err != nil {
		return nil, err
	}
	if m != nil {
		if err := m.write(ctx, blob, passages, r); err != nil {
			return nil, err
		}
	}
	seal(blob)
	return blob, nil
}

// seal completes the header of a blob.
func seal(blob []byte) {
	sum := sha256.Sum256(blob[headerSize:])
	copy(blob[versionAt:], sum[:versionSize])
	le.PutUint32(blob[8:], crc32.Checksum(blob[checkedFrom:], castagnoli))
}

// check refuses what the format cannot hold.
func check(p passage.Passage) error {
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
	return nil
}

// assemble puts the sections behind a header, which is not complete yet, with
// room for vectors. It lets go of each as soon as it is in place.
func assemble(out *[sections][]byte, passages, dimensions int) ([]byte, error) {
	var room [sections]int
	if dimensions > 0 {
		words := (dimensions + 63) / 64
		room = [sections]int{
			sectionSigns: 8 * words * passages, sectionSizes: 64 * words * passages, sectionScales: 8 * passages,
			sectionCentre: 4*dimensions + liftSize,
		}
	}
	size := headerSize
	for i, s := range out {
		size += len(s) + room[i]
	}
	if size > math.MaxUint32 {
		return nil, fault.E(fault.Invalid, "The website is too large for one index.", nil)
	}
	blob := make([]byte, headerSize, size)
	copy(blob, magic)
	for i, s := range out {
		blob = append(blob, s...)
		out[i] = nil
		blob = blob[:len(blob)+room[i]]
		le.PutUint32(blob[tableAt+4*i:], uint32(len(blob)-headerSize))
	}
	return blob, nil
}

// registry is what is known of the passages before they are indexed.
type registry struct {
	pages     int
	pageOf    []uint32 // by passage
	languages []string // the most frequent first
	words     wordCoder
	reused    []int32 // the number of a passage in the previous index, or -1
}

// register stores what passages of one page share once, and counts words.
func register(out *[sections][]byte, passages iter.Seq[passage.Passage], opts Options) (*registry, error) {
	numbers := map[pageKey]int{}
	seen := map[string]struct{}{}
	counts := map[string]int{}
	r := &registry{}
	before := opts.Previous.numbers(opts)
	var list listWriter
	for p := range passages {
		if len(r.pageOf) >= maxLimit {
			return nil, fault.E(fault.Invalid, "The website has too many passages.", nil)
		}
		if err := check(p); err != nil {
			return nil, err
		}
		if _, twice := seen[p.ID]; twice {
			return nil, fault.E(fault.Invalid, "Two passages have the same id.", fmt.Errorf("passage %s twice", p.ID))
		}
		seen[p.ID] = struct{}{}
		key := pageKey{p.URL, p.Language, p.CrawledAt.Unix()}
		n, ok := numbers[key]
		if !ok {
			n = len(numbers)
			numbers[key] = n
			rec := binary.AppendVarint(nil, key.crawledAt)
			rec = appendString(rec, key.language)
			list.add(append(rec, key.url...))
		}
		r.pageOf = append(r.pageOf, uint32(n))
		counts[p.Language]++
		r.words.count(p.Text)
		for _, s := range p.Path {
			r.words.count(s)
		}
		if before != nil {
			j, ok := before[p.ID]
			if !ok {
				j = -1
			}
			r.reused = append(r.reused, j)
		}
	}
	out[sectionPageAt], out[sectionPages] = list.offsets(), list.data
	r.pages, r.languages = len(numbers), byFrequency(counts)
	return r, nil
}

// writePassages stores each passage and the words they are made of.
func writePassages(out *[sections][]byte, passages iter.Seq[passage.Passage], r *registry) {
	words := r.words.list()
	out[sectionWordAt], out[sectionWords] = words.offsets(), words.data
	var list listWriter
	var rec []byte
	i := 0
	for p := range passages {
		rec = binary.AppendUvarint(rec[:0], uint64(r.pageOf[i]))
		rec = appendString(rec, p.ID)
		rec = binary.AppendUvarint(rec, uint64(len(p.Path)))
		for _, s := range p.Path {
			rec = r.words.append(rec, s)
		}
		rec = appendProduct(r.words.append(rec, p.Text), p)
		list.add(rec)
		i++
	}
	r.words = wordCoder{}
	out[sectionPassageAt], out[sectionPassages] = list.offsets(), list.data
}

// byFrequency lists the languages of passages, the most frequent first.
func byFrequency(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
}

// crawledAt undoes what pageKey does to a time.
func crawledAt(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
