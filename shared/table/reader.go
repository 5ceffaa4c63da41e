package table

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// reader takes an answer of DynamoDB apart: what a page of a transcript holds is
// thousands of small values, for each of which encoding/json would look at the text
// three times and make a struct. Strings are parts of the text, which therefore is
// kept as long as one of them is.
type reader struct {
	text  string
	at    int
	depth int
	err   error
}

// errJSON is an answer that is not what DynamoDB writes.
var errJSON = errors.New("not JSON as DynamoDB writes it")

// maxDepth bounds how deep objects and lists may be in each other.
const maxDepth = 64

// read takes all of a text as one value.
func read(text string, value func(*reader)) error {
	r := &reader{text: text}
	value(r)
	if r.next(); r.err == nil && r.at < len(r.text) {
		r.fail(errJSON)
	}
	return r.err
}

// fail ends the reading; the first error stays.
func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = fmt.Errorf("at byte %d: %w", r.at, err)
	}
	r.at = len(r.text)
}

// next gives the next byte that is no space, without taking it; 0 at the end.
func (r *reader) next() byte {
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// take takes a byte that must come next.
func (r *reader) take(c byte) {
	if r.next() != c || r.at == len(r.text) {
		r.fail(errJSON)
		return
	}
	r.at++
}

// each takes what is between two brackets, one member after another.
func (r *reader) each(open, end byte, member func()) {
	if r.depth++; r.depth > maxDepth {
		r.fail(errJSON)
		return
	}
	defer func() { r.depth-- }()
	if r.take(open); r.next() == end {
		r.take(end)
		return
	}
	for r.err == nil {
		member()
		if r.next() != ',' {
			break
		}
		r.take(',')
	}
	r.take(end)
}

// object takes an object; null is one without members.
func (r *reader) object(member func(name string)) {
	if r.null() {
		return
	}
	r.each('{', '}', func() {
		name := r.string()
		r.take(':')
		member(name)
	})
}

// array takes an array; null is one without members.
func (r *reader) array(member func()) {
	if !r.null() {
		r.each('[', ']', member)
	}
}

func (r *reader) null() bool { return r.next() == 'n' && r.word("null") }

// word takes a word that must come next.
func (r *reader) word(w string) bool {
	if !strings.HasPrefix(r.text[r.at:], w) {
		r.fail(errJSON)
		return false
	}
	r.at += len(w)
	return true
}

// bool takes a truth value.
func (r *reader) bool() bool {
	if r.next() == 't' {
		return r.word("true")
	}
	r.word("false")
	return false
}

// string takes a string.
func (r *reader) string() string {
	r.take('"')
	start, easy := r.at, true
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == '"':
			s := r.text[start:r.at]
			r.at++
			if easy {
				return s
			}
			if err := json.Unmarshal([]byte(r.text[start-1:r.at]), &s); err != nil {
				r.fail(errJSON)
			}
			return s
		case c == '\\':
			easy = false
			r.at++
		case c < ' ':
			r.fail(errJSON)
			return ""
		case c >= utf8.RuneSelf:
			char, size := utf8.DecodeRuneInString(r.text[r.at:])
			easy = easy && (char != utf8.RuneError || size > 1) // a broken one is left to json
			r.at += size - 1
		}
	}
	r.fail(errJSON)
	return ""
}

// attributes takes an item.
func (r *reader) attributes() Attributes {
	if r.null() {
		return nil
	}
	attrs := make(Attributes, 8)
	r.object(func(name string) { attrs[name] = r.value() })
	return attrs
}

// value takes an attribute's value with its kind, which is the only member of an
// object.
func (r *reader) value() (v Value) {
	members := 0
	r.object(func(name string) {
		members++
		switch name {
		case "S":
			v = Value{kind: text, text: r.string()}
		case "N":
			v = Value{kind: number, text: r.string()}
		case "BOOL":
			v = Value{kind: boolean, yes: r.bool()}
		case "NULL":
			v = Value{}
			r.bool()
		case "B":
			data, err := base64.StdEncoding.DecodeString(r.string())
			if err != nil {
				r.fail(err)
			}
			v = Value{kind: binary, data: data}
		case "L":
			v = Value{kind: list, list: []Value{}}
			r.array(func() { v.list = append(v.list, r.value()) })
		default:
			r.fail(fmt.Errorf("an attribute of a kind that no record uses: %.20q", name))
		}
	})
	if members != 1 {
		r.fail(errJSON)
	}
	return v
}

// skip passes over a value that nobody asks for, and gives it.
func (r *reader) skip() string {
	r.next()
	start := r.at
	switch r.next() {
	case '{':
		r.object(func(string) { r.skip() })
	case '[':
		r.array(func() { r.skip() })
	case '"':
		r.string()
	default:
		for r.at < len(r.text) && !strings.ContainsRune(",]} \t\n\r", rune(r.text[r.at])) {
			r.at++
		}
		if !json.Valid([]byte(r.text[start:r.at])) {
			r.fail(errJSON)
			return ""
		}
	}
	return r.text[start:r.at]
}

// UnmarshalJSON reads an item.
func (a *Attributes) UnmarshalJSON(b []byte) error {
	return read(string(b), func(r *reader) { *a = r.attributes() })
}

// UnmarshalJSON reads an answer.
func (p *response) UnmarshalJSON(b []byte) error {
	return read(string(b), func(r *reader) {
		items := func() (all []Attributes) {
			r.array(func() { all = append(all, r.attributes()) })
			return all
		}
		r.object(func(name string) {
			switch name {
			case "Item":
				p.Item = r.attributes()
			case "Attributes":
				p.Attributes = r.attributes()
			case "LastEvaluatedKey":
				p.LastEvaluatedKey = r.attributes()
			case "Items":
				p.Items = items()
			case "Responses":
				p.Responses = map[string][]Attributes{}
				r.object(func(table string) { p.Responses[table] = items() })
			case "UnprocessedKeys":
				r.rare(&p.UnprocessedKeys)
			case "UnprocessedItems":
				r.rare(&p.UnprocessedItems)
			default:
				r.skip()
			}
		})
	})
}

// rare reads what is hardly ever there.
func (r *reader) rare(v any) {
	text := r.skip()
	if r.err != nil {
		return
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		r.fail(err)
	}
}
