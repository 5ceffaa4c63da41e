package page

import (
	"net/url"
	"path"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// head is what a page says about itself.
type head struct {
	title, ogTitle, h1, site string
	description, language    string
}

// readHead collects the title, the description and the declared language.
func readHead(doc *html.Node) head {
	var h head
	first := func(to *string, s string, size int) {
		if s = clip(strings.Join(strings.Fields(s), " "), size); *to == "" {
			*to = s
		}
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "html":
			first(&h.language, attr(n, "lang"), 20)
			first(&h.language, attr(n, "xml:lang"), 20)
		case "title":
			if n.Parent != nil && n.Parent.Data == "head" {
				first(&h.title, text(n), maxTitle)
			}
		case "h1":
			if !hidden(n) {
				first(&h.h1, text(n), maxTitle)
			}
		case "meta":
			content := attr(n, "content")
			switch strings.ToLower(attr(n, "property") + attr(n, "name") + attr(n, "http-equiv")) {
			case "og:title":
				first(&h.ogTitle, content, maxTitle)
			case "og:site_name":
				first(&h.site, content, maxTitle)
			case "description":
				first(&h.description, content, maxAbout)
			case "og:locale", "content-language":
				first(&h.language, content, 20)
			}
		}
	}
	return h
}

// pageTitle is the page's own name, without the shop's.
func (h head) pageTitle(base *url.URL) string {
	title := h.title
	if title == "" {
		title = h.ogTitle
	}
	switch {
	case h.h1 != "" && (title == "" || strings.Contains(strings.ToLower(title), strings.ToLower(h.h1))):
		return h.h1
	case title == "":
		return strings.Trim(strings.Map(func(r rune) rune {
			if r == '-' || r == '_' {
				return ' '
			}
			return r
		}, strings.TrimSuffix(path.Base(base.Path), path.Ext(base.Path))), " /.")
	}
	for _, separator := range []string{" | ", " – ", " — ", " · ", " - ", " • "} {
		if i := strings.LastIndex(title, separator); i > 0 && h.isSite(title[i+len(separator):], base.Hostname()) {
			return strings.TrimSpace(title[:i])
		}
	}
	return title
}

// isSite reports whether the end of a title is the shop's name.
func (h head) isSite(s, host string) bool {
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, s)
	}
	s = letters(s)
	return s != "" && (s == letters(h.site) || strings.Contains(letters(host), s))
}

// attr is an attribute's value, trimmed.
func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// has reports whether an attribute is present, even without a value.
func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

// text is the text inside a node, as it stands.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}
