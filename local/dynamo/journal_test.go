package dynamo_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/dynamo"
)

// reopen is a server on a copy of the folder, as if the process had ended.
func reopen(t *testing.T, dir string) (served, string) {
	t.Helper()
	copied := t.TempDir()
	data, err := os.ReadFile(filepath.Join(dir, "dynamodb.log"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, "dynamodb.log"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return serve(t, dynamo.Options{Dir: copied}), copied
}

func TestTablesSurvive(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dynamo.Options{Dir: dir})
	in := withIndex(keyed("pk:S", "sk:N"), "by-gk", projectKeys, "gk:S")
	in.DeletionProtectionEnabled = aws.Bool(true)
	table, gone := create(t, s.Client, in), create(t, s.Client, keyed("pk:S"))
	_, err := s.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{TableName: &table,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("ttl"), Enabled: aws.Bool(true)}})
	wantError(t, err, "")
	kept := m{"pk": "p", "sk": n("1"), "gk": "g", "ttl": n("5"), "v": l{m{"b": []byte{0, 255}}, ss{"x"}, ns{"1.5"}, nil, true, "\u2028 <&> \x00"}}
	store(t, s.Client, table, kept, m{"pk": "p", "sk": n("2")}, m{"pk": "p", "sk": n("3")})
	store(t, s.Client, gone, m{"pk": "p"})
	_, err = s.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: item(m{"pk": "p", "sk": n("2")})})
	wantError(t, err, "")
	_, err = s.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &table, Key: item(m{"pk": "p", "sk": n("3")}),
		UpdateExpression: aws.String("SET v = :v"), ExpressionAttributeValues: item(m{":v": "updated"})})
	wantError(t, err, "")
	_, err = s.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &gone})
	wantError(t, err, "")

	for generation := range 2 { // the second reads the snapshot of the first
		s, dir = reopen(t, dir)
		t.Run("generation "+strconv.Itoa(generation), func(t *testing.T) {
			same(t, fetch(t, s.Client, table, m{"pk": "p", "sk": n("1")}), item(kept))
			same(t, fetch(t, s.Client, table, m{"pk": "p", "sk": n("2")}), is{})
			same(t, fetch(t, s.Client, table, m{"pk": "p", "sk": n("3")}), item(m{"pk": "p", "sk": n("3"), "v": "updated"}))
			out, err := s.Query(t.Context(), &dynamodb.QueryInput{TableName: &table, IndexName: aws.String("by-gk"), KeyConditionExpression: aws.String("gk = :g"),
				ExpressionAttributeValues: item(m{":g": "g"})})
			wantError(t, err, "")
			same(t, out.Items[0], item(m{"pk": "p", "sk": n("1"), "gk": "g"}))
			names, err := s.ListTables(t.Context(), &dynamodb.ListTablesInput{})
			wantError(t, err, "")
			if len(names.TableNames) != 1 {
				t.Errorf("tables %v", names.TableNames)
			}
			d, err := s.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
			wantError(t, err, "")
			ttl, err := s.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &table})
			wantError(t, err, "")
			if !*d.Table.DeletionProtectionEnabled || *d.Table.ItemCount != 2 || *ttl.TimeToLiveDescription.AttributeName != "ttl" {
				t.Errorf("described as %+v, %+v", d.Table, ttl.TimeToLiveDescription)
			}
		})
	}
}

func TestTornLog(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "dynamodb.log")
	s := serve(t, dynamo.Options{Dir: dir})
	table := create(t, s.Client, keyed("pk:S"))
	store(t, s.Client, table, m{"pk": "a"}, m{"pk": "b"})
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	put := func(data []byte) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "dynamodb.log"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	t.Run("the last line is forgotten", func(t *testing.T) {
		s := serve(t, dynamo.Options{Dir: put(whole[:len(whole)-3])})
		same(t, fetch(t, s.Client, table, m{"pk": "a"}), item(m{"pk": "a"}))
		same(t, fetch(t, s.Client, table, m{"pk": "b"}), is{})
		store(t, s.Client, table, m{"pk": "c"})
	})
	t.Run("a line in the middle is not", func(t *testing.T) {
		broken := bytes.Replace(whole, []byte(`"a"`), []byte(`"x"`), 1)
		if _, err := dynamo.New(dynamo.Options{Dir: put(broken)}); err == nil {
			t.Error("a damaged log was read")
		}
	})
	t.Run("readable by the owner alone", func(t *testing.T) {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info.Mode(), err)
		}
	})
}

func TestClosed(t *testing.T) {
	s := serve(t, dynamo.Options{Dir: t.TempDir()})
	table := create(t, s.Client, keyed("pk:S"))
	store(t, s.Client, table, m{"pk": "a"})
	if err := s.Server.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := s.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item(m{"pk": "b"})})
	wantError(t, err, "InternalServerError")
	same(t, fetch(t, s.Client, table, m{"pk": "a"}), item(m{"pk": "a"}))
	same(t, fetch(t, s.Client, table, m{"pk": "b"}), is{}) // what is not logged is not done
	if err := s.Server.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
}
