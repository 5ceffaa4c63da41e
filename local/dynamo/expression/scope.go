// Package expression is DynamoDB's expression language: conditions, filters,
// key conditions, projections and updates, with #names and :values.
package expression

import (
	"slices"
	"strconv"
	"strings"

	"omniops/local/dynamo/attribute"
)

// maxExpression is the longest expression, in bytes.
const maxExpression = 4096

// Scope is the #names and :values of one request, and which of them its
// expressions have used.
type Scope struct {
	names  map[string]string
	values attribute.Map
	parsed bool
	used   map[string]bool
}

// NewScope checks a request's ExpressionAttributeNames and -Values; nil means
// that the request has none.
func NewScope(names map[string]string, values attribute.Map) (*Scope, error) {
	if names != nil && len(names) == 0 {
		return nil, attribute.Invalid("ExpressionAttributeNames must not be empty")
	}
	if values != nil && len(values) == 0 {
		return nil, attribute.Invalid("ExpressionAttributeValues must not be empty")
	}
	for key, full := range names {
		if tokens := lex(key); tokens[0].form != name || len(tokens) != 2 {
			return nil, attribute.Invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "` + key + `"`)
		}
		if full == "" {
			return nil, attribute.Invalid("ExpressionAttributeNames contains invalid value for key " + key)
		}
	}
	for key := range values {
		if tokens := lex(key); tokens[0].form != value || len(tokens) != 2 {
			return nil, attribute.Invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "` + key + `"`)
		}
	}
	return &Scope{names: names, values: values, used: map[string]bool{}}, nil
}

// CheckUsed refuses names and values that no expression parsed so far has used.
func (s *Scope) CheckUsed() error {
	if !s.parsed && s.names != nil {
		return attribute.Invalid("ExpressionAttributeNames can only be specified when using expressions")
	}
	if !s.parsed && s.values != nil {
		return attribute.Invalid("ExpressionAttributeValues can only be specified when using expressions: expressions are null")
	}
	var names, values []string
	for key := range s.names {
		if !s.used[key] {
			names = append(names, key)
		}
	}
	for key := range s.values {
		if !s.used[key] {
			values = append(values, key)
		}
	}
	if len(names) > 0 {
		return unused("ExpressionAttributeNames", names)
	}
	if len(values) > 0 {
		return unused("ExpressionAttributeValues", values)
	}
	return nil
}

func unused(parameter string, keys []string) error {
	slices.Sort(keys)
	return attribute.Invalid("Value provided in " + parameter + " unused in expressions: keys: {" + strings.Join(keys, ", ") + "}")
}

// Projection parses a ProjectionExpression.
func (s *Scope) Projection(text string) ([]Path, error) {
	p := s.parse("ProjectionExpression", text)
	paths := []Path{p.path()}
	for p.accept(",") {
		paths = append(paths, p.path())
	}
	p.end()
	if p.err == nil {
		p.check(clash(paths))
	}
	return paths, p.err
}

// parser walks the tokens of one expression. It keeps the first error and then
// pretends to be at the end, so that callers need not look after every step.
type parser struct {
	scope  *Scope
	kind   string // "UpdateExpression" and so on, for messages
	text   string
	tokens []token
	at     int
	paths  []Path // every path it has read
	err    error
}

func (s *Scope) parse(kind, text string) *parser {
	s.parsed = true
	p := &parser{scope: s, kind: kind, text: text}
	switch {
	case len(text) > maxExpression:
		p.tokens = lex("")
		p.fail("Expression size has exceeded the maximum allowed size; expression size: " + strconv.Itoa(len(text)))
	default:
		p.tokens = lex(text)
		if len(p.tokens) == 1 {
			p.fail("The expression can not be empty;")
		}
	}
	return p
}

func (p *parser) fail(message string) {
	p.check(attribute.Invalid(message))
}

// check keeps the first error, prefixed by the kind of expression.
func (p *parser) check(err error) {
	if err != nil && p.err == nil {
		p.err = attribute.Invalid("Invalid " + p.kind + ": " + err.Error())
		p.at = len(p.tokens) - 1
	}
}

func (p *parser) next() token { return p.tokens[p.at] }

// accept skips the next token if it is this sign or keyword.
func (p *parser) accept(text string) bool {
	if !p.next().is(text) {
		return false
	}
	p.at++
	return true
}

func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.syntax()
	}
}

func (p *parser) end() {
	if p.next().form != end {
		p.syntax()
	}
}

// syntax fails at the next token, showing its neighbours too.
func (p *parser) syntax() {
	first, last := p.tokens[max(p.at-1, 0)], p.tokens[min(p.at+1, len(p.tokens)-1)]
	near := p.text[min(first.pos, len(p.text)):]
	if last.form != end {
		near = near[:last.pos+len(last.text)-first.pos]
	}
	p.fail(`Syntax error; token: "` + p.next().text + `", near: "` + near + `"`)
}

// isCall reports whether a function call follows.
func (p *parser) isCall() bool {
	return p.next().form == word && p.tokens[min(p.at+1, len(p.tokens)-1)].is("(")
}

// path reads a document path: name.name[3].#name.
func (p *parser) path() Path {
	path := Path{step{name: p.attributeName()}}
	for p.err == nil {
		switch {
		case p.accept("."):
			path = append(path, step{name: p.attributeName()})
		case p.accept("["):
			t := p.next()
			index, err := strconv.Atoi(t.text)
			if t.form != digits {
				p.syntax()
			} else if err != nil || index > 1<<30 {
				p.fail("List index is not within the allowable range; index: [" + t.text + "]")
			}
			p.at = min(p.at+1, len(p.tokens)-1)
			p.expect("]")
			path = append(path, step{index: index})
		default:
			p.paths = append(p.paths, path)
			return path
		}
	}
	return path
}

func (p *parser) attributeName() string {
	t := p.next()
	switch t.form {
	case name:
		p.at++
		full, ok := p.scope.names[t.text]
		if !ok {
			p.fail("An expression attribute name used in the document path is not defined; attribute name: " + t.text)
		}
		p.scope.used[t.text] = true
		return full
	case word:
		p.at++
		if isReserved(t.text) {
			p.fail("Attribute name is a reserved keyword; reserved keyword: " + t.text)
		}
		return t.text
	}
	p.syntax()
	return ""
}

// literal reads a :value.
func (p *parser) literal() literal {
	t := p.next()
	p.at++
	v, ok := p.scope.values[t.text]
	if !ok {
		p.fail("An expression attribute value used in expression is not defined; attribute value: " + t.text)
		return literal{attribute.Null{}}
	}
	p.scope.used[t.text] = true
	return literal{v}
}

// list reads "(a, b, c)" by calling element for each.
func (p *parser) list(element func()) (count int) {
	p.expect("(")
	for p.err == nil {
		element()
		count++
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	return count
}

// operand is something in an expression that has a value for an item.
type operand interface {
	// value is the operand's value for the item, or nil.
	value(item attribute.Map) attribute.Value
}

type literal struct{ is attribute.Value }

func (l literal) value(attribute.Map) attribute.Value   { return l.is }
func (p Path) value(item attribute.Map) attribute.Value { return p.find(item) }

// allow fails if the operand is a literal of none of these kinds.
func (p *parser) allow(operator string, o operand, kinds ...attribute.Kind) {
	if l, ok := o.(literal); ok && !slices.Contains(kinds, l.is.Kind()) {
		p.fail("Incorrect operand type for operator or function; operator or function: " + operator +
			", operand type: " + string(l.is.Kind()))
	}
}
