package dynamo

import "maps"

// Capacity follows the developer guide, "DynamoDB read and write operations"
// (read 2026-11-20): a write takes one unit per started KB of the larger of
// the item before and after, and again for each index entry that changes; a
// strongly consistent read one unit per started 4 KB, an eventually consistent
// one half of that, a transaction twice.

func writeUnits(size int) float64 { return float64(max(1, (size+1023)/1024)) }

func readUnits(size int, consistent bool) float64 {
	n := float64(max(1, (size+4095)/4096))
	if !consistent {
		n /= 2
	}
	return n
}

type units struct{ read, write float64 }

func (u units) plus(v units) units    { return units{u.read + v.read, u.write + v.write} }
func (u units) times(n float64) units { return units{u.read * n, u.write * n} }
func (u units) sum() float64          { return u.read + u.write }

// cost is the capacity that a request takes of one table and its indexes.
type cost struct {
	table   units
	indexes map[string]units
}

func (c *cost) addIndex(name string, u units) {
	if c.indexes == nil {
		c.indexes = map[string]units{}
	}
	c.indexes[name] = c.indexes[name].plus(u)
}

func (c *cost) add(d cost) {
	c.table = c.table.plus(d.table)
	for name, u := range d.indexes {
		c.addIndex(name, u)
	}
}

func (c cost) times(n float64) cost {
	c.table, c.indexes = c.table.times(n), maps.Clone(c.indexes)
	for name, u := range c.indexes {
		c.indexes[name] = u.times(n)
	}
	return c
}

func (c cost) total() units {
	all := c.table
	for _, u := range c.indexes {
		all = all.plus(u)
	}
	return all
}

// capacity is a part of ConsumedCapacity.
type capacity struct {
	CapacityUnits      float64
	ReadCapacityUnits  float64 `json:",omitempty"` // of transactions only
	WriteCapacityUnits float64 `json:",omitempty"` // of transactions only
}

// consumedCapacity is what ReturnConsumedCapacity asks for.
type consumedCapacity struct {
	TableName string
	capacity
	Table                  *capacity           `json:",omitempty"`
	GlobalSecondaryIndexes map[string]capacity `json:",omitempty"`
}

// capacityInput is how much of the cost a request wants to know.
type capacityInput struct{ ReturnConsumedCapacity string }

func (in capacityInput) check() error {
	return oneOf(in.ReturnConsumedCapacity, "returnConsumedCapacity", "INDEXES", "TOTAL", "NONE")
}

func (in capacityInput) wanted() bool {
	return in.ReturnConsumedCapacity == "TOTAL" || in.ReturnConsumedCapacity == "INDEXES"
}

// report is the cost as the request wants it, or nil.
func (in capacityInput) report(table string, c cost, transactional bool) *consumedCapacity {
	if !in.wanted() {
		return nil
	}
	part := func(u units) capacity {
		p := capacity{CapacityUnits: u.sum()}
		if transactional {
			p.ReadCapacityUnits, p.WriteCapacityUnits = u.read, u.write
		}
		return p
	}
	out := &consumedCapacity{TableName: table, capacity: part(c.total())}
	if in.ReturnConsumedCapacity == "INDEXES" {
		own := part(c.table)
		out.Table = &own
		for name, u := range c.indexes {
			if out.GlobalSecondaryIndexes == nil {
				out.GlobalSecondaryIndexes = map[string]capacity{}
			}
			out.GlobalSecondaryIndexes[name] = part(u)
		}
	}
	return out
}

// reports is report for a request on several tables, in order of their names.
func (in capacityInput) reports(costs map[string]cost, transactional bool) []consumedCapacity {
	if !in.wanted() {
		return nil
	}
	var out []consumedCapacity
	for _, name := range sortedKeys(costs) {
		out = append(out, *in.report(name, costs[name], transactional))
	}
	return out
}
