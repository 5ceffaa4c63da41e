package crawl

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"io"
	"strings"

	"omniops/shared/knowledge/charset"
)

// The size of the sitemaps that are read, in all of one crawl.
const (
	maxSitemapFiles = 50
	maxSitemapBytes = 16 << 20 // decoded bytes of one file
	maxSitemapDepth = 3        // indexes within indexes
)

// readSitemap calls page for each address in a sitemap and child for each
// sitemap in an index. XML, gzip and plain lists are read; what is broken or
// cut off gives the entries before the break. It stops when a call returns
// false.
func readSitemap(r io.Reader, page, child func(address string) bool) {
	in := bufio.NewReader(r)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return
		}
		in = bufio.NewReader(unzipped)
	}
	in = bufio.NewReader(io.LimitReader(in, maxSitemapBytes))
	if start, _ := in.Peek(256); !bytes.Contains(start, []byte("<")) {
		readList(in, page)
		return
	}
	d := xml.NewDecoder(in)
	d.Strict = false
	d.CharsetReader = charset.NewReader
	entry := ""           // the element that the next loc belongs to
	var loc *bytes.Buffer // the address under way
	for {
		token, err := d.RawToken()
		if err != nil {
			return
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch {
			case t.Name.Local == "url" || t.Name.Local == "sitemap":
				entry = t.Name.Local
			case t.Name.Local == "loc" && t.Name.Space == "" && entry != "":
				loc = new(bytes.Buffer)
			}
		case xml.CharData:
			if loc != nil && loc.Len() <= maxURL {
				loc.Write(t)
			}
		case xml.EndElement:
			if t.Name.Local == entry {
				entry = ""
			}
			if t.Name.Local != "loc" || loc == nil {
				continue
			}
			take, address := page, strings.TrimSpace(loc.String())
			if loc = nil; entry == "sitemap" {
				take = child
			}
			if address != "" && len(address) <= maxURL && !take(address) {
				return
			}
		}
	}
}

// readList reads a sitemap that is one address per line.
func readList(in *bufio.Reader, page func(string) bool) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if address := strings.TrimSpace(lines.Text()); strings.HasPrefix(address, "http") && !page(address) {
			return
		}
	}
}
