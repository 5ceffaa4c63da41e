package dynamo_test

import (
	"encoding/json"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"omniops/local/clock"
	"omniops/local/dynamo"
	"omniops/local/faults"
)

const signature = "AWS4-HMAC-SHA256 Credential=local/20261124/eu-west-2/dynamodb/aws4_request, SignedHeaders=host, Signature=00"

func TestWire(t *testing.T) {
	s := serve(t, dynamo.Options{})
	const list = "DynamoDB_20120810.ListTables"
	cases := []struct {
		name, target, authorization, body string
		status                            int
		kind                              string
	}{
		{"signed", list, signature, `{}`, 200, ""},
		{"unsigned", list, "", `{}`, 400, "com.amazon.coral.service#MissingAuthenticationTokenException"},
		{"half signed", list, "AWS4-HMAC-SHA256 Credential=x", `{}`, 400, "com.amazon.coral.service#IncompleteSignatureException"},
		{"other scheme", list, "Bearer token", `{}`, 400, "com.amazon.coral.service#IncompleteSignatureException"},
		{"unknown operation", "DynamoDB_20120810.ExecuteStatement", signature, `{}`, 400, "com.amazon.coral.service#UnknownOperationException"},
		{"unknown version", "DynamoDB_20111205.ListTables", signature, `{}`, 400, "com.amazon.coral.service#UnknownOperationException"},
		{"no target", "", signature, `{}`, 400, "com.amazon.coral.service#UnknownOperationException"},
		{"no JSON", list, signature, `{`, 400, "com.amazon.coral.service#SerializationException"},
		{"no body", list, signature, ``, 400, "com.amazon.coral.service#SerializationException"},
		{"wrong type", list, signature, `{"Limit":"x"}`, 400, "com.amazon.coral.service#SerializationException"},
		{"value of wrong type", "DynamoDB_20120810.PutItem", signature, `{"TableName":"table","Item":{"pk":{"S":5}}}`, 400, "com.amazon.coral.service#SerializationException"},
		{"number without quotes", "DynamoDB_20120810.PutItem", signature, `{"TableName":"table","Item":{"pk":{"N":5}}}`, 400, "com.amazon.coral.service#SerializationException"},
		{"no base64", "DynamoDB_20120810.PutItem", signature, `{"TableName":"table","Item":{"pk":{"B":"*"}}}`, 400, "com.amazon.coral.service#SerializationException"},
		{"two types", "DynamoDB_20120810.PutItem", signature, `{"TableName":"table","Item":{"pk":{"S":"a","N":"1"}}}`, 400, "com.amazon.coral.validate#ValidationException"},
		{"no type", "DynamoDB_20120810.PutItem", signature, `{"TableName":"table","Item":{"pk":{}}}`, 400, "com.amazon.coral.validate#ValidationException"},
		{"null of false", "DynamoDB_20120810.PutItem", signature, `{"TableName":"table","Item":{"pk":{"NULL":false}}}`, 400, "com.amazon.coral.validate#ValidationException"},
		{"no table", "DynamoDB_20120810.DescribeTable", signature, `{"TableName":"table"}`, 400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"},
		{"no table name", "DynamoDB_20120810.DescribeTable", signature, `{}`, 400, "com.amazon.coral.validate#ValidationException"},
		{"local index", "DynamoDB_20120810.CreateTable", signature, `{"TableName":"table","LocalSecondaryIndexes":[{}]}`, 400, "com.amazon.coral.validate#ValidationException"},
		{"stream", "DynamoDB_20120810.CreateTable", signature, `{"TableName":"table","StreamSpecification":{"StreamEnabled":true}}`, 400, "com.amazon.coral.validate#ValidationException"},
		{"old parameter", "DynamoDB_20120810.GetItem", signature, `{"TableName":"table","Key":{},"AttributesToGet":["a"]}`, 400, "com.amazon.coral.validate#ValidationException"},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", strings.NewReader(k.body))
			r.Header.Set("X-Amz-Target", k.target)
			r.Header.Set("X-Amz-Date", "20261124T120000Z")
			if k.authorization != "" {
				r.Header.Set("Authorization", k.authorization)
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			var answer struct {
				Type string `json:"__type"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				t.Fatal(err)
			}
			if w.Code != k.status || answer.Type != k.kind {
				t.Errorf("%d %s, want %d %s: %s", w.Code, answer.Type, k.status, k.kind, w.Body)
			}
			sum, _ := strconv.ParseUint(w.Header().Get("X-Amz-Crc32"), 10, 32)
			if uint32(sum) != crc32.ChecksumIEEE(w.Body.Bytes()) || w.Header().Get("X-Amzn-Requestid") == "" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

func TestFaults(t *testing.T) {
	set := faults.New(1)
	s := serve(t, dynamo.Options{Faults: set})
	table := create(t, s.Client, keyed("pk:S"))
	put := func() error {
		_, err := s.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item(m{"pk": "p"})})
		return err
	}
	batch := func(n int) (*dynamodb.BatchWriteItemOutput, error) {
		return s.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
			table: many(n, func(pk string) types.WriteRequest { return putRequest(m{"pk": pk}) })}})
	}
	use := func(k faults.Kind) {
		if err := set.Replace(faults.Rule{Service: "dynamodb", Kind: k, Count: 1}); err != nil {
			t.Fatal(err)
		}
	}
	use(faults.Throttle)
	wantError(t, put(), "ProvisionedThroughputExceededException")
	use(faults.Error)
	wantError(t, put(), "InternalServerError")
	same(t, fetch(t, s.Client, table, m{"pk": "p"}), is{})
	use(faults.AppliedThenError)
	wantError(t, put(), "InternalServerError")
	same(t, fetch(t, s.Client, table, m{"pk": "p"}), item(m{"pk": "p"}))
	use(faults.Conflict)
	wantError(t, put(), "TransactionConflictException")
	use(faults.Cut)
	if put() == nil {
		t.Error("a cut connection gave an answer")
	}
	wantError(t, put(), "")

	use(faults.Conflict)
	_, err := s.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		transaction{&table}.put(m{"pk": "a"}, ""), transaction{&table}.put(m{"pk": "b"}, "")}})
	var why *types.TransactionCanceledException
	if !asError(err, &why) || *why.CancellationReasons[0].Code != "TransactionConflict" || *why.CancellationReasons[1].Code != "None" {
		t.Errorf("error %v", err)
	}

	use(faults.Throttle)
	_, err = batch(1)
	wantError(t, err, "ProvisionedThroughputExceededException")
	use(faults.Throttle)
	out, err := batch(5)
	wantError(t, err, "")
	if left := out.UnprocessedItems[table]; len(left) != 3 {
		t.Errorf("unprocessed %v", left)
	}
	use(faults.Throttle)
	read, err := s.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		table: {Keys: many(5, func(pk string) map[string]types.AttributeValue { return item(m{"pk": pk}) })}}})
	wantError(t, err, "")
	if len(read.Responses[table]) != 2 || len(read.UnprocessedKeys[table].Keys) != 3 {
		t.Errorf("read %v, unprocessed %v", read.Responses, read.UnprocessedKeys)
	}
}

func TestExpiry(t *testing.T) {
	start := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	now := clock.Fixed(start)
	s := serve(t, dynamo.Options{Now: now.Now})
	table := create(t, s.Client, withIndex(keyed("pk:S"), "by-gk", projectAll, "gk:S"))
	at := func(d time.Duration) n { return n(strconv.FormatInt(start.Add(d).Unix(), 10)) }
	year := 365 * 24 * time.Hour
	store(t, s.Client, table,
		m{"pk": "due", "gk": "g", "ttl": at(-48 * time.Hour)},
		m{"pk": "fraction", "ttl": at(-49*time.Hour) + ".5"},
		m{"pk": "expired lately", "gk": "g", "ttl": at(-47 * time.Hour)},
		m{"pk": "not yet", "ttl": at(time.Hour)},
		m{"pk": "text", "ttl": string(at(-49 * time.Hour))},
		m{"pk": "without"},
		m{"pk": "ancient", "ttl": at(-5 * year)},
		m{"pk": "milliseconds", "ttl": at(0) + "000"},
		m{"pk": "huge", "ttl": n("1E+100")})
	expire := func(want int) {
		t.Helper()
		if got, err := s.ExpireNow(); got != want || err != nil {
			t.Errorf("expired %d, want %d, error %v", got, want, err)
		}
	}
	expire(0) // TTL is off
	_, err := s.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{TableName: &table,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("ttl"), Enabled: aws.Bool(true)}})
	wantError(t, err, "")
	if fetch(t, s.Client, table, m{"pk": "due"}) == nil {
		t.Error("an expired item is gone before ExpireNow")
	}
	expire(2)
	same(t, fetch(t, s.Client, table, m{"pk": "due"}), is{})
	out, err := s.Query(t.Context(), &dynamodb.QueryInput{TableName: &table, IndexName: aws.String("by-gk"), KeyConditionExpression: aws.String("gk = :g"),
		ExpressionAttributeValues: item(m{":g": "g"})})
	wantError(t, err, "")
	if out.Count != 1 {
		t.Errorf("the index holds %d", out.Count)
	}
	expire(0)
	now.SetOffset(time.Hour)
	expire(1)
	now.SetOffset(50 * time.Hour)
	expire(1)
}

func TestMeter(t *testing.T) {
	s := serve(t, dynamo.Options{})
	table := create(t, s.Client, withIndex(keyed("pk:S"), "by-gk", projectAll, "gk:S"))
	store(t, s.Client, table, m{"pk": "a", "gk": "g", "v": strings.Repeat("x", 2000)}, m{"pk": "b"})
	fetch(t, s.Client, table, m{"pk": "a"})
	_, err := s.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item(m{"pk": "a"}), ConditionExpression: aws.String("attribute_not_exists(pk)")})
	wantError(t, err, conditional)
	want := dynamo.Usage{table: {
		"PutItem": {Requests: 3, Write: 2 + 2 + 1 + 2}, // the index too, and the failed condition
		"GetItem": {Requests: 1, Read: 1},
	}}
	if d := cmp.Diff(want, s.Meter()); d != "" {
		t.Error(d)
	}
	if all := s.Meter().Total(); all != (dynamo.Cost{Requests: 4, Read: 1, Write: 7}) {
		t.Errorf("total %v", all)
	}
	web := httptest.NewServer(s.MeterHandler())
	defer web.Close()
	res, err := http.Get(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	wantText := `{"` + table + `":{"GetItem":{"requests":1,"read":1,"write":0},"PutItem":{"requests":3,"read":0,"write":7}}}`
	if err != nil || strings.TrimSpace(string(body)) != wantText {
		t.Errorf("%s", body)
	}
	s.ResetMeter()
	if u := s.Meter(); len(u) != 0 {
		t.Errorf("after the reset: %v", u)
	}
}

func TestConcurrentCounters(t *testing.T) {
	s := serve(t, dynamo.Options{Dir: t.TempDir()})
	table := create(t, s.Client, withIndex(keyed("pk:S"), "by-gk", projectAll, "gk:S"))
	store(t, s.Client, table, m{"pk": "a", "v": n("0")}, m{"pk": "b", "v": n("0")})
	const workers, rounds = 8, 25
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range rounds {
				x := transaction{&table}
				move := []types.TransactWriteItem{x.update("a", "ADD v :n", m{":n": n("1")}), x.update("b", "SET v = v - :n, gk = :g", m{":n": n("1"), ":g": "g"})}
				if _, err := s.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: move}); err != nil {
					t.Error(err)
				}
				if _, err := s.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table}); err != nil {
					t.Error(err)
				}
				out, err := s.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
					{Get: &types.Get{TableName: &table, Key: item(m{"pk": "a"})}}, {Get: &types.Get{TableName: &table, Key: item(m{"pk": "b"})}}}})
				if err != nil {
					t.Error(err)
				} else if a, b := show(out.Responses[0].Item["v"]), show(out.Responses[1].Item["v"]); b != "-"+a && a != "0" {
					t.Errorf("saw half a transaction: %s and %s", a, b)
				}
			}
		})
	}
	all.Wait()
	same(t, fetch(t, s.Client, table, m{"pk": "a"}), item(m{"pk": "a", "v": n(strconv.Itoa(workers * rounds))}))
}
