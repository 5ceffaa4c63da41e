package gateway

import (
	"net/url"
	"strings"

	"omniops/local/template"
)

// route is one method of one resource, and the function behind it.
type route struct {
	template.Route
	function string // physical name
}

// node is one segment of the resource tree.
type node struct {
	resource string // path of the resource that ends here; empty if none does
	methods  map[string]route
	fixed    map[string]*node
	param    *node // {name}
	rest     *node // {name+}
	name     string
}

// add enters a route into the tree below n.
func (n *node) add(r route) {
	for _, segment := range segments(r.Path) {
		switch name, isParam := parameter(segment); {
		case isParam && strings.HasSuffix(name, "+"):
			if n.rest == nil {
				n.rest = &node{name: strings.TrimSuffix(name, "+")}
			}
			n = n.rest
		case isParam:
			if n.param == nil {
				n.param = &node{name: name}
			}
			n = n.param
		default:
			if n.fixed == nil {
				n.fixed = map[string]*node{}
			}
			if n.fixed[segment] == nil {
				n.fixed[segment] = &node{}
			}
			n = n.fixed[segment]
		}
	}
	if n.methods == nil {
		n.methods = map[string]route{}
	}
	n.resource = r.Path
	n.methods[r.Method] = r
}

// find gives the resource that a path names, and the values of its parameters.
// A fixed segment goes before a parameter, and a parameter before {name+}.
func (n *node) find(path []string, params map[string]string) *node {
	if len(path) == 0 {
		if n.resource == "" {
			return nil
		}
		return n
	}
	if next := n.fixed[path[0]]; next != nil {
		if found := next.find(path[1:], params); found != nil {
			return found
		}
	}
	if n.param != nil {
		if found := n.param.find(path[1:], params); found != nil {
			params[n.param.name] = decode(path[0])
			return found
		}
	}
	if n.rest != nil && n.rest.resource != "" {
		params[n.rest.name] = decode(strings.Join(path, "/"))
		return n.rest
	}
	return nil
}

func decode(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// segments splits a path; a slash at its end makes no difference.
func segments(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

func parameter(segment string) (name string, ok bool) {
	if strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") {
		return segment[1 : len(segment)-1], true
	}
	return "", false
}
