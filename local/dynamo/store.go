package dynamo

import (
	"github.com/google/btree"

	"omniops/local/dynamo/attribute"
)

// entry is an item, or what an index holds of it, at its place in a tree.
type entry struct {
	position string
	item     attribute.Map
	size     int // bytes
}

type tree = btree.BTreeG[entry]

func newTree() *tree {
	return btree.NewG(64, func(a, b entry) bool { return a.position < b.position })
}

// index is a global secondary index. It holds the items that have its key.
type index struct {
	name    string
	key     keySchema
	all     bool // it projects every attribute
	project map[string]bool
	entries *tree
	bytes   int
}

// entryOf is what the index holds of an item, or false for nothing.
func (x *index) entryOf(item attribute.Map, position string) (entry, bool) {
	for _, a := range x.key.attributes() {
		if item[a.name] == nil {
			return entry{}, false
		}
	}
	e := entry{position: x.key.position(item) + position, item: item}
	if !x.all {
		e.item = attribute.Map{}
		for name, v := range item {
			if x.project[name] {
				e.item[name] = v
			}
		}
	}
	e.size = e.item.Size()
	return e, true
}

// replace puts an entry in the place of the one that was there, either of
// which may be absent, and returns the write units that it takes.
func (x *index) replace(was, is entry, had, has bool) float64 {
	units := 0.0
	if had && has && was.position == is.position {
		if attribute.Equal(was.item, is.item) {
			return 0
		}
		units = writeUnits(max(was.size, is.size))
	} else {
		if had {
			units += writeUnits(was.size)
			x.entries.Delete(was)
		}
		if has {
			units += writeUnits(is.size)
		}
	}
	if had {
		x.bytes -= was.size
	}
	if has {
		x.entries.ReplaceOrInsert(is)
		x.bytes += is.size
	}
	return units
}

// checkItem refuses an item whose index keys have the wrong kind or are empty.
func (x *index) checkItem(item attribute.Map) error {
	for _, a := range x.key.attributes() {
		v := item[a.name]
		if v == nil {
			continue
		}
		if v.Kind() != a.kind {
			return invalid("One or more parameter values were invalid: Type mismatch for Index Key " + a.name +
				" Expected: " + string(a.kind) + " Actual: " + string(v.Kind()) + " IndexName: " + x.name)
		}
		if err := checkKeyValue(v, "IndexName: "+x.name+", IndexKey: "+a.name); err != nil {
			return err
		}
	}
	return nil
}

// checkItem refuses an item that the table could not store.
func (t *table) checkItem(item attribute.Map) error {
	if err := t.key.checkItem(item); err != nil {
		return err
	}
	for _, x := range t.indexes {
		if err := x.checkItem(item); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) get(position string) entry {
	e, _ := t.items.Get(entry{position: position})
	return e
}

// replace stores an item, or removes the one at the position if it is nil, and
// returns what that costs.
func (t *table) replace(position string, item attribute.Map) cost {
	was, is := t.get(position), entry{position: position, item: item}
	if item == nil {
		t.items.Delete(is)
	} else {
		is.size = item.Size()
		t.items.ReplaceOrInsert(is)
	}
	t.bytes += is.size - was.size
	c := cost{table: units{write: writeUnits(max(was.size, is.size))}}
	for _, x := range t.indexes {
		before, had := x.entryOf(was.item, position)
		now, has := x.entryOf(item, position)
		if n := x.replace(before, now, had, has); n > 0 {
			c.addIndex(x.name, units{write: n})
		}
	}
	return c
}
