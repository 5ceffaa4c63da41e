package expression

import (
	"slices"
	"strings"
	"testing"

	"omniops/local/dynamo/attribute"
)

func TestReservedWords(t *testing.T) {
	words := strings.Fields(reservedWords)
	if len(words) != 573 || len(reserved) != len(words) || !slices.IsSorted(words) {
		t.Errorf("%d words, %d different, sorted %v; the guide lists 573", len(words), len(reserved), slices.IsSorted(words))
	}
}

func TestSyntaxErrorShowsWhere(t *testing.T) {
	cases := map[string]string{
		"a = :v )":  `Invalid ConditionExpression: Syntax error; token: ")", near: ":v )"`,
		"_a = :v":   `Invalid ConditionExpression: Syntax error; token: "_", near: "_a"`,
		"a = ":      `Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "= "`,
		"status=:v": `Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: status`,
	}
	for text, want := range cases {
		scope, err := NewScope(nil, attribute.Map{":v": attribute.String("x")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := scope.Condition("ConditionExpression", text); err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", text, err, want)
		}
	}
}

func TestUpdateLeavesTheItemAlone(t *testing.T) {
	one, _ := attribute.ParseNumber("1")
	values := attribute.Map{":n": one, ":l": attribute.List{one}}
	fresh := func() attribute.Map {
		return attribute.Map{"n": one, "l": attribute.List{one, one, one}, "m": attribute.Map{"a": attribute.Map{"b": one}}}
	}
	scope, err := NewScope(nil, values)
	if err != nil {
		t.Fatal(err)
	}
	u, err := scope.Update("SET l[0] = :l, l[9] = :n, m.a.c = :n REMOVE l[1], m.a.b ADD n :n")
	if err != nil {
		t.Fatal(err)
	}
	item := fresh()
	if _, err := u.Apply(item); err != nil {
		t.Fatal(err)
	}
	if !attribute.Equal(item, fresh()) {
		t.Errorf("the item became %v", item)
	}
}

// fuzzScope has names and values of all kinds for the fuzz targets.
func fuzzScope(t *testing.T) *Scope {
	one, _ := attribute.ParseNumber("1")
	set, _ := attribute.NewSet(attribute.KindString, []attribute.Value{attribute.String("a")})
	scope, err := NewScope(map[string]string{"#n": "name", "#0": "x.y"},
		attribute.Map{":s": attribute.String("a"), ":n": one, ":l": attribute.List{one}, ":m": attribute.Map{"a": one}, ":t": set, ":b": attribute.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return scope
}

var fuzzItem = attribute.Map{"a": attribute.String("a"), "l": attribute.List{attribute.Map{"b": attribute.Null{}}}, "m": attribute.Map{"c": attribute.Bool(true)}}

// A condition that parses holds or not, its negation the opposite, and names
// at least one attribute; nothing panics.
func FuzzCondition(f *testing.F) {
	for _, s := range []string{
		"a = :s AND NOT (#n <> :n OR l[0].b IN (:s, :n))", "size(a) BETWEEN :n AND :n", "attribute_type(m.c, :s)",
		"contains(l, :m) or begins_with(a,:s)", "((a = :s))", "a = = :s", "l[99999999999999999999] = :n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := fuzzScope(t).Condition("ConditionExpression", text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "Invalid ConditionExpression: ") {
				t.Fatal(err)
			}
			return
		}
		holds := c.Matches(fuzzItem)
		if _, grouped := c.test.(group); grouped || len(text) > maxExpression-6 {
			return // another pair of parentheses would be refused
		}
		negated, err := fuzzScope(t).Condition("ConditionExpression", "NOT ("+text+")")
		if err != nil || negated.Matches(fuzzItem) == holds {
			t.Fatalf("NOT (%s): %v", text, err)
		}
		c.Matches(nil)
		fuzzScope(t).KeyCondition(text, "a", "l")
	})
}

// An update that parses leaves an item whose other attributes are the same,
// or fails; nothing panics.
func FuzzUpdate(f *testing.F) {
	for _, s := range []string{
		"SET a = :s, #n = if_not_exists(#n, :n) + :n REMOVE l[0].b ADD x :n DELETE y :t", "SET l = list_append(l, :l)",
		"REMOVE l[0], l[1]", "SET l[5] = :n, l[4] = :s", "SET a = a - a", "SET a = :s SET", "ADD m.d :t",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := fuzzScope(t).Update(text)
		if err != nil {
			return
		}
		after, err := u.Apply(fuzzItem)
		if err != nil {
			return
		}
		touched := map[string]bool{}
		for _, p := range u.Paths() {
			touched[p.Top()] = true
		}
		for name, v := range fuzzItem {
			if !touched[name] && !attribute.Equal(v, after[name]) {
				t.Fatalf("%s changed %s", text, name)
			}
		}
		Project(after, u.Paths())
	})
}

// A projection that parses yields part of the item.
func FuzzProjection(f *testing.F) {
	for _, s := range []string{"a, #n, l[0].b", "m.c, m.d", "a.b, a[0]", "#0", "a,,b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		paths, err := fuzzScope(t).Projection(text)
		if err != nil {
			return
		}
		part := Project(fuzzItem, paths)
		if part.Size() > fuzzItem.Size() {
			t.Fatalf("%s yields %v", text, part)
		}
	})
}
