package table

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"omniops/shared/fault"
	"omniops/shared/id"
)

// Put stores a record, over any that was there.
func (s *Store) Put(ctx context.Context, t id.Tenant, r Record) error {
	attrs, err := s.admit(t, r)
	if err != nil {
		return err
	}
	return s.put(ctx, r.Inventory().Record, request{Item: attrs})
}

// Create stores a record where none is: Conflict if one is there that has not
// expired. A Conflict may also be the record's own, when the answer to a first
// try was lost.
func (s *Store) Create(ctx context.Context, t id.Tenant, r Record) error {
	attrs, err := s.admit(t, r)
	if err != nil {
		return err
	}
	return s.create(ctx, r.Inventory().Record, attrs)
}

func (s *Store) create(ctx context.Context, record string, attrs Attributes) error {
	return s.put(ctx, record, request{
		Item:                      attrs,
		ConditionExpression:       "attribute_not_exists(PK) OR expires_at <= :now",
		ExpressionAttributeValues: Attributes{":now": seconds(s.now())},
	})
}

// Replace stores a record over one whose attribute still has the value that the
// caller read: Conflict if it has changed since.
func (s *Store) Replace(ctx context.Context, t id.Tenant, r Record, attribute string, was any) error {
	attrs, err := s.admit(t, r)
	if err != nil {
		return err
	}
	value, err := valueOf(reflect.ValueOf(was))
	if err != nil {
		return fmt.Errorf("encode expected %s: %w", attribute, err)
	}
	return s.put(ctx, r.Inventory().Record, request{
		Item:                      attrs,
		ConditionExpression:       "#a = :was",
		ExpressionAttributeNames:  map[string]string{"#a": attribute},
		ExpressionAttributeValues: Attributes{":was": value},
	})
}

func (s *Store) put(ctx context.Context, record string, in request) error {
	in.TableName = s.name
	_, err := s.call(ctx, "put "+record, "PutItem", in)
	return err
}

// Add adds n to a counter of a record, which it makes if there is none yet or the
// one there has expired, and returns the new count. The record says what it
// holds and when it expires; of its attributes only these two are stored.
func (s *Store) Add(ctx context.Context, t id.Tenant, r Record, counter string, n int64) (int64, error) {
	attrs, err := s.admit(t, r)
	if err != nil {
		return 0, err
	}
	entry := r.Inventory()
	if _, ok := entry.Fields[counter]; !ok || counter == expiryAttribute {
		return 0, fmt.Errorf("%s has no attribute %q that can count", entry.Record, counter)
	}
	expires, ok := attrs[expiryAttribute]
	if !ok {
		return 0, fmt.Errorf("%s counts, but has no expiry", entry.Record)
	}
	count := numberValue(n)
	for range maxTries {
		out, err := s.call(ctx, "count "+entry.Record, "UpdateItem", request{
			TableName:                 s.name,
			Key:                       keyAttributes(r.key()),
			UpdateExpression:          "ADD #c :n SET #e = if_not_exists(#e, :e)",
			ConditionExpression:       "attribute_not_exists(PK) OR #e > :now",
			ExpressionAttributeNames:  map[string]string{"#c": counter, "#e": expiryAttribute},
			ExpressionAttributeValues: Attributes{":n": count, ":e": expires, ":now": seconds(s.now())},
			ReturnValues:              "UPDATED_NEW",
		})
		if fault.KindOf(err) == fault.Conflict { // expired
			fresh := keyAttributes(r.key())
			fresh[counter], fresh[expiryAttribute] = count, expires
			err := s.create(ctx, entry.Record, fresh)
			if fault.KindOf(err) == fault.Conflict { // another call was faster
				continue
			}
			return n, err
		}
		if err != nil {
			return 0, err
		}
		total, err := strconv.ParseInt(out.Attributes[counter].text, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("decode counter %s: %w", counter, err)
		}
		return total, nil
	}
	return 0, busy(errors.New("the counter kept changing"))
}

// Set changes attributes of a record that is there already, all at once, and
// leaves the rest as it is: NotFound if it is not there, or has expired.
func (s *Store) Set(ctx context.Context, t id.Tenant, r Record, attributes map[string]any) error {
	if err := s.check(t, r.key()); err != nil {
		return err
	}
	entry := r.Inventory()
	if err := entry.Validate(); err != nil {
		return err
	}
	names, values := map[string]string{}, Attributes{":now": seconds(s.now())}
	var sets []string
	for _, attribute := range slices.Sorted(maps.Keys(attributes)) {
		if _, ok := entry.Fields[attribute]; !ok || attribute == expiryAttribute {
			return fmt.Errorf("%s has no attribute %q that can be set", entry.Record, attribute)
		}
		encoded, err := valueOf(reflect.ValueOf(attributes[attribute]))
		if err != nil {
			return fmt.Errorf("encode %s: %w", attribute, err)
		}
		n := strconv.Itoa(len(sets))
		names["#"+n], values[":"+n] = attribute, encoded
		sets = append(sets, "#"+n+" = :"+n)
	}
	_, err := s.call(ctx, "set "+entry.Record, "UpdateItem", request{
		TableName:                 s.name,
		Key:                       keyAttributes(r.key()),
		UpdateExpression:          "SET " + strings.Join(sets, ", "),
		ConditionExpression:       "attribute_exists(PK) AND (attribute_not_exists(expires_at) OR expires_at > :now)",
		ExpressionAttributeNames:  names,
		ExpressionAttributeValues: values,
	})
	if fault.KindOf(err) == fault.Conflict {
		return fault.E(fault.NotFound, "There is nothing here.", err)
	}
	return err
}

// PutAll stores up to 25 records in one call, over any that were there, and
// tries again what DynamoDB left over. They are not stored as one: some may be
// there when it fails.
func (s *Store) PutAll(ctx context.Context, t id.Tenant, records ...Record) error {
	writes := make([]write, len(records))
	for i, r := range records {
		attrs, err := s.admit(t, r)
		if err != nil {
			return err
		}
		writes[i] = write{PutRequest: &put{attrs}}
	}
	return s.writeAll(ctx, writes)
}

// DeleteRange removes every item of a range, expired ones too, and returns how
// many there were.
func (s *Store) DeleteRange(ctx context.Context, t id.Tenant, r Range) (int, error) {
	n, _, err := s.Remove(ctx, t, r)
	return n, err
}

// Remove is DeleteRange that gives a digest of what it removed besides, by which the
// audit log can tell what was there.
func (s *Store) Remove(ctx context.Context, t id.Tenant, r Range) (n int, digest string, err error) {
	items, err := s.query(ctx, t, r, 0, true, func(Attributes) bool { return true })
	if err != nil {
		return 0, "", err
	}
	sum := sha256.New()
	for _, item := range items {
		body, err := json.Marshal(item.attrs)
		if err != nil {
			return 0, "", fmt.Errorf("encode item: %w", err)
		}
		sum.Write(body)
	}
	for batch := range slices.Chunk(items, 25) {
		var writes []write
		for _, item := range batch {
			writes = append(writes, write{DeleteRequest: &remove{keyAttributes(item.Key())}})
		}
		if err := s.writeAll(ctx, writes); err != nil {
			return 0, "", err
		}
	}
	return len(items), hex.EncodeToString(sum.Sum(nil)), nil
}

func (s *Store) writeAll(ctx context.Context, writes []write) error {
	left := map[string][]write{s.name: writes}
	for try := 0; len(left) > 0; try++ {
		if err := pause(ctx, try); err != nil {
			return err
		}
		out, err := s.call(ctx, "write items", "BatchWriteItem", request{RequestItems: left})
		if err != nil {
			return err
		}
		left = out.UnprocessedItems
	}
	return nil
}

// Delete removes one item. Removing one that is not there is no error.
func (s *Store) Delete(ctx context.Context, t id.Tenant, k Key) error {
	if err := s.check(t, k); err != nil {
		return err
	}
	_, err := s.call(ctx, "delete item", "DeleteItem", request{TableName: s.name, Key: keyAttributes(k)})
	return err
}

// admit is the gate of everything that is stored: the tenant's own key, and
// nothing but what the record declares.
func (s *Store) admit(t id.Tenant, r Record) (Attributes, error) {
	if err := s.check(t, r.key()); err != nil {
		return nil, err
	}
	return encode(r, s.now())
}
