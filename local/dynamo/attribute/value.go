// Package attribute is DynamoDB's data model: attribute values, exact numbers,
// their JSON, their order and their size.
package attribute

import "slices"

// Kind is a value's type as DynamoDB writes it: S, N, B, BOOL, NULL, M, L, SS,
// NS or BS.
type Kind string

// The kinds of values.
const (
	KindString    Kind = "S"
	KindNumber    Kind = "N"
	KindBinary    Kind = "B"
	KindBool      Kind = "BOOL"
	KindNull      Kind = "NULL"
	KindMap       Kind = "M"
	KindList      Kind = "L"
	KindStringSet Kind = "SS"
	KindNumberSet Kind = "NS"
	KindBinarySet Kind = "BS"
)

// Known reports whether k is one of the ten kinds.
func (k Kind) Known() bool {
	switch k {
	case KindString, KindNumber, KindBinary, KindBool, KindNull,
		KindMap, KindList, KindStringSet, KindNumberSet, KindBinarySet:
		return true
	}
	return false
}

// Value is a String, Number, Binary, Bool, Null, Map, List or Set. Values are
// shared between items and never changed once made.
type Value interface {
	Kind() Kind
	size() int
	appendJSON(dst []byte) []byte
}

// String is a text.
type String string

// Binary is a string of bytes.
type Binary string

// Bool is true or false.
type Bool bool

// Null is the null value.
type Null struct{}

// List is an ordered list of any values.
type List []Value

// Map is values by name. A whole item is one.
type Map map[string]Value

// Set is different values of one kind: strings, numbers or binaries.
type Set struct {
	of       Kind
	elements []Value
}

// Kind is S.
func (String) Kind() Kind { return KindString }

// Kind is N.
func (Number) Kind() Kind { return KindNumber }

// Kind is B.
func (Binary) Kind() Kind { return KindBinary }

// Kind is BOOL.
func (Bool) Kind() Kind { return KindBool }

// Kind is NULL.
func (Null) Kind() Kind { return KindNull }

// Kind is L.
func (List) Kind() Kind { return KindList }

// Kind is M.
func (Map) Kind() Kind { return KindMap }

// Kind is SS, NS or BS.
func (s Set) Kind() Kind { return s.of + "S" }

// NewSet makes a set of elements that are all of one kind, S, N or B.
func NewSet(of Kind, elements []Value) (Set, error) {
	if len(elements) == 0 {
		name := map[Kind]string{KindString: "string", KindNumber: "number", KindBinary: "binary"}[of]
		return Set{}, Invalid("One or more parameter values were invalid: An " + name + " set  may not be empty")
	}
	seen := make(map[Value]bool, len(elements))
	for _, e := range elements {
		if seen[e] {
			return Set{}, Invalid("One or more parameter values were invalid: Input collection contains duplicates.")
		}
		seen[e] = true
	}
	return Set{of: of, elements: elements}, nil
}

// Len is the number of elements.
func (s Set) Len() int { return len(s.elements) }

// Has reports whether v is an element.
func (s Set) Has(v Value) bool {
	return v.Kind() == s.of && slices.Contains(s.elements, v)
}

// Union is the set with the other's elements too.
func (s Set) Union(other Set) Set {
	return Set{of: s.of, elements: append(slices.Clone(s.elements), other.Minus(s).elements...)}
}

// Minus is the set without the other's elements; it may be left empty, which
// is no value that can be stored.
func (s Set) Minus(other Set) Set {
	drop := make(map[Value]bool, len(other.elements))
	for _, e := range other.elements {
		drop[e] = true
	}
	var left []Value
	for _, e := range s.elements {
		if !drop[e] {
			left = append(left, e)
		}
	}
	return Set{of: s.of, elements: left}
}

// Equal reports whether two values are the same, whatever the order in a set.
func Equal(a, b Value) bool {
	switch a := a.(type) {
	case Map:
		b, ok := b.(Map)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, v := range a {
			w, ok := b[name]
			if !ok || !Equal(v, w) {
				return false
			}
		}
		return true
	case List:
		b, ok := b.(List)
		return ok && slices.EqualFunc(a, b, Equal)
	case Set:
		b, ok := b.(Set)
		return ok && a.of == b.of && len(a.elements) == len(b.elements) && a.Minus(b).Len() == 0
	}
	switch b.(type) {
	case Map, List, Set:
		return false
	}
	return a == b
}

// Compare orders two values of the same kind S, N or B; ok is false for others.
func Compare(a, b Value) (order int, ok bool) {
	switch a := a.(type) {
	case Number:
		if b, ok := b.(Number); ok {
			return a.Compare(b), true
		}
	case String:
		if b, ok := b.(String); ok {
			return compareText(a, b), true
		}
	case Binary:
		if b, ok := b.(Binary); ok {
			return compareText(a, b), true
		}
	}
	return 0, false
}

func compareText[T ~string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
