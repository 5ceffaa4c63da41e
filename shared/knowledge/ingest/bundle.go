package ingest

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"math"
	"slices"
	"time"

	"omniops/shared/knowledge/library"
	"omniops/shared/knowledge/passage"
)

// What is kept of pages, in the bytes of memory that it takes about to index them.
// A site beyond that is indexed in part: its longest pages are cut.
const (
	mostOfPage    = 512 << 10
	mostOfSite    = 32 << 20
	mostOfSegment = 2 << 20 // how much is read before it is stored

	costOfPassage = 768 // besides its text: most of it is its vector
	costOfWord    = 128 // that is nowhere else on the site
)

// bundle is a page whose passages are compressed until they are needed: those of a
// large site would fill the function's memory.
type bundle struct {
	page library.Page // without its passages
	body []byte
}

// bundler makes bundles.
type bundler struct {
	out    bytes.Buffer
	writer *flate.Writer
}

// bundle compresses a page.
func (b *bundler) bundle(p library.Page) (*bundle, error) {
	b.out.Reset()
	if b.writer == nil {
		w, err := flate.NewWriter(&b.out, flate.BestSpeed)
		if err != nil {
			return nil, err
		}
		b.writer = w
	}
	b.writer.Reset(&b.out)
	for i := range p.Passages { // the page says it
		p.Passages[i].URL, p.Passages[i].CrawledAt = "", time.Time{}
	}
	if err := json.NewEncoder(b.writer).Encode(p.Passages); err != nil {
		return nil, fmt.Errorf("bundle %s: %w", p.URL, err)
	}
	if err := b.writer.Close(); err != nil {
		return nil, fmt.Errorf("bundle %s: %w", p.URL, err)
	}
	p.Passages = nil
	return &bundle{p, bytes.Clone(b.out.Bytes())}, nil
}

// opener opens bundles.
type opener struct {
	in     bytes.Reader
	reader io.ReadCloser
	out    bytes.Buffer
}

// open gives the page with its passages.
func (o *opener) open(b *bundle) library.Page {
	p := b.page
	o.in.Reset(b.body)
	if o.reader == nil {
		o.reader = flate.NewReader(&o.in)
	}
	o.out.Reset()
	err := o.reader.(flate.Resetter).Reset(&o.in, nil)
	if err == nil {
		_, err = o.out.ReadFrom(o.reader)
	}
	if err == nil {
		err = json.Unmarshal(o.out.Bytes(), &p.Passages)
	}
	if err != nil {
		panic(fmt.Errorf("bundle of %s: %w", p.URL, err)) // we made it
	}
	p.Date(p.FetchedAt)
	return p
}

// bundles are the pages of a site, in order of address.
type bundles []*bundle

// pages calls yield for each page.
func (all bundles) pages(yield func(library.Page) bool) {
	var o opener
	for _, b := range all {
		if !yield(o.open(b)) {
			return
		}
	}
}

// passages calls yield for each passage, page by page.
func (all bundles) passages() iter.Seq[passage.Passage] {
	return func(yield func(passage.Passage) bool) {
		var o opener
		for _, b := range all {
			for _, p := range o.open(b).Passages {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// weigher tells what it costs to index passages.
type weigher struct {
	seed maphash.Seed
	seen []uint64 // a bit for each word, by its hash
}

const weigherBits = 1 << 22

// weigh gives the cost of a passage, some of which is that of words that were not
// seen before.
func (w *weigher) weigh(p *passage.Passage) int {
	cost := costOfPassage + len(p.Text)
	for _, s := range p.Path {
		cost += len(s)
	}
	text, start := p.Text, -1
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (text[i] >= 0x80 || text[i] >= '0' && text[i] <= '9' || text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z') {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			bit := maphash.String(w.seed, text[start:i]) % weigherBits
			if w.seen[bit/64]>>(bit%64)&1 == 0 {
				w.seen[bit/64] |= 1 << (bit % 64)
				cost += costOfWord
			}
			start = -1
		}
	}
	return cost
}

// within gives as many of the passages as may cost so much: the records of what a
// page sells, and then the text from its beginning.
func within(all []passage.Passage, most int, cost func(*passage.Passage) int) []passage.Passage {
	fits := make([]bool, len(all))
	for _, records := range []bool{true, false} {
		for i := range all {
			if (all[i].Product != nil) != records {
				continue
			}
			if most -= cost(&all[i]); most < 0 {
				break
			}
			fits[i] = true
		}
	}
	var kept []passage.Passage
	for i, p := range all {
		if fits[i] {
			kept = append(kept, p)
		}
	}
	return kept
}

// plain is the cost of a passage whose words are all known.
func plain(p *passage.Passage) int {
	cost := costOfPassage + len(p.Text)
	for _, s := range p.Path {
		cost += len(s)
	}
	return cost
}

// fit cuts the longest pages to one length, such that all together cost no more
// than most. It tells whether it had to.
func (all bundles) fit(most int, b *bundler) (cut bool, err error) {
	w := weigher{maphash.MakeSeed(), make([]uint64, weigherBits/64)}
	var o opener
	costs, total := make([]int, len(all)), 0
	for i, one := range all {
		for _, p := range o.open(one).Passages {
			costs[i] += w.weigh(&p)
		}
		total += costs[i]
	}
	if total <= most {
		return false, nil
	}
	level := waterline(costs, most)
	for i, one := range all {
		if costs[i] <= level {
			continue
		}
		p := o.open(one)
		usual := 0
		for j := range p.Passages {
			usual += plain(&p.Passages[j])
		}
		p.Passages = within(p.Passages, int(float64(level)*float64(usual)/float64(costs[i])), plain)
		if all[i], err = b.bundle(p); err != nil {
			return true, err
		}
	}
	return true, nil
}

// waterline is the length to which the longer costs are cut, so that their sum is
// no more than most.
func waterline(costs []int, most int) int {
	sorted := slices.Sorted(slices.Values(costs))
	for i, c := range sorted {
		if rest := len(sorted) - i; c > most/rest {
			return most / rest
		}
		most -= c
	}
	return math.MaxInt
}
