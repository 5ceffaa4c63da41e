package expression

import (
	"slices"
	"strconv"
	"strings"

	"omniops/local/dynamo/attribute"
)

// Condition is a parsed ConditionExpression or FilterExpression. A nil
// Condition matches every item.
type Condition struct {
	test  test
	paths []Path
}

// Matches reports whether the item, which is empty for one that does not
// exist, meets the condition.
func (c *Condition) Matches(item attribute.Map) bool { return c == nil || c.test.holds(item) }

// Paths are all paths that the condition looks at.
func (c *Condition) Paths() []Path {
	if c == nil {
		return nil
	}
	return c.paths
}

// Condition parses a ConditionExpression or, as kind says, a FilterExpression.
func (s *Scope) Condition(kind, text string) (*Condition, error) {
	p := s.parse(kind, text)
	t := p.or()
	p.end()
	return &Condition{test: t, paths: p.paths}, p.err
}

// test is a node of a condition.
type test interface{ holds(item attribute.Map) bool }

type (
	or      struct{ left, right test }
	and     struct{ left, right test }
	not     struct{ of test }
	group   struct{ of test } // in parentheses
	compare struct {
		operator    string
		left, right operand
	}
	between struct{ operand, low, high operand }
	in      struct {
		operand operand
		list    []operand
	}
	call struct {
		function string
		operands []operand
	}
)

func (p *parser) or() test {
	t := p.and()
	for p.accept("OR") {
		t = or{t, p.and()}
	}
	return t
}

func (p *parser) and() test {
	t := p.not()
	for p.accept("AND") {
		t = and{t, p.not()}
	}
	return t
}

func (p *parser) not() test {
	if p.accept("NOT") {
		return not{p.not()}
	}
	if p.accept("(") {
		t := p.or()
		p.expect(")")
		if _, twice := t.(group); twice {
			p.fail("The expression has redundant parentheses;")
		}
		return group{t}
	}
	if p.isCall() && p.next().text != "size" {
		return p.call()
	}
	return p.comparison()
}

func (p *parser) comparison() test {
	left := p.operand()
	t := p.next()
	switch {
	case p.accept("BETWEEN"):
		low := p.operand()
		p.expect("AND")
		b := between{left, low, p.operand()}
		p.checkBetween(b)
		return b
	case p.accept("IN"):
		i := in{operand: left}
		if p.list(func() { i.list = append(i.list, p.operand()) }) > 100 {
			p.fail("Invalid number of operands in the IN operator: at most 100 are allowed")
		}
		return i
	case t.form == sign && slices.Contains([]string{"=", "<>", "<", "<=", ">", ">="}, t.text):
		p.at++
		c := compare{t.text, left, p.operand()}
		if t.text != "=" && t.text != "<>" {
			p.allow(t.text, c.left, attribute.KindString, attribute.KindNumber, attribute.KindBinary)
			p.allow(t.text, c.right, attribute.KindString, attribute.KindNumber, attribute.KindBinary)
		}
		if a, ok := c.left.(Path); ok {
			if b, ok := c.right.(Path); ok && slices.Equal(a, b) {
				p.fail("The first operand must be distinct from the remaining operands for this operator or function; operator: " +
					t.text + ", first operand: " + a.String())
			}
		}
		return c
	}
	p.syntax()
	return nil
}

func (p *parser) checkBetween(b between) {
	p.allow("BETWEEN", b.low, attribute.KindString, attribute.KindNumber, attribute.KindBinary)
	p.allow("BETWEEN", b.high, attribute.KindString, attribute.KindNumber, attribute.KindBinary)
	low, isLow := b.low.(literal)
	high, isHigh := b.high.(literal)
	if p.err != nil || !isLow || !isHigh {
		return
	}
	switch order, same := attribute.Compare(low.is, high.is); {
	case !same:
		p.fail("The BETWEEN operator requires same data type for lower and upper bounds")
	case order > 0:
		p.fail("The BETWEEN operator requires upper bound to be greater than or equal to lower bound")
	}
}

// operand reads a path, a :value or size(path).
func (p *parser) operand() operand {
	switch {
	case p.next().form == value:
		return p.literal()
	case p.isCall():
		function := p.next().text
		if function != "size" {
			if arity[function] == 0 {
				p.fail("Invalid function name; function: " + function)
			} else {
				p.fail("The function is not allowed to be used this way in an expression; function: " + function)
			}
			return nil
		}
		p.at++
		p.expect("(")
		of := p.path()
		p.expect(")")
		return size{of}
	}
	return p.path()
}

// arity is how many operands each function that is a condition takes.
var arity = map[string]int{
	"attribute_exists":     1,
	"attribute_not_exists": 1,
	"attribute_type":       2,
	"begins_with":          2,
	"contains":             2,
}

func (p *parser) call() test {
	c := call{function: p.next().text}
	if arity[c.function] == 0 {
		p.fail("Invalid function name; function: " + c.function)
		return nil
	}
	p.at++
	n := p.list(func() { c.operands = append(c.operands, p.operand()) })
	if p.err != nil {
		return nil
	}
	if n != arity[c.function] {
		p.fail("Incorrect number of operands for operator or function; operator or function: " + c.function +
			", number of operands: " + strconv.Itoa(n))
		return nil
	}
	if _, ok := c.operands[0].(Path); !ok && (n == 1 || c.function == "attribute_type") {
		p.fail("Operator or function requires a document path; operator or function: " + c.function)
		return nil
	}
	switch c.function {
	case "begins_with":
		p.allow(c.function, c.operands[0], attribute.KindString, attribute.KindBinary)
		p.allow(c.function, c.operands[1], attribute.KindString, attribute.KindBinary)
	case "attribute_type":
		p.allow(c.function, c.operands[1], attribute.KindString)
		kind, ok := c.operands[1].(literal)
		if !ok {
			p.syntax()
		} else if s, ok := kind.is.(attribute.String); ok && !attribute.Kind(s).Known() {
			p.fail("Invalid attribute type name found; type: " + string(s) + ", valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")
		}
	}
	return c
}

func (t or) holds(item attribute.Map) bool    { return t.left.holds(item) || t.right.holds(item) }
func (t and) holds(item attribute.Map) bool   { return t.left.holds(item) && t.right.holds(item) }
func (t not) holds(item attribute.Map) bool   { return !t.of.holds(item) }
func (t group) holds(item attribute.Map) bool { return t.of.holds(item) }

func (t compare) holds(item attribute.Map) bool {
	left, right := t.left.value(item), t.right.value(item)
	switch t.operator {
	case "=":
		return left != nil && right != nil && attribute.Equal(left, right)
	case "<>":
		return left == nil || right == nil || !attribute.Equal(left, right)
	}
	order, ok := attribute.Compare(left, right)
	if !ok {
		return false
	}
	switch t.operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default:
		return order >= 0
	}
}

func (t between) holds(item attribute.Map) bool {
	v := t.operand.value(item)
	low, ok := attribute.Compare(v, t.low.value(item))
	if !ok || low < 0 {
		return false
	}
	high, ok := attribute.Compare(v, t.high.value(item))
	return ok && high <= 0
}

func (t in) holds(item attribute.Map) bool {
	v := t.operand.value(item)
	return v != nil && slices.ContainsFunc(t.list, func(o operand) bool {
		w := o.value(item)
		return w != nil && attribute.Equal(v, w)
	})
}

func (t call) holds(item attribute.Map) bool {
	v := t.operands[0].value(item)
	switch t.function {
	case "attribute_exists":
		return v != nil
	case "attribute_not_exists":
		return v == nil
	}
	w := t.operands[1].value(item)
	if v == nil || w == nil {
		return false
	}
	switch t.function {
	case "attribute_type":
		return attribute.String(v.Kind()) == w
	case "begins_with":
		switch v := v.(type) {
		case attribute.String:
			w, ok := w.(attribute.String)
			return ok && strings.HasPrefix(string(v), string(w))
		case attribute.Binary:
			w, ok := w.(attribute.Binary)
			return ok && strings.HasPrefix(string(v), string(w))
		}
		return false
	default:
		return contains(v, w)
	}
}

// contains reports whether w is part of the text or an element of v.
func contains(v, w attribute.Value) bool {
	switch v := v.(type) {
	case attribute.String:
		w, ok := w.(attribute.String)
		return ok && strings.Contains(string(v), string(w))
	case attribute.Binary:
		w, ok := w.(attribute.Binary)
		return ok && strings.Contains(string(v), string(w))
	case attribute.Set:
		return v.Has(w)
	case attribute.List:
		return slices.ContainsFunc(v, func(e attribute.Value) bool { return attribute.Equal(e, w) })
	}
	return false
}

// size is the size function: the length of a text in bytes, or a number of elements.
type size struct{ of Path }

func (s size) value(item attribute.Map) attribute.Value {
	n := 0
	switch v := s.of.find(item).(type) {
	case attribute.String:
		n = len(v)
	case attribute.Binary:
		n = len(v)
	case attribute.Set:
		n = v.Len()
	case attribute.List:
		n = len(v)
	case attribute.Map:
		n = len(v)
	default:
		return nil
	}
	number, _ := attribute.ParseNumber(strconv.Itoa(n)) // a length is always in range
	return number
}
