package page

import (
	"bytes"
	"errors"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// bounded returns the part of the source that is read, so that no page, however
// hostile, becomes a large tree: long scripts, styles and comments go, and the
// page ends at the first tag over a limit.
func bounded(source []byte) (part []byte, cut bool) {
	source = withoutLong(source)
	z := html.NewTokenizer(bytes.NewReader(source))
	z.SetMaxBuf(maxToken)
	tags, attributes, read := 0, 0, 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return source[:read], errors.Is(z.Err(), html.ErrBufferExceeded)
		case html.StartTagToken, html.SelfClosingTagToken:
			size := len(z.Raw())
			if tags++; tags > maxTags {
				return source[:read], true
			}
			for _, more := z.TagName(); more; attributes++ {
				_, _, more = z.TagAttr()
			}
			if attributes > maxAttributes {
				return source[:read], true
			}
			read += size
		default:
			read += len(z.Raw())
		}
	}
}

// withoutLong cuts scripts, styles and comments longer than maxScript out of
// the source. It copies only if there is one.
func withoutLong(source []byte) []byte {
	var out []byte
	kept := 0
	unclosed := map[string]bool{} // what is not closed once is not closed later
	for at := 0; at < len(source); at++ {
		next := bytes.IndexByte(source[at:], '<')
		if next < 0 {
			break
		}
		at += next
		for _, raw := range rawElements {
			if unclosed[raw.open] || !hasPrefixFold(source[at:], raw.open) {
				continue
			}
			end := indexFold(source[at:], raw.end)
			unclosed[raw.open] = end < 0
			if end > maxScript {
				out = append(out, source[kept:at]...)
				kept = at + end
			}
			at += max(end-1, 0)
			break
		}
	}
	if out == nil {
		return source
	}
	return append(out, source[kept:]...)
}

// rawElements are what holds no markup, and how it ends.
var rawElements = []struct{ open, end string }{{"<script", "</script"}, {"<style", "</style"}, {"<!--", "-->"}}

// hasPrefixFold is bytes.HasPrefix for a lower-case ASCII prefix, in any case.
func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

// indexFold is bytes.Index for a lower-case ASCII text, in any case.
func indexFold(b []byte, text string) int {
	for at := 0; ; at++ {
		next := bytes.IndexByte(b[at:], text[0])
		if next < 0 {
			return -1
		}
		at += next
		if hasPrefixFold(b[at:], text) {
			return at
		}
	}
}

// flat is a document of a page's text, headings and data alone, one paragraph
// per run of text. It stands in for a tree that would be too deep.
func flat(source []byte) *html.Node {
	root, head, body := &html.Node{Type: html.DocumentNode}, element(atom.Head), element(atom.Body)
	root.AppendChild(head)
	root.AppendChild(body)
	skip, depth := "", 0    // the element being left out, and how often it is open
	heading := atom.Atom(0) // the heading that is open
	title := false
	z := html.NewTokenizer(bytes.NewReader(source))
	add := func(parent *html.Node, kind atom.Atom, text string, attributes []html.Attribute) {
		n := element(kind)
		n.Attr = attributes
		if text != "" {
			n.AppendChild(&html.Node{Type: html.TextNode, Data: text})
		}
		parent.AppendChild(n)
	}
	for {
		switch z.Next() {
		case html.ErrorToken:
			return root
		case html.StartTagToken:
			t := z.Token()
			n := &html.Node{Type: html.ElementNode, Data: t.Data, Attr: t.Attr}
			switch {
			case skip == "" && t.DataAtom == atom.Script && isJSONLD(attr(n, "type")):
				if z.Next() == html.TextToken {
					add(head, atom.Script, string(z.Text()), t.Attr)
				}
			case skip == "" && t.DataAtom == atom.Meta:
				add(head, atom.Meta, "", t.Attr)
			case skip == "" && (dropped[t.Data] || hidden(n)) && !void[t.Data] && t.DataAtom != atom.Head:
				skip, depth = t.Data, 1
			case t.Data == skip:
				depth++
			case headings[t.DataAtom]:
				heading = t.DataAtom
			}
			title = t.DataAtom == atom.Title
		case html.EndTagToken:
			name, _ := z.TagName()
			if string(name) == skip {
				if depth--; depth == 0 {
					skip = ""
				}
			}
			if headings[atom.Lookup(name)] {
				heading = 0
			}
			title = false
		case html.TextToken:
			text := strings.TrimSpace(string(z.Text()))
			switch {
			case skip != "" || text == "":
			case title:
				add(head, atom.Title, text, nil)
			case heading != 0:
				add(body, heading, text, nil)
			default:
				add(body, atom.P, text, nil)
			}
		}
	}
}

// clip shortens s to at most n bytes without breaking a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
