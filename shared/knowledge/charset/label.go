package charset

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

const (
	utf8Name    = "utf-8"
	windows1252 = "windows-1252"
	replacement = "replacement"

	inspected = 1024 // bytes of a page that may say what it is in
)

// labels lists each encoding, and the other names that it goes by: the standard's
// section 4.2.
const labels = `
utf-8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf8 x-unicode20utf8
ibm866 866 cp866 csibm866
iso-8859-2 csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
iso-8859-3 csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
iso-8859-4 csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
iso-8859-5 csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
iso-8859-6 arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
iso-8859-7 csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek
iso-8859-8 csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 visual iso-8859-8-i csiso88598i logical
iso-8859-10 csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6
iso-8859-13 iso8859-13 iso885913
iso-8859-14 iso8859-14 iso885914
iso-8859-15 csisolatin9 iso8859-15 iso885915 iso_8859-15 l9
iso-8859-16
koi8-r cskoi8r koi koi8 koi8_r
koi8-u koi8-ru
macintosh csmacintosh mac x-mac-roman
windows-874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620
windows-1250 cp1250 x-cp1250
windows-1251 cp1251 x-cp1251
windows-1252 ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii x-cp1252
windows-1253 cp1253 x-cp1253
windows-1254 cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 x-cp1254
windows-1255 cp1255 x-cp1255
windows-1256 cp1256 x-cp1256
windows-1257 cp1257 x-cp1257
windows-1258 cp1258 x-cp1258
x-mac-cyrillic x-mac-ukrainian
gb18030 gbk chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 iso-ir-58 x-gbk
big5 big5-hkscs cn-big5 csbig5 x-x-big5
euc-jp cseucpkdfmtjapanese x-euc-jp
iso-2022-jp csiso2022jp
shift_jis csshiftjis ms932 ms_kanji shift-jis sjis windows-31j x-sjis
euc-kr cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949
replacement csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr
utf-16be unicodefffe
utf-16le csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16
x-user-defined
`

// named gives the encoding that a label stands for, or nothing. What the standard
// decodes alike has one name here: GBK is read as GB 18030, and Hebrew without its
// order.
func named(label string) string {
	label = strings.ToLower(strings.Trim(label, " \t\n\f\r"))
	if label == "" || strings.ContainsAny(label, " \t\n\f\r") {
		return ""
	}
	for line := range strings.Lines(labels) {
		fields := strings.Fields(line)
		for _, l := range fields {
			if l == label {
				return fields[0]
			}
		}
	}
	return ""
}

// Of names the encoding of a page: what its byte order mark says, else its
// Content-Type, else a meta tag at its beginning, else what it looks like.
func Of(page []byte, contentType string) string {
	switch {
	case bytes.HasPrefix(page, []byte{0xfe, 0xff}):
		return "utf-16be"
	case bytes.HasPrefix(page, []byte{0xff, 0xfe}):
		return "utf-16le"
	case bytes.HasPrefix(page, []byte{0xef, 0xbb, 0xbf}):
		return utf8Name
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		if name := named(params["charset"]); name != "" {
			return name
		}
	}
	page = page[:min(len(page), inspected)]
	if name := declared(page); name != "" {
		return name
	}
	whole := page
	for i := len(page) - 1; i >= 0 && i > len(page)-utf8.UTFMax && page[i] >= utf8.RuneSelf; i-- { // may be cut
		if utf8.RuneStart(page[i]) {
			whole = page[:i]
			break
		}
	}
	if utf8.Valid(whole) && bytes.ContainsFunc(whole, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return utf8Name
	}
	return windows1252
}

// declared gives the encoding that a meta tag names, or nothing. A tag that can be
// read cannot be in UTF-16, whatever it says.
func declared(page []byte) string {
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			tag, more := z.TagName()
			if string(tag) != "meta" {
				continue
			}
			attributes := map[string]string{}
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				if _, twice := attributes[string(key)]; !twice {
					attributes[string(key)] = string(value)
				}
			}
			name := named(attributes["charset"])
			if name == "" && strings.EqualFold(attributes["http-equiv"], "content-type") {
				name = named(parameter(attributes["content"]))
			}
			switch {
			case strings.HasPrefix(name, "utf-16"):
				return utf8Name
			case name != "":
				return name
			}
		}
	}
}

// parameter gives the charset that the content of a meta tag names.
func parameter(content string) string {
	const space = " \t\n\f\r"
	for rest := strings.ToLower(content); ; {
		_, after, ok := strings.Cut(rest, "charset")
		if !ok {
			return ""
		}
		rest = after
		value, ok := strings.CutPrefix(strings.TrimLeft(after, space), "=")
		if !ok {
			continue
		}
		value = strings.TrimLeft(value, space)
		if value != "" && (value[0] == '"' || value[0] == '\'') {
			quoted, _, closed := strings.Cut(value[1:], value[:1])
			if !closed {
				return ""
			}
			return quoted
		}
		if end := strings.IndexAny(value, ";"+space); end >= 0 {
			value = value[:end]
		}
		return value
	}
}
