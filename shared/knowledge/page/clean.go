package page

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// dropped are elements that never hold a page's own text.
var dropped = set("script style noscript template svg math iframe object embed canvas video audio " +
	"img picture map input select textarea nav footer aside dialog head link meta")

// void are elements of that kind that have no end tag.
var void = set("img input embed link meta")

// droppedRoles are the ARIA roles of the same.
var droppedRoles = set("navigation banner contentinfo search dialog alertdialog complementary menu menubar")

// droppedWords are words in a class or id that mark what surrounds the content,
// and reviews, which are not the shop's own words.
var droppedWords = set("cookie cookies consent gdpr newsletter popup modal breadcrumb breadcrumbs drawer " +
	"minicart offcanvas social share sharing related recommendations recommended upsell upsells crosssell " +
	"reviews yotpo judgeme jdgm okendo trustpilot skip")

// whole are elements that are kept whatever they are called.
var whole = set("html body main article h1 h2 h3 h4 h5 h6")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// clean removes from a tree what is not content: navigation, forms, scripts,
// and everything a visitor cannot come to see.
func clean(root *html.Node) {
	reachable := disclosed(root)
	var walk func(n *html.Node, inMain bool)
	walk = func(n *html.Node, inMain bool) {
		for c := n.FirstChild; c != nil; {
			next := c.NextSibling
			switch {
			case c.Type == html.CommentNode || c.Type == html.DoctypeNode:
				n.RemoveChild(c)
			case c.Type == html.ElementNode && unwanted(c, inMain, reachable):
				n.RemoveChild(c)
			default:
				walk(c, inMain || c.Data == "main" || c.Data == "article")
			}
			c = next
		}
	}
	walk(root, false)
}

// disclosed are the ids of elements that a visitor can open with a button or a
// tab that is itself in sight.
func disclosed(root *html.Node) map[string]bool {
	ids := map[string]bool{}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode || hidden(c) {
				continue
			}
			if id := attr(c, "aria-controls"); id != "" && text(c) != "" {
				ids[id] = true
			}
			walk(c)
		}
	}
	walk(root)
	return ids
}

// unwanted reports whether an element goes, with all that is in it.
func unwanted(n *html.Node, inMain bool, reachable map[string]bool) bool {
	switch {
	case dropped[n.Data], droppedRoles[attr(n, "role")]:
		return true
	case n.Data == "header" && !inMain:
		keepHeading(n)
		return true
	case n.Data == "button" && !isDisclosure(n) && !inHeading(n):
		return true
	case hidden(n) && !reachable[attr(n, "id")]:
		return true
	}
	return !whole[n.Data] && (hasWord(attr(n, "class"), droppedWords) || hasWord(attr(n, "id"), droppedWords))
}

// keepHeading moves the page's heading out of a header that is to go, unless it
// is the shop's name.
func keepHeading(header *html.Node) {
	h := find(header, func(n *html.Node) bool { return n.DataAtom == atom.H1 && !hidden(n) })
	if h == nil || header.Parent == nil || isSiteName(h) {
		return
	}
	h.Parent.RemoveChild(h)
	header.Parent.InsertBefore(h, header)
}

// isDisclosure reports whether a button opens something: the question of an
// accordion, say.
func isDisclosure(n *html.Node) bool { return has(n, "aria-controls") || has(n, "aria-expanded") }

func inHeading(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if headings[p.DataAtom] || p.Data == "summary" {
			return true
		}
	}
	return false
}

// headings are the heading elements.
var headings = map[atom.Atom]bool{atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true}

// invisible matches inline styles under which text cannot be read.
var invisible = lazily(`(?i)(^|[;\s])(display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|content-visibility\s*:\s*hidden` +
	`|opacity\s*:\s*0*(\.0+)?\s*(%|;|!|$)|font-size\s*:\s*(0*(\.\d+)?|[01](\.\d+)?px|[01](\.\d+)?pt)\s*(px|r?em|%|pt|vw)?\s*(;|!|$)` +
	`|(left|right|top|text-indent)\s*:\s*-\s*\d{4,}|clip-path\s*:\s*inset\(\s*(50|100)%|clip\s*:\s*rect\(\s*0` +
	`|(max-)?(width|height)\s*:\s*0*(px)?\s*(;|!|$))`)

// hiddenClasses are common names for text that is not shown.
var hiddenClasses = set("hidden hide d-none is-hidden u-hidden invisible sr-only visually-hidden visuallyhidden screen-reader-text")

// hidden reports whether an element is kept from the eye, or from those who
// have the page read to them.
func hidden(n *html.Node) bool {
	return strings.EqualFold(attr(n, "aria-hidden"), "true") || unseen(n)
}

// unseen reports whether an element is kept from the eye.
func unseen(n *html.Node) bool {
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			if !strings.EqualFold(a.Val, "until-found") {
				return true
			}
		case "style":
			if invisible.MatchString(a.Val) || isPale(n, a.Val) {
				return true
			}
		case "class":
			for c := range strings.FieldsSeq(a.Val) {
				if hiddenClasses[strings.ToLower(c)] {
					return true
				}
			}
		}
	}
	return false
}
