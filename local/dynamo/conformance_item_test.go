package dynamo_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestValuesComeBack(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S"))
	cases := map[string]struct{ put, want any }{
		"text":               {"héllo ☃ \"quoted\" \\ \n\x01", nil},
		"empty text":         {"", nil},
		"html":               {"<b>&amp;</b>", nil},
		"binary":             {[]byte{0, 1, 255}, nil},
		"empty binary":       {[]byte{}, nil},
		"null":               {nil, nil},
		"true":               {true, nil},
		"false":              {false, nil},
		"map":                {m{"a": m{"b": l{n("1"), "x"}}}, nil},
		"empty map":          {m{}, nil},
		"empty list":         {l{}, nil},
		"string set":         {ss{"b", "a"}, nil},
		"number set":         {ns{"1", "2.50"}, ns{"1", "2.5"}},
		"binary set":         {bs{{1}, {2}}, nil},
		"integer":            {n("42"), nil},
		"minus":              {n("-0.5"), nil},
		"zeros around":       {n("0042.500"), n("42.5")},
		"minus zero":         {n("-0"), n("0")},
		"exponent":           {n("1.5e3"), n("1500")},
		"small exponent":     {n("15E-3"), n("0.015")},
		"38 digits":          {n("12345678901234567890123456789012345678"), nil},
		"38 fraction digits": {n("0.12345678901234567890123456789012345678"), nil},
		"largest":            {n("9.9999999999999999999999999999999999999E+125"), n(strings.Repeat("9", 38) + strings.Repeat("0", 88))},
		"smallest":           {n("1E-130"), n("0." + strings.Repeat("0", 129) + "1")},
		"nesting of 31":      {nested(31), nil},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			want := k.want
			if want == nil {
				want = k.put
			}
			store(t, c, table, m{"pk": name, "v": k.put})
			same(t, fetch(t, c, table, m{"pk": name}), item(m{"pk": name, "v": want}))
		})
	}
}

func TestPutRefuses(t *testing.T) {
	c := newClient(t)
	in := withIndex(keyed("pk:S", "sk:N"), "by-gk", projectAll, "gk:S")
	table := create(t, c, in)
	key := m{"pk": "p", "sk": n("1")}
	cases := map[string]struct {
		item m
		want string
	}{
		"a whole item":              {key, ""},
		"no partition key":          {m{"sk": n("1")}, validation},
		"no sort key":               {m{"pk": "p"}, validation},
		"key of another type":       {m{"pk": "p", "sk": "1"}, validation},
		"empty key":                 {m{"pk": "", "sk": n("1")}, validation},
		"long partition key":        {m{"pk": strings.Repeat("k", 2049), "sk": n("1")}, validation},
		"longest partition key":     {m{"pk": strings.Repeat("k", 2048), "sk": n("1")}, ""},
		"index key of another type": {with(key, m{"gk": n("1")}), validation},
		"empty index key":           {with(key, m{"gk": ""}), validation},
		"39 digits":                 {with(key, m{"v": n("123456789012345678901234567890123456789")}), validation},
		"overflow":                  {with(key, m{"v": n("1E+126")}), validation},
		"underflow":                 {with(key, m{"v": n("1E-131")}), validation},
		"no number":                 {with(key, m{"v": n("twelve")}), validation},
		"empty number":              {with(key, m{"v": n("")}), validation},
		"empty set":                 {with(key, m{"v": ss{}}), validation},
		"set twice the same":        {with(key, m{"v": ss{"a", "a"}}), validation},
		"numbers twice the same":    {with(key, m{"v": ns{"1", "1.0"}}), validation},
		"nesting of 33":             {with(key, m{"v": nested(33)}), validation},
		"400 KB":                    {with(key, m{"v": strings.Repeat("x", 400<<10-2-1-2-2-1)}), ""},
		"over 400 KB":               {with(key, m{"v": strings.Repeat("x", 400<<10)}), validation},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item(k.item)})
			wantError(t, err, k.want)
		})
	}
	t.Run("long sort key", func(t *testing.T) {
		texts := create(t, c, keyed("pk:S", "sk:S"))
		for length, want := range map[int]string{1024: "", 1025: validation, 0: validation} {
			_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &texts, Item: item(m{"pk": "p", "sk": strings.Repeat("s", length)})})
			wantError(t, err, want)
		}
	})
}

func TestGetItem(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S", "sk:S"))
	key := m{"pk": "p", "sk": "s"}
	store(t, c, table, with(key, m{"a": m{"b": l{n("1"), n("2"), m{"c": "deep"}}, "x": true}, "name": "reserved", "odd.name": "odd"}))
	cases := map[string]struct {
		key        m
		projection string
		names      map[string]string
		want       m // nil: no item
		err        string
	}{
		"attribute":          {key: key, projection: "a", want: m{"a": m{"b": l{n("1"), n("2"), m{"c": "deep"}}, "x": true}}},
		"nested":             {key: key, projection: "a.x", want: m{"a": m{"x": true}}},
		"elements":           {key: key, projection: "a.b[2].c, a.b[0]", want: m{"a": m{"b": l{n("1"), m{"c": "deep"}}}}},
		"nothing there":      {key: key, projection: "zzz, a.b[9], a.x.y", want: m{}},
		"names":              {key: key, projection: "#n, #o", names: map[string]string{"#n": "name", "#o": "odd.name"}, want: m{"name": "reserved", "odd.name": "odd"}},
		"missing item":       {key: m{"pk": "p", "sk": "none"}},
		"missing, projected": {key: m{"pk": "p", "sk": "none"}, projection: "a"},
		"reserved word":      {key: key, projection: "name", err: validation},
		"reserved in a path": {key: key, projection: "a.name", err: validation},
		"underscore first":   {key: key, projection: "_a", err: validation},
		"overlap":            {key: key, projection: "a, a.b", err: validation},
		"twice":              {key: key, projection: "a, a", err: validation},
		"conflict":           {key: key, projection: "a.b, a[1]", err: validation},
		"undefined name":     {key: key, projection: "#z", err: validation},
		"unused name":        {key: key, projection: "a", names: map[string]string{"#n": "name"}, err: validation},
		"name without use":   {key: key, names: map[string]string{"#n": "name"}, err: validation},
		"invalid name":       {key: key, projection: "a", names: map[string]string{"n": "name"}, err: validation},
		"trailing comma":     {key: key, projection: "a,", err: validation},
		"empty":              {key: key, projection: " ", err: validation},
		"half a key":         {key: m{"pk": "p"}, err: validation},
		"too much of a key":  {key: with(key, m{"a": "b"}), err: validation},
		"wrong names":        {key: m{"pk": "p", "zz": "s"}, err: validation},
		"wrong type":         {key: m{"pk": "p", "sk": n("1")}, err: validation},
		"empty key":          {key: m{"pk": "p", "sk": ""}, err: validation},
		"path into a key":    {key: key, projection: "sk[0]", err: validation},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			in := &dynamodb.GetItemInput{TableName: &table, Key: item(k.key), ExpressionAttributeNames: k.names}
			if k.projection != "" {
				in.ProjectionExpression = &k.projection
			}
			out, err := c.GetItem(t.Context(), in)
			wantError(t, err, k.err)
			if err != nil {
				return
			}
			if k.want == nil {
				if len(out.Item) != 0 {
					t.Errorf("item %v, want none", out.Item)
				}
				return
			}
			same(t, out.Item, item(k.want))
		})
	}
	t.Run("no table", func(t *testing.T) {
		_, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("no-such-table"), Key: item(key)})
		wantError(t, err, missing)
	})
	t.Run("invalid table name", func(t *testing.T) {
		_, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("no such table"), Key: item(key)})
		wantError(t, err, validation)
	})
}

func TestPutAndDelete(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S"))
	key, old := m{"pk": "p"}, m{"pk": "p", "v": n("1"), "w": "kept?"}
	put := func(in dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
		in.TableName = &table
		in.Item = item(m{"pk": "p", "v": n("2")})
		return c.PutItem(t.Context(), &in)
	}
	t.Run("put returns nothing by itself", func(t *testing.T) {
		store(t, c, table, old)
		out, err := put(dynamodb.PutItemInput{})
		wantError(t, err, "")
		same(t, out.Attributes, is{})
		same(t, fetch(t, c, table, key), item(m{"pk": "p", "v": n("2")})) // it replaces all
	})
	t.Run("put returns the old item", func(t *testing.T) {
		store(t, c, table, old)
		out, err := put(dynamodb.PutItemInput{ReturnValues: types.ReturnValueAllOld})
		wantError(t, err, "")
		same(t, out.Attributes, item(old))
	})
	t.Run("put cannot return the new item", func(t *testing.T) {
		_, err := put(dynamodb.PutItemInput{ReturnValues: types.ReturnValueAllNew})
		wantError(t, err, validation)
	})
	t.Run("put refuses an unknown wish", func(t *testing.T) {
		_, err := put(dynamodb.PutItemInput{ReturnValues: "EVERYTHING"})
		wantError(t, err, validation)
	})
	t.Run("failed condition shows the item", func(t *testing.T) {
		store(t, c, table, old)
		_, err := put(dynamodb.PutItemInput{ConditionExpression: aws.String("attribute_not_exists(pk)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
		same(t, failedItem(t, err), item(old))
	})
	t.Run("failed condition shows nothing by itself", func(t *testing.T) {
		_, err := put(dynamodb.PutItemInput{ConditionExpression: aws.String("attribute_not_exists(pk)")})
		same(t, failedItem(t, err), is{})
		same(t, fetch(t, c, table, key), item(old))
	})
	t.Run("delete returns the old item", func(t *testing.T) {
		out, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: item(key), ReturnValues: types.ReturnValueAllOld})
		wantError(t, err, "")
		same(t, out.Attributes, item(old))
		same(t, fetch(t, c, table, key), is{})
	})
	t.Run("delete of nothing succeeds", func(t *testing.T) {
		out, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: item(key), ReturnValues: types.ReturnValueAllOld})
		wantError(t, err, "")
		same(t, out.Attributes, is{})
	})
	t.Run("delete on a condition", func(t *testing.T) {
		store(t, c, table, old)
		_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: item(key),
			ConditionExpression: aws.String("v > :v"), ExpressionAttributeValues: item(m{":v": n("1")})})
		wantError(t, err, conditional)
	})
}

// failedItem is the item that came with a failed condition.
func failedItem(t *testing.T, err error) is {
	t.Helper()
	wantError(t, err, conditional)
	var failed *types.ConditionalCheckFailedException
	if !asError(err, &failed) {
		t.Fatalf("error %v", err)
	}
	return failed.Item
}
