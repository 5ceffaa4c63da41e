package dynamo

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"omniops/local/dynamo/attribute"
)

// A log that has grown beyond its limit is rewritten without what is obsolete.
func TestLogIsRewritten(t *testing.T) {
	dir := t.TempDir()
	s, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	d := definition{TableName: "table", BillingMode: "PAY_PER_REQUEST",
		AttributeDefinitions: []attributeDefinition{{"pk", "S"}}, KeySchema: []keyElement{{"pk", "HASH"}}}
	if _, err := s.createTable(t.Context(), &createTableInput{definition: d}); err != nil {
		t.Fatal(err)
	}
	s.journal.limit = 10_000
	for i := range 500 {
		in := &itemInput{writeInput: writeInput{TableName: "table", Item: attribute.Map{
			"pk": attribute.String(fmt.Sprint("p", i%7)), "v": attribute.String(fmt.Sprint("value ", i))}}}
		if _, err := s.putItem(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		s.journal.limit = 10_000
	}
	info, err := os.Stat(filepath.Join(dir, journalName))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() != s.journal.size || info.Size() > 11_000 {
		t.Errorf("the log has %d bytes, counted %d", info.Size(), s.journal.size)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if n := again.tables["table"].items.Len(); n != 7 {
		t.Errorf("%d items came back", n)
	}
	out, err := again.getItem(t.Context(), &getInput{TableName: "table", Key: attribute.Map{"pk": attribute.String("p2")}})
	if err != nil || out.Item["v"] != attribute.String("value 499") {
		t.Errorf("%v, %v", out, err)
	}
}
