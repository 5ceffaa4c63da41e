package shopify

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// node is an object as the schema shows it, by field. A value may be a field, for
// what takes arguments or is made only when it is asked for.
type node map[string]any

// field makes a value from its arguments.
type field func(args arguments) (any, error)

// arguments are a field's, with variables and defaults filled in.
type arguments map[string]any

func (a arguments) text(name string) string {
	s, _ := a[name].(string)
	return s
}

func (a arguments) yes(name string) bool {
	b, _ := a[name].(bool)
	return b
}

// count is a number, or otherwise if there is none.
func (a arguments) count(name string, otherwise int) int {
	if n, ok := number(a[name]); ok {
		return n
	}
	return otherwise
}

func (a arguments) object(name string) arguments {
	m, _ := a[name].(map[string]any)
	return m
}

func (a arguments) objects(name string) (all []arguments) {
	list, _ := a[name].([]any)
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

// number reads an Int as a query or a variable gives it.
func number(v any) (int, bool) {
	switch n := v.(type) {
	case int64:
		return int(n), true
	case int:
		return n, true
	case float64:
		return int(n), true
	case json.Number:
		i, err := n.Int64()
		return int(i), err == nil
	}
	return 0, false
}

// problem is an error with a code of Shopify's.
type problem struct {
	code, message string
	more          map[string]any
}

func (p *problem) Error() string { return p.message }

// execution is one operation being carried out.
type execution struct {
	schema    *ast.Schema
	variables map[string]any
	allowed   func(typ, field string) *problem // nil is yes
	errors    []graphError
	actual    int      // cost
	fields    []string // paths of what was asked for
}

// graphError is an error as the answer shows it.
type graphError struct {
	Message    string         `json:"message"`
	Locations  []location     `json:"locations,omitempty"`
	Path       []any          `json:"path,omitempty"`
	Extensions map[string]any `json:"extensions,omitempty"`
}

type location struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// group is the fields that answer to one key.
type group struct {
	key    string
	fields []*ast.Field
}

// collect lists what a selection asks of an object, fragments opened.
func (x *execution) collect(typ string, set ast.SelectionSet, into []group) []group {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if !x.included(s.Directives) {
				continue
			}
			at := -1
			for i := range into {
				if into[i].key == s.Alias {
					at = i
				}
			}
			if at < 0 {
				into = append(into, group{key: s.Alias})
				at = len(into) - 1
			}
			into[at].fields = append(into[at].fields, s)
		case *ast.InlineFragment:
			if x.included(s.Directives) && (s.TypeCondition == "" || x.is(typ, s.TypeCondition)) {
				into = x.collect(typ, s.SelectionSet, into)
			}
		case *ast.FragmentSpread:
			if x.included(s.Directives) && x.is(typ, s.Definition.TypeCondition) {
				into = x.collect(typ, s.Definition.SelectionSet, into)
			}
		}
	}
	return into
}

func (x *execution) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		if when, _ := d.ArgumentMap(x.variables)["if"].(bool); when != (d.Name == "include") {
			return false
		}
	}
	return true
}

// is reports whether an object's type is, or implements, another.
func (x *execution) is(typ, other string) bool {
	if typ == other {
		return true
	}
	for _, possible := range x.schema.PossibleTypes[other] {
		if possible.Name == typ {
			return true
		}
	}
	return false
}

// object answers a selection. It is false if a field that may not be null is.
func (x *execution) object(typ string, n node, set ast.SelectionSet, path []any) (map[string]any, bool) {
	definition := x.schema.Types[typ]
	if costs(definition) {
		x.actual++
	}
	out := map[string]any{}
	for _, g := range x.collect(typ, set, nil) {
		f := g.fields[0]
		if f.Name == "__typename" {
			out[g.key] = typ
			continue
		}
		at := append(append([]any{}, path...), g.key)
		declared := definition.Fields.ForName(f.Name)
		value, err := x.resolve(typ, f, n)
		if err != nil {
			x.fail(err, f, at)
			value = nil
		}
		var below ast.SelectionSet
		for _, one := range g.fields {
			below = append(below, one.SelectionSet...)
		}
		done, ok := x.complete(declared.Type, value, below, f, at, err == nil)
		if !ok {
			return nil, false
		}
		out[g.key] = done
	}
	return out, true
}

func (x *execution) resolve(typ string, f *ast.Field, n node) (any, error) {
	if p := x.allowed(typ, f.Name); p != nil {
		return nil, p
	}
	value, there := n[f.Name]
	if !there {
		return nil, &problem{code: "INTERNAL_SERVER_ERROR", message: fmt.Sprintf("The sandbox has no %s.%s", typ, f.Name)}
	}
	if make, ok := value.(field); ok {
		args := f.ArgumentMap(x.variables)
		if d := f.Directives.ForName("idempotent"); d != nil {
			args[keyArgument] = d.ArgumentMap(x.variables)["key"]
		}
		return make(args)
	}
	return value, nil
}

// complete turns a value into what its type is answered with.
func (x *execution) complete(t *ast.Type, value any, set ast.SelectionSet, f *ast.Field, path []any, report bool) (any, bool) {
	if absent(value) {
		if !t.NonNull {
			return nil, true
		}
		if report {
			x.fail(&problem{code: "INTERNAL_SERVER_ERROR", message: "Cannot return null for non-nullable field " + f.ObjectDefinition.Name + "." + f.Name}, f, path)
		}
		return nil, false
	}
	if t.Elem != nil {
		out := []any{}
		for i, v := range list(value) {
			done, ok := x.complete(t.Elem, v, set, f, append(append([]any{}, path...), i), report)
			if !ok {
				return nil, !t.NonNull
			}
			out = append(out, done)
		}
		return out, true
	}
	definition := x.schema.Types[t.NamedType]
	if !definition.IsCompositeType() {
		if at, ok := value.(time.Time); ok {
			value = at.UTC().Format(time.RFC3339)
		}
		return value, true
	}
	n, typ := value.(node), t.NamedType
	if definition.IsAbstractType() {
		typ, _ = n["__typename"].(string)
	}
	if strings.HasSuffix(typ, "Connection") {
		x.actual += 2
	}
	done, ok := x.object(typ, n, set, path)
	if !ok {
		return nil, !t.NonNull
	}
	return done, true
}

func absent(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case node:
		return v == nil
	case time.Time:
		return v.IsZero()
	}
	return false
}

func list(value any) (all []any) {
	switch v := value.(type) {
	case []any:
		return v
	case []node:
		for _, one := range v {
			all = append(all, one)
		}
	case []string:
		for _, one := range v {
			all = append(all, one)
		}
	}
	return all
}

func (x *execution) fail(err error, f *ast.Field, path []any) {
	e := graphError{Message: err.Error(), Path: path, Locations: []location{{f.Position.Line, f.Position.Column}}}
	if p, ok := err.(*problem); ok {
		e.Extensions = map[string]any{"code": p.code}
		for k, v := range p.more {
			e.Extensions[k] = v
		}
	}
	x.errors = append(x.errors, e)
}
