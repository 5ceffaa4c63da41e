// Package tabletest checks that record types declare all they store.
package tabletest

import (
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
	if err := entry.Validate(); err != nil {
		t.Error(err)
	}
	checkPublished(t, entry)
	stored := attributes(t, kind)
	if got := entry.Attributes(); !slices.Equal(got, stored) {
		t.Errorf("declared are %v, stored may be %v", got, stored)
	}
	if key := entry.SubjectKey; key != "" && key != "PK" && !slices.Contains(stored, key) {
		t.Errorf("its subject is searched by %q, which it does not hold", key)
	}
	if _, ends := entry.Retention.Period(); ends && !slices.Contains(stored, "expires_at") {
		t.Errorf("it is kept for %s but holds no expiry", entry.Retention)
	}
}

// attributes lists what a record type may store outside its key.
func attributes(t *testing.T, kind reflect.Type) []string {
	var names []string
	for _, f := range reflect.VisibleFields(kind) {
		if f.Anonymous || slices.Equal(f.Index[:len(f.Index)-1], keyOf(kind)) {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("dynamodbav"), ",")
		if name == "" {
			t.Errorf("field %s has no attribute name", f.Name)
		}
		if name != "-" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
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
