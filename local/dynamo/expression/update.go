package expression

import (
	"slices"
	"strings"

	"omniops/local/dynamo/attribute"
)

// Update is a parsed UpdateExpression.
type Update struct {
	sets    []assignment
	removes []Path
	adds    []change
	deletes []change
}

type assignment struct {
	path Path
	term term
}

type change struct {
	path Path
	by   attribute.Value
}

// Update parses an UpdateExpression.
func (s *Scope) Update(text string) (*Update, error) {
	p := s.parse("UpdateExpression", text)
	u := &Update{}
	seen := map[string]bool{}
	for p.err == nil && p.next().form != end {
		section := strings.ToUpper(p.next().text)
		if seen[section] {
			p.fail(`The "` + section + `" section can only be used once in an update expression;`)
		}
		seen[section] = true
		switch {
		case p.accept("SET"):
			p.actions(func() {
				path := p.path()
				p.expect("=")
				u.sets = append(u.sets, assignment{path, p.sum()})
			})
		case p.accept("REMOVE"):
			p.actions(func() { u.removes = append(u.removes, p.path()) })
		case p.accept("ADD"):
			p.actions(func() {
				c := p.change("ADD", attribute.KindNumber, attribute.KindStringSet, attribute.KindNumberSet, attribute.KindBinarySet)
				u.adds = append(u.adds, c)
			})
		case p.accept("DELETE"):
			p.actions(func() {
				c := p.change("DELETE", attribute.KindStringSet, attribute.KindNumberSet, attribute.KindBinarySet)
				u.deletes = append(u.deletes, c)
			})
		default:
			p.syntax()
		}
	}
	if p.err == nil {
		p.check(clash(u.Paths()))
	}
	return u, p.err
}

func (p *parser) actions(action func()) {
	action()
	for p.accept(",") {
		action()
	}
}

// change reads "path :value", the value of one of these kinds.
func (p *parser) change(operator string, kinds ...attribute.Kind) change {
	path := p.path()
	if p.next().form != value {
		p.syntax()
		return change{}
	}
	l := p.literal()
	p.allow(operator, l, kinds...)
	return change{path, l.is}
}

// Paths are all paths that the update changes.
func (u *Update) Paths() []Path {
	var paths []Path
	for _, a := range u.sets {
		paths = append(paths, a.path)
	}
	paths = append(paths, u.removes...)
	for _, c := range slices.Concat(u.adds, u.deletes) {
		paths = append(paths, c.path)
	}
	return paths
}

const (
	missingAttribute = attribute.Invalid("The provided expression refers to an attribute that does not exist in the item")
	wrongType        = attribute.Invalid("An operand in the update expression has an incorrect data type")
	invalidPath      = attribute.Invalid("The document path provided in the update expression is invalid for update")
)

// Apply is the item after the update. Every value is taken from the item
// before it; the item itself stays as it is.
func (u *Update) Apply(item attribute.Map) (attribute.Map, error) {
	type result struct {
		path Path
		v    attribute.Value // nil removes
	}
	var results []result
	removes := slices.Clone(u.removes)
	for _, a := range u.sets {
		v, err := a.term.eval(item)
		if err != nil {
			return nil, err
		}
		results = append(results, result{a.path, v})
	}
	for _, c := range u.adds {
		v, err := added(c.path.find(item), c.by)
		if err != nil {
			return nil, err
		}
		results = append(results, result{c.path, v})
	}
	for _, c := range u.deletes {
		was, by := c.path.find(item), c.by.(attribute.Set)
		if was == nil {
			continue
		}
		if was.Kind() != by.Kind() {
			return nil, wrongType
		}
		if left := was.(attribute.Set).Minus(by); left.Len() > 0 {
			results = append(results, result{c.path, left})
		} else {
			removes = append(removes, c.path)
		}
	}
	// Elements beyond the end of a list are appended in the order of their
	// indices; removing from the back keeps the indices in front valid.
	slices.SortStableFunc(results, func(a, b result) int {
		return a.path[len(a.path)-1].index - b.path[len(b.path)-1].index
	})
	slices.SortStableFunc(removes, func(a, b Path) int { return b[len(b)-1].index - a[len(a)-1].index })
	for _, p := range removes {
		results = append(results, result{p, nil})
	}
	var out attribute.Value = item
	for _, r := range results {
		var ok bool
		if out, ok = r.path.with(out, r.v); !ok {
			return nil, invalidPath
		}
	}
	return out.(attribute.Map), nil
}

// added is was, or nothing, with a number or the elements of a set added.
func added(was, by attribute.Value) (attribute.Value, error) {
	if was == nil {
		return by, nil
	}
	if was.Kind() != by.Kind() {
		return nil, wrongType
	}
	if n, ok := by.(attribute.Number); ok {
		return was.(attribute.Number).Add(n)
	}
	return was.(attribute.Set).Union(by.(attribute.Set)), nil
}

// term is what SET assigns.
type term interface {
	eval(item attribute.Map) (attribute.Value, error)
}

type (
	plain struct{ of operand }
	sum   struct {
		left, right term
		minus       bool
	}
	ifNotExists struct {
		path Path
		or   term
	}
	listAppend struct{ front, back term }
)

func (p *parser) sum() term {
	left := p.term()
	operator := p.next().text
	if !p.accept("+") && !p.accept("-") {
		return left
	}
	right := p.term()
	for _, t := range []term{left, right} {
		if l, ok := t.(plain); ok {
			p.allow(operator, l.of, attribute.KindNumber)
		}
	}
	return sum{left, right, operator == "-"}
}

func (p *parser) term() term {
	if p.next().form == value {
		return plain{p.literal()}
	}
	if !p.isCall() {
		return plain{p.path()}
	}
	switch function := p.next().text; function {
	case "if_not_exists":
		p.at++
		p.expect("(")
		if p.next().form == value || p.isCall() {
			p.fail("Operator or function requires a document path; operator or function: " + function)
		}
		path := p.path()
		p.expect(",")
		or := p.term()
		p.expect(")")
		return ifNotExists{path, or}
	case "list_append":
		p.at++
		p.expect("(")
		front := p.term()
		p.expect(",")
		back := p.term()
		p.expect(")")
		for _, t := range []term{front, back} {
			if l, ok := t.(plain); ok {
				p.allow(function, l.of, attribute.KindList)
			}
		}
		return listAppend{front, back}
	default:
		if arity[function] > 0 || function == "size" {
			p.fail("The function is not allowed in an update expression; function: " + function)
		} else {
			p.fail("Invalid function name; function: " + function)
		}
		return nil
	}
}

func (t plain) eval(item attribute.Map) (attribute.Value, error) {
	v := t.of.value(item)
	if v == nil {
		return nil, missingAttribute
	}
	return v, nil
}

func (t ifNotExists) eval(item attribute.Map) (attribute.Value, error) {
	if v := t.path.find(item); v != nil {
		return v, nil
	}
	return t.or.eval(item)
}

func (t sum) eval(item attribute.Map) (attribute.Value, error) {
	left, right, err := pair[attribute.Number](item, t.left, t.right)
	if err != nil {
		return nil, err
	}
	if t.minus {
		right = right.Negate()
	}
	return left.Add(right)
}

func (t listAppend) eval(item attribute.Map) (attribute.Value, error) {
	front, back, err := pair[attribute.List](item, t.front, t.back)
	if err != nil {
		return nil, err
	}
	return slices.Concat(front, back), nil
}

// pair evaluates two terms that must both be of the type V.
func pair[V attribute.Value](item attribute.Map, left, right term) (a, b V, err error) {
	l, err := left.eval(item)
	if err != nil {
		return a, b, err
	}
	r, err := right.eval(item)
	if err != nil {
		return a, b, err
	}
	a, okA := l.(V)
	b, okB := r.(V)
	if !okA || !okB {
		return a, b, wrongType
	}
	return a, b, nil
}
