package page

import (
	"strings"

	"golang.org/x/net/html"
)

// vocabulary is how a page marks its text as data: by the attributes of
// microdata or those of RDFa.
type vocabulary struct{ scope, kind, property string }

var (
	microdata = vocabulary{"itemscope", "itemtype", "itemprop"}
	rdfa      = vocabulary{"typeof", "typeof", "property"}
)

// read finds the page's products and gives them the form of JSON-LD.
func (voc vocabulary) read(doc *html.Node) []any {
	var out []any
	total := 0
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode || total > maxDataNodes {
				continue
			}
			// A product inside another thing is that thing's affair, except in a list.
			if voc.isProduct(c) {
				out = append(out, voc.item(c, 0, &total))
				continue
			}
			walk(c)
		}
	}
	walk(doc)
	return out
}

func (voc vocabulary) isProduct(n *html.Node) bool {
	if !has(n, voc.scope) {
		return false
	}
	for kind := range strings.FieldsSeq(attr(n, voc.kind)) {
		switch kind[strings.LastIndexAny(kind, "/:")+1:] {
		case "Product", "ProductGroup", "IndividualProduct", "ProductModel":
			return true
		}
	}
	return false
}

// item reads one element and the properties below it.
func (voc vocabulary) item(n *html.Node, depth int, total *int) map[string]any {
	kind, _, _ := strings.Cut(attr(n, voc.kind), " ")
	kind = kind[strings.LastIndexAny(kind, "/:")+1:]
	if kind == "IndividualProduct" || kind == "ProductModel" {
		kind = "Product"
	}
	v := map[string]any{"@type": kind}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if *total++; c.Type != html.ElementNode || *total > maxDataNodes {
				continue
			}
			scope, names := has(c, voc.scope), attr(c, voc.property)
			if names == "" && !scope {
				walk(c)
				continue
			}
			var value any
			if scope {
				if depth >= maxDataDepth {
					continue
				}
				value = voc.item(c, depth+1, total)
			}
			for name := range strings.FieldsSeq(names) {
				name = name[strings.LastIndexAny(name, "/:")+1:]
				if value == nil {
					value = valueOf(c)
				}
				add(v, name, value)
			}
			if !scope {
				walk(c)
			}
		}
	}
	walk(n)
	return v
}

// dataProperties are those that a product is read from; the rest, such as
// reviews, is not kept.
var dataProperties = set("name sku mpn url offers price lowPrice highPrice priceCurrency availability priceSpecification " +
	"priceType hasVariant color size eligibleQuantity minValue itemOffered itemCondition referenceQuantity")

// add appends a value to a property.
func add(v map[string]any, name string, value any) {
	if !dataProperties[name] {
		return
	}
	switch before := v[name].(type) {
	case nil:
		v[name] = value
	case []any:
		v[name] = append(before, value)
	default:
		v[name] = []any{before, value}
	}
}

// valueOf is what an element states as data.
func valueOf(n *html.Node) string {
	if has(n, "content") {
		return attr(n, "content")
	}
	key := ""
	switch n.Data {
	case "a", "area", "link":
		key = "href"
	case "img", "audio", "embed", "iframe", "source", "track", "video":
		key = "src"
	case "data", "meter":
		key = "value"
	case "time":
		key = "datetime"
	}
	if key != "" && has(n, key) {
		return attr(n, key)
	}
	return clip(shown(n, maxTitle), maxTitle)
}

// shown is the text of an element that a visitor sees, up to about size bytes;
// what is struck through is not part of it.
func shown(n *html.Node, size int) string {
	var b strings.Builder
	left := 8 * size // nodes to look at, most of which may be empty
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil && b.Len() < size && left > 0; c = c.NextSibling {
			left--
			switch {
			case c.Type == html.TextNode:
				b.WriteString(c.Data)
			case c.Type == html.ElementNode && !hidden(c) && !isStruck(c) && c.Data != "script" && c.Data != "style" && c.Data != "template":
				walk(c)
				if !inlineElements[c.Data] {
					b.WriteByte(' ')
				}
			}
		}
	}
	walk(n)
	return strings.Join(strings.Fields(legible(b.String())), " ")
}

// inlineElements do not end a word.
var inlineElements = set("a abbr b bdi bdo big cite code data del em font i ins kbd label mark q s samp small span strike strong sub sup time u var wbr")
