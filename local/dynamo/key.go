package dynamo

import (
	"crypto/sha256"
	"slices"

	"omniops/local/dynamo/attribute"
	"omniops/local/dynamo/expression"
)

const (
	maxItem      = 400 << 10 // bytes
	maxPartition = 2048      // bytes of a partition key
	maxSort      = 1024      // bytes of a sort key
)

// keyAttribute is an attribute of a key and the kind its values must have.
type keyAttribute struct {
	name string
	kind attribute.Kind
}

// keySchema is the key of a table or an index; sort has no name if there is none.
type keySchema struct{ partition, sort keyAttribute }

func (k keySchema) attributes() []keyAttribute {
	if k.sort.name == "" {
		return []keyAttribute{k.partition}
	}
	return []keyAttribute{k.partition, k.sort}
}

func (k keySchema) has(name string) bool {
	return name == k.partition.name || name == k.sort.name
}

// of is the key attributes of the item.
func (k keySchema) of(item attribute.Map) attribute.Map {
	key := attribute.Map{}
	for _, a := range k.attributes() {
		key[a.name] = item[a.name]
	}
	return key
}

// checkKey refuses a key that has not exactly the attributes of the schema.
func (k keySchema) checkKey(key attribute.Map) error {
	const mismatch = "The provided key element does not match the schema"
	attributes := k.attributes()
	if len(key) != len(attributes) {
		return invalid(mismatch)
	}
	for _, a := range attributes {
		if v := key[a.name]; v == nil || v.Kind() != a.kind {
			return invalid(mismatch)
		}
	}
	return k.checkSizes(key)
}

// checkItem refuses an item whose key attributes are missing or wrong.
func (k keySchema) checkItem(item attribute.Map) error {
	for _, a := range k.attributes() {
		v := item[a.name]
		if v == nil {
			return invalid("One or more parameter values were invalid: Missing the key " + a.name + " in the item")
		}
		if v.Kind() != a.kind {
			return invalid("One or more parameter values were invalid: Type mismatch for key " + a.name +
				" expected: " + string(a.kind) + " actual: " + string(v.Kind()))
		}
	}
	return k.checkSizes(item)
}

func (k keySchema) checkSizes(item attribute.Map) error {
	for _, a := range k.attributes() {
		if err := checkKeyValue(item[a.name], "Key: "+a.name); err != nil {
			return err
		}
	}
	if attribute.Size(item[k.partition.name]) > maxPartition {
		return invalid("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes")
	}
	if k.sort.name != "" && attribute.Size(item[k.sort.name]) > maxSort {
		return invalid("One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
	}
	return nil
}

// checkPaths refuses paths that lead into key attributes.
func (k keySchema) checkPaths(paths ...[]expression.Path) error {
	for _, p := range slices.Concat(paths...) {
		if len(p) > 1 && k.has(p.Top()) {
			return invalid("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: " + p.Top())
		}
	}
	return nil
}

// checkKeyValue refuses an empty text or binary as part of a key.
func checkKeyValue(v attribute.Value, where string) error {
	switch v {
	case attribute.String(""):
		return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. " + where)
	case attribute.Binary(""):
		return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty binary value. " + where)
	}
	return nil
}

// partitionLength is how many bytes of a position spread the partitions.
const partitionLength = 8

// partitionStart is with what the positions of one partition's items begin.
// Partitions lie in the order of a hash, so that a Scan shows nobody an order
// that DynamoDB does not promise.
func partitionStart(partition attribute.Value) []byte {
	ordered := attribute.AppendOrdered(nil, partition)
	sum := sha256.Sum256(ordered)
	return append(sum[:partitionLength:partitionLength], ordered...)
}

// position is where an item with this key lies in a tree: partition by
// partition, and by the sort key within one.
func (k keySchema) position(item attribute.Map) string {
	at := partitionStart(item[k.partition.name])
	if k.sort.name != "" {
		at = attribute.AppendOrdered(at, item[k.sort.name])
	}
	return string(at)
}

// after is the least string above all that begin with prefix, which must have
// a byte other than 255.
func after(prefix []byte) string {
	end := append([]byte{}, prefix...)
	for i := len(end) - 1; ; i-- {
		if end[i] < 255 {
			end[i]++
			return string(end[:i+1])
		}
	}
}
