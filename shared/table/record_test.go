package table_test

import (
	"testing"
	"time"

	"omniops/shared/claim"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// undeclared holds an attribute that its entry does not name.
type undeclared struct {
	note
	Birthday string `dynamodbav:"birthday"`
}

// unregistered declares nothing at all.
type unregistered struct {
	table.Key
	Text string `dynamodbav:"text"`
}

func (unregistered) Inventory() inventory.Entry { return inventory.Entry{} }

// vague names its attributes but not why it holds them.
type vague struct{ note }

func (v vague) Inventory() inventory.Entry {
	e := v.note.Inventory()
	e.Purpose = ""
	return e
}

// nobodys does not say in which role it is kept.
type nobodys struct{ note }

func (n nobodys) Inventory() inventory.Entry {
	e := n.note.Inventory()
	e.Role = ""
	return e
}

func TestOnlyDeclaredDataIsStored(t *testing.T) {
	claim.Proves(t, "C002", "C004")
	b := newBench(t)
	key := table.Message(shop, chat, 1, 0)
	good := note{Key: key, Text: "hello", ExpireAt: b.in(90 * inventory.Day)}
	for name, record := range map[string]table.Record{
		"a field that is not declared": undeclared{note: good, Birthday: "1990-01-01"},
		"a record that is not":         unregistered{Key: key, Text: "hello"},
		"a record without a purpose":   vague{good},
		"a record without a role":      nobodys{good},
		"no expiry":                    note{Key: key, Text: "hello"},
		"an expiry in milliseconds":    note{Key: key, ExpireAt: b.Clock.Now().Add(inventory.Day).UnixMilli()},
		"an expiry past retention":     note{Key: key, ExpireAt: b.in(90*inventory.Day + 2*time.Minute)},
		"an expiry years ago":          note{Key: key, ExpireAt: b.in(-366 * inventory.Day)},
		"an expiry that is negative":   note{Key: key, ExpireAt: -1},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			_, added := b.Add(ctx, shop, record, "version", 1)
			for call, err := range map[string]error{
				"Put":     b.Put(ctx, shop, record),
				"Create":  b.Create(ctx, shop, record),
				"Replace": b.Replace(ctx, shop, record, "version", 0),
				"PutAll":  b.PutAll(ctx, shop, record),
				"Add":     added,
			} {
				if err == nil {
					t.Errorf("%s stored it", call)
				}
			}
			if item := b.stored(t, key); item != nil {
				t.Errorf("the table holds %v", item)
			}
		})
	}
	if err := b.Put(t.Context(), shop, good); err != nil {
		t.Errorf("a complete record was refused: %v", err)
	}
}

func TestOnlyDeclaredAttributesAreChanged(t *testing.T) {
	claim.Proves(t, "C002")
	b := newBench(t)
	record := note{Key: table.Message(shop, chat, 1, 0), Text: "hello", ExpireAt: b.in(time.Hour)}
	must(t, b.Put(t.Context(), shop, record))
	for _, attribute := range []string{"birthday", "PK", "expires_at", ""} {
		if b.Set(t.Context(), shop, record, map[string]any{attribute: 1}) == nil {
			t.Errorf("Set changed %q", attribute)
		}
		if _, err := b.Add(t.Context(), shop, record, attribute, 1); err == nil {
			t.Errorf("Add counted in %q", attribute)
		}
	}
	if b.Set(t.Context(), shop, unregistered{Key: record.Key}, map[string]any{"text": "x"}) == nil {
		t.Error("Set took a record that is not declared")
	}
	var after note
	must(t, b.Get(t.Context(), shop, record.Key, &after))
	if after != record {
		t.Errorf("the record is now %+v, was %+v", after, record)
	}
}
