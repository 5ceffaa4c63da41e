package page

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mainText is the page's own text as Markdown. It changes doc.
func mainText(doc *html.Node, base *url.URL) (string, error) {
	body := find(doc, func(n *html.Node) bool { return n.Data == "body" })
	if body == nil {
		return "", nil
	}
	clean(body)
	dropSections(body)
	dropMenus(body)
	space(body)
	shape(body)
	text, err := markdown(choose(doc, body, base))
	if err != nil {
		return "", fmt.Errorf("convert page %s: %w", base, err)
	}
	return text, nil
}

// choose finds the element that holds the content: what the page itself marks
// as such, else what Readability makes out, else all that is left of the body.
func choose(doc, body *html.Node, base *url.URL) *html.Node {
	total := weight(body)
	heading := find(body, func(n *html.Node) bool { return n.DataAtom == atom.H1 })
	for _, marked := range []func(*html.Node) bool{
		func(n *html.Node) bool { return n.Data == "main" || attr(n, "role") == "main" },
		func(n *html.Node) bool { return n.Data == "article" },
		func(n *html.Node) bool { return mainIDs[strings.ToLower(attr(n, "id"))] },
	} {
		if n := find(body, marked); n != nil && weight(n)*3 >= total && (heading == nil || n.Data == "main" || isInside(heading, n)) {
			return n
		}
	}
	pruneLinks(body)
	total = weight(body)
	if total >= 500 && !hasMore(body, maxReadable) {
		parser := readability.NewParser()
		parser.DisableJSONLD = true
		article, err := parser.ParseDocument(doc, base)
		if err == nil && article.Node != nil && weight(article.Node)*2 >= total {
			return article.Node
		}
	}
	return body
}

// maxReadable is the number of nodes up to which Readability is asked: it copies
// the page several times over.
const maxReadable = 20_000

// hasMore reports whether a tree has more than so many nodes.
func hasMore(root *html.Node, nodes int) bool {
	for range root.Descendants() {
		if nodes--; nodes < 0 {
			return true
		}
	}
	return false
}

// mainIDs are ids that themes give to the content.
var mainIDs = set("main maincontent main-content content primary page-content")

// find is the first element in document order that fits, the root included.
func find(root *html.Node, fits func(*html.Node) bool) *html.Node {
	if root.Type == html.ElementNode && fits(root) {
		return root
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && fits(n) {
			return n
		}
	}
	return nil
}

// weight is how many letters and digits stand inside a node.
func weight(n *html.Node) int {
	total := 0
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			for _, r := range d.Data {
				if unicode.IsLetter(r) || unicode.IsDigit(r) {
					total++
				}
			}
		}
	}
	return total
}

// pruneLinks removes lists that are menus in all but name: five links or more
// and little else.
func pruneLinks(root *html.Node) {
	var lists []*html.Node
	for n := range root.Descendants() {
		if n.DataAtom == atom.Ul || n.DataAtom == atom.Ol || n.DataAtom == atom.Table {
			lists = append(lists, n)
		}
	}
	for _, list := range lists {
		links, inLinks := 0, 0
		for n := range list.Descendants() {
			if n.DataAtom == atom.A {
				links++
				inLinks += weight(n)
			}
		}
		if links >= 5 && inLinks*10 >= weight(list)*8 && list.Parent != nil {
			list.Parent.RemoveChild(list)
		}
	}
}

// dropMenus removes the lists and tables above the page's heading that hold
// nothing but links.
func dropMenus(body *html.Node) {
	h := find(body, func(n *html.Node) bool { return n.DataAtom == atom.H1 })
	if h == nil {
		return
	}
	var menus []*html.Node
	for n := range body.Descendants() {
		if n == h {
			break
		}
		if n.DataAtom == atom.Ul || n.DataAtom == atom.Ol || n.DataAtom == atom.Table {
			menus = append(menus, n)
		}
	}
	for _, menu := range menus {
		links := 0
		for n := range menu.Descendants() {
			if n.DataAtom == atom.A {
				links += weight(n)
			}
		}
		if links > 0 && links >= weight(menu) && menu.Parent != nil && !isInside(h, menu) {
			menu.Parent.RemoveChild(menu)
		}
	}
}

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
		if li.DataAtom != atom.Li || find(li, func(n *html.Node) bool { return headings[n.DataAtom] }) == nil {
			continue
		}
		cards = append(cards, li)
		long = long || weight(li) > 160
	}
	for _, li := range cards {
		if long {
			retag(li, atom.Div)
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
