package dynamo_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func putRequest(i m) types.WriteRequest {
	return types.WriteRequest{PutRequest: &types.PutRequest{Item: item(i)}}
}

func deleteRequest(key m) types.WriteRequest {
	return types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: item(key)}}
}

// many is n items or keys, made from their number.
func many[V any](n int, of func(pk string) V) []V {
	var all []V
	for i := range n {
		all = append(all, of("p"+strconv.Itoa(i)))
	}
	return all
}

func TestBatchWrite(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S"))
	put := func(pk string) types.WriteRequest { return putRequest(m{"pk": pk, "v": n("1")}) }
	cases := []struct {
		name     string
		requests []types.WriteRequest
		err      string
	}{
		{"25 puts", many(25, put), ""},
		{"26 puts", many(26, put), validation},
		{"none", nil, validation},
		{"put twice", []types.WriteRequest{put("a"), put("a")}, validation},
		{"put and delete", []types.WriteRequest{put("a"), deleteRequest(m{"pk": "a"})}, validation},
		{"neither", []types.WriteRequest{{}}, validation},
		{"item without key", []types.WriteRequest{putRequest(m{"v": "x"})}, validation},
		{"delete by half a key", []types.WriteRequest{deleteRequest(m{"v": "x"})}, validation},
		{"mixed", []types.WriteRequest{deleteRequest(m{"pk": "p0"}), put("new"), deleteRequest(m{"pk": "none"})}, ""},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			out, err := c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: k.requests}})
			wantError(t, err, k.err)
			if err == nil && len(out.UnprocessedItems) != 0 {
				t.Errorf("unprocessed %v", out.UnprocessedItems)
			}
		})
	}
	same(t, fetch(t, c, table, m{"pk": "p0"}), is{})
	same(t, fetch(t, c, table, m{"pk": "new"}), item(m{"pk": "new", "v": n("1")}))
	t.Run("no table", func(t *testing.T) {
		_, err := c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"no-table": {put("a")}}})
		wantError(t, err, missing)
	})
}

func TestBatchGet(t *testing.T) {
	c := newClient(t)
	table, other := create(t, c, keyed("pk:S")), create(t, c, keyed("pk:S"))
	for i := range 5 {
		store(t, c, table, m{"pk": fmt.Sprint("p", i), "v": n(fmt.Sprint(i)), "w": "w"})
	}
	store(t, c, other, m{"pk": "p0"})
	key := func(pk string) map[string]types.AttributeValue { return item(m{"pk": pk}) }
	get := func(in map[string]types.KeysAndAttributes) (*dynamodb.BatchGetItemOutput, error) {
		return c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: in})
	}
	out, err := get(map[string]types.KeysAndAttributes{
		table: {Keys: many(100-1, key), ProjectionExpression: aws.String("#v"), ExpressionAttributeNames: map[string]string{"#v": "v"}},
		other: {Keys: many(1, key)},
	})
	wantError(t, err, "")
	if len(out.Responses[table]) != 5 || len(out.Responses[table][0]) != 1 || len(out.Responses[other]) != 1 || len(out.UnprocessedKeys) != 0 {
		t.Errorf("responses %v, unprocessed %v", out.Responses, out.UnprocessedKeys)
	}
	for name, in := range map[string]map[string]types.KeysAndAttributes{
		"101 keys":    {table: {Keys: many(101, key)}},
		"none":        {},
		"no keys":     {table: {Keys: []map[string]types.AttributeValue{}}},
		"key twice":   {table: {Keys: []map[string]types.AttributeValue{key("a"), key("a")}}},
		"half a key":  {table: {Keys: []map[string]types.AttributeValue{{}}}},
		"unused name": {table: {Keys: many(1, key), ExpressionAttributeNames: map[string]string{"#v": "v"}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := get(in)
			wantError(t, err, validation)
		})
	}
	t.Run("no table", func(t *testing.T) {
		_, err := get(map[string]types.KeysAndAttributes{"no-table": {Keys: many(1, key)}})
		wantError(t, err, missing)
	})
	t.Run("over 16 MB", func(t *testing.T) {
		for i := range 42 {
			store(t, c, other, m{"pk": fmt.Sprint("p", i), "v": strings.Repeat("x", 399<<10)})
		}
		keys, found, calls := many(42, key), 0, 0
		for len(keys) > 0 {
			out, err := get(map[string]types.KeysAndAttributes{other: {Keys: keys}})
			wantError(t, err, "")
			found += len(out.Responses[other])
			keys = out.UnprocessedKeys[other].Keys
			calls++
		}
		if found != 42 || calls < 2 {
			t.Errorf("found %d in %d calls", found, calls)
		}
	})
}
