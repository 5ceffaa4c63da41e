package infra

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// document is template.yaml with references written as in a Sub: a Ref of X is
// the text ${X}, a GetAtt of X.Y is ${X.Y}. Other functions keep their long form.
type document struct{ root map[string]any }

// resource is one entry of the Resources section.
type resource struct {
	id         string
	properties map[string]any
	whole      map[string]any
}

const root = "../../"

func load(t *testing.T) document {
	t.Helper()
	data, err := os.ReadFile(root + "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, data)
}

func parse(t *testing.T, data []byte) document {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal(data, &n); err != nil {
		t.Fatal(err)
	}
	v, err := value(n.Content[0])
	if err != nil {
		t.Fatal(err)
	}
	return document{v.(map[string]any)}
}

func value(n *yaml.Node) (any, error) {
	tag := n.Tag
	if strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
		n.Tag = ""
	}
	plain, err := plainValue(n)
	if err != nil || !strings.HasPrefix(tag, "!") || strings.HasPrefix(tag, "!!") {
		return plain, err
	}
	switch s, isText := plain.(string); {
	case tag == "!Sub" && isText:
		return s, nil
	case isText && (tag == "!Ref" || tag == "!GetAtt"):
		return "${" + s + "}", nil
	}
	return map[string]any{"Fn::" + tag[1:]: plain}, nil
}

func plainValue(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if _, twice := m[key]; twice {
				return nil, fmt.Errorf("line %d: %s is written twice", n.Content[i].Line, key)
			}
			v, err := value(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			m[key] = v
		}
		return m, nil
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			v, err := value(c)
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	}
	var v any
	err := n.Decode(&v)
	return v, err
}

// at follows a path of keys through nested mappings; nil if it leads nowhere.
func at(v any, path ...string) any {
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

// texts reads a text or a list of texts.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, texts(e)...)
		}
		return out
	}
	return nil
}

// mappings reads a list of mappings.
func mappings(v any) []map[string]any {
	var out []map[string]any
	list, _ := v.([]any)
	for _, e := range list {
		if m, ok := e.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// walk visits every scalar and mapping below v with its path.
func walk(path string, v any, visit func(path string, v any)) {
	visit(path, v)
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			walk(path+"."+k, v[k], visit)
		}
	case []any:
		for i, e := range v {
			walk(fmt.Sprintf("%s[%d]", path, i), e, visit)
		}
	}
}

func (d document) section(name string) map[string]any {
	m, _ := d.root[name].(map[string]any)
	return m
}

// resources are those of one type, by logical id; of all types if it is empty.
func (d document) resources(kind string) []resource {
	all := d.section("Resources")
	var out []resource
	for _, id := range slices.Sorted(maps.Keys(all)) {
		whole, _ := all[id].(map[string]any)
		if kind == "" || whole["Type"] == kind {
			properties, _ := whole["Properties"].(map[string]any)
			out = append(out, resource{id, properties, whole})
		}
	}
	return out
}

// get is the one resource with an id.
func (d document) get(t *testing.T, id string) resource {
	t.Helper()
	for _, r := range d.resources("") {
		if r.id == id {
			return r
		}
	}
	t.Fatalf("the template has no resource %s", id)
	return resource{}
}

// function is a function with the Globals merged in.
type function struct {
	resource
	name string            // of its folder
	env  map[string]string // as written
	role resource
}

func (d document) functions(t *testing.T) []function {
	t.Helper()
	global, _ := at(d.root, "Globals", "Function").(map[string]any)
	var out []function
	for _, r := range d.resources("AWS::Serverless::Function") {
		merged := merge(global, r.properties).(map[string]any)
		f := function{resource: resource{r.id, merged, r.whole}, env: map[string]string{}}
		code, _ := merged["CodeUri"].(string)
		f.name = strings.TrimSuffix(strings.TrimPrefix(code, ".build/functions/"), "/")
		variables, _ := at(merged, "Environment", "Variables").(map[string]any)
		for k, v := range variables {
			f.env[k], _ = v.(string)
		}
		role, _ := merged["Role"].(string)
		f.role = d.get(t, strings.TrimSuffix(strings.TrimPrefix(role, "${"), ".Arn}"))
		out = append(out, f)
	}
	return out
}

// merge lays over on under as SAM does with its Globals.
func merge(under, over any) any {
	u, isMap := under.(map[string]any)
	o, overMap := over.(map[string]any)
	if isMap && overMap {
		m := maps.Clone(u)
		for k, v := range o {
			m[k] = merge(u[k], v)
		}
		return m
	}
	if u, ok := under.([]any); ok {
		if o, ok := over.([]any); ok {
			return append(slices.Clone(u), o...)
		}
	}
	if over == nil {
		return under
	}
	return over
}
