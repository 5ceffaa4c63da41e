package charset

import (
	"unicode/utf16"
	"unicode/utf8"
)

// ahead is how many bytes a decoder must see, unless the text ends before.
const ahead = 4

// decoder appends what in begins with to out, and tells how many bytes that was:
// at least one.
type decoder func(out, in []byte) ([]byte, int)

// decoderOf gives a decoder of an encoding that named knows.
func decoderOf(name string) decoder {
	switch name {
	case "utf-16le":
		return utf16Decoder(1)
	case "utf-16be":
		return utf16Decoder(0)
	case "big5":
		return big5(index("big5")).decode
	case "euc-kr":
		return eucKR(index("euc-kr")).decode
	case "gb18030":
		return gb18030(index("gb18030"), index("gb18030-ranges"))
	case "shift_jis":
		return shiftJIS(index("jis0208")).decode
	case "euc-jp":
		return eucJP(index("jis0208"), index("jis0212"))
	case "iso-2022-jp":
		return iso2022JP(index("jis0208"))
	case "x-user-defined":
		return func(out, in []byte) ([]byte, int) {
			if in[0] >= utf8.RuneSelf {
				return utf8.AppendRune(out, 0xf700+rune(in[0])), 1
			}
			return append(out, in[0]), 1
		}
	case replacement:
		said := false
		return func(out, in []byte) ([]byte, int) {
			if said {
				return out, len(in)
			}
			said = true
			return utf8.AppendRune(out, utf8.RuneError), len(in)
		}
	}
	upper := index(name)
	return func(out, in []byte) ([]byte, int) {
		if in[0] < utf8.RuneSelf {
			return append(out, in[0]), 1
		}
		return utf8.AppendRune(out, at(upper, int(in[0])-utf8.RuneSelf)), 1
	}
}

// at gives a table's entry, or U+FFFD if there is none.
func at(table []rune, i int) rune {
	if i < 0 || i >= len(table) || table[i] == 0 {
		return utf8.RuneError
	}
	return table[i]
}

// utf16Decoder decodes UTF-16; high is where the higher of two bytes stands.
func utf16Decoder(high int) decoder {
	unit := func(in []byte) rune { return rune(in[high])<<8 | rune(in[1-high]) }
	return func(out, in []byte) ([]byte, int) {
		if len(in) < 2 {
			return utf8.AppendRune(out, utf8.RuneError), 1
		}
		r := unit(in)
		switch {
		case r == 0xfeff:
			return out, 2
		case !utf16.IsSurrogate(r):
			return utf8.AppendRune(out, r), 2
		case len(in) >= 4:
			if pair := utf16.DecodeRune(r, unit(in[2:])); pair != utf8.RuneError {
				return utf8.AppendRune(out, pair), 4
			}
		}
		return utf8.AppendRune(out, utf8.RuneError), 2
	}
}

// pairs is an encoding of ASCII and pairs of bytes.
type pairs struct {
	table    []rune
	pointer  func(lead, trail int) int // where the pair stands in the table; -1 if it is none
	alone    func(b int) rune          // what a byte stands for that begins no pair; 0 if it does begin one
	composed map[int]string            // what stands for more than one character, by pointer
}

// decode is a decoder. Where a pair means nothing, its second byte stands for
// itself if it is ASCII.
func (p *pairs) decode(out, in []byte) ([]byte, int) {
	if in[0] < utf8.RuneSelf {
		return append(out, in[0]), 1
	}
	if p.alone != nil {
		if r := p.alone(int(in[0])); r != 0 {
			return utf8.AppendRune(out, r), 1
		}
	}
	if len(in) < 2 {
		return utf8.AppendRune(out, utf8.RuneError), 1
	}
	i := p.pointer(int(in[0]), int(in[1]))
	if both := p.composed[i]; both != "" {
		return append(out, both...), 2
	}
	r := at(p.table, i)
	if r == utf8.RuneError && in[1] < utf8.RuneSelf {
		return utf8.AppendRune(out, r), 1
	}
	return utf8.AppendRune(out, r), 2
}

// within tells whether b is one of a range of bytes.
func within(b, first, last int) bool { return b >= first && b <= last }
