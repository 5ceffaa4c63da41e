// Package charset reads pages in any encoding that the WHATWG Encoding Standard
// lists (encoding.spec.whatwg.org, read 2026-11-24), and writes none. Its tables
// are packed, since the function that reads sites needs few of them, and seldom.
package charset

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"unicode/utf8"

	"omniops/shared/fault"
)

// UTF8 gives at most most bytes of a page in UTF-8, whatever its Content-Type or
// its beginning says that it is in, unless it plainly is in UTF-8 already. What
// means nothing becomes U+FFFD. The result may be the page itself.
func UTF8(page []byte, contentType string, most int) []byte {
	name := Of(page, contentType)
	wide := slices.ContainsFunc(page, func(b byte) bool { return b >= utf8.RuneSelf })
	switch {
	case utf8.Valid(page) && (wide || name == utf8Name || name == windows1252):
		return page
	case name == utf8Name:
		return bytes.ToValidUTF8(page, []byte("\uFFFD"))
	}
	decode := decoderOf(name)
	out := make([]byte, 0, min(len(page)+len(page)/2, most)+utf8.UTFMax)
	for len(page) > 0 && len(out) < most {
		var n int
		out, n = decode(out, page)
		page = page[n:]
	}
	if len(out) > most {
		out = bytes.ToValidUTF8(out[:most], nil)
	}
	return out
}

// NewReader gives what in says in UTF-8. An encoding that is not in the standard
// is fault.Invalid.
func NewReader(label string, in io.Reader) (io.Reader, error) {
	name := named(label)
	switch name {
	case "":
		return nil, fault.E(fault.Invalid, "The encoding is unknown.", nil)
	case utf8Name:
		return in, nil
	}
	return &reader{in: bufio.NewReader(in), decode: decoderOf(name)}, nil
}

// reader decodes as it reads.
type reader struct {
	in     *bufio.Reader
	decode decoder
	ready  []byte // decoded, but not read yet
	buffer [4 * utf8.UTFMax]byte
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(r.ready) == 0 {
			if n > 0 && r.in.Buffered() < ahead {
				return n, nil
			}
			next, err := r.in.Peek(ahead)
			if len(next) == 0 {
				if n > 0 {
					return n, nil
				}
				return 0, err
			}
			var used int
			r.ready, used = r.decode(r.buffer[:0], next)
			_, _ = r.in.Discard(used)
		}
		taken := copy(p[n:], r.ready)
		r.ready = r.ready[taken:]
		n += taken
	}
	return n, nil
}
