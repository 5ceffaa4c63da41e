package dynamo_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const canceled = "TransactionCanceledException"

// transaction makes the parts of transactions on one table.
type transaction struct{ table *string }

func (x transaction) put(i m, condition string) types.TransactWriteItem {
	p := &types.Put{TableName: x.table, Item: item(i)}
	if condition != "" {
		p.ConditionExpression = &condition
	}
	return types.TransactWriteItem{Put: p}
}

func (x transaction) remove(pk string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: x.table, Key: item(m{"pk": pk})}}
}

func (x transaction) update(pk, text string, values m) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{TableName: x.table, Key: item(m{"pk": pk}), UpdateExpression: &text, ExpressionAttributeValues: item(values)}}
}

func (x transaction) check(pk, condition string) types.TransactWriteItem {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: x.table, Key: item(m{"pk": pk}), ConditionExpression: &condition,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}}
}

func TestTransactWrite(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S"))
	x := transaction{&table}
	reset := func(t *testing.T) {
		for _, pk := range []string{"a", "b", "c"} {
			store(t, c, table, m{"pk": pk, "v": n("1")})
		}
		_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: item(m{"pk": "new"})})
		wantError(t, err, "")
	}
	one := m{":n": n("1")}
	cases := []struct {
		name  string
		items []types.TransactWriteItem
		err   string
		codes string // of the reasons
	}{
		{"all four", []types.TransactWriteItem{x.put(m{"pk": "new"}, "attribute_not_exists(pk)"), x.update("a", "ADD v :n", one), x.remove("b"),
			x.check("c", "attribute_exists(pk)")}, "", ""},
		{"condition of a put", []types.TransactWriteItem{x.put(m{"pk": "new"}, ""), x.put(m{"pk": "a"}, "attribute_not_exists(pk)")},
			canceled, "None ConditionalCheckFailed"},
		{"two conditions", []types.TransactWriteItem{x.check("a", "attribute_not_exists(pk)"), x.put(m{"pk": "new"}, ""), x.check("none", "attribute_exists(pk)")},
			canceled, "ConditionalCheckFailed None ConditionalCheckFailed"},
		{"update that cannot be", []types.TransactWriteItem{x.put(m{"pk": "new"}, ""), x.update("a", "SET v = zz + :n", one)},
			canceled, "None ValidationError"},
		{"update of the wrong type", []types.TransactWriteItem{x.put(m{"pk": "new"}, ""), x.update("a", "ADD v :n", m{":n": ss{"x"}})},
			canceled, "None ValidationError"},
		{"item twice", []types.TransactWriteItem{x.put(m{"pk": "new"}, ""), x.remove("new")}, validation, ""},
		{"nothing", []types.TransactWriteItem{}, validation, ""},
		{"empty part", []types.TransactWriteItem{{}}, validation, ""},
		{"two in one part", []types.TransactWriteItem{{Put: x.put(m{"pk": "new"}, "").Put, Delete: x.remove("new").Delete}}, validation, ""},
		{"syntax", []types.TransactWriteItem{x.put(m{"pk": "new"}, ""), x.check("a", "v =")}, validation, ""},
		{"bad key", []types.TransactWriteItem{x.put(m{"pk": "new"}, ""), x.remove("")}, validation, ""},
		{"update of the key", []types.TransactWriteItem{x.update("a", "SET pk = :n", one)}, validation, ""},
		{"101 items", many(101, func(pk string) types.TransactWriteItem { return x.put(m{"pk": pk}, "") }), validation, ""},
		{"100 items", many(100, func(pk string) types.TransactWriteItem { return x.put(m{"pk": pk}, "") }), "", ""},
		{"over 4 MB", many(11, func(pk string) types.TransactWriteItem {
			return x.put(m{"pk": pk, "v": strings.Repeat("x", 399<<10)}, "")
		}), validation, ""},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			reset(t)
			_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: k.items})
			wantError(t, err, k.err)
			if k.err == "" {
				return
			}
			same(t, fetch(t, c, table, m{"pk": "new"}), is{}) // all or nothing
			same(t, fetch(t, c, table, m{"pk": "a"}), item(m{"pk": "a", "v": n("1")}))
			var why *types.TransactionCanceledException
			if asError(err, &why) {
				var codes []string
				for _, r := range why.CancellationReasons {
					codes = append(codes, *r.Code)
				}
				if got := strings.Join(codes, " "); got != k.codes {
					t.Errorf("reasons %s, want %s", got, k.codes)
				}
			}
		})
	}
	t.Run("the reason shows the item", func(t *testing.T) {
		reset(t)
		_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{x.check("a", "attribute_not_exists(pk)")}})
		var why *types.TransactionCanceledException
		if !asError(err, &why) || len(why.CancellationReasons) != 1 {
			t.Fatal(err)
		}
		same(t, is(why.CancellationReasons[0].Item), item(m{"pk": "a", "v": n("1")}))
	})
	t.Run("all four did it", func(t *testing.T) {
		reset(t)
		_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: cases[0].items})
		wantError(t, err, "")
		same(t, fetch(t, c, table, m{"pk": "new"}), item(m{"pk": "new"}))
		same(t, fetch(t, c, table, m{"pk": "a"}), item(m{"pk": "a", "v": n("2")}))
		same(t, fetch(t, c, table, m{"pk": "b"}), is{})
		same(t, fetch(t, c, table, m{"pk": "c"}), item(m{"pk": "c", "v": n("1")}))
	})
	t.Run("no table", func(t *testing.T) {
		_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			transaction{aws.String("no-table")}.put(m{"pk": "a"}, "")}})
		wantError(t, err, missing)
	})
}

func TestTransactionToken(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S"))
	x := transaction{&table}
	add := func(token, amount string) (*dynamodb.TransactWriteItemsOutput, error) {
		return c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{ClientRequestToken: &token,
			TransactItems:          []types.TransactWriteItem{x.update("a", "ADD v :n, w :o", m{":n": n(amount), ":o": n("1")})},
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	}
	first, err := add("one", "1")
	wantError(t, err, "")
	again, err := add("one", "1")
	wantError(t, err, "")
	same(t, fetch(t, c, table, m{"pk": "a"}), item(m{"pk": "a", "v": n("1"), "w": n("1")})) // once
	if w, r := first.ConsumedCapacity[0], again.ConsumedCapacity[0]; *w.WriteCapacityUnits != 2 || *r.ReadCapacityUnits != 2 {
		t.Errorf("capacity first %v, then %v", *w.CapacityUnits, *r.CapacityUnits)
	}
	_, err = add("one", "2")
	wantError(t, err, "IdempotentParameterMismatchException")
	_, err = add("two", "2")
	wantError(t, err, "")
	same(t, fetch(t, c, table, m{"pk": "a"}), item(m{"pk": "a", "v": n("3"), "w": n("2")}))
	_, err = add(strings.Repeat("x", 37), "1")
	wantError(t, err, validation)
}

func TestTransactGet(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S"))
	store(t, c, table, m{"pk": "a", "v": n("1"), "w": "w"}, m{"pk": "b"})
	get := func(pk string) types.TransactGetItem {
		return types.TransactGetItem{Get: &types.Get{TableName: &table, Key: item(m{"pk": pk})}}
	}
	projected := get("a")
	projected.Get.ProjectionExpression = aws.String("v")
	out, err := c.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{projected, get("none"), get("b")}})
	wantError(t, err, "")
	if len(out.Responses) != 3 {
		t.Fatalf("%d responses", len(out.Responses))
	}
	same(t, is(out.Responses[0].Item), item(m{"v": n("1")}))
	same(t, is(out.Responses[1].Item), is{})
	same(t, is(out.Responses[2].Item), item(m{"pk": "b"}))
	for name, items := range map[string][]types.TransactGetItem{
		"none":  {},
		"101":   many(101, get),
		"twice": {get("a"), projected},
		"empty": {get("")},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: items})
			wantError(t, err, validation)
		})
	}
}
