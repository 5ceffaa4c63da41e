package table

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// values draws what an attribute may hold.
func values(depth int) *rapid.Generator[Value] {
	kinds := []*rapid.Generator[Value]{
		rapid.Map(rapid.String(), textValue), rapid.Map(rapid.Int64(), numberValue), rapid.Just(Value{}),
		rapid.Map(rapid.Bool(), func(b bool) Value { return Value{kind: boolean, yes: b} }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) Value { return Value{kind: binary, data: append([]byte{}, b...)} }),
	}
	if depth > 0 {
		kinds = append(kinds, rapid.Map(rapid.SliceOfN(values(depth-1), 0, 3), func(l []Value) Value { return Value{kind: list, list: append([]Value{}, l...)} }))
	}
	return rapid.OneOf(kinds...)
}

// An answer is read as it was written, however it is set, and what we do not ask for
// is passed over.
func TestAnswersAreRead(t *testing.T) {
	item := rapid.MapOfN(rapid.String(), values(2), 0, 5)
	rapid.Check(t, func(t *rapid.T) {
		items := func(name string) []Attributes {
			return rapid.SliceOfN(rapid.Map(item, func(m map[string]Value) Attributes { return m }), 1, 4).Draw(t, name)
		}
		want := response{
			Item: items("item")[0], Attributes: items("attributes")[0], Items: items("items"), LastEvaluatedKey: items("last")[0],
			Responses:        map[string][]Attributes{"main": items("found")},
			UnprocessedKeys:  map[string]reads{"main": {Keys: items("keys"), ConsistentRead: true}},
			UnprocessedItems: map[string][]write{"main": {{PutRequest: &put{items("put")[0]}}, {DeleteRequest: &remove{items("key")[0]}}}},
		}
		answer := map[string]any{
			"Item": want.Item, "Attributes": want.Attributes, "Items": want.Items, "LastEvaluatedKey": want.LastEvaluatedKey, "Responses": want.Responses,
			"UnprocessedKeys": want.UnprocessedKeys, "UnprocessedItems": want.UnprocessedItems,
			"Count": 3, "ConsumedCapacity": map[string]any{"TableName": "x", "CapacityUnits": 0.5, "Table": []any{nil, true, map[string]any{}}},
		}
		wire, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "set wide") {
			if wire, err = json.MarshalIndent(answer, "\r", "\t"); err != nil {
				t.Fatal(err)
			}
		}
		var got response
		if err := got.UnmarshalJSON(wire); err != nil {
			t.Fatalf("%s: %v", wire, err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(response{}, Value{}, reads{}, write{})); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", wire, diff)
		}
	})
}

func TestWhatIsNoAnswer(t *testing.T) {
	for name, wire := range map[string]string{
		"nothing":             "",
		"half":                `{"Items":[{"a":{"S":"x"}`,
		"more than one":       `{} {}`,
		"a list":              `[]`,
		"no colon":            `{"Items" []}`,
		"a kind we have not":  `{"Item":{"a":{"M":{}}}}`,
		"two kinds":           `{"Item":{"a":{"S":"x","N":"1"}}}`,
		"no kind":             `{"Item":{"a":{}}}`,
		"no base64":           `{"Item":{"a":{"B":"%"}}}`,
		"a bare word":         `{"Count":three}`,
		"a line in a string":  "{\"Count\":\"a\nb\"}",
		"a broken escape":     `{"Count":"\x"}`,
		"too deep":            strings.Repeat(`{"Count":`, 100) + "1" + strings.Repeat("}", 100),
		"lists too deep":      `{"Item":{"a":` + strings.Repeat(`{"L":[`, 100) + strings.Repeat("]}", 100) + "}}",
		"a comma at the end":  `{"Items":[],}`,
		"an item in a string": `"{}"`,
	} {
		t.Run(name, func(t *testing.T) {
			var got response
			if err := got.UnmarshalJSON([]byte(wire)); err == nil {
				t.Errorf("read as %+v", got)
			}
		})
	}
}

// What is read is JSON, and encoding/json finds the same text in its strings.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{`{"Item":{"a":{"S":"x\u00e9é\ud83d\ude00"}}}`, `{"Items":[{"n":{"N":"1"}}],"Count":1}`, `{"Responses":{"t":[]},"UnprocessedKeys":{}}`, "{\"Item\":{\"\xff\":{\"S\":\"\xc3\"}}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, wire string) {
		var got response
		if got.UnmarshalJSON([]byte(wire)) != nil {
			return
		}
		var other struct {
			Item map[string]struct{ S *string }
		}
		if !json.Valid([]byte(wire)) {
			t.Fatalf("%q is no JSON", wire)
		}
		if json.Unmarshal([]byte(wire), &other) != nil || strings.Count(strings.ToLower(wire), `"item"`) > 1 || strings.Contains(wire, `\`) {
			return
		}
		texts, want := map[string]string{}, map[string]string{}
		for name, v := range got.Item {
			if v.kind == text {
				texts[name] = v.text
			}
		}
		for name, v := range other.Item {
			if v.S != nil {
				want[name] = *v.S
			}
		}
		if strings.Contains(wire, `"Item"`) && !reflect.DeepEqual(texts, want) {
			t.Fatalf("%q: %q, and encoding/json reads %q", wire, texts, want)
		}
	})
}
