// Package template reads template.yaml, the one description of the system, and
// resolves it for one machine: every parameter, condition and intrinsic
// function becomes a value of the local cloud. What it cannot resolve is an
// error that names the place; nothing is skipped in silence.
package template

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Options say where the system runs.
type Options struct {
	Parameters map[string]string // override the defaults of parameters; names the template lacks are ignored
	QueueBase  string            // what queue URLs begin with, such as http://127.0.0.1:4566
	Region     string            // eu-west-2 if empty
	Account    string            // 000000000000 if empty
	Stack      string            // omniops if empty
}

// Template is a resolved template. Document is what was written, intrinsic
// functions in their long form; everything else is resolved. Lists are in
// order of logical id.
type Template struct {
	Document   map[string]any
	Parameters map[string]any
	Conditions map[string]bool
	Resources  map[string]Resource
	Outputs    map[string]any

	API       *API // nil without one
	Functions []Function
	Tables    []Table
	Queues    []Queue
	Buckets   []Bucket
	Keys      []Key
	Secrets   []Secret
}

// Resource is one resource that the conditions leave in.
type Resource struct {
	ID         string
	Type       string
	Name       string         // the physical name
	Properties map[string]any // resolved, Globals merged
	Written    map[string]any // the whole resource as written, before Globals
}

// Load reads the file at path.
func Load(path string, o Options) (*Template, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	return Parse(data, o)
}

// Parse reads and resolves a template.
func Parse(data []byte, o Options) (*Template, error) {
	o.Region, o.Account, o.Stack = or(o.Region, "eu-west-2"), or(o.Account, "000000000000"), or(o.Stack, "omniops")
	document, err := parse(data)
	if err != nil {
		return nil, err
	}
	r := &resolver{
		options: o, document: document, parameters: map[string]any{}, resources: map[string]map[string]any{},
		names: map[string]string{}, conditions: map[string]bool{}, busy: map[string]bool{},
	}
	if err := r.readParameters(); err != nil {
		return nil, err
	}
	written, ok := document["Resources"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("section Resources: want a mapping")
	}
	globals, _ := document["Globals"].(map[string]any)
	for id, v := range written {
		resource, ok := v.(map[string]any)
		if _, isText := resource["Type"].(string); !ok || !isText {
			return nil, fmt.Errorf("resource %s: want a resource with a Type", id)
		}
		r.resources[id] = withGlobals(resource, globals)
	}
	t := &Template{
		Document: document, Parameters: r.parameters, Conditions: r.conditions,
		Resources: map[string]Resource{}, Outputs: map[string]any{},
	}
	conditions, _ := document["Conditions"].(map[string]any)
	for _, name := range sortedKeys(conditions) {
		if _, err := r.namedCondition(name); err != nil {
			return nil, err
		}
	}
	for _, id := range sortedKeys(r.resources) {
		resource := r.resources[id]
		if c, has := resource["Condition"]; has {
			if yes, err := r.condition(c, "Resources."+id+".Condition"); err != nil {
				return nil, err
			} else if !yes {
				continue
			}
		}
		v, err := r.value(orEmpty(resource["Properties"]), "Resources."+id+".Properties")
		if err != nil {
			return nil, err
		}
		properties, ok := v.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("resource %s.Properties: want a mapping", id)
		}
		name, err := r.name(id)
		if err != nil {
			return nil, fmt.Errorf("resource %s: %w", id, err)
		}
		t.Resources[id] = Resource{id, resource["Type"].(string), name, properties, written[id].(map[string]any)}
	}
	outputs, err := r.value(orEmpty(r.activeOutputs()), "Outputs")
	if err != nil {
		return nil, err
	}
	t.Outputs, _ = outputs.(map[string]any)
	if err := t.read(r); err != nil {
		return nil, err
	}
	return t, nil
}

// readParameters gives every parameter its override or its default.
func (r *resolver) readParameters() error {
	declared, _ := r.document["Parameters"].(map[string]any)
	for _, name := range sortedKeys(declared) {
		place := "Parameters." + name
		p, ok := declared[name].(map[string]any)
		if !ok {
			return fmt.Errorf("%s: want a mapping", place)
		}
		value, overridden := r.options.Parameters[name]
		if !overridden {
			var err error
			if value, err = textOf(p["Default"]); err != nil {
				return fmt.Errorf("%s: has no default and was not given", place)
			}
		}
		if allowed, ok := p["AllowedValues"].([]any); ok && !holds(allowed, value) {
			return fmt.Errorf("%s: %q is not an allowed value", place, value)
		}
		if pattern, ok := p["AllowedPattern"].(string); ok {
			re, err := regexp.Compile("^(?:" + pattern + ")$")
			if err != nil {
				return fmt.Errorf("%s.AllowedPattern: %w", place, err)
			}
			if !re.MatchString(value) {
				return fmt.Errorf("%s: the value does not match its AllowedPattern", place)
			}
		}
		r.parameters[name] = value
		if t := textOrEmpty(p["Type"]); t == "CommaDelimitedList" || strings.HasPrefix(t, "List<") {
			list := []any{}
			for _, e := range strings.Split(value, ",") {
				if e = strings.TrimSpace(e); e != "" {
					list = append(list, e)
				}
			}
			r.parameters[name] = list
		}
	}
	return nil
}

// activeOutputs are the outputs whose condition holds.
func (r *resolver) activeOutputs() map[string]any {
	outputs, _ := r.document["Outputs"].(map[string]any)
	active := map[string]any{}
	for name, v := range outputs {
		if o, ok := v.(map[string]any); ok {
			if c, ok := o["Condition"].(string); ok && !r.conditions[c] {
				continue
			}
		}
		active[name] = v
	}
	return active
}

// withGlobals merges the Globals of a SAM resource's type into its properties.
func withGlobals(resource, globals map[string]any) map[string]any {
	section, ok := strings.CutPrefix(resource["Type"].(string), "AWS::Serverless::")
	defaults, has := globals[section].(map[string]any)
	if !ok || !has {
		return resource
	}
	merged := make(map[string]any, len(resource))
	for k, v := range resource {
		merged[k] = v
	}
	merged["Properties"] = merge(defaults, orEmpty(resource["Properties"]))
	return merged
}

// merge lays over on top of base as SAM does: maps are united, lists appended,
// anything else replaced.
func merge(base, over any) any {
	if _, _, ok := intrinsic(base); ok {
		return over
	}
	if _, _, ok := intrinsic(over); ok {
		return over
	}
	switch b := base.(type) {
	case map[string]any:
		o, ok := over.(map[string]any)
		if !ok {
			return over
		}
		m := make(map[string]any, len(b)+len(o))
		for k, v := range b {
			m[k] = v
		}
		for k, v := range o {
			if below, ok := m[k]; ok {
				v = merge(below, v)
			}
			m[k] = v
		}
		return m
	case []any:
		if o, ok := over.([]any); ok {
			return append(append([]any{}, b...), o...)
		}
	}
	return over
}

func holds(list []any, value string) bool {
	for _, v := range list {
		if s, err := textOf(v); err == nil && s == value {
			return true
		}
	}
	return false
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func orEmpty(v any) any {
	if m, isMap := v.(map[string]any); v == nil || isMap && m == nil {
		return map[string]any{}
	}
	return v
}
