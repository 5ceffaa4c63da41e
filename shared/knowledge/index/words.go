package index

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
)

// maxText is the longest text that is stored, in bytes.
const maxText = 256 << 10

// Text is stored as a sequence of numbers: each names a word, or what stands
// between two words unless that is one space; zero is followed by a string that
// occurs only once. Frequent words have small numbers, so that a text takes a
// third of its size and is decoded by copying.

// isWord reports whether a byte belongs to a word rather than between words.
func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// runs calls yield for each word and each gap between words, in order.
func runs(s string, yield func(run string)) {
	for len(s) > 0 {
		word := isWord(s[0])
		n := 1
		for n < len(s) && isWord(s[n]) == word {
			n++
		}
		yield(s[:n])
		s = s[n:]
	}
}

// wordCoder numbers the words of a site.
type wordCoder struct {
	counts map[string]int32
	number map[string]uint64
	parts  []string
}

// count takes note of a text that will be encoded.
func (w *wordCoder) count(s string) {
	if w.counts == nil {
		w.counts = map[string]int32{}
	}
	runs(s, func(run string) {
		if n, ok := w.counts[run]; ok {
			w.counts[run] = n + 1
		} else {
			w.counts[strings.Clone(run)] = 1 // s goes
		}
	})
}

// list numbers the counted words by frequency and returns them in that order.
func (w *wordCoder) list() listWriter {
	var repeated []string
	for run, n := range maps.All(w.counts) {
		if n > 1 {
			repeated = append(repeated, run)
		}
	}
	slices.SortFunc(repeated, func(a, b string) int {
		return cmp.Or(cmp.Compare(w.counts[b], w.counts[a]), cmp.Compare(a, b))
	})
	w.counts = nil
	var out listWriter
	w.number = make(map[string]uint64, len(repeated))
	for i, run := range repeated {
		w.number[run] = uint64(i + 1)
		out.add([]byte(run))
	}
	return out
}

// append encodes a text that was counted.
func (w *wordCoder) append(b []byte, s string) []byte {
	parts := w.parts[:0]
	runs(s, func(run string) { parts = append(parts, run) })
	w.parts = parts
	b = binary.AppendUvarint(b, uint64(len(parts)))
	for i, run := range parts {
		if run == " " && i > 0 && i < len(parts)-1 {
			continue
		}
		n := w.number[run]
		b = binary.AppendUvarint(b, n)
		if n == 0 {
			b = appendString(b, run)
		}
	}
	return b
}

// text decodes what append encoded, appending to buf.
func (ix *Index) text(r *reader, buf []byte) []byte {
	left, afterWord := r.uint(), false
	b, known := r.b, uint64(ix.words.len())
	for ; left > 0; left-- {
		if len(b) == 0 {
			r.bad = true
			break
		}
		n, size := uint64(b[0]), 1
		if n >= 0x80 {
			if n, size = binary.Uvarint(b); size <= 0 {
				r.bad = true
				break
			}
		}
		b = b[size:]
		var run []byte
		switch {
		case n == 0:
			once := reader{b: b}
			run = once.bytes()
			b = once.b
		case n <= known:
			run = ix.words.get(int(n - 1))
		}
		if len(run) == 0 || len(buf)+len(run) >= maxText {
			r.bad = true
			break
		}
		word := isWord(run[0])
		if word && afterWord {
			if buf, left = append(buf, ' '), left-1; left == 0 {
				r.bad = true
				break
			}
		}
		buf = append(buf, run...)
		afterWord = word
	}
	r.b = b
	return buf
}
