package dynamo_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The numbers follow from the developer guide, "DynamoDB read and write
// operations" and "Working with item sizes" (read 2026-11-20).
func TestCapacity(t *testing.T) {
	c := newClient(t)
	in := withIndex(keyed("pk:S", "sk:S"), "full", projectAll, "gk:S")
	table := create(t, c, withIndex(in, "keys", projectKeys, "gk:S"))
	indexes := types.ReturnConsumedCapacityIndexes
	// sized is an item of that many bytes.
	sized := func(sk string, bytes int) m {
		return m{"pk": "p", "sk": sk, "v": strings.Repeat("x", bytes-len("pk"+"p"+"sk"+"v")-len(sk))}
	}
	put := func(i m) func() (*types.ConsumedCapacity, error) {
		return func() (*types.ConsumedCapacity, error) {
			out, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item(i), ReturnConsumedCapacity: indexes})
			return out.ConsumedCapacity, err
		}
	}
	get := func(sk string, consistent bool) func() (*types.ConsumedCapacity, error) {
		return func() (*types.ConsumedCapacity, error) {
			out, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: item(m{"pk": "p", "sk": sk}),
				ConsistentRead: &consistent, ReturnConsumedCapacity: indexes})
			return out.ConsumedCapacity, err
		}
	}
	remove := func(sk string) func() (*types.ConsumedCapacity, error) {
		return func() (*types.ConsumedCapacity, error) {
			out, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: item(m{"pk": "p", "sk": sk}), ReturnConsumedCapacity: indexes})
			return out.ConsumedCapacity, err
		}
	}
	update := func(sk, text string, values m) func() (*types.ConsumedCapacity, error) {
		return func() (*types.ConsumedCapacity, error) {
			out, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &table, Key: item(m{"pk": "p", "sk": sk}), UpdateExpression: &text,
				ExpressionAttributeValues: item(values), ReturnConsumedCapacity: indexes})
			return out.ConsumedCapacity, err
		}
	}
	query := func(index, text string, consistent bool) func() (*types.ConsumedCapacity, error) {
		return func() (*types.ConsumedCapacity, error) {
			in := &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: &text, ConsistentRead: &consistent,
				ExpressionAttributeValues: item(m{":k": "p"}), ReturnConsumedCapacity: indexes}
			if index != "" {
				in.IndexName, in.ExpressionAttributeValues = &index, item(m{":k": "g"})
			}
			out, err := c.Query(t.Context(), in)
			return out.ConsumedCapacity, err
		}
	}
	write := func(items ...types.TransactWriteItem) func() (*types.ConsumedCapacity, error) {
		return func() (*types.ConsumedCapacity, error) {
			out, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: items, ReturnConsumedCapacity: indexes})
			return &out.ConsumedCapacity[0], err
		}
	}
	big := with(sized("g", 3000), m{"gk": "g"})
	steps := []struct { // one after the other
		name  string
		run   func() (*types.ConsumedCapacity, error)
		table float64
		full  float64
		keys  float64
	}{
		{"put 1024 bytes", put(sized("a", 1024)), 1, 0, 0},
		{"put 1025 bytes", put(sized("b", 1025)), 2, 0, 0},
		{"put less over more", put(sized("b", 100)), 2, 0, 0},
		{"put 4096 bytes", put(sized("c", 4096)), 4, 0, 0},
		{"put 4097 bytes", put(sized("d", 4097)), 5, 0, 0},
		{"get 4096 bytes", get("c", true), 1, 0, 0},
		{"get 4096 bytes, eventually", get("c", false), 0.5, 0, 0},
		{"get 4097 bytes", get("d", true), 2, 0, 0},
		{"get 4097 bytes, eventually", get("d", false), 1, 0, 0},
		{"get nothing", get("none", true), 1, 0, 0},
		{"get nothing, eventually", get("none", false), 0.5, 0, 0},
		{"delete 4097 bytes", remove("d"), 5, 0, 0},
		{"delete nothing", remove("none"), 1, 0, 0},
		{"put into indexes", put(big), 3, 3, 1},
		{"put the same again", put(big), 3, 0, 0},
		{"update what one index shows", update("g", "SET w = :v", m{":v": "w"}), 3, 3, 0},
		{"move within indexes", update("g", "SET gk = :v", m{":v": "h"}), 3, 6, 2},
		{"leave the indexes", update("g", "REMOVE gk", nil), 3, 3, 1},
		{"put back", put(big), 3, 3, 1},
		{"query nothing", query("", "pk = :k AND sk = :k", false), 0.5, 0, 0},
		{"query all, rounded once", query("", "pk = :k", true), 3, 0, 0}, // 1024 + 100 + 4096 + 3004 bytes
		{"query all, eventually", query("", "pk = :k", false), 1.5, 0, 0},
		{"query an index", query("full", "gk = :k", false), 0, 0.5, 0},
		{"query an index of keys", query("keys", "gk = :k", false), 0, 0, 0.5},
		{"transaction", write(transaction{&table}.put(sized("t", 1025), "")), 4, 0, 0},
		{"transaction on an index", write(transaction{&table}.put(with(sized("t", 1025), m{"gk": "g"}), "")), 4, 4, 2},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			got, err := s.run()
			wantError(t, err, "")
			units := func(c types.Capacity) float64 { return aws.ToFloat64(c.CapacityUnits) }
			found := [4]float64{*got.CapacityUnits, units(*got.Table), units(got.GlobalSecondaryIndexes["full"]), units(got.GlobalSecondaryIndexes["keys"])}
			if want := [4]float64{s.table + s.full + s.keys, s.table, s.full, s.keys}; found != want {
				t.Errorf("all, table, full, keys: %v, want %v", found, want)
			}
		})
	}
	t.Run("only the total", func(t *testing.T) {
		out, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item(big), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
		wantError(t, err, "")
		if out.ConsumedCapacity.Table != nil || *out.ConsumedCapacity.CapacityUnits != 3 || *out.ConsumedCapacity.TableName != table {
			t.Errorf("%+v", out.ConsumedCapacity)
		}
	})
	t.Run("none by itself", func(t *testing.T) {
		out, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item(big)})
		wantError(t, err, "")
		if out.ConsumedCapacity != nil {
			t.Errorf("%+v", out.ConsumedCapacity)
		}
	})
	t.Run("batches round each item", func(t *testing.T) {
		out, err := c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
			RequestItems: map[string][]types.WriteRequest{table: {putRequest(sized("x", 1025)), putRequest(sized("y", 100))}}})
		wantError(t, err, "")
		read, err := c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
			RequestItems: map[string]types.KeysAndAttributes{table: {Keys: []map[string]types.AttributeValue{
				item(m{"pk": "p", "sk": "x"}), item(m{"pk": "p", "sk": "y"}), item(m{"pk": "p", "sk": "none"})}}}})
		wantError(t, err, "")
		if w, r := *out.ConsumedCapacity[0].CapacityUnits, *read.ConsumedCapacity[0].CapacityUnits; w != 3 || r != 1.5 {
			t.Errorf("wrote %v, read %v", w, r)
		}
	})
	t.Run("transactional read", func(t *testing.T) {
		out, err := c.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
			TransactItems: []types.TransactGetItem{{Get: &types.Get{TableName: &table, Key: item(m{"pk": "p", "sk": "c"})}}}})
		wantError(t, err, "")
		if u := *out.ConsumedCapacity[0].CapacityUnits; u != 2 {
			t.Errorf("%v units", u)
		}
	})
	t.Run("sizes of all kinds", func(t *testing.T) {
		// The published sizes fill one unit exactly and then one byte more.
		rest := m{"pk": "p", "sk": "kinds", // 3 + 7
			"n":  n("-123.45"),          // 1 + 3 + 1 + 1
			"b":  true,                  // 1 + 1
			"z":  nil,                   // 1 + 1
			"m":  m{"k": "v", "l": l{}}, // 1 + 3 + (1 + 1 + 1) + (1 + 1 + 3)
			"s":  ss{"ab", "c"},         // 1 + 3
			"ns": ns{"1", "100"},        // 2 + 2 + 2
			"bi": []byte{1, 2, 3},       // 2 + 3
		}
		const counted = 10 + 6 + 2 + 2 + 12 + 4 + 6 + 5
		for extra, want := range map[int]float64{0: 1, 1: 2} {
			filled := with(rest, m{"f": strings.Repeat("x", 1024-counted-1+extra)})
			got, err := put(filled)()
			wantError(t, err, "")
			if *got.CapacityUnits != want {
				t.Errorf("%d bytes take %v units", 1024+extra, *got.CapacityUnits)
			}
			_, err = remove("kinds")()
			wantError(t, err, "")
		}
	})
}
