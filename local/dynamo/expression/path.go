package expression

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"omniops/local/dynamo/attribute"
)

// Path leads to a value within an item: a name, then names within maps and
// indices within lists.
type Path []step

// step is a name within a map or, with an empty name, an index within a list.
type step struct {
	name  string
	index int
}

// Top is the name of the item's attribute in which the path lies.
func (p Path) Top() string { return p[0].name }

// String writes the path as DynamoDB's messages do: [a, b, [3]].
func (p Path) String() string {
	parts := make([]string, len(p))
	for i, s := range p {
		parts[i] = s.name
		if s.name == "" {
			parts[i] = "[" + strconv.Itoa(s.index) + "]"
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// find is the value at the path, or nil.
func (p Path) find(item attribute.Map) attribute.Value {
	var v attribute.Value = item
	for _, s := range p {
		switch in := v.(type) {
		case attribute.Map:
			if s.name == "" {
				return nil
			}
			v = in[s.name]
		case attribute.List:
			if s.name != "" || s.index >= len(in) {
				return nil
			}
			v = in[s.index]
		default:
			return nil
		}
	}
	return v
}

// with is in, or nil for none, with the value at the path set, or removed if
// it is nil; everything off the path is shared with in. An index beyond the
// end of a list appends. ok is false when the path leads through something
// that is not there.
func (p Path) with(in, v attribute.Value) (out attribute.Value, ok bool) {
	if len(p) == 0 {
		return v, true
	}
	s, rest := p[0], p[1:]
	switch in := in.(type) {
	case attribute.Map:
		child, there := in[s.name]
		if s.name == "" || !there && len(rest) > 0 {
			return in, false
		}
		child, ok = rest.with(child, v)
		if !ok {
			return in, false
		}
		changed := maps.Clone(in)
		if child == nil {
			delete(changed, s.name)
		} else {
			changed[s.name] = child
		}
		return changed, true
	case attribute.List:
		if s.name != "" {
			return in, false
		}
		if s.index >= len(in) {
			if len(rest) > 0 || v == nil {
				return in, len(rest) == 0
			}
			return append(slices.Clone(in), v), true
		}
		child, ok := rest.with(in[s.index], v)
		if !ok {
			return in, false
		}
		changed := slices.Clone(in)
		if child == nil {
			return slices.Delete(changed, s.index, s.index+1), true
		}
		changed[s.index] = child
		return changed, true
	}
	return in, false
}

// clash refuses two paths one of which contains the other, or which treat one
// value both as a map and as a list.
func clash(paths []Path) error {
	for i, a := range paths {
		for _, b := range paths[:i] {
			n := 0
			for n < len(a) && n < len(b) && a[n] == b[n] {
				n++
			}
			kind := ""
			switch {
			case n == len(a) || n == len(b):
				kind = "overlap"
			case (a[n].name == "") != (b[n].name == ""):
				kind = "conflict"
			default:
				continue
			}
			return attribute.Invalid("Two document paths " + kind + " with each other; must remove or rewrite one of these paths; path one: " +
				b.String() + ", path two: " + a.String())
		}
	}
	return nil
}

// Project is the part of the item that lies at the paths. Lists keep only the
// elements that are asked for, in order.
func Project(item attribute.Map, paths []Path) attribute.Map {
	wanted := &branch{}
	for _, p := range paths {
		wanted.add(p)
	}
	part, _ := wanted.cut(item).(attribute.Map)
	if part == nil {
		part = attribute.Map{}
	}
	return part
}

// branch is a set of paths that begin alike; one without children wants all.
type branch struct{ children map[step]*branch }

func (b *branch) add(p Path) {
	for _, s := range p {
		if b.children == nil {
			b.children = map[step]*branch{}
		}
		if b.children[s] == nil {
			b.children[s] = &branch{}
		}
		b = b.children[s]
	}
}

// cut is the wanted part of v, or nil.
func (b *branch) cut(v attribute.Value) attribute.Value {
	if b.children == nil || v == nil {
		return v
	}
	switch v := v.(type) {
	case attribute.Map:
		part := attribute.Map{}
		for s, child := range b.children {
			if s.name == "" {
				continue
			}
			if got := child.cut(v[s.name]); got != nil {
				part[s.name] = got
			}
		}
		if len(part) > 0 {
			return part
		}
	case attribute.List:
		var part attribute.List
		for i, e := range v {
			if child := b.children[step{index: i}]; child != nil {
				if got := child.cut(e); got != nil {
					part = append(part, got)
				}
			}
		}
		if len(part) > 0 {
			return part
		}
	}
	return nil
}
