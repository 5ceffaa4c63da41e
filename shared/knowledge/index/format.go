package index

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"omniops/shared/fault"
)

// The blob: a header, then sections one after the other. Numbers are
// little-endian. A list of byte strings takes two sections: n+1 offsets of four
// bytes, and the bytes.
//
//	0  magic, with the version of the format and of the analysis
//	8  CRC-32C of everything from 12 on
//	12 version: the beginning of the SHA-256 of the sections
//	20 end of each section, four bytes each, counted from the first section
//
// A new stop word, stemmer or weight changes which terms a text has, so it needs
// a new magic: such an index has to be built anew.
const (
	magic       = "omni\x00ix3"
	family      = len("omni\x00ix") // of magic, that all versions share
	checkedFrom = 12
	versionAt   = 12
	versionSize = 8
	tableAt     = versionAt + versionSize
)

// The sections.
const (
	sectionMeta = iota
	sectionPageAt
	sectionPages
	sectionPassageAt
	sectionPassages
	sectionTermAt
	sectionTerms
	sectionBackwards // terms ordered by their spelling from the end
	sectionPostingAt
	sectionPostings
	sectionWordAt
	sectionWords
	sectionQuestions
	sectionSigns  // vectors, one bit per dimension
	sectionSizes  // vectors, one byte per dimension
	sectionScales // what the sizes of a vector are multiplied by
	sectionCentre // what vectors are stored as differences from
	sections
)

const headerSize = tableAt + 4*sections

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	le         = binary.LittleEndian

	errCorrupt = errors.New("the index is cut off or damaged")
	errOther   = errors.New("the index has the format of another release")
)

// corrupt is the error for a blob that no Build made.
func corrupt(cause error) error {
	return fault.E(fault.Internal, "The search index cannot be read.", cause)
}

// outdated is the error for a blob that the Build of another release made. Its
// site counts as one whose pages have not been read: the next crawl builds it.
func outdated() error {
	return fault.E(fault.NotFound, "The shop's pages have to be read anew.", errOther)
}

// list is a sequence of byte strings inside the blob.
type list struct {
	at   []byte // offsets
	data []byte
}

// newList checks that the offsets rise and stay inside the data.
func newList(at, data []byte) (list, error) {
	if len(at) < 4 || len(at)%4 != 0 || len(data) > 1<<31 {
		return list{}, errCorrupt
	}
	before := uint32(0)
	for i := 0; i < len(at); i += 4 {
		v := le.Uint32(at[i:])
		if v < before {
			return list{}, errCorrupt
		}
		before = v
	}
	if int(before) != len(data) || le.Uint32(at) != 0 {
		return list{}, errCorrupt
	}
	return list{at, data}, nil
}

// len is how many strings there are.
func (l list) len() int { return len(l.at)/4 - 1 }

// get is the i-th string, a slice of the blob.
func (l list) get(i int) []byte {
	return l.data[le.Uint32(l.at[4*i:]):le.Uint32(l.at[4*i+4:])]
}

// listWriter makes a list.
type listWriter struct{ at, data []byte }

func (w *listWriter) add(b []byte) {
	if w.at == nil {
		w.at = make([]byte, 4)
	}
	w.data = append(w.data, b...)
	w.at = le.AppendUint32(w.at, uint32(len(w.data)))
}

// offsets are those of the list, even an empty one.
func (w *listWriter) offsets() []byte {
	if w.at == nil {
		return make([]byte, 4)
	}
	return w.at
}

// reader takes values off the front of a section. After an overrun it gives
// zeros and is bad.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count is a number of things that take at least one byte each.
func (r *reader) count() int {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.b, r.bad = nil, true
		return 0
	}
	return int(n)
}

func (r *reader) bytes() []byte {
	n := r.count()
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) string() string { return string(r.bytes()) }

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}
