package attribute

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// keys are values that can be keys, all of one kind.
func keys(kind Kind) *rapid.Generator[Value] {
	return rapid.Custom(func(t *rapid.T) Value {
		switch kind {
		case KindNumber:
			n, err := ParseNumber(decimals.Draw(t, "number"))
			if err != nil {
				t.Fatal(err)
			}
			return n
		case KindString:
			return String(rapid.StringOfN(rapid.RuneFrom([]rune("\x00\x01ab\u00ffé")), 0, 6, -1).Draw(t, "text"))
		default:
			return Binary(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 2, 254, 255}), 0, 6).Draw(t, "binary"))
		}
	})
}

func TestOrderedBytes(t *testing.T) {
	for _, kind := range []Kind{KindString, KindNumber, KindBinary} {
		t.Run(string(kind), rapid.MakeCheck(func(t *rapid.T) {
			a, b := keys(kind).Draw(t, "a"), keys(kind).Draw(t, "b")
			x, y := AppendOrdered(nil, a), AppendOrdered(nil, b)
			order, _ := Compare(a, b)
			if bytes.Compare(x, y) != order {
				t.Fatalf("%v and %v: bytes %d, values %d", a, b, bytes.Compare(x, y), order)
			}
			if order != 0 && (bytes.HasPrefix(x, y) || bytes.HasPrefix(y, x)) {
				t.Fatalf("%v does not end itself before %v", a, b)
			}
			if kind == KindNumber {
				return
			}
			if got := bytes.HasPrefix(x, AppendOrderedPrefix(nil, b)); got != strings.HasPrefix(text(a), text(b)) {
				t.Fatalf("%v begins with %v: %v", a, b, got)
			}
		}))
	}
}

func text(v Value) string {
	if s, ok := v.(String); ok {
		return string(s)
	}
	return string(v.(Binary))
}

// values are any values at all.
func values(depth int) *rapid.Generator[Value] {
	return rapid.Custom(func(t *rapid.T) Value {
		kinds := []Kind{KindString, KindNumber, KindBinary, KindBool, KindNull, KindStringSet, KindNumberSet}
		if depth > 0 {
			kinds = append(kinds, KindMap, KindList)
		}
		switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
		case KindString, KindNumber, KindBinary:
			return keys(kind).Draw(t, "value")
		case KindBool:
			return Bool(rapid.Bool().Draw(t, "value"))
		case KindStringSet, KindNumberSet:
			of := kind[:1]
			s, err := NewSet(of, rapid.SliceOfNDistinct(keys(of), 1, 4, rapid.ID[Value]).Draw(t, "elements"))
			if err != nil {
				t.Fatal(err)
			}
			return s
		case KindMap:
			return Map(rapid.MapOfN(rapid.String(), values(depth-1), 0, 3).Draw(t, "fields"))
		case KindList:
			return List(rapid.SliceOfN(values(depth-1), 0, 3).Draw(t, "list"))
		default:
			return Null{}
		}
	})
}

func TestJSONComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Map{"v": values(3).Draw(t, "v")}
		encoded, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var again Map
		if err := json.Unmarshal(encoded, &again); err != nil {
			t.Fatal(err)
		}
		if !Equal(m, again) || m.Size() != again.Size() {
			t.Fatalf("%s came back as %v", encoded, again)
		}
	})
}

func TestEqual(t *testing.T) {
	read := func(s string) Value {
		var m Map
		if err := json.Unmarshal([]byte(`{"v":`+s+`}`), &m); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		return m["v"]
	}
	cases := []struct {
		a, b string
		want bool
	}{
		{`{"N":"1.0"}`, `{"N":"1"}`, true},
		{`{"N":"1"}`, `{"S":"1"}`, false},
		{`{"SS":["a","b"]}`, `{"SS":["b","a"]}`, true},
		{`{"SS":["a","b"]}`, `{"SS":["b","c"]}`, false},
		{`{"SS":["1"]}`, `{"NS":["1"]}`, false},
		{`{"L":[{"S":"a"},{"S":"b"}]}`, `{"L":[{"S":"b"},{"S":"a"}]}`, false},
		{`{"M":{"a":{"N":"1"}}}`, `{"M":{"a":{"N":"1.00"}}}`, true},
		{`{"M":{"a":{"N":"1"}}}`, `{"M":{"b":{"N":"1"}}}`, false},
		{`{"M":{}}`, `{"L":[]}`, false},
		{`{"S":"a"}`, `{"M":{}}`, false},
		{`{"NULL":true}`, `{"NULL":true}`, true},
		{`{"B":"AA=="}`, `{"B":"AA=="}`, true},
	}
	for _, c := range cases {
		if got := Equal(read(c.a), read(c.b)); got != c.want || Equal(read(c.b), read(c.a)) != c.want {
			t.Errorf("Equal(%s, %s) = %v", c.a, c.b, got)
		}
	}
}

// Whatever is read as an item is written as JSON that reads as the same item.
func FuzzItem(f *testing.F) {
	f.Add([]byte(`{"a":{"S":"x\u00e9\ud83d\ude00"},"b":{"L":[{"N":"1e3"},{"M":{}}]},"c":{"BS":["AA==",""]}}`))
	f.Add([]byte(` { "a" : { "BOOL" : false } , "b":{"NULL":true}}`))
	f.Add([]byte(`{"a":{"S":"x","N":"1"}}`))
	f.Add([]byte(`{"a":[1,{"b":null}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m, again Map
		err := json.Unmarshal(data, &m)
		if err != nil {
			var invalid Invalid
			var malformed Malformed
			var syntax *json.SyntaxError
			if !errors.As(err, &invalid) && !errors.As(err, &malformed) && !errors.As(err, &syntax) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		encoded := m.AppendJSON(nil)
		if err := json.Unmarshal(encoded, &again); err != nil || !Equal(m, again) {
			t.Fatalf("%s became %s: %v", data, encoded, err)
		}
	})
}
