package table

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// all has a field of each kind that a record may use.
type all struct {
	Key
	Text   string    `dynamodbav:"text"`
	Count  int64     `dynamodbav:"count"`
	Small  int       `dynamodbav:"small,omitempty"`
	Bytes  []byte    `dynamodbav:"bytes"`
	Words  []string  `dynamodbav:"words"`
	Yes    bool      `dynamodbav:"yes"`
	At     time.Time `dynamodbav:"at"`
	Absent string    `dynamodbav:"-"`
}

func TestValuesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := all{
			Key:  Key{"T#a", "M"},
			Text: rapid.String().Draw(t, "text"), Count: rapid.Int64().Draw(t, "count"), Small: rapid.Int().Draw(t, "small"),
			Bytes: rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes"), Words: rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "words"),
			Yes: rapid.Bool().Draw(t, "yes"), At: time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 5000).UTC(),
		}
		attrs, err := attributesOf(want)
		if err != nil {
			t.Fatal(err)
		}
		wire, err := json.Marshal(attrs)
		if err != nil {
			t.Fatal(err)
		}
		var back Attributes
		if err := json.Unmarshal(wire, &back); err != nil {
			t.Fatalf("%s: %v", wire, err)
		}
		var got all
		if err := fill(back, reflect.ValueOf(&got).Elem()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("through %s (-want +got):\n%s", wire, diff)
		}
	})
}

func TestValuesThatDoNotFit(t *testing.T) {
	for wire, field := range map[string]string{
		`{"text":{"N":"1"}}`: "text", `{"count":{"S":"x"}}`: "count", `{"count":{"N":"1.5"}}`: "count",
		`{"small":{"N":"99999999999999999999"}}`: "small", `{"at":{"S":"yesterday"}}`: "at", `{"words":{"S":"x"}}`: "words", `{"yes":{"S":"true"}}`: "yes",
	} {
		var attrs Attributes
		if err := json.Unmarshal([]byte(wire), &attrs); err != nil {
			t.Fatalf("%s: %v", wire, err)
		}
		var got all
		if fill(attrs, reflect.ValueOf(&got).Elem()) == nil {
			t.Errorf("%s was taken for %s", wire, field)
		}
	}
	if _, err := attributesOf(struct {
		F float64 `dynamodbav:"f"`
	}{1.5}); err == nil {
		t.Error("a float was stored")
	}
}

// FuzzValue's law: what can be read is written again as it was.
func FuzzValue(f *testing.F) {
	for _, seed := range []string{`{"S":"x"}`, `{"N":"1"}`, `{"B":"eA=="}`, `{"L":[{"NULL":true}]}`, `{"BOOL":false}`, `{"M":{}}`, `{}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, wire string) {
		var v Value
		if json.Unmarshal([]byte(wire), &v) != nil {
			return
		}
		var again Value
		if err := json.Unmarshal(v.append(nil), &again); err != nil || !reflect.DeepEqual(v, again) {
			t.Fatalf("%q became %s: %v", wire, v.append(nil), err)
		}
	})
}
