package page

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mainText is the page's own text as Markdown. It changes doc.
func mainText(doc *html.Node) string {
	body := find(doc, func(n *html.Node) bool { return n.Data == "body" })
	if body == nil {
		return ""
	}
	clean(body)
	dropSections(body)
	dropMenus(body)
	space(body)
	shape(body)
	text, err := markdown(choose(body))
	if err != nil { // its words are still worth having
		text = strings.Join(strings.Fields(sight(body)), " ")
	}
	return text
}

// choose finds the element that holds the content: what the page itself marks
// as such, else the core of what is left of the body.
func choose(body *html.Node) *html.Node {
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
	return core(body)
}

const (
	maxCore  = 20_000 // nodes up to which the core of a page is looked for
	minCore  = 500    // letters below which a page is short enough to be kept whole
	coreTens = 7      // tenths of what the page says that its core must hold
)

// boxes are the elements that themes put a page's content into.
var boxes = map[atom.Atom]bool{
	atom.Div: true, atom.Section: true, atom.Article: true, atom.Form: true, atom.Center: true,
	atom.Table: true, atom.Tbody: true, atom.Tr: true, atom.Td: true,
}

// core is the smallest box that holds most of what a page says outside links:
// what surrounds it are columns, banners and lists of other pages.
func core(body *html.Node) *html.Node {
	if hasMore(body, maxCore) {
		return body
	}
	said := map[*html.Node]int{}
	prose(body, said)
	if said[body] < minCore {
		return body
	}
	n := body
	for inner := n; inner != nil; {
		n, inner = inner, nil
		for c := range n.ChildNodes() {
			if boxes[c.DataAtom] && said[c]*10 >= said[body]*coreTens {
				inner = c
			}
		}
	}
	return n
}

// prose notes how many letters and digits stand in each element outside links,
// and gives their sum.
func prose(n *html.Node, said map[*html.Node]int) int {
	total := 0
	for c := range n.ChildNodes() {
		switch {
		case c.Type == html.TextNode:
			total += written(c.Data)
		case c.Type == html.ElementNode && c.DataAtom != atom.A:
			total += prose(c, said)
		}
	}
	said[n] = total
	return total
}

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
			total += written(d.Data)
		}
	}
	return total
}

// written is how many letters and digits a text has.
func written(text string) int {
	total := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			total++
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
