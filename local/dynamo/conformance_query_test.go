package dynamo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// sortKeys are the sort keys of the items, in order.
func sortKeys(items []is) string {
	var keys []string
	for _, i := range items {
		keys = append(keys, strings.Trim(show(i["sk"]), `"`))
	}
	return strings.Join(keys, " ")
}

func TestQueryKeys(t *testing.T) {
	c := newClient(t)
	texts := create(t, c, keyed("pk:S", "sk:S"))
	numbers := create(t, c, keyed("pk:S", "sk:N"))
	binaries := create(t, c, keyed("pk:B", "sk:B"))
	for _, sk := range []string{"b", "a", "ab", "abc", "c", "B", "a\x00z", "é"} {
		store(t, c, texts, m{"pk": "p", "sk": sk})
	}
	store(t, c, texts, m{"pk": "other", "sk": "a"}, m{"pk": "p2", "sk": "a"})
	for _, sk := range []string{"10", "9", "-1", "-10", "0", "1.5", "100", "1E+20", "-0.001"} {
		store(t, c, numbers, m{"pk": "p", "sk": n(sk)})
	}
	for _, sk := range [][]byte{{2}, {1}, {1, 0}, {1, 255}, {0}, {255}} {
		store(t, c, binaries, m{"pk": []byte{9}, "sk": sk})
	}
	bin := func(want ...[]byte) string {
		var all []string
		for _, b := range want {
			all = append(all, fmt.Sprintf("b%q", b))
		}
		return strings.ReplaceAll(strings.Join(all, " "), `"`, "")
	}
	cases := []struct {
		table, text string
		values      m
		want        string // the sort keys, or an error
	}{
		{texts, "pk = :p", m{":p": "p"}, "B a a\\x00z ab abc b c é"},
		{texts, "pk = :p AND sk = :s", m{":p": "p", ":s": "ab"}, "ab"},
		{texts, "pk = :p AND sk < :s", m{":p": "p", ":s": "ab"}, "B a a\\x00z"},
		{texts, "pk = :p AND sk <= :s", m{":p": "p", ":s": "ab"}, "B a a\\x00z ab"},
		{texts, "pk = :p AND sk > :s", m{":p": "p", ":s": "ab"}, "abc b c é"},
		{texts, "pk = :p AND sk >= :s", m{":p": "p", ":s": "ab"}, "ab abc b c é"},
		{texts, "pk = :p AND sk BETWEEN :s AND :e", m{":p": "p", ":s": "ab", ":e": "b"}, "ab abc b"},
		{texts, "pk = :p AND begins_with(sk, :s)", m{":p": "p", ":s": "a"}, "a a\\x00z ab abc"},
		{texts, "begins_with(sk, :s) AND pk = :p", m{":p": "p", ":s": "ab"}, "ab abc"},
		{texts, "(pk = :p) AND (sk = :s)", m{":p": "p", ":s": "a"}, "a"},
		{texts, "pk = :p", m{":p": "nobody"}, ""},
		{numbers, "pk = :p", m{":p": "p"}, "-10 -1 -0.001 0 1.5 9 10 100 100000000000000000000"},
		{numbers, "pk = :p AND sk > :s", m{":p": "p", ":s": n("9.0")}, "10 100 100000000000000000000"},
		{numbers, "pk = :p AND sk < :s", m{":p": "p", ":s": n("-0.5")}, "-10 -1"},
		{numbers, "pk = :p AND sk BETWEEN :s AND :e", m{":p": "p", ":s": n("-1"), ":e": n("9")}, "-1 -0.001 0 1.5 9"},
		{numbers, "pk = :p AND begins_with(sk, :s)", m{":p": "p", ":s": n("1")}, validation},
		{binaries, "pk = :p", m{":p": []byte{9}}, bin([]byte{0}, []byte{1}, []byte{1, 0}, []byte{1, 255}, []byte{2}, []byte{255})},
		{binaries, "pk = :p AND begins_with(sk, :s)", m{":p": []byte{9}, ":s": []byte{1}}, bin([]byte{1}, []byte{1, 0}, []byte{1, 255})},
		{texts, "sk = :s", m{":s": "a"}, validation},
		{texts, "pk > :p", m{":p": "p"}, validation},
		{texts, "pk = :p AND other = :s", m{":p": "p", ":s": "a"}, validation},
		{texts, "pk = :p AND sk <> :s", m{":p": "p", ":s": "a"}, validation},
		{texts, "pk = :p OR sk = :s", m{":p": "p", ":s": "a"}, validation},
		{texts, "pk = :p AND NOT sk = :s", m{":p": "p", ":s": "a"}, validation},
		{texts, "pk = :p AND sk > :s AND sk < :e", m{":p": "p", ":s": "a", ":e": "b"}, validation},
		{texts, "pk = :p AND sk IN (:s)", m{":p": "p", ":s": "a"}, validation},
		{texts, "pk = :p AND contains(sk, :s)", m{":p": "p", ":s": "a"}, validation},
		{texts, "pk = :p AND sk = :s", m{":p": "p", ":s": n("1")}, validation},
		{texts, "pk = :p AND sk = :s", m{":p": "p", ":s": ""}, validation},
		{texts, "pk = :p", m{":p": ""}, validation},
		{texts, "pk = sk", nil, validation},
		{texts, "pk.a = :p", m{":p": "p"}, validation},
		{texts, "pk = :p", m{":p": "p", ":q": "unused"}, validation},
	}
	for _, k := range cases {
		t.Run(k.text, func(t *testing.T) {
			var found [2]string
			for i := range found {
				out, err := c.Query(t.Context(), &dynamodb.QueryInput{TableName: &k.table, KeyConditionExpression: &k.text,
					ExpressionAttributeValues: item(k.values), ScanIndexForward: aws.Bool(i == 0)})
				if k.want == validation {
					wantError(t, err, validation)
					return
				}
				wantError(t, err, "")
				if i == 1 {
					slices.Reverse(out.Items)
				}
				found[i] = strings.ReplaceAll(sortKeys(out.Items), `"`, "")
			}
			if found[0] != k.want || found[1] != k.want {
				t.Errorf("forwards %s\nbackwards %s\nwant %s", found[0], found[1], k.want)
			}
		})
	}
}

func TestQueryPages(t *testing.T) {
	c := newClient(t)
	table := create(t, c, withIndex(keyed("pk:S", "sk:N"), "by-gk", projectAll, "gk:S"))
	for i := range 25 {
		store(t, c, table, m{"pk": "p", "sk": n(fmt.Sprint(i)), "gk": "g", "even": i%2 == 0})
	}
	for _, index := range []string{"", "by-gk"} {
		for _, forward := range []bool{true, false} {
			t.Run(fmt.Sprint("pages of 10 ", index, forward), func(t *testing.T) {
				in := &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: aws.String("pk = :k"),
					ExpressionAttributeValues: item(m{":k": "p", ":t": true}), Limit: aws.Int32(10), ScanIndexForward: &forward,
					FilterExpression: aws.String("even = :t")}
				if index != "" {
					in.IndexName, in.KeyConditionExpression = &index, aws.String("gk = :k")
					in.ExpressionAttributeValues[":k"] = value("g")
				}
				var scanned, counted []int32
				seen := map[string]bool{}
				for {
					out, err := c.Query(t.Context(), in)
					if err != nil {
						t.Fatal(err)
					}
					scanned, counted = append(scanned, out.ScannedCount), append(counted, out.Count)
					for _, i := range out.Items {
						seen[show(i["sk"])] = true
					}
					if out.LastEvaluatedKey == nil {
						break
					}
					in.ExclusiveStartKey = out.LastEvaluatedKey
				}
				if !slices.Equal(scanned, []int32{10, 10, 5}) || len(seen) != 13 || counted[0]+counted[1]+counted[2] != 13 {
					t.Errorf("scanned %v, counted %v, saw %d", scanned, counted, len(seen))
				}
			})
		}
	}
	query := func(change func(*dynamodb.QueryInput)) (*dynamodb.QueryOutput, error) {
		in := &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item(m{":p": "p"})}
		change(in)
		return c.Query(t.Context(), in)
	}
	t.Run("a limit at the very end still has a key", func(t *testing.T) {
		out, err := query(func(in *dynamodb.QueryInput) { in.Limit = aws.Int32(25) })
		wantError(t, err, "")
		same(t, is(out.LastEvaluatedKey), item(m{"pk": "p", "sk": n("24")}))
	})
	t.Run("start at a key that is gone", func(t *testing.T) {
		out, err := query(func(in *dynamodb.QueryInput) { in.ExclusiveStartKey = item(m{"pk": "p", "sk": n("22.5")}) })
		wantError(t, err, "")
		if got := sortKeys(out.Items); got != "23 24" {
			t.Error(got)
		}
	})
	t.Run("count", func(t *testing.T) {
		out, err := query(func(in *dynamodb.QueryInput) { in.Select = types.SelectCount })
		wantError(t, err, "")
		if out.Count != 25 || len(out.Items) != 0 {
			t.Errorf("count %d, %d items", out.Count, len(out.Items))
		}
	})
	refused := map[string]func(*dynamodb.QueryInput){
		"start in another partition": func(in *dynamodb.QueryInput) { in.ExclusiveStartKey = item(m{"pk": "x", "sk": n("1")}) },
		"start key of another form":  func(in *dynamodb.QueryInput) { in.ExclusiveStartKey = item(m{"pk": "p"}) },
		"limit of nothing":           func(in *dynamodb.QueryInput) { in.Limit = aws.Int32(0) },
		"filter on the key": func(in *dynamodb.QueryInput) {
			in.FilterExpression, in.ExpressionAttributeValues = aws.String("sk > :s"), item(m{":p": "p", ":s": n("1")})
		},
		"count and project": func(in *dynamodb.QueryInput) {
			in.Select, in.ProjectionExpression = types.SelectCount, aws.String("sk")
		},
		"specific of nothing":   func(in *dynamodb.QueryInput) { in.Select = types.SelectSpecificAttributes },
		"projected of no index": func(in *dynamodb.QueryInput) { in.Select = types.SelectAllProjectedAttributes },
		"no index":              func(in *dynamodb.QueryInput) { in.IndexName = aws.String("by-nothing") },
		"no key condition":      func(in *dynamodb.QueryInput) { in.KeyConditionExpression, in.ExpressionAttributeValues = nil, nil },
		"consistent index": func(in *dynamodb.QueryInput) {
			in.IndexName, in.KeyConditionExpression, in.ConsistentRead = aws.String("by-gk"), aws.String("gk = :p"), aws.Bool(true)
		},
	}
	for name, change := range refused {
		t.Run(name, func(t *testing.T) {
			_, err := query(change)
			wantError(t, err, validation)
		})
	}
}

func TestPageOfOneMegabyte(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S", "sk:N"))
	for i := range 12 {
		store(t, c, table, m{"pk": "p", "sk": n(fmt.Sprint(i)), "v": strings.Repeat("x", 100_000), "keep": i == 11})
	}
	in := &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: aws.String("pk = :p"), FilterExpression: aws.String("keep = :t"),
		ExpressionAttributeValues: item(m{":p": "p", ":t": true})}
	first, err := c.Query(t.Context(), in)
	wantError(t, err, "")
	if first.Count != 0 || first.ScannedCount < 10 || first.ScannedCount > 11 || first.LastEvaluatedKey == nil {
		t.Fatalf("count %d, scanned %d, key %v", first.Count, first.ScannedCount, first.LastEvaluatedKey)
	}
	in.ExclusiveStartKey = first.LastEvaluatedKey
	second, err := c.Query(t.Context(), in)
	wantError(t, err, "")
	if second.Count != 1 || second.ScannedCount+first.ScannedCount != 12 || second.LastEvaluatedKey != nil {
		t.Fatalf("count %d, scanned %d, key %v", second.Count, second.ScannedCount, second.LastEvaluatedKey)
	}
}

func TestIndexes(t *testing.T) {
	c := newClient(t)
	in := withIndex(keyed("pk:S"), "all", projectAll, "gk:S", "gs:N")
	in = withIndex(in, "keys", projectKeys, "gk:S", "gs:N")
	in = withIndex(in, "some", types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"a"}}, "gk:S")
	table := create(t, c, in)
	full := m{"pk": "1", "gk": "g", "gs": n("10"), "a": "A", "b": "B"}
	store(t, c, table, full,
		m{"pk": "2", "gk": "g", "gs": n("9"), "a": "A"},
		m{"pk": "3", "gk": "g", "gs": n("10")},
		m{"pk": "4", "gk": "g"}, // not in all and keys
		m{"pk": "5"})
	query := func(index string, change func(*dynamodb.QueryInput)) (*dynamodb.QueryOutput, error) {
		in := &dynamodb.QueryInput{TableName: &table, IndexName: &index, KeyConditionExpression: aws.String("gk = :g"),
			ExpressionAttributeValues: item(m{":g": "g"})}
		if change != nil {
			change(in)
		}
		return c.Query(t.Context(), in)
	}
	count := func(index string) int32 {
		out, err := query(index, nil)
		wantError(t, err, "")
		return out.Count
	}
	if all, keys, some := count("all"), count("keys"), count("some"); all != 3 || keys != 3 || some != 4 {
		t.Errorf("sparse: all %d, keys %d, some %d", all, keys, some)
	}
	found := func(index, pk string) is {
		out, err := query(index, nil)
		wantError(t, err, "")
		for _, i := range out.Items {
			if show(i["pk"]) == show(value(pk)) {
				return i
			}
		}
		return nil
	}
	same(t, found("all", "1"), item(full))
	same(t, found("keys", "1"), item(m{"pk": "1", "gk": "g", "gs": n("10")}))
	same(t, found("some", "1"), item(m{"pk": "1", "gk": "g", "a": "A"}))
	t.Run("sorted by number", func(t *testing.T) {
		out, err := query("all", nil)
		wantError(t, err, "")
		same(t, out.Items[0]["pk"], value("2"))
	})
	t.Run("updates follow", func(t *testing.T) {
		_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &table, Key: item(m{"pk": "3"}), UpdateExpression: aws.String("REMOVE gs")})
		wantError(t, err, "")
		_, err = c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &table, Key: item(m{"pk": "2"}), UpdateExpression: aws.String("SET gk = :o"),
			ExpressionAttributeValues: item(m{":o": "other"})})
		wantError(t, err, "")
		if all, some := count("all"), count("some"); all != 1 || some != 3 {
			t.Errorf("all %d, some %d", all, some)
		}
	})
	t.Run("deletes follow", func(t *testing.T) {
		_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: item(m{"pk": "1"})})
		wantError(t, err, "")
		if all := count("all"); all != 0 {
			t.Errorf("all %d", all)
		}
	})
	t.Run("all attributes of keys only", func(t *testing.T) {
		_, err := query("keys", func(in *dynamodb.QueryInput) { in.Select = types.SelectAllAttributes })
		wantError(t, err, validation)
	})
	t.Run("attribute that is not projected", func(t *testing.T) {
		_, err := query("some", func(in *dynamodb.QueryInput) { in.ProjectionExpression = aws.String("b") })
		wantError(t, err, validation)
	})
	t.Run("scan of an index", func(t *testing.T) {
		out, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, IndexName: aws.String("some")})
		wantError(t, err, "")
		if out.Count != 3 {
			t.Errorf("count %d", out.Count)
		}
	})
}

func TestScan(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S"))
	for i := range 40 {
		store(t, c, table, m{"pk": fmt.Sprint("p", i), "v": n(fmt.Sprint(i))})
	}
	scan := func(in dynamodb.ScanInput) (pages int, found []is) {
		in.TableName = &table
		for {
			out, err := c.Scan(t.Context(), &in)
			if err != nil {
				t.Fatal(err)
			}
			pages++
			found = append(found, out.Items...)
			if out.LastEvaluatedKey == nil {
				return pages, found
			}
			in.ExclusiveStartKey = out.LastEvaluatedKey
		}
	}
	if _, found := scan(dynamodb.ScanInput{}); len(found) != 40 {
		t.Errorf("scan found %d", len(found))
	}
	if pages, found := scan(dynamodb.ScanInput{Limit: aws.Int32(7)}); len(found) != 40 || pages != 6 {
		t.Errorf("scan found %d on %d pages", len(found), pages)
	}
	if _, found := scan(dynamodb.ScanInput{FilterExpression: aws.String("v >= :v"), ExpressionAttributeValues: item(m{":v": n("30")}),
		ProjectionExpression: aws.String("v")}); len(found) != 10 || len(found[0]) != 1 {
		t.Errorf("filtered scan found %d", len(found))
	}
	seen := map[string]bool{}
	for segment := range int32(4) {
		_, found := scan(dynamodb.ScanInput{Segment: &segment, TotalSegments: aws.Int32(4), Limit: aws.Int32(3)})
		if len(found) == 40 {
			t.Error("one segment holds everything")
		}
		for _, i := range found {
			seen[show(i)] = true
		}
	}
	if len(seen) != 40 {
		t.Errorf("the segments found %d", len(seen))
	}
	for _, in := range []dynamodb.ScanInput{
		{Segment: aws.Int32(0)},
		{TotalSegments: aws.Int32(2)},
		{Segment: aws.Int32(2), TotalSegments: aws.Int32(2)},
		{FilterExpression: aws.String("v = :v")},
		{ExclusiveStartKey: item(m{"zz": "p"})},
		{Select: "EVERYTHING"},
	} {
		in.TableName = &table
		_, err := c.Scan(t.Context(), &in)
		wantError(t, err, validation)
	}
}
