package page

import (
	"net/url"
	"strings"
	"unicode"

	"codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mainText is the page's own text as Markdown. It changes doc.
func mainText(doc *html.Node, base *url.URL) string {
	body := find(doc, func(n *html.Node) bool { return n.Data == "body" })
	if body == nil {
		return ""
	}
	clean(body)
	dropSections(body)
	dropMenus(body)
	space(body)
	shape(body)
	text, err := markdown(choose(doc, body, base))
	if err != nil { // its words are still worth having
		text = strings.Join(strings.Fields(sight(body)), " ")
	}
	return text
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
		var article readability.Article
		err := guarded(func() (err error) {
			article, err = parser.ParseDocument(doc, base)
			return err
		})
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
