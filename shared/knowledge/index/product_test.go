package index

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/knowledge/passage"
)

// What a product states comes back as it was, one fact at a time and all of them.
func TestProductsKeepEveryField(t *testing.T) {
	kind := reflect.TypeFor[passage.Product]()
	set := func(p *passage.Product, i int) {
		switch f := reflect.ValueOf(p).Elem().Field(i); f.Kind() {
		case reflect.String:
			f.SetString("of field " + kind.Field(i).Name)
		case reflect.Bool:
			f.SetBool(true)
		default:
			t.Fatalf("field %s: a %s is not stored yet", kind.Field(i).Name, f.Kind())
		}
	}
	var all passage.Product
	products := map[string]passage.Product{"nothing": {}}
	for i := range kind.NumField() {
		var one passage.Product
		set(&one, i)
		set(&all, i)
		products[kind.Field(i).Name] = one
	}
	products["everything"] = all
	for name, want := range products {
		p := say(name, "Products", "What the shop sells.")
		p.Product = &want
		for got := range open(t, []passage.Passage{p}, Options{}).Passages {
			if diff := cmp.Diff(&want, got.Product); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}
