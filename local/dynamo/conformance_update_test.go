package dynamo_test

import (
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestUpdates(t *testing.T) {
	c := newClient(t)
	table := create(t, c, withIndex(keyed("pk:S"), "by-gk", projectAll, "gk:S"))
	before := m{"s": "text", "num": n("5"), "li": l{"a", "b", "c"}, "doc": m{"x": n("1"), "y": m{"z": "deep"}}, "tags": ss{"a", "b"}}
	without := func(names ...string) m {
		out := with(before, nil)
		for _, name := range names {
			delete(out, name)
		}
		return out
	}
	cases := []struct {
		text   string
		values m
		want   m // nil: refused
	}{
		{"SET fresh = :v", m{":v": "x"}, with(before, m{"fresh": "x"})},
		{"set s = :v", m{":v": n("1")}, with(before, m{"s": n("1")})},
		{"SET a = :a, b = :b", m{":a": "1", ":b": "2"}, with(before, m{"a": "1", "b": "2"})},
		{"SET num = num + :v", m{":v": n("0.5")}, with(before, m{"num": n("5.5")})},
		{"SET num = :v - num", m{":v": n("1")}, with(before, m{"num": n("-4")})},
		{"SET num = num + num", nil, with(before, m{"num": n("10")})},
		{"SET num = zz + :v", m{":v": n("1")}, nil},
		{"SET num = s + :v", m{":v": n("1")}, nil},
		{"SET num = num + :v", m{":v": "1"}, nil},
		{"SET num = num + :v + :v", m{":v": n("1")}, nil},
		{"SET num = num + :v", m{":v": n("1E-40")}, nil}, // 41 digits
		{"SET twin = s", nil, with(before, m{"twin": "text"})},
		{"SET twin = zz", nil, nil},
		{"SET s = num, num = s", nil, with(before, m{"s": n("5"), "num": "text"})}, // both from before
		{"SET num = if_not_exists(num, :v)", m{":v": n("9")}, before},
		{"SET zz = if_not_exists(zz, :v)", m{":v": n("9")}, with(before, m{"zz": n("9")})},
		{"SET zz = if_not_exists(zz, :z) + :v", m{":z": n("0"), ":v": n("1")}, with(before, m{"zz": n("1")})},
		{"SET zz = if_not_exists(doc.x, :v)", m{":v": n("9")}, with(before, m{"zz": n("1")})},
		{"SET zz = if_not_exists(:v, :v)", m{":v": n("9")}, nil},
		{"SET li = list_append(li, :v)", m{":v": l{"d"}}, with(before, m{"li": l{"a", "b", "c", "d"}})},
		{"SET li = list_append(:v, li)", m{":v": l{"d"}}, with(before, m{"li": l{"d", "a", "b", "c"}})},
		{"SET zz = list_append(if_not_exists(zz, :e), :v)", m{":e": l{}, ":v": l{"d"}}, with(before, m{"zz": l{"d"}})},
		{"SET li = list_append(li, :v)", m{":v": "d"}, nil},
		{"SET li = list_append(s, :v)", m{":v": l{"d"}}, nil},
		{"SET li[1] = :v", m{":v": "B"}, with(before, m{"li": l{"a", "B", "c"}})},
		{"SET li[9] = :v", m{":v": "z"}, with(before, m{"li": l{"a", "b", "c", "z"}})},
		{"SET li[9] = :z, li[8] = :y", m{":z": "z", ":y": "y"}, with(before, m{"li": l{"a", "b", "c", "y", "z"}})},
		{"SET doc.x = :v", m{":v": n("2")}, with(before, m{"doc": m{"x": n("2"), "y": m{"z": "deep"}}})},
		{"SET doc.y.w = :v", m{":v": n("2")}, with(before, m{"doc": m{"x": n("1"), "y": m{"z": "deep", "w": n("2")}}})},
		{"SET doc.q.w = :v", m{":v": n("2")}, nil},
		{"SET zz.w = :v", m{":v": n("2")}, nil},
		{"SET s.w = :v", m{":v": n("2")}, nil},
		{"SET s[0] = :v", m{":v": n("2")}, nil},
		{"REMOVE s", nil, without("s")},
		{"REMOVE s, num", nil, without("s", "num")},
		{"REMOVE zz", nil, before},
		{"REMOVE li[0], li[1]", nil, with(before, m{"li": l{"c"}})},
		{"REMOVE li[7]", nil, before},
		{"REMOVE doc.y.z", nil, with(before, m{"doc": m{"x": n("1"), "y": m{}}})},
		{"REMOVE li[0] SET li[2] = :v", m{":v": "C"}, with(before, m{"li": l{"b", "C"}})},
		{"ADD num :v", m{":v": n("-2")}, with(before, m{"num": n("3")})},
		{"ADD zz :v", m{":v": n("2")}, with(before, m{"zz": n("2")})},
		{"ADD tags :v", m{":v": ss{"b", "c"}}, with(before, m{"tags": ss{"a", "b", "c"}})},
		{"ADD zz :v", m{":v": ss{"b"}}, with(before, m{"zz": ss{"b"}})},
		{"ADD s :v", m{":v": n("1")}, nil},
		{"ADD tags :v", m{":v": ns{"1"}}, nil},
		{"ADD num :v", m{":v": "text"}, nil},
		{"ADD num num", nil, nil},
		{"DELETE tags :v", m{":v": ss{"a", "z"}}, with(before, m{"tags": ss{"b"}})},
		{"DELETE tags :v", m{":v": ss{"a", "b"}}, without("tags")}, // no set is empty
		{"DELETE zz :v", m{":v": ss{"a"}}, before},
		{"DELETE tags :v", m{":v": n("1")}, nil},
		{"DELETE tags :v", m{":v": ns{"1"}}, nil},
		{"SET a = :a REMOVE s ADD num :n DELETE tags :t", m{":a": "1", ":n": n("1"), ":t": ss{"a"}},
			with(without("s"), m{"a": "1", "num": n("6"), "tags": ss{"b"}})},
		{"SET a = :v SET b = :v", m{":v": "x"}, nil},
		{"SET a = :v, a = :v", m{":v": "x"}, nil},
		{"SET doc = :v, doc.x = :v", m{":v": "x"}, nil},
		{"SET doc.x = :v REMOVE doc[0]", m{":v": "x"}, nil},
		{"SET pk = :v", m{":v": "x"}, nil},
		{"REMOVE pk", nil, nil},
		{"SET gk = :v", m{":v": "index"}, with(before, m{"gk": "index"})},
		{"SET gk = :v", m{":v": n("1")}, nil},
		{"SET gk = :v", m{":v": ""}, nil},
		{"SET data = :v", m{":v": "x"}, nil},
		{"SET #d = :v", m{":v": "x"}, with(before, m{"data": "x"})},
		{"SET a = :v b = :v", m{":v": "x"}, nil},
		{"SET a :v", m{":v": "x"}, nil},
		{"SET a = size(s)", nil, nil},
		{"SET a = attribute_exists(s)", nil, nil},
		{"PUT a = :v", m{":v": "x"}, nil},
		{"SET", nil, nil},
		{"", nil, nil},
		{"SET a = :v", m{":v": "x", ":w": "unused"}, nil},
	}
	for i, k := range cases {
		t.Run(k.text, func(t *testing.T) {
			key := m{"pk": strconv.Itoa(i)}
			store(t, c, table, with(before, key))
			in := &dynamodb.UpdateItemInput{TableName: &table, Key: item(key), UpdateExpression: &k.text,
				ExpressionAttributeValues: item(k.values), ReturnValues: types.ReturnValueAllNew}
			if k.text == "SET #d = :v" {
				in.ExpressionAttributeNames = map[string]string{"#d": "data"}
			}
			out, err := c.UpdateItem(t.Context(), in)
			if k.want == nil {
				wantError(t, err, validation)
				same(t, fetch(t, c, table, key), item(with(before, key)))
				return
			}
			wantError(t, err, "")
			if err == nil {
				same(t, is(out.Attributes), item(with(k.want, key)))
				same(t, fetch(t, c, table, key), item(with(k.want, key)))
			}
		})
	}
}

func TestUpdateReturns(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S"))
	before := m{"pk": "p", "a": n("1"), "doc": m{"x": n("1"), "y": n("2")}, "rest": "r"}
	cases := map[types.ReturnValue]m{
		types.ReturnValueNone:       {},
		types.ReturnValueAllOld:     before,
		types.ReturnValueAllNew:     {"pk": "p", "a": n("2"), "doc": m{"x": n("9"), "y": n("2")}, "fresh": "n", "rest": "r"},
		types.ReturnValueUpdatedOld: {"a": n("1"), "doc": m{"x": n("1")}},
		types.ReturnValueUpdatedNew: {"a": n("2"), "doc": m{"x": n("9")}, "fresh": "n"},
	}
	for wanted, want := range cases {
		t.Run(string(wanted), func(t *testing.T) {
			store(t, c, table, before)
			out, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &table, Key: item(m{"pk": "p"}),
				UpdateExpression:          aws.String("SET doc.x = :nine, fresh = :n ADD a :one"),
				ExpressionAttributeValues: item(m{":nine": n("9"), ":n": "n", ":one": n("1")}), ReturnValues: wanted})
			wantError(t, err, "")
			same(t, is(out.Attributes), item(want))
		})
	}
}

func TestUpdateMakesItems(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S", "sk:N"))
	key := m{"pk": "p", "sk": n("1")}
	update := func(in dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
		in.TableName, in.Key = &table, item(key)
		return c.UpdateItem(t.Context(), &in)
	}
	t.Run("a failed condition makes none", func(t *testing.T) {
		_, err := update(dynamodb.UpdateItemInput{UpdateExpression: aws.String("SET a = :v"), ConditionExpression: aws.String("attribute_exists(pk)"),
			ExpressionAttributeValues: item(m{":v": "x"})})
		wantError(t, err, conditional)
		same(t, fetch(t, c, table, key), is{})
	})
	t.Run("removing makes one too", func(t *testing.T) {
		_, err := update(dynamodb.UpdateItemInput{UpdateExpression: aws.String("REMOVE a")})
		wantError(t, err, "")
		same(t, fetch(t, c, table, key), item(key))
	})
	t.Run("the old one is empty", func(t *testing.T) {
		key = m{"pk": "p", "sk": n("2")}
		out, err := update(dynamodb.UpdateItemInput{UpdateExpression: aws.String("ADD hits :v"), ExpressionAttributeValues: item(m{":v": n("1")}),
			ReturnValues: types.ReturnValueAllOld})
		wantError(t, err, "")
		same(t, is(out.Attributes), is{})
		same(t, fetch(t, c, table, key), item(with(key, m{"hits": n("1")})))
	})
	t.Run("no expression", func(t *testing.T) {
		key = m{"pk": "p", "sk": n("3")}
		_, err := update(dynamodb.UpdateItemInput{})
		wantError(t, err, "")
		same(t, fetch(t, c, table, key), item(key))
	})
	t.Run("over 400 KB", func(t *testing.T) {
		big := string(make([]byte, 300<<10))
		store(t, c, table, with(key, m{"a": big}))
		_, err := update(dynamodb.UpdateItemInput{UpdateExpression: aws.String("SET b = :v"), ExpressionAttributeValues: item(m{":v": big})})
		wantError(t, err, validation)
	})
	t.Run("the condition sees the item before", func(t *testing.T) {
		key = m{"pk": "p", "sk": n("4")}
		store(t, c, table, with(key, m{"v": n("1")}))
		bump := dynamodb.UpdateItemInput{UpdateExpression: aws.String("SET v = v + :one"), ConditionExpression: aws.String("v = :one"),
			ExpressionAttributeValues: item(m{":one": n("1")})}
		_, err := update(bump)
		wantError(t, err, "")
		_, err = update(bump)
		wantError(t, err, conditional)
	})
}
