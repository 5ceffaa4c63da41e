package table

import (
	"fmt"
	"strconv"
	"time"

	"omniops/shared/inventory"
)

// Record is a type that may be stored: it embeds Key, and declares what
// personal data it holds.
type Record interface {
	Inventory() inventory.Entry
	key() Key
}

// expiryAttribute is the table's TTL attribute, in Unix seconds.
const expiryAttribute = "expires_at"

// encode turns a record into attributes, and refuses one that holds anything its
// inventory entry does not declare, or whose expiry does not fit its retention.
func encode(r Record, now time.Time) (Attributes, error) {
	entry := r.Inventory()
	if err := entry.Validate(); err != nil {
		return nil, err
	}
	attrs, err := attributesOf(r)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", entry.Record, err)
	}
	for name := range attrs {
		if name == "PK" || name == "SK" {
			continue
		}
		if _, ok := entry.Fields[name]; !ok {
			return nil, fmt.Errorf("%s holds %q, which its inventory entry does not declare", entry.Record, name)
		}
	}
	if err := checkExpiry(entry, attrs, now); err != nil {
		return nil, err
	}
	return attrs, nil
}

// clockSlack allows for a clock that is set back between a record's making and
// its storing.
const clockSlack = time.Minute

// checkExpiry refuses a record of a class that ends by time without an expiry,
// and any expiry that is not a plausible number of Unix seconds: one written in
// milliseconds would never come, and one far in the past DynamoDB ignores.
func checkExpiry(entry inventory.Entry, attrs Attributes, now time.Time) error {
	period, ends := entry.Retention.Period()
	value, present := attrs[expiryAttribute]
	if !present {
		if ends {
			return fmt.Errorf("%s is kept for a time but has no expiry", entry.Record)
		}
		return nil
	}
	at, err := expiry(value)
	if err != nil {
		return fmt.Errorf("%s: %w", entry.Record, err)
	}
	if at.Before(now.AddDate(-1, 0, 0)) || at.After(now.AddDate(10, 0, 0)) {
		return fmt.Errorf("%s would expire at %s, which is no plausible time", entry.Record, at.Format(time.RFC3339))
	}
	if ends && at.After(now.Add(period+clockSlack)) {
		return fmt.Errorf("%s would expire at %s, past its retention of %s", entry.Record, at.Format(time.RFC3339), period)
	}
	return nil
}

func expiry(v Value) (time.Time, error) {
	if v.kind != number {
		return time.Time{}, fmt.Errorf("%s is not a number", expiryAttribute)
	}
	seconds, err := strconv.ParseInt(v.text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is not a whole number: %w", expiryAttribute, err)
	}
	return time.Unix(seconds, 0), nil
}

// live reports whether an item may still be read: an item is gone in the second
// its expiry names, whether or not DynamoDB has removed it.
func live(attrs Attributes, now time.Time) bool {
	value, ok := attrs[expiryAttribute]
	if !ok {
		return true
	}
	at, err := expiry(value)
	return err == nil && now.Before(at)
}
