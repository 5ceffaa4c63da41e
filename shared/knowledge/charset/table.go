package charset

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"io"
	"strings"
	"sync"
)

// tables are the standard's indexes: for each of tableNames how long its packed
// form is, as a varint, and that form, packed by flate: the difference of each
// entry from the one before, as a varint. An entry that is none is 0.
//
//go:embed tables.bin
var tables []byte

// tableNames are what tables holds, in order.
var tableNames = strings.Fields(`ibm866 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8
	iso-8859-10 iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 koi8-r koi8-u macintosh windows-874 windows-1250
	windows-1251 windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258
	x-mac-cyrillic big5 euc-kr gb18030 gb18030-ranges jis0208 jis0212`)

// packed maps each name to its table, which is unpacked when it is first needed.
var packed = func() map[string]func() []rune {
	all := map[string]func() []rune{}
	rest := tables
	for _, name := range tableNames {
		size, n := binary.Uvarint(rest)
		from, to := min(n, len(rest)), min(n+int(size), len(rest))
		one := rest[from:to]
		all[name] = sync.OnceValue(func() []rune { return unpack(one) })
		rest = rest[to:]
	}
	return all
}()

// index gives a table.
func index(name string) []rune { return packed[name]() }

func unpack(packed []byte) []rune {
	in, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return nil // a test holds that each opens
	}
	var table []rune
	for last := int64(0); len(in) > 0; {
		d, n := binary.Varint(in)
		if n <= 0 {
			return nil
		}
		last += d
		table, in = append(table, rune(last)), in[n:]
	}
	return table
}
