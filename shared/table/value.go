package table

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Value is one attribute in one of the kinds that our records use, as DynamoDB
// writes it in JSON (API version 2012-08-10, data type AttributeValue). The zero
// Value is NULL.
type Value struct {
	kind kind
	text string // of S, and of N in decimal
	data []byte // of B
	list []Value
	yes  bool
}

type kind uint8

const (
	null kind = iota
	text
	number
	binary
	boolean
	list
)

// Attributes maps attribute names to values.
type Attributes map[string]Value

func textValue(s string) Value  { return Value{kind: text, text: s} }
func numberValue(n int64) Value { return Value{kind: number, text: strconv.FormatInt(n, 10)} }

// MarshalJSON writes all attributes in one buffer: a value at a time, encoding/json
// would check each of them again.
func (a Attributes) MarshalJSON() ([]byte, error) {
	out := append(make([]byte, 0, 512), '{')
	for name, v := range a {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = v.append(append(appendQuoted(out, name), ':'))
	}
	return append(out, '}'), nil
}

// append writes the value with its kind.
func (v Value) append(out []byte) []byte {
	switch v.kind {
	case text:
		out = appendQuoted(append(out, `{"S":`...), v.text)
	case number:
		out = appendQuoted(append(out, `{"N":`...), v.text)
	case binary:
		out = append(base64.StdEncoding.AppendEncode(append(out, `{"B":"`...), v.data), '"')
	case boolean:
		out = strconv.AppendBool(append(out, `{"BOOL":`...), v.yes)
	case list:
		out = append(out, `{"L":[`...)
		for i, item := range v.list {
			if i > 0 {
				out = append(out, ',')
			}
			out = item.append(out)
		}
		out = append(out, ']')
	default:
		out = append(out, `{"NULL":true`...)
	}
	return append(out, '}')
}

// appendQuoted writes a JSON string.
func appendQuoted(out []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string does not fail
			return append(out, quoted...)
		}
	}
	return append(append(append(out, '"'), s...), '"')
}

// UnmarshalJSON reads a value with its kind. A kind that no record of ours
// uses is an error.
func (v *Value) UnmarshalJSON(b []byte) error {
	return read(string(b), func(r *reader) { *v = r.value() })
}

// tag names the attribute of a struct's field.
const tag = "dynamodbav"

var timeType = reflect.TypeFor[time.Time]()

// attributesOf turns a struct into attributes: each field under the name of its
// tag, and the fields of embedded structs. "omitempty" leaves out what is zero.
func attributesOf(record any) (Attributes, error) {
	attrs := Attributes{}
	return attrs, collect(reflect.ValueOf(record), attrs)
}

func collect(v reflect.Value, into Attributes) error {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Anonymous && field.Type.Kind() == reflect.Struct {
			if err := collect(v.Field(i), into); err != nil {
				return err
			}
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get(tag), ",")
		if name == "" || name == "-" {
			continue
		}
		if options == "omitempty" && (v.Field(i).IsZero() || v.Field(i).Kind() == reflect.Slice && v.Field(i).Len() == 0) {
			continue
		}
		value, err := valueOf(v.Field(i))
		if err != nil {
			return fmt.Errorf("attribute %s: %w", name, err)
		}
		into[name] = value
	}
	return nil
}

// valueOf turns a string, number, time, boolean, bytes or list into a Value.
func valueOf(v reflect.Value) (Value, error) {
	if v.Type() == timeType {
		return textValue(v.Interface().(time.Time).Format(time.RFC3339Nano)), nil
	}
	switch v.Kind() {
	case reflect.String:
		return textValue(v.String()), nil
	case reflect.Int, reflect.Int32, reflect.Int64:
		return numberValue(v.Int()), nil
	case reflect.Bool:
		return Value{kind: boolean, yes: v.Bool()}, nil
	case reflect.Slice:
		if v.IsNil() {
			return Value{}, nil
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return Value{kind: binary, data: v.Bytes()}, nil
		}
		all := make([]Value, v.Len())
		for i := range all {
			item, err := valueOf(v.Index(i))
			if err != nil {
				return Value{}, err
			}
			all[i] = item
		}
		return Value{kind: list, list: all}, nil
	}
	return Value{}, fmt.Errorf("a %s cannot be stored", v.Type())
}

// fill is attributesOf backwards. Attributes that the struct does not have are
// passed over: a later version may have written them.
func fill(attrs Attributes, record reflect.Value) error {
	for i := range record.NumField() {
		field := record.Type().Field(i)
		if field.Anonymous && field.Type.Kind() == reflect.Struct {
			if err := fill(attrs, record.Field(i)); err != nil {
				return err
			}
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get(tag), ",")
		value, ok := attrs[name]
		if name == "" || name == "-" || !ok {
			continue
		}
		if err := value.set(record.Field(i)); err != nil {
			return fmt.Errorf("attribute %s: %w", name, err)
		}
	}
	return nil
}

// set gives the value to a field of a kind that it fits.
func (v Value) set(to reflect.Value) error {
	switch {
	case v.kind == null:
		to.SetZero()
	case v.kind == text && to.Type() == timeType:
		at, err := time.Parse(time.RFC3339Nano, v.text)
		if err != nil {
			return err
		}
		to.Set(reflect.ValueOf(at))
	case v.kind == text && to.Kind() == reflect.String:
		to.SetString(v.text)
	case v.kind == number && to.CanInt():
		n, err := strconv.ParseInt(v.text, 10, to.Type().Bits())
		if err != nil {
			return err
		}
		to.SetInt(n)
	case v.kind == boolean && to.Kind() == reflect.Bool:
		to.SetBool(v.yes)
	case v.kind == binary && to.Kind() == reflect.Slice && to.Type().Elem().Kind() == reflect.Uint8:
		to.SetBytes(v.data)
	case v.kind == list && to.Kind() == reflect.Slice:
		all := reflect.MakeSlice(to.Type(), len(v.list), len(v.list))
		for i, item := range v.list {
			if err := item.set(all.Index(i)); err != nil {
				return err
			}
		}
		to.Set(all)
	default:
		return fmt.Errorf("what is stored does not fit a %s", to.Type())
	}
	return nil
}
