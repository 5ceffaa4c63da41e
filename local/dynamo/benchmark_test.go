package dynamo_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"omniops/local/dynamo"
)

// BenchmarkServer is the time of the server alone, without client or network.
func BenchmarkServer(b *testing.B) {
	for _, dir := range []string{"", b.TempDir()} {
		s := serve(b, dynamo.Options{Dir: dir})
		table := create(b, s.Client, withIndex(keyed("pk:S", "sk:S"), "by-gk", projectKeys, "gk:S", "sk:S"))
		body := strings.Repeat("x", 800)
		for i := range 10_000 {
			call(b, s, "PutItem", fmt.Sprintf(`{"TableName":%q,"Item":{"pk":{"S":"p%d"},"sk":{"S":"s%04d"},"v":{"S":%q}}}`, table, i%100, i/100, body))
		}
		where := "memory"
		if dir != "" {
			where = "log"
		}
		run := func(name, operation string, request func(i int) string) {
			b.Run(where+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					call(b, s, operation, request(i))
				}
			})
		}
		run("GetItem", "GetItem", func(i int) string {
			return fmt.Sprintf(`{"TableName":%q,"Key":{"pk":{"S":"p%d"},"sk":{"S":"s%04d"}}}`, table, i%100, i/100%100)
		})
		run("PutItem", "PutItem", func(i int) string {
			return fmt.Sprintf(`{"TableName":%q,"Item":{"pk":{"S":"p%d"},"sk":{"S":"s%04d"},"gk":{"S":"g"},"v":{"S":%q}}}`, table, i%100, i/100%100, body)
		})
		run("UpdateItem", "UpdateItem", func(i int) string {
			return fmt.Sprintf(`{"TableName":%q,"Key":{"pk":{"S":"p%d"},"sk":{"S":"s%04d"}},"UpdateExpression":"ADD hits :n SET #e = if_not_exists(#e, :e)",`+
				`"ConditionExpression":"attribute_exists(pk)","ExpressionAttributeNames":{"#e":"expires_at"},"ExpressionAttributeValues":{":n":{"N":"1"},":e":{"N":"1800000000"}}}`,
				table, i%100, i/100%100)
		})
		run("Query20", "Query", func(i int) string {
			return fmt.Sprintf(`{"TableName":%q,"KeyConditionExpression":"pk = :p AND sk BETWEEN :a AND :z","ExpressionAttributeValues":{":p":{"S":"p%d"},":a":{"S":"s"},":z":{"S":"t"}},`+
				`"Limit":20,"ScanIndexForward":false}`, table, i%100)
		})
	}
}

func call(b *testing.B, s http.Handler, operation, body string) {
	r := httptest.NewRequest("POST", "/", bytes.NewReader([]byte(body)))
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	r.Header.Set("X-Amz-Date", "20261124T120000Z")
	r.Header.Set("Authorization", signature)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatal(w.Body)
	}
}

// BenchmarkClient is a round trip of the real client, which shares the cores.
func BenchmarkClient(b *testing.B) {
	s := serve(b, dynamo.Options{Dir: b.TempDir()})
	table := create(b, s.Client, keyed("pk:S"))
	put := &dynamodb.PutItemInput{TableName: &table, Item: item(m{"pk": "p", "v": strings.Repeat("x", 800)})}
	get := &dynamodb.GetItemInput{TableName: &table, Key: item(m{"pk": "p"})}
	b.Run("PutItem", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.PutItem(b.Context(), put); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("GetItem", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.GetItem(b.Context(), get); err != nil {
				b.Fatal(err)
			}
		}
	})
}
