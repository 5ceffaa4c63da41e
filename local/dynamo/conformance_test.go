package dynamo_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"omniops/local/dynamo"
)

// The conformance suite asks DynamoDB's questions through the real client. It
// runs on our server or, to check the suite itself, on the DynamoDB-compatible
// endpoint that the environment variable DYNAMODB_LOCAL names.

// newClient is a client of the server under test.
func newClient(t testing.TB) *dynamodb.Client {
	t.Helper()
	endpoint := os.Getenv("DYNAMODB_LOCAL")
	if endpoint == "" {
		endpoint = serve(t, dynamo.Options{}).url
	}
	return dial(endpoint)
}

// served is a server of ours under test.
type served struct {
	*dynamo.Server
	*dynamodb.Client
	url string
}

func serve(t testing.TB, o dynamo.Options) served {
	t.Helper()
	s, err := dynamo.New(o)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return served{s, dial(web.URL), web.URL}
}

func dial(endpoint string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       "eu-west-2",
		BaseEndpoint: &endpoint,
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		Retryer:      aws.NopRetryer{},
	})
}

// Short forms of attribute values: a string is S, and the rest as named.
type (
	n  string         // N
	m  map[string]any // M
	l  []any          // L
	ss []string       // SS
	ns []string       // NS
	bs [][]byte       // BS
	is = map[string]types.AttributeValue
)

func value(v any) types.AttributeValue {
	switch v := v.(type) {
	case string:
		return &types.AttributeValueMemberS{Value: v}
	case n:
		return &types.AttributeValueMemberN{Value: string(v)}
	case []byte:
		return &types.AttributeValueMemberB{Value: v}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: v}
	case nil:
		return &types.AttributeValueMemberNULL{Value: true}
	case m:
		return &types.AttributeValueMemberM{Value: item(v)}
	case l:
		list := []types.AttributeValue{}
		for _, e := range v {
			list = append(list, value(e))
		}
		return &types.AttributeValueMemberL{Value: list}
	case ss:
		return &types.AttributeValueMemberSS{Value: v}
	case ns:
		return &types.AttributeValueMemberNS{Value: v}
	case bs:
		return &types.AttributeValueMemberBS{Value: v}
	}
	panic("no attribute value")
}

// item is nil for nil, as parameters of the SDK are.
func item(v m) is {
	if v == nil {
		return nil
	}
	out := is{}
	for name, e := range v {
		out[name] = value(e)
	}
	return out
}

func with(base m, more m) m {
	out := m{}
	for _, part := range []m{base, more} {
		for k, v := range part {
			out[k] = v
		}
	}
	return out
}

// same compares items, or lists of them, taking sets in any order.
func same(t testing.TB, got, want any) {
	t.Helper()
	if g, w := show(got), show(want); g != w {
		t.Errorf("got  %s\nwant %s", g, w)
	}
}

// show writes items and values so that equal ones read the same.
func show(v any) string {
	var parts []string
	switch v := v.(type) {
	case is:
		for name, e := range v {
			parts = append(parts, strconv.Quote(name)+": "+show(e))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	case []is:
		for _, e := range v {
			parts = append(parts, show(e))
		}
		return "[" + strings.Join(parts, ",\n     ") + "]"
	case *types.AttributeValueMemberS:
		return strconv.Quote(v.Value)
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberB:
		return fmt.Sprintf("b%q", v.Value)
	case *types.AttributeValueMemberBOOL:
		return strconv.FormatBool(v.Value)
	case *types.AttributeValueMemberNULL:
		return "null"
	case *types.AttributeValueMemberM:
		return show(is(v.Value))
	case *types.AttributeValueMemberL:
		for _, e := range v.Value {
			parts = append(parts, show(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *types.AttributeValueMemberSS:
		return fmt.Sprintf("ss%q", slices.Sorted(slices.Values(v.Value)))
	case *types.AttributeValueMemberNS:
		return fmt.Sprint("ns", slices.Sorted(slices.Values(v.Value)))
	case *types.AttributeValueMemberBS:
		for _, e := range v.Value {
			parts = append(parts, fmt.Sprintf("%q", e))
		}
		slices.Sort(parts)
		return fmt.Sprint("bs", parts)
	}
	return fmt.Sprint(v)
}

// wantError checks the type of an error; "" wants none.
func wantError(t testing.TB, err error, code string) {
	t.Helper()
	var api smithy.APIError
	switch {
	case code == "":
		if err != nil {
			t.Fatal(err)
		}
	case err == nil:
		t.Errorf("no error, want %s", code)
	case !errors.As(err, &api) || api.ErrorCode() != code:
		t.Errorf("error %v, want %q", err, code)
	}
}

const (
	validation  = "ValidationException"
	conditional = "ConditionalCheckFailedException"
	missing     = "ResourceNotFoundException"
)

// keyed describes a table with these key attributes, such as "pk:S", "sk:N".
func keyed(keys ...string) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName:   aws.String("t-" + rand.Text()),
		BillingMode: types.BillingModePayPerRequest,
	}
	in.KeySchema = schema(in, keys...)
	return in
}

// schema is a key schema whose attributes it also defines.
func schema(in *dynamodb.CreateTableInput, keys ...string) []types.KeySchemaElement {
	var elements []types.KeySchemaElement
	for i, k := range keys {
		name, kind, _ := strings.Cut(k, ":")
		defined := false
		for _, d := range in.AttributeDefinitions {
			defined = defined || *d.AttributeName == name
		}
		if !defined {
			in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
				AttributeName: &name, AttributeType: types.ScalarAttributeType(kind)})
		}
		elements = append(elements, types.KeySchemaElement{
			AttributeName: &name, KeyType: []types.KeyType{types.KeyTypeHash, types.KeyTypeRange}[i]})
	}
	return elements
}

// withIndex adds a global secondary index.
func withIndex(in *dynamodb.CreateTableInput, name string, p types.Projection, keys ...string) *dynamodb.CreateTableInput {
	in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
		IndexName: &name, KeySchema: schema(in, keys...), Projection: &p})
	return in
}

var (
	projectAll  = types.Projection{ProjectionType: types.ProjectionTypeAll}
	projectKeys = types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}
)

// create makes the table, until the test ends, and returns its name.
func create(t testing.TB, c *dynamodb.Client, in *dynamodb.CreateTableInput) string {
	t.Helper()
	if _, err := c.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if err := dynamodb.NewTableExistsWaiter(c).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: in.TableName}, time.Minute); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.DeleteTable(context.WithoutCancel(t.Context()), &dynamodb.DeleteTableInput{TableName: in.TableName})
	})
	return *in.TableName
}

func store(t testing.TB, c *dynamodb.Client, table string, items ...m) {
	t.Helper()
	for _, i := range items {
		if _, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item(i)}); err != nil {
			t.Fatalf("store %v: %v", i, err)
		}
	}
}

// fetch is the stored item, or nil.
func fetch(t testing.TB, c *dynamodb.Client, table string, key m) is {
	t.Helper()
	out, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: item(key), ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// nested is lists so deep in one another.
func nested(depth int) any {
	var v any = "leaf"
	for range depth {
		v = l{v}
	}
	return v
}
