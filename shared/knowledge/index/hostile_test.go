package index

import (
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"omniops/shared/knowledge/passage"
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
	made, err := assemble(&out, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	seal(made)
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

// Bytes exchanged under a right checksum are refused or searched, and never
// panic. This is what FuzzOpen looks for, for as long as a test may take.
func TestExchangedBytes(t *testing.T) {
	product := say("kettle", "Kettle", "Price: 39.00 GBP")
	product.Product = &passage.Product{Name: "Kettle", SKU: "KT-100", Price: "39.00", Currency: "GBP", URL: "https://shop.example/other"}
	whole, err := Build(t.Context(), append(slices.Clone(shop), product), Options{Embed: fakeEmbed, Model: "fake"})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 7))
	vector := make([]float32, 70)
	for d := range vector {
		vector[d] = float32(random.NormFloat64())
	}
	opened := 0
	for range 20_000 {
		blob := slices.Clone(whole)
		for range 1 + random.IntN(4) {
			at := checkedFrom + random.IntN(len(blob)-checkedFrom)
			blob[at] = [...]byte{0, 1, 0x7f, 0x80, 0xff, blob[at] + 1, blob[at] - 1, byte(random.Uint32())}[random.IntN(8)]
		}
		le.PutUint32(blob[len(magic):], crc32.Checksum(blob[checkedFrom:], castagnoli))
		ix, err := Open(blob)
		if err != nil {
			continue
		}
		opened++
		for _, text := range []string{"return a kettle 1700 ketle KT 100", "Wie lange ist die Rückgabefrist? 返品"} {
			for _, h := range ix.Search(Query{Text: text, Vector: vector}) {
				if !(h.Confidence >= 0 && h.Confidence <= 1.0001) {
					t.Fatalf("confidence %v", h.Confidence)
				}
			}
		}
		for range ix.Passages {
		}
		ix.Suggestions(3)
		ix.Stats()
		ix.numbers(Options{Embed: fakeEmbed, Model: ix.model})
		for i := range ix.vectors.n {
			ix.vectors.get(i)
		}
	}
	if opened < 1000 {
		t.Errorf("only %d damaged blobs were searched", opened)
	}
}
