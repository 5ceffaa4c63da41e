package charset

import "unicode/utf8"

// big5 is section 12.1 of the standard.
func big5(table []rune) *pairs {
	return &pairs{
		table: table,
		pointer: func(lead, trail int) int {
			switch {
			case !within(lead, 0x81, 0xfe):
			case within(trail, 0x40, 0x7e):
				return (lead-0x81)*157 + trail - 0x40
			case within(trail, 0xa1, 0xfe):
				return (lead-0x81)*157 + trail - 0x62
			}
			return -1
		},
		alone:    func(b int) rune { return unless(within(b, 0x81, 0xfe)) },
		composed: map[int]string{1133: "Ê\u0304", 1135: "Ê\u030c", 1164: "ê\u0304", 1166: "ê\u030c"},
	}
}

// unless gives U+FFFD for a byte that begins no pair.
func unless(lead bool) rune {
	if lead {
		return 0
	}
	return utf8.RuneError
}

// eucKR is section 14.1.
func eucKR(table []rune) *pairs {
	return &pairs{
		table: table,
		pointer: func(lead, trail int) int {
			if within(lead, 0x81, 0xfe) && within(trail, 0x41, 0xfe) {
				return (lead-0x81)*190 + trail - 0x41
			}
			return -1
		},
		alone: func(b int) rune { return unless(within(b, 0x81, 0xfe)) },
	}
}

// halfWidth is where the half-width katakana of JIS X 0201 stand.
const halfWidth = 0xff61 - 0xa1

// shiftJIS is section 13.3.
func shiftJIS(table []rune) *pairs {
	return &pairs{
		table: table,
		pointer: func(lead, trail int) int {
			first := 0xc1
			if lead < 0xa0 {
				first = 0x81
			}
			switch {
			case within(trail, 0x40, 0x7e):
				return (lead-first)*188 + trail - 0x40
			case within(trail, 0x80, 0xfc):
				return (lead-first)*188 + trail - 0x41
			}
			return -1
		},
		alone: func(b int) rune {
			switch {
			case b == 0x80:
				return 0x80
			case within(b, 0xa1, 0xdf):
				return halfWidth + rune(b)
			}
			return unless(within(b, 0x81, 0x9f) || within(b, 0xe0, 0xfc))
		},
	}
}

// eucJP is section 13.1: JIS X 0208 in two bytes, JIS X 0212 in three, of which
// the first is 0x8f.
func eucJP(jis0208, jis0212 []rune) decoder {
	two := &pairs{
		table: jis0208,
		pointer: func(lead, trail int) int {
			switch {
			case !within(trail, 0xa1, 0xfe):
				return -1
			case lead == 0x8e || lead == 0x8f:
				return -1
			}
			return (lead-0xa1)*94 + trail - 0xa1
		},
		alone: func(b int) rune { return unless(b == 0x8e || b == 0x8f || within(b, 0xa1, 0xfe)) },
	}
	three := *two
	three.table = jis0212
	return func(out, in []byte) ([]byte, int) {
		switch {
		case in[0] == 0x8e && len(in) > 1 && within(int(in[1]), 0xa1, 0xdf):
			return utf8.AppendRune(out, halfWidth+rune(in[1])), 2
		case in[0] == 0x8f && len(in) > 1 && within(int(in[1]), 0xa1, 0xfe):
			out, n := three.decode(out, in[1:])
			return out, 1 + n
		}
		return two.decode(out, in)
	}
}

// iso2022JP is section 13.2. Escape sequences say what the bytes after them are.
func iso2022JP(jis0208 []rune) decoder {
	const ascii, roman, katakana, kanji = 'B', 'J', 'I', '@'
	state := byte(ascii)
	return func(out, in []byte) ([]byte, int) {
		b := in[0]
		if b == 0x1b && len(in) >= 3 {
			switch {
			case in[1] == '(' && (in[2] == ascii || in[2] == roman || in[2] == katakana):
				state = in[2]
				return out, 3
			case in[1] == '$' && (in[2] == '@' || in[2] == 'B'):
				state = kanji
				return out, 3
			}
		}
		switch {
		case b >= utf8.RuneSelf || b == 0x0e || b == 0x0f || b == 0x1b:
			return utf8.AppendRune(out, utf8.RuneError), 1
		case state == roman && b == '\\':
			return append(out, "¥"...), 1
		case state == roman && b == '~':
			return append(out, "‾"...), 1
		case state == katakana && within(int(b), 0x21, 0x5f):
			return utf8.AppendRune(out, halfWidth+0x80+rune(b)), 1
		case state == katakana:
			return utf8.AppendRune(out, utf8.RuneError), 1
		case state == kanji && within(int(b), 0x21, 0x7e):
			if len(in) < 2 || !within(int(in[1]), 0x21, 0x7e) {
				return utf8.AppendRune(out, utf8.RuneError), 1
			}
			return utf8.AppendRune(out, at(jis0208, (int(b)-0x21)*94+int(in[1])-0x21)), 2
		case state == kanji:
			return utf8.AppendRune(out, utf8.RuneError), 1
		}
		return append(out, b), 1
	}
}

// gb18030 is section 10.2: pairs, and characters of four bytes. ranges holds
// those of the basic plane by their number.
func gb18030(table, ranges []rune) decoder {
	two := &pairs{
		table: table,
		pointer: func(lead, trail int) int {
			switch {
			case within(trail, 0x40, 0x7e):
				return (lead-0x81)*190 + trail - 0x40
			case within(trail, 0x80, 0xfe):
				return (lead-0x81)*190 + trail - 0x41
			}
			return -1
		},
		alone: func(b int) rune {
			if b == 0x80 {
				return '€'
			}
			return unless(b < 0xff)
		},
	}
	const higher = 189000 // the number of U+10000
	return func(out, in []byte) ([]byte, int) {
		if !(len(in) >= 4 && within(int(in[0]), 0x81, 0xfe) && within(int(in[1]), 0x30, 0x39)) {
			return two.decode(out, in)
		}
		number := (int(in[0])-0x81)*12600 + (int(in[1])-0x30)*1260 + (int(in[2])-0x81)*10 + int(in[3]) - 0x30
		r := at(ranges, number)
		if number >= higher && number <= higher+0xfffff {
			r = rune(number-higher) + 0x10000
		}
		if !within(int(in[2]), 0x81, 0xfe) || !within(int(in[3]), 0x30, 0x39) || r == utf8.RuneError {
			return utf8.AppendRune(out, utf8.RuneError), 1
		}
		return utf8.AppendRune(out, r), 4
	}
}
