package attribute

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// maxNesting is how deep lists and maps may lie in one another.
const maxNesting = 32

// UnmarshalJSON reads an item in DynamoDB's JSON: {"name": {"S": "text"}}.
func (m *Map) UnmarshalJSON(data []byte) error {
	p := parser{data: data}
	if p.peek() == 'n' {
		return nil
	}
	read, err := p.fields(0)
	if err == nil {
		*m = read
	}
	return err
}

// MarshalJSON writes an item in DynamoDB's JSON.
func (m Map) MarshalJSON() ([]byte, error) { return m.AppendJSON(nil), nil }

// AppendJSON appends an item in DynamoDB's JSON.
func (m Map) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	first := true
	for name, v := range m {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(appendText(dst, name), ':')
		dst = AppendJSON(dst, v)
	}
	return append(dst, '}')
}

// AppendJSON appends one value in DynamoDB's JSON: {"S": "text"}.
func AppendJSON(dst []byte, v Value) []byte {
	dst = append(dst, '{', '"')
	dst = append(dst, v.Kind()...)
	dst = append(dst, '"', ':')
	return append(v.appendJSON(dst), '}')
}

func (s String) appendJSON(dst []byte) []byte { return appendText(dst, string(s)) }
func (n Number) appendJSON(dst []byte) []byte {
	return append(append(append(dst, '"'), n.String()...), '"')
}
func (Null) appendJSON(dst []byte) []byte  { return append(dst, "true"...) }
func (m Map) appendJSON(dst []byte) []byte { return m.AppendJSON(dst) }

func (b Bool) appendJSON(dst []byte) []byte {
	if b {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

func (b Binary) appendJSON(dst []byte) []byte {
	dst = base64.StdEncoding.AppendEncode(append(dst, '"'), []byte(b))
	return append(dst, '"')
}

func (l List) appendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	for i, v := range l {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendJSON(dst, v)
	}
	return append(dst, ']')
}

func (s Set) appendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	for i, v := range s.elements {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = v.appendJSON(dst)
	}
	return append(dst, ']')
}

// appendText appends a JSON string, without the escapes that only HTML needs.
func appendText(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		if c < ' ' {
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		} else {
			dst = append(dst, '\\', c)
		}
		start = i + 1
	}
	return append(append(dst, s[start:]...), '"')
}

// parser reads values out of JSON that encoding/json has found to be valid,
// in one pass; encoding/json itself would read nested values once per level.
type parser struct {
	data []byte
	pos  int
}

// peek skips white space and shows the next byte.
func (p *parser) peek() byte {
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; c {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return c
		}
	}
	return 0
}

// accept skips the next byte if it is c.
func (p *parser) accept(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.pos++
	return true
}

// each reads an object or array up to its closing byte.
func (p *parser) each(closing byte, element func() error) error {
	p.pos++
	for !p.accept(closing) {
		if err := element(); err != nil {
			return err
		}
		p.accept(',')
	}
	return nil
}

// fields reads {"name": value, ...}.
func (p *parser) fields(depth int) (Map, error) {
	if p.peek() != '{' {
		return nil, p.unexpected("a map")
	}
	if depth > maxNesting {
		return nil, Invalid("Nesting Levels have exceeded supported limits")
	}
	m := Map{}
	err := p.each('}', func() error {
		name, err := p.text()
		if err != nil {
			return err
		}
		p.accept(':')
		v, err := p.value(depth)
		m[name] = v
		return err
	})
	return m, err
}

// value reads {"S": "text"} and its like.
func (p *parser) value(depth int) (Value, error) {
	if p.peek() != '{' {
		return nil, p.unexpected("an attribute value")
	}
	var v Value
	err := p.each('}', func() error {
		kind, err := p.text()
		if err != nil {
			return err
		}
		if v != nil {
			return Invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
		}
		p.accept(':')
		v, err = p.content(Kind(kind), depth)
		return err
	})
	if err == nil && v == nil {
		err = Invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	}
	return v, err
}

// content reads what follows the kind of a value.
func (p *parser) content(kind Kind, depth int) (Value, error) {
	switch kind {
	case KindString, KindNumber, KindBinary:
		return p.scalar(kind)
	case KindBool:
		b, err := p.truth()
		return Bool(b), err
	case KindNull:
		b, err := p.truth()
		if err == nil && !b {
			err = Invalid("One or more parameter values were invalid: Null attribute value types must have the value of true")
		}
		return Null{}, err
	case KindMap:
		return p.fields(depth + 1)
	case KindList:
		if depth >= maxNesting {
			return nil, Invalid("Nesting Levels have exceeded supported limits")
		}
		l := List{}
		err := p.list(func() error {
			v, err := p.value(depth + 1)
			l = append(l, v)
			return err
		})
		return l, err
	case KindStringSet, KindNumberSet, KindBinarySet:
		of := kind[:1]
		var elements []Value
		err := p.list(func() error {
			v, err := p.scalar(of)
			elements = append(elements, v)
			return err
		})
		if err != nil {
			return nil, err
		}
		return NewSet(of, elements)
	}
	return nil, Invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
}

func (p *parser) list(element func() error) error {
	if p.peek() != '[' {
		return p.unexpected("a list")
	}
	return p.each(']', element)
}

func (p *parser) scalar(kind Kind) (Value, error) {
	s, err := p.text()
	if err != nil {
		return nil, err
	}
	switch kind {
	case KindNumber:
		return ParseNumber(s)
	case KindBinary:
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return nil, Malformed("Invalid base64 in a binary value")
		}
		return Binary(b), nil
	}
	return String(s), nil
}

func (p *parser) truth() (bool, error) {
	p.peek()
	for word, b := range map[string]bool{"true": true, "false": false} {
		if strings.HasPrefix(string(p.data[p.pos:min(p.pos+5, len(p.data))]), word) {
			p.pos += len(word)
			return b, nil
		}
	}
	return false, p.unexpected("a Boolean")
}

func (p *parser) text() (string, error) {
	if p.peek() != '"' {
		return "", p.unexpected("a string")
	}
	start := p.pos
	p.pos++
	escaped := false
	for p.data[p.pos] != '"' {
		if p.data[p.pos] == '\\' {
			escaped = true
			p.pos++
		}
		p.pos++
	}
	p.pos++
	inner := p.data[start+1 : p.pos-1]
	if !escaped && utf8.Valid(inner) {
		return string(inner), nil
	}
	var s string
	if err := json.Unmarshal(p.data[start:p.pos], &s); err != nil {
		return "", Malformed(err.Error())
	}
	return s, nil
}

func (p *parser) unexpected(wanted string) error {
	return Malformed("Unexpected value type in payload: " + wanted + " is wanted")
}
