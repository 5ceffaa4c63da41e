// Package index searches a site's passages. An index is one run of bytes, built
// once, stored as one object, and used where it lies: opening it parses nothing.
// It ranks by words (BM25F over title, headings and body, with the language's
// stems) and, if it has vectors, by meaning.
package index

import (
	"encoding/hex"
	"hash/crc32"
	"sync"

	"omniops/shared/knowledge/passage"
)

// Index is an opened index. It is safe for concurrent use; the bytes it was
// opened on must not change.
type Index struct {
	version    string
	size       int
	languages  []string
	model      string
	dimensions int
	pages      list
	passages   list
	terms      list
	postings   list
	words      list
	backwards  []byte
	questions  []string
	vectors    vectors
	scratch    sync.Pool
}

// Open makes a built index searchable. One that another release built in its own
// format is fault.NotFound: it has to be built anew. Other bytes that Build did
// not make are an error; if they pass for an index all the same, searching them
// finds nothing or nonsense, but never fails.
func Open(blob []byte) (*Index, error) {
	if len(blob) >= len(magic) && string(blob[:family]) == magic[:family] && string(blob[:len(magic)]) != magic {
		return nil, outdated()
	}
	if len(blob) < headerSize || string(blob[:len(magic)]) != magic {
		return nil, corrupt(errCorrupt)
	}
	if crc32.Checksum(blob[checkedFrom:], castagnoli) != le.Uint32(blob[len(magic):]) {
		return nil, corrupt(errCorrupt)
	}
	var section [sections][]byte
	body, before := blob[headerSize:], uint32(0)
	for i := range section {
		end := le.Uint32(blob[tableAt+4*i:])
		if end < before || uint64(end) > uint64(len(body)) {
			return nil, corrupt(errCorrupt)
		}
		section[i] = body[before:end:end]
		before = end
	}
	ix := &Index{
		version:   hex.EncodeToString(blob[versionAt : versionAt+versionSize]),
		size:      len(blob),
		backwards: section[sectionBackwards],
	}
	if err := ix.openLists(&section); err != nil {
		return nil, corrupt(err)
	}
	if err := ix.openMeta(&section); err != nil {
		return nil, corrupt(err)
	}
	ix.scratch.New = func() any { return &scratch{} }
	return ix, nil
}

func (ix *Index) openLists(section *[sections][]byte) error {
	for _, l := range []struct {
		to       *list
		at, data int
	}{
		{&ix.pages, sectionPageAt, sectionPages},
		{&ix.passages, sectionPassageAt, sectionPassages},
		{&ix.terms, sectionTermAt, sectionTerms},
		{&ix.postings, sectionPostingAt, sectionPostings},
		{&ix.words, sectionWordAt, sectionWords},
	} {
		var err error
		if *l.to, err = newList(section[l.at], section[l.data]); err != nil {
			return err
		}
	}
	if ix.postings.len() != ix.terms.len() || len(ix.backwards) != 4*ix.terms.len() {
		return errCorrupt
	}
	return nil
}

func (ix *Index) openMeta(section *[sections][]byte) error {
	r := &reader{b: section[sectionMeta]}
	passages, pages, dimensions := r.uint(), r.uint(), r.uint()
	ix.model = r.string()
	for range r.count() {
		ix.languages = append(ix.languages, r.string())
	}
	if r.bad || passages != uint64(ix.passages.len()) || pages != uint64(ix.pages.len()) || dimensions > maxDimensions {
		return errCorrupt
	}
	ix.dimensions = int(dimensions)
	r = &reader{b: section[sectionQuestions]}
	for range r.count() {
		ix.questions = append(ix.questions, r.string())
	}
	if r.bad {
		return errCorrupt
	}
	var err error
	ix.vectors, err = openVectors(section, ix.passages.len(), ix.dimensions)
	return err
}

// Version changes if and only if what is searched does.
func (ix *Index) Version() string { return ix.version }

// Stats is the size of an index.
type Stats struct {
	Pages, Passages, Terms int
	Bytes                  int      // of the whole index, texts included
	TextBytes              int      // of the texts, which hits come with
	RescoreBytes           int      // of the vectors that candidates are ranked by
	Languages              []string // the most frequent first
	Model                  string   // of the vectors
	Dimensions             int      // of the vectors; zero without
}

// Stats tells how large the index is.
func (ix *Index) Stats() Stats {
	return Stats{
		Pages: ix.pages.len(), Passages: ix.passages.len(), Terms: ix.terms.len(), Bytes: ix.size,
		TextBytes:    len(ix.passages.data) + len(ix.words.data) + len(ix.words.at),
		RescoreBytes: len(ix.vectors.sizes) + len(ix.vectors.scales),
		Languages:    append([]string(nil), ix.languages...), Model: ix.model, Dimensions: ix.dimensions,
	}
}

// Suggestions are up to n questions that the site itself answers under a
// heading, in its main language.
func (ix *Index) Suggestions(n int) []string {
	n = min(max(n, 0), len(ix.questions))
	return append([]string(nil), ix.questions[:n]...)
}

// Passages calls yield for each passage in the order they were built, until it
// returns false.
func (ix *Index) Passages(yield func(passage.Passage) bool) {
	for i := range ix.passages.len() {
		if p, ok := ix.passage(i); !ok || !yield(p) {
			return
		}
	}
}

// passage reads the i-th passage.
func (ix *Index) passage(i int) (passage.Passage, bool) {
	r := &reader{b: ix.passages.get(i)}
	page := r.uint()
	p := passage.Passage{ID: r.string()}
	text := make([]byte, 0, 1024) // of headings and body: together no longer than one may be
	if n := r.count(); n > 0 {
		p.Path = make([]string, 0, min(n, 16))
		for range n {
			at := len(text)
			text = ix.text(r, text)
			p.Path = append(p.Path, string(text[at:]))
		}
	}
	at := len(text)
	text = ix.text(r, text)
	p.Text = string(text[at:])
	record := readProduct(r)
	if r.bad || page >= uint64(ix.pages.len()) {
		return passage.Passage{}, false
	}
	r = &reader{b: ix.pages.get(int(page))}
	p.CrawledAt = crawledAt(r.int())
	p.Language = r.string()
	p.URL = string(r.b)
	p.Product = record.on(p.URL)
	return p, !r.bad
}
