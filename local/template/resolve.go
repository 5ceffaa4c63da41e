package template

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// noValue is what AWS::NoValue resolves to: the key that holds it disappears.
type noValue struct{}

// resolver replaces intrinsic functions by local values. Names of resources
// may themselves hold intrinsic functions, so they resolve on demand.
type resolver struct {
	options    Options
	document   map[string]any
	parameters map[string]any
	resources  map[string]map[string]any // as written, with Globals merged
	names      map[string]string         // physical names found so far
	conditions map[string]bool           // results found so far
	busy       map[string]bool           // names and conditions being resolved, to notice a cycle
}

// intrinsic gives the function a map stands for, if it stands for one.
func intrinsic(v any) (name string, argument any, ok bool) {
	m, isMap := v.(map[string]any)
	if !isMap || len(m) != 1 {
		return "", nil, false
	}
	for k, a := range m {
		name, argument = k, a
	}
	return name, argument, name == "Ref" || strings.HasPrefix(name, "Fn::")
}

// value resolves v, found at place, as deep as it goes.
func (r *resolver) value(v any, place string) (any, error) {
	if name, argument, ok := intrinsic(v); ok {
		result, err := r.call(name, argument, place)
		var placed *placeError
		if err != nil && !errors.As(err, &placed) {
			err = &placeError{place, fmt.Errorf("%s: %w", name, err)}
		}
		return result, err
	}
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for _, k := range sortedKeys(v) {
			if strings.HasPrefix(k, "Fn::") {
				return nil, &placeError{place, fmt.Errorf("%s must stand alone", k)}
			}
			x, err := r.value(v[k], place+"."+k)
			if err != nil {
				return nil, err
			}
			if x != (noValue{}) {
				m[k] = x
			}
		}
		return m, nil
	case []any:
		list := make([]any, 0, len(v))
		for i, e := range v {
			x, err := r.value(e, place+"["+strconv.Itoa(i)+"]")
			if err != nil {
				return nil, err
			}
			if x != (noValue{}) {
				list = append(list, x)
			}
		}
		return list, nil
	}
	return v, nil
}

// placeError says where in the template something is wrong.
type placeError struct {
	place string
	err   error
}

func (e *placeError) Error() string { return e.place + ": " + e.err.Error() }
func (e *placeError) Unwrap() error { return e.err }

func (r *resolver) call(name string, argument any, place string) (any, error) {
	switch name {
	case "Ref":
		id, ok := argument.(string)
		if !ok {
			return nil, fmt.Errorf("the name is not text")
		}
		return r.ref(id)
	case "Fn::GetAtt":
		parts, ok := argument.([]any)
		if s, isText := argument.(string); isText {
			resource, attribute, _ := strings.Cut(s, ".")
			parts, ok = []any{resource, attribute}, true
		}
		if !ok || len(parts) != 2 {
			return nil, fmt.Errorf("want a resource and an attribute")
		}
		attribute, err := r.text(parts[1], place)
		if err != nil {
			return nil, err
		}
		resource, _ := parts[0].(string)
		return r.attribute(resource, attribute)
	case "Fn::Sub":
		return r.sub(argument, place)
	case "Fn::If":
		parts, ok := argument.([]any)
		if !ok || len(parts) != 3 {
			return nil, fmt.Errorf("want a condition and two values")
		}
		yes, err := r.condition(parts[0], place)
		if err != nil {
			return nil, err
		}
		if yes {
			return r.value(parts[1], place)
		}
		return r.value(parts[2], place)
	case "Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or":
		return r.condition(map[string]any{name: argument}, place)
	case "Fn::Join", "Fn::Select", "Fn::Split", "Fn::FindInMap", "Fn::Base64":
		resolved, err := r.value(argument, place)
		if err != nil {
			return nil, err
		}
		if name == "Fn::Base64" {
			s, err := textOf(resolved)
			return base64.StdEncoding.EncodeToString([]byte(s)), err
		}
		parts, ok := resolved.([]any)
		if !ok || len(parts) < 2 {
			return nil, fmt.Errorf("want a list of arguments")
		}
		return r.list(name, parts)
	case "Fn::ImportValue":
		return nil, fmt.Errorf("another stack's value does not exist here")
	}
	return nil, fmt.Errorf("not an intrinsic function this reader knows")
}

// list runs the functions whose arguments are resolved before they are used.
func (r *resolver) list(name string, parts []any) (any, error) {
	switch name {
	case "Fn::FindInMap":
		var at any = r.document["Mappings"]
		for _, p := range parts {
			key, err := textOf(p)
			if err != nil {
				return nil, err
			}
			m, _ := at.(map[string]any)
			if at = m[key]; at == nil {
				return nil, fmt.Errorf("no entry %s in the mapping", key)
			}
		}
		return at, nil
	case "Fn::Select":
		index, err := textOf(parts[0])
		if err != nil {
			return nil, err
		}
		from, _ := parts[1].([]any)
		i, err := strconv.Atoi(index)
		if err != nil || i < 0 || i >= len(from) {
			return nil, fmt.Errorf("no element %s in a list of %d", index, len(from))
		}
		return from[i], nil
	case "Fn::Split":
		separator, err := textOf(parts[0])
		if err != nil || separator == "" {
			return nil, fmt.Errorf("want a separator")
		}
		s, err := textOf(parts[1])
		if err != nil {
			return nil, err
		}
		return splitList(s, separator), nil
	default: // Fn::Join
		separator, err := textOf(parts[0])
		if err != nil {
			return nil, err
		}
		elements, ok := parts[1].([]any)
		if !ok {
			return nil, fmt.Errorf("want a list to join")
		}
		texts := make([]string, len(elements))
		for i, e := range elements {
			if texts[i], err = textOf(e); err != nil {
				return nil, err
			}
		}
		return strings.Join(texts, separator), nil
	}
}

// placeholder is one ${…} of Fn::Sub; ${!…} stands for a literal ${…}.
var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

func (r *resolver) sub(argument any, place string) (any, error) {
	var local map[string]any
	if parts, ok := argument.([]any); ok && len(parts) == 2 {
		argument = parts[0]
		if local, ok = parts[1].(map[string]any); !ok {
			return nil, fmt.Errorf("want a map of variables")
		}
	}
	pattern, ok := argument.(string)
	if !ok {
		return nil, fmt.Errorf("want text with ${placeholders}")
	}
	var failed error
	s := placeholder.ReplaceAllStringFunc(pattern, func(match string) string {
		name := strings.TrimSpace(match[2 : len(match)-1])
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			return "${" + literal + "}"
		}
		var v any
		var err error
		if written, ok := local[name]; ok {
			v, err = r.value(written, place)
		} else if resource, attribute, ok := strings.Cut(name, "."); ok {
			v, err = r.attribute(resource, attribute)
		} else {
			v, err = r.ref(name)
		}
		var s string
		if err == nil {
			s, err = textOf(v)
		}
		if err != nil && failed == nil {
			failed = fmt.Errorf("${%s}: %w", name, err)
		}
		return s
	})
	return s, failed
}

// condition evaluates a condition: its name, or an expression.
func (r *resolver) condition(v any, place string) (bool, error) {
	if m, ok := v.(map[string]any); ok && len(m) == 1 && m["Condition"] != nil {
		v = m["Condition"]
	}
	if name, ok := v.(string); ok {
		return r.namedCondition(name)
	}
	name, argument, ok := intrinsic(v)
	parts, isList := argument.([]any)
	if !ok || !isList {
		return false, &placeError{place, fmt.Errorf("not a condition")}
	}
	if name == "Fn::Equals" {
		if len(parts) != 2 {
			return false, &placeError{place, fmt.Errorf("Fn::Equals wants two values")}
		}
		a, err := r.value(parts[0], place)
		if err != nil {
			return false, err
		}
		b, err := r.value(parts[1], place)
		if err != nil {
			return false, err
		}
		as, errA := textOf(a)
		bs, errB := textOf(b)
		if errA == nil && errB == nil {
			return as == bs, nil
		}
		return reflect.DeepEqual(a, b), nil
	}
	results := map[bool]int{}
	for _, p := range parts {
		b, err := r.condition(p, place)
		if err != nil {
			return false, err
		}
		results[b]++
	}
	switch {
	case name == "Fn::Not" && len(parts) == 1:
		return results[false] == 1, nil
	case name == "Fn::And" && len(parts) > 1:
		return results[false] == 0, nil
	case name == "Fn::Or" && len(parts) > 1:
		return results[true] > 0, nil
	}
	return false, &placeError{place, fmt.Errorf("%s with %d values is not a condition", name, len(parts))}
}

func (r *resolver) namedCondition(name string) (bool, error) {
	if result, ok := r.conditions[name]; ok {
		return result, nil
	}
	all, _ := r.document["Conditions"].(map[string]any)
	written, ok := all[name]
	if !ok {
		return false, fmt.Errorf("no condition %s", name)
	}
	if r.busy["Conditions."+name] {
		return false, fmt.Errorf("condition %s depends on itself", name)
	}
	r.busy["Conditions."+name] = true
	result, err := r.condition(written, "Conditions."+name)
	delete(r.busy, "Conditions."+name)
	if err == nil {
		r.conditions[name] = result
	}
	return result, err
}

// text resolves v and wants text.
func (r *resolver) text(v any, place string) (string, error) {
	resolved, err := r.value(v, place)
	if err != nil {
		return "", err
	}
	return textOf(resolved)
}

// textOf is a scalar as CloudFormation writes it into text.
func textOf(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	case bool:
		return strconv.FormatBool(v), nil
	}
	return "", fmt.Errorf("want text, not %T", v)
}

func splitList(s, separator string) []any {
	var list []any
	for _, part := range strings.Split(s, separator) {
		list = append(list, part)
	}
	return list
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
