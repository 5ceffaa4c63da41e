// Package tabletest checks that record types declare all they store.
package tabletest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"omniops/shared/inventory"
	"omniops/shared/table"
)

// Check fails unless the records are all the record types of the package under
// test, and each declares every attribute it may store, and none it does not.
func Check(t *testing.T, records ...table.Record) {
	t.Helper()
	var listed, names []string
	for _, r := range records {
		kind := reflect.TypeOf(r)
		listed = append(listed, kind.Name())
		entry := r.Inventory()
		names = append(names, entry.Record)
		t.Run(entry.Record, func(t *testing.T) { check(t, kind, entry) })
	}
	slices.Sort(listed)
	if declared := declared(t); !slices.Equal(listed, declared) {
		t.Errorf("the package declares the records %v, the test lists %v", declared, listed)
	}
	slices.Sort(names)
	if unique := slices.Compact(slices.Clone(names)); len(unique) != len(names) {
		t.Errorf("two records have one name: %v", names)
	}
}

func check(t *testing.T, kind reflect.Type, entry inventory.Entry) {
	for _, p := range problems(kind, entry) {
		t.Error(p)
	}
	checkPublished(t, entry)
}

// problems says what a record type does not declare as it is.
func problems(kind reflect.Type, entry inventory.Entry) (all []string) {
	if err := entry.Validate(); err != nil {
		all = append(all, err.Error())
	}
	stored, nameless := attributes(kind)
	for _, field := range nameless {
		all = append(all, fmt.Sprintf("field %s has no attribute name", field))
	}
	if got := entry.Attributes(); !slices.Equal(got, stored) {
		all = append(all, fmt.Sprintf("declared are %v, stored may be %v", got, stored))
	}
	if key := entry.SubjectKey; key != "" && key != "PK" && !slices.Contains(stored, key) {
		all = append(all, fmt.Sprintf("its subject is searched by %q, which it does not hold", key))
	}
	if _, ends := entry.Retention.Period(); ends && !slices.Contains(stored, "expires_at") {
		all = append(all, fmt.Sprintf("it is kept for %s but holds no expiry", entry.Retention))
	}
	return all
}

// attributes lists what a record type may store outside its key, and the fields that
// do not say under which name.
func attributes(kind reflect.Type) (names, nameless []string) {
	for _, f := range reflect.VisibleFields(kind) {
		if f.Anonymous || slices.Equal(f.Index[:len(f.Index)-1], keyOf(kind)) {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("dynamodbav"), ",")
		if name == "" {
			nameless = append(nameless, f.Name)
		}
		if name != "-" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nameless
}

// keyOf is where a record type embeds its key.
func keyOf(kind reflect.Type) []int {
	f, ok := kind.FieldByName("Key")
	if !ok || f.Type != reflect.TypeFor[table.Key]() {
		return nil
	}
	return f.Index
}

// declared lists the types of the package in the working directory that have an
// Inventory.
func declared(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			method, ok := d.(*ast.FuncDecl)
			if !ok || method.Name.Name != "Inventory" || method.Recv == nil {
				continue
			}
			if receiver, ok := method.Recv.List[0].Type.(*ast.Ident); ok {
				names = append(names, receiver.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}
