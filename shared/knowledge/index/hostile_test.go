package index

import (
	"encoding/binary"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// rebuild makes a blob of an index with some of its sections exchanged.
func rebuild(t *testing.T, blob []byte, change func(out *[sections][]byte)) []byte {
	t.Helper()
	var out [sections][]byte
	before := uint32(0)
	for i := range out {
		end := le.Uint32(blob[tableAt+4*i:])
		out[i] = slices.Clone(blob[headerSize+before : headerSize+end])
		before = end
	}
	change(&out)
	made, err := assemble(&out)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// A small blob cannot make a reader write down much: a text that names a long
// word again and again ends where no text could be longer.
func TestDamageTakesNoMemory(t *testing.T) {
	blob, err := Build(t.Context(), shop[:1], Options{})
	if err != nil {
		t.Fatal(err)
	}
	const headings, repeats = 2000, 200
	blob = rebuild(t, blob, func(out *[sections][]byte) {
		var words listWriter
		words.add([]byte(strings.Repeat("w", maxText/4)))
		out[sectionWordAt], out[sectionWords] = words.offsets(), words.data
		rec := binary.AppendUvarint(nil, 0)
		rec = appendString(rec, "id")
		rec = binary.AppendUvarint(rec, headings)
		for range headings {
			rec = binary.AppendUvarint(rec, repeats)
			rec = append(rec, slices.Repeat([]byte{1}, repeats)...)
		}
		var passages listWriter
		passages.add(rec)
		out[sectionPassageAt], out[sectionPassages] = passages.offsets(), passages.data
	})
	ix, err := Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for p := range ix.Passages {
		t.Errorf("a passage of %d headings is read", len(p.Path))
	}
	if hits := ix.Search(Query{Text: "return a kettle", Language: "en"}); len(hits) != 0 {
		t.Errorf("found %v", ids(hits))
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
		t.Errorf("%d bytes were allocated for an index of %d", took, len(blob))
	}
}
