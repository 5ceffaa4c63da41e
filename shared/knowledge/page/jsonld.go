package page

import (
	"encoding/json"
	"strings"

	"golang.org/x/net/html"
)

// The size of what is read of a page's structured data.
const (
	maxData      = 1 << 20 // bytes of JSON-LD
	maxDataDepth = 12      // steps from a document to a product
	maxDataNodes = 20_000  // objects looked at
)

// graph is the structured data of a page: the top of each document, and each
// object that has an address within the page.
type graph struct {
	tops  []any
	byID  map[string]map[string]any
	nodes int
}

// readGraph parses a page's JSON-LD. What does not parse is left out.
func readGraph(doc *html.Node) *graph {
	g := &graph{byID: map[string]map[string]any{}}
	size := 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "script" || !isJSONLD(attr(n, "type")) {
			continue
		}
		source := uncommented(text(n))
		if size += len(source); len(source) > maxScript || size > maxData {
			continue
		}
		var value any
		if json.Unmarshal([]byte(source), &value) != nil {
			// Themes print line breaks into strings.
			if json.Unmarshal([]byte(strings.Map(blankControl, source)), &value) != nil {
				continue
			}
		}
		g.tops = append(g.tops, value)
		g.name(value, 0)
	}
	g.nodes = 0
	return g
}

func isJSONLD(kind string) bool {
	kind, _, _ = strings.Cut(strings.ToLower(kind), ";")
	return strings.TrimSpace(kind) == "application/ld+json"
}

func blankControl(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

// uncommented removes what some themes wrap their data in.
func uncommented(source string) string {
	source = strings.TrimSpace(source)
	for _, wrap := range []struct{ open, end string }{{"//<![CDATA[", "//]]>"}, {"<![CDATA[", "]]>"}, {"<!--", "-->"}} {
		if inner, ok := strings.CutPrefix(source, wrap.open); ok {
			source = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(inner), wrap.end))
		}
	}
	return strings.TrimSuffix(source, ";")
}

// name notes the objects that others refer to by their @id.
func (g *graph) name(value any, depth int) {
	if g.nodes++; depth > maxDataDepth || g.nodes > maxDataNodes {
		return
	}
	switch v := value.(type) {
	case []any:
		for _, e := range v {
			g.name(e, depth+1)
		}
	case map[string]any:
		if id, ok := v["@id"].(string); ok && len(v) > 1 && len(g.byID[id]) < len(v) {
			g.byID[id] = v
		}
		for _, e := range v {
			g.name(e, depth+1)
		}
	}
}

// object is a value as an object; a mere reference is the object it names.
func (g *graph) object(value any) map[string]any {
	v, _ := value.(map[string]any)
	if id, ok := v["@id"].(string); ok && len(v) <= 2 && g.byID[id] != nil {
		return g.byID[id]
	}
	return v
}

// objects is a value as a list of objects.
func (g *graph) objects(value any) []map[string]any {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	var out []map[string]any
	for _, e := range list {
		if o := g.object(e); o != nil && g.more() {
			out = append(out, o)
		}
	}
	return out
}

// more counts the objects looked at and reports whether there may be another.
func (g *graph) more() bool {
	g.nodes++
	return g.nodes <= maxDataNodes
}

// find calls found for each object of one of the kinds, wherever it stands as a
// thing the page is about. listed says that it is an entry of a list.
func (g *graph) find(kinds []string, found func(v map[string]any, listed bool)) {
	var walk func(value any, depth int, listed bool)
	walk = func(value any, depth int, listed bool) {
		if depth > maxDataDepth {
			return
		}
		list, ok := value.([]any)
		if ok {
			for _, e := range list {
				walk(e, depth+1, listed)
			}
			return
		}
		v := g.object(value)
		if v == nil || !g.more() {
			return
		}
		for _, kind := range kinds {
			if isA(v, kind) {
				found(v, listed)
				return
			}
		}
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "hasVariant", "hasPart", "about"} {
			walk(v[key], depth+1, listed || key == "itemListElement")
		}
	}
	for _, top := range g.tops {
		walk(top, 0, false)
	}
}

// isA reports whether a node has a schema.org type.
func isA(v map[string]any, kind string) bool {
	is := func(t any) bool {
		s, _ := t.(string)
		return s == kind || strings.HasSuffix(s, "schema.org/"+kind) || s == "schema:"+kind
	}
	if list, ok := v["@type"].([]any); ok {
		for _, e := range list {
			if is(e) {
				return true
			}
		}
		return false
	}
	return is(v["@type"])
}
