package charset

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

var update = flag.Bool("update", false, "rewrite tables.bin")

// theirs gives one character as golang.org/x/text reads it, or 0 if the bytes
// mean nothing to it.
func theirs(t testing.TB, e encoding.Encoding, in ...byte) rune {
	t.Helper()
	out, err := e.NewDecoder().Bytes(in)
	if err != nil {
		t.Fatal(err)
	}
	r, n := utf8.DecodeRune(out)
	if n != len(out) || r == utf8.RuneError {
		return 0
	}
	return r
}

// reference makes a table anew, from the encodings of golang.org/x/text.
func reference(t testing.TB, name string) []rune {
	t.Helper()
	var table []rune
	double := func(e encoding.Encoding, leads, trails []int, before ...byte) {
		for _, lead := range leads {
			for _, trail := range trails {
				table = append(table, theirs(t, e, append(before, byte(lead), byte(trail))...))
			}
		}
	}
	switch name {
	case "big5":
		double(traditionalchinese.Big5, span(0x81, 0xfe), append(span(0x40, 0x7e), span(0xa1, 0xfe)...))
	case "euc-kr":
		double(korean.EUCKR, span(0x81, 0xfe), span(0x41, 0xfe))
	case "gb18030":
		double(simplifiedchinese.GB18030, span(0x81, 0xfe), append(span(0x40, 0x7e), span(0x80, 0xfe)...))
	case "gb18030-ranges":
		for i := range 39420 {
			table = append(table, theirs(t, simplifiedchinese.GB18030, byte(0x81+i/12600), byte(0x30+i/1260%10), byte(0x81+i/10%126), byte(0x30+i%10)))
		}
	case "jis0208":
		double(japanese.ShiftJIS, append(span(0x81, 0x9f), span(0xe0, 0xfc)...), append(span(0x40, 0x7e), span(0x80, 0xfc)...))
	case "jis0212":
		double(japanese.EUCJP, span(0xa1, 0xfe), span(0xa1, 0xfe), 0x8f)
	default:
		e, err := htmlindex.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		for b := 0x80; b <= 0xff; b++ {
			table = append(table, e.(*charmap.Charmap).DecodeByte(byte(b)))
		}
	}
	for i, r := range table {
		if r == utf8.RuneError {
			table[i] = 0
		}
	}
	return table
}

func span(first, last int) (all []int) {
	for b := first; b <= last; b++ {
		all = append(all, b)
	}
	return all
}

// pack is what unpack undoes.
func pack(t testing.TB, table []rune) []byte {
	t.Helper()
	var raw []byte
	var last rune
	for _, r := range table {
		raw = binary.AppendVarint(raw, int64(r-last))
		last = r
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestTables(t *testing.T) {
	if *update {
		var all []byte
		for _, name := range tableNames {
			one := pack(t, reference(t, name))
			all = append(binary.AppendUvarint(all, uint64(len(one))), one...)
		}
		if err := os.WriteFile("tables.bin", all, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Fatal("tables.bin is written; run again without -update") // this run still has the tables from before
	}
	for _, name := range tableNames {
		got, want := index(name), reference(t, name)
		if len(got) != len(want) {
			t.Errorf("%s has %d entries, not %d", name, len(got), len(want))
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: entry %d is %U, not %U", name, i, got[i], want[i])
				break
			}
		}
	}
}

// A label means what golang.org/x/text says that it means.
func TestLabels(t *testing.T) {
	n := 0
	for _, label := range strings.Fields(labels) {
		e, err := htmlindex.Get(label)
		if err != nil {
			t.Errorf("%q is nobody's label", label)
			continue
		}
		n++
		want, err := htmlindex.Name(e)
		if err != nil {
			t.Errorf("%q: %v", label, err)
		}
		same := map[string]string{"gbk": "gb18030", "iso-8859-8-i": "iso-8859-8"}
		if s, ok := same[want]; ok {
			want = s
		}
		if got := named(" " + strings.ToUpper(label) + "\n"); got != want {
			t.Errorf("%q is %q, not %q", label, got, want)
		}
	}
	if n != 228 { // the standard's, 2026-11-24
		t.Errorf("%d labels", n)
	}
	for _, none := range []string{"", "utf-7", "utf-8 utf8", "none", "latin 1", "\n"} {
		if got := named(none); got != "" {
			t.Errorf("%q is %q", none, got)
		}
	}
}

// Every two bytes, and what may follow them, are read as golang.org/x/text reads
// them, where they mean something to it.
func TestDecodersReadWhatTheyShould(t *testing.T) {
	var encodings []string
	for line := range strings.Lines(labels) {
		if f := strings.Fields(line); len(f) > 0 && f[0] != utf8Name && f[0] != replacement {
			encodings = append(encodings, f[0])
		}
	}
	for _, name := range encodings {
		e, err := htmlindex.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		rests := []string{"\xa4\xa2"}
		if name == "gb18030" {
			rests = append(rests, "\x81\x30")
		}
		for lead := range 256 {
			for trail := range 256 {
				if name == "gb18030" && within(trail, 0x3a, 0x3f) { // in a digit's place, which only the other lets pass
					continue
				}
				for _, rest := range rests {
					in := append([]byte{byte(lead), byte(trail)}, rest...)
					want, err := e.NewDecoder().Bytes(in)
					if err != nil {
						t.Fatal(err)
					}
					if bytes.ContainsRune(want, utf8.RuneError) || bytes.HasPrefix(want, []byte("\uFEFF")) {
						continue
					}
					if got := all(name, in); !bytes.Equal(got, want) {
						t.Fatalf("%s: % x is %q, not %q", name, in, got, want)
					}
				}
			}
		}
	}
}

// all decodes the whole of a text.
func all(name string, in []byte) (out []byte) {
	decode := decoderOf(name)
	for len(in) > 0 {
		var n int
		out, n = decode(out, in)
		in = in[n:]
	}
	return out
}

func TestUTF8(t *testing.T) {
	tests := map[string]struct{ page, contentType, want string }{
		"of its header":                         {"Teek\xe4nnchen 5 \x80", "text/html; charset=windows-1252", "Teekännchen 5 €"},
		"of its meta tag":                       {`<meta charset="iso-8859-15">` + "5 \xa4", "text/html", `<meta charset="iso-8859-15">5 €`},
		"of its older meta tag":                 {`<meta http-equiv=Content-Type content="text/html; charset = 'koi8-r'">` + "\xde\xc1\xca", "", `<meta http-equiv=Content-Type content="text/html; charset = 'koi8-r'">чай`},
		"of a description that is no meta tag":  {`<meta name=d content="charset=koi8-r">` + "\xe4", "", `<meta name=d content="charset=koi8-r">ä`},
		"a header before a meta tag":            {`<meta charset=koi8-r>` + "\xe4", "text/html; charset=latin1", `<meta charset=koi8-r>ä`},
		"an unknown header, and a meta tag":     {`<meta charset=koi8-r>` + "\xde", "text/html; charset=nonsense", `<meta charset=koi8-r>ч`},
		"Latin by its header, UTF-8 in truth":   {"Théière", "text/html; charset=iso-8859-1", "Théière"},
		"UTF-8 with an error":                   {"kettle \xff.", "text/html; charset=utf-8", "kettle \uFFFD."},
		"nothing said, and UTF-8":               {"Théière", "", "Théière"},
		"nothing said, and not UTF-8":           {"Th\xe9i\xe8re \x85", "", "Théière …"},
		"a meta tag of UTF-16 that can be read": {`<meta charset=utf-16>Th` + "\xc3\xa9", "", `<meta charset=utf-16>Thé`},
		"a mark of UTF-16":                      {"\xff\xfeT\x00e\x00e\x00=\xd8\x00\xde", "text/html; charset=utf-8", "Tee😀"},
		"half a pair of UTF-16":                 {"T\x00=\xd8x\x00", "text/html; charset=utf-16le", "T\uFFFDx"},
		"Japanese":                              {"\x95\xd4\x95i \xb6", "text/html; charset=Shift_JIS", "返品 ｶ"},
		"Japanese of Unix":                      {"\xca\xd6\xc9\xca \x8e\xb6 \x8f\xb0\xa1", "text/html; charset=euc-jp", "返品 ｶ 丂"},
		"Japanese of mail":                      {"a\x1b$BJVIJ\x1b(B b\x1b(J\\\x1b(I6", "text/html; charset=iso-2022-jp", "a返品 b¥ｶ"},
		"Chinese":                               {"\xcd\xcb\xbb\xf5 \x80", "text/html; charset=gb2312", "退货 €"},
		"Chinese of four bytes":                 {"\x81\x30\x81\x30 \x95\x32\x82\x36 \xe3\x32\x9a\x35", "text/html; charset=gb18030", "\u0080 𠀀 \U0010ffff"},
		"Chinese of Taiwan":                     {"\xb0\x68\xb3\x66 \x88\x62", "text/html; charset=big5", "退貨 Ê\u0304"},
		"Korean":                                {"\xb9\xdd\xc7\xb0", "text/html; charset=ks_c_5601-1987", "반품"},
		"a byte that means nothing, and markup": {"\xb9<b>", "text/html; charset=euc-kr", "\uFFFD<b>"},
		"what the standard refuses":             {"~{VRV2~}", "text/html; charset=hz-gb-2312", "\uFFFD"},
		"a longer page":                         {strings.Repeat("\xe4", 2*most), "text/html; charset=latin1", strings.Repeat("ä", most/2)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := string(UTF8([]byte(tt.page), tt.contentType, most)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

const most = 200

// A reader gives what UTF8 gives, however the bytes come.
func TestReader(t *testing.T) {
	const text = "a\x1b$BJVIJ\x1b(B b\x1b(J\\"
	for name, in := range map[string]io.Reader{
		"at once": strings.NewReader(text), "by the byte": iotest.OneByteReader(strings.NewReader(text)),
		"with its end": iotest.DataErrReader(strings.NewReader(text)),
	} {
		r, err := NewReader("ISO-2022-JP", in)
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(r, []byte("a返品 b¥")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, err := NewReader("utf8", strings.NewReader("é")); err != nil {
		t.Error(err)
	} else if got, err := io.ReadAll(r); string(got) != "é" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := NewReader("utf-7", nil); err == nil {
		t.Error("an unknown encoding is read")
	}
}

// FuzzUTF8: whatever a page holds and says of itself, what comes out is UTF-8,
// within its size, and the same as a reader gives.
func FuzzUTF8(f *testing.F) {
	f.Add([]byte("\x95\xd4\x95i"), "text/html; charset=shift_jis")
	f.Add([]byte("<meta charset=euc-jp>\xca\xd6\x8f\xb0\xa1\x8e"), "")
	f.Add([]byte("a\x1b$BJVIJ\x1b(B b\x1b(J\\"), "text/html; charset=iso-2022-jp")
	f.Add([]byte("\x81\x30\x81\x30\xe3\x32\x9a"), "text/html; charset=gb18030")
	f.Fuzz(func(t *testing.T, page []byte, contentType string) {
		got := UTF8(page, contentType, 1<<20)
		if !utf8.Valid(got) {
			t.Errorf("%q is no UTF-8", got)
		}
		name := Of(page, contentType)
		if name == utf8Name || utf8.Valid(page) || len(page) > 1<<18 {
			return
		}
		r, err := NewReader(name, bytes.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		if read, err := io.ReadAll(r); err != nil || name != replacement && !bytes.Equal(read, got) {
			t.Errorf("read %q, %v, not %q", read, err, got)
		}
	})
}
