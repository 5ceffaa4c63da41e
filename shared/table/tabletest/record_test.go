package tabletest

import (
	"maps"
	"reflect"
	"strings"
	"testing"

	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// complete is a record that declares all it stores.
type complete struct {
	table.Key
	table.Due
	Shopper  id.Shopper `dynamodbav:"shopper"`
	Body     []byte     `dynamodbav:"body,omitempty"`
	Memory   string     `dynamodbav:"-"`
	ExpireAt int64      `dynamodbav:"expires_at"`
}

// forgetful stores a field under no name, and one more than it declares.
type forgetful struct {
	complete
	Extra  string `dynamodbav:"extra"`
	Unsaid string
}

// endless holds no expiry.
type endless struct {
	table.Key
	Shopper id.Shopper `dynamodbav:"shopper"`
}

// A record type that stores what it does not declare, or declares what it does not
// store, is told so, whichever way it is wrong.
func TestProblems(t *testing.T) {
	entry := inventory.Entry{
		Record: "test.complete", Subject: inventory.Shopper, SubjectKey: "shopper",
		Fields: map[string]inventory.Category{
			"shopper": inventory.Identifier, "body": inventory.MessageContent, "expires_at": inventory.None, "due_pk": inventory.None, "due_sk": inventory.None,
		},
		Purpose: inventory.CustomerSupport, LegalBasis: inventory.Contract, Role: inventory.Processor, Retention: inventory.ChatRetention, Source: inventory.FirstParty,
	}
	with := func(change func(*inventory.Entry)) inventory.Entry {
		e := entry
		e.Fields = maps.Clone(entry.Fields)
		change(&e)
		return e
	}
	for name, c := range map[string]struct {
		kind  reflect.Type
		entry inventory.Entry
		want  string // in what is told; empty if nothing is
	}{
		"as it is":               {reflect.TypeFor[complete](), entry, ""},
		"one field too few":      {reflect.TypeFor[complete](), with(func(e *inventory.Entry) { delete(e.Fields, "body") }), "declared are"},
		"one field too many":     {reflect.TypeFor[complete](), with(func(e *inventory.Entry) { e.Fields["mail"] = inventory.ContactDetail }), "declared are"},
		"a subject it has not":   {reflect.TypeFor[complete](), with(func(e *inventory.Entry) { e.SubjectKey = "visitor" }), `searched by "visitor"`},
		"no purpose":             {reflect.TypeFor[complete](), with(func(e *inventory.Entry) { e.Purpose = "" }), "test.complete"},
		"a field without a name": {reflect.TypeFor[forgetful](), entry, "field Unsaid"},
		"more than it declares":  {reflect.TypeFor[forgetful](), entry, "extra"},
		"no end": {reflect.TypeFor[endless](), with(func(e *inventory.Entry) {
			e.Fields = map[string]inventory.Category{"shopper": inventory.Identifier}
		}), "holds no expiry"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(problems(c.kind, c.entry), "\n")
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}
