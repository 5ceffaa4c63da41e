package page

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// apart are inline elements that themes lay out beside each other, not as parts
// of one word.
var apart = set("span label legend a button small b strong em")

// space puts a space between such elements where the source has none.
func space(root *html.Node) {
	for n := range root.Descendants() {
		next := n.NextSibling
		if n.Type != html.ElementNode || !apart[n.Data] || next == nil || next.Type != html.ElementNode || !apart[next.Data] || n.Data != next.Data {
			continue
		}
		if len(shown(n, 8)) >= 2 && len(shown(next, 8)) >= 2 || n.DataAtom == atom.Label {
			n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: " "}, next)
		}
	}
}

// shape rewrites what themes use for questions and answers into headings and
// lists, which is what a page is split by. A question stands beside the question
// before it, and below any other heading.
func shape(root *html.Node) {
	var all []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			all = append(all, n)
		}
	}
	level := 2 // of the next question
	for _, n := range all {
		switch {
		case headings[n.DataAtom]:
			if level = int(n.Data[1] - '0'); !isQuestion(n) {
				level++
			}
		case n.DataAtom == atom.Summary, n.DataAtom == atom.Button && !inHeading(n), isBoldQuestion(n):
			retag(n, questionHeadings[min(level, 6)])
		case n.DataAtom == atom.Dl:
			shapeDefinitions(n, questionHeadings[min(level, 6)])
		case n.DataAtom == atom.Ul || n.DataAtom == atom.Ol:
			shapeCards(n)
		case n.DataAtom == atom.Table && isHollow(n) && n.Parent != nil:
			n.Parent.RemoveChild(n)
		case n.DataAtom == atom.Table:
			shapeTable(n)
		}
	}
}

// questionHeadings are the headings by level.
var questionHeadings = [...]atom.Atom{1: atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6}

// isQuestion reports whether all an element says is one question.
func isQuestion(n *html.Node) bool {
	said := strings.TrimSpace(text(n))
	return len(said) <= 160 && (strings.HasSuffix(said, "?") || strings.HasSuffix(said, "？"))
}

// isBoldQuestion reports whether a paragraph is nothing but a question in bold.
func isBoldQuestion(n *html.Node) bool {
	if n.DataAtom != atom.P || !isQuestion(n) {
		return false
	}
	bold := find(n, func(n *html.Node) bool { return n.DataAtom == atom.Strong || n.DataAtom == atom.B })
	return bold != nil && strings.TrimSpace(text(bold)) == strings.TrimSpace(text(n))
}

// shapeDefinitions turns a list of questions into headings, any other
// definition list into a list of "term: definition".
func shapeDefinitions(dl *html.Node, question atom.Atom) {
	var parts []*html.Node
	questions := true
	for n := range dl.Descendants() {
		switch {
		case n.DataAtom == atom.Dt:
			questions = questions && isQuestion(n)
			parts = append(parts, n)
		case n.DataAtom == atom.Dd:
			parts = append(parts, n)
		}
	}
	if questions {
		retag(dl, atom.Div)
		for _, n := range parts {
			if n.DataAtom == atom.Dt {
				retag(n, question)
			} else {
				retag(n, atom.Div)
			}
		}
		return
	}
	for _, n := range parts {
		n.Parent.RemoveChild(n)
	}
	for dl.FirstChild != nil {
		dl.RemoveChild(dl.FirstChild)
	}
	retag(dl, atom.Ul)
	for _, n := range parts {
		if n.DataAtom == atom.Dt {
			trimColon(n)
		}
		if n.DataAtom == atom.Dt || dl.LastChild == nil {
			dl.AppendChild(element(atom.Li))
		} else {
			dl.LastChild.AppendChild(&html.Node{Type: html.TextNode, Data: ": "})
		}
		retag(n, atom.Span)
		dl.LastChild.AppendChild(n)
	}
}

// shapeCards rewrites a list whose items have headings: short items, such as the
// cards of products, become one line each; long ones become sections.
func shapeCards(list *html.Node) {
	long := false
	var cards []*html.Node
	for li := list.FirstChild; li != nil; li = li.NextSibling {
		if li.DataAtom != atom.Li || find(li, func(n *html.Node) bool { return headings[n.DataAtom] }) == nil && !isStacked(li) {
			continue
		}
		cards = append(cards, li)
		long = long || weight(li) > 160 && !isStacked(li)
	}
	for _, li := range cards {
		if long {
			retag(li, atom.Div)
			continue
		}
		if weight(li) > 160 {
			continue
		}
		line := shown(li, 1000)
		for li.FirstChild != nil {
			li.RemoveChild(li.FirstChild)
		}
		li.AppendChild(&html.Node{Type: html.TextNode, Data: line})
	}
	if long {
		retag(list, atom.Div)
	}
}

// isStacked reports whether an item is made of several short blocks, none of
// them a heading, a list or a table.
func isStacked(li *html.Node) bool {
	blocks := 0
	for n := range li.Descendants() {
		switch {
		case headings[n.DataAtom], n.DataAtom == atom.Ul, n.DataAtom == atom.Ol, n.DataAtom == atom.Table, n.DataAtom == atom.Dl, n.DataAtom == atom.Pre:
			return false
		case n.Type == html.ElementNode && !inlineElements[n.Data]:
			blocks++
		}
	}
	return blocks >= 2
}

// isHollow reports whether a table has fewer than two cells with text, as the
// form of a product's choices has without its choices.
func isHollow(table *html.Node) bool {
	cells := 0
	for n := range table.Descendants() {
		if (n.DataAtom == atom.Td || n.DataAtom == atom.Th) && weight(n) > 0 {
			if cells++; cells == 2 {
				return false
			}
		}
	}
	return weight(table) < 60
}

// trimColon removes the colon that a term ends in.
func trimColon(n *html.Node) {
	for last := n.LastChild; last != nil; last = last.LastChild {
		if last.Type == html.TextNode {
			last.Data = strings.TrimRight(last.Data, ": \n\t\u00a0")
			return
		}
	}
}

func element(a atom.Atom) *html.Node {
	return &html.Node{Type: html.ElementNode, Data: a.String(), DataAtom: a}
}

func retag(n *html.Node, a atom.Atom) { n.Data, n.DataAtom, n.Attr = a.String(), a, nil }
