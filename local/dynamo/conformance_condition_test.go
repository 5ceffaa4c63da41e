package dynamo_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func asError[E error](err error, target *E) bool { return errors.As(err, target) }

func TestConditions(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S"))
	stored := m{
		"pk": "p", "s": "hello", "num": n("5"), "bin": []byte("bytes"), "yes": true, "nil": nil,
		"tags": ss{"red", "green"}, "nums": ns{"1", "2"}, "li": l{"a", n("2"), m{"deep": "x"}},
		"doc": m{"a": m{"b": n("7")}, "e": m{}}, "name": "n",
	}
	store(t, c, table, stored)
	const yes, no, bad = "yes", "no", "bad"
	five, hello := m{":v": n("5")}, m{":v": "hello"}
	cases := []struct {
		text   string
		values m
		want   string
	}{
		{"attribute_exists(s)", nil, yes},
		{"attribute_exists(zz)", nil, no},
		{"attribute_exists(doc.a.b)", nil, yes},
		{"attribute_exists(li[2].deep)", nil, yes},
		{"attribute_exists(li[3])", nil, no},
		{"attribute_exists(s.a)", nil, no},
		{"attribute_not_exists(s)", nil, no},
		{"attribute_not_exists(zz)", nil, yes},
		{"attribute_exists(:v)", five, bad},
		{"attribute_exists(s, num)", nil, bad},
		{"attribute_type(s, :v)", m{":v": "S"}, yes},
		{"attribute_type(tags, :v)", m{":v": "SS"}, yes},
		{"attribute_type(doc, :v)", m{":v": "L"}, no},
		{"attribute_type(zz, :v)", m{":v": "S"}, no},
		{"attribute_type(s, :v)", m{":v": "X"}, bad},
		{"attribute_type(s, :v)", five, bad},
		{"begins_with(s, :v)", m{":v": "hell"}, yes},
		{"begins_with(s, :v)", m{":v": "ell"}, no},
		{"begins_with(bin, :v)", m{":v": []byte("by")}, yes},
		{"begins_with(num, :v)", m{":v": "5"}, no},
		{"begins_with(s, :v)", five, bad},
		{"begins_with(s)", nil, bad},
		{"contains(s, :v)", m{":v": "ell"}, yes},
		{"contains(s, :v)", m{":v": "xyz"}, no},
		{"contains(tags, :v)", m{":v": "red"}, yes},
		{"contains(tags, :v)", m{":v": "re"}, no},
		{"contains(nums, :v)", m{":v": n("2.0")}, yes},
		{"contains(li, :v)", m{":v": n("2")}, yes},
		{"contains(li, :v)", m{":v": m{"deep": "x"}}, yes},
		{"contains(num, :v)", five, no},
		{"size(s) = :v", five, yes},
		{"size(tags) = :v", m{":v": n("2")}, yes},
		{"size(li) > :v", m{":v": n("2")}, yes},
		{"size(doc) = :v", m{":v": n("2")}, yes},
		{"size(bin) = :v", five, yes},
		{"size(num) = :v", five, no},
		{"size(zz) = :v", five, no},
		{"size(s)", nil, bad},
		{"s = :v", hello, yes},
		{"s = :v", m{":v": "Hello"}, no},
		{"num = :v", m{":v": n("5.00")}, yes},
		{"num = :v", m{":v": "5"}, no},
		{"num <> :v", m{":v": "5"}, yes},
		{"num <> :v", five, no},
		{"zz <> :v", five, yes},
		{"zz = :v", five, no},
		{"num < :v", m{":v": n("10")}, yes}, // as numbers, not texts
		{"num <= :v", five, yes},
		{"num > :v", five, no},
		{"num >= :v", five, yes},
		{"s < :v", m{":v": "help"}, yes},
		{"s < :v", five, no},
		{"zz < :v", five, no},
		{"bin > :v", m{":v": []byte("a")}, yes},
		{"yes = :v", m{":v": true}, yes},
		{"yes < :v", m{":v": true}, bad},
		{"tags = :v", m{":v": ss{"green", "red"}}, yes},
		{"doc.a = :v", m{":v": m{"b": n("7.0")}}, yes},
		{"doc.e = :v", m{":v": m{}}, yes},
		{"li[0] = :v", m{":v": "a"}, yes},
		{"doc.a.b = num", nil, no},
		{"doc.a.b > num", nil, yes},
		{"s = s", nil, bad},
		{"num BETWEEN :a AND :b", m{":a": n("1"), ":b": n("9")}, yes},
		{"num BETWEEN :a AND :b", m{":a": n("5"), ":b": n("5")}, yes},
		{"num BETWEEN :a AND :b", m{":a": n("6"), ":b": n("9")}, no},
		{"num BETWEEN :a AND :b", m{":a": n("9"), ":b": n("1")}, bad},
		{"num BETWEEN :a AND :b", m{":a": n("1"), ":b": "9"}, bad},
		{"s between :a and :b", m{":a": "a", ":b": "z"}, yes},
		{":v BETWEEN num AND doc.a.b", m{":v": n("6")}, yes},
		{"num IN (:a, :b)", m{":a": n("1"), ":b": n("5")}, yes},
		{"num in (:a)", m{":a": "5"}, no},
		{"zz IN (:a)", m{":a": "5"}, no},
		{"num IN ()", nil, bad},
		{":v IN (s, num)", five, yes},
		{"num = :v AND s = :w", m{":v": n("5"), ":w": "no"}, no},
		{"num = :v OR s = :w", m{":v": n("5"), ":w": "no"}, yes},
		{"NOT num = :v", five, no},
		{"NOT (num = :v)", five, no},
		{"not not num = :v", five, yes},
		{"num = :v OR num = :v AND s = :w", m{":v": n("5"), ":w": "no"}, yes}, // AND binds tighter
		{"(num = :v OR num = :v) AND s = :w", m{":v": n("5"), ":w": "no"}, no},
		{"NOT num = :v OR s = :w", m{":v": n("5"), ":w": "hello"}, yes}, // NOT binds tightest
		{"((num = :v))", five, bad},
		{"(num = :v", five, bad},
		{"num = :v)", five, bad},
		{"num = ", nil, bad},
		{"num == :v", five, bad},
		{"num = 5", nil, bad},
		{"num = 'x'", nil, bad},
		{"num", nil, bad},
		{"name = :v", hello, bad},
		{"#n = :v", hello, bad},
		{"num = :v", m{":v": n("5"), ":unused": "x"}, bad},
		{"num = :w", five, bad},
		{"num = :v", m{"v": n("5"), ":v": n("5")}, bad},
		{"unknown(num)", nil, bad},
		{"if_not_exists(num, :v) = :v", five, bad},
		{"attribute_exists(s) = :v", five, bad},
		{"Attribute_exists(s)", nil, bad}, // functions have one case
		{"num = :v AND", five, bad},
		{"li[-1] = :v", five, bad},
		{"li[a] = :v", five, bad},
		{"doc..a = :v", five, bad},
		{"pk.a = :v", five, bad},
		{" ", nil, bad},
		{"s = :v" + strings.Repeat(" ", 4096), hello, bad},
	}
	for _, k := range cases {
		t.Run(k.text[:min(len(k.text), 40)], func(t *testing.T) {
			_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item(stored),
				ConditionExpression: &k.text, ExpressionAttributeValues: item(k.values)})
			wantError(t, err, map[string]string{yes: "", no: conditional, bad: validation}[k.want])
		})
	}
	t.Run("no item", func(t *testing.T) {
		for text, want := range map[string]string{
			"attribute_not_exists(pk)": "", "attribute_exists(pk)": conditional, "num = :v": conditional, "num <> :v": "",
		} {
			in := &dynamodb.DeleteItemInput{TableName: &table, Key: item(m{"pk": "absent"}), ConditionExpression: &text}
			if strings.Contains(text, ":v") {
				in.ExpressionAttributeValues = item(five)
			}
			_, err := c.DeleteItem(t.Context(), in)
			wantError(t, err, want)
		}
	})
	t.Run("every reserved word", func(t *testing.T) {
		for _, word := range []string{"name", "Status", "ttl", "ZONE", "abort", "data", "size", "value", "flattern"} {
			_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item(stored),
				ConditionExpression: &[]string{word + " = " + ":v"}[0], ExpressionAttributeValues: item(five)})
			wantError(t, err, validation)
		}
	})
}
